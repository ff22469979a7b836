import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.values import Schema


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_(
        {"a": [1, 2], "密度": [0.5, None], "bit1": [0, 1], "bit2": [1, 1], "phase": ["x", "x"], "v": np.eye(2)},
        ids=["p", "q"],
    )


@pytest.mark.row("P2")
@pytest.mark.parametrize(
    ("columns", "left"),
    [
        ("numbers", ["a", "密度", "bit1", "bit2", "v"]),
        (["phase", "a"], ["phase", "a"]),
        ({"except": ["密度"]}, ["a", "bit1", "bit2", "v"]),
        ({"match": "bit*"}, ["bit1", "bit2"]),
        ({"kind": ["category", "vector"]}, ["phase", "v"]),
        ("all", ["a", "密度", "bit1", "bit2", "phase", "v"]),
    ],
)
def test_columns(table, columns, left):
    kept = tk.process.select(table, columns=columns)
    assert kept.columns == left
    assert kept.frame.equals(table.frame.select(left))
    assert kept.ids.to_list() == ["p", "q"]
    assert (kept.identity.keys == table.identity.keys).all()


@pytest.mark.row("P2")
def test_many_columns_become_one_vector(table):
    made = tk.process.select(table, columns=["phase", "bit2", "v", "bit1"], as_vector="bits")
    assert made.columns == ["bits", "phase"]
    assert made.kinds["bits"] == "vector"
    np.testing.assert_array_equal(made.matrix(["bits"]), [[1, 1, 0, 0], [1, 0, 1, 1]])
    again = tk.process.select(table, columns={"match": "bit*"}, as_vector="bit1")
    assert again.columns == ["bit1"]


@pytest.mark.row("P1")
def test_new_rows_are_packed_too(table):
    packed = tk.process.select(table, columns={"match": "bit*"}, as_vector="bits")
    scaled = tk.process.standardize(packed)
    new = tk.Table.from_({"bit2": [0], "bit1": [1]})
    out = tk.process.apply(new, scaled.fitted)
    np.testing.assert_array_equal(out.matrix(["bits"]), [[1, -1]])  # bit1: (1 - 0.5) / 0.5; bit2: 0 - 1


def test_a_selection_keeps_what_was_prepared(table):
    scaled = tk.process.standardize(table, columns=["a", "bit1"])
    kept = tk.process.select(scaled.table, columns=["a"])
    assert tk.learn.pca(kept, components=1).fitted.preparation == (scaled.fitted,)


def test_mistakes(table, error_of):
    select = tk.process.select
    assert "Did you mean '密度'?" in error_of(lambda: select(table, columns=["蜜度"]), "TK201")
    error_of(lambda: select(table, columns={"except": ["b"]}), "TK201")
    assert "columns that match" in error_of(lambda: select(table, columns={"match": "z*"}), "TK204")
    assert "no numbers among" in error_of(lambda: select(table, columns=["phase"], as_vector="x"), "TK202")
    error_of(lambda: select(table, columns=["phase", "a"], as_vector="phase"), "TK202")
    assert "'numbers', 'all'" in error_of(lambda: select(table, columns=5), "TK111")


def test_the_schema_before_the_data():
    step = tk.process.select
    schema = Schema({"a": "number", "b": "number", "c": "category", "u": None})

    def flow(**settings: object) -> Schema:
        return step.flow({"table": schema}, step.convert(settings))["table"]

    assert flow(columns=["c", "a"]).columns == {"c": "category", "a": "number"}
    assert flow(columns=["c", "b", "a"], as_vector="v").columns == {"v": "vector", "c": "category"}
    assert flow(columns=["a", "u"], as_vector="v") is None
    with pytest.raises(tk.TenkaiError, match="TK201"):
        flow(columns=["z"])


def test_it_agrees_with_polars(read):
    raw = read("mi/ZB_WZ_dE_rawdescriptor.csv")
    kept = tk.process.select(raw, columns={"except": ["ZA", "ZB", "dE"]})
    assert kept.frame.equals(raw.frame.select(pl.selectors.numeric() - pl.selectors.by_name("ZA", "ZB", "dE")))
    assert len(kept.columns) == 16
