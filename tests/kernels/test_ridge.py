"""Ridge from one decomposition, with exact leave-one-out errors."""

import numpy as np
import pytest
import scipy.sparse

from tenkai.kernels import ridge
from tenkai.kernels.gram import Design
from tenkai.kernels.ridge import coefficients, spectrum


def plain(X, y, alpha, intercept=True):
    """Coefficients and constant from the normal equations."""
    mean, middle = (X.mean(axis=0), y.mean()) if intercept else (np.zeros(X.shape[1]), 0.0)
    A = X - mean
    b = np.linalg.solve(A.T @ A + alpha * np.eye(len(mean)), A.T @ (y - middle))
    return b, middle - mean @ b


CASES = [(40, 7, False), (12, 30, False), (40, 7, True), (12, 30, True)]


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(("n", "p", "as_sparse"), CASES)
def test_coefficients_and_leaving_one_out(n, p, as_sparse, intercept, direct, monkeypatch):
    if not direct:
        monkeypatch.setattr(ridge, "_DIRECT", 0.0)  # as large tables are solved
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p)) * (random.random((n, p)) < 0.4) + 0.0
    y = random.normal(size=n) + 3
    alphas = np.array([10.0, 0.5])
    design = Design(scipy.sparse.csr_matrix(X) if as_sparse else X, y, intercept=intercept)
    found, constants = coefficients(design, alphas)
    errors = spectrum(design).leave_one_out(alphas)
    for a, alpha in enumerate(alphas):
        b, constant = plain(X, y, alpha, intercept)
        np.testing.assert_allclose(found[a], b, atol=1e-10)
        assert constants[a] == pytest.approx(constant)
        for i in range(n):
            others = np.arange(n) != i
            b, constant = plain(X[others], y[others], alpha, intercept)
            assert errors[a, i] == pytest.approx((y[i] - X[i] @ b - constant) ** 2, rel=1e-7, abs=1e-12)


def test_without_penalty_the_shortest_coefficients():
    random = np.random.default_rng(1)
    X = random.normal(size=(20, 4))
    X = np.column_stack([X, X[:, 0]])
    y = random.normal(size=20)
    A, t = X - X.mean(axis=0), y - y.mean()
    shortest = np.linalg.pinv(A) @ t
    design = Design(X, y)
    np.testing.assert_allclose(coefficients(design, np.zeros(1))[0][0], shortest, atol=1e-12)
    known = design.moments(design.sums())
    np.testing.assert_allclose(ridge.from_moments(known, np.zeros(1))[0][0], shortest, atol=1e-10)


def test_a_row_that_holds_up_a_column_alone_cannot_be_left_out():
    X, y = np.array([[1.0], [0.0], [0.0], [0.0]]), np.array([1.0, 0.0, 1.0, 2.0])
    errors = spectrum(Design(X, y)).leave_one_out(np.zeros(1))[0]
    assert np.isinf(errors[0]) and np.isfinite(errors[1:]).all()
