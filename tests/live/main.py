"""The stream of committed changes and the log by lines, read with `curl` as a browser would: live, over a restart of the
server, from a number that is too old, and by readers that never read.
"""

import json
import re
import socket
import subprocess
import threading
import time
import urllib.request

from support.api import Api
from support.programs import Folder, Slipway
from support.suite import Suite, expect_equal, expect_in, until
from support.target import make_project, release_and_deploy, wait_for

suite = Suite()
ENVIRONMENTS = 300
STALLED = 30
KEPT_CHANGES = 20_000


class Stage:
    def __init__(self, folder):
        self._folder = folder
        self.server = Slipway(folder)
        self.api = Api(self.server.address, self.server.key)
        self.project = make_project(self.api)["Id"]
        path = f"projects/{self.project}/deploymentprocesses"
        process = self.api.get(path)
        nothing = {"Name": "Never", "ActionType": "Slipway.NoOp"}
        process["Steps"].append({"Name": "Never", "Condition": "Failure", "Actions": [nothing]})  # which the log tells
        self.api.put(path, process)
        self.environment = self.api.post("environments", {"Name": "Live"})["Id"]
        self._versions = 0

    def restart(self):
        self.server.kill()
        self.server = Slipway(self._folder, key=self.server.key)
        self.api = Api(self.server.address, self.server.key)

    def deploy(self):
        self._versions += 1
        task = release_and_deploy(self.api, self.project, self.environment, f"1.0.{self._versions}")
        wait_for(self.api, task, "Success")
        return task

    def metric(self, name):
        request = urllib.request.Request(f"{self.server.address}/metrics", headers={"X-Octopus-ApiKey": self.server.key})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return float(re.search(rf"^{name}(?:{{}})? (\S+)$", answer.read().decode(), re.MULTILINE)[1])

    def memory(self):
        """Resident, in MiB."""
        with open(f"/proc/{self.server.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


class Curl:
    """`curl -N` on the stream; `events` fills while it runs."""

    def __init__(self, stage, query="", header=None, path="/api/live"):
        command = ["curl", "-sN", "-H", f"X-Octopus-ApiKey: {stage.server.key}"]
        if header:
            command += ["-H", header]
        self._process = subprocess.Popen([*command, f"{stage.server.address}{path}{query}"], stdout=subprocess.PIPE)
        self.events, self.comments = [], 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        event = {}
        for raw in self._process.stdout:
            line = raw.decode().rstrip("\n")
            if not line:
                if event:
                    self.events.append(event)
                event = {}
            elif line.startswith(":"):
                self.comments += 1
            else:
                name, _, value = line.partition(": ")
                event[name] = json.loads(value) if name == "data" else value

    def __enter__(self):
        until(lambda: self.events, 10, "the stream begins")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def has_ended(self):
        return self._process.poll() is not None

    def names(self):
        return [event["event"] for event in self.events]

    def last(self):
        return int(self.events[-1]["id"])

    def until_task(self, task, state):
        def found():
            return [e for e in self.events if e["event"] == "task" and e["data"]["Id"] == task and e["data"]["State"] == state]

        return until(found, 10, f"the stream tells that {task} is {state}")


@suite.case
def a_deployment_is_told_from_its_making_to_its_end(stage):
    with Curl(stage) as curl:
        expect_equal(curl.names(), ["ready"])
        task = stage.deploy()
        ended = curl.until_task(task, "Success")[-1]["data"]
        expect_equal(ended["ProjectId"], stage.project)
        expect_equal(ended["EnvironmentId"], stage.environment)
        numbers = [int(event["id"]) for event in curl.events]
        expect_equal(numbers, sorted(set(numbers)))
        for name in ("release", "deployment", "task", "log"):
            expect_in(name, curl.names())


@suite.case
def a_reader_goes_on_where_it_was_after_the_server_was_killed(stage):
    with Curl(stage) as curl:
        stage.deploy()
        until(lambda: "log" in curl.names(), 10, "the deployment is told")
        time.sleep(0.5)
        seen = curl.last()
        missed = stage.deploy()
        stage.restart()
        until(curl.has_ended, 10, "the stream ends with the server")
    later = stage.deploy()
    for query, header in ((f"?after={seen}", None), ("?after=0", f"Last-Event-ID: {seen}")):
        with Curl(stage, query, header) as curl:
            expect_equal(curl.events[0]["event"], "ready")
            expect_equal(int(curl.events[0]["id"]), seen)
            curl.until_task(later, "Success")
            curl.until_task(missed, "Success")
            assert all(int(event["id"]) > seen for event in curl.events[1:])


@suite.case
def a_stream_ends_when_the_server_stops(stage):
    with Curl(stage) as curl:
        stage.server.stop()
        until(curl.has_ended, 10, "the stream ends")
    stage.restart()


@suite.case
def a_number_that_was_never_given_is_too_old_and_one_that_is_none_is_refused(stage):
    with Curl(stage, "?after=987654321") as curl:
        expect_equal(curl.names(), ["too-old"])
        now = curl.last()
        task = stage.deploy()
        curl.until_task(task, "Success")
        assert int(curl.events[1]["id"]) > now
    refused = stage.api.send("GET", "/api/live?after=x")
    expect_equal(refused.status, 400)
    expect_in("after", refused.body.decode())
    expect_equal(stage.api.send("GET", "/api/live", headers={"X-Octopus-ApiKey": None}).status, 401)


@suite.case
def a_quiet_stream_is_kept_alive_by_comments(stage):
    with Curl(stage) as curl:
        until(lambda: curl.comments, 25, "a comment comes")


@suite.case
def a_log_is_read_on_by_lines_while_its_task_runs(stage):
    task = stage.deploy()
    path = f"/api/tasks/{task}/log"
    whole = stage.api.get(path)
    assert whole["IsCompleted"] and whole["Lines"], whole
    expect_equal([line["Number"] for line in whole["Lines"]], list(range(1, whole["Last"] + 1)))
    expect_equal(stage.api.get(f"{path}?after={whole['Last']}")["Lines"], [])
    expect_equal(stage.api.get(f"{path}?tail=1")["Lines"], whole["Lines"][-1:])
    tree = stage.api.get(f"/api/tasks/{task}/details?lines=false")
    expect_equal(tree["ActivityLogs"][0]["LogElements"], [])


class Stalled:
    """Readers that ask for the stream and never read it."""

    def __init__(self, stage):
        host, port = stage.server.address.removeprefix("http://").split(":")
        self._sockets = []
        for _ in range(STALLED):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect((host, int(port)))
            reader.sendall(
                f"GET /api/live HTTP/1.1\r\nHost: h\r\nX-Octopus-ApiKey: {stage.server.key}\r\n\r\n".encode()
            )
            self._sockets.append(reader)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for reader in self._sockets:
            reader.close()


@suite.case
def readers_that_never_read_cost_a_bounded_buffer_and_are_let_go_while_a_good_one_misses_nothing(stage):
    for n in range(ENVIRONMENTS):
        stage.api.post("environments", {"Name": f"E{n}"})
    order = [environment["Id"] for environment in stage.api.get("environments/all")]
    with Curl(stage) as good, Stalled(stage):
        began = good.last()
        until(lambda: stage.metric("slipway_live_readers") == 1 + STALLED, 10, "they are readers")
        before, most = stage.memory(), 0
        give_up = time.monotonic() + 120
        while stage.metric("slipway_live_readers") > 1 or good.last() - began < KEPT_CHANGES + 2000:
            assert time.monotonic() < give_up, f"{stage.metric('slipway_live_readers')} readers"
            # There and back, since the first environment is the first phase of what is deployed.
            for each in (order[::-1], order):
                stage.api.put("environments/sortorder", each)
            most = max(most, stage.memory() - before)
        print(f"        {good.last() - began} changes, {most:.0f} MiB more for {STALLED} that never read")
        assert most < 4 * STALLED, f"{most} MiB"
        task = stage.deploy()
        good.until_task(task, "Success")
        documents = sum(event["event"] == "document" for event in good.events)
        expect_in("ready", good.names())
        assert "too-old" not in good.names(), "it kept up"
        print(f"        {documents} documents were told to the good one")
    with Curl(stage, f"?after={began}") as late:
        expect_equal(late.events[0]["event"], "too-old")


def main():
    with Folder() as folder:
        stage = Stage(folder)
        try:
            suite.run_and_exit(stage)
        finally:
            stage.server.stop()


if __name__ == "__main__":
    main()
