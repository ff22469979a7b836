import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.values import Schema


def test_worked_example():
    # Mean 2, deviation sqrt(2/3): divided by n, not n - 1.
    found = tk.process.standardize(tk.Table.from_({"a": [1.0, 2.0, 3.0], "name": ["x", "y", "z"]}))
    root = np.sqrt(3 / 2)
    np.testing.assert_allclose(found.table["a"], [-root, 0, root])
    assert found.table["name"].to_list() == ["x", "y", "z"]
    assert found.table.columns == ["a", "name"]


@settings(max_examples=30)
@given(arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats(-1e6, 1e6)))
def test_agrees_with_scikit_learn(X):
    found = tk.process.standardize(tk.Table.from_(X))
    np.testing.assert_array_equal(found.table.matrix(), StandardScaler().fit_transform(X))


@pytest.mark.row("P1")
def test_new_rows_are_scaled_with_what_the_first_rows_taught():
    found = tk.process.standardize(tk.Table.from_({"a": [1.0, 3.0]}))
    out = tk.process.apply(tk.Table.from_({"a": [3, 5], "b": ["x", "y"]}), found.fitted)
    assert out["a"].to_list() == [1.0, 3.0]
    assert out.columns == ["a", "b"]
    assert [i.kind for i in out.influences] == ["prepared"]
    assert (out.influences[0].rows == found.table.identity.union()).all()


def test_vectors_and_pictures_are_scaled_place_by_place():
    X = np.random.default_rng(0).normal(size=(6, 2, 3))
    found = tk.process.standardize(tk.Table.from_({"img": X, "a": X[:, 0, 0]}), columns="all")
    assert dict(found.table.kinds) == {"img": "image", "a": "number"}
    flat = np.column_stack([X.reshape(6, -1), X[:, 0, 0]])
    np.testing.assert_allclose(found.table.matrix(["img", "a"]), (flat - flat.mean(0)) / flat.std(0), atol=1e-12)


def test_columns_without_variation_become_zero_and_are_named():
    # 0.1 three times: the computed variance is not exactly zero.
    found = tk.process.standardize(tk.Table.from_({"a": [0.1, 0.1, 0.1], "b": [1.0, 2.0, 4.0], "c": [7, 7, 7]}))
    np.testing.assert_allclose(found.table.matrix(["a", "c"]), 0, atol=1e-12)
    (note,) = found.table.notes
    assert (note.code, note.text) == ("TKW201", "2 columns without variation became 0: 'a', 'c'.")


@pytest.mark.parametrize(
    ("columns", "choice", "code", "told"),
    [
        ({"a": [1.0, None]}, "numbers", "TK208", "column 'a' misses 1 of 2 values, first at row 'Row1'"),
        ({"a": [1.0, np.nan]}, "numbers", "TK208", "process.impute"),
        ({"a": [1.0, np.inf]}, "numbers", "TK203", "column 'a' holds inf at row 'Row1'"),
        ({"a": np.array([])}, "numbers", "TK205", "no rows"),
        ({"a": [1.0], "t": ["x"]}, "all", "TK202", "column 't' is of kind category"),
        ({"密度": [1.0]}, ["蜜度"], "TK201", "Did you mean '密度'?"),
        ({"t": ["x", "y"]}, "numbers", "TK204", "there are no number columns"),
    ],
)
def test_mistakes(error_of, columns, choice, code, told):
    assert told in error_of(lambda: tk.process.standardize(tk.Table.from_(columns), columns=choice), code)


def test_mistakes_before_the_data():
    step = tk.process.standardize
    schema = Schema({"a": "number", "t": "text", "c": None})
    assert step.flow({"table": schema}, step.convert({}))["table"] == schema
    for columns, code in ((["t"], "TK202"), (["b"], "TK201")):
        with pytest.raises(tk.TenkaiError, match=code):
            step.flow({"table": schema}, step.convert({"columns": columns}))


def test_equal_bits_for_one_and_two_threads():
    table = tk.Table.from_(np.random.default_rng(0).normal(size=(5000, 40)))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(tk.process.standardize(table).table.matrix().tobytes())
    assert found[0] == found[1]
