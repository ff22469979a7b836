"""Kill a run at random moments, many times, then finish it: nothing may be lost, half-read or computed twice.

    python tests/run/kill.py [--kills 30] [--seed 0]

The workflow reads a table with real steps and adds to it with slow ones that tell a log of every call. A third
of the kills comes while the run starts and plans, the others while it computes and writes.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOYS = Path(__file__).resolve().parent.parent / "toys"
WORKFLOW = """
steps:
  rows:    {collect.toy.rows: {n: 150000}}
  some:    {process.sample: {table: rows, rows: 100000, seed: 3}}
  sorted:  {process.sort: {table: some, by: [x]}}
  first:   {process.toy.slow: {table: sorted, seconds: 0.12, add: {sweep: {range: [1, 8]}}}}
  moved:   {process.toy.shift: {table: first, by: {sweep: [100, 200]}}}
  second:  {process.toy.slow: {table: moved, seconds: 0.12, add: 0.5}}
  sum:     {interpret.toy.total: {table: second}}
  stacked: {interpret.toy.stack: {tables: second}}
results: {total: sum.total, points: stacked.rows}
"""


def environment(folder: Path) -> dict[str, str]:
    """The toys as if installed."""
    record = folder / "site" / "tenkai_toys-0.1.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: tenkai-toys\nVersion: 0.1\n")
    points = "".join(f"{s}.toy = tenkai_toys.{s}\n" for s in ("collect", "process", "interpret"))
    (record / "entry_points.txt").write_text(f"[tenkai.steps]\n{points}")
    (folder / "calls.log").touch()
    path = [str(record.parent), str(TOYS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "TOY_LOG": str(folder / "calls.log"), "TOY_TAGS": "1"}


def start(folder: Path, cache: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tenkai", "run", "w.yaml", "--json", "--cache", cache, *options]
    return subprocess.Popen(
        command, cwd=folder, env=environment_of[folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


environment_of: dict[Path, dict[str, str]] = {}


def finish(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate()
    assert process.returncode == 0, err
    document: dict[str, object] = json.loads(out)
    return document


def records(cache: Path) -> dict[str, dict[str, object]]:
    """All finished tasks by key. Each must be whole: a half-written one would not be JSON."""
    return {p.stem: json.loads(p.read_text()) for p in (cache / "tasks").glob("*/*.json")}


def slow_calls(text: str) -> tuple[list[str], list[str]]:
    """The calls of `process.toy.slow` that started, and those that ended, each named by what it adds to what."""
    lines = [line.split(" ", 2) for line in text.splitlines() if line.startswith("slow")]
    return [w for _, kind, w in lines if kind == "start"], [w for _, kind, w in lines if kind == "end"]


def main(kills: int, seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    environment_of[folder] = environment(folder)
    log = folder / "calls.log"
    (folder / "w.yaml").write_text(WORKFLOW)

    undisturbed = finish(start(folder, "undisturbed", "--on", "processes:2"))
    log.write_text("")

    cache = folder / "killed"
    known: set[str] = set()
    finished: set[str] = set()
    killed = 0
    for turn in range(kills):
        before = len(log.read_text())
        process = start(folder, "killed")
        if turn % 3 == 0:
            time.sleep(rng.uniform(0, 0.7))
        else:
            while len(log.read_text()) == before and process.poll() is None:
                time.sleep(0.005)
            time.sleep(rng.uniform(0, 0.4))
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        starts, ends = slow_calls(log.read_text()[before:])
        again = finished & set(starts)
        assert not again, f"computed again although finished: {again}"
        found = records(cache)
        new = sum(r["step"] == "process.toy.slow" for k, r in found.items() if k not in known)
        assert known <= set(found), "a finished task is gone"
        # Each task is recorded before the next one starts: all ends but perhaps the last have their record.
        assert len(ends) - 1 <= new <= len(ends), (ends, new)
        finished |= set(ends[:new])
        known = set(found)

    document = finish(start(folder, "killed"))
    assert document["results"] == undisturbed["results"], (document["results"], undisturbed["results"])
    assert document["cached"] == len(known), "what was finished was taken as it was"
    here, there = records(cache), records(folder / "undisturbed")
    assert {k: r["outputs"] for k, r in here.items()} == {k: r["outputs"] for k, r in there.items()}
    again = finish(start(folder, "killed"))
    assert (again["computed"], again["cached"]) == (0, len(here))
    check = [sys.executable, "-m", "tenkai", "cache", "verify", "--cache", str(cache)]
    verified = subprocess.run(check, check=False, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stderr
    print(json.dumps({"kills": killed, "tasks": len(here), "left for the last run": document["computed"]}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="tenkai-kill-"))
    try:
        main(options.kills, options.seed, place)
    finally:
        shutil.rmtree(place)
