"""learn.kernel_ridge against its closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics.pairwise import pairwise_kernels

import tenkai as tk
from tenkai.step import Run


@pytest.fixture(scope="module")
def rows() -> tk.Table:
    random = np.random.default_rng(5)
    X = random.normal(size=(40, 3))
    return tk.Table.from_({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "y": 100 + X[:, 0] * X[:, 1] + X[:, 2]})


@pytest.mark.parametrize("kernel", ["rbf", "laplacian", "linear", "polynomial"])
def test_the_closed_form(rows, kernel):
    """Mean plus K (K + alpha)^-1 (y - mean); the kernels as scikit-learn's pairwise_kernels defines them."""
    X, y = rows.matrix(["a", "b", "c"]), rows["y"].to_numpy()
    settings = {"linear": {}, "polynomial": {"gamma": 0.3, "degree": 2}}.get(kernel, {"gamma": 0.3})
    found = tk.learn.kernel_ridge(rows, target="y", kernel=kernel, alpha=0.1, gamma=0.3, degree=2)
    K = pairwise_kernels(X, metric=kernel, **settings)
    expected = y.mean() + K @ np.linalg.solve(K + 0.1 * np.eye(40), y - y.mean())
    assert_allclose(tk.learn.predict(rows, found.model)["predicted"], expected, rtol=1e-9)


def test_far_away_it_predicts_the_mean(rows):
    found = tk.learn.kernel_ridge(rows, target="y", alpha=1e-3, gamma=1.0)
    far = tk.Table.from_({"a": [1e3], "b": [0.0], "c": [0.0]})
    assert tk.learn.predict(far, found.model)["predicted"][0] == pytest.approx(rows["y"].mean())


def test_threads_and_folds(rows, assert_same):
    settings = tk.learn.kernel_ridge.convert({"target": "y", "alpha": 0.01})
    first, second = (tk.learn.kernel_ridge.run({"table": rows}, settings, Run(t)) for t in (1, 2))
    assert_same(first, second)
    out = tk.learn.cross_validate(rows, first["model"], folds=4)
    assert np.corrcoef(out["predicted"], out["y"])[0, 1] > 0.5


def test_refusals(rows, refused):
    refused("TK111", tk.learn.kernel_ridge, rows, target="y", alpha=0)
    refused("TK111", tk.learn.kernel_ridge, rows, target="y", alpha=-1.0)
    words = tk.Table.from_({"x": [0.0, 1.0], "word": ["a", "b"]})
    refused("TK611", tk.learn.kernel_ridge, words, target="word")
    large = tk.Table.from_({"x": np.arange(20_001.0), "y": np.arange(20_001.0)})
    assert "process.sample" in refused("TK212", tk.learn.kernel_ridge, large, target="y")
