from collections.abc import Callable

import numpy as np
import pytest
from tensorly.decomposition import tucker
from tensorly.tucker_tensor import tucker_to_tensor
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.kernels.tensors import leading_vectors, tucker_cells
from tenkai.learn._tensor import fitting_ranks
from tenkai.values import Tensor

SHAPE, RANKS = (8, 9, 10), [2, 3, 2]


def planted(seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    factors = [np.linalg.qr(random.normal(size=(n, k)))[0] for n, k in zip(SHAPE, RANKS, strict=True)]
    return tucker_cells(random.normal(size=RANKS), factors)


def weights(found, axis: str, k: int) -> np.ndarray:
    return found.factors.frame.filter(axis=axis).select([f"T{i + 1}" for i in range(k)]).to_numpy()


@pytest.mark.row("L23")
def test_a_planted_tensor_is_found_and_its_hidden_cells_too():
    X = planted()
    found = tk.learn.tucker(Tensor.from_(X), rank=RANKS)
    np.testing.assert_allclose(found.tensor.values, X, atol=1e-10)
    factors = [weights(found, a, k) for a, k in zip(found.tensor.axes, RANKS, strict=True)]
    for f, k in zip(factors, RANKS, strict=True):
        np.testing.assert_allclose(f.T @ f, np.eye(k), atol=1e-10)
    np.testing.assert_allclose(tucker_cells(found.core.values, factors), X, atol=1e-10)
    assert found.core.labels == (("T1", "T2"), ("T1", "T2", "T3"), ("T1", "T2"))
    gone = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
    filled = tk.learn.tucker(Tensor.from_(gone), rank=RANKS, missing="fill", tolerance=1e-10)
    np.testing.assert_allclose(filled.tensor.values, X, atol=1e-7)
    np.testing.assert_array_equal(np.isnan(filled.difference.values), np.isnan(gone))


@pytest.mark.row("L23")
def test_it_is_tensorly_from_the_same_start():
    X = np.random.default_rng(3).random((5, 6, 7))
    cells = X / np.sqrt((X**2).sum())
    start = [leading_vectors(cells, axis, k) for axis, k in enumerate(RANKS)]
    with threadpool_limits(1):
        expected = tucker_to_tensor(tucker(cells, RANKS, init=(np.zeros(RANKS), start), n_iter_max=25, tol=1e-8))
    found = tk.learn.tucker(Tensor.from_(X), rank=RANKS, starts=1, iterations=25)
    np.testing.assert_allclose(found.tensor.values, expected * np.sqrt((X**2).sum()), rtol=1e-12)


@pytest.mark.row("L21", "L23")
def test_of_a_matrix_it_is_the_low_rank_table():
    rows = tk.Table.from_(np.random.default_rng(0).normal(size=(12, 7)))
    low = tk.learn.svd(rows, rank=3)
    found = tk.learn.tucker(Tensor.from_(rows.matrix()), rank=3, tolerance=1e-14)
    np.testing.assert_allclose(found.tensor.values, low.table.matrix(), atol=1e-10)
    # The core of a matrix is diagonal, with the singular values on it.
    np.testing.assert_allclose(np.abs(found.core.values), np.diag(low.S["value"].to_numpy()[:3]), atol=1e-8)
    assert found.components.ids.to_list()[:2] == ["axis1 T1", "axis1 T2"]
    np.testing.assert_allclose(found.components["value"][:3], low.S["value"][:3])
    np.testing.assert_allclose(found.components["share"][:3], low.S["share"][:3])


def test_every_start_that_finds_it_gives_the_same_core():
    X = planted() + 0.01 * np.random.default_rng(5).normal(size=SHAPE)
    a, b = (tk.learn.tucker(Tensor.from_(X), rank=RANKS, starts=s, seed=s, tolerance=1e-12) for s in (1, 4))
    np.testing.assert_allclose(a.core.values, b.core.values, atol=1e-5)
    assert b.figures["agreeing"] == 4


def test_ranks_fit_the_axes():
    assert fitting_ranks((9, 9, 39), 12) == [9, 9, 12]
    found = tk.learn.tucker(Tensor.from_(np.random.default_rng(0).random((2, 2, 9))), rank=9)
    assert found.core.shape == (2, 2, 4)
    assert found.figures["share"] == pytest.approx(1)
    assert found.factors["T4"].null_count() == 4  # the two short axes have two components


def test_notes_rows_and_bits():
    gone = np.where(np.random.default_rng(0).random(SHAPE) < 0.2, np.nan, planted())
    data = Tensor.from_(gone)
    bits = []
    for count in (1, 2):
        with threadpool_limits(count):
            found = tk.learn.tucker(data, rank=2, missing="fill", iterations=3)
        bits.append(found.tensor.values.tobytes() + found.core.values.tobytes())
    assert bits[0] == bits[1]
    assert [n.code for n in found.core.notes] == ["TKW640"]
    for value in (found.tensor, found.core, found.factors):
        assert [(i.step, i.kind) for i in value.every_influence] == [("learn.tucker", "prepared")]
    assert len(found.core.identity) == 0


@pytest.mark.row("L22")
def test_a_rank_can_be_swept():
    found = tk.learn.tucker(Tensor.from_(planted()), rank=tk.sweep([1, [1, 2, 2]]))
    assert [np.linalg.matrix_rank(v.values.reshape(8, -1)) for v in found.items] == [1, 1]


def test_refusals(refused: Callable[..., str]):
    data = Tensor.from_(planted())
    assert "2 ranks for 3 axes" in refused("TK625", tk.learn.tucker, data, rank=[2, 2])
    assert "9 components on axis 1, which has 8 labels. At most 8." in refused(
        "TK625", tk.learn.tucker, data, rank=[9, 9, 9]
    )
    told = refused("TK625", tk.learn.tucker, data, rank=[5, 2, 2])
    assert "which has 4 combinations of the other ranks" in told
    assert "0 or" not in refused("TK111", tk.learn.tucker, data, rank=[0, 1, 1])
