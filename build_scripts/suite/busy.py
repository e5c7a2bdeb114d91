"""Runs tests while other work takes the processor: busy loops, four unless told otherwise.

    python -m build_scripts.suite.busy [TEST...] [--loops 4] [--times 1]

The tests run as `make test` runs them, TIMES in a row; the first run that fails ends it.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from build_scripts import ROOT

_LOOP = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""
"""Ends with whoever started it, however that ends"""


def main() -> int:
    """Run the tests; gives the exit status of the first run that failed, or 0."""
    parser = argparse.ArgumentParser(description="Run tests beside busy loops.")
    parser.add_argument("tests", nargs="*", default=["tests"], metavar="TEST")
    parser.add_argument("--loops", type=int, default=4)
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    suite = [sys.executable, "-m", "pytest", "--numprocesses", "3", "--dist", "worksteal"]
    with busy(options.loops):
        for run in range(1, options.times + 1):
            began_s = time.monotonic()
            status = subprocess.run([*suite, *options.tests], cwd=ROOT, check=False).returncode
            took_s = time.monotonic() - began_s
            load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
            print(f"run {run} of {options.times}: status {status}, {took_s:.0f} s, {load}")
            if status:
                return status
    return 0


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep so many processes busy for the while."""
    processes = [subprocess.Popen([sys.executable, "-c", _LOOP]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
