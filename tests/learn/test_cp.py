import sys
from collections.abc import Callable

import numpy as np
import pytest
import tensorly as tl
from tensorly.cp_tensor import cp_to_tensor
from tensorly.decomposition import parafac
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.kernels.tensors import cp_cells, leading_vectors
from tenkai.values import Tensor


def planted(seed: int = 1, shape: tuple[int, ...] = (8, 9, 10), rank: int = 3) -> np.ndarray:
    random = np.random.default_rng(seed)
    return cp_cells(np.array([3.0, 2.0, 1.0])[:rank], [random.normal(size=(n, rank)) for n in shape])


def holed(X: np.ndarray, share: float = 0.2, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(X.shape) < share, np.nan, X)


def test_worked_example():
    # 2 (1, 0) x (0, 1) x (1, 0) + 1 (0, 1) x (1, 0) x (0, 1): two parts of weights 2 and 1.
    X = np.zeros((2, 2, 2))
    X[0, 1, 0], X[1, 0, 1] = 2, 1
    found = tk.learn.cp(Tensor.from_(X, {"a": ["x", "y"], "b": ["u", "v"], "c": ["1", "2"]}), rank=2)
    np.testing.assert_allclose(found.parts["weight"], [2, 1], atol=1e-6)
    np.testing.assert_allclose(found.tensor.values, X, atol=1e-6)
    rows = dict(zip(found.factors.ids, found.factors.frame.rows(), strict=True))
    assert list(rows) == ["a x", "a y", "b u", "b v", "c 1", "c 2"]
    np.testing.assert_allclose(rows["a x"][2:], [1, 0], atol=1e-6)
    np.testing.assert_allclose(rows["b u"][2:], [0, 1], atol=1e-6)
    assert found.figures["share"] == pytest.approx(1)
    assert found.figures["agreeing"] >= 1


@pytest.mark.row("L23")
def test_a_planted_tensor_is_found_and_its_hidden_cells_too():
    X = planted()
    found = tk.learn.cp(Tensor.from_(X), rank=3, tolerance=1e-12, starts=3, iterations=1000)
    np.testing.assert_allclose(found.tensor.values, X, atol=1e-5)
    factors = [found.factors.frame.filter(axis=a).select("CP1", "CP2", "CP3").to_numpy() for a in found.tensor.axes]
    np.testing.assert_allclose(cp_cells(found.parts["weight"].to_numpy(), factors), X, atol=1e-5)
    gone = holed(X)
    filled = tk.learn.cp(Tensor.from_(gone), rank=3, missing="fill", tolerance=1e-10, starts=3)
    np.testing.assert_allclose(filled.tensor.values, X, atol=1e-4)
    np.testing.assert_array_equal(np.isnan(filled.difference.values), np.isnan(gone))
    assert filled.figures["relative_error"] < 1e-6


@pytest.mark.row("L23")
@pytest.mark.parametrize("missing", [False, True])
def test_it_is_tensorly_from_the_same_start(missing: bool):
    X = np.random.default_rng(3).random((5, 6, 7))
    data = holed(X) if missing else X
    known = ~np.isnan(data)
    size = np.sqrt(np.nansum(data**2))
    cells = np.where(known, data, np.nanmean(data)) / size
    start = [leading_vectors(cells, axis, 2) for axis in range(3)]
    with threadpool_limits(1):
        decomposed = parafac(
            tl.tensor(cells), 2, init=(np.ones(2), start), n_iter_max=40, tol=1e-8, l2_reg=1e-12,
            mask=known.astype(float) if missing else None,
        )  # fmt: skip
    found = tk.learn.cp(Tensor.from_(data), rank=2, missing="fill", starts=1, iterations=40)
    np.testing.assert_allclose(found.tensor.values, cp_to_tensor(decomposed) * size, rtol=1e-12, atol=1e-12)


@pytest.mark.row("L21", "L23")
def test_of_a_matrix_it_is_the_low_rank_table():
    rows = tk.Table.from_(np.random.default_rng(0).normal(size=(12, 7)))
    for k in (1, 3):
        low = tk.learn.svd(rows, rank=k)
        parts = tk.learn.cp(Tensor.from_(rows.matrix()), rank=k, tolerance=1e-14)
        np.testing.assert_allclose(parts.tensor.values, low.table.matrix(), atol=1e-8)
        assert parts.figures["share"] == pytest.approx(low.figures["share"])


def test_parts_that_only_add_up():
    random = np.random.default_rng(2)
    X = cp_cells(np.array([1.0, 2.0]), [random.random((n, 2)) for n in (5, 6, 7)])
    whole = tk.learn.cp(Tensor.from_(X), rank=2, nonnegative=True, starts=2, iterations=500)
    some = tk.learn.cp(Tensor.from_(holed(X, 0.1)), rank=2, nonnegative=True, missing="fill", starts=1, iterations=2000)
    np.testing.assert_allclose(whole.tensor.values, X, atol=1e-4)
    np.testing.assert_allclose(some.tensor.values, X, atol=5e-2)
    for found in (whole, some):
        assert found.factors.matrix(["CP1", "CP2"]).min() >= 0


def test_parts_that_cancel_are_told_and_a_penalty_stops_them():
    # a a b + a b a + b a a has no best sum of two parts: they grow without end (De Silva, Lim 2008).
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    X = sum(np.einsum("i,j,k", *v) for v in ((a, a, b), (a, b, a), (b, a, a)))
    found = tk.learn.cp(Tensor.from_(X), rank=2, starts=3, iterations=2000, tolerance=1e-12)
    assert "TKW623" in [n.code for n in found.tensor.notes]
    assert found.parts["cosine"][0] < -0.9
    tame = tk.learn.cp(Tensor.from_(X), rank=2, starts=1, penalty=0.01)
    assert "TKW623" not in [n.code for n in tame.tensor.notes]
    assert tame.figures["relative_error"] > found.figures["relative_error"]


def test_more_parts_than_needed_change_nothing():
    X = planted(rank=1)
    found = tk.learn.cp(Tensor.from_(X), rank=4)
    np.testing.assert_allclose(found.tensor.values, X, atol=1e-4)
    assert np.isfinite(found.factors.matrix(["CP1", "CP4"])).all()


def test_it_says_when_it_has_not_settled_and_from_where_it_learned():
    data = Tensor.from_(planted())
    found = tk.learn.cp(data, rank=2, iterations=2)
    assert [n.code for n in found.parts.notes] == ["TKW640"]
    assert found.figures["converged"] == 0
    for value in (found.tensor, found.difference, found.factors, found.parts):
        assert [(i.step, i.kind) for i in value.every_influence] == [("learn.cp", "prepared")]
    assert found.figures.lens is not None
    assert (found.figures.lens.scored, found.figures.lens.prepared) == (720, 720)


def test_same_seed_same_bits_on_any_threads():
    data = Tensor.from_(holed(planted()))
    bits = []
    for count in (1, 2):
        with threadpool_limits(count):
            found = tk.learn.cp(data, rank=3, missing="fill", iterations=30)
        bits.append((found.tensor.values.tobytes(), found.factors.frame.hash_rows().to_list()))
    assert bits[0] == bits[1]


@pytest.mark.row("L22")
def test_a_rank_can_be_swept():
    found = tk.learn.cp(Tensor.from_(planted()), rank=tk.sweep([1, 2]))
    assert [v.shape for v in found.items] == [(8, 9, 10)] * 2


def test_refusals(refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch):
    X = planted()
    data = Tensor.from_(X)
    assert "A tensor of this shape has at most 72." in refused("TK111", tk.learn.cp, data, rank=73)
    gone = X.copy()
    gone[1, 0, 2] = np.nan
    told = refused("TK208", tk.learn.cp, Tensor.from_(gone))
    assert "misses 1 of 720 cells, first '2 1 3'. Set missing: fill" in told
    gone[1] = np.nan
    assert "'2' of axis 'axis1' has no known cell" in refused("TK634", tk.learn.cp, Tensor.from_(gone), missing="fill")
    assert "Set nonnegative: false" in refused("TK620", tk.learn.cp, data, nonnegative=True)
    assert "nothing to decompose" in refused("TK624", tk.learn.cp, Tensor.from_(np.zeros((2, 2))))
    refused("TK203", tk.learn.cp, Tensor.from_(X * np.inf))
    monkeypatch.setattr("tenkai.learn._tensor_told.MOST_BYTES", 20_000)
    told = refused("TK626", tk.learn.cp, data, rank=3)
    assert "8 x 9 x 10 cells at rank 3 would take" in told
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "tensorly.decomposition", None)
    assert "pip install 'tenkai[tensor]'" in refused("TK311", tk.learn.cp, data)
