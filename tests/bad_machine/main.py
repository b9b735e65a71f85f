"""A disk that freezes or is full and a clock that is set: every deployment ends true, and what needs neither is answered."""

import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from support.api import Api, ApiError
from support.programs import SLIPWAY, AwsSim, Folder, Slipway
from support.shop import Shop, clients, scenario
from support.suite import Suite, expect_equal, expect_in, until

KEY = "API-BADMACHINEBADMACHINEBADM0000"
DEPLOYMENTS = 12
FROZEN_SECONDS = 25
DAY = 86400
VERSIONS = tuple(f"1.{n}.0" for n in range(9))

suite = Suite()


class Machine:
    """What is wrong with the machine, by files that the library preloaded into the server looks at."""

    def __init__(self, folder):
        self.folder = folder / "trouble"
        self.folder.mkdir()
        self.library = folder / "trouble.so"
        source = Path(__file__).with_name("trouble.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", self.library, source, "-ldl"], check=True)

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "SLIPWAY_TROUBLE": str(self.folder)}

    def begin(self, what, text=""):
        (self.folder / what).write_text(text)

    def end(self, what):
        (self.folder / what).unlink()


class UnreadyServer(Slipway):
    """A server that is not waited for until it calls itself ready."""

    def _wait_until_ready(self, seconds=30):
        pass


class Reader(threading.Thread):
    """A good client: asks for a list again and again, and remembers how long each answer took."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.times = []
        self._api = Api(address, KEY, timeout=60)
        self._done = threading.Event()

    def run(self):
        while not self._done.wait(0.005):
            began = time.monotonic()
            self._api.get("projects")
            self.times.append(time.monotonic() - began)

    def stop(self):
        self._done.set()
        self.join()
        return sorted(self.times)[int(len(self.times) * 0.99)]


class Stage:
    def __init__(self, folder, sim, machine, served):
        self.folder, self.sim, self.machine = folder, sim, machine
        self.served = served
        self._versions = iter(VERSIONS)
        with self.server() as server:
            self.shop = Shop(Api(server.address, KEY), served)

    def server(self, kind=Slipway):
        return kind(self.folder, self.sim.address, self.machine.environment(), binary=SLIPWAY, key=KEY)

    def rollouts(self):
        """How many were started in all the clouds so far."""
        accounts = self.sim.get("/_sim/calls")["accounts"]
        return sum(sum(account.get("deploymentsStarted", {}).values()) for account in accounts.values())

    def deploy(self, server):
        self._before = self.rollouts()
        self.shop.api = Api(server.address, KEY, timeout=60)
        version = next(self._versions)
        self.shop.release(version)
        return self.shop.deploy(version)

    def expect_success(self, tasks):
        for task in tasks:
            ended = self.shop.wait(task, 180)
            expect_equal(ended["State"], "Success", f"{ended['ErrorMessage']}\n{self.shop.log(task)}")

    def expect_waiting(self, tasks):
        """Returns once their rollouts are under way."""
        until(lambda: self.rollouts() - self._before >= len(tasks), 60, "rollouts under way")


def readiness(server):
    """Status and text of /health/ready, and how long it took."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(f"{server.address}/health/ready", timeout=10) as response:
            return response.status, json.loads(response.read())["Status"], time.monotonic() - began
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["Status"], time.monotonic() - began


def p99_of(server, seconds):
    reader = Reader(server.address)
    reader.start()
    time.sleep(seconds)
    return reader.stop()


@suite.case
def a_disk_that_freezes_while_rollouts_run_fails_none_and_keeps_no_reader_waiting(stage):
    with stage.server() as server:
        idle = p99_of(server, 5)
        tasks = stage.deploy(server)
        stage.expect_waiting(tasks)
        reader = Reader(server.address)
        stage.machine.begin("frozen")
        frozen_at = time.monotonic()
        reader.start()
        told = []
        while time.monotonic() - frozen_at < FROZEN_SECONDS:
            told.append(readiness(server))
            time.sleep(0.5)
        during = reader.stop()
        stage.machine.end("frozen")
        print(f"        p99 of a good client: {idle * 1000:.1f} ms idle, {during * 1000:.1f} ms while frozen")
        assert any(status == 503 and "does not answer" in text for status, text, _ in told), told
        assert max(took for _, _, took in told) < 1, "readiness waited for the disk"
        assert during <= max(5 * idle, 0.05), f"a reader waited {during} s, idle {idle} s"
        until(lambda: readiness(server)[0] == 200, 30, "readiness")
        stage.expect_success(tasks)


@suite.case
def writes_on_a_frozen_disk_are_refused_in_time_and_say_what_came_of_them(stage):
    with stage.server() as server:
        stage.machine.begin("frozen")
        api = Api(server.address, KEY, timeout=60)
        began = time.monotonic()
        for n in range(3):
            try:
                api.post("environments", {"Name": f"Frozen {n}"})
                raise AssertionError("the write was answered as done")
            except ApiError as error:
                expect_equal(error.status, 503)
                expect_in("disk of the database", json.dumps(error.body))
        assert time.monotonic() - began < 30, "the writes were waited for"
        stage.machine.end("frozen")
        until(lambda: api.send("POST", "environments", {"Name": "Thawed"}).status == 201, 30, "a write")
        names = [e["Name"] for e in api.get("environments?take=1000")["Items"]]
        assert names.count("Frozen 0") <= 1


@suite.case
def a_clock_that_is_set_by_a_day_ends_no_rollout(stage):
    with stage.server() as server:
        for jump in (DAY, -DAY):
            tasks = stage.deploy(server)
            stage.expect_waiting(tasks)
            stage.machine.begin("clock", str(jump))
            time.sleep(3)
            stage.expect_success(tasks)
            for task in tasks:
                document = stage.shop.api.get(f"/api/tasks/{task}")
                assert not document["Duration"].startswith("-"), document["Duration"]
            stage.machine.end("clock")
            time.sleep(1)


@suite.case
def a_server_that_starts_on_a_full_disk_reads_says_so_and_goes_on_once_there_is_room(stage):
    with stage.server() as server:
        tasks = stage.deploy(server)
        stage.expect_waiting(tasks)
    stage.machine.begin("full")
    with stage.server(UnreadyServer) as server:
        stage.shop.api = api = Api(server.address, KEY, timeout=60)
        status, text, _ = until(lambda: (r := readiness(server))[1] != "Starting or stopping" and r, 10, "a start")
        expect_equal(status, 503)
        expect_in("full", text)
        assert api.get("projects")["Items"], "nothing can be read"
        try:
            api.post("environments", {"Name": "No room"})
            raise AssertionError("the write was answered as done")
        except ApiError as error:
            expect_equal(error.status, 503)
            expect_in("full", json.dumps(error.body))
        expect_in("full", server.log_text())
        stage.machine.end("full")
        until(lambda: readiness(server)[0] == 200, 30, "readiness")
        api.post("environments", {"Name": "Room"})
        stage.expect_success(tasks)


def main():
    served = clients(DEPLOYMENTS)
    with Folder() as folder:
        machine = Machine(folder)
        with AwsSim(folder, scenario(served, ("0.9.0", *VERSIONS)), speed=10) as sim:
            suite.run_and_exit(Stage(folder, sim, machine, served))


if __name__ == "__main__":
    main()
