"""Checks before data: columns flow through the steps, files are looked for, sweeps want to be gathered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tenkai.data import Places, looking_in
from tenkai.plan.check import schemas_of
from tenkai.plan.graph import Graph

Problems = Callable[..., list[str]]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "alloys.csv"
    path.write_text("name,gap,size,kind\n" + "".join(f"a{i},{i / 2},{i},{'xy'[i % 2]}\n" for i in range(20)))
    return path


@pytest.mark.usefixtures("table")
def test_a_missing_column_is_found_before_anything_runs(problems: Problems, toys: Path) -> None:
    text = """
    steps:
      rows: {collect.csv: {path: alloys.csv, row_id: name}}
      scaled:
        process.standardize:
          table: rows
          columns: [gap, siez]
      after: {learn.pca: {table: scaled, columns: [gap, size, weight]}}
    """
    assert problems(text) == [
        "TK113 process.standardize \"scaled\" columns (w.yaml:6): there is no column 'siez'. "
        "The table has 'gap', 'size', 'kind'. Did you mean 'size'?"
    ], "what comes after an unknown table is not guessed at"
    fixed = text.replace("siez", "size")
    assert problems(fixed) == [
        "TK113 learn.pca \"after\" columns (w.yaml:7): there is no column 'weight'. "
        "The table has 'gap', 'size', 'kind'."
    ]
    assert problems(fixed.replace(", weight", "")) == []
    assert toys.read_text() == ""


@pytest.mark.usefixtures("table")
def test_every_value_of_a_sweep_is_checked(problems: Problems) -> None:
    text = """
    steps:
      rows: {collect.csv: {path: alloys.csv}}
      scaled: {process.standardize: {table: rows, columns: {sweep: [[gap], numbers, [gop], {except: [size]}]}}}
    """
    assert problems(text) == [
        "TK113 process.standardize \"scaled\" columns (w.yaml:3): there is no column 'gop'. "
        "The table has 'name', 'gap', 'size', 'kind'. Did you mean 'gap'?"
    ]


@pytest.mark.usefixtures("table")
def test_columns_are_known_without_data(plan: Callable[..., Graph], tmp_path: Path) -> None:
    text = """
    steps:
      rows: {collect.csv: {path: alloys.csv, row_id: name}}
      scaled: {process.standardize: {table: rows}}
      parts: {learn.pca: {table: scaled}}
    """
    with looking_in(Places(tmp_path)):
        found = schemas_of(plan(text))
    flow = {name: list(s.columns) for (name, output), s in found.items() if s and output in ("table", "map")}
    assert flow == {
        "rows": ["gap", "size", "kind"],
        "scaled": ["gap", "size", "kind"],
        "parts": ["PCA1", "PCA2", "kind"],
    }


@pytest.mark.row("F7")
def test_a_missing_file_is_told_with_the_nearest_name(problems: Problems, table: Path, tmp_path: Path) -> None:
    text = """
    steps:
      rows: {collect.csv: {path: alloy.csv}}
      parts: {learn.pca: {table: rows, columns: [nothing]}}
      named: {collect.csv: {path: "data:mi/none.csv"}}
      many: {collect.toy.lines: {path: {sweep: [alloys.csv, other.csv]}}}
    """
    first, second, third = problems(text)
    assert first == (
        f"TK301 collect.csv \"rows\" path (w.yaml:2): there is no file 'alloy.csv'. Looked in {tmp_path}. "
        "Did you mean 'alloys.csv'?"
    )
    assert second.startswith("TK301 collect.csv \"named\" path (w.yaml:4): there are no data 'mi/none.csv'. Looked in ")
    assert "Put the file at " in second
    assert third.startswith("TK301 collect.toy.lines \"many\" path (w.yaml:5): there is no file 'other.csv'.")


@pytest.mark.usefixtures("table")
@pytest.mark.row("F7")
def test_paths_start_at_the_folder_of_the_workflow(
    problems: Problems, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project folder can be moved: `data/` beside the workflow is found, from wherever the command is given."""
    monkeypatch.chdir("/")
    (tmp_path / "data" / "new").mkdir(parents=True)
    (tmp_path / "data" / "new" / "some.csv").write_text("a\n1\n2\n")
    text = "steps: {a: {collect.csv: {path: alloys.csv}}, b: {collect.csv: {path: 'data:new/some.csv'}}}"
    assert problems(text) == []


def test_a_path_out_of_the_data_folder_is_refused(problems: Problems) -> None:
    for path in ("data:../secret", "data:/etc/passwd", "data:"):
        [told] = problems(f"steps: {{a: {{collect.csv: {{path: '{path}'}}}}}}")
        place = 'TK301 collect.csv "a" path (w.yaml:1)'
        assert told == f"{place}: '{path}' is no name inside a data folder. Write data:folder/file."


def warnings(graph: Graph) -> list[str]:
    assert graph.problems == ()
    return [str(n) for n in graph.warnings]


SWEPT = """
steps:
  rows: {collect.toy.rows: {seed: {sweep: {seeds: 2}}}}
  more: {process.toy.slow: {table: rows, add: {sweep: [1, 2]}}}
  END
"""


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (
            "sum: {interpret.toy.total: {table: more}}",
            'interpret.toy.total "sum" (w.yaml:4): the sweep over add and seed',
        ),
        ("", 'process.toy.slow "more" (w.yaml:3): the sweep over add and seed'),
        (
            "all: {interpret.toy.stack: {tables: {gather: more, over: seed}}}",
            'interpret.toy.stack "all" (w.yaml:4): the sweep over add',
        ),
        (
            "sum: {interpret.toy.total: {table: rows}}\n  f: {collect.toy.rows: {n: {from: sum.total}}}\n"
            "  all: {interpret.toy.stack: {tables: more}}",
            'collect.toy.rows "f" (w.yaml:5): the sweep over seed',
        ),
    ],
)
def test_a_sweep_that_nobody_gathers_is_a_warning(plan: Callable[..., Graph], end: str, told: str) -> None:
    assert warnings(plan(SWEPT.replace("END", end))) == [
        f"TKW101: {told} ends here and is never gathered. "
        "Gather it with interpret.score_table or interpret.compare_maps."
    ]


@pytest.mark.parametrize(
    "end",
    [
        "all: {interpret.toy.stack: {tables: more}}",
        "pic: {interpret.toy.picture: {table: more}}",  # pictures are looked at one by one
        "sum: {interpret.toy.total: {table: more}}\nresults: {t: sum.total}",  # quoted point by point
        "some: {interpret.toy.stack: {tables: {gather: more, over: [seed, add]}}}",
    ],
)
def test_a_sweep_that_is_looked_at_is_none(plan: Callable[..., Graph], end: str) -> None:
    assert warnings(plan(SWEPT.replace("END", end))) == []


def test_a_sweep_of_a_variable_counts_too(plan: Callable[..., Graph]) -> None:
    text = "variables: {s: {sweep: [1, 2]}, t: 5}\nsteps: {a: {collect.toy.rows: {seed: {from: s}, n: {from: t}}}}"
    [told] = warnings(plan(text))
    assert "the sweep over s ends here" in told
