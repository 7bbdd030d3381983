"""How long `coproweek --help` takes to answer, beside a bare `import click`: the command should feel like nothing.

Each is a process of its own, and they take turns, so that a busy machine slows both alike. Run it with `make bench`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

LIMIT = 3.0
"""`coproweek --help` may take this many times as long as importing click."""

BARE = [sys.executable, "-c", "import click"]
HELP = [sys.executable, "-m", "collector.cli", "--help"]


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def compare(runs: int) -> tuple[float, float]:
    """The median wall times in seconds of both, after one run each that fills the file caches."""
    seconds(BARE), seconds(HELP)
    pairs = [(seconds(BARE), seconds(HELP)) for _ in range(runs)]
    return statistics.median(bare for bare, _ in pairs), statistics.median(full for _, full in pairs)


def main() -> int:
    """Print the comparison; exit code 1 when the limit is passed."""
    bare, full = compare(15)
    print(f"import click       {bare * 1000:6.0f} ms")
    print(f"coproweek --help   {full * 1000:6.0f} ms   {full / bare:.2f} times (limit {LIMIT:.0f})")
    return int(full / bare > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
