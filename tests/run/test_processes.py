"""The executor of local processes gives what the local one gives, to the byte, and outlives its workers."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tenkai.errors import TenkaiError
from tenkai.run.events import Event
from tenkai.run.project import Project

TEXT = """
steps:
  rows: {collect.toy.rows: {n: 30}}
  more: {process.toy.slow: {table: rows, seconds: 0.05, add: {sweep: [1, 2, 3, 4]}}}
  moved: {process.toy.shift: {table: more, by: {sweep: [1, 2]}}}
  sum: {interpret.toy.total: {table: moved}}
  all: {interpret.toy.stack: {tables: moved}}
results: {total: sum.total, points: all.rows}
"""


def stored(folder: Path) -> dict[str, dict[str, str]]:
    """The value ids of every finished task, by key."""
    return {p.stem: json.loads(p.read_text())["outputs"] for p in (folder / "tasks").glob("*/*.json")}


def test_the_results_are_those_of_the_local_executor(workflow: Callable[..., Project], tmp_path: Path) -> None:
    here = workflow(TEXT, cache=tmp_path / "local").run()
    there = workflow(TEXT, cache=tmp_path / "processes").run(on="processes:2")
    assert there.figures() == here.figures()
    assert sorted(there.outcome.computed) == sorted(here.outcome.computed)
    assert len(here.outcome.computed) == 1 + 4 + 8 + 8 + 1
    assert stored(tmp_path / "processes") == stored(tmp_path / "local")
    assert workflow(TEXT, cache=tmp_path / "processes").run().outcome.computed == []


def test_workers_work_at_the_same_time(workflow: Callable[..., Project], toys: Path) -> None:
    text = TEXT.replace("seconds: 0.05", "seconds: 0.4")
    heard: list[Event] = []
    workflow(text).run(on="processes:2", listener=heard.append, to=["more"])
    lines = [line for line in toys.read_text().splitlines() if line.startswith("slow")]
    open_at_once, most = 0, 0
    for line in lines:
        open_at_once += 1 if "start" in line else -1
        most = max(most, open_at_once)
    assert most == 2
    assert {e.kind for e in heard if e.task == "more[add=1]"} == {"start", "progress", "done"}


def test_settings_of_the_run_reach_the_workers(workflow: Callable[..., Project]) -> None:
    result = workflow(TEXT, settings={"rows.n": 7, "more.seconds": 0}).run(on="processes:2", to=["rows", "more"])
    assert result.value("rows").summary()["rows"] == 7


def test_paths_are_those_of_the_workflow(workflow: Callable[..., Project], tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("1 2 3")
    text = "steps: {a: {collect.toy.lines: {path: numbers.txt}}}"
    assert workflow(text).run(on="processes:1").value("a").summary()["rows"] == 3


def test_a_killed_worker_fails_its_job_only(workflow: Callable[..., Project], toys: Path) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      dies: {process.toy.fail: {table: rows, how: kill}}
      after: {interpret.toy.total: {table: dies}}
      other: {process.toy.slow: {table: rows, seconds: 0.1, add: {sweep: [1, 2, 3]}}}
    """
    result = workflow(text).run(on="processes:2")
    assert str(result.error) == (
        'TK401 process.toy.fail "dies" (w.yaml:4): the worker process of this step ended by signal 9. '
        "It may have run out of memory: try fewer workers or fewer rows."
    )
    assert list(result.outcome.failed) == ["dies"]
    assert result.outcome.skipped == ["after"]
    assert sorted(result.outcome.computed) == ["other[add=1]", "other[add=2]", "other[add=3]", "rows"]


def test_workers_that_cannot_start_end_the_run(
    workflow: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = workflow(TEXT)
    # Without the toys on their path the workers do not know the workflow's steps.
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(TenkaiError, match=r"TK401: a worker process ended before it took any work .* --on local"):
        project.run(on="processes:2")


def test_equal_steps_run_once(workflow: Callable[..., Project], toys: Path) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      one: {process.toy.slow: {table: rows, seconds: 0.2}}
      two: {process.toy.slow: {table: rows, seconds: 0.2}}
      both: {process.toy.both: {left: one, right: two}}
    """
    result = workflow(text).run(on="processes:2")
    assert result.ok
    assert toys.read_text().count("slow start") == 1


def test_damage_is_repaired(workflow: Callable[..., Project], cache_dir: Path, every_file_apart: None) -> None:
    workflow(TEXT).run()
    for path in [*(cache_dir / "blobs").rglob("*")]:
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"?")
    result = workflow(TEXT, settings={"more.add": {"sweep": [1, 2, 3, 4, 5]}}).run(on="processes:2")
    assert result.ok, result.error
    assert result.figures()["points"] == 10


def test_stopping_ends_the_workers_and_keeps_what_is_done(workflow: Callable[..., Project], toys: Path) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      long: {process.toy.slow: {table: rows, seconds: 30, deaf: true}}
    """
    project = workflow(text)

    def stop() -> None:
        while "slow start" not in toys.read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop).start()
    with pytest.raises(TenkaiError, match=r"TK404: the run was stopped; 1 finished task is kept. Run again to go on."):
        project.run(on="processes:1")
    assert len(list(project.store().records())) == 1
