"""Bad input of every kind on every route of /api/openapi.json: refused in the contract's words, and nothing breaks."""

import re
import socket

from support.api import Api, Response
from support.programs import Folder, Slipway
from support.suite import Suite, expect_equal
from support.target import make_project

UNKNOWN_ID = "Unknown-987654321"
MEBIBYTE = 1024 * 1024

# Not JSON at all, or not UTF-8.
MALFORMED = {
    "cut off": b'{"Name":',
    "trailing garbage": b'{"Name":"x"} trailing',
    "bare word": b"nonsense",
    "unclosed string": b'{"Name":"x}',
    "bad escape": b'{"Name":"\\x"}',
    "missing comma": b'{"Name":"x" "Id":"y"}',
    "bad UTF-8": b'{"Name":"\xff\xfe\x80"}',
    "overlong UTF-8": b'{"Name":"\xc0\xaf"}',
    "UTF-16": '{"Name":"x"}'.encode("utf-16"),
    "NUL bytes": b"\0" * 64,
    "deep arrays": b"[" * (100 * 1024),
    "deep objects": b'{"a":' * (100 * 1024),
}
# JSON, but no document.
WRONG_SHAPE = {
    "an array": b"[1, 2, 3]",
    "a text": b'"text"',
    "a number": b"42",
    "true": b"true",
}
# Documents whose members can't be what they should.
ODD_DOCUMENTS = {
    "numbers for texts": b'{"Name":42,"Description":1,"Id":7,"ProjectId":3,"ReleaseId":4,"projectName":5,"Version":[]}',
    "objects for texts": b'{"Name":{"a":1},"Id":{},"ProjectId":{},"EnvironmentId":{},"projectName":{},"Version":{}}',
    "arrays for texts": b'{"Name":["x"],"Id":[],"ProjectId":[],"ReleaseId":[],"projectName":[],"releaseVersion":[]}',
    "texts for arrays": b'{"Name":"x","Phases":"x","Steps":"x","Variables":"x","Tags":"x","tenants":"x"}',
    "numbers for objects": b'{"Name":"x","ProjectEnvironments":7,"Links":7,"SecretKey":7,"VersioningStrategy":7}',
    "nulls in arrays": b'{"Name":"x","Phases":[null],"Steps":[null],"Variables":[null],"Tags":[null],"tenants":[null]}',
    "huge numbers": b'{"Name":"x","SortOrder":1e400,"Version":99999999999999999999999999}',
    "lone surrogates": b'{"Name":"\\ud800"}',
    "twice the same key": b'{"Name":"x","Name":"y","NAME":"z"}',
    "keys of other languages": b'{"$type":"System.Object","__proto__":{"admin":true},"constructor":{}}',
    "a name of 1 MiB": b'{"Name":"' + b"x" * MEBIBYTE + b'"}',
    "a name of control characters": b'{"Name":"\\u0000\\u0001\\r\\n\\u202e"}',
}
BOMB = b'{"Name":' + b"[" * (10 * MEBIBYTE)

# Refused wherever a page could be had.
BAD_SLICES = {
    "huge take": "take=99999999999999999999999999&skip=99999999999999999999999999",
    "take one above the largest": "take=2147483648",
    "negative take": "take=-1",
    "negative skip": "skip=-1",
    "take that is no number": "take=abc&skip=1e400",
    "take with a fraction": "take=1.5",
}
ODD_QUERIES = {
    "largest take": "take=2147483647&skip=2147483647",
    "bad UTF-8": "partialName=%ff%fe&name=%c0%af&ids=%ff",
    "SQL": "partialName=%27%20OR%201=1;--&ids=%27;DROP%20TABLE%20x;--&name=%25%25%25%5f",
    "cut-off escapes": "partialName=%&name=%4&ids=%zz",
    "many ids": "ids=" + ",".join(f"Projects-{n}" for n in range(5000)),
}
ODD_SEGMENTS = [
    "%ff%fe",
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "%27%20OR%201=1--",
    "x" * 3000,
    "Projects-99999999999999999999",
]


class Route:
    def __init__(self, method, path, operation):
        self.method, self.path = method, path
        self.takes_body = "requestBody" in operation
        self.parameters = re.findall(r"\{(\w+)\}", path)
        self.name = f"{method} {path}"

    def address(self, values):
        """The path with its parameters filled in: `values(parameter, segment before it)`."""
        segments = self.path.split("/")
        filled = [
            values(segment[1:-1], segments[index - 1]) if segment.startswith("{") else segment
            for index, segment in enumerate(segments)
        ]
        return "/".join(filled)


def routes_of(document):
    verbs = ("get", "post", "put", "delete", "head", "patch")
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            if method in verbs:
                yield Route(method.upper(), path, operation)


class Attack:
    """Sends bad input to one server and checks each answer."""

    def __init__(self, api, existing):
        self.api, self.existing = api, existing

    def known(self, parameter, segment):
        """An id that exists, so that the body gets read."""
        if parameter.lower().startswith("space"):
            return "Spaces-1"
        return self.existing.get(segment.lower(), UNKNOWN_ID)

    @staticmethod
    def unknown(parameter, _):
        return "Spaces-1" if parameter.lower().startswith("space") else UNKNOWN_ID

    def send(self, what, method, path, body=None, headers=None, refused=True):
        response = self.api.send(method, path, body, headers)
        problem = problem_of(response, refused)
        assert not problem, f"{what}: {method} {path[:200]}: {problem}\n{response.status} {response.body[:500]!r}"
        return response

    def on(self, route):
        """Everything bad at once, on one route."""
        if any(not name.lower().startswith("space") for name in route.parameters):
            self.send("unknown ids", route.method, route.address(self.unknown), b"{}" if route.takes_body else None)
            for segment in ODD_SEGMENTS:
                path = route.address(lambda name, _: "Spaces-1" if name.lower().startswith("space") else segment)
                self.send("odd segment", route.method, path, b"{}" if route.takes_body else None)
        if route.method == "GET":
            for what, query in ODD_QUERIES.items():
                self.send(what, "GET", f"{route.address(self.known)}?{query}", refused=False)
            self.slices(route.address(self.known))
        if route.takes_body:
            self.bodies(route)
        self.send("no key", route.method, route.address(self.unknown), b"{}", {"X-Octopus-ApiKey": None}, refused=False)

    def slices(self, path):
        page = self.api.send("GET", path)
        is_page = page.status == 200 and re.search(rb'"ItemsPerPage":\d', page.body)
        for what, query in BAD_SLICES.items():
            self.send(what, "GET", f"{path}?{query}", refused=is_page)

    def bodies(self, route):
        path = route.address(self.known)
        for what, body in {**MALFORMED, **WRONG_SHAPE}.items():
            self.send(what, route.method, path, body)
        for what, body in ODD_DOCUMENTS.items():
            # With unknown ids, so that a document which is merely lenient to take changes nothing.
            self.send(what, route.method, route.address(self.unknown), body, refused=False)
            if route.method == "POST":
                self.send(what, route.method, path, body, refused=False)
        self.send("10 MB of nesting", route.method, path, BOMB)


def problem_of(response: Response, refused):
    """What is wrong with an answer to bad input, if anything."""
    if response.status >= 500:
        return "the server gave up"
    if response.status < 400:
        return "it was accepted" if refused else None
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return "the error is no JSON"
    body = response.json()
    if not isinstance(body.get("ErrorMessage"), str) or not body["ErrorMessage"]:
        return "ErrorMessage is missing"
    errors = body.get("Errors")
    if response.status == 404 and errors is not None:
        return "a 404 must not carry Errors"
    if response.status in (400, 409) and not (errors and all(isinstance(error, str) for error in errors)):
        return "Errors is missing"
    return None


def one_of_each(api):
    """Ids of documents that exist, by the segment of their collection."""
    made = make_project(api)
    project = made["Id"]
    environment = api.post("environments", {"Name": "Target"})["Id"]
    release = api.post("releases", {"ProjectId": project, "Version": "1.0.0"})["Id"]
    deployment = api.post("deployments", {"ReleaseId": release, "EnvironmentId": environment})
    return {
        "projects": project,
        "projectgroups": made["ProjectGroupId"],
        "lifecycles": made["LifecycleId"],
        "environments": environment,
        "channels": api.get(f"projects/{project}/channels")["Items"][0]["Id"],
        "deploymentprocesses": f"deploymentprocess-{project}",
        "variables": f"variableset-{project}",
        "tenants": api.post("tenants", {"Name": "Target"})["Id"],
        "tagsets": api.post("tagsets", {"Name": "Target", "Tags": [{"Name": "A", "Color": "#123456"}]})["Id"],
        "feeds": api.get("feeds/all")[0]["Id"],
        "accounts": api.post("accounts", {"Name": "Target", "AccountType": "UsernamePassword"})["Id"],
        "releases": release,
        "deployments": deployment["Id"],
        "tasks": deployment["TaskId"],
        "spaces": "Spaces-1",
        "users": "Users-1",
    }


def unknown_addresses_and_verbs_are_refused(attack):
    for path in (
        "/api/nonsense",
        "/api/Spaces-1/nonsense/x",
        "/api/Spaces-987/projects",
        "/nonsense",
        "/api/%zz",
        "//",
    ):
        attack.send("unknown address", "GET", path)
    for method in ("DELETE", "PATCH", "TRACE", "BREW"):
        attack.send("unknown verb", method, "/api/Spaces-1/projects")


RAW_REQUESTS = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an endless header": b"GET /api HTTP/1.1\r\nHost: x\r\nX: " + b"y" * (2 * MEBIBYTE) + b"\r\n\r\n",
    "an endless address": b"GET /" + b"y" * (2 * MEBIBYTE) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a negative length": b"POST /api/Spaces-1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "a length that never comes": b"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n{",
    "bad chunks": b"POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bare line feeds": b"GET /api HTTP/1.1\nHost: x\n\n",
    "NUL in a header": b"GET /api HTTP/1.1\r\nHost: x\r\nX-Octopus-ApiKey: \0\r\n\r\n",
}


def what_is_no_proper_http_is_refused(attack):
    host, port = attack.api.host.split(":")
    for what, request in RAW_REQUESTS.items():
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(65536)
            except (ConnectionError, socket.timeout):
                continue  # hanging up is an answer too
            status = int(answer.split()[1]) if answer.startswith(b"HTTP/") else 400
            assert status < 500, f"{what}: {answer[:300]!r}"
        expect_equal(attack.api.send("GET", "/health/live").status, 200, f"health after {what}")


def main():
    suite = Suite()
    with Folder() as folder:
        server = Slipway(folder)

        def nothing_crashed_and_no_sanitizer_complained(_):
            expect_equal(server.stop(), 0, "exit code")
            log = server.log_text()
            for trace in ("ERROR: AddressSanitizer", "runtime error:", "LeakSanitizer", "terminate called"):
                assert trace not in log, log[log.index(trace) :][:3000]

        with server:
            api = Api(server.address, server.key, timeout=60)
            attack = Attack(api, one_of_each(api))
            for route in routes_of(api.get("/api/openapi.json")):
                suite.add(route.name, lambda attack, route=route: attack.on(route))
            for check in (unknown_addresses_and_verbs_are_refused, what_is_no_proper_http_is_refused):
                suite.case(check)
            suite.case(nothing_crashed_and_no_sanitizer_complained)
            suite.run_and_exit(attack)


if __name__ == "__main__":
    main()
