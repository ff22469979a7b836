"""Accelerated descent: it finds the support that the exact solve then needs, on sparse columns and on a Gram matrix."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import ElasticNet, Lasso

from tenkai.kernels.descent import SWEEPS, descend, descend_sparse
from tenkai.kernels.nested import Nested
from tenkai.kernels.penalties import Narrow, Penalties, solutions
from tenkai.kernels.wide import Wide


def bits(n, p, seed=0):
    """Sparse bits, some columns nearly the same, and a target that a part of them makes."""
    random = np.random.default_rng(seed)
    X = (random.random((n, p)) < 0.05 * random.random(p) + 0.01).astype(np.float64)
    X[:, 1] = X[:, 0]
    X[:3, 1] = 1 - X[:3, 0]
    X[:, 5] = 0.0
    y = X @ (random.normal(size=p) * (random.random(p) < 0.5)) + 0.1 * random.normal(size=n)
    return scipy.sparse.csr_matrix(X), y


@pytest.mark.parametrize("mu", [0.0, 0.05])
def test_descent_on_a_gram_matrix_comes_near_the_answer(mu):
    X, y = bits(900, 120)
    problem = Penalties(X, y).whole()
    lam, b, q = 0.002 * 900, np.zeros(120), np.zeros(120)
    assert descend(problem.gram, problem.cross, problem.length, lam, mu * 900, b, q) < SWEEPS
    exact = solutions(problem, np.array([0.002 + mu]), 0.002 / (0.002 + mu)).coefs[0]
    assert b == pytest.approx(exact, abs=1e-3)
    assert q == pytest.approx(problem.gram @ b, abs=1e-8)


def test_descent_on_sparse_columns_comes_near_the_answer():
    X, y = bits(150, 600)
    problem = Wide(X, y)
    b = np.zeros(600)
    columns = problem.starts, problem.rows, problem.values, problem.shift, problem.sizes, problem.alive
    descend_sparse(*columns, problem.y, 0.01 * 150, 0.0, b)
    exact = np.zeros(600)
    problem.solve(0.01 * 150, 0.0, exact, np.flatnonzero(b))
    objective = [0.5 * (problem.residual(v) ** 2).sum() + 1.5 * np.abs(v).sum() for v in (b, exact)]
    assert objective[0] == pytest.approx(objective[1], rel=1e-5)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize(("n", "p"), [(900, 120), (150, 600)])
def test_a_single_penalty_is_solved_exactly(n, p, ratio):
    """Oracle: scikit-learn, fitted tightly."""
    X, y = bits(n, p)
    alpha = 0.003
    found = solutions(Penalties(X, y).whole(), np.array([alpha]), ratio)
    assert found.violations[0] <= 1e-10
    kind = (
        Lasso(alpha=alpha, tol=1e-12, max_iter=100_000)
        if ratio == 1
        else ElasticNet(alpha, l1_ratio=ratio, tol=1e-12, max_iter=100_000)
    )
    peer = kind.fit(X, y)
    assert X @ found.coefs[0] + found.intercepts[0] == pytest.approx(peer.predict(X), abs=1e-6)


def test_every_penalty_of_many_has_the_bits_it_has_alone():
    X, y = bits(900, 120)
    problem = Penalties(X, y).whole()
    alphas = np.array([0.1, 0.01, 1e-3, 0.0])
    together = solutions(problem, alphas, 1.0).coefs
    for alpha, b in zip(alphas, together, strict=True):
        assert solutions(problem, np.array([alpha]), 1.0).coefs[0].tobytes() == b.tobytes()


def test_sums_of_growing_rows_have_the_bits_of_sums_at_once():
    X, y = bits(900, 120)
    nested = Nested(X, y)
    for size in (200, 500, 501, 900):
        one, other = nested.problem(size), Penalties(X[:size], y[:size]).whole()
        assert isinstance(one, Narrow)
        assert one.gram.tobytes() == other.gram.tobytes()
        assert one.cross.tobytes() == other.cross.tobytes()
    # Rows of other numbers, and a column that is nearly always set, are summed from the rows.
    for changed in (X * 0.3, scipy.sparse.csr_matrix(np.hstack([X.toarray(), np.ones((900, 1))]))):
        changed = changed.tolil()
        changed[0, 0] = 0.0
        nested = Nested(changed.tocsr(), y)
        for size in (300, 900):
            assert (
                nested.problem(size).gram.tobytes()
                == Penalties(changed.tocsr()[:size], y[:size]).whole().gram.tobytes()
            )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("n", "p"), [(200, 90), (60, 600)])
def test_columns_that_depend_on_others_or_do_not_vary(seed, n, p):
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, p)) * (random.random((n, p)) < 0.08)
    for _ in range(12):
        a, b, c = random.integers(0, p, 3)
        X[:, a] = X[:, b] * random.choice([1.0, -2.0]) + (X[:, c] if random.random() < 0.5 else 0.0)
    X[:, random.integers(0, p, 3)] = 0.0
    y = X @ random.normal(size=p) + random.normal(size=n)
    problem = Penalties(X, y).whole()
    alphas = np.abs(problem.cross).max() / n * np.array([0.3, 1e-2, 1e-4])
    found = solutions(problem, alphas, 1.0)
    assert found.violations.max() <= 1e-10
    assert found.gaps.max() <= 1e-9 * (y @ y)
