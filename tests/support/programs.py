"""Starts the programs under test on free ports, and ends only those."""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLIPWAY = Path(os.environ.get("SLIPWAY_BIN", ROOT / "build/release/slipway"))
AWSSIM = Path(os.environ.get("AWSSIM_BIN", ROOT / "build/release/awssim"))


class Folder:
    """A temporary folder, kept when a test fails so that logs can be read."""

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="slipway-test-"))
        return self.path

    def __exit__(self, kind, error, _):
        if kind is None or (kind is SystemExit and not error.code):
            shutil.rmtree(self.path)
        else:
            print(f"        (see {self.path})")


class Program:
    """A running program with its log on a file. Leaving the `with` block stops it."""

    def __init__(self, command, log, environment=None):
        self.log = Path(log)
        self._earlier_log = self.log.stat().st_size if self.log.exists() else 0  # of a program before this one
        with open(self.log, "ab") as stderr:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        """SIGTERM, and SIGKILL after 15 s. Returns the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self):
        """SIGKILL, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def log_text(self):
        return self.log.read_text(errors="replace")

    def wait_for_address(self, seconds=30):
        """The address that the program says it listens on."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            own_log = self.log.read_bytes()[self._earlier_log :].decode(errors="replace")
            found = re.search(r'"address":"(?:http://)?(127\.0\.0\.1:[1-9]\d*)"', own_log)
            if found:
                return f"http://{found.group(1)}"
            code = self.process.poll()
            assert code is None, f"{self.log.name} ended with {code} before it listened:\n{self.log_text()}"
            time.sleep(0.02)
        raise AssertionError(f"{self.log.name} does not say that it listens:\n{self.log_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Slipway(Program):
    """A server on a data folder. `address` is its base URL, `key` the admin's API key."""

    def __init__(self, folder, aws=None, environment=None, binary=SLIPWAY, key=None):
        self.key = key or f"API-{secrets.token_hex(16).upper()}"
        settings = {
            "SLIPWAY_ADMIN_API_KEY": self.key,
            "SLIPWAY_ECS_POLL_SECONDS": "1",
            "SLIPWAY_SETTLE_SECONDS": "3",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if aws:
            settings["AWS_ENDPOINT_URL"] = aws
        settings.update(environment or {})
        command = [binary, "server", "--data", Path(folder) / "data", "--listen", "127.0.0.1:0"]
        super().__init__(command, Path(folder) / "slipway.log", settings)
        try:
            self.address = self.wait_for_address()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, seconds=30):
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            try:
                with urllib.request.urlopen(f"{self.address}/health/ready", timeout=5) as response:
                    if response.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise AssertionError(f"the server is not ready after {seconds} s:\n{self.log_text()}")


class AwsSim(Program):
    """Simulated clouds made from a scenario. `speed` divides how long things take in them."""

    def __init__(self, folder, scenario, speed=50, seed=1):
        path = Path(folder) / "scenario.json"
        path.write_text(json.dumps(scenario))
        command = [AWSSIM, "--listen", "127.0.0.1:0", "--scenario", path, "--speed", speed, "--seed", seed]
        super().__init__(command, Path(folder) / "awssim.log")
        self.address = self.wait_for_address()

    def post(self, path, body):
        """Posts to the admin API, such as `/_sim/faults`."""
        request = urllib.request.Request(
            f"{self.address}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read() or b"null")

    def get(self, path):
        with urllib.request.urlopen(f"{self.address}{path}", timeout=10) as response:
            return json.loads(response.read())
