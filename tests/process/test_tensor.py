from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tenkai as tk


@pytest.fixture(scope="module")
def compounds(data_dir: Path) -> tk.Table:
    """The published compounds, both ways round, as five-field keys."""
    keys = tk.process.composition(
        tk.Table.from_(pl.read_csv(data_dir / "mi" / "group131415_elm1elm2.csv")), formula="formula"
    )
    return tk.process.symmetric_keys(
        keys, first=["element1", "ratio1"], second=["element2", "ratio2"], within=["sg"], keep="both"
    )


FIVE = ["element1", "element2", "ratio1", "ratio2", "sg"]


def test_worked_example():
    t = tk.Table.from_({"a": ["y", "x", "x", "x"], "k": [2.0, 1.0, 2.0, 2.0], "z": ["u", "u", "v", "v"]})
    found = tk.process.tensor(t, axes=["a", ["k", "z"]], cells="count")
    assert found.axes == ("a", "k^z")
    assert found.labels == (("x", "y"), ("1^u", "2^u", "2^v"))
    np.testing.assert_array_equal(found.values, [[1, 0, 2], [0, 1, 0]])
    np.testing.assert_array_equal(tk.process.tensor(t, axes=["a", ["k", "z"]]).values, [[1, 0, 1], [0, 1, 0]])
    by_row = tk.process.tensor(t, axes=["a", "k", "z"], order="appearance", separator="_")
    assert by_row.labels == (("y", "x"), ("2", "1"), ("u", "v"))
    # The cell of every row of the data.
    np.testing.assert_array_equal(found.cells, [4, 0, 2, 2])
    np.testing.assert_array_equal(found.identity.keys, t.identity.keys)


def test_the_mean_of_a_value_is_missing_where_there_is_none():
    t = tk.Table.from_({"a": ["x", "x", "y", "y"], "b": ["u", "u", "u", "v"], "v": [1.0, 4.0, 7.0, None]})
    found = tk.process.tensor(t, axes=["a", "b"], cells="mean", value="v")
    np.testing.assert_array_equal(found.values, [[2.5, np.nan], [7.0, np.nan]])
    assert len(found.identity) == len(found.cells) == 3  # the row without a value is in no cell


@pytest.mark.row("P12", "P14", "T5")
def test_the_published_compounds_have_one_cell_each_way(compounds: tk.Table):
    array = tk.process.tensor(compounds, axes=FIVE)
    assert array.shape == (9, 9, 11, 11, 17)
    assert array.values.sum() == 92
    mirrored = array.values.transpose(1, 0, 3, 2, 4)
    assert array.labels[0] == array.labels[1]
    assert array.labels[2] == array.labels[3]
    np.testing.assert_array_equal(mirrored, array.values)


def test_refusals(error_of: Callable[..., str]):
    t = tk.Table.from_({"a": ["x", "y"], "b": ["u", "v"], "v": [1.0, None], "n": [None, None]})
    n = t.with_columns(t.frame.with_columns(pl.lit(None, pl.Float64).alias("n")))
    assert "'a' stands on two axes" in error_of(lambda: tk.process.tensor(t, axes=["a", ["b", "a"]]), "TK216")
    assert "the mean of which column" in error_of(lambda: tk.process.tensor(t, axes=["a", "b"], cells="mean"), "TK216")
    assert "'cells' is exists" in error_of(lambda: tk.process.tensor(t, axes=["a", "b"], value="v"), "TK216")
    error_of(lambda: tk.process.tensor(t, axes=["a"]), "TK111")
    error_of(lambda: tk.process.tensor(t, axes=["a", []]), "TK111")
    error_of(lambda: tk.process.tensor(t, axes=["a", "c"]), "TK201")
    error_of(lambda: tk.process.tensor(t, axes=["a", "v"]), "TK208")
    error_of(lambda: tk.process.tensor(t.take([]), axes=["a", "b"]), "TK205")
    told = error_of(lambda: tk.process.tensor(n, axes=["a", "b"], cells="mean", value="n"), "TK205")
    assert "no row has a value of 'n'" in told


def test_a_tensor_that_would_not_fit_says_how_large_it_is(error_of: Callable[..., str]):
    many = [str(i) for i in range(20_000)]
    t = tk.Table.from_({"a": many, "b": many, "c": many})
    told = error_of(lambda: tk.process.tensor(t, axes=["a", "b", "c"]), "TK217")
    assert "the tensor would have 20000 x 20000 x 20000 = 8000000000000 cells, 6.4e+04 GB." in told
    assert "At most 20000000 cells." in told


def test_a_workflow_checks_the_columns_of_every_axis(tmp_path: Path):
    (tmp_path / "t.csv").write_text("a,b\nx,u\n")
    (tmp_path / "w.yaml").write_text(
        "steps:\n  t: {collect.csv: {path: t.csv}}\n  x: {process.tensor: {table: t, axes: [a, [b, k]]}}\n"
    )
    (wrong,) = tk.load(tmp_path / "w.yaml").problems
    assert wrong.code in ("TK113", "TK201")
    assert "'k'" in str(wrong)
