import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.values import Schema


@pytest.mark.row("P13")
def test_a_matrix_becomes_a_list_that_can_be_sorted():
    # S1 p63: the largest differences with their row and column names, read from a table.
    table = tk.Table.from_({"ZB": [0.1, 0.9], "WZ": [0.5, 0.2], "kind": ["x", "y"]}, ids=["Al^As", "Ga^N"])
    long = tk.process.unpivot(table)
    assert long.frame.rows() == [
        ("Al^As", "ZB", "x", 0.1),
        ("Al^As", "WZ", "x", 0.5),
        ("Ga^N", "ZB", "y", 0.9),
        ("Ga^N", "WZ", "y", 0.2),
    ]
    assert long.columns == ["row", "column", "kind", "value"]
    assert long.ids.to_list() == ["Al^As^ZB", "Al^As^WZ", "Ga^N^ZB", "Ga^N^WZ"]
    assert dict(long.kinds) == {"row": "text", "column": "category", "kind": "category", "value": "number"}
    assert (long.identity.keys == table.identity.keys[[0, 0, 1, 1]]).all()
    best = tk.process.sort(long, by=["value"], descending=True)
    assert best.frame.select("row", "column").rows()[0] == ("Ga^N", "ZB")


def test_agrees_with_pandas(read):
    raw = tk.process.select(read("mi/ZB_WZ_dE_rawdescriptor.csv"), columns=["A", "B", "IP_A", "IP_B", "ZA"])
    long = tk.process.unpivot(raw, columns=["IP_A", "IP_B", "ZA"], name="what", value="how much")
    frame = raw.frame.to_pandas()
    oracle = frame.reset_index().melt(["index", "A", "B"], ["IP_A", "IP_B", "ZA"]).sort_values("index", kind="stable")
    np.testing.assert_array_equal(long["how much"], oracle["value"])
    assert long["what"].to_list() == oracle["variable"].tolist()
    assert long["B"].to_list() == oracle["B"].tolist()


def test_mistakes(error_of):
    table = tk.Table.from_({"a": [1, 2], "t": ["x", "y"], "row": [0, 0], "v": np.eye(2)})
    unpivot = tk.process.unpivot
    told = error_of(lambda: unpivot(table, columns=["a", "t"]), "TK202")
    assert "'a' is of kind number and 't' of kind category: they cannot stand in one column" in told
    error_of(lambda: unpivot(table, columns=["v"]), "TK202")
    told = error_of(lambda: unpivot(table, columns=["a"]), "TK210")
    assert "process.unpivot row: the table already has a column 'row'" in told
    error_of(lambda: unpivot(table, columns=["a"], row="r", name="r"), "TK210")
    assert unpivot(table, columns=["a"], row="r").height == 2
    error_of(lambda: unpivot(table, columns=["b"]), "TK201")
    wide = tk.Table.from_(pl.DataFrame({f"c{i}": pl.Series([0], dtype=pl.UInt8) for i in range(300)}))
    tall = wide.take(np.zeros(200_000, dtype=np.int64))
    assert "60000000 rows" in error_of(lambda: unpivot(tall), "TK212")


def test_the_schema_before_the_data():
    step = tk.process.unpivot
    schema = Schema({"a": "number", "b": "number", "t": "text"})
    made = step.flow({"table": schema}, step.convert({}))["table"]
    assert list(made.columns.items()) == [("row", "text"), ("column", "category"), ("t", "text"), ("value", "number")]
    with pytest.raises(tk.TenkaiError, match="TK210"):
        step.flow({"table": schema}, step.convert({"name": "t"}))


def test_a_million_cells():
    X = np.random.default_rng(0).normal(size=(100_000, 10))
    long = tk.process.unpivot(tk.Table.from_(X))
    np.testing.assert_array_equal(long["value"], X.reshape(-1))
