"""learn.ridge, against scikit-learn and refits with every row left out."""

import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model
from sklearn.datasets import load_diabetes

import tenkai as tk
from tenkai.learn._ridge import Ridge


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 0.01, 10.0])
def test_equal_to_scikit_learn(alpha, intercept):
    X, y = load_diabetes(return_X_y=True)
    ours = Ridge(alpha, fit_intercept=intercept).fit(X, y)
    peer = linear_model.Ridge(alpha, solver="svd", fit_intercept=intercept).fit(X, y)
    assert_allclose(ours.coef_, peer.coef_, rtol=1e-9)
    assert ours.intercept_ == pytest.approx(peer.intercept_)
    assert ours.violation_ < 1e-13


def test_the_choice_is_that_of_exact_leave_one_out():
    X, y = load_diabetes(return_X_y=True)
    X, y = X[:40], y[:40]
    alphas = np.logspace(1, -3, 9)
    ours = Ridge("cv", candidates=list(alphas)).fit(X, y)
    peer = linear_model.RidgeCV(alphas, store_cv_results=True).fit(X, y)
    assert ours.alpha_ == peer.alpha_
    assert_allclose(ours.error_, peer.cv_results_.mean(axis=0), rtol=1e-9)
    for a in (0, 4):
        left = []
        for i in range(40):
            others = np.arange(40) != i
            left.append(y[i] - linear_model.Ridge(alphas[a]).fit(X[others], y[others]).predict(X[i : i + 1])[0])
        assert ours.error_[a] == pytest.approx((np.array(left) ** 2).mean())
        assert ours.error_se_[a] == pytest.approx((np.array(left) ** 2).std(ddof=1) / np.sqrt(40))
    assert_array_equal(ours.coef_, Ridge(ours.alpha_).fit(X, y).coef_)
    assert Ridge("cv", candidates=list(alphas), rule="one_standard_error").fit(X, y).alpha_ > ours.alpha_


def test_large_sparse_rows_choose_as_scikit_learn_does():
    random = np.random.default_rng(0)
    X = scipy.sparse.csr_matrix((random.random((1200, 90)) < 0.05).astype(float))
    y = X @ random.normal(size=90) + random.normal(size=1200)
    alphas = np.logspace(2, -2, 7)
    peer = linear_model.RidgeCV(alphas, store_cv_results=True).fit(X.toarray(), y)
    for threads in (1, 2):
        (ours,) = Ridge.fit_together([Ridge("cv", candidates=list(alphas))], X, y, threads=threads)
        assert ours.alpha_ == peer.alpha_
        assert_allclose(ours.error_, peer.cv_results_.mean(axis=0), rtol=1e-10)
        assert_allclose(ours.coef_, peer.coef_, atol=1e-10)


def test_by_hand_and_what_the_step_tells():
    """Centred x is -1, 0, 1 and x'y = 4: b = 4 / (2 + alpha)."""
    t = tk.Table.from_({"x": [1.0, 2.0, 3.0], "y": [-2.0, 0.0, 2.0]})
    found = tk.learn.ridge(t, target="y", alpha=2)
    assert_allclose(found.coefficients["coefficient"], [-2.0, 1.0])
    assert found.search.height == 0
    assert found.figures["r2"] == pytest.approx(0.75)
    # Without row 1 the others are (2, 0) and (3, 2): slope 1 / (0.5 + 2), mean 1 at 2.5, so 0.4 at x = 1.
    chosen = tk.learn.ridge(t, target="y", alpha="cv", candidates=[2.0])
    assert chosen.figures["cv_error"] == pytest.approx((2 * (0.4 + 2) ** 2 + 0) / 3)
    assert chosen.search.columns == ["alpha", "mean", "se", "chosen"]


def test_candidates_begin_at_the_largest_eigenvalue():
    X, y = load_diabetes(return_X_y=True)
    found = Ridge("cv").fit(X, y)
    assert found.alphas_[0] == pytest.approx(np.linalg.eigvalsh(np.cov(X.T) * (len(y) - 1)).max())
    assert len(found.alphas_) == 50 and found.alphas_[-1] / found.alphas_[0] == pytest.approx(1e-8)
