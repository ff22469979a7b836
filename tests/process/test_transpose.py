import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk


@pytest.mark.row("F11", "P13")
def test_a_column_of_scores_becomes_a_row_that_can_be_stacked():
    # S1 p17: one row per pass.
    passes = []
    for alpha, r2 in ((0.1, 0.7), (1.0, 0.4)):
        scores = tk.Table.from_({"value": [r2, alpha]}, ids=["R^2", "alpha"])
        passes.append(tk.process.transpose(scores))
    stacked = tk.process.concat(passes)
    assert stacked.frame.to_dicts() == [{"R^2": 0.7, "alpha": 0.1}, {"R^2": 0.4, "alpha": 1.0}]
    assert stacked.ids.to_list() == ["value", "value^2"]


@pytest.mark.row("P13")
def test_rows_and_columns_change_places():
    table = tk.Table.from_({"密度": [1.5, None], "v": np.eye(2), "t": ["a", "b"]}, ids=["p", "q"])
    out = tk.process.transpose(table)
    assert out.ids.to_list() == ["密度", "v[0]", "v[1]"]
    assert out.frame.rows() == [(1.5, None), (1.0, 0.0), (0.0, 1.0)]
    assert out.columns == ["p", "q"]
    assert dict(out.kinds) == {"p": "number", "q": "number"}
    assert [n.text for n in out.notes] == ["left out of the transposed table: 't'."]
    assert all(set(out.identity.of(i)) == set(table.identity.keys) for i in range(3))


@given(st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_twice_is_the_same_again(n, p, whole):
    X = np.random.default_rng(n * 10 + p).integers(0, 99, (n, p))
    table = tk.Table.from_(X if whole else X / 7)
    again = tk.process.transpose(tk.process.transpose(table))
    assert again.frame.equals(table.frame)
    assert again.ids.to_list() == table.ids.to_list()


def test_texts_and_names():
    table = tk.Table.from_({"name": ["r2", "mae"], "a": ["x", "y"], "flag": [True, None]})
    out = tk.process.transpose(table, columns=["a", "flag"], names="name")
    assert out.frame.to_dicts() == [{"r2": "x", "mae": "y"}, {"r2": "true", "mae": None}]


def test_mistakes(error_of):
    table = tk.Table.from_({"a": [1, 2], "t": ["x", "x"]})
    transpose = tk.process.transpose
    told = error_of(lambda: transpose(table, columns="all"), "TK202")
    assert "numbers and texts cannot stand in one column: 'a' number, 't' category" in told
    assert "'x' stands twice in column 't'" in error_of(lambda: transpose(table, names="t"), "TK207")
    error_of(lambda: transpose(table, names="T"), "TK201")
    assert "no other column is chosen" in error_of(lambda: transpose(table, names="a"), "TK204")
    star = tk.Table.from_({"a": [1]}, ids=["*"])
    assert "the column name '*' is a pattern" in error_of(lambda: transpose(star), "TK801")
    error_of(lambda: transpose(table.take([])), "TK205")
    error_of(lambda: transpose(tk.Table.from_({"i": np.zeros((2, 3, 3))})), "TK202")
    tall = tk.Table.from_({"a": pl.Series(range(20_001))})
    assert "20001 columns" in error_of(lambda: transpose(tall), "TK212")
