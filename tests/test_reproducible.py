"""The same workflow gives the same bytes, whatever the threads, the processes and the order of sets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKFLOW = """
steps:
  digits: {collect.digits: {}}
  some: {process.sample: {table: digits, rows: 240, seed: 1}}
  parts: {process.split: {table: some, test: 0.25, stratify: digit, seed: 2}}
  scaled: {process.min_max: {table: parts.train}}
  pca: {learn.pca: {table: scaled, components: {sweep: [2, 3]}}}
  near: {learn.neighbors: {table: scaled, neighbors: 10}}
  tsne: {learn.tsne: {table: scaled, perplexity: {sweep: [5, 12]}, seed: 3, iterations: 60, early_iterations: 60}}
  umap: {learn.umap: {table: scaled, seed: {sweep: {seeds: 2}}, epochs: 40}}
  new: {process.apply: {fitted: umap.fitted, table: parts.test}}
  quality: {interpret.map_quality: {map: tsne, data: scaled}}
  table: {interpret.score_table: {scores: quality}}
  picture: {interpret.map: {map: pca, color: digit}}
results: {kept: table.rows}
"""


def stored(folder: Path) -> dict[str, dict[str, str]]:
    """The value ids (hashes of all bytes) of every task, by key."""
    return {p.stem: json.loads(p.read_bytes())["outputs"] for p in (folder / "tasks").glob("*/*.json")}


@pytest.mark.slow
@pytest.mark.row("F13")
def test_threads_processes_and_hash_seeds_change_no_byte(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(WORKFLOW)
    found = []
    # One worker process has all the threads of the machine.
    for name, options, seed in (("a", ["--threads", "1"], "0"), ("b", ["--on", "processes:1"], "1")):
        command = [sys.executable, "-m", "tenkai", "run", "w.yaml", "--json", "--cache", name, *options]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found.append((json.loads(done.stdout)["results"], stored(tmp_path / name)))
    first = found[0]
    for other in found[1:]:
        assert other[0] == first[0]
        assert other[1].keys() == first[1].keys(), "keys do not depend on the machine's state"
        differ = [key for key, outputs in first[1].items() if other[1][key] != outputs]
        told = [json.loads((tmp_path / "a" / "tasks" / k[:2] / f"{k}.json").read_bytes())["node"] for k in differ]
        assert told == []
