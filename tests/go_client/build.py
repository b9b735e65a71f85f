"""The Go client's own end-to-end tests, compiled from the module that go.mod pins; nothing of them is kept here."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from support.programs import ROOT

HERE = Path(__file__).resolve().parent
MODULE = "github.com/OctopusDeploy/go-octopusdeploy/v2"
SCRATCH = ROOT / "build/go_client"


def compiled_tests():
    """The test program and the folder that it expects to run in; compiled once for each pin and each Go."""
    go = _go()
    source = SCRATCH / "module"
    program = SCRATCH / "e2e.test"
    stamp = SCRATCH / "stamp"
    wanted = _digest(go)
    if not (program.exists() and stamp.exists() and stamp.read_text() == wanted):
        _fetch(go, source)
        print("compiling the client's tests", flush=True)
        _run([go, "test", "-c", "-o", str(program), "./test/e2e"], source)
        stamp.write_text(wanted)
    return program, source / "test/e2e"


def _go():
    """A Go that is new enough for the client: the machine's own, else the one that requirements.txt pins."""
    own = shutil.which("go")
    if own and _version(own) >= (1, 23, 12):
        return own
    subprocess.run([str(ROOT / "tests/support/make_venv.sh"), "go_client"], check=True)
    return str(ROOT / "build/venv-go_client/bin/go")


def _version(go):
    told = subprocess.run([go, "version"], capture_output=True, text=True, env=_environment()).stdout
    found = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", told)
    return tuple(int(part or 0) for part in found.groups()) if found else (0, 0, 0)


def _environment():
    # What go.mod and go.sum pin, and nothing else: no other toolchain, no change of either file.
    return {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"}


def _run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=_environment())
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def _digest(go):
    pin = (HERE / "go.mod").read_bytes() + (HERE / "go.sum").read_bytes()
    return hashlib.sha256(pin + str(_version(go)).encode()).hexdigest()


def _fetch(go, target):
    """The module, verified by the sum in go.sum, in a folder where it can be compiled: its tests use its internals."""
    folder = json.loads(_run([go, "mod", "download", "-json", MODULE], HERE))["Dir"]
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, copy_function=shutil.copyfile)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
