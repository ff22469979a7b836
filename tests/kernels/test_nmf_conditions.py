"""Conditions of Karush, Kuhn and Tucker at convergence: for every kind of data, with penalties and without."""

import numpy as np
import pytest
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from tenkai.kernels import nmf
from tenkai.kernels.nmf_data import Penalties
from tenkai.kernels.nmf_read import data_of
from tenkai.kernels.nmf_start import first_factors

COST = Penalties(0.3, 0.2, 0.1, 0.4)


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def matrix(n: int = 40, p: int = 24) -> np.ndarray:
    random = np.random.default_rng(0)
    X = random.gamma(0.4, 1.0, (n, 3)) @ random.gamma(0.4, 1.0, (3, p)) + 0.3 * random.random((n, p))
    return np.where(random.random((n, p)) < 0.2, 0.0, X)


@pytest.mark.row("L24")
@pytest.mark.parametrize("cost", [Penalties(), COST], ids=["plain", "penalties"])
@pytest.mark.parametrize("kind", ["dense", "sparse", "masked", "mostly unknown"])
@pytest.mark.parametrize("loss", ["frobenius", "kullback_leibler"])
def test_gradients_at_convergence(loss, kind, cost):
    X = matrix() + (0.05 if loss == "kullback_leibler" and kind != "sparse" else 0.0)
    share = {"masked": 0.8, "mostly unknown": 0.25}.get(kind)
    known = None if share is None else np.random.default_rng(1).random(X.shape) < share
    data = data_of(sp.csr_matrix(X) if kind == "sparse" else X, loss, known)
    W, H = first_factors(X, 4, "random", 3, float(X.mean()))
    solver = "extrapolated" if loss == "frobenius" else "multiplicative"
    most = 4000 if loss == "frobenius" else 10_000
    found = nmf.factorize(data, W.T, H, solver=solver, iterations=most, tolerance=0, penalties=cost)
    V, M = found.W @ found.H, np.ones(X.shape) if known is None else known
    # Slopes of ½ |M (X - V)|², or of sum M (x log(x / v) - x + v).
    R = M * (V - X) if loss == "frobenius" else M * (1 - X / np.maximum(V, 1e-300))
    slopes = (
        (found.W, R @ found.H.T + cost.l1_rows + cost.l2_rows * found.W),
        (found.H, found.W.T @ R + cost.l1_columns + cost.l2_columns * found.H),
    )
    for F, slope in slopes:
        size = F.max() * (np.abs(slope).max() + 1.0)
        assert np.abs(F * slope).max() < 1e-3 * size
        # A coordinate at 0 would only raise the loss. Multiplicative steps come near 0 slowly and cannot leave it, so
        # that there the slope says nothing.
        away = (-1 if loss == "frobenius" else 1e-3 * F.max()) < F
        assert slope[away].min() > -3e-3 * (np.abs(slope).max() + 1.0)
