"""Content keys: equal work has equal keys, and whatever can change a result changes the key."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.plan.tasks import expand
from tenkai.run import keys as keys_module
from tenkai.run.code import Reached
from tenkai.run.engine import Engine
from tenkai.run.keys import Key, task_keys
from tenkai.run.project import Project
from tenkai.step import get_step

TEXT = """
steps:
  rows: {collect.toy.rows: {n: 4}}
  lines: {collect.toy.lines: {path: numbers.txt}}
  cut: {process.toy.halves: {table: rows}}
  more: {process.toy.slow: {table: cut.first, add: {sweep: [1, 2]}}}
  all: {interpret.toy.stack: {tables: more}}
  other: {process.toy.both: {left: lines, more: [lines]}}
  sum: {interpret.toy.total: {table: rows}}
  last: {process.toy.slow: {table: lines, add: {from: sum.total}}}
"""


@pytest.fixture
def keys(workflow: Callable[..., Project], tmp_path: Path) -> Callable[..., Mapping[str, Key]]:
    (tmp_path / "numbers.txt").write_text("1 2")

    def of(old: str = "", new: str = "") -> Mapping[str, Key]:
        assert old in TEXT
        project = workflow(TEXT.replace(old, new, 1))
        return Engine(project.store(), project.places).plan(project.require_sound()).keys

    return of


def changed(before: Mapping[str, Key], after: Mapping[str, Key]) -> set[str]:
    return {name for name in before if name in after and before[name].digest != after[name].digest}


@pytest.mark.parametrize(
    ("old", "new", "renewed"),
    [
        ("n: 4", "n: 4, seed: 0", set()),  # a default written out
        ("n: 4", "n: 4.0", set()),
        ("add: {sweep: [1, 2]}", "seconds: 0.0, add: {sweep: [1, 2]}", set()),
        ("n: 4", "n: 5", {"rows", "cut", "more[add=1]", "more[add=2]", "all", "sum", "last"}),
        ("cut.first", "cut.second", {"more[add=1]", "more[add=2]", "all"}),
        ("[1, 2]", "[1, 3]", {"all"}),
        ("[1, 2]", "[2, 1]", {"all"}),  # the order of the points is part of what is gathered
        ("more: [lines]", "more: [lines, lines]", {"other"}),
        ("more: [lines]", "right: lines", {"other"}),
        ("sum.total", "sum.first", {"last"}),
        ("numbers.txt", "./numbers.txt", {"lines", "other", "last"}),
    ],
)
def test_what_renews_which_keys(keys: Callable[..., Mapping[str, Key]], old: str, new: str, renewed: set[str]) -> None:
    assert changed(keys(), keys(old, new)) == renewed


def test_the_content_of_a_file_counts_and_its_time_does_not(
    keys: Callable[..., Mapping[str, Key]], tmp_path: Path
) -> None:
    before = keys()
    (tmp_path / "numbers.txt").touch()
    assert changed(before, keys()) == set()
    (tmp_path / "numbers.txt").write_text("1 3")
    assert changed(before, keys()) == {"lines", "other", "last"}


def test_the_content_of_a_folder_counts(workflow: Callable[..., Project], tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "a").write_text("1")

    def digest() -> str:
        project = workflow("steps: {a: {collect.toy.lines: {path: many}}}")
        return task_keys(expand(project.graph), project.workflow.place)["a"].digest

    from tenkai.data import looking_in

    with looking_in(workflow(TEXT).places):
        found = [digest()]
        (folder / "b").write_text("2")
        found.append(digest())
        (folder / "b").rename(folder / "c")
        found.append(digest())
        (folder / "c").unlink()
        found.append(digest())
    assert found[0] == found[3]
    assert len(set(found)) == 3


def test_a_new_version_of_a_step_renews_its_keys(
    keys: Callable[..., Mapping[str, Key]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys()
    monkeypatch.setattr(get_step("process.toy.slow"), "version", 2)
    assert changed(before, keys()) == {"more[add=1]", "more[add=2]", "all", "last"}


def test_a_new_version_of_a_library_renews_the_keys_of_steps_that_use_it(
    keys: Callable[..., Mapping[str, Key]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys()
    real = keys_module.reached

    def newer(step: object) -> Reached:
        found = real(step)  # type: ignore[arg-type]
        versions = tuple((n, "99.0" if n == "numpy" else v) for n, v in found.libraries)
        return replace(found, libraries=versions)

    monkeypatch.setattr(keys_module, "reached", newer)
    assert changed(before, keys()) == set(before)
    assert before["rows"].parts["libraries"]["numpy"] != "99.0"


def test_the_parts_of_a_key_are_told_in_words(keys: Callable[..., Mapping[str, Key]]) -> None:
    found = keys()
    parts = found["last"].parts
    assert parts["step"] == "process.toy.slow version 1"
    assert parts["settings"] == {"seconds": 0.0, "deaf": False}
    assert parts["inputs"] == {"table": f"{found['lines'].digest}.table"}
    assert parts["from"] == {"add": f"{found['sum'].digest}.scores.total"}
    assert list(found["lines"].parts["files"]) == ["path"]


def test_a_file_that_is_not_there_is_told_with_its_place(workflow: Callable[..., Project]) -> None:
    project = workflow("steps:\n  a:\n    collect.toy.lines:\n      path: none.txt\n")
    with pytest.raises(TenkaiError, match=r'TK301 collect.toy.lines "a" path \(w.yaml:4\): there is no file'):
        Engine(project.store(), project.places).plan(project.graph)


def test_the_lens_quotes_the_names_of_this_workflow(tmp_path: Path) -> None:
    """Two workflows share a store; a step that learns from rows has another name in each."""
    texts = []
    for name in ("first", "second"):
        path = tmp_path / f"{name}.yaml"
        steps = f"{name}: {{process.standardize: {{table: rows}}}}\n  map: {{learn.pca: {{table: {name}}}}}"
        path.write_text(f"steps:\n  rows: {{collect.generate.line: {{}}}}\n  {steps}\n")
        scores = tk.load(path, cache=tmp_path / "cache").run().value("map.figures")
        assert isinstance(scores, tk.Scores) and scores.lens is not None
        texts.append(" ".join(scores.lens.sentences()))
    assert "first was prepared on" in texts[0]
    assert "second was prepared on" in texts[1] and "first" not in texts[1]
