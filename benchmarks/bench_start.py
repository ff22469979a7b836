"""Start-up of the command line, as whole processes: the median of several runs, in milliseconds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7


def milliseconds(command: list[str]) -> float:
    found = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        found.append(1000 * (time.perf_counter() - start))
    return statistics.median(found[1:])


def main() -> None:
    tenkai = str(Path(sys.executable).parent / "tenkai")
    with tempfile.TemporaryDirectory() as cache:
        subprocess.run([tenkai, "run", "swiss-roll", "--json", "--cache", cache], check=True, capture_output=True)
        cases = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "tenkai --help": [tenkai, "--help"],
            "tenkai run --help": [tenkai, "run", "--help"],
            "tenkai studies": [tenkai, "studies"],
            "tenkai check swiss-roll": [tenkai, "check", "swiss-roll"],
            "tenkai run swiss-roll --json (all stored)": [tenkai, "run", "swiss-roll", "--json", "--cache", cache],
            "python -c 'import sklearn'": [sys.executable, "-c", "import sklearn.base"],
            "python -c 'import umap'": [sys.executable, "-c", "import umap"],
        }
        print("| command | ms |\n|---|---|")
        for name, command in cases.items():
            print(f"| {name} | {milliseconds(command):.0f} |", flush=True)


if __name__ == "__main__":
    main()
