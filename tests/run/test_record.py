"""What a run writes down, and what `why` says."""

import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from tenkai import __version__
from tenkai.run.engine import Engine
from tenkai.run.project import Project
from tenkai.run.why import why

TEXT = """
steps:
  rows: {collect.toy.rows: {n: 4, seed: 7}}
  moved: {process.toy.shift: {table: rows, by: 2}}
  bad: {process.toy.fail: {table: moved, how: value}}
"""


def last_record(folder: Path) -> dict[str, Any]:
    newest = max((folder / "runs").glob("*.json"), key=lambda p: p.stat().st_mtime_ns)
    found: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
    return found


def test_the_record_of_a_run(workflow: Callable[..., Project], cache_dir: Path) -> None:
    """Settings, versions, seeds, times, memory, warnings, and what failed."""
    result = workflow(TEXT).run(threads=2)
    record = last_record(cache_dir)
    assert result.to_json()["run"] + ".json" in [p.name for p in (cache_dir / "runs").iterdir()]
    assert record["workflow"] == "w"
    assert record["text"].strip() == TEXT.strip()
    assert record["tenkai"] == __version__
    assert record["python"] == platform.python_version()
    assert (record["executor"], record["threads"], record["interrupted"]) == ("local", 2, False)
    assert record["seconds"] > 0
    assert record["warnings"] == ["TKW000: shifted 4 rows"]
    assert [p.split(":")[0] for p in record["problems"]] == ['TK401 process.toy.fail "bad" (w.yaml']
    rows, moved, bad = record["tasks"]
    assert (rows["task"], rows["step"], rows["state"]) == ("rows", "collect.toy.rows version 1", "computed")
    assert rows["settings"] == {"n": 4, "seed": 7}
    assert rows["seed"] == 7
    assert rows["seconds"] >= 0
    assert 10**7 < rows["memory"] < 10**12
    assert rows["libraries"]["numpy"] == numpy.__version__
    assert moved["settings"] == {"by": 2.0, "twice": False}
    assert (bad["state"], bad["seconds"]) == ("failed", None)
    workflow(TEXT).run()
    assert [t["state"] for t in last_record(cache_dir)["tasks"]] == ["cached", "cached", "failed"]


def test_every_run_has_a_record_of_its_own(workflow: Callable[..., Project], cache_dir: Path) -> None:
    for _ in range(3):
        workflow(TEXT).run(to=["rows"])
    assert len(list((cache_dir / "runs").iterdir())) == 3


# ---- why --------------------------------------------------------------------------------------


def reasons(project: Project, node: str) -> list[tuple[bool, tuple[str, ...]]]:
    store = project.store()
    outcome = Engine(store, project.places).plan(project.require_sound())
    return [(r.hit, r.reasons) for r in why(outcome, store, [node])]


def test_why_a_step_was_never_run(workflow: Callable[..., Project]) -> None:
    assert reasons(workflow(TEXT), "rows") == [(False, ("this cache holds no run of this step",))]


def test_why_a_step_is_stored(workflow: Callable[..., Project]) -> None:
    workflow(TEXT).run()
    [(hit, (text,))] = reasons(workflow(TEXT), "rows")
    assert hit
    assert text.startswith("finished before, in 0.")
    assert text.endswith("nothing that counts has changed since")


@pytest.mark.parametrize(
    ("old", "new", "node", "text"),
    [
        ("seed: 7", "seed: 8", "rows", ("seed: 7 → 8",)),
        ("n: 4, seed: 7", "n: 5", "rows", ("n: 4 → 5", "seed: 7 → 0")),
        (
            "seed: 7",
            "seed: 8",
            "moved",
            ("what comes in at 'table' has changed", "it waits for rows, which must be computed"),
        ),
        ("by: 2", "by: 3", "moved", ("by: 2.0 → 3.0",)),
    ],
)
def test_why_a_step_is_computed(
    old: str, new: str, node: str, text: tuple[str, ...], workflow: Callable[..., Project]
) -> None:
    workflow(TEXT).run()
    assert reasons(workflow(TEXT.replace(old, new)), node) == [(False, text)]


def test_why_after_a_file_changed(workflow: Callable[..., Project], tmp_path: Path) -> None:
    text = "steps: {a: {collect.toy.lines: {path: numbers.txt}}}"
    (tmp_path / "numbers.txt").write_text("1 2")
    workflow(text).run()
    (tmp_path / "numbers.txt").write_text("1 2 3")
    assert reasons(workflow(text), "a") == [(False, ("the file of 'path' has changed",))]


def test_why_after_the_result_was_removed(workflow: Callable[..., Project], cache_dir: Path) -> None:
    workflow(TEXT).run()
    for path in (cache_dir / "tasks").glob("*/*.json"):
        path.unlink()
    assert reasons(workflow(TEXT), "rows") == [(False, ("its stored result was removed",))]


def test_why_of_a_sweep_compares_with_the_nearest_point(workflow: Callable[..., Project]) -> None:
    swept = TEXT.replace("by: 2", "by: {sweep: [1, 2]}")
    workflow(swept).run()
    changed = TEXT.replace("by: 2", "by: {sweep: [1, 2]}, twice: true")
    assert reasons(workflow(changed), "moved") == [(False, ("twice: false → true",))] * 2
