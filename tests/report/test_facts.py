import shlex
from typing import Any

import pytest

from tenkai.cli.running import parse_sets
from tenkai.plan.workflow import parse_workflow
from tenkai.report.facts import commands, names_data, overrides, run_facts, step_rows, workflow_file

TEXT = """
variables: {by: 2}
steps:
  rows: {collect.toy.rows: {n: 3}}
  more: {process.toy.shift: {table: rows, by: {from: by}}}
  bare: process.toy.shift
"""


@pytest.mark.parametrize(
    "value",
    [
        4,
        0.25,
        True,
        "plain",
        "data:mi/x.csv",
        "two words",
        "10",
        "true",
        "a: b",
        "#x",
        "炭素",
        [1, "b"],
        {"a": 1},
        None,
    ],
)
def test_what_was_set_from_outside_stands_in_the_command(value: Any) -> None:
    workflow = parse_workflow(TEXT, "trial", shown="trial.yaml")
    nodes = {**workflow.nodes}
    nodes["rows"] = type(nodes["rows"])("rows", "collect.toy.rows", {"n": value})
    changed = type(workflow)(**{**workflow.__dict__, "nodes": nodes})
    assert overrides(workflow) == {}
    assert overrides(changed) == {"rows.n": value}
    from tenkai.plan.graph import Graph

    words = shlex.split(commands(Graph(changed, {}, {}, {}))[0])
    assert words[:3] == ["tenkai", "run", "trial.yaml"]
    assert parse_sets([words[words.index("--set") + 1]]) == {"rows.n": value}


def test_the_command_runs_the_same_again(made: Any) -> None:
    result = made("steps: {rows: {collect.toy.rows: {n: 3}}}", rows__n=5, rows__seed=2)
    assert commands(result.graph) == [
        "tenkai run trial.yaml --set rows.n=5 --set rows.seed=2 --out trial-report",
        "tenkai show trial.yaml rows --set rows.n=5 --set rows.seed=2 --format csv",
    ]


def test_variables_set_from_outside() -> None:
    workflow = parse_workflow(TEXT, "trial")
    assert overrides(type(workflow)(**{**workflow.__dict__, "variables": {"by": 3}})) == {"by": 3}


@pytest.mark.parametrize(
    ("shown", "name"),
    [("a.yaml", "a.yaml"), ("../../a.yml", "a.yml"), ("C:\\x\\a.yaml", "a.yaml"), ("memory", "memory.yaml")],
)
def test_the_copy_stays_in_the_folder(shown: str, name: str) -> None:
    assert workflow_file(parse_workflow(TEXT, "trial", shown=shown)) == name


def test_data_names_are_noticed() -> None:
    assert not names_data(parse_workflow(TEXT, "trial"))
    assert names_data(parse_workflow("steps: {a: {collect.csv: {path: data:mi/x.csv}}}", "trial"))


def test_steps_tell_settings_wires_and_how_it_went(made: Any) -> None:
    result = made("""
steps:
  rows: {collect.toy.rows: {}}
  more: {process.toy.shift: {table: rows, by: {sweep: [1, 2]}}}
  bad:  {process.toy.fail: {table: rows, how: value}}
  none: {process.toy.shift: {table: bad}}
""")
    rows = {r.name: r for r in step_rows(result, result.tasks())}
    assert rows["more"].wires == (("table", "rows.table"),)
    assert [(s.name, s.value, s.changed) for s in rows["more"].settings] == [
        ("by", "1 · 2", True),
        ("twice", "false", False),
    ]
    assert rows["more"].settings[0].help == "is added to x"
    assert rows["more"].tasks == 2
    assert {n: (r.state, r.failed) for n, r in rows.items()} == {
        "rows": ("computed", False),
        "more": ("computed", False),
        "bad": ("failed", True),
        "none": ("not run", False),
    }
    assert rows["none"].seconds == rows["none"].memory == ""


def test_the_facts_of_a_run(made: Any) -> None:
    text = "steps: {rows: {collect.toy.rows: {seed: {sweep: {seeds: 2}}}}, sum: {interpret.toy.total: {table: rows}}}"
    made(text)
    result = made(text)
    facts = dict(run_facts(result, result.tasks()))
    assert facts["Tasks"] == "0 computed, 4 from the cache, 4 in all"
    assert facts["Seeds"] == "0, 1"
    assert facts["Executor"] == "local, 1 threads"
    assert "tenkai" in facts["Versions"]
    assert "polars" in facts["Libraries"]
    assert ", ," not in facts["Libraries"]
