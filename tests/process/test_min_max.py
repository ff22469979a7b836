import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler

import tenkai as tk


def test_worked_example():
    found = tk.process.min_max(tk.Table.from_({"a": [1.0, 2.0, 5.0]}), low=-1, high=1)
    assert found.table["a"].to_list() == [-1.0, -0.5, 1.0]


@settings(max_examples=30)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats(-1e6, 1e6)),
    st.floats(-5, 0),
    st.floats(0.5, 5),
)
def test_agrees_with_scikit_learn(X, low, high):
    found = tk.process.min_max(tk.Table.from_(X), low=low, high=high)
    np.testing.assert_array_equal(found.table.matrix(), MinMaxScaler(feature_range=(low, high)).fit_transform(X))


@pytest.mark.row("P1")
def test_new_rows_may_lie_outside():
    found = tk.process.min_max(tk.Table.from_({"a": [0, 10]}))
    assert tk.process.apply(tk.Table.from_({"a": [-5, 20]}), found.fitted)["a"].to_list() == [-0.5, 2.0]


def test_a_column_without_variation_becomes_the_lower_limit():
    found = tk.process.min_max(tk.Table.from_({"a": [3.0, 3.0], "b": [0.0, 1.0]}), low=2, high=4)
    assert found.table["a"].to_list() == [2.0, 2.0]
    assert [n.text for n in found.table.notes] == ["1 column without variation became 2: 'a'."]


def test_mistakes(error_of):
    table = tk.Table.from_({"a": [1.0, None], "t": ["x", "y"]})
    assert "low = 1 is not below high = 1" in error_of(lambda: tk.process.min_max(table, low=1), "TK111")
    error_of(lambda: tk.process.min_max(table), "TK208")
    error_of(lambda: tk.process.min_max(table, columns=["t"]), "TK202")
    error_of(lambda: tk.process.min_max(tk.Table.from_({"a": np.array([])})), "TK205")
