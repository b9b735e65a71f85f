"""Cases, run one after another; ends with the line `N passed, N failed`."""

import sys
import time
import traceback


class Suite:
    """Usage: decorate functions with `@suite.case`, then call `suite.run_and_exit()`."""

    def __init__(self):
        self._cases = []

    def case(self, function):
        """Registers a case. Its name is the function's, a sentence of behaviour."""
        self.add(function.__name__.replace("_", " "), function)
        return function

    def add(self, name, function, wanted=lambda: True):
        """Registers a case under a name of its own; it is left out when `wanted()` says so once it would run."""
        self._cases.append((name, function, wanted))

    def run_and_exit(self, *arguments):
        """Runs the cases whose name has all the words of the command line, each with `arguments`, and exits."""
        words = sys.argv[1:]
        passed, failed = 0, 0
        for name, function, wanted in self._cases:
            if not all(word in name for word in words) or not wanted():
                continue
            began = time.monotonic()
            try:
                function(*arguments)
                passed += 1
                print(f"ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:  # a case may fail in any way; the others still run
                failed += 1
                print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
        print(f"{passed} passed, {failed} failed")
        sys.exit(1 if failed or not passed else 0)


def expect_equal(actual, expected, what=""):
    """Fails with both values when they differ."""
    assert actual == expected, f"{what + ': ' if what else ''}expected {expected!r}, got {actual!r}"


def expect_in(part, whole, what=""):
    """Fails when `part` does not occur in `whole`."""
    assert part in whole, f"{what + ': ' if what else ''}expected {part!r} in {whole!r}"


def until(condition, seconds, what):
    """Returns the first true value of `condition()`, asked ten times a second; fails after `seconds`."""
    give_up = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < give_up, f"not within {seconds} s: {what}"
        time.sleep(0.1)
