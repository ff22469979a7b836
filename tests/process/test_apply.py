"""The rules of new rows are in tests/values/test_fitted.py; here is what the step adds."""

import numpy as np
import pytest

import tenkai as tk


@pytest.mark.row("P1")
def test_worked_example():
    known = tk.Table.from_({"a": [1.0, 2.0, 3.0]})
    scaled = tk.process.standardize(known)
    out = tk.process.apply(tk.Table.from_({"a": [2.0, 4.0]}, ids=["x", "y"]), scaled.fitted)
    np.testing.assert_allclose(out["a"], [0, np.sqrt(6)])
    assert out.ids.to_list() == ["x", "y"]


def test_cells_that_go_missing_on_the_way_are_counted():
    known = tk.process.formula(tk.Table.from_({"a": [1.0, 2.0, 4.0]}), formulas={"root": "sqrt(a)"})
    (made,) = known.preparation
    out = tk.process.apply(tk.Table.from_({"a": [4.0, -1.0, None]}), made)
    assert out["root"].to_list() == [2.0, None, None]
    assert [n.text for n in out.notes] == ["new columns have no value in some rows: 'root (1 row)'."]
    assert [n.code for n in out.notes] == ["TKW204"]


def test_rows_without_a_cell_the_method_needs(error_of):
    scaled = tk.process.standardize(tk.Table.from_({"a": [1.0, 2.0], "b": [1.0, 5.0]}))
    found = tk.learn.pca(scaled.table)
    told = error_of(lambda: tk.process.apply(tk.Table.from_({"a": [1.0], "b": [None]}), found.fitted), "TK208")
    assert "column 'b' misses 1 of 1 values, first at row 'Row0'" in told


def test_no_rows_are_no_problem_for_a_formula():
    known = tk.process.formula(tk.Table.from_({"a": [1.0]}), formulas={"b": "a * 2"})
    assert tk.process.apply(tk.Table.from_({"a": np.array([])}), known.preparation[0]).columns == ["a", "b"]


def test_only_a_fitted_step_fits(error_of):
    table = tk.Table.from_({"a": [1.0]})
    assert "It takes a fitted step" in error_of(lambda: tk.process.apply(table, table), "TK109")
