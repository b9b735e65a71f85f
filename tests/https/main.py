"""HTTPS: which clients are served, how a certificate is renewed under way, and who is told what."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

from support.programs import Folder, SLIPWAY, Program
from support.suite import Suite, expect_equal, expect_in, until

suite = Suite()
KEY = "API-HTTPSHTTPSHTTPSHTTPSHTTPSHTT0"


def make_certificate(folder, name):
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        + ["-out", certificate, "-keyout", key],
        check=True,
        capture_output=True,
    )
    return certificate, key


class Stage:
    def __init__(self, folder):
        self.folder = folder
        self.pairs = {name: make_certificate(folder, name) for name in ("first", "second", "third")}
        self.certificate, self.key = folder / "live.pem", folder / "live.key"
        self.use("first")

    def use(self, name, key=None):
        shutil.copy(self.pairs[name][0], self.certificate)
        shutil.copy(self.pairs[key or name][1], self.key)

    def start(self, log="slipway.log", listen="https://localhost:0", **settings):
        environment = {
            "SLIPWAY_ADMIN_API_KEY": KEY,
            "SLIPWAY_TLS_CERTIFICATE": str(self.certificate),
            "SLIPWAY_TLS_KEY": str(self.key),
            **settings,
        }
        command = [SLIPWAY, "server", "--data", self.folder / "data", "--listen", listen]
        return Program(command, self.folder / log, environment)

    def listen(self):
        self.server = self.start()
        until(lambda: '"listening"' in self.server.log_text(), 20, "the server listens")
        address = self.server.log_text().split('"address":"https://localhost:')[1]
        self.port = int(address.split('"')[0])

    def context(self, name="first"):
        context = ssl.create_default_context(cafile=self.pairs[name][0])
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    def connect(self, context=None):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return (context or self.context()).wrap_socket(connection, server_hostname="localhost")

    def get(self, path="/api/users/me", context=None):
        connection = http.client.HTTPSConnection(
            "localhost", self.port, context=context or self.context(), timeout=20
        )
        connection.request("GET", path, headers={"X-Octopus-ApiKey": KEY})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def shows(self, name):
        try:
            with self.connect(self.context(name)):
                return True
        except ssl.SSLError:
            return False


@suite.case
def clients_of_tls_1_2_and_1_3_are_served_over_http_1_1(stage):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = stage.context()
        context.minimum_version = context.maximum_version = version
        expect_equal(stage.get(context=context)[0], 200)
        with stage.connect(context) as connection:
            expect_equal(connection.selected_alpn_protocol(), "http/1.1")


@suite.case
def older_versions_and_weak_ciphers_are_refused(stage):
    old = stage.context()
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    weak = stage.context()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("AES128-SHA:AES256-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    only_h2 = stage.context()
    only_h2.set_alpn_protocols(["h2"])
    for context in (old, weak, only_h2):
        try:
            stage.connect(context).close()
        except (ssl.SSLError, ConnectionError):
            continue
        raise AssertionError("a handshake succeeded that should not")


@suite.case
def plain_http_is_told_to_use_https(stage):
    with socket.create_connection(("127.0.0.1", stage.port), timeout=20) as connection:
        connection.sendall(b"GET /api HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    expect_in("HTTP/1.1 400 ", answer.decode())
    expect_in("Use https://", answer.decode())


@suite.case
def what_is_no_handshake_ends_and_others_go_on(stage):
    silent = socket.create_connection(("127.0.0.1", stage.port), timeout=30)
    with socket.create_connection(("127.0.0.1", stage.port), timeout=20) as garbage:
        garbage.sendall(b"\x16\x03\x01" + os.urandom(2000))
        while garbage.recv(4096):
            pass
    began = time.monotonic()
    expect_equal(stage.get()[0], 200)
    assert time.monotonic() - began < 5
    expect_equal(silent.recv(1), b"")
    assert time.monotonic() - began < 25, "a handshake that does not come ends within the time for a head"


@suite.case
def kept_alive_requests_large_bodies_and_a_proper_end(stage):
    connection = http.client.HTTPSConnection("localhost", stage.port, context=stage.context(), timeout=30)
    headers = {"X-Octopus-ApiKey": KEY, "Content-Type": "application/json"}
    description = "z" * 900_000
    for n in range(3):
        body = '{"Name":"Large %d","Description":"%s"}' % (n, description)
        connection.request("POST", "/api/Spaces-1/projectgroups", body, headers)
        answer = connection.getresponse()
        expect_equal(answer.status, 201, answer.read()[:300])
        connection.request("GET", "/api/Spaces-1/projectgroups?take=1000", headers=headers)
        whole = connection.getresponse().read()
        expect_in(description, whole.decode())
    connection.request("GET", "/api", headers={**headers, "Connection": "close"})
    expect_equal(connection.getresponse().status, 200)
    with stage.connect() as raw:
        raw.sendall(b"GET /api HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        raw.suppress_ragged_eofs = False  # the end must be TLS's own
        while raw.recv(65536):
            pass


@suite.case
def a_new_certificate_is_used_after_sighup_and_old_connections_go_on(stage):
    kept = http.client.HTTPSConnection("localhost", stage.port, context=stage.context("first"), timeout=20)
    kept.request("GET", "/api")
    kept.getresponse().read()
    stage.use("second")
    os.kill(stage.server.pid, signal.SIGHUP)
    until(lambda: stage.shows("second"), 5, "the second certificate")
    expect_equal(stage.shows("first"), False)
    kept.request("GET", "/api")
    expect_equal(kept.getresponse().status, 200)


@suite.case
def a_pair_that_does_not_match_keeps_the_old_one_and_is_logged_once(stage):
    stage.use("third", key="first")
    for _ in range(3):
        os.kill(stage.server.pid, signal.SIGHUP)
        time.sleep(0.2)
    expect_equal(stage.shows("second"), True)
    expect_equal(stage.server.log_text().count("the new TLS certificate can't be used"), 1)


@suite.case
def changed_files_are_noticed_without_a_signal(stage):
    stage.use("third")
    until(lambda: stage.shows("third"), 15, "the third certificate")


@suite.case
def a_start_that_can_not_work_says_why(stage):
    for settings, sentence in (
        ({"listen": "http://localhost:0"}, "give --listen https://"),
        ({"SLIPWAY_TLS_KEY": ""}, "HTTPS needs --tls-certificate and --tls-key"),
        ({"SLIPWAY_TLS_KEY": str(stage.folder / "no.key")}, "no.key can't be read"),
        ({"SLIPWAY_TLS_CERTIFICATE": str(stage.pairs["first"][0])}, "is not the one of the certificate"),
    ):
        failed = stage.start(log=f"start-{len(sentence)}.log", **settings)
        assert failed.process.wait(20) != 0
        expect_in(sentence, failed.log_text())


if __name__ == "__main__":
    with Folder() as folder:
        stage = Stage(folder)
        stage.listen()
        with stage.server:
            suite.run_and_exit(stage)
