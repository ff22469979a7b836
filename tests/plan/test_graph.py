"""Binding a workflow: every mistake is found, told with file, line and the nearest name, and all of them at once."""

from collections.abc import Callable
from typing import Any

import pytest

from tenkai.plan.graph import Graph

Problems = Callable[..., list[str]]


def one(problems: Problems, text: str, **options: Any) -> str:
    found = problems(text, **options)
    assert len(found) == 1, found
    return found[0]


def test_all_mistakes_are_told_together_each_with_its_line(problems: Problems) -> None:
    text = """
    titel: typo
    steps:
      rows:
        collect.toy.rows:
          n: many
          sed: 3
      more:
        process.toy.slw: {table: rows}
      sum:
        interpret.toy.total:
          table: rwos
      cut:
        process.toy.halves: {}
      two: {process.toy.slow: {table: sum}, process.toy.shift: {}}
    results:
      total: sum
      other: [1]
    """
    assert problems(text) == [
        "TK103 (w.yaml:1): 'titel' is no part of a workflow. Parts: 'title', 'description', 'variables', 'steps', "
        "'results', 'finding', 'closing', 'expected'. Did you mean 'title'?",
        "TK103 (w.yaml:14): 'two' names 2 steps. Write NAME: {stage.step: {setting: value}}.",
        "TK103 (w.yaml:17): the result 'other' is [1]. Write a reference such as best.alpha.",
        "TK105 process.toy.slw \"more\" (w.yaml:7): there is no step 'process.toy.slw'. See 'tenkai steps' for all. "
        "Did you mean 'process.toy.slow'?",
        "TK106 collect.toy.rows \"rows\" sed (w.yaml:6): 'sed' is neither a port nor a setting. "
        "This step has 'n', 'seed'. Did you mean 'seed'?",
        "TK111 collect.toy.rows \"rows\" n (w.yaml:5): 'many' is not allowed. Allowed: a whole number, 1 to 1000000.",
        "TK108 interpret.toy.total \"sum\" table (w.yaml:11): 'rwos' leads nowhere: there is no step 'rwos'. "
        "Steps: 'rows', 'sum', 'cut'. Did you mean 'rows'?",
        "TK107 process.toy.halves \"cut\" (w.yaml:12): the port 'table' is not wired. Wire a table to it: table: STEP.",
        "TK115 \"results.total\" (w.yaml:16): 'sum' is scores; one figure is wanted here. "
        "Such as 'sum.total', 'sum.first'.",
    ]


# ---- shape ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "TK103 (w.yaml:1): the file holds no mapping. A workflow starts with 'steps:'."),
        ("title: x", "TK103 (w.yaml:1): the workflow has no steps. Write at least one below 'steps:'."),
        ("steps: [a, b]", "TK103 (w.yaml:1): 'steps' is no mapping. Write one name per line below it."),
        ("title: 5\nsteps: {a: collect.toy.rows}", "TK103 (w.yaml:1): 'title' is 5. Allowed: text."),
        (
            "steps:\n  a.b: {collect.toy.rows: {}}",
            "TK103 (w.yaml:2): 'a.b' cannot be the name of a step. "
            "Allowed: letters, digits, _ and -, with a letter or _ first.",
        ),
        (
            "steps:\n  1a: {collect.toy.rows: {}}",
            "TK103 (w.yaml:2): '1a' cannot be the name of a step. "
            "Allowed: letters, digits, _ and -, with a letter or _ first.",
        ),
        (
            "steps:\n  a: {collect.toy.rows: 5}",
            "TK103 (w.yaml:2): 'a' gives collect.toy.rows the value 5. Write NAME: {stage.step: {setting: value}}.",
        ),
        ("steps:\n  a: 5", "TK103 (w.yaml:2): 'a' is 5. Write NAME: {stage.step: {setting: value}}."),
        ("steps:\n  a: {}", "TK103 (w.yaml:2): 'a' names 0 steps. Write NAME: {stage.step: {setting: value}}."),
    ],
)
def test_shape(problems: Problems, text: str, told: str) -> None:
    assert told in problems(text)


@pytest.mark.parametrize("name", ["a", "a-b", "_a", "a1", "データ", "Ähnlich_2"])
def test_names_of_steps(problems: Problems, name: str) -> None:
    assert problems(f"steps: {{{name}: collect.toy.rows, b: {{interpret.toy.total: {{table: {name}}}}}}}") == []


# ---- wires ------------------------------------------------------------------------------------

ROWS = """\
steps:
  rows: {collect.toy.rows: {}}
  sum: {interpret.toy.total: {table: rows}}
  pic: {interpret.toy.picture: {table: rows}}
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "a: {process.toy.slow: {table: sum}}",
            "TK109 process.toy.slow \"a\" table (w.yaml:5): the port 'table' takes a table; 'sum' is scores.",
        ),
        (
            "a: {interpret.toy.stack: {tables: pic}}",
            "TK109 interpret.toy.stack \"a\" tables (w.yaml:5): the port 'tables' takes a table; 'pic' is a figure.",
        ),
        (
            "a: {process.toy.slow: {table: sum.total}}",
            "TK109 process.toy.slow \"a\" table (w.yaml:5): 'sum.total' is one figure; a value is wanted here. "
            "Write sum.scores.",
        ),
        (
            "a: {process.toy.slow: {table: [rows, rows]}}",
            "TK109 process.toy.slow \"a\" table (w.yaml:5): the port 'table' is wired to ['rows', 'rows']. "
            "Allowed: the name of a step that makes a table.",
        ),
        (
            "a: {process.toy.slow: {table: 5}}",
            "TK109 process.toy.slow \"a\" table (w.yaml:5): the port 'table' is wired to 5. "
            "Allowed: the name of a step that makes a table.",
        ),
        (
            "a: {process.toy.both: {left: rows, more: []}}",
            "TK109 process.toy.both \"a\" more (w.yaml:5): the port 'more' is wired to []. "
            "Allowed: the name of a step that makes a table, or a list of such names.",
        ),
        (
            "a: {process.toy.slow: {table: null}}",
            "TK109 process.toy.slow \"a\" table (w.yaml:5): the port 'table' is wired to None. "
            "Allowed: the name of a step that makes a table.",
        ),
        (
            "a: {interpret.toy.stack: {tables: {gather: rows, over: 5}}}",
            "TK112 interpret.toy.stack \"a\" tables (w.yaml:5): 'over' is 5. "
            "Allowed: the name of a swept setting, or a list of such names.",
        ),
        (
            "a: {interpret.toy.stack: {tables: {gather: rows, over: n}}}",
            "TK112 interpret.toy.stack \"a\" tables (w.yaml:5): 'over' names 'n', which is not swept before this "
            "step. Nothing is swept.",
        ),
        (
            "a: {collect.toy.rows: {n: {from: rows.rowss}}}",
            "TK108 collect.toy.rows \"a\" n (w.yaml:5): 'rows.rowss' leads nowhere: rows (collect.toy.rows) gives no "
            "'rowss'. It gives 'rows', 'columns'. Did you mean 'rows'?",
        ),
        (
            "a: {collect.toy.rows: {n: {from: 5}}}",
            "TK108 collect.toy.rows \"a\" n (w.yaml:5): 'from' is 5. Write a reference such as best.alpha.",
        ),
        (
            "a: {collect.toy.rows: {n: {from: size}}}",
            "TK108 collect.toy.rows \"a\" n (w.yaml:5): there is no variable or step 'size'.",
        ),
        (
            "a: {process.toy.slow: {table: rows, sweep: {sweep: [1, 2]}}}",
            "TK106 process.toy.slow \"a\" sweep (w.yaml:5): 'sweep' is neither a port nor a setting. "
            "This step has 'table', 'seconds', 'add', 'deaf'.",
        ),
        (
            "a: {process.toy.slow: {table: {sweep: [rows]}}}",
            "TK109 process.toy.slow \"a\" table (w.yaml:5): the port 'table' is wired to {'sweep': ['rows']}. "
            "Allowed: the name of a step that makes a table.",
        ),
        (
            "a: {collect.toy.rows: {n: {sweep: [1, two, 3]}}}",
            "TK111 collect.toy.rows \"a\" n (w.yaml:5): 'two' is not allowed. Allowed: a whole number, 1 to 1000000.",
        ),
        (
            "a: {collect.toy.rows: {seed: {sweep: {seeds: 2}, when: {m: 1}}}}",
            "TK112 collect.toy.rows \"a\" seed (w.yaml:5): 'when' names no setting: 'm'. Settings: 'n', 'seed'.",
        ),
        (
            "a: {collect.toy.rows: {seed: {sweep: {seeds: 2}, when: {n: few}}}}",
            "TK111 collect.toy.rows \"a\" n (w.yaml:5): 'few' is not allowed. Allowed: a whole number, 1 to 1000000.",
        ),
        (
            "a: {collect.toy.rows: {n: {from: rows.rows}, seed: {sweep: {seeds: 2}, when: {n: 4}}}}",
            "TK112 collect.toy.rows \"a\" seed (w.yaml:5): 'when' asks for 'n', which is known only in the run "
            "(rows.rows).",
        ),
    ],
)
def test_wires_and_settings(problems: Problems, line: str, told: str) -> None:
    assert one(problems, f"{ROWS}  {line}\n") == told


def test_the_right_output_is_proposed_for_a_wrong_one(problems: Problems) -> None:
    text = """
    steps:
      rows: {collect.toy.rows: {}}
      scaled: {process.standardize: {table: rows}}
      sum: {interpret.toy.total: {table: scaled.fitted}}
    """
    assert one(problems, text) == (
        "TK109 interpret.toy.total \"sum\" table (w.yaml:4): the port 'table' takes a table; 'scaled.fitted' is a "
        "fitted step. Did you mean 'scaled.table'?"
    )


def test_an_unknown_step_is_told_once_and_not_by_all_that_use_it(problems: Problems) -> None:
    text = """
    steps:
      rows: {collect.toy.row: {}}
      sum: {interpret.toy.total: {table: rows}}
      more: {process.toy.slow: {table: rows, add: {from: rows.rows}}}
    results: {n: rows.rows}
    """
    assert one(problems, text).startswith("TK105 collect.toy.row")


@pytest.mark.parametrize(
    ("name", "proposed"),
    [("process.standardise", "process.standardize"), ("pca", "learn.pca"), ("learn.PCA", "learn.pca"), ("xyz", "")],
)
def test_the_nearest_step(problems: Problems, name: str, proposed: str) -> None:
    told = one(problems, f"steps: {{a: {{{name}: {{}}}}}}")
    assert told.endswith(f"Did you mean '{proposed}'?" if proposed else "See 'tenkai steps' for all.")


# ---- circles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("steps: {a: {process.toy.slow: {table: a}}}", "a → a"),
        ("steps: {a: {process.toy.slow: {table: b}}, b: {process.toy.slow: {table: a}}}", "b → a → b"),
        (
            "steps: {x: {collect.toy.rows: {}}, a: {process.toy.both: {left: x, right: c}}, "
            "b: {process.toy.slow: {table: a}}, c: {process.toy.slow: {table: b}}, "
            "d: {interpret.toy.total: {table: c}}}",
            "b → c → a → b",
        ),
        (
            "steps: {a: {collect.toy.rows: {n: {from: s.total}}}, s: {interpret.toy.total: {table: a}}}",
            "s → a → s",
        ),
    ],
)
def test_circles(problems: Problems, text: str, circle: str) -> None:
    told = one(problems, text)
    assert told.startswith("TK110 ")
    found = told.split("form a circle: ")[1].removesuffix(". Take one wire out.").split(" → ")
    assert found[0] == found[-1]
    assert sorted(found[1:]) == sorted(circle.split(" → ")[1:])
    # each stands before what takes it
    turned = "".join(found[:-1]) * 2
    assert "".join(circle.split(" → ")[:-1]) in turned


def test_steps_may_stand_in_any_order(plan: Callable[..., Graph]) -> None:
    text = """
    steps:
      sum: {interpret.toy.total: {table: more}}
      more: {process.toy.slow: {table: rows}}
      rows: {collect.toy.rows: {}}
    """
    graph = plan(text)
    assert list(graph.nodes) == ["rows", "more", "sum"]
    assert graph.upstream(["more"]) == {"rows", "more"}


# ---- values for one run, variables ------------------------------------------------------------


def test_settings_for_one_run(plan: Callable[..., Graph]) -> None:
    graph = plan(ROWS, {"rows.n": 9, "sum.table": "rows"})
    assert graph.problems == ()
    assert graph.nodes["rows"].settings["n"] == 9
    swept = plan(ROWS, {"rows.n": {"sweep": [1, 2]}})
    assert swept.nodes["rows"].sweeps["n"].values == (1, 2)


@pytest.mark.parametrize(
    ("target", "value", "told"),
    [
        (
            "rows.n",
            "few",
            "TK111 collect.toy.rows \"rows\" n (set for this run): 'few' is not allowed. "
            "Allowed: a whole number, 1 to 1000000.",
        ),
        (
            "rows.m",
            1,
            "TK106 collect.toy.rows \"rows\" m (set for this run): 'm' is neither a port nor a setting. "
            "This step has 'n', 'seed'.",
        ),
        (
            "row.n",
            1,
            "TK108 --set row.n: there is no 'row.n' to set. Allowed: 'rows.SETTING', 'sum.SETTING', 'pic.SETTING'. "
            "Did you mean 'rows'?",
        ),
        ("n", 1, "TK108 --set n: there is no 'n' to set. Allowed: 'rows.SETTING', 'sum.SETTING', 'pic.SETTING'."),
        (
            "sum.table",
            "rws",
            "TK108 interpret.toy.total \"sum\" table (set for this run): 'rws' leads nowhere: there is no step 'rws'. "
            "Steps: 'rows', 'sum', 'pic'. Did you mean 'rows'?",
        ),
    ],
)
def test_wrong_settings_for_one_run(problems: Problems, target: str, value: Any, told: str) -> None:
    assert problems(ROWS, {target: value}) == [told]


@pytest.mark.row("F8")
def test_variables_override_settings(plan: Callable[..., Graph], problems: Problems) -> None:
    text = """
    variables: {size: 6, name: numbers}
    steps:
      rows: {collect.toy.rows: {n: {from: size}}}
    """
    graph = plan(text)
    assert graph.problems == ()
    assert graph.nodes["rows"].variables == {"n": "size"}
    assert plan(text, {"size": 8}).variables["size"].values == (8,)
    assert one(problems, text, overrides={"size": 0}) == (
        'TK111 collect.toy.rows "rows" n (w.yaml:3): 0 is not allowed. Allowed: a whole number, 1 to 1000000.'
    )
    assert one(problems, text.replace("from: size", "from: sise")) == (
        "TK108 collect.toy.rows \"rows\" n (w.yaml:3): there is no variable or step 'sise'. Did you mean 'size'?"
    )
    assert one(problems, text.replace("size: 6", "size: {sweep: []}")).startswith(
        'TK112 "size" (w.yaml:1): the sweep has no values.'
    )
