"""The logistic solver: against scikit-learn's, against its optimality conditions, and against itself."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.special import log_softmax
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression

from tenkai.kernels.logistic import CONVERGED, SEPARABLE, UNFINISHED, design, penalty_path
from tenkai.kernels.logistic_steps import factor, signed_minimum, solve_factored


def solve(X, y, Cs, l1_ratio=0.0, weights=None, turned=None, **settings):
    X = np.asarray(X, float)
    rows = design(X, turned=l1_ratio == 0 if turned is None else turned)
    weights = np.ones(len(y)) if weights is None else weights
    settings = {"tolerance": 1e-8, "iterations": 100} | settings
    k = int(np.max(y)) + 1
    return penalty_path(rows, np.asarray(y, np.int64), k, np.asarray(weights, float), Cs, l1_ratio, **settings)


def log_odds(X, coef, intercept):
    eta = X @ coef.T + intercept
    return np.column_stack([np.zeros(len(X)), eta]) if len(coef) == 1 else eta


def objective(X, y, coef, intercept, C, l1_ratio, weights=None):
    """As scikit-learn writes it."""
    losses = -log_softmax(log_odds(X, coef, intercept), axis=1)[np.arange(len(y)), y]
    penalty = l1_ratio * np.abs(coef).sum() + (1 - l1_ratio) / 2 * (coef**2).sum()
    return C * np.dot(np.ones(len(y)) if weights is None else weights, losses) + penalty


def violation(X, y, coef, intercept, C, l1_ratio):
    """Largest violation of the optimality conditions, relative to the penalty at work."""
    chance = np.exp(log_softmax(log_odds(X, coef, intercept), axis=1))
    rest = chance - np.eye(chance.shape[1])[y]
    rest = rest[:, 1:] if len(coef) == 1 else rest
    slope = C * rest.T @ (X - X.mean(axis=0)) + (1 - l1_ratio) * coef
    off = np.where(coef != 0, np.abs(slope + l1_ratio * np.sign(coef)), np.maximum(np.abs(slope) - l1_ratio, 0))
    return max(off.max() / (l1_ratio + (1 - l1_ratio) * np.abs(coef).max()), np.abs(C * rest.sum(axis=0)).max())


@pytest.fixture(scope="module")
def iris():
    data = load_iris()
    X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    return X, data.target


def peer(X, y, C, l1_ratio, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings = {"tol": 1e-11, "max_iter": 1_000_000, "random_state": 0} | settings
        return LogisticRegression(
            C=C, l1_ratio=l1_ratio, solver="newton-cholesky" if l1_ratio == 0 else "saga", **settings
        ).fit(X, y)


@pytest.mark.row("L6")
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(("C", "l1_ratio"), [(0.05, 0), (1.0, 0), (300.0, 0), (0.05, 1), (2.0, 1), (0.3, 0.4)])
def test_scikit_learn_agrees(iris, C, l1_ratio, classes):
    X, y = iris[0], np.minimum(iris[1], classes - 1) if classes == 3 else (iris[1] == 1).astype(int)
    found = solve(X, y, [C], l1_ratio)[0]
    other = peer(X, y, C, l1_ratio)
    assert found.status == CONVERGED
    np.testing.assert_allclose(found.coef, other.coef_, atol=1e-5)
    np.testing.assert_allclose(found.intercept, other.intercept_, atol=1e-5)
    ours = objective(X, y, found.coef, found.intercept, C, l1_ratio)
    theirs = objective(X, y, other.coef_, other.intercept_, C, l1_ratio)
    assert ours <= theirs * (1 + 1e-13)
    assert violation(X, y, found.coef, found.intercept, C, l1_ratio) < 1e-7


def test_weights_count_as_in_scikit_learn(iris):
    X, y = iris
    weights = np.array([1.0, 5.0, 0.2])[y]
    found = solve(X, y, [1.0], weights=weights)[0]
    other = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-11, max_iter=1000, class_weight={1: 5.0, 2: 0.2})
    np.testing.assert_allclose(found.coef, other.fit(X, y).coef_, atol=1e-6)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_many_classes_and_columns(l1_ratio):
    """650 coordinates: conjugate gradients for the squared penalty, active sets for the absolute one."""
    data = load_digits()
    X, y = data.data[:600] / 16, data.target[:600]
    found = solve(X, y, [0.01, 1.0, 100.0], l1_ratio)
    assert {s.status for s in found} == {CONVERGED}
    for C, s in zip([0.01, 1.0, 100.0], found, strict=True):
        assert violation(X, y, s.coef, s.intercept, C, l1_ratio) < 1e-6
    assert ((found[0].coef == 0).mean() > 0.9) == (l1_ratio > 0)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_the_same_bits_alone_and_together(iris, l1_ratio):
    X, y = iris
    Cs = [3.0, 0.002, 70.0, 0.4]
    together = solve(X, y, Cs, l1_ratio)
    for C, s in zip(Cs, together, strict=True):
        alone = solve(X, y, [C], l1_ratio)[0]
        assert alone.coef.tobytes() == s.coef.tobytes()
        assert alone.intercept.tobytes() == s.intercept.tobytes()
        assert alone.curve.tobytes() == s.curve.tobytes()


def test_more_columns_than_rows():
    """Turned to the directions of the rows or not, the squared penalty has one answer."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 90)), np.arange(40) % 3
    turned, plain = solve(X, y, [0.5])[0], solve(X, y, [0.5], turned=False)[0]
    np.testing.assert_allclose(turned.coef, plain.coef, atol=1e-10)
    sparse = solve(X, y, [0.5], 1.0)[0]
    assert violation(X, y, sparse.coef, sparse.intercept, 0.5, 1.0) < 1e-7


def test_columns_that_repeat_or_do_not_vary(iris):
    """A copy of a column halves its coefficients under the squared penalty; a constant column gets none."""
    X, y = iris[0], (iris[1] == 1).astype(int)
    C = 2.0
    wide = np.column_stack([X, X[:, 0], np.full(len(X), 7.3)])
    found = solve(wide, y, [C])[0]
    assert found.status == CONVERGED
    assert found.coef[0, -1] == 0
    assert found.coef[0, 0] == pytest.approx(found.coef[0, 4], abs=1e-8)
    assert violation(wide, y, found.coef, found.intercept, C, 0) < 1e-7
    sparse, narrow = solve(wide, y, [C], 1.0)[0], solve(X, y, [C], 1.0)[0]
    ours = objective(wide, y, sparse.coef, sparse.intercept, C, 1)
    assert ours == pytest.approx(objective(X, y, narrow.coef, narrow.intercept, C, 1), rel=1e-10)


def test_columns_of_very_different_size(iris):
    """Without a penalty, the unit of a column does not matter."""
    X, y = iris[0], (iris[1] == 1).astype(int)
    size = np.array([1e-6, 1.0, 1e4, 1e8])
    plain, scaled = solve(X, y, [np.inf])[0], solve(X * size + size, y, [np.inf])[0]
    assert plain.status == scaled.status == CONVERGED
    np.testing.assert_allclose(scaled.coef * size, plain.coef, rtol=1e-6)


def test_no_penalty_by_hand():
    """One column of 0 and 1: the coefficients are the log-odds of the two groups."""
    X = np.repeat([0.0, 1.0], [5, 4])[:, None]
    y = np.array([1, 0, 0, 0, 0, 1, 1, 1, 0])
    found = solve(X, y, [np.inf])[0]
    assert found.status == CONVERGED
    assert found.intercept[0] == pytest.approx(np.log(1 / 4), abs=1e-9)
    assert found.coef[0, 0] == pytest.approx(np.log(3) - np.log(1 / 4), abs=1e-9)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0.0, 1, 2, 3], [0, 0, 1, 1]),  # apart
        ([0.0, 1, 1, 2], [0, 0, 1, 1]),  # apart but for equal rows
        ([0.0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 2, 2]),
        ([0.0, 1, 1, 2, 2, 3], [0, 0, 1, 1, 2, 2]),
    ],
)
def test_separable_classes_have_no_answer_without_a_penalty(x, y):
    X = np.array(x)[:, None]
    assert solve(X, y, [np.inf])[0].status == SEPARABLE
    assert solve(X, y, [1e6])[0].status == CONVERGED


def separable(X, y):
    """Say by a linear program whether some direction never puts a row further from its class, and moves one."""
    X, k = np.column_stack([np.ones(len(X)), X]), int(y.max()) + 1
    ways = []
    for row, own in zip(X, y, strict=True):
        for other in set(range(k)) - {int(own)}:
            way = np.zeros((k, X.shape[1]))
            way[own], way[other] = row, -row
            ways.append(way.ravel())
    ways = np.array(ways)
    found = linprog(-ways.sum(axis=0), A_ub=-ways, b_ub=np.zeros(len(ways)), bounds=(-1, 1))
    return -found.fun > 1e-7


@pytest.mark.parametrize("k", [2, 3])
def test_separable_is_what_a_linear_program_says(k):
    rng = np.random.default_rng(k)
    seen = set()
    for _ in range(40):
        n = int(rng.integers(5, 16))
        X = rng.integers(0, 4, size=(n, 2)).astype(float)
        y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
        found, expected = solve(X, y, [np.inf])[0], separable(X, y)
        assert found.status == (SEPARABLE if expected else CONVERGED)
        seen.add(bool(expected))
    assert seen == {True, False}


def test_one_step_is_not_enough(iris):
    found = solve(*iris, [1.0], iterations=1)[0]
    assert (found.iterations, found.status) == (1, UNFINISHED)
    assert found.curve[1] < found.curve[0]


def test_the_signed_minimum_holds_its_conditions():
    """Nearly dependent columns, where descent alone needs thousands of rounds."""
    rng = np.random.default_rng(3)
    A = rng.normal(size=(30, 12)) @ np.diag(10.0 ** -np.arange(12)) @ rng.normal(size=(12, 25))
    Q, b = np.ascontiguousarray(A.T @ A), rng.normal(size=25)
    b = Q @ b
    lam = np.full(25, 1e-3)
    lam[0] = 0.0
    v = np.zeros(25)
    assert signed_minimum(Q, b, lam, v, 400)
    slope = Q @ v + b
    on = v != 0
    np.testing.assert_allclose(slope[on], -(lam * np.sign(v))[on], atol=1e-7)
    assert (np.abs(slope[~on]) <= lam[~on] + 1e-9).all()


def test_a_dependent_coordinate_takes_no_step():
    Q = np.array([[4.0, 2.0, 4.0], [2.0, 5.0, 2.0], [4.0, 2.0, 4.0]])
    L, x = np.zeros((3, 3)), np.array([8.0, 8.0, 8.0])
    factor(Q, L)
    solve_factored(L, x)
    np.testing.assert_allclose(x, [1.5, 1.0, 0.0], atol=1e-12)
