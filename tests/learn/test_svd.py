from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.learn import _svd
from tenkai.learn._svd import LowRank
from tenkai.values import Folder, load


@parametrize_with_checks([LowRank(1), LowRank(1, center=True, missing="fill")])
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def table(n: int = 12, p: int = 5, seed: int = 0) -> tk.Table:
    X = np.random.default_rng(seed).normal(size=(n, p))
    return tk.Table.from_({**{f"c{j}": X[:, j] for j in range(p)}, "kind": ["x"] * n}, ids=[f"r{i}" for i in range(n)])


def test_worked_example():
    # (1 1; 1 1) has the one singular value 2; (1 0; 0 3) the values 3 and 1.
    found = tk.learn.svd(tk.Table.from_({"a": [1.0, 1.0], "b": [1.0, 1.0]}), rank=1)
    np.testing.assert_allclose(found.S["value"], [2, 0], atol=1e-12)
    np.testing.assert_allclose(found.table.matrix(), 1)
    found = tk.learn.svd(tk.Table.from_({"a": [1.0, 0.0], "b": [0.0, 3.0]}, ids=["x", "y"]), rank=1)
    np.testing.assert_allclose(found.table.matrix(), [[0, 0], [0, 3]], atol=1e-12)
    np.testing.assert_allclose(found.difference.matrix(), [[-1, 0], [0, 0]], atol=1e-12)
    assert found.difference.ids.to_list() == ["x", "y"]
    assert found.V.ids.to_list() == ["a", "b"]
    assert found.figures["error"] == pytest.approx(1)
    assert found.figures["share"] == pytest.approx(0.9)
    np.testing.assert_allclose(found.S["cumulative"], [0.9, 1.0])


@pytest.mark.row("L21")
def test_agrees_with_numpy():
    rows = table()
    X = rows.matrix(rows.choose("numbers"))
    U, S, V = np.linalg.svd(X, full_matrices=False)
    found = tk.learn.svd(rows, rank=3)
    np.testing.assert_allclose(found.S["value"], S)
    assert list(found.S["value"]) == sorted(found.S["value"], reverse=True)
    low = (U[:, :3] * S[:3]) @ V[:3]
    names = rows.choose("numbers")
    np.testing.assert_allclose(found.table.matrix(names), low, atol=1e-12)
    np.testing.assert_allclose(found.difference.matrix(names), low - X, atol=1e-12)
    np.testing.assert_allclose(found.U.matrix() * found.S["value"].to_numpy()[:3] @ found.V.matrix().T, low, atol=1e-12)
    assert found.table.columns == rows.columns
    assert found.U.ids.to_list() == rows.ids.to_list()


@pytest.mark.row("T4")
def test_the_published_cells(data_dir: Path):
    frame = pl.read_csv(data_dir / "mi" / "group131415_div1.csv")
    matrix = tk.Table.from_(frame[:, 1:], ids=frame[:, 0])
    found = tk.learn.svd(matrix, rank=3)
    assert found.figures["matrix_rank"] == 29
    at = {i: n for n, i in enumerate(found.difference.ids)}
    for row, column, score in (
        ("Sn^As", "5^5^R-3m", 0.3076),
        ("In^Sb", "5^5^P6/mmm", 0.1901),
        ("In^Sb", "6^4^I41/amd", 0.1223),
        ("In^Sb", "2^8^R-3m", 0.0237),
    ):
        assert found.difference[column][at[row]] == pytest.approx(score, abs=5e-5)


@pytest.mark.row("L22")
@pytest.mark.parametrize("settings", [{}, {"center": True}, {"shrink": 0.5}, {"method": "randomized"}])
def test_a_sweep_of_ranks_gives_what_separate_calls_give(shared_equals_separate, settings):
    X = np.random.default_rng(0).normal(size=(150, 140))
    shared_equals_separate(tk.learn.svd, "rank", [1, 60, 3], {"table": tk.Table.from_(X)}, **settings)


def test_a_sweep_of_ranks_with_holes_gives_what_separate_calls_give(shared_equals_separate):
    rows = table()
    holed = rows.with_columns(
        rows.frame.with_columns(pl.when(pl.col("c0") > 0.5).then(None).otherwise("c0").alias("c0"))
    )
    shared_equals_separate(tk.learn.svd, "rank", [1, 2], {"table": holed}, missing="fill")


def test_new_rows_are_projected_on_the_same_vectors(tmp_path: Path):
    rows = table()
    names = rows.choose("numbers")
    found = tk.learn.svd(rows, rank=2)
    new = table(4, seed=5)
    V = np.linalg.svd(rows.matrix(names))[2][:2]
    np.testing.assert_allclose(found.fitted.apply(new).matrix(names), new.matrix(names) @ V.T @ V, atol=1e-12)
    # The rows it was fitted on, raw, become the low-rank table.
    np.testing.assert_allclose(found.fitted.apply(rows).matrix(names), found.table.matrix(names), atol=1e-12)
    assert found.fitted.apply(found.table) is found.table
    found.fitted.save(tmp_path)
    again = load(Folder(tmp_path))
    assert again.apply(new).frame.equals(found.fitted.apply(new).frame)


def test_centred_it_is_pca():
    rows = table()
    names = rows.choose("numbers")
    map_ = tk.learn.pca(rows, components=2)
    back = map_.fitted.estimator.inverse_transform(map_.map.matrix(["PCA1", "PCA2"]))
    np.testing.assert_allclose(tk.learn.svd(rows, rank=2, center=True).table.matrix(names), back, atol=1e-10)


def test_missing_cells_are_filled_in_the_table_and_in_new_rows():
    random = np.random.default_rng(0)
    X = np.outer(random.random(15) + 1, random.random(6) + 1)
    holed = X.copy()
    holed[3, 2] = holed[7, 0] = np.nan
    found = tk.learn.svd(tk.Table.from_(holed), rank=1, missing="fill", iterations=5000, tolerance=1e-10)
    np.testing.assert_allclose(found.table.matrix(), X, atol=1e-6)
    assert np.isnan(found.difference.matrix()[3, 2])
    new = tk.Table.from_(np.array([2 * X[0], [*X[1, :5], np.nan]]))
    np.testing.assert_allclose(found.fitted.apply(new).matrix(), [2 * X[0], X[1]], atol=1e-6)


def test_images_keep_their_shape():
    images = np.random.default_rng(0).random((9, 4, 3)).astype(np.float32)
    rows = tk.Table.from_({"image": images})
    found = tk.learn.svd(rows, rank=9)
    np.testing.assert_allclose(found.table.matrix(), rows.matrix(), atol=1e-6)
    assert found.table.kinds["image"] == "image"
    assert found.V.ids[4] == "image[1,1]"


def test_large_tables_are_estimated_and_say_so(monkeypatch: pytest.MonkeyPatch):
    X = np.random.default_rng(0).normal(size=(200, 5)) @ np.random.default_rng(1).normal(size=(5, 150))
    rows = tk.Table.from_(X)
    exact = tk.learn.svd(rows, rank=5)
    monkeypatch.setattr(_svd, "_DIRECT", 0.0)
    found = tk.learn.svd(rows, rank=5)
    assert [n.code for n in found.table.notes] == ["TKW630"]
    assert found.S.height == 50
    np.testing.assert_allclose(found.table.matrix(), exact.table.matrix(), atol=1e-8)


def test_it_says_when_filling_had_not_settled():
    rows = table().frame.with_columns(pl.when(pl.col("c0") > 0).then(None).otherwise("c0").alias("c0"))
    found = tk.learn.svd(tk.Table.from_(rows), rank=2, missing="fill", iterations=2)
    assert [n.code for n in found.table.notes] == ["TKW640"]


def test_same_bits_for_any_number_of_threads():
    X = np.random.default_rng(0).normal(size=(400, 150))
    bits = []
    for count in (1, 2):
        with threadpool_limits(count):
            fitted = LowRank(4).fit(X)
            bits.append(fitted.components_.tobytes() + fitted.transform(X).tobytes())
    assert bits[0] == bits[1]


def test_refusals(refused):
    rows = table(3, 2)
    assert "3 rows and 2 columns: a rank of 1 to 2" in refused("TK111", tk.learn.svd, rows, rank=3)
    holed = tk.Table.from_({"a": [1.0, None], "b": [None, None]}, kinds={"b": "number"})
    refused("TK208", tk.learn.svd, holed, rank=1)
    blank = tk.Table.from_({"a": [1.0, 2.0], "b": [None, None]}, kinds={"b": "number"})
    assert "column 'b' has no known cell" in refused("TK634", tk.learn.svd, blank, rank=1, missing="fill")
    empty = tk.Table.from_({"a": [1.0, None], "b": [2.0, None]})
    assert "row 'Row1' has no known cell" in refused("TK634", tk.learn.svd, empty, rank=1, missing="fill")
    refused("TK205", tk.learn.svd, rows.take([]), rank=1)
    wide = tk.Table.from_({"a": [1.0, 1e300]})
    refused("TK203", tk.learn.svd, wide, rank=1)
    refused("TK203", tk.learn.svd, wide, rank=1, missing="fill")
    refused("TK202", tk.learn.svd, rows, rank=1, columns=["kind"])


def test_columns_are_known_before_data():
    flow = tk.learn.svd.flow({"table": table().schema}, tk.learn.svd.convert({"rank": 2}))
    assert flow["table"].names == table().columns
    assert flow["U"].names == ["SVD1", "SVD2"]
