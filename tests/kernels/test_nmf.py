import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.linalg  # noqa: F401 -- its BLAS is limited below only once it is loaded
import scipy.sparse as sp
from sklearn.datasets import load_digits
from sklearn.decomposition import non_negative_factorization
from threadpoolctl import threadpool_limits

from tenkai.kernels import nmf
from tenkai.kernels.nmf_data import Penalties, blocks_of, workers
from tenkai.kernels.nmf_read import data_of
from tenkai.kernels.nmf_rows import fit_rows
from tenkai.kernels.nmf_start import first_factors

SOLVERS = ["extrapolated", "accelerated", "hals", "coordinate", "multiplicative"]
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def one_thread():
    with threadpool_limits(1):
        yield


def start(X, rank: int, seed: int = 0, kind: str = "random"):
    Wt, H = first_factors(X, rank, kind, seed, float(X.mean()))
    return np.ascontiguousarray(Wt.T), H


def compositions(data_dir: Path) -> sp.csr_matrix:
    """Counts of elements in 800 formulas, 96 % zeros."""
    formulas = pl.read_csv(data_dir / "tables" / "matbench_expt_gap.csv")["formula"][:800]
    counts = [{e: float(c or 1) for e, c in re.findall(r"([A-Z][a-z]?)([\d.]*)", f)} for f in formulas]
    names = sorted({e for c in counts for e in c})
    return sp.csr_matrix(np.array([[c.get(e, 0.0) for e in names] for c in counts]))


def real_matrix(name: str, data_dir: Path):
    if name == "digits":
        return load_digits().data[:600]
    if name == "faces":
        images = np.load(data_dir / "faces" / "lfw_deepfunneled_min20_87x65.npz")["images"]
        return images[:200, ::3, ::3].reshape(200, -1) / 255.0
    if name == "existence":
        frame = pl.read_csv(data_dir / "mi" / "simple_existence.csv")
        return frame.select(pl.selectors.numeric()).to_numpy().astype(float)
    if name == "max phases":
        frame = pl.read_csv(data_dir / "mi" / "maxphase_property.csv").select(pl.selectors.numeric()).drop_nulls()
        X = frame.to_numpy().astype(float)
        X = X[:, np.ptp(X, axis=0) > 0]
        return (X - X.min(0)) / np.ptp(X, axis=0)
    return compositions(data_dir)


def objective(X, W, H) -> float:
    X = X.toarray() if sp.issparse(X) else X
    return float(((X - W @ H) ** 2).sum() / 2)


REAL = ["digits", "faces", "existence", "max phases", "compositions"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.row("L24")
@pytest.mark.parametrize("name", REAL)
def test_reaches_the_optimum_of_scikit_learn_from_the_same_start(name, data_dir):
    X = real_matrix(name, data_dir)
    rank = min(8, min(X.shape) - 1)
    data = data_of(X)

    def theirs(W, H, tol: float, most: int):
        settings = {"n_components": rank, "init": "custom", "tol": tol, "max_iter": most}
        return non_negative_factorization(X, W.copy(), H.copy(), **settings)[:2]

    # One sweep per half step in the order of the parts is scikit-learn's coordinate descent, step by step.
    W, H = start(X, rank)
    early_W, early_H = theirs(W, H, 0, 50)
    found = nmf.factorize(data, W, H, solver="hals", iterations=50, tolerance=0)
    np.testing.assert_allclose(found.W @ found.H, early_W @ early_H, atol=1e-6 * max(1.0, float(X.max())))
    optimum = objective(X, *theirs(W, H, 1e-7, 1500))
    found = nmf.factorize(data, W, H, solver="hals", iterations=1500, tolerance=1e-9)
    assert objective(X, found.W, found.H) <= optimum * 1.001
    # There are many local optima, and from far away each method walks to its own: start in the valley.
    for solver in ["extrapolated", "accelerated", "coordinate"]:
        found = nmf.factorize(data, early_W, early_H, solver=solver, iterations=1500, tolerance=1e-9)
        assert objective(X, found.W, found.H) <= optimum * 1.001, solver
        assert found.loss == pytest.approx(objective(X, found.W, found.H), rel=1e-7)


@pytest.mark.row("L24", "L26")
def test_fifty_iterations_equal_the_two_printed_formulas():
    # S3: 80 points on a cos² curve, start uniform in [0, 1].
    random = np.random.default_rng(32)
    x = 4 * random.random(80) + 0.2
    X = np.column_stack([x, np.cos(x) ** 2 + random.normal(0, 0.1, 80) + 1])
    W, H = start(X, 2, seed=32, kind="uniform")
    assert W.min() >= 0
    assert W.max() <= 1
    found = nmf.factorize(data_of(X), W, H, solver="multiplicative", iterations=50, tolerance=0, keep_every=1)
    w, h = W.copy(), H.copy()
    for i in range(51):
        iteration, kept_w, kept_h = found.kept[i]
        assert iteration == i
        np.testing.assert_allclose(kept_w, w, rtol=1e-12)
        np.testing.assert_allclose(kept_h, h, rtol=1e-12)
        assert found.losses[i] == pytest.approx(((X - w @ h) ** 2).sum() / 2, rel=1e-9)
        w = w * (X @ h.T) / (w @ h @ h.T)
        h = h * (w.T @ X) / (w.T @ w @ h)
    np.testing.assert_array_equal(found.W, kept_w)


@pytest.mark.parametrize("solver", ["extrapolated", "accelerated", "hals", "coordinate"])
def test_gradient_conditions_hold_at_convergence(solver):
    X = load_digits().data[:150]
    W, H = start(X, 5)
    found = nmf.factorize(data_of(X), W, H, solver=solver, iterations=6000, tolerance=0)
    W, H = found.W, found.H
    for F, slope in ((W, (W @ H - X) @ H.T), (H, W.T @ (W @ H - X))):
        size = np.abs(X).mean() * len(X)
        assert slope.min() > -1e-3 * size
        assert np.abs(F * slope).max() < 1e-3 * size * F.max()


@pytest.mark.parametrize("loss", ["frobenius", "kullback_leibler"])
def test_multiplicative_steps_are_those_of_scikit_learn(loss):
    X = load_digits().data[:200] + (0.0 if loss == "frobenius" else 1e-3)
    W, H = start(X, 6)
    n, p = X.shape
    # scikit-learn: alpha l1_ratio p |W|_1 + ½ alpha (1 - l1_ratio) p |W|², and n for H.
    for a, b in ((0.0, 0.0), (0.01, 0.02)):
        cost = Penalties(a * 0.75 * p, b * 0.75 * n, a * 0.25 * p, b * 0.25 * n)
        w, h, _ = non_negative_factorization(
            X, W.copy(), H.copy(), n_components=6, init="custom", solver="mu", tol=0, max_iter=30,
            beta_loss=loss.replace("_", "-"), alpha_W=a, alpha_H=b, l1_ratio=0.75,
        )  # fmt: skip
        data = data_of(X, loss)
        found = nmf.factorize(data, W, H, solver="multiplicative", iterations=30, tolerance=0, penalties=cost)
        np.testing.assert_allclose(found.W, w, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found.H, h, rtol=1e-6, atol=1e-9)


def test_loss_never_rises(data_dir):
    X = real_matrix("faces", data_dir).astype(np.float32)
    W, H = start(X, 12)
    for solver in SOLVERS:
        losses = nmf.factorize(data_of(X), W, H, solver=solver, iterations=40, tolerance=0).losses
        assert (np.diff(losses) <= 1e-5 * losses[1:]).all(), solver


def test_penalties_give_zeros_and_the_penalized_optimum_of_scikit_learn():
    X = load_digits().data[:300]
    n, p = X.shape
    W, H = start(X, 8)
    w, h, _ = non_negative_factorization(
        X, W.copy(), H.copy(), n_components=8, init="custom", tol=1e-8, max_iter=3000,
        alpha_W=0.05, alpha_H=0.02, l1_ratio=0.6,
    )  # fmt: skip
    cost = Penalties(0.05 * 0.6 * p, 0.02 * 0.6 * n, 0.05 * 0.4 * p, 0.02 * 0.4 * n)
    expected = objective(X, w, h) + cost.of(w, h)
    for solver in ["extrapolated", "accelerated", "hals", "coordinate"]:
        found = nmf.factorize(data_of(X), W, H, solver=solver, iterations=3000, tolerance=1e-10, penalties=cost)
        assert objective(X, found.W, found.H) + cost.of(found.W, found.H) <= expected * 1.001
        assert found.losses[-1] == pytest.approx(found.loss + cost.of(found.W, found.H), rel=1e-8)
        assert (found.W == 0).mean() > 0.2


@pytest.mark.parametrize("loss", ["frobenius", "kullback_leibler"])
def test_sparse_equals_dense(data_dir, loss):
    X = compositions(data_dir)
    W, H = start(X, 6)
    for solver in SOLVERS if loss == "frobenius" else ["multiplicative"]:
        found = [
            nmf.factorize(data_of(M, loss), W, H, solver=solver, iterations=15, tolerance=0) for M in (X, X.toarray())
        ]
        np.testing.assert_allclose(found[0].W, found[1].W, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(found[0].losses, found[1].losses, rtol=1e-8)
        assert found[0].loss == pytest.approx(found[1].loss, rel=1e-9)


@pytest.mark.parametrize("loss", ["frobenius", "kullback_leibler"])
def test_masked_cells_do_not_matter(loss):
    X = load_digits().data[:300, :40] + 0.1
    random = np.random.default_rng(1)
    known = random.random(X.shape) > 0.2
    W, H = start(X, 5)
    for solver in SOLVERS if loss == "frobenius" else ["multiplicative"]:
        found = []
        for filling in (np.nan, 1e6, -3.0):
            data = data_of(np.where(known, X, filling), loss, known)
            found.append(nmf.factorize(data, W, H, solver=solver, iterations=25, tolerance=0))
        np.testing.assert_array_equal(found[0].W, found[1].W)
        np.testing.assert_array_equal(found[0].H, found[2].H)
        assert (np.diff(found[0].losses) <= 1e-9 * found[0].losses[1:]).all()
        R, V = np.where(known, X - found[0].W @ found[0].H, 0), found[0].W @ found[0].H
        left = (R**2).sum() / 2 if loss == "frobenius" else (X * np.log(X / V) - X + V)[known].sum()
        assert found[0].loss == pytest.approx(left, rel=1e-9)
        assert found[0].losses[-1] == pytest.approx(left, rel=1e-9)


def test_masking_whole_rows_of_cells_is_leaving_them_out():
    # Rows 0-19 know only columns 0-9: given H, their coordinates are those fitted to these columns alone.
    X = load_digits().data[:60]
    known = np.ones(X.shape, bool)
    known[:20, 30:] = False
    H = start(X, 4)[1]
    whole = fit_rows(data_of(X, known=known), H, tolerance=1e-9)
    apart = fit_rows(data_of(X[:20, :30]), H[:, :30], tolerance=1e-9)
    np.testing.assert_allclose(whole[:20], apart, rtol=1e-5, atol=1e-6)
    rest = fit_rows(data_of(X[20:]), H, tolerance=1e-9)
    np.testing.assert_allclose(whole[20:], rest, rtol=1e-5, atol=1e-6)


def test_rows_for_fixed_parts_are_those_of_non_negative_least_squares():
    from scipy.optimize import nnls

    X = load_digits().data[:40]
    H = start(load_digits().data, 9, seed=3)[1]
    found = fit_rows(data_of(X), H, tolerance=1e-10)
    expected = np.array([nnls(H.T, x)[0] for x in X])
    np.testing.assert_allclose(found, expected, atol=1e-6 * expected.max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_same_bits_for_any_number_of_threads(data_dir, dtype):
    random = np.random.default_rng(0)
    X = random.random((1100, 900)).astype(dtype)
    known = random.random(X.shape) > 0.1
    W, H = start(X, 20)
    S = sp.random_array((1100, 900), density=0.05, rng=random, dtype=dtype, format="csr")
    for solver in SOLVERS:
        for data in (data_of(X), data_of(X, known=known), data_of(S)):
            found = []
            for threads in (1, 2, 3):
                with workers(threads) as pool:
                    found.append(nmf.factorize(data, W, H, solver=solver, iterations=2, tolerance=0, pool=pool))
            for other in found[1:]:
                assert other.W.tobytes() == found[0].W.tobytes()
                assert other.H.tobytes() == found[0].H.tobytes()
                assert other.losses.tobytes() == found[0].losses.tobytes()
                assert other.loss == found[0].loss


def test_single_precision_agrees_with_double(data_dir):
    X = real_matrix("faces", data_dir)
    W, H = start(X, 12)
    wide = nmf.factorize(data_of(X), W, H, iterations=60, tolerance=0)
    narrow = nmf.factorize(data_of(X.astype(np.float32)), W, H, iterations=60, tolerance=0)
    assert narrow.W.dtype == narrow.H.dtype == np.float32
    assert narrow.loss == pytest.approx(wide.loss, rel=2e-3)
    # The loss at hand and the one summed in float64.
    assert narrow.losses[-1] == pytest.approx(narrow.loss, rel=1e-4)
    assert wide.losses[-1] == pytest.approx(wide.loss, rel=1e-10)


def test_blocks_cover_all_rows():
    for n in (1, 255, 257, 1024, 1025, 3023, 5655, 10_000):
        blocks = blocks_of(n)
        assert np.array_equal(np.concatenate([np.arange(b.start, b.stop) for b in blocks]), np.arange(n))


@pytest.mark.parametrize("kind", ["nndsvd", "nndsvda", "nndsvdar"])
def test_start_from_singular_vectors_is_that_of_scikit_learn(kind):
    from sklearn.decomposition._nmf import _initialize_nmf

    X = load_digits().data[:400]
    W, H = start(X, 10, kind=kind)
    w, h = _initialize_nmf(X, 10, init=kind, random_state=0)
    # The first half of the vectors is found alike by any random method; fillings differ where they are random.
    scale = np.abs(w).max()
    atol = 1e-3 * scale if kind != "nndsvdar" else 0.1 * scale
    np.testing.assert_allclose(W[:, :5], w[:, :5], atol=atol)
    np.testing.assert_allclose(H[:5], h[:5], atol=1e-3 * np.abs(h).max() if kind != "nndsvdar" else 0.2)
    assert (W.min() == 0) == (kind == "nndsvd")


def test_kept_factors_stay_within_their_budget():
    X = load_digits().data[:50]
    W, H = start(X, 3)
    one = W.nbytes + H.nbytes
    found = nmf.factorize(data_of(X), W, H, solver="hals", iterations=30, tolerance=0, keep_every=1, budget=10 * one)
    assert found.kept_every == 4
    assert [k[0] for k in found.kept] == [0, 4, 8, 12, 16, 20, 24, 28]
    apart = nmf.factorize(data_of(X), W, H, solver="hals", iterations=12, tolerance=0)
    np.testing.assert_array_equal(found.kept[3][1], apart.W)


@pytest.mark.parametrize("loss", ["frobenius", "kullback_leibler"])
def test_coordinates_of_a_row_do_not_depend_on_other_rows(loss):
    X = load_digits().data[:700, :30] + 0.1
    known = np.random.default_rng(0).random(X.shape) > 0.1
    H = start(X, 5)[1]
    variants = [(X, None), (X, known), (sp.csr_matrix(np.round(X)), None)]
    for matrix, mask in variants:
        every = fit_rows(data_of(matrix, loss, mask), H)
        some = fit_rows(data_of(matrix[100:400], loss, None if mask is None else mask[100:400]), H)
        np.testing.assert_allclose(every[100:400], some, rtol=1e-9, atol=1e-12)
        assert every.min() >= 0


def test_a_part_that_dies_leaves_no_nan():
    X = np.outer(np.arange(1.0, 7), [1.0, 2.0, 0.0, 1.0])
    W, H = start(X, 3)
    H[1] = 0
    W[:, 2] = 0
    for solver in SOLVERS:
        found = nmf.factorize(data_of(X), W, H, solver=solver, iterations=200, tolerance=0)
        assert np.isfinite(found.W).all()
        assert np.isfinite(found.H).all()
        assert found.loss < 1e-6


def test_stopping_and_watching():
    X = load_digits().data[:100]
    W, H = start(X, 4)
    told: list[int] = []
    found = nmf.factorize(data_of(X), W, H, tolerance=1e-3, iterations=500, watch=lambda i, _: told.append(i))
    assert found.converged
    assert found.iterations < 500
    assert found.iterations % nmf.LOOK == 0
    assert told == list(range(1, found.iterations + 1))
    assert not nmf.factorize(data_of(X), W, H, tolerance=1e-3, iterations=4).converged


@pytest.mark.parametrize(
    ("X", "known", "text"),
    [
        ([[1.0, -2.0]], None, "X holds -2.0"),
        ([[1.0, np.nan]], None, "NaN or infinity in a cell that is not masked"),
        ([[1.0, np.inf]], None, "NaN or infinity"),
        ([[0.0, 0.0]], None, "nothing but zeros"),
        ([[1.0, 2.0], [1.0, 2.0]], [[1, 1], [0, 0]], "row 1 has no known cell"),
        ([[1.0, 2.0], [1.0, 2.0]], [[1, 0], [1, 0]], "column 1 has no known cell"),
        ([[1.0, 2.0]], [[1]], "the mask has shape"),
        ([1.0, 2.0], None, "X has shape"),
        (sp.csr_matrix([[1.0]]), [[1]], "with a sparse matrix"),
    ],
)
def test_bad_data_are_refused(X, known, text):
    with pytest.raises(ValueError, match=text):
        data_of(X if sp.issparse(X) else np.array(X), known=known)


def test_bad_settings_are_refused():
    X = np.ones((4, 3))
    data, W, H = data_of(X), np.ones((4, 2)), np.ones((2, 3))
    with pytest.raises(ValueError, match="Allowed: \\(4, k\\)"):
        nmf.factorize(data, W.T, H)
    with pytest.raises(ValueError, match="negative"):
        nmf.factorize(data, -W, H)
    with pytest.raises(ValueError, match="Allowed: extrapolated"):
        nmf.factorize(data, W, H, solver="newton")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="kullback_leibler: multiplicative"):
        nmf.factorize(data_of(X, "kullback_leibler"), W, H, solver="hals")
