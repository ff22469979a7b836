"""Cells and blocks held out, against brute force in plain NumPy."""

from itertools import permutations

import numpy as np
import pytest
import scipy.linalg
from scipy.optimize import nnls
from threadpoolctl import threadpool_limits

from tenkai.kernels import held_out_nmf, held_out_svd, nmf
from tenkai.kernels.held_out import Errors, block_folds, cell_folds
from tenkai.kernels.low_rank import fill
from tenkai.kernels.nmf_data import Penalties, Workers, workers
from tenkai.kernels.nmf_masked import Masked

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def one_thread():
    with threadpool_limits(1):
        yield


def signed(n: int, p: int, rank: int, noise: float, seed: int = 0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, rank)) @ random.standard_normal((rank, p))
    return X + noise * random.standard_normal(X.shape)


def positive(n: int, p: int, rank: int, noise: float, seed: int = 0):
    random = np.random.default_rng(seed)
    X = random.gamma(0.6, 1.0, (n, rank)) @ random.gamma(0.6, 1.0, (rank, p))
    return np.maximum(X + noise * X.std() * random.standard_normal(X.shape), 0)


# ---- what is held out ---------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(31, 20), (7, 6, 5)])
def test_every_known_cell_is_held_out_once(shape):
    random = np.random.default_rng(0)
    known = random.random(shape) > 0.2
    folds = cell_folds(known, 4, random)
    held = np.stack([folds.held(i) for i in range(4)])
    np.testing.assert_array_equal(held.sum(axis=0), known)
    assert np.ptp(held.reshape(4, -1).sum(axis=1)) <= 1
    for i in range(4):
        np.testing.assert_array_equal(folds.kept(i), known & ~held[i])


def test_a_row_keeps_a_cell_in_every_fold():
    known = np.zeros((6, 5), bool)
    known[0] = known[:, 0] = True  # rows 1 to 5 and columns 1 to 4 know one cell each
    folds = cell_folds(known, 3, np.random.default_rng(1))
    for i in range(3):
        assert folds.kept(i).any(axis=0).all()
        assert folds.kept(i).any(axis=1).all()
    assert not any(folds.held(i)[0, 1:].any() or folds.held(i)[1:, 0].any() for i in range(3))


def test_blocks_tile_the_matrix():
    seen = np.zeros((11, 8), int)
    blocks = list(block_folds(seen.shape, 3, np.random.default_rng(0)))
    assert len(blocks) == 9
    for rows, columns in blocks:
        seen[np.ix_(rows, columns)] += 1
    assert (seen == 1).all()


def test_errors_by_hand():
    # Two splits of 8 and 2 cells held out; loss is half the sum of squares: mean squares 4, 1 and 4, 4.
    errors = Errors(
        np.array([[16.0, 4.0], [4.0, 4.0]]), np.array([[9.0, 1.0], [9.0, 4.0]]), np.array([[40.0], [24.0]]),
        np.array([[8.0], [2.0]]), np.array([[2.0], [2.0]]), 0.5,
    )  # fmt: skip
    np.testing.assert_allclose(errors.by_split, [[2, 1], [2, 2]])
    np.testing.assert_allclose(errors.error, [2, 1.5])
    np.testing.assert_allclose(errors.sd, [0, 0.5**0.5])
    # Nadeau and Bengio: variance (1/2 + 0.5/0.5) of one split.
    np.testing.assert_allclose(errors.se, [0, (0.5 * 1.5) ** 0.5])
    np.testing.assert_allclose(errors.training, [3, (1 + 2) / 2])
    np.testing.assert_allclose(errors.explained, [1 - 20 / 64, 1 - 8 / 64])
    assert (errors.best, errors.chosen) == (1, 0)  # 2 is within 0.87 of 1.5


# ---- singular vectors ---------------------------------------------------------------------------


@pytest.mark.parametrize("center", [False, True])
def test_a_block_is_predicted_by_the_closed_formula(center):
    X = signed(20, 15, 4, 0.3) + (5.0 if center else 0.0)
    rows, columns = np.array([1, 4, 5, 19]), np.array([0, 2, 7])
    ranks = [1, 3, 4, 9]
    held, fitted = held_out_svd.block_losses(X, rows, columns, ranks, center=center, seed=0)
    rest = [np.setdiff1d(np.arange(n), some) for n, some in ((20, rows), (15, columns))]
    means = X[rest[0]].mean(axis=0) if center else np.zeros(15)
    Y = X - means
    D = Y[np.ix_(*rest)]
    for at, k in enumerate(ranks):
        U, s, V = np.linalg.svd(D, full_matrices=False)
        low = (U[:, :k] * s[:k]) @ V[:k]
        guess = Y[np.ix_(rows, rest[1])] @ np.linalg.pinv(low, rcond=1e-10) @ Y[np.ix_(rest[0], columns)]
        assert held[at] == pytest.approx(0.5 * ((Y[np.ix_(rows, columns)] - guess) ** 2).sum(), rel=1e-9)
        assert fitted[at] == pytest.approx(0.5 * ((D - low) ** 2).sum(), rel=1e-9)


def test_ranks_beyond_that_of_the_data_add_nothing():
    X = signed(20, 15, 2, 0.0)
    held, _ = held_out_svd.block_losses(X, np.arange(5), np.arange(4), [1, 2, 3, 8], center=False, seed=0)
    assert held[0] > 1
    np.testing.assert_allclose(held[1:], 0, atol=1e-20)


def test_large_matrices_are_decomposed_at_random(monkeypatch):
    X = signed(60, 50, 3, 0.05)
    exact = held_out_svd.block_losses(X, np.arange(20), np.arange(20), [1, 3], center=False, seed=0)
    monkeypatch.setattr(held_out_svd, "DIRECT", 1.0)
    estimated = held_out_svd.block_losses(X, np.arange(20), np.arange(20), [1, 3], center=False, seed=0)
    np.testing.assert_allclose(estimated, exact, rtol=1e-4)


@pytest.mark.parametrize("center", [False, True])
def test_unknown_cells_are_filled_as_by_a_plain_loop(center):
    X = signed(40, 25, 3, 0.2) + (2.0 if center else 0.0)
    known = np.random.default_rng(1).random(X.shape) > 0.25
    found = held_out_svd.fill_by_vectors(X, known, 3, center=center, iterations=5000, tolerance=1e-10)
    assert found.converged
    means = np.where(known, X, 0).sum(axis=0) / known.sum(axis=0)
    Y = X - means if center else X
    cells = np.where(known, Y, 0.0 if center else means)
    for _ in range(3000):
        U, s, V = np.linalg.svd(cells, full_matrices=False)
        low = (U[:, :3] * s[:3]) @ V[:3]
        cells = np.where(known, Y, low)
    np.testing.assert_allclose(found.rows(slice(None)), low + (means if center else 0), atol=1e-6)
    own = fill(Y, known, 3, iterations=5000, tolerance=1e-10)
    if not center:
        np.testing.assert_allclose(found.rows(slice(None)), own.found.low_rank(3), atol=1e-6)
    held, fitted, settled = held_out_svd.cell_losses(
        X, known, ~known, 3, center=center, iterations=5000, tolerance=1e-10, seed=0
    )
    left = (X - low - (means if center else 0)) ** 2
    assert settled
    assert (held, fitted) == (pytest.approx(left[~known].sum() / 2), pytest.approx(left[known].sum() / 2))


def test_no_iteration_of_filling_raises_the_loss():
    X = signed(300, 40, 3, 0.5)
    known = np.random.default_rng(1).random(X.shape) > 0.4
    losses = [
        held_out_svd.cell_losses(X, known, ~known, 6, center=False, iterations=i, tolerance=0, seed=0)[1]
        for i in range(1, 15)
    ]
    assert (np.diff(losses) < 1e-12 * losses[0]).all()


def test_halves_of_the_rows_are_compared_by_principal_angles():
    X = signed(31, 12, 4, 0.8)
    found = held_out_svd.split_half(X, [1, 3, 12, 20], center=True, seed=5)
    order = np.random.default_rng(5).permutation(31)
    spaces = []
    for some in (order[:15], order[15:30]):
        part = X[np.sort(some)]
        spaces.append(np.linalg.svd(part - part.mean(axis=0))[2])
    for at, k in enumerate((1, 3)):
        angles = scipy.linalg.subspace_angles(spaces[0][:k].T, spaces[1][:k].T)
        assert found[at] == pytest.approx((np.cos(angles) ** 2).mean())
    assert found[2] == pytest.approx(1)  # both are the whole space
    assert np.isnan(found[3])
    assert held_out_svd.split_half(signed(30, 12, 4, 0.0), [4], center=False, seed=0)[0] == pytest.approx(1)


# ---- non-negative parts -------------------------------------------------------------------------


def known_loss(X, known, W, H) -> float:
    return 0.5 * float(((X - W @ H)[known] ** 2).sum())


@pytest.mark.row("L24")
def test_masked_parts_reach_the_optimum_of_plain_multiplicative_updates():
    X = positive(40, 25, 3, 0.2)
    M = (np.random.default_rng(1).random(X.shape) > 0.3).astype(float)
    random = np.random.default_rng(2)
    W, H = random.random((40, 4)), random.random((4, 25))
    for i in range(40_000):
        if i == 100:  # from here on both walk in one valley
            start = W.copy(), H.copy()
        W = W * ((M * X) @ H.T) / ((M * (W @ H)) @ H.T + 1e-300)
        H = H * (W.T @ (M * X)) / (W.T @ (M * (W @ H)) + 1e-300)
    oracle = known_loss(X, M > 0, W, H)
    for solver in ("extrapolated", "accelerated", "hals"):
        found = nmf.factorize(Masked.of(X, M > 0), *start, solver=solver, iterations=3000, tolerance=0)
        assert found.loss == pytest.approx(oracle, rel=1e-4), solver
        assert found.loss == pytest.approx(known_loss(X, M > 0, found.W, found.H), rel=1e-10)
        assert (np.diff(found.losses) <= 1e-10 * found.losses[0]).all()


def test_filled_steps_and_exact_steps_end_in_the_same_place(monkeypatch):
    X = positive(60, 40, 4, 0.2)
    known = np.random.default_rng(1).random(X.shape) > 0.2
    random = np.random.default_rng(2)
    W, H = random.random((60, 4)), random.random((4, 40))
    cost = Penalties(0.1, 0.2, 0.05, 0.3)
    data = Masked.of(X, known)
    assert data.mostly_known
    filled = nmf.factorize(data, W, H, iterations=3000, tolerance=0, penalties=cost)
    monkeypatch.setattr("tenkai.kernels.nmf_masked.MOSTLY", 1.1)
    exact = nmf.factorize(data, filled.W, filled.H, iterations=300, tolerance=0, penalties=cost)
    assert exact.losses[-1] == pytest.approx(filled.losses[-1], rel=1e-8)
    # The gradient of the penalized loss is 0 where a factor is not, and never below 0.
    R = np.where(known, filled.W @ filled.H - X, 0)
    for F, l1, l2, slope in ((filled.W, 0.1, 0.05, R @ filled.H.T), (filled.H, 0.2, 0.3, filled.W.T @ R)):
        slope = slope + l1 + l2 * F
        assert slope.min() > -1e-3
        assert np.abs(F * slope).max() < 1e-3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_filled_steps_have_the_same_bits_for_any_number_of_threads(dtype):
    random = np.random.default_rng(0)
    X = random.random((1100, 900)).astype(dtype)
    data = Masked.of(X, random.random(X.shape) > 0.3)
    W, H = random.random((1100, 12)), random.random((12, 900))
    found = []
    for threads in (1, 2, 3):
        with workers(threads) as pool:
            found.append(nmf.factorize(data, W, H, iterations=3, tolerance=0, pool=pool))
    for other in found[1:]:
        assert other.W.tobytes() == found[0].W.tobytes()
        assert other.losses.tobytes() == found[0].losses.tobytes()
    assert found[0].losses[-1] == pytest.approx(found[0].loss, rel=1e-5)


def test_a_block_of_parts_is_predicted_by_non_negative_least_squares():
    X = positive(30, 20, 3, 0.1)
    rows, columns = np.array([0, 3, 7, 29]), np.array([1, 2, 10])
    fits = held_out_nmf.Fits("frobenius", 300, 1e-6, Workers())
    held, fitted, _ = held_out_nmf.block_losses(X, rows, columns, 3, [7], fits)
    rest = [np.setdiff1d(np.arange(n), some) for n, some in ((30, rows), (20, columns))]
    D = X[np.ix_(*rest)]
    found = fits.best(fits.data(np.ascontiguousarray(D)), 3, [7], float(D.mean()))
    W = np.array([nnls(found.H.T, b)[0] for b in X[np.ix_(rows, rest[1])]])
    H = np.array([nnls(found.W, c)[0] for c in X[np.ix_(rest[0], columns)].T]).T
    assert held == pytest.approx(0.5 * ((X[np.ix_(rows, columns)] - W @ H) ** 2).sum(), rel=1e-4)
    assert fitted == pytest.approx(0.5 * ((D - found.W @ found.H) ** 2).sum(), rel=1e-9)


@pytest.mark.parametrize("loss", ["frobenius", "kullback_leibler"])
def test_zeros_alone_are_predicted_too(loss):
    X = np.zeros((12, 10))
    X[:6, :5] = positive(6, 5, 2, 0.0) + 0.1
    fits = held_out_nmf.Fits(loss, 50, 0, Workers())
    # D is all 0, then A, then B and C.
    for rows, columns in (
        (np.arange(6), np.arange(5)),
        (np.arange(6, 12), np.arange(5, 10)),
        (np.arange(6), np.arange(5, 10)),
    ):
        held, fitted, _ = held_out_nmf.block_losses(X, rows, columns, 2, [0], fits)
        assert np.isfinite([held, fitted]).all()


def test_the_best_start_is_kept():
    X = positive(30, 20, 5, 0.1)
    fits = held_out_nmf.Fits("frobenius", 30, 0, Workers())
    data, mean = fits.data(X), float(X.mean())
    apart = [fits.best(data, 5, [s], mean) for s in range(6)]
    assert fits.best(data, 5, range(6), mean).loss == min(f.loss for f in apart)


def test_parts_are_paired_one_to_one():
    random = np.random.default_rng(0)
    first, second = random.random((5, 9)), random.random((5, 9))
    assert held_out_nmf.matched(first, first[::-1] * np.arange(1, 6)[:, None]) == pytest.approx(1)
    unit = [H / np.linalg.norm(H, axis=1, keepdims=True) for H in (first, second)]
    cosines = unit[0] @ unit[1].T
    brute = max(np.mean([cosines[i, j] for i, j in enumerate(order)]) for order in permutations(range(5)))
    assert held_out_nmf.matched(first, second) == pytest.approx(brute)
    # Two parts that are alike share no partner: (1 + 0) / 2, not (1 + 1) / 2.
    same, apart = np.array([[1.0, 0], [1, 0]]), np.array([[1.0, 0], [0, 1]])
    assert held_out_nmf.matched(same, apart) == pytest.approx(0.5)
    assert held_out_nmf.matched(np.zeros((1, 2)), apart[:1]) == 0
    assert np.isnan(held_out_nmf.mean_matched([first]))
    assert held_out_nmf.mean_matched([first, first, first]) == pytest.approx(1)
