from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn.decomposition import NMF
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.learn._nmf import NonNegativeFactors
from tenkai.step import Run
from tenkai.values import Folder, load
from tenkai.values.matrix import array_column


@parametrize_with_checks(
    [
        NonNegativeFactors(),
        NonNegativeFactors(solver="multiplicative"),
        NonNegativeFactors(loss="kullback_leibler"),
        NonNegativeFactors(missing="leave_out"),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def strokes() -> tk.Table:
    """Six rows made of two parts without a common column."""
    weights = np.array([[1, 0], [2, 0], [0, 3], [0, 1], [1, 1], [2, 4]], float)
    X = weights @ np.array([[3, 4, 0, 0], [0, 0, 0, 2.0]])
    return tk.Table.from_({**{f"c{i}": X[:, i] for i in range(4)}, "kind": list("aabbcc")})


def test_worked_example():
    # Parts of length 1: (3, 4)/5 with weights 5, 10, 0, 0, 5, 10, and (2)/2 with weights 0, 0, 6, 2, 2, 8. The
    # first adds 30 * 7/5 = 42 to all cells, the second 18 * 1 = 18: shares 0.7 and 0.3.
    found = tk.learn.nmf(strokes(), rank=2, tolerance=0, iterations=300)
    np.testing.assert_allclose(found.parts.matrix(), [[0.6, 0.8, 0, 0], [0, 0, 0, 1]], atol=1e-6)
    expected = [[5, 0], [10, 0], [0, 6], [0, 2], [5, 2], [10, 8]]
    np.testing.assert_allclose(found.table.matrix(["part1", "part2"]), expected, atol=1e-5)
    assert found.table.columns == ["part1", "part2", "kind"]
    assert found.parts.ids.to_list() == found.shares.ids.to_list() == ["part1", "part2"]
    assert found.parts.columns == ["c0", "c1", "c2", "c3"]
    np.testing.assert_allclose(found.shares["share"], [0.7, 0.3], atol=1e-6)
    assert found.shares["zeros"].to_list() == [0.5, 0.75]
    assert found.figures["relative_error"] < 1e-6
    assert found.figures["iterations"] == 300
    assert found.history["iteration"].to_list() == list(range(301))
    assert found.replay.height == 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.row("L24")
def test_no_worse_than_scikit_learn(digits: tk.Table):
    X = digits.matrix()
    found = tk.learn.nmf(digits, rank=10, restarts=3)
    oracle = min(NMF(10, init="random", random_state=s, max_iter=400).fit(X).reconstruction_err_ for s in range(3))
    assert found.figures["error"] < oracle * 1.001
    W = found.table.matrix([f"part{i + 1}" for i in range(10)])
    H = found.parts.matrix()
    assert found.figures["error"] == pytest.approx(np.linalg.norm(X - W @ H), rel=1e-9)
    assert found.figures["relative_error"] == pytest.approx(np.linalg.norm(X - W @ H) / np.linalg.norm(X))
    np.testing.assert_allclose(np.linalg.norm(H, axis=1), 1, rtol=1e-12)
    shares = W.sum(0) * H.sum(1) / (W @ H).sum()
    np.testing.assert_allclose(found.shares["share"], shares, rtol=1e-9)
    assert (np.diff(shares) <= 0).all()
    assert found.figures.lens is not None
    assert found.figures.lens.prepared == 1797


def test_new_rows_get_the_weights_of_non_negative_least_squares(digits: tk.Table):
    from scipy.optimize import nnls

    old, new = digits.take(np.arange(800)), digits.take(np.arange(800, 900))
    found = tk.learn.nmf(old, rank=8)
    placed = found.fitted.apply(new)
    names = [f"part{i + 1}" for i in range(8)]
    expected = np.array([nnls(found.parts.matrix().T, x)[0] for x in new.matrix()])
    np.testing.assert_allclose(placed.matrix(names), expected, atol=1e-4 * expected.max())
    # Rows it was fitted to get the very weights they have.
    again = found.fitted.transform(old)
    np.testing.assert_array_equal(again.matrix(names), found.table.matrix(names))


@pytest.mark.row("L26")
def test_replay_holds_the_factors_of_each_iteration(some_digits: tk.Table):
    found = tk.learn.nmf(some_digits, rank=3, solver="multiplicative", iterations=20, tolerance=0, history=5)
    X = some_digits.matrix()
    assert found.replay["iteration"].to_list() == [0, 5, 10, 15, 20]
    W, H = (found.replay.matrix([c]).reshape(5, *shape) for c, shape in (("coordinates", (400, 3)), ("parts", (3, 64))))
    for w, h, i in zip(W, H, found.replay["iteration"], strict=True):
        assert found.history["loss"][i] == pytest.approx(((X - w @ h) ** 2).sum() / 2, rel=1e-9)
    w, h = W[0], H[0]
    for _ in range(20):
        w = w * (X @ h.T) / (w @ h @ h.T)
        columns = (w.T @ w @ h) > 0
        h = np.where(columns, h * (w.T @ X) / np.where(columns, w.T @ w @ h, 1), h)
    np.testing.assert_allclose(W[-1], w, rtol=1e-9)
    np.testing.assert_allclose(H[-1], h, rtol=1e-9, atol=1e-300)
    assert [n.code for n in found.table.notes] == []


def test_a_run_that_does_not_settle_says_so(some_digits: tk.Table):
    found = tk.learn.nmf(some_digits, rank=3, iterations=3)
    assert [n.code for n in found.table.notes] == ["TKW640"]
    assert found.figures["converged"] == 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.row("L25", "I17")
def test_parts_of_images_are_images(data_dir: Path):
    images = np.load(data_dir / "faces" / "lfw_deepfunneled_min20_87x65.npz")["images"][:120, ::4, ::4]
    table = tk.Table.from_(pl.DataFrame({"image": array_column("image", images)}))
    found = tk.learn.nmf(table, rank=6)
    assert found.parts.kinds == {"image": "image"}
    assert found.parts.frame["image"].dtype.shape == (22, 17)
    assert found.fitted.dtype == "float32"
    assert found.parts.matrix().min() >= 0
    oracle = NMF(6, init="random", random_state=0, max_iter=300).fit(images.reshape(120, -1).astype(float))
    assert found.figures["error"] < oracle.reconstruction_err_ * 1.003


def test_restarts_are_separate_runs_and_the_best_is_kept(some_digits: tk.Table):
    from tenkai.learn._named import child_seeds

    X = some_digits.matrix()
    best = NonNegativeFactors(6, n_init=4, random_state=5).fit(X)
    apart = [NonNegativeFactors(6, random_state=s).fit(X) for s in [5, *child_seeds(5, 4)][:4]]
    winner = min(apart, key=lambda e: e.reconstruction_err_)
    np.testing.assert_array_equal(best.components_, winner.components_)
    assert len({e.reconstruction_err_ for e in apart}) == 4


def test_sweep_of_ranks_and_seeds_gives_what_separate_calls_give(some_digits: tk.Table, assert_same):
    step = tk.learn.nmf
    points = [
        step.convert({"rank": k, "seed": s, "restarts": 2, "iterations": 30}) for k, s in ((3, 0), (12, 0), (5, 7))
    ]
    inputs = {"table": some_digits}
    variants = [{"rank": p["rank"], "seed": p["seed"]} for p in points]
    together = step.run_shared(("rank", "seed"), variants, inputs, points[0], Run(2))
    for point, found in zip(points, together, strict=True):
        alone = step.run(inputs, point, Run(1))
        for name in ("table", "parts", "history", "shares", "fitted", "figures"):
            assert_same({name: found[name]}, {name: alone[name]})


def test_same_bits_for_any_number_of_threads():
    X = np.random.default_rng(0).random((1300, 700)).astype(np.float32)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            estimator = NonNegativeFactors(30, max_iter=12).fit(X)
            found.append(estimator.components_.tobytes() + estimator.transform(X).tobytes())
    assert found[0] == found[1]


def test_missing_cells_are_left_out_and_filled(some_digits: tk.Table):
    X = some_digits.matrix()[:, 2:40]
    X = X[:, X.max(0) > 4] + 1.0
    hidden = np.random.default_rng(0).random(X.shape) < 0.1
    table = tk.Table.from_(np.where(hidden, np.nan, X))
    found = tk.learn.nmf(table, rank=6, missing="leave_out")
    names = [f"part{i + 1}" for i in range(6)]
    rebuilt = found.table.matrix(names) @ found.parts.matrix()
    # The hidden cells are guessed better than by the means of their columns.
    means = np.broadcast_to(np.nanmean(table.matrix(), axis=0), X.shape)
    assert np.abs(rebuilt - X)[hidden].mean() < 0.75 * np.abs(means - X)[hidden].mean()
    assert found.figures["error"] == pytest.approx(np.linalg.norm((rebuilt - X)[~hidden]), rel=1e-6)
    placed = found.fitted.transform(table)
    np.testing.assert_array_equal(placed.matrix(names), found.table.matrix(names))


def test_held_out_cells_by_a_mask(some_digits: tk.Table):
    X = some_digits.matrix()[:, 2:40] + 1.0
    mask = np.random.default_rng(0).random(X.shape) > 0.1
    by_mask = NonNegativeFactors(4).fit(X, mask=mask)
    by_nan = NonNegativeFactors(4, missing="leave_out").fit(np.where(mask, X, np.nan))
    np.testing.assert_array_equal(by_mask.components_, by_nan.components_)


def test_sparse_input_gives_what_dense_input_gives(some_digits: tk.Table):
    X = np.where(some_digits.matrix() > 8, some_digits.matrix(), 0)
    for loss in ("frobenius", "kullback_leibler"):
        dense, sparse = (NonNegativeFactors(5, loss=loss, max_iter=30).fit(M) for M in (X, sp.csr_array(X)))
        np.testing.assert_allclose(dense.components_, sparse.components_, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(dense.transform(X), sparse.transform(sp.csc_matrix(X)), rtol=1e-5, atol=1e-6)
        assert dense.reconstruction_err_ == pytest.approx(sparse.reconstruction_err_, rel=1e-6)


def test_kullback_leibler_agrees_with_scikit_learn(some_digits: tk.Table):
    found = tk.learn.nmf(some_digits, rank=5, loss="kullback_leibler", iterations=300, tolerance=0)
    oracle = NMF(5, init="random", beta_loss="kullback-leibler", solver="mu", max_iter=300, tol=0, random_state=0)
    oracle.fit(some_digits.matrix())
    assert found.figures["error"] < oracle.reconstruction_err_ * 1.02
    assert found.figures["relative_error"] < 1


def test_penalties_make_parts_sparse(some_digits: tk.Table):
    plain = tk.learn.nmf(some_digits, rank=6)
    sparse = tk.learn.nmf(some_digits, rank=6, l1_parts=2.0, l2_coordinates=0.01)
    assert sparse.shares["zeros"].mean() > plain.shares["zeros"].mean()
    placed = sparse.fitted.transform(some_digits)
    names = [f"part{i + 1}" for i in range(6)]
    np.testing.assert_array_equal(placed.matrix(names), sparse.table.matrix(names))


def test_starts_from_parts_given(some_digits: tk.Table):
    first = tk.learn.nmf(some_digits, rank=4)
    again = tk.learn.nmf(some_digits, first.parts, rank=4, iterations=10, seed=9)
    assert again.figures["error"] <= first.figures["error"] * (1 + 1e-9)
    assert again.history["loss"][0] == pytest.approx(first.figures["error"] ** 2 / 2, rel=1e-6)


def test_parts_given_must_fit(some_digits: tk.Table, refused):
    first = tk.learn.nmf(some_digits, rank=4, iterations=10)
    assert "4 parts are given for a rank of 5" in refused("TK623", tk.learn.nmf, some_digits, first.parts, rank=5)
    turned = first.parts.with_columns(first.parts.frame.select(pl.all() * -1))
    assert "the parts given hold -" in refused("TK623", tk.learn.nmf, some_digits, turned, rank=4)


def test_stored_and_read_back_it_places_alike(some_digits: tk.Table, tmp_path: Path):
    fitted = tk.learn.nmf(some_digits, rank=4).fitted
    fitted.save(tmp_path)
    again = load(Folder(tmp_path))
    assert again.transform(some_digits).frame.equals(fitted.transform(some_digits).frame)


def test_inverse_transform_rebuilds_rows():
    table = strokes()
    estimator = NonNegativeFactors(2, tol=0, max_iter=300).fit(table.matrix())
    np.testing.assert_allclose(
        estimator.inverse_transform(estimator.transform(table.matrix())), table.matrix(), atol=1e-4
    )


def test_refusals(refused):
    table = tk.Table.from_({"a": [1.0, 2.0, 3.0], "b": [0.0, -1.5, 0.0]})
    text = refused("TK620", tk.learn.nmf, table, rank=1)
    assert "column 'b' holds -1.5 at row 'Row1'" in text
    assert "process.min_max" in text
    good = tk.Table.from_({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.5, 0.0]})
    assert "3 rows and 2 columns: 1 to 2 parts" in refused("TK111", tk.learn.nmf, good, rank=3)
    refused("TK203", tk.learn.nmf, tk.Table.from_({"a": [0.0, 0.0], "b": [0.0, 0.0]}), rank=1)
    holes = tk.Table.from_({"a": [1.0, None, 3.0], "b": [0.0, None, 1.0]})
    refused("TK208", tk.learn.nmf, holes, rank=1)
    assert "row 'Row1' has no known cell" in refused("TK634", tk.learn.nmf, holes, rank=1, missing="leave_out")
    empty = tk.Table.from_({"a": [1.0, 2.0, 3.0], "b": pl.Series([None, None, None], dtype=pl.Float64)})
    assert "column 'b' has no known cell" in refused("TK634", tk.learn.nmf, empty, rank=1, missing="leave_out")
    for size in (1e-200, 1e200):
        text = refused("TK203", tk.learn.nmf, tk.Table.from_({"a": [size, 0.0], "b": [0.0, size]}), rank=1)
        assert "whose square is no number" in text
    text = refused("TK622", tk.learn.nmf, good, rank=1, loss="kullback_leibler", solver="hals")
    assert "multiplicative" in text
    taken = tk.Table.from_({"a": [1.0, 2.0], "b": [1.0, 3.0], "part1": [1.0, 2.0]})
    refused("TK604", tk.learn.nmf, taken, rank=1, columns=["a", "b"])


def test_new_rows_that_cannot_be_written_in_parts(refused):
    table = tk.Table.from_({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.5, 0.0]})
    fitted = tk.learn.nmf(table, rank=1).fitted
    new = tk.Table.from_({"a": [1.0, 2.0], "b": [0.0, -2.0]})
    assert "new row 1 (counted from 0) holds -2" in refused("TK620", fitted.apply, new)
    refused("TK620", fitted.estimator.transform, sp.csr_matrix(new.matrix()))
    refused("TK208", fitted.apply, tk.Table.from_({"a": [1.0, None], "b": [0.0, 2.0]}))
    patient = tk.learn.nmf(table, rank=1, missing="leave_out").fitted
    placed = patient.apply(tk.Table.from_({"a": [2.0, 2.0, None], "b": [0.5, None, None]}))["part1"].to_numpy()
    assert placed[:2] == pytest.approx([2.03, 2.05], abs=0.1)
    assert np.isnan(placed[2])


def test_rows_of_zeros_are_told():
    table = tk.Table.from_({"a": [1.0, 0.0, 3.0], "b": [2.0, 0.0, 1.0]})
    found = tk.learn.nmf(table, rank=1)
    assert "1 of 3 rows hold nothing but zeros, first 'Row1'" in {n.code: n.text for n in found.table.notes}["TKW620"]
    assert found.table["part1"][1] == 0
    assert found.fitted.transform(table.take([1]))["part1"].to_list() == [0.0]


def test_columns_are_known_before_data():
    schema = tk.Table.from_({"a": [1.0], "b": [1.0], "label": ["x"]}).schema
    flow = tk.learn.nmf.flow({"table": schema, "given": None}, tk.learn.nmf.convert({"rank": 2}))
    assert flow["table"].names == ["part1", "part2", "label"]
    assert flow["parts"].names == ["a", "b"]
    assert flow["replay"].names == ["iteration", "coordinates", "parts"]
