"""The Go client's own end-to-end tests, each alone on a server of its own; what is expected to fail is listed beside."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from go_client.build import HERE, compiled_tests
from support.api import Api
from support.programs import Folder, Slipway
from support.suite import until

LIST = HERE / "expected_failures.txt"
SECONDS = 60


def expected_failures():
    """Names of tests with the reason why each can't pass yet."""
    reasons = {}
    for line in LIST.read_text().splitlines():
        name, _, reason = line.partition("  ")
        if not name or name.startswith("#"):
            continue
        assert reason.strip(), f"{LIST.name}: {name} has no reason"
        assert name not in reasons, f"{LIST.name}: {name} is there twice"
        reasons[name] = reason.strip()
    return reasons


def make_furnished_data(folder):
    """A data folder as the tests expect it: with something that was deployed. Returns the key."""
    with Slipway(folder) as server:
        api = Api(server.address, server.key)
        environment = api.post("environments", {"Name": "Development"})
        project = api.post(
            "projects",
            {
                "Name": "Shop",
                "ProjectGroupId": api.get("projectgroups/all")[0]["Id"],
                "LifecycleId": api.get("lifecycles/all")[0]["Id"],
            },
        )
        release = api.post("releases", {"ProjectId": project["Id"], "Version": "1.0.0"})
        body = {"ReleaseId": release["Id"], "EnvironmentId": environment["Id"]}
        task = api.post("deployments", body)["TaskId"]
        until(lambda: api.get(f"/api/tasks/{task}")["IsCompleted"], 30, "the deployment's end")
        return server.key


def run_alone(program, folder, name, data, key):
    """Runs one test on a server with a copy of the data: passed, failed or skipped, and what it printed."""
    with Folder() as work:
        shutil.copytree(data, work / "data")
        with Slipway(work, key=key) as server:
            environment = {"OCTOPUS_HOST": server.address, "OCTOPUS_API_KEY": key, "HOME": str(work)}
            command = [str(program), f"-test.run=^{name}$", "-test.v", f"-test.timeout={SECONDS}s"]
            try:
                done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS + 10)
            except subprocess.TimeoutExpired as expired:
                return "failed", (expired.stdout or b"").decode(errors="replace")
    text = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0:
        return "failed", text
    # A test that finds nothing to try has shown nothing.
    passed = re.search(rf"^--- PASS: {name} ", text, re.M)
    return ("passed" if passed else "skipped"), text


def test_names(program, folder):
    listed = subprocess.run([str(program), "-test.list=."], cwd=folder, capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.split() if line.startswith("Test")]


def main():
    words = sys.argv[1:]
    program, folder = compiled_tests()
    names = test_names(program, folder)
    reasons = expected_failures()
    unknown = sorted(set(reasons) - set(names))
    passed, failed, expected = 0, 0, 0
    with Folder() as work:
        key = make_furnished_data(work)
        for name in names:
            if not all(word in name for word in words):
                continue
            began = time.monotonic()
            outcome, text = run_alone(program, folder, name, work / "data", key)
            took = f"({time.monotonic() - began:.1f} s)"
            if outcome == "passed" and name not in reasons:
                passed += 1
                print(f"ok      {name} {took}", flush=True)
            elif outcome == "passed":
                failed += 1
                print(f"FAILED  {name} passes now: take it out of {LIST.name} {took}", flush=True)
            elif name in reasons:
                expected += 1
                print(f"known   {name} {outcome}: {reasons[name]} {took}", flush=True)
            else:
                failed += 1
                print(f"FAILED  {name} {outcome} {took}\n{text[-4000:]}", flush=True)
        for name in unknown:
            failed += 1
            print(f"FAILED  {LIST.name} names {name}, which the client's tests don't have", flush=True)
        print(f"expected failures: {expected} of {len(names)}, listed in tests/go_client/{LIST.name}")
        print(f"{passed} passed, {failed} failed")
        sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
