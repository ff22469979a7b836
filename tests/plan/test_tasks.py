"""Sweeps become tasks: how many, which points, and what goes into each. Brute force is the oracle."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenkai.errors import TenkaiError
from tenkai.plan.graph import Graph, bind
from tenkai.plan.tasks import Expansion, Gathered, Source, expand
from tenkai.plan.workflow import parse_workflow


def points(expansion: Expansion, node: str) -> list[dict[str, Any]]:
    """The points of a node, by axis name."""
    return [{expansion.axes[k].name: v for k, v in expansion.tasks[t].point} for t in expansion.of_node[node]]


def test_what_is_downstream_is_swept_too_and_the_rest_runs_once(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      more: {process.toy.slow: {table: rows, add: {sweep: [1, 2, 3]}}}
      sum: {interpret.toy.total: {table: more}}
      other: {interpret.toy.total: {table: rows}}
      all: {interpret.toy.stack: {tables: more}}
      after: {interpret.toy.total: {table: all}}
    """
    found = expand(plan(text))
    assert {n: len(t) for n, t in found.of_node.items()} == {
        "rows": 1, "more": 3, "sum": 3, "other": 1, "all": 1, "after": 1,
    }  # fmt: skip
    assert found.of_node["sum"] == ("sum[add=1]", "sum[add=2]", "sum[add=3]")
    assert found.tasks["sum[add=2]"].inputs["table"] == Source("more[add=2]", "table")
    assert found.tasks["more[add=2]"].settings["add"] == 2.0
    gathered = found.tasks["all"].inputs["tables"]
    assert isinstance(gathered, Gathered)
    assert [a.name for a in gathered.axes] == ["add"]
    assert gathered.points == ({"add": 1}, {"add": 2}, {"add": 3})


def test_several_axes_make_a_grid(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: {sweep: [5, 6]}, seed: {sweep: {seeds: 3}}}}
      more: {process.toy.slow: {table: rows, add: {sweep: [1, 2]}}}
    """
    found = expand(plan(text))
    assert points(found, "rows") == [{"n": n, "seed": s} for n in (5, 6) for s in (0, 1, 2)]
    assert points(found, "more") == [{"n": n, "seed": s, "add": a} for n in (5, 6) for s in (0, 1, 2) for a in (1, 2)]


def test_a_diamond_meets_at_equal_points(plan: Callable[..., Graph]) -> None:
    """Two branches of one sweep join point by point; two sweeps join as a grid."""
    text = """
    steps:
      rows: {collect.toy.rows: {n: {sweep: [5, 6]}}}
      left: {process.toy.slow: {table: rows}}
      right: {process.toy.slow: {table: rows, add: {sweep: [1, 2]}}}
      meet: {process.toy.both: {left: left, right: right, more: [rows, left]}}
    """
    found = expand(plan(text))
    assert points(found, "meet") == [{"n": n, "add": a} for n in (5, 6) for a in (1, 2)]
    task = found.tasks["meet[n=6, add=1]"]
    assert task.inputs["left"] == Source("left[n=6]", "table")
    assert task.inputs["right"] == Source("right[n=6, add=1]", "table")
    assert task.inputs["more"] == (Source("rows[n=6]", "table"), Source("left[n=6]", "table"))


def test_equal_names_of_axes_are_told_apart(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      one: {process.toy.slow: {table: rows, add: {sweep: [1, 2]}}}
      two: {process.toy.slow: {table: one, add: {sweep: [3, 4]}}}
    """
    found = expand(plan(text))
    assert found.of_node["two"][0] == "two[one.add=1, two.add=3]"
    assert len(found.of_node["two"]) == 4


def test_gathering_over_some_axes_keeps_the_others(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {seed: {sweep: {seeds: 3}}}}
      more: {process.toy.slow: {table: rows, add: {sweep: [1, 2]}}}
      all: {interpret.toy.stack: {tables: {gather: more, over: OVER}}}
    """
    found = expand(plan(text.replace("OVER", "seed")))
    assert points(found, "all") == [{"add": 1}, {"add": 2}]
    gathered = found.tasks["all[add=2]"].inputs["tables"]
    assert isinstance(gathered, Gathered)
    assert [s.task for s in gathered.sources] == [f"more[seed={s}, add=2]" for s in range(3)]
    assert gathered.points == ({"seed": 0}, {"seed": 1}, {"seed": 2})
    for over, count in (("more.add", 3), ("[add, seed]", 1), ("[rows.seed]", 2)):
        assert len(expand(plan(text.replace("OVER", over))).of_node["all"]) == count


@pytest.mark.row("F8")
def test_a_variable_is_one_axis_wherever_it_is_used(plan: Callable[..., Graph]) -> None:
    text = """
    variables: {size: {sweep: [5, 6]}, fixed: 7}
    steps:
      one: {collect.toy.rows: {n: {from: size}, seed: {from: fixed}}}
      two: {collect.toy.rows: {n: {from: size}, seed: 1}}
      meet: {process.toy.both: {left: one, right: two}}
    """
    found = expand(plan(text))
    assert points(found, "meet") == [{"size": 5}, {"size": 6}]
    assert found.tasks["one[size=6]"].settings == {"n": 6, "seed": 7}
    assert len(expand(plan(text, {"size": 9})).tasks) == 3


def test_a_condition_ties_an_axis_to_values_of_another(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: {sweep: [5, 6, 7]}, seed: {sweep: {seeds: 2}, when: {n: [6, 7]}}}}
      more: {process.toy.slow: {table: rows}}
      meet: {process.toy.both: {left: rows, right: more}}
    """
    found = expand(plan(text))
    for node in ("rows", "more", "meet"):
        assert points(found, node) == [{"n": 5}, *({"n": n, "seed": s} for n in (6, 7) for s in (0, 1))]
    assert found.tasks["rows[n=5]"].settings == {"n": 5, "seed": 0}


def test_a_condition_on_a_fixed_setting_or_a_variable(plan: Callable[..., Graph]) -> None:
    text = """
    variables: {size: {sweep: [5, 6]}}
    steps:
      rows: {collect.toy.rows: {n: {from: size}, seed: {sweep: {seeds: 3}, when: {n: 6}}}}
      fixed: {collect.toy.rows: {n: 5, seed: {sweep: {seeds: 3}, when: {n: 6}}}}
    """
    found = expand(plan(text))
    assert points(found, "rows") == [{"size": 5}, *({"size": 6, "rows.seed": s} for s in range(3))]
    assert points(found, "fixed") == [{}]


def test_figures_of_a_sweep_become_settings_point_by_point(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {n: {sweep: [5, 6]}}}
      sum: {interpret.toy.total: {table: rows}}
      final: {process.toy.slow: {table: rows, add: {from: sum.total}}}
    """
    found = expand(plan(text))
    task = found.tasks["final[n=6]"]
    assert task.froms == {"add": (Source("sum[n=6]", "scores"), "total")}
    assert "add" not in task.settings


def test_a_list_port_takes_swept_values_one_by_one(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      more: {process.toy.slow: {table: rows, add: {sweep: [1, 2]}}}
      meet: {process.toy.both: {left: rows, more: [more, rows]}}
    """
    found = expand(plan(text))
    assert found.tasks["meet[add=2]"].inputs["more"] == (Source("more[add=2]", "table"), Source("rows", "table"))


# ---- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        # one step with a grid of 10**10 points
        "steps: {a: {collect.toy.rows: {n: {sweep: {range: [1, 100000]}}, seed: {sweep: {seeds: 100000}}}}}",
        # two sweeps that meet
        """
        steps:
          a: {collect.toy.rows: {n: {sweep: {range: [1, 1000]}}}}
          b: {collect.toy.rows: {seed: {sweep: {seeds: 1000}}}}
          c: {process.toy.both: {left: a, right: b}}
        """,
    ],
)
def test_too_many_tasks_are_refused_before_they_fill_the_memory(text: str, plan: Callable[..., Graph]) -> None:
    with pytest.raises(TenkaiError, match=r"TK112 .*: the sweeps make more than 200000 tasks. Sweep fewer values"):
        expand(plan(text))


def test_a_sweep_of_thousands_is_no_burden(plan: Callable[..., Graph]) -> None:
    """A diamond of 20 000 points: quadratic work would take minutes."""
    text = """
    steps:
      rows: {collect.toy.rows: {seed: {sweep: {seeds: 20000}}}}
      more: {process.toy.slow: {table: rows}}
      meet: {process.toy.both: {left: rows, right: more}}
      all: {interpret.toy.stack: {tables: meet}}
    """
    assert len(expand(plan(text)).tasks) == 60_001


def test_points_that_cannot_be_told_apart_are_refused(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      a: {collect.toy.rows: {}}
      b: {process.standardize: {table: a, columns: {sweep: [[x], "['x']"]}}}
    """
    with pytest.raises(TenkaiError, match=r"two points of the sweep are both called 'b\[columns=\['x'\]\]'. Name each"):
        expand(bind(parse_workflow(dedent(text), "w")))


# ---- brute force ------------------------------------------------------------------------------


class Model:
    """What the sweeps of a random workflow mean, by enumeration of everything."""

    def __init__(self) -> None:
        self.steps: dict[str, Any] = {}
        self.axes: dict[str, list[Any]] = {}
        self.tied: dict[str, tuple[str, Any]] = {}
        self.of: dict[str, set[str]] = {}
        self.gathers: dict[str, tuple[str, set[str]]] = {}

    def points(self, node: str) -> list[frozenset[tuple[str, Any]]]:
        used = sorted(self.of[node])
        found = []
        for values in product(*(self.axes[k] for k in used)):
            point = dict(zip(used, values, strict=True))
            # an axis that is tied to a value that does not hold is not there
            free = {k: v for k, v in point.items() if k not in self.tied or point[self.tied[k][0]] == self.tied[k][1]}
            found.append(frozenset(free.items()))
        return list(dict.fromkeys(found))


@st.composite
def models(draw: Any) -> Model:
    model = Model()
    for i in range(draw(st.integers(2, 6))):
        name, before = f"s{i}", [n for n in model.of if not n.startswith("f")]
        kind = draw(st.sampled_from(["rows", "slow", "both", "stack"])) if before else "rows"
        given: dict[str, Any] = {}
        model.of[name] = set()
        if kind == "stack":
            source = draw(st.sampled_from(before))
            axes = sorted(model.of[source])
            # A tied axis without the axis it is tied to would not be a sweep any more.
            over = set(draw(st.lists(st.sampled_from(axes), unique=True))) if axes else set()
            over |= {t for t, (k, _) in model.tied.items() if k in over and t in axes}
            given["tables"] = {"gather": source, "over": sorted(over)} if over else source
            model.gathers[name] = (source, over or set(axes))
            model.of[name] = set(axes) - (over or set(axes))
        elif kind in ("slow", "both"):
            ports = ["table"] if kind == "slow" else ["left", "right"]
            for port in ports:
                source = draw(st.sampled_from(before))
                given[port] = source
                model.of[name] |= model.of[source]
        if kind in ("rows", "slow"):
            first, second = ("n", "seed") if kind == "rows" else ("add", "seconds")
            if draw(st.booleans()):
                values = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True))
                given[first] = {"sweep": values}
                model.axes[f"{name}.{first}"] = values
                model.of[name].add(f"{name}.{first}")
                if draw(st.booleans()):
                    more = draw(st.lists(st.integers(0, 9), min_size=1, max_size=2, unique=True))
                    given[second] = {"sweep": more, "when": {first: values[0]}}
                    model.axes[f"{name}.{second}"] = more
                    model.tied[f"{name}.{second}"] = (f"{name}.{first}", values[0])
                    model.of[name].add(f"{name}.{second}")
        full = {"rows": "collect.toy.rows", "slow": "process.toy.slow", "both": "process.toy.both"}
        model.steps[name] = {full.get(kind, "interpret.toy.stack"): given}
    return model


@given(models())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_random_workflows_have_the_points_of_brute_force(toys: Path, model: Model) -> None:
    graph = bind(parse_workflow(json.dumps({"steps": model.steps}), "w"))
    assert graph.problems == ()
    expansion = expand(graph)
    for node, ids in expansion.of_node.items():
        found = [frozenset(expansion.tasks[t].point) for t in ids]
        assert len(set(found)) == len(found)
        assert set(found) == set(model.points(node)), node
    for task in expansion.tasks.values():
        at = dict(task.point)
        for value in task.inputs.values():
            if isinstance(value, Source):
                source = expansion.tasks[value.task]
                here = {k: v for k, v in at.items() if k in model.of[source.node]}
                assert dict(source.point) == here
            else:
                assert isinstance(value, Gathered)
                node, over = model.gathers[task.node]
                fits = [p for p in model.points(node) if all(at.get(k, v) == v for k, v in p if k not in over)]
                got = {frozenset(expansion.tasks[s.task].point) for s in value.sources}
                assert got == set(fits)
                assert len(value.points) == len(value.sources)
