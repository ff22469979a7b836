import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk


def test_worked_example():
    table = tk.Table.from_({"r2": [0.2, None, 0.9, float("nan"), 0.5], "名": list("abcde")}, ids=list("abcde"))
    assert tk.process.sort(table, by=["r2"]).ids.to_list() == ["a", "e", "c", "b", "d"]
    # Cells without value are last in both directions.
    assert tk.process.sort(table, by=["r2"], descending=True).ids.to_list() == ["c", "e", "a", "b", "d"]
    assert tk.process.sort(table, by=["名"], descending=True).ids.to_list() == list("edcba")


@pytest.mark.row("P13")
def test_the_best_row_comes_first_for_a_parameter_table(read):
    raw = read("mi/maxphase_property.csv")
    best = tk.process.sort(raw, by=[" rho0 lambda lambda"], descending=True)
    values = raw[" rho0 lambda lambda"].to_numpy()
    np.testing.assert_array_equal(best[" rho0 lambda lambda"], np.sort(values)[::-1])
    assert tk.process.filter(best, where="row_number == 1").table.ids[0] == raw.ids[int(values.argmax())]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1, max_size=25),
    st.booleans(),
    st.booleans(),
)
def test_agrees_with_python(rows, down_a, down_b):
    table = tk.Table.from_({"a": [r[0] for r in rows], "b": [r[1] for r in rows], "c": [r[2] for r in rows]})
    made = tk.process.sort(table, by=["a", "b"], descending=[down_a, down_b])
    sign_a, sign_b = (-1 if down_a else 1), (-1 if down_b else 1)
    order = sorted(range(len(rows)), key=lambda i: (sign_a * rows[i][0], sign_b * rows[i][1]))  # Python's is stable
    assert made.ids.to_list() == [f"Row{i}" for i in order]
    assert (made.identity.keys == table.identity.keys[order]).all()
    assert tk.process.sort(table, by=["c"]).frame["c"].to_list() == sorted(r[2] for r in rows)


def test_mistakes(error_of):
    table = tk.Table.from_({"a": [1, 2], "v": np.eye(2)})
    assert "Did you mean 'a'?" in error_of(lambda: tk.process.sort(table, by=["A"]), "TK201")
    error_of(lambda: tk.process.sort(table, by=["v"]), "TK202")
    told = error_of(lambda: tk.process.sort(table, by=["a"], descending=[True, False]), "TK111")
    assert "has 2 items for 1 column" in told
    error_of(lambda: tk.process.sort(table, by=[]), "TK111")


def test_no_rows_and_many_rows():
    assert tk.process.sort(tk.Table.from_({"a": np.array([])}), by=["a"]).height == 0
    x = np.random.default_rng(0).integers(0, 1000, 1_000_000)
    made = tk.process.sort(tk.Table.from_({"x": pl.Series(x)}), by=["x"])
    np.testing.assert_array_equal(
        made.identity.keys, tk.Table.from_({"x": pl.Series(x)}).identity.keys[np.argsort(x, kind="stable")]
    )
