"""Lasso and elastic net to rounding: optimality conditions, families, and more columns than rows."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from tenkai.kernels.active_set import active_set
from tenkai.kernels.cholesky import factor, null_vector, solve
from tenkai.kernels.penalties import Narrow, Penalties, largest_penalty, solutions
from tenkai.kernels.wide import Wide


def violation(X, y, b, lam, mu):
    """Largest violation of the optimality conditions, in units of |column| |target|, from the rows themselves."""
    A, t = X - X.mean(axis=0), y - y.mean()
    pull = A.T @ (t - A @ b) - mu * b
    off = np.where(b == 0, np.maximum(np.abs(pull) - lam, 0), np.abs(pull - lam * np.sign(b)))
    size = np.sqrt((A * A).sum(axis=0)) * np.sqrt(t @ t)
    varies = (X.min(axis=0) != X.max(axis=0)) & (size > 0)
    return (off[varies] / size[varies]).max(initial=0.0)


def rows(seed, n, p, doubled, flat):
    """Random rows with columns that repeat, are sums of others, do not vary, or have odd units."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, p)) + random.normal(size=(n, 1))
    for _ in range(doubled):
        a, b, c = random.integers(0, p, 3)
        X[:, a] = X[:, b] * random.choice([1.0, -2.0]) + (X[:, c] if random.random() < 0.5 else 0.0)
    X[:, random.integers(0, p, flat)] = 3.0
    X *= 10.0 ** random.integers(-2, 3, p)
    y = X @ (random.normal(size=p) * (random.random(p) < 0.4)) / 10 + random.normal(size=n)
    return X, y


@settings(max_examples=60)
@given(
    st.integers(0, 2**31),
    st.integers(4, 40),
    st.integers(1, 25),
    st.integers(0, 4),
    st.integers(0, 2),
    st.sampled_from([1.0, 0.5, 0.01]),
)
def test_the_optimality_conditions_hold(seed, n, p, doubled, flat, l1_ratio):
    X, y = rows(seed, n, p, doubled, flat)
    narrow, wide = Penalties(X, y).whole(), Wide(X, y)
    top = max(largest_penalty(narrow, l1_ratio), 1e-12)
    alphas = top * np.array([2.0, 0.7, 0.1, 1e-3])
    for problem in (narrow, wide):
        found = solutions(problem, alphas, l1_ratio)
        assert (found.coefs[0] == 0).all()
        for a, alpha in enumerate(alphas):
            off = violation(X, y, found.coefs[a], n * alpha * l1_ratio, n * alpha * (1 - l1_ratio))
            assert off <= 2e-10
            assert found.violations[a] <= 1e-10
            assert found.gaps[a] <= 1e-9 * (y @ y)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
@pytest.mark.parametrize("kind", ["narrow", "wide", "sparse"])
def test_each_penalty_has_the_bits_it_has_alone(kind, l1_ratio):
    X, y = rows(5, 30, 40, 3, 1)
    if kind == "sparse":
        X = np.where(X > 1, X, 0.0)
    problem = {
        "narrow": lambda: Penalties(X, y).whole(),
        "wide": lambda: Wide(X, y),
        "sparse": lambda: Wide(scipy.sparse.csr_matrix(X), y),
    }[kind]
    top = largest_penalty(problem(), l1_ratio)
    alphas = top * np.array([0.3, 1.1, 0.013, 0.5, 1e-3, 0.012, 0.25])
    together = solutions(problem(), alphas, l1_ratio)
    for a in range(len(alphas)):
        alone = solutions(problem(), alphas[a : a + 1], l1_ratio)
        for name in ("coefs", "intercepts", "rounds", "violations", "gaps"):
            assert_array_equal(getattr(alone, name)[0], getattr(together, name)[a], strict=True)


def test_a_long_support_goes_through_blocks():
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 150))
    y = X @ random.normal(size=150)
    problem = Penalties(X, y).whole()
    assert isinstance(problem, Narrow)
    found = solutions(problem, np.array([1e-3]), 1.0)
    assert np.count_nonzero(found.coefs) > 100
    assert violation(X, y, found.coefs[0], 0.4, 0.0) < 1e-12


def test_no_penalty_is_least_squares_and_a_huge_one_zero():
    X, y = rows(7, 30, 6, 0, 0)
    found = solutions(Penalties(X, y).whole(), np.array([0.0, 1e9]), 1.0)
    A = np.column_stack([np.ones(30), X])
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    np.testing.assert_allclose(found.coefs[0], best[1:], rtol=1e-8)
    assert found.intercepts[0] == pytest.approx(best[0])
    assert (found.coefs[1] == 0).all() and found.intercepts[1] == pytest.approx(y.mean())


def test_of_equal_columns_one_is_kept():
    x = np.arange(10.0)
    X, y = np.column_stack([x, x, x]), 3 * x
    found = solutions(Penalties(X, y).whole(), np.array([0.1]), 1.0).coefs[0]
    assert np.count_nonzero(found) == 1
    assert found.sum() == pytest.approx(3 - 0.1 / x.var())  # by hand: (c - n alpha) / G


def test_a_constant_target_is_told_by_zeros():
    for problem in (Penalties(np.eye(5), np.full(5, 2.0)).whole(), Wide(np.eye(5), np.full(5, 2.0))):
        found = solutions(problem, np.array([0.1]), 1.0)
        assert (found.coefs == 0).all() and found.intercepts[0] == 2.0


@pytest.mark.parametrize("as_sparse", [False, True])
def test_working_sets_answer_as_the_whole_matrix_does(as_sparse):
    random = np.random.default_rng(3)
    X = (random.random((80, 700)) < 0.05).astype(float)
    y = X @ (random.normal(size=700) * (random.random(700) < 0.05)) + 0.1 * random.normal(size=80)
    wide = Penalties(scipy.sparse.csr_matrix(X) if as_sparse else X, y)
    assert wide.wide
    alphas = largest_penalty(wide.whole(), 1.0) * np.array([0.5, 0.05])
    found = solutions(wide.whole(), alphas, 1.0)
    for a, alpha in enumerate(alphas):
        assert violation(X, y, found.coefs[a], 80 * alpha, 0.0) < 1e-10
    whole = solutions(Narrow(narrow_moments(X, y)), alphas, 1.0)
    fits = [X @ m.coefs.T for m in (found, whole)]
    np.testing.assert_allclose(fits[0], fits[1], atol=1e-9)  # the fit is unique, the coefficients may not be


def narrow_moments(X, y):
    from tenkai.kernels.gram import Design

    design = Design(X, y)
    return design.moments(design.sums())


@pytest.mark.parametrize("threads", [1, 2])
def test_fold_errors_are_those_of_separate_fits(threads):
    X, y = rows(11, 60, 8, 1, 0)
    order = np.random.default_rng(0).permutation(60)
    folds = [(np.setdiff1d(order, part), part) for part in np.array_split(order, 4)]
    alphas = np.array([1.0, 0.1, 0.01])
    errors = Penalties(X, y).errors(folds, alphas, 1.0, threads)
    for k, (train, test) in enumerate(folds):
        alone = solutions(Penalties(X[train], y[train]).whole(), alphas, 1.0)
        left = alone.coefs @ X[test].T + alone.intercepts[:, None] - y[test]
        np.testing.assert_allclose(errors[:, k], (left**2).mean(axis=1), rtol=1e-9)


@given(st.integers(0, 2**31), st.integers(1, 120))
def test_cholesky_solves_and_finds_the_dependent_column(seed, k):
    random = np.random.default_rng(seed)
    X = random.normal(size=(k + 20, k))
    A = X.T @ X
    L = A.copy()
    assert factor(L, k) == -1
    x = A @ np.arange(k)
    solve(L, k, x)
    np.testing.assert_allclose(x, np.arange(k), atol=1e-6)
    if k > 2:
        X[:, k - 1] = X[:, 0] - 2 * X[:, k // 2]
        L = X.T @ X
        assert factor(L, k) == k - 1
        v = np.empty(k)
        null_vector(L, k - 1, v)
        np.testing.assert_allclose(X @ v, 0, atol=1e-8)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("kind", ["products of columns", "doubled", "nearly doubled"])
def test_where_the_support_does_not_settle_columns_move_one_at_a_time(kind, l1_ratio):
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 80))
    if kind == "products of columns":
        X = X @ random.normal(size=(80, 80))
    else:
        X[:, 40:] = X[:, :40] + (1e-7 * random.normal(size=(60, 40)) if kind == "nearly doubled" else 0.0)
    y = random.normal(size=60)
    problem = Penalties(X, y).whole()
    alphas = largest_penalty(problem, l1_ratio) * np.logspace(-1, -5, 5)
    found = solutions(problem, alphas, l1_ratio)
    for a, alpha in enumerate(alphas):
        assert violation(X, y, found.coefs[a], 60 * alpha * l1_ratio, 60 * alpha * (1 - l1_ratio)) < 1.1e-10
    # The sure way alone, from a start that is full of dependent columns.
    for alpha, best in zip(alphas, found.coefs, strict=True):
        b = random.normal(size=80)
        lam, mu = 60 * alpha * l1_ratio, 60 * alpha * (1 - l1_ratio)
        assert active_set(problem.gram, problem.cross, problem.length, lam, mu, b, 1e-11, 5000) < 5000
        assert violation(X, y, b, lam, mu) < 1e-9
        assert np.count_nonzero(b) <= 59 or l1_ratio < 1
        np.testing.assert_allclose(X @ b, X @ best, atol=1e-5 * np.abs(y).max())
