"""learn.elastic_net, against scikit-learn and by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model
from sklearn.datasets import load_diabetes

import tenkai as tk
from tenkai.learn._penalized import ElasticNet, Lasso


@pytest.mark.parametrize("l1_ratio", [0.9, 0.3, 0.0])
@pytest.mark.parametrize("alpha", [1.0, 0.01])
def test_equal_to_scikit_learn(alpha, l1_ratio):
    X, y = load_diabetes(return_X_y=True)
    X = X * 30
    ours = ElasticNet(alpha, l1_ratio).fit(X, y)
    if l1_ratio:
        peer = linear_model.ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=1e-13, max_iter=1_000_000).fit(X, y)
        assert ours.dual_gap_ == pytest.approx(0, abs=1e-9)
    else:  # the same objective times 2 n
        peer = linear_model.Ridge(alpha * len(y), solver="svd").fit(X, y)
    assert_allclose(ours.coef_, peer.coef_, rtol=1e-7, atol=1e-7)
    assert ours.intercept_ == pytest.approx(peer.intercept_)


def test_all_absolute_is_the_lasso():
    X, y = load_diabetes(return_X_y=True)
    assert_array_equal(ElasticNet(0.1, 1.0).fit(X, y).coef_, Lasso(0.1).fit(X, y).coef_)


def test_the_gap_bounds_how_far_the_objective_is():
    """Of a solution that is not one: the gap of its coefficients, from the textbook formula."""
    from tenkai.kernels.penalties import Penalties, _gap

    X, y = load_diabetes(return_X_y=True)
    n = len(y)
    problem = Penalties(X * 30, y).whole()
    best = ElasticNet(1.0, 0.5).fit(X * 30, y).coef_
    A, t = X * 30 - (X * 30).mean(axis=0), y - y.mean()

    def objective(b):
        return ((t - A @ b) ** 2).sum() / (2 * n) + 0.5 * np.abs(b).sum() + 0.25 * (b**2).sum()

    for off in (0.0, 0.3, 5.0):
        b = best + off * np.cos(np.arange(10))
        gap = _gap(problem, b, 0.5 * n, 0.5 * n)
        assert gap >= objective(b) - objective(best) - 1e-9
        assert off == 0 or gap > 0


def test_equal_columns_share_the_weight():
    """Centred x is -1, 0, 1: with b = b1 = b2, (2 + 2) b - 6 + 3 / 4 + 3 b / 4 = 0."""
    t = tk.Table.from_({"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0], "y": [0.0, 3.0, 6.0]})
    found = tk.learn.elastic_net(t, target="y", alpha=0.5, l1_ratio=0.5)
    assert_allclose(found.coefficients["coefficient"], [3 - 2 * 21 / 19, 21 / 19, 21 / 19])
    assert_allclose(found.coefficients["scaled"][1], 21 / 19 * np.sqrt(2 / 3))


def test_cross_validation_needs_an_absolute_penalty_or_candidates(refused):
    t = tk.Table.from_({"a": [0.0, 1.0, 2.0, 5.0], "y": [0.0, 3.0, 6.0, 1.0]})
    text = refused("TK111", tk.learn.elastic_net, t, target="y", alpha="cv", l1_ratio=0)
    assert "Give candidates, or use learn.ridge." in text
    given = tk.learn.elastic_net(t, target="y", alpha="cv", l1_ratio=0, candidates=[0.1, 1], folds=2)
    assert given.search["alpha"].to_list() == [1.0, 0.1]
