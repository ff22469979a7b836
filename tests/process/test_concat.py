import numpy as np
import polars as pl
import pytest

import tenkai as tk


def test_worked_example():
    a = tk.Table.from_({"x": [1, 2], "密度": [0.5, 0.6], "c": ["u", "v"]}, ids=["p", "q"])
    b = tk.Table.from_({"c": ["w"], "密度": [0.7], "x": [2.5]}, ids=["r"])
    both = tk.process.concat([a, b])
    assert both.columns == ["x", "密度", "c"]
    assert both.frame.rows() == [(1.0, 0.5, "u"), (2.0, 0.6, "v"), (2.5, 0.7, "w")]
    assert both.ids.to_list() == ["p", "q", "r"]
    assert (both.identity.keys == np.concatenate([a.identity.keys, b.identity.keys])).all()
    assert both.notes == ()


def test_observed_and_new_rows_keep_their_role():
    observed, new = tk.Table.from_({"x": [1, 2]}), tk.Table.from_({"x": [3, 4, 5]})
    both = tk.process.concat([observed, new], source="role", names=["observed", "new"])
    assert both["role"].to_list() == ["observed"] * 2 + ["new"] * 3
    assert both.kinds["role"] == "category"
    assert both.ids.to_list() == ["Row0", "Row1", "Row0^new", "Row1^new", "Row2"]
    (note,) = both.notes
    assert (note.code, note.text) == ("TKW207", "2 row ids repeated and got the name of the table, such as 'Row0^new'.")
    assert tk.process.concat([observed, new], source="role")["role"].to_list() == ["1", "1", "2", "2", "2"]


def test_ids_stay_unique_whatever_they_look_like():
    a = tk.Table.from_({"x": [1, 2]}, ids=["p", "p^2"])
    b = tk.Table.from_({"x": [3, 4]}, ids=["p", "p^2^2"])
    assert tk.process.concat([a, b]).ids.to_list() == ["p", "p^2", "p^2^3", "p^2^2"]
    many = tk.process.concat([a, a, a, a])
    assert many.ids.n_unique() == 8


def test_columns_that_differ(error_of):
    a, b = tk.Table.from_({"x": [1.0], "target": [2]}), tk.Table.from_({"x": [3.0], "Target": ["?"]})
    told = error_of(lambda: tk.process.concat([a, b]), "TK210")
    assert "table 1 has no 'Target'. All tables have the same columns. Did you mean 'target'?" in told
    both = tk.process.concat([a, b], fill=True)
    assert both.frame.rows() == [(1.0, 2, None), (3.0, None, "?")]
    assert dict(both.kinds) == {"x": "number", "target": "number", "Target": "category"}
    assert [n.text for n in both.notes if n.code == "TKW212"] == [
        "cells are missing where tables lack columns: 1 lacks 'Target'; 2 lacks 'target'."
    ]


def test_kinds_and_shapes_that_differ(error_of):
    a = tk.Table.from_({"x": [1.0]})
    told = error_of(lambda: tk.process.concat([a, tk.Table.from_({"x": ["one"]})]), "TK210")
    assert "column 'x' is of kind number, but of kind category in table 2" in told
    u, v = tk.Table.from_({"v": np.eye(2)}), tk.Table.from_({"v": np.eye(3)})
    told = error_of(lambda: tk.process.concat([u, v]), "TK210")
    assert "vectors of shape (2,) and of shape (3,)" in told
    whole = tk.process.concat([u, tk.Table.from_({"v": np.eye(2, dtype=np.float32)})])
    assert whole.kinds["v"] == "vector"
    np.testing.assert_array_equal(whole.matrix(["v"]), np.vstack([np.eye(2), np.eye(2)]))
    truths = tk.process.concat([tk.Table.from_({"c": [True]}), tk.Table.from_({"c": ["x", "x", "x"]})])
    assert truths["c"].to_list() == ["true", "x", "x", "x"]
    texts = tk.Table.from_({"c": [f"name {i}" for i in range(90)]})
    assert tk.process.concat([texts, tk.Table.from_({"c": ["x", "x"]})]).kinds["c"] == "text"


def test_vectors_a_table_lacks():
    u, v = tk.Table.from_({"v": np.eye(2)}), tk.Table.from_({"x": [1.0]})
    both = tk.process.concat([u, v], fill=True)
    assert both["v"].null_count() == 1
    assert both.kinds["v"] == "vector"


def test_influences_of_all_tables_stay():
    known = tk.process.standardize(tk.Table.from_({"x": [1.0, 2.0]}))
    new = tk.process.apply(tk.Table.from_({"x": [4.0]}), known.fitted)
    both = tk.process.concat([known.table, new])
    assert [i.step for i in both.influences] == ["process.standardize"]


@pytest.mark.row("P1")
def test_rows_prepared_alike_stay_recognised():
    known = tk.process.standardize(tk.Table.from_({"x": [1.0, 2.0, 6.0], "y": [0.0, 3.0, 1.0]}))
    new = tk.process.apply(tk.Table.from_({"x": [4.0], "y": [1.0]}), known.fitted)
    both = tk.process.concat([known.table, new])
    assert known.fitted.apply(both) is both
    model = tk.learn.pca(both)
    assert tk.process.apply(tk.Table.from_({"x": [4.0], "y": [1.0]}), model.fitted).columns == ["PCA1", "PCA2"]


@pytest.mark.row("P1")
def test_rows_prepared_differently_are_not_taken_for_either(error_of):
    known = tk.process.standardize(tk.Table.from_({"x": [1.0, 2.0, 6.0], "y": [0.0, 3.0, 1.0]}), columns=["x"])
    raw = tk.Table.from_({"x": [4.0], "y": [1.0]})
    both = tk.process.concat([known.table, raw])
    assert "process.concat" in error_of(lambda: tk.process.apply(both, known.fitted), "TK206")
    model = tk.learn.pca(both)
    told = error_of(lambda: tk.process.apply(raw, model.fitted), "TK206")
    assert "went through process.concat after they were prepared; new rows cannot follow" in told
    # A column that was prepared nowhere is as good as before.
    alone = tk.learn.pca(both, columns=["y"], components=1)
    assert tk.process.apply(raw, alone.fitted)["PCA1"].len() == 1


def test_mistakes(error_of):
    a = tk.Table.from_({"x": [1.0]})
    assert "no table to stack" in error_of(lambda: tk.process.concat([]), "TK205")
    told = error_of(lambda: tk.process.concat([a, a], source="s", names=["one"]), "TK111")
    assert "Give 2 different names" in told
    error_of(lambda: tk.process.concat([a, a], source="s", names=["n", "n"]), "TK111")
    assert "without 'source'" in error_of(lambda: tk.process.concat([a, a], names=["n", "m"]), "TK111")
    assert "already have a column 'x'" in error_of(lambda: tk.process.concat([a], source="x"), "TK210")


def test_dates_and_numbers_do_not_mix(error_of):
    day = tk.Table.from_(pl.DataFrame({"d": ["2024-05-01"]}).with_columns(pl.col("d").str.to_date()))
    later = tk.Table.from_(pl.DataFrame({"d": ["2024-05-01 10:00"]}).with_columns(pl.col("d").str.to_datetime()))
    assert tk.process.concat([day, later]).height == 2
    text = tk.Table.from_({"d": ["spring of 2024", "a", "b", "c"]})
    assert tk.process.concat([day, text])["d"].to_list()[0] == "2024-05-01"


def test_a_million_rows_with_equal_ids():
    n = 500_000
    a = tk.Table.from_({"x": np.arange(n)})
    both = tk.process.concat([a, a])
    assert both.ids.n_unique() == 2 * n
    assert both.ids[n] == "Row0^2"
