import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer

import tenkai as tk
from tenkai.values import Schema

NAN = float("nan")


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_(
        {
            "密度": [1.0, None, NAN, 4.0],
            "n": [1, None, 2, 2],
            "phase": ["fcc", None, "bcc", "bcc"],
            "flag": [True, None, True, False],
        }
    )


@pytest.mark.parametrize(
    ("method", "density", "n"),
    [("mean", 2.5, 5 / 3), ("median", 2.5, 2.0), ("most_frequent", 1.0, 2)],
)
def test_numbers(table, method, density, n):
    filled = tk.process.impute(table, method=method).table
    assert filled["密度"].to_list() == [1.0, density, density, 4.0]
    assert filled["n"].to_list() == pytest.approx([1, n, 2, 2])
    assert filled["phase"].null_count() == 1  # not asked for


def test_categories_and_truths(table):
    found = tk.process.impute(table, columns=["phase", "flag"], method="most_frequent")
    assert found.table["phase"].to_list() == ["fcc", "bcc", "bcc", "bcc"]
    assert found.table["flag"].to_list() == [True, True, True, False]
    assert found.table.kinds == table.kinds
    # of equally frequent values the smallest
    tie = tk.Table.from_({"c": ["b", "a", None], "x": [2.0, 1.0, None]})
    filled = tk.process.impute(tie, columns="all", method="most_frequent").table
    assert filled.frame.row(2) == ("a", 1.0)


def test_constants(table):
    assert tk.process.impute(table, method="constant", value=0).table["密度"].to_list() == [1, 0, 0, 4]
    named = tk.process.impute(table, columns=["phase"], method="constant", value="unknown")
    assert named.table["phase"][1] == "unknown"
    assert named.table.influences == ()  # a constant is not learned from rows
    whole = tk.process.impute(table, columns=["n"], method="constant", value=-1).table
    assert whole["n"].to_list() == [1, -1, 2, 2]
    assert whole["n"].dtype == pl.Int64
    flags = tk.process.impute(table, columns=["flag"], method="constant", value="false").table
    assert flags["flag"].to_list() == [True, False, True, False]
    small = tk.Table.from_({"x": pl.Series([1, None], dtype=pl.UInt8)})
    assert tk.process.impute(small, method="constant", value=-300).table["x"].to_list() == [1, -300]


def test_the_cells_filled_are_counted(table):
    (note,) = tk.process.impute(table).table.notes
    assert note.code == "TKW203"
    assert note.text == "3 missing cells filled with the median value: '密度' 2, 'n' 1."
    assert tk.process.impute(tk.Table.from_({"a": [1.0]})).table.notes == ()


@pytest.mark.row("P1")
def test_new_rows_are_filled_with_what_the_first_rows_taught(table):
    scaled = tk.process.standardize(tk.process.impute(table, method="mean").table)
    new = tk.Table.from_({"密度": [None, 2.5], "n": pl.Series([None, None], dtype=pl.Null)})
    out = tk.process.apply(new, scaled.fitted)
    np.testing.assert_allclose(out.matrix(["密度", "n"]), 0, atol=1e-12)
    assert [i.step for i in out.influences] == ["process.impute", "process.standardize"]


@settings(max_examples=40)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.none() | st.just(NAN), min_size=1, max_size=15),
    st.sampled_from(["mean", "median", "most_frequent"]),
)
def test_agrees_with_scikit_learn(values, method):
    column = pl.Series(values, dtype=pl.Float64)
    X = np.array([NAN if v is None else v for v in values])[:, None]
    table = tk.Table.from_({"a": column})
    if np.isnan(X).all():
        with pytest.raises(tk.TenkaiError, match="TK203"):
            tk.process.impute(table, method=method)
        return
    expected = SimpleImputer(strategy=method).fit_transform(X)
    np.testing.assert_allclose(tk.process.impute(table, method=method).table.matrix(), expected, rtol=1e-12)


def test_whole_vectors_pass_and_vectors_with_holes_do_not(error_of):
    v = np.arange(6.0).reshape(3, 2)
    table = tk.Table.from_({"a": [1.0, None, 3.0], "v": v})
    assert tk.process.impute(table).table["a"].to_list() == [1, 2, 3]
    v[1, 1] = NAN
    told = error_of(lambda: tk.process.impute(tk.Table.from_({"v": v})), "TK208")
    assert "column 'v' of kind vector misses cells in 1 row, first 'Row1'" in told


def test_mistakes(table, error_of):
    told = error_of(lambda: tk.process.impute(table, columns="all", method="mean"), "TK202")
    assert "column 'phase' is of kind category and has no mean. Fill it with the method most_frequent" in told
    nothing = tk.Table.from_({"a": pl.Series([None, NAN], dtype=pl.Float64)})
    assert "column 'a' has no value to learn from" in error_of(lambda: tk.process.impute(nothing), "TK203")
    assert "has no 'value'" in error_of(lambda: tk.process.impute(table, method="constant"), "TK111")
    assert "given for the method mean" in error_of(lambda: tk.process.impute(table, method="mean", value=1), "TK111")
    told = error_of(lambda: tk.process.impute(table, columns="all", method="constant", value=0), "TK111")
    assert "0.0 cannot fill column 'phase' of kind category" in told
    error_of(lambda: tk.process.impute(table, columns=["n"], method="constant", value="x"), "TK111")


def test_mistakes_before_the_data():
    step = tk.process.impute
    schema = Schema({"a": "number", "t": "text"})
    assert step.flow({"table": schema}, step.convert({}))["table"] == schema
    with pytest.raises(tk.TenkaiError, match="column 't' is of kind text and has no median"):
        step.flow({"table": schema}, step.convert({"columns": "all"}))
