"""Wide and long: process.pivot."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.values import Schema


@pytest.fixture
def long() -> tk.Table:
    return tk.Table.from_(
        {
            "el": ["Al", "Al", "Ga", "Al"],
            "with": ["As", "As", "N", "P"],
            "型": ["ZB", "WZ", "WZ", "ZB"],
            "seen": [1, 1, 1, 3],
        }
    )


@pytest.mark.row("P13")
def test_an_existence_table(long):
    wide = tk.process.pivot(long, rows=["el", "with"], columns="型", values="seen", fill=0)
    assert wide.ids.to_list() == ["Al^As", "Ga^N", "Al^P"]
    assert wide.columns == ["el", "with", "ZB", "WZ"]
    assert wide.frame.select("ZB", "WZ").rows() == [(1, 1), (0, 1), (3, 0)]
    assert dict(wide.kinds) == {"el": "category", "with": "text", "ZB": "number", "WZ": "number"}
    assert [len(wide.identity.of(i)) for i in range(3)] == [2, 1, 1]
    assert set(wide.identity.of(0)) == set(long.identity.keys[:2])


@pytest.mark.parametrize(
    ("aggregate", "cell"),
    [("first", 1.0), ("mean", 2.0), ("sum", 4.0), ("min", 1.0), ("max", 3.0), ("median", 2.0), ("count", 2)],
)
def test_several_rows_for_one_cell(aggregate, cell):
    long = tk.Table.from_({"r": ["a", "a", "b"], "c": [1, 1, 1], "v": [1.0, 3.0, 9.0]})
    wide = tk.process.pivot(long, rows=["r"], columns="c", values="v", aggregate=aggregate)
    assert wide["1"][0] == cell


@pytest.mark.row("P13")
@given(st.integers(1, 6), st.integers(1, 4))
def test_unpivot_and_pivot_are_the_ways_back(n, p):
    X = np.random.default_rng(n * 10 + p).integers(0, 9, (n, p))
    table = tk.Table.from_({f"c{j}": X[:, j] for j in range(p)}, ids=[f"r{i}" for i in range(n)])
    wide = tk.process.pivot(tk.process.unpivot(table), rows=["row"], columns="column", values="value")
    assert wide.ids.to_list() == table.ids.to_list()
    assert wide.frame.drop("row").equals(table.frame)
    assert [set(wide.identity.of(i)) for i in range(n)] == [{k} for k in table.identity.keys]


def test_texts_in_cells():
    long = tk.Table.from_({"r": ["a", "b"], "c": ["x", "y"], "v": ["p", "q"]})
    wide = tk.process.pivot(long, rows=["r"], columns="c", values="v")
    assert wide.frame.rows() == [("a", "p", None), ("b", None, "q")]


def test_agrees_with_pandas(read):
    raw = read("mi/ZB_WZ_dE_rawdescriptor.csv")
    wide = tk.process.pivot(raw, rows=["A"], columns="B", values="dE")
    oracle = raw.frame.to_pandas().pivot(index="A", columns="B", values="dE")
    mine = wide.to_pandas().drop(columns="A")
    np.testing.assert_array_equal(mine.loc[oracle.index, oracle.columns], oracle)


def test_names_that_look_like_our_own(error_of):
    long = tk.Table.from_({"r0": ["a", "b"], "c": ["v", "group"], "v": [1, 2]})
    assert tk.process.pivot(long, rows=["r0"], columns="c", values="v").columns == ["r0", "v", "group"]
    clash = tk.Table.from_({"r": ["a"], "c": ["r"], "v": [1]})
    told = error_of(lambda: tk.process.pivot(clash, rows=["r"], columns="c", values="v"), "TK210")
    assert "'r' would be a row and a column at once" in told
    error_of(lambda: tk.process.pivot(clash, rows=["c"], columns="c", values="v"), "TK210")


def test_mistakes(long, error_of):
    pivot = tk.process.pivot
    told = error_of(lambda: pivot(long, rows=["el"], columns="型", values="seen"), "TK203")
    assert "several rows speak of the cell el = Al, 型 = ZB: 'Row0' and 'Row3'" in told
    assert "aggregate: mean" in told
    error_of(lambda: pivot(long, rows=["El"], columns="型", values="seen"), "TK201")
    error_of(lambda: pivot(long, rows=["el"], columns="型", values="with", aggregate="mean"), "TK202")
    error_of(lambda: pivot(long, rows=["el"], columns="型", values="with", fill=0), "TK202")
    holes = tk.Table.from_({"r": ["a", None], "c": ["x", "y"], "v": [1, 2]})
    error_of(lambda: pivot(holes, rows=["r"], columns="c", values="v"), "TK208")
    error_of(lambda: pivot(long.take([]), rows=["el"], columns="型", values="seen"), "TK205")
    many = tk.Table.from_({"r": ["a"] * 20_001, "c": pl.Series(range(20_001)), "v": [1] * 20_001})
    assert "'c' has too many values" in error_of(lambda: pivot(many, rows=["r"], columns="c", values="v"), "TK212")


def test_mistakes_before_the_data():
    step = tk.process.pivot
    schema = Schema({"a": "number", "v": "vector"})
    assert step.flow({"table": schema}, step.convert({"rows": ["a"], "columns": "a", "values": "a"}))["table"] is None
    with pytest.raises(tk.TenkaiError, match="TK202"):
        step.flow({"table": schema}, step.convert({"rows": ["a"], "columns": "a", "values": "v"}))
