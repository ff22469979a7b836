import numpy as np
import pytest
import tensorly as tl
from tensorly.cp_tensor import cp_to_tensor
from tensorly.tenalg import khatri_rao, mode_dot, multi_mode_dot

from tenkai.kernels.tensors import (
    alike,
    along,
    core_ordered,
    cp_cells,
    cp_contributions,
    cp_ordered,
    leading_vectors,
    products,
    tucker_cells,
    tucker_contributions,
    turned,
    unfolded,
)
from tenkai.learn._tensor import fit_cp, fit_tucker

SHAPE, RANK = (4, 3, 5), 2


def factors(seed: int = 0, shape: tuple[int, ...] = SHAPE, rank: int = RANK) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.normal(size=(n, rank)) for n in shape]


@pytest.mark.row("L23")
def test_the_algebra_is_that_of_tensorly():
    F, w = factors(), np.array([3.0, 0.5])
    X = cp_cells(w, F)
    np.testing.assert_allclose(X, cp_to_tensor((w, F)))
    np.testing.assert_allclose(products(F), khatri_rao(F))
    for axis in range(3):
        np.testing.assert_array_equal(unfolded(X, axis), tl.unfold(X, axis))
        matrix = np.random.default_rng(1).normal(size=(2, SHAPE[axis]))
        np.testing.assert_allclose(along(X, matrix, axis), mode_dot(X, matrix, axis))
    core = np.random.default_rng(2).normal(size=(2, 2, 2))
    np.testing.assert_allclose(tucker_cells(core, F), multi_mode_dot(core, F))


def test_leading_vectors_are_singular_vectors_with_settled_signs():
    X = np.random.default_rng(0).normal(size=SHAPE)
    for axis in range(3):
        found = leading_vectors(X, axis, 2)
        U = np.linalg.svd(unfolded(X, axis), full_matrices=False)[0][:, :2]
        np.testing.assert_allclose(np.abs(found.T @ U), np.eye(2), atol=1e-8)
        assert (found[np.abs(found).argmax(axis=0), [0, 1]] > 0).all()
    assert leading_vectors(X, 1, 9).shape == (3, 3)


def test_ordering_changes_names_of_parts_and_nothing_else():
    F, w = factors(), np.array([-0.1, 2.0])
    weights, unit = cp_ordered(w, F)
    np.testing.assert_allclose(cp_cells(weights, unit), cp_cells(w, F))
    assert weights[0] > weights[1] > 0
    for f in unit:
        np.testing.assert_allclose((f**2).sum(axis=0), 1)
    for f in unit[1:]:
        assert (f[np.abs(f).argmax(axis=0), [0, 1]] > 0).all()
    lost, kept = cp_ordered(np.array([1.0, 0.0]), F)
    assert lost[1] == 0
    assert np.isfinite(kept[0]).all()


def test_a_core_is_ordered_orthogonal_and_the_same_tensor():
    random = np.random.default_rng(3)
    core = random.normal(size=(2, 3, 2))
    F = [np.linalg.qr(random.normal(size=(n, k)))[0] for n, k in zip(SHAPE, core.shape, strict=True)]
    again, unit = core_ordered(core, F)
    X = tucker_cells(core, F)
    np.testing.assert_allclose(tucker_cells(again, unit), X, atol=1e-12)
    for axis in range(3):
        gram = unfolded(again, axis) @ unfolded(again, axis).T
        sizes = np.linalg.svd(unfolded(X, axis), compute_uv=False)[: core.shape[axis]]
        np.testing.assert_allclose(gram, np.diag(sizes**2), atol=1e-10)


def test_signs():
    factor, signs = turned(np.array([[1.0, 0.5], [-2.0, 0.1]]))
    np.testing.assert_array_equal(factor, [[-1, 0.5], [2, 0.1]])
    np.testing.assert_array_equal(signs, [-1, 1])
    empty, none = turned(np.empty((0, 2)))
    assert empty.shape == (0, 2)
    assert none.tolist() == [1, 1]


def test_parts_that_cancel_have_a_cosine_of_minus_one():
    u, v, w = (
        np.array([[1.0, 1.0], [0.0, 0.0]]),
        np.array([[1.0, -1.0], [0.0, 0.0]]),
        np.array([[0.6, 0.6], [0.8, 0.8]]),
    )
    np.testing.assert_allclose(alike([u, v, w]), [[1, -1], [-1, 1]])


def test_what_cells_add_sums_to_the_value():
    X = np.random.default_rng(5).random((4, 3, 5))
    cp = fit_cp(X, 2, iterations=5000, tolerance=1e-14)
    tucker = fit_tucker(X, [2, 2, 2], iterations=5000, tolerance=1e-14)
    for cell in ((0, 0, 0), (3, 2, 4), (1, 0, 3)):
        parts = cp_contributions(X, cp.factors, cell)
        assert parts.sum() == pytest.approx(cp.low[cell], abs=1e-6)
        shares = np.indices(X.shape) == np.reshape(cell, (3, 1, 1, 1))
        assert (parts[~shares.any(axis=0)] == 0).all()  # only cells that share a label
        assert tucker_contributions(X, tucker.factors, cell).sum() == pytest.approx(tucker.low[cell], abs=1e-6)
