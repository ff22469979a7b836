"""learn.gaussian_process: the kernel it finds, its predictions and how sure they are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.gaussian_process.kernels import RBF
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.learn._gaussian_process import GaussianProcess
from tenkai.step import Run


@parametrize_with_checks([GaussianProcess(restarts=0)])
def test_scikit_learn_accepts_our_process(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def drawn() -> tk.Table:
    """120 rows of a function drawn with signal 3, length 0.7 and noise 0.3, 50 above zero."""
    random = np.random.default_rng(3)
    x = np.sort(random.uniform(0, 20, 120))[:, None]
    function = np.linalg.cholesky(9 * RBF(0.7)(x) + 1e-8 * np.eye(120)) @ random.normal(size=120)
    return tk.Table.from_({"x": x[:, 0], "y": 50 + function + 0.3 * random.normal(size=120)})


def test_the_kernel_is_found_again(drawn):
    found = tk.learn.gaussian_process(drawn, target="y", kernel="rbf")
    values = dict(zip(found.kernel["parameter"], found.kernel["value"], strict=True))
    assert values["noise"] == pytest.approx(0.3, rel=0.35)
    assert values["length"] == pytest.approx(0.7, rel=0.25)
    assert values["signal"] == pytest.approx(3.0, rel=0.4)
    assert found.kernel["at_edge"].to_list() == [False, False, False]
    assert found.figures["noise_sd"] == values["noise"]


def test_predictions_are_those_of_the_equations(drawn):
    """Rasmussen and Williams, eq. 2.25 and 2.26, with the kernel found."""
    found = tk.learn.gaussian_process(drawn, target="y", kernel="rbf")
    signal, length, noise = found.kernel["value"].to_list()
    new = np.array([[0.5], [7.7], [30.0]])
    X, y = drawn.matrix(["x"]), drawn["y"].to_numpy()
    kernel = signal**2 * RBF(length)
    K = signal**2 * RBF(length)(X) + noise**2 * np.eye(120)
    across = kernel(new, X)
    mean = y.mean() + across @ np.linalg.solve(K, y - y.mean())
    variance = signal**2 + noise**2 - np.einsum("ij,ji->i", across, np.linalg.solve(K, across.T))
    told = tk.learn.predict(tk.Table.from_({"x": new[:, 0]}), found.model)
    assert_allclose(told["predicted"], mean, rtol=1e-6)
    assert_allclose(told["predicted_sd"], np.sqrt(variance), rtol=1e-5)
    # Far from all rows it knows nothing but the mean and the size of the signal.
    assert told["predicted"][2] == pytest.approx(y.mean())


def test_the_standard_deviations_hold(drawn):
    """About 95 % of rows held out lie within two standard deviations."""
    train, test = drawn.take(np.arange(0, 120, 2)), drawn.take(np.arange(1, 120, 2))
    told = tk.learn.predict(test, tk.learn.gaussian_process(train, target="y").model)
    inside = ((told["predicted"] - told["y"]).abs() <= 2 * told["predicted_sd"]).mean()
    assert 0.85 <= inside <= 1.0


def test_a_length_per_column(drawn):
    """A column that says nothing gets a length at the far edge, and a warning names it."""
    noise = np.random.default_rng(0).normal(size=drawn.height)
    table = tk.Table.from_({"x": drawn["x"], "nothing": noise, "y": drawn["y"]})
    found = tk.learn.gaussian_process(table, target="y", per_column=True)
    values = dict(zip(found.kernel["parameter"], found.kernel["value"], strict=True))
    assert values["length of nothing"] > 30 * values["length of x"]


def test_the_edge_is_told():
    line = tk.Table.from_({"x": np.arange(12.0), "y": 2 * np.arange(12.0)})
    found = tk.learn.gaussian_process(line, target="y", kernel="rbf")
    assert "TKW660" in [n.code for n in found.model.notes]


def test_threads_and_folds(drawn, assert_same):
    settings = tk.learn.gaussian_process.convert({"target": "y", "kernel": "rational_quadratic", "restarts": 1})
    first, second = (tk.learn.gaussian_process.run({"table": drawn}, settings, Run(t)) for t in (1, 2))
    assert_same(first, second)
    assert first["kernel"]["parameter"].to_list() == ["signal", "length", "noise", "mixture"]
    out = tk.learn.cross_validate(drawn, first["model"], folds=3)
    assert np.corrcoef(out["predicted"], out["y"])[0, 1] > 0.8


def test_refusals(drawn, refused):
    settings = {"target": "y", "kernel": "rational_quadratic", "per_column": True}
    assert "one length" in refused("TK111", tk.learn.gaussian_process, drawn, **settings)
    large = tk.Table.from_({"x": np.arange(5001.0), "y": np.arange(5001.0)})
    refused("TK212", tk.learn.gaussian_process, large, target="y")
    assert "Did you mean 'matern52'?" in refused(
        "TK111", tk.learn.gaussian_process, drawn, target="y", kernel="Matern52"
    )
