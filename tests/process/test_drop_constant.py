import numpy as np
import polars as pl

import tenkai as tk


def test_worked_example():
    table = tk.Table.from_(
        {
            "a": [1, 1, 1],
            "密度": [0.5, None, float("nan")],
            "none": pl.Series([None, None, None], dtype=pl.Float64),
            "b": [1, 2, 3],
            "class": ["x", "x", "x"],
            "v": np.ones((3, 2)),
            "w": np.eye(3),
        }
    )
    kept = tk.process.drop_constant(table)
    assert kept.columns == ["b", "class", "w"]  # only numbers are looked at
    assert [n.text for n in kept.notes] == ["4 columns with one value only left out: 'a', '密度', 'none', 'v'."]
    assert [n.code for n in kept.notes] == ["TKW202"]
    assert tk.process.drop_constant(table, columns="all").columns == ["b", "w"]
    assert tk.process.drop_constant(table, columns=["a"]).columns == [c for c in table.columns if c != "a"]


def test_nothing_to_drop():
    table = tk.Table.from_({"b": [1, 2]})
    kept = tk.process.drop_constant(table)
    assert kept.columns == ["b"]
    assert kept.notes == ()


def test_the_empty_pixels_of_the_digits():
    from sklearn.datasets import load_digits

    X = load_digits().data
    kept = tk.process.drop_constant(tk.Table.from_(X))
    assert kept.columns == [f"x{i}" for i in np.flatnonzero(X.std(axis=0) > 0)]
    assert len(kept.columns) == 61


def test_mistakes(error_of):
    told = error_of(lambda: tk.process.drop_constant(tk.Table.from_({"a": [1, 1]})), "TK204")
    assert "every column has one value only: 'a'" in told
    error_of(lambda: tk.process.drop_constant(tk.Table.from_({"a": [1, 1]}), columns=["b"]), "TK201")
