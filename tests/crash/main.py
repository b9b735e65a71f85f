"""Kills the server wherever it can be killed, and sees that nothing is lost, doubled or told otherwise afterwards.

--kills N: SIGKILL at N random instants of the release binary, or --seconds N: at as many as fit. --seed S: of those
instants (printed). The fail-point binary (SLIPWAY_FAILPOINTS_BIN) is killed at every point that a clean run passes.
"""

import argparse
import os
import random
import sys
import threading
import time
import uuid
from pathlib import Path

from support.api import Api
from support.programs import ROOT, SLIPWAY, AwsSim, Folder, Slipway
from support.shop import FAMILY, Shop, clients, scenario
from support.suite import Suite, expect_equal, until

FAILPOINTS = Path(os.environ.get("SLIPWAY_FAILPOINTS_BIN", ROOT / "build/failpoints/slipway"))
KEY = "API-CRASHCRASHCRASHCRASHCRASH0000"
QUICK = {"SLIPWAY_ECS_POLL_SECONDS": "0.1", "SLIPWAY_SETTLE_SECONDS": "0.5"}
MOST_RELEASES = 400


class Reader(threading.Thread):
    """Reads the tasks' logs over and over, as a browser would, and remembers every line it was shown."""

    def __init__(self, address, tasks):
        super().__init__(daemon=True)
        self.lines = {task: {} for task in tasks}
        self._api = Api(address, KEY, timeout=5)
        self._done = threading.Event()

    def run(self):
        while not self._done.is_set():
            for task, lines in self.lines.items():
                try:
                    lines.update(read_log(self._api, task))
                except Exception:  # the server is being killed
                    self._api.close()
            self._done.wait(0.02)

    def stop(self):
        self._done.set()
        self.join()


def read_log(api, task):
    """All lines of a task: number → (node, text). Fails when a number occurs twice."""
    lines = {}

    def walk(node):
        for element in node["LogElements"]:
            assert element["Number"] not in lines, f"{task}: line {element['Number']} occurs twice"
            lines[element["Number"]] = (node["Id"], element["MessageText"])
        for child in node["Children"]:
            walk(child)

    for root in api.get(f"/api/tasks/{task}/details")["ActivityLogs"]:
        walk(root)
    return lines


class Yard:
    """Clouds and one data folder that all the crashes share: a new release for each."""

    def __init__(self, folder):
        self.folder = folder
        self.clients = clients(3)
        self._versions = iter(range(1, MOST_RELEASES))
        versions = ("0.9.0", *(f"1.0.{n}" for n in range(1, MOST_RELEASES)))
        self.sim = AwsSim(folder, scenario(self.clients, versions), speed=200)

    def server(self, binary=SLIPWAY, environment=None):
        return Slipway(
            self.folder, self.sim.address, {**QUICK, **(environment or {})}, binary=binary, key=KEY
        )

    def set_up(self):
        with self.server() as server:
            self.shop = Shop(Api(server.address, KEY), self.clients)

    def counts(self):
        """Revisions registered and rollouts started so far, by account."""
        accounts = self.sim.get("/_sim/calls")["accounts"]
        return {
            client.account: (
                accounts.get(client.account, {}).get("revisionsRegistered", {}).get(FAMILY, 0),
                sum(accounts.get(client.account, {}).get("deploymentsStarted", {}).values()),
            )
            for client in self.clients
        }

    def deploy_and_crash(self, binary, environment, kill):
        """Deploys a new release, lets `kill(server)` end the server at some instant, and checks what comes after."""
        version = f"1.0.{next(self._versions)}"
        before = self.counts()
        idempotency = {"Idempotency-Key": str(uuid.uuid4())}
        with self.server(binary, environment) as server:
            self.shop.api = Api(server.address, KEY, timeout=10)
            self.shop.release(version)
            reader, tasks = None, None
            killer = threading.Thread(target=kill, args=(server,))
            killer.start()
            try:
                tasks = self.shop.deploy(version, headers=idempotency)
                reader = Reader(server.address, tasks)
                reader.start()
            except OSError:
                pass  # killed before it answered: the same call is made again below
            killer.join()
            if reader:
                reader.stop()
        with self.server() as server:
            self.shop.api = Api(server.address, KEY)
            again = self.shop.deploy(version, headers=idempotency)
            if tasks:
                expect_equal(again, tasks, "the repeated call's answer")
            for task in again:
                ended = self.shop.wait(task, 60)
                expect_equal(ended["State"], "Success", f"{ended['ErrorMessage']}\n{self.shop.log(task)}")
            if reader:
                self.expect_lines(reader)
        for account, (revisions, rollouts) in self.counts().items():
            expect_equal(revisions - before[account][0], 1, f"new revisions in {account}")
            expect_equal(rollouts - before[account][1], 1, f"rollouts in {account}")

    def expect_lines(self, reader):
        """Every line that was shown is there again, once, under the same number."""
        for task, seen in reader.lines.items():
            now = read_log(self.shop.api, task)
            for number, line in seen.items():
                expect_equal(now.get(number), line, f"{task}, line {number}")


class Stretch:
    """Whether time is left of `seconds`, which begin when it is asked first."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._end = None

    def __call__(self):
        self._end = self._end or time.monotonic() + self._seconds
        return time.monotonic() < self._end


def wait_for_death(server):
    until(lambda: server.process.poll() is not None, 60, "the fail point to be reached")


def count_points(yard):
    """The fail points that a clean run passes, in order."""
    listing = yard.folder / "points.log"
    version = f"1.0.{next(yard._versions)}"
    with yard.server(FAILPOINTS, {"SLIPWAY_FAILPOINT_LOG": str(listing)}) as server:
        yard.shop.api = Api(server.address, KEY)
        yard.shop.release(version)
        for task in yard.shop.deploy(version):
            expect_equal(yard.shop.wait(task)["State"], "Success")
    return listing.read_text().split("\n")[:-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seconds", type=int, help="in place of --kills")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--no-points", action="store_true", help="only the random instants")
    arguments = parser.parse_args()
    sys.argv = sys.argv[:1]
    print(f"seed {arguments.seed}", flush=True)
    luck = random.Random(arguments.seed)
    suite = Suite()
    with Folder() as folder:
        yard = Yard(folder)
        with yard.sim:
            yard.set_up()
            if not arguments.no_points:
                for number, name in enumerate(count_points(yard), 1):
                    environment = {"SLIPWAY_FAILPOINT_KILL": str(number)}
                    suite.add(
                        f"killed at point {number}: {name}",
                        lambda environment=environment: yard.deploy_and_crash(FAILPOINTS, environment, wait_for_death),
                    )
            time_left = Stretch(arguments.seconds) if arguments.seconds else lambda: True
            kills = MOST_RELEASES // 2 if arguments.seconds else arguments.kills
            for number in range(1, kills + 1):
                delay = luck.uniform(0, 2.5)

                def kill(server, delay=delay):
                    time.sleep(delay)
                    server.kill()

                suite.add(
                    f"killed at random instant {number}: after {delay:.3f} s",
                    lambda kill=kill: yard.deploy_and_crash(SLIPWAY, {}, kill),
                    wanted=time_left,
                )
            suite.run_and_exit()


if __name__ == "__main__":
    main()
