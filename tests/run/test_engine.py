"""Running: what is stored is not computed, one failure does not stop the rest, and every error has its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.run.engine import Engine, jobs
from tenkai.run.events import Event
from tenkai.run.project import Project
from tenkai.values import Scores, Sweep, Table

SWEPT = """
steps:
  rows: {collect.toy.rows: {n: 4}}
  more: {process.toy.slow: {table: rows, add: {sweep: [1, 2, 3]}}}
  sum: {interpret.toy.total: {table: more}}
  all: {interpret.toy.stack: {tables: more}}
results: {total: sum.total, points: all.rows}
"""


def calls(log: Path) -> list[str]:
    """The calls since the last look."""
    lines = [line for line in log.read_text().splitlines() if "end" not in line]
    log.write_text("")
    return sorted(lines)


@pytest.mark.row("F13")
def test_a_second_run_computes_nothing(workflow: Callable[..., Project], toys: Path) -> None:
    first = workflow(SWEPT).run()
    assert len(calls(toys)) == 1 + 3 + 3 + 1
    assert (len(first.outcome.computed), first.to_json()["cached"]) == (8, 0)
    second = workflow(SWEPT).run()
    assert calls(toys) == []
    assert (second.outcome.computed, second.to_json()["cached"]) == ([], 8)
    assert second.figures() == first.figures()


@pytest.mark.row("F13", "F9")
def test_one_more_value_computes_one_value(workflow: Callable[..., Project], toys: Path) -> None:
    workflow(SWEPT).run()
    calls(toys)
    result = workflow(SWEPT.replace("[1, 2, 3]", "[1, 2, 2.5, 3]")).run()
    assert calls(toys) == ["slow start add=2.5", "stack", "total"]
    assert result.outcome.computed == ["more[add=2.5]", "sum[add=2.5]", "all"]


def test_fewer_values_compute_only_what_gathers_them(workflow: Callable[..., Project], toys: Path) -> None:
    workflow(SWEPT).run()
    calls(toys)
    workflow(SWEPT.replace("[1, 2, 3]", "[3, 1]")).run()
    assert calls(toys) == ["stack"]


def test_names_comments_and_order_of_the_file_do_not_count(workflow: Callable[..., Project], toys: Path) -> None:
    workflow(SWEPT).run()
    calls(toys)
    changed = """
    # the same, told otherwise
    results: {points: all.rows}
    steps:
      all:
        interpret.toy.stack:
          tables: more
      more:
        process.toy.slow:
          add: {sweep: [1, 2, 3]}
          seconds: 0        # the default
          table: rows
      rows: {collect.toy.rows: {seed: 0, n: 4}}
    """
    assert workflow(changed, "other.yaml").run().ok
    assert calls(toys) == []


def test_a_changed_file_is_read_again(workflow: Callable[..., Project], toys: Path, tmp_path: Path) -> None:
    text = "steps: {a: {collect.toy.lines: {path: numbers.txt}}, b: {interpret.toy.total: {table: a}}}"
    (tmp_path / "numbers.txt").write_text("1 2")
    workflow(text).run()
    assert calls(toys) == ["lines numbers.txt", "total"]
    workflow(text).run()
    assert calls(toys) == []
    (tmp_path / "numbers.txt").write_text("1 2 3")
    result = workflow(text).run()
    assert calls(toys) == ["lines numbers.txt", "total"]
    value = result.value("b")
    assert isinstance(value, Scores)
    assert value["total"] == 6


def test_equal_steps_of_one_workflow_run_once(workflow: Callable[..., Project], toys: Path) -> None:
    text = """
    steps:
      one: {collect.toy.rows: {n: 4}}
      two: {collect.toy.rows: {n: 4}}
      three: {process.toy.slow: {table: one}}
      four: {process.toy.slow: {table: two}}
      both: {process.toy.both: {left: three, right: four}}
    """
    result = workflow(text).run()
    assert calls(toys) == ["both", "rows n=4 seed=0", "slow start add=1"]
    assert len(result.outcome.finished) == 5
    assert len(result.outcome.computed) == 3


def test_values_computed_together_are_stored_one_by_one(workflow: Callable[..., Project], toys: Path) -> None:
    text = "steps: {a: {collect.toy.rows: {}}, b: {process.toy.shift: {table: a, by: {sweep: [1, 2, 3]}}}}"
    result = workflow(text).run()
    assert calls(toys) == ["rows n=4 seed=0", "shift 1 2 3"]
    value = result.value("b")
    assert isinstance(value, Sweep)
    assert [t["x"][0] for t in value.items] == [1, 2, 3]
    workflow(text.replace("[1, 2, 3]", "[1, 5, 2, 6]")).run()
    assert calls(toys) == ["shift 5 6"]
    workflow(text.replace("{sweep: [1, 2, 3]}", "5")).run()
    assert calls(toys) == []


@pytest.mark.row("F5")
def test_any_step_alone_with_what_it_needs(workflow: Callable[..., Project], toys: Path) -> None:
    workflow(SWEPT).run(to=["more"])
    assert calls(toys) == ["rows n=4 seed=0", "slow start add=1", "slow start add=2", "slow start add=3"]
    assert workflow(SWEPT).run(to=["all.table"]).value("all.table").summary()["rows"] == 3
    with pytest.raises(TenkaiError, match=r"TK108: 'mor' leads nowhere.*Did you mean 'more'\?"):
        workflow(SWEPT).run(to=["mor"])


@pytest.mark.row("F9")
def test_a_figure_becomes_a_setting(workflow: Callable[..., Project], toys: Path) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: 4}}
      sum: {interpret.toy.total: {table: rows}}
      final: {process.toy.slow: {table: rows, add: {from: sum.total}}}
    """
    table = workflow(text).run().value("final")
    assert isinstance(table, Table)
    assert table["x"].to_list() == [6, 7, 8, 9]


def test_a_figure_that_fits_no_setting_is_told_with_its_place(workflow: Callable[..., Project]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: 4}}
      sum: {interpret.toy.total: {table: rows}}
      final: {process.toy.slow: {table: rows, seconds: {from: sum.total}}}
      last: {collect.toy.rows: {n: {from: sum.first}}}
    """
    result = workflow(text.replace("n: 4", "n: 400")).run()
    assert str(result.error).splitlines() == [
        'TK111 process.toy.slow "final" seconds (w.yaml:5): 79800.0 is not allowed. Allowed: a number, 0 to 60.',
        'TK111 collect.toy.rows "last" n (w.yaml:6): 0.0 is not allowed. Allowed: a whole number, 1 to 1000000.',
    ]


# ---- failures ---------------------------------------------------------------------------------

FAILING = """
steps:
  rows: {collect.toy.rows: {n: 4}}
  bad: {process.toy.fail: {table: rows, how: HOW}}
  after: {process.toy.slow: {table: bad}}
  last: {interpret.toy.total: {table: after}}
  other: {process.toy.slow: {table: rows, add: 9}}
results: {good: other.rows, bad: last.total}
"""


@pytest.mark.parametrize(
    ("how", "text"),
    [
        (
            "library",
            'TK401 process.toy.fail "bad" (w.yaml:4): the step failed: LinAlgError: Singular matrix. '
            "Run with --debug to see where it arose.",
        ),
        (
            "value",
            'TK401 process.toy.fail "bad" (w.yaml:4): the step failed: ValueError: the numbers do not fit. '
            "Run with --debug to see where it arose.",
        ),
        (
            "unusual",
            'TK401 process.toy.fail "bad" (w.yaml:4): the step failed: Unusual: never seen before. '
            "Run with --debug to see where it arose.",
        ),
        ("data", "TK203 process.toy.fail \"bad\" how (w.yaml:4): row 'Row0' is not allowed. Leave it out."),
    ],
)
@pytest.mark.parametrize("on", ["local", "processes:1"])
def test_a_failure_is_told_with_its_place_and_stops_only_what_needs_it(
    how: str, text: str, on: str, workflow: Callable[..., Project], toys: Path
) -> None:
    result = workflow(FAILING.replace("HOW", how)).run(on=on)
    assert not result.ok
    assert str(result.error) == text
    assert sorted(result.outcome.computed) == ["other", "rows"]
    assert list(result.outcome.failed) == ["bad"]
    assert sorted(result.outcome.skipped) == ["after", "last"]
    document = result.to_json()
    assert document["results"] == {"good": 4}
    assert document["problems"] == [text]
    [error] = result.outcome.failed.values()
    if how != "data":  # for --debug
        assert "Traceback" in "".join(error.__notes__)
        assert "fail.py" in "".join(error.__notes__)


def test_a_failed_step_is_tried_again(workflow: Callable[..., Project], toys: Path) -> None:
    workflow(FAILING.replace("HOW", "value")).run()
    calls(toys)
    workflow(FAILING.replace("HOW", "value")).run()
    assert calls(toys) == ["fail value"]
    assert workflow(FAILING.replace("HOW", "not")).run().ok
    assert calls(toys) == ["fail not", "slow start add=1", "total"]


def test_one_impossible_value_of_a_shared_sweep_fails_alone(workflow: Callable[..., Project]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: 4}}
      parts: {learn.pca: {table: rows, components: {sweep: [1, 2]}}}
    results: {ratio: parts.figures.ratio_1}
    """
    result = workflow(text).run()
    assert result.outcome.computed == ["rows", "parts[components=1]"]
    assert str(result.error) == (
        'TK111 learn.pca "parts" components (w.yaml:4): 2 is not allowed. 4 rows and 1 column have 1 component.'
    )
    assert list(result.outcome.failed) == ["parts[components=2]"]


def test_one_failing_point_of_a_sweep_leaves_the_others(workflow: Callable[..., Project]) -> None:
    text = FAILING.replace("how: HOW", "how: {sweep: [not, value, data]}")
    result = workflow(text).run()
    assert set(result.outcome.failed) == {"bad[how=value]", "bad[how=data]"}
    assert "last[how=not]" in result.outcome.computed
    assert result.outcome.skipped.count("last[how=value]") == 1
    assert result.figures() == {"good": 4}  # a figure of a sweep is there when all its points are


def test_a_missing_output_is_told(workflow: Callable[..., Project]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: 1}}
      cut: {process.toy.halves: {table: rows}}
      sum: {interpret.toy.total: {table: cut.second}}
    results: {n: cut.second.rows}
    """
    result = workflow(text).run()
    assert str(result.error) == (
        "TK108 interpret.toy.total \"sum\" (w.yaml:5): 'cut' has no output 'second' for these rows and settings."
    )
    with pytest.raises(
        TenkaiError, match=r"TK108: 'cut.second' was not made for these rows and settings. Made: 'first'"
    ):
        result.value("cut.second")


# ---- what is told -----------------------------------------------------------------------------


def test_events_tell_what_is_going_on(workflow: Callable[..., Project]) -> None:
    heard: list[Event] = []
    workflow(SWEPT).run(to=["rows"])
    workflow(SWEPT).run(listener=heard.append)
    kinds = [(e.kind, e.task) for e in heard if e.kind != "progress"]
    assert kinds[0] == ("plan", "")
    assert (heard[0].total, heard[0].cached) == (8, 1)
    assert kinds.count(("start", "more[add=1]")) == kinds.count(("done", "more[add=1]")) == 1
    steps = [e for e in heard if e.kind == "progress" and e.task == "more[add=1]"]
    assert [e.done for e in steps] == list(range(21))
    assert {(e.step, e.total, e.text) for e in steps} == {("process.toy.slow", 20, "adding")}


def test_results_of_a_sweep_name_their_points(workflow: Callable[..., Project]) -> None:
    assert workflow(SWEPT).run().figures() == {
        "total": [
            {"at": {"add": 1}, "value": 10.0},
            {"at": {"add": 2}, "value": 14.0},
            {"at": {"add": 3}, "value": 18.0},
        ],
        "points": 3,
    }


@pytest.mark.row("F10")
def test_a_gathered_sweep_has_the_swept_value_as_a_column(workflow: Callable[..., Project]) -> None:
    table = workflow(SWEPT).run().value("all")
    assert isinstance(table, Table)
    assert table.frame.to_dict(as_series=False) == {"add": ["1", "2", "3"], "total": [10.0, 14.0, 18.0]}


def test_notes_of_a_step_are_kept_with_a_cached_result(workflow: Callable[..., Project]) -> None:
    text = "steps: {a: {collect.toy.rows: {}}, b: {process.toy.shift: {table: a}}, c: {process.toy.slow: {table: b}}}"
    for _ in range(2):
        result = workflow(text).run()
        assert [str(n) for n in result.notes()] == ["TKW000: shifted 4 rows"]
        assert [str(n) for n in result.value("c").notes] == ["TKW000: shifted 4 rows"]


def test_the_same_from_python(workflow: Callable[..., Project], toys: Path) -> None:
    """A workflow and calls by hand give equal bits."""
    import tenkai as tk
    from tenkai.step import get_step

    rows = get_step("collect.toy.rows")(n=4)
    by_hand: Any = get_step("process.toy.slow")(rows, add=tk.sweep([1, 2, 3]))
    by_file = workflow(SWEPT).run().value("more")
    assert isinstance(by_file, Sweep)
    for (_, one), (_, other) in zip(by_hand, by_file, strict=True):
        assert one.frame.equals(other.frame)
        assert (one.identity.keys == other.identity.keys).all()


def test_an_unknown_executor_is_refused(workflow: Callable[..., Project]) -> None:
    for on in ("cloud", "processes:0", "processes:many", "local:2"):
        with pytest.raises(TenkaiError, match=f"TK501 --on: there is no executor '{on}'. Allowed: local, processes"):
            workflow(SWEPT).run(on=on)


def test_a_problem_of_the_plan_stops_before_anything_runs(workflow: Callable[..., Project], toys: Path) -> None:
    with pytest.raises(TenkaiError) as caught:
        workflow(SWEPT.replace("n: 4", "n: none").replace("tables: more", "tables: mare")).run()
    assert [p.code for p in caught.value.problems] == ["TK111", "TK108"]
    assert calls(toys) == []


def test_a_sweep_through_a_variable_shares_its_work(tmp_path: Path) -> None:
    """The variable drives one setting here; a step whose input it also changes is computed value by value."""
    path = tmp_path / "w.yaml"
    path.write_text(
        "variables: {k: {sweep: [1, 2]}}\n"
        "steps:\n"
        "  rows: {collect.generate.swiss_roll: {rows: 40}}\n"
        "  pca: {learn.pca: {table: rows, columns: [x, y, z], components: {from: k}}}\n"
        "  again: {learn.pca: {table: pca, columns: [PCA1], components: 1}}\n"
    )
    project = tk.load(path, cache=tmp_path / "cache")
    outcome = Engine(project.store(), project.places).plan(project.require_sound())
    work = jobs(outcome.expansion, list(outcome.expansion.tasks))
    assert [(j.tasks[0].node, len(j.tasks), j.shared) for j in work] == [
        ("rows", 1, None),
        ("pca", 2, ("components",)),
        ("again", 1, None),
        ("again", 1, None),
    ]
    together = project.run().value("pca")
    for k in (1, 2):
        alone = tk.load(path, settings={"k": k}, cache=tmp_path / "other").run().value("pca")
        assert together.at(k=k).frame.equals(alone.frame)
