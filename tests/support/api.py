"""A small client of the REST API."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Response:
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


class ApiError(AssertionError):
    """An answer that is no success."""

    def __init__(self, method, path, response):
        super().__init__(f"{method} {path} answered {response.status}: {response.body[:2000].decode(errors='replace')}")
        self.status = response.status
        self.body = response.json()


class Api:
    """One connection to a server. Paths without a leading slash are in the default space."""

    def __init__(self, address, key, timeout=30, observer=None):
        self.host = urlsplit(address).netloc
        self.key = key
        self._timeout = timeout
        self._observer = observer
        self._connection = None

    def send(self, method, path, body=None, headers=None):
        """Sends bytes (or a value as JSON) and returns whatever is answered."""
        path = path if path.startswith("/") else f"/api/Spaces-1/{path}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        sent = {"X-Octopus-ApiKey": self.key, "Content-Type": "application/json", **(headers or {})}
        sent = {name: value for name, value in sent.items() if value is not None}
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = http.client.HTTPConnection(self.host, timeout=self._timeout)
            try:
                self._connection.request(method, path, body, sent)
                answer = self._connection.getresponse()
                response = Response(answer.status, dict(answer.getheaders()), self._body_of(answer))
                break
            except (http.client.HTTPException, ConnectionError):
                self.close()
                # An idle connection may have been closed meanwhile; a fresh one must work.
                if fresh or attempt == 2:
                    raise
        if self._observer:
            self._observer(method, path, response)
        return response

    def _body_of(self, answer):
        """All of it; of an event stream, which has no end, the first event."""
        if not answer.getheader("Content-Type", "").startswith("text/event-stream"):
            return answer.read()
        lines = [answer.readline()]
        while lines[-1].strip():
            lines.append(answer.readline())
        self.close()
        return b"".join(lines)

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def _expect_success(self, method, path, body=None, headers=None):
        response = self.send(method, path, body, headers)
        if response.status not in (200, 201):
            raise ApiError(method, path, response)
        return response.json() if response.body else None

    def get(self, path):
        return self._expect_success("GET", path)

    def post(self, path, body, headers=None):
        return self._expect_success("POST", path, body, headers)

    def put(self, path, body):
        return self._expect_success("PUT", path, body)

    def delete(self, path):
        return self._expect_success("DELETE", path)
