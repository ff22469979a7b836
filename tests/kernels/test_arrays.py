"""One code for arrays of NumPy and torch, against the compiled kernels and LAPACK.

CuPy needs a GPU to be imported; it shares NumPy's names.
"""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from tenkai.kernels import neighbors_arrays, nmf
from tenkai.kernels.arrays import copied, host, inner, namespace, positive, smallest, total, wide
from tenkai.kernels.low_rank import decompose, fill
from tenkai.kernels.low_rank_arrays import decompose_array, principal_axes, randomized_array
from tenkai.kernels.neighbors import exact_neighbors
from tenkai.kernels.neighbors_arrays import exact_neighbors_by
from tenkai.kernels.nmf_arrays import array_data_of
from tenkai.kernels.nmf_data import Penalties
from tenkai.kernels.nmf_read import data_of
from tenkai.kernels.nmf_start import first_factors

PUTS = {"numpy": np.asarray, "torch": torch.tensor}
both = pytest.mark.parametrize("put", PUTS.values(), ids=PUTS)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(before)


@both
def test_the_small_words(put):
    x = put(np.array([[3.0, -1.0, 2.0], [0.5, 4.0, -2.0]], np.float32))
    assert namespace(x).__name__ == ("numpy" if isinstance(x, np.ndarray) else "torch")
    other = copied(x.T)
    other[0, 0] = 9.0
    assert host(x)[0, 0] == 3.0
    assert host(other).flags.c_contiguous
    assert host(other).dtype == np.float32
    assert host(wide(x)).dtype == np.float64
    assert inner(x, x) == 34.25
    assert total(x) == 6.5
    assert host(smallest(x, 1)).tolist() == [[1], [2]]
    assert sorted(host(smallest(x, 3))[0]) == [0, 1, 2]
    assert positive(x) is x
    assert host(x).tolist() == [[3, 0, 2], [0.5, 4, 0]]


def test_what_is_no_array():
    with pytest.raises(ValueError, match=r"of type list\. Allowed: arrays of numpy, cupy, torch\."):
        namespace([1.0])


# ---- non-negative factorization: the compiled sweeps are the oracle ----------------------------

CASES = [
    ("frobenius", "extrapolated"),
    ("frobenius", "accelerated"),
    ("frobenius", "hals"),
    ("frobenius", "multiplicative"),
    ("kullback_leibler", "multiplicative"),
]


@both
@pytest.mark.row("L30")
@pytest.mark.parametrize(("loss", "solver"), CASES)
@pytest.mark.parametrize("cost", [None, Penalties(1.0, 2.0, 3.0, 4.0)], ids=["plain", "penalties"])
def test_the_same_factorization_from_the_same_start(put, loss, solver, cost):
    # 900 rows: two blocks, which rest each at their own time.
    X = load_digits().data[:900]
    for kind, near in ((np.float64, 1e-9), (np.float32, 1e-4)):
        x = X.astype(kind)
        W, H = first_factors(x, 6, "random", 0, float(x.mean()))
        W = np.ascontiguousarray(W.T)
        settings = {"solver": solver, "iterations": 20, "tolerance": 0, "penalties": cost}
        here = nmf.factorize(data_of(x, loss), W, H, **settings)
        there = nmf.factorize(array_data_of(put(x), loss), put(W), put(H), keep_every=10, **settings)
        assert there.loss == pytest.approx(here.loss, rel=near)
        np.testing.assert_allclose(there.losses, here.losses, rtol=near)
        assert there.W.dtype == there.H.dtype == kind
        if kind is np.float64:
            np.testing.assert_allclose(there.W @ there.H, here.W @ here.H, atol=1e-6)
        assert [iteration for iteration, *_ in there.kept] == [0, 10, 20]
        np.testing.assert_array_equal(there.kept[0][1], W)
        np.testing.assert_array_equal(there.kept[2][2], there.H)


@both
def test_it_stops_where_the_compiled_one_stops(put):
    X = load_digits().data[:300]
    W, H = first_factors(X, 4, "nndsvd", 0, float(X.mean()))
    W = np.ascontiguousarray(W.T)
    here = nmf.factorize(data_of(X), W, H, tolerance=1e-3)
    there = nmf.factorize(array_data_of(put(X)), put(W), put(H), tolerance=1e-3)
    assert there.converged
    assert there.iterations == here.iterations < 200


@both
def test_parts_that_died_out_stay_out(put):
    X = load_digits().data[:100]
    W, H = first_factors(X, 3, "random", 0, float(X.mean()))
    H[1] = 0.0
    for solver in ("hals", "multiplicative"):
        found = nmf.factorize(array_data_of(put(X)), put(W.T), put(H), solver=solver, iterations=3, tolerance=0)
        assert np.isfinite(found.W).all()
        assert np.isfinite(found.loss)


def test_what_whole_arrays_cannot_do():
    X = np.ones((4, 3))
    with pytest.raises(ValueError, match="the solver coordinate goes cell by cell"):
        nmf.factorize(array_data_of(X), X[:, :1], X[:1], solver="coordinate")
    with pytest.raises(ValueError, match="Allowed for kullback_leibler: multiplicative"):
        nmf.factorize(array_data_of(X, "kullback_leibler"), X[:, :1], X[:1], solver="hals")
    for wrong in (X - 2, X * 0, X * np.nan, np.full((2, 2), np.inf)):
        with pytest.raises(ValueError, match="Allowed: finite numbers of 0 or more, one above 0"):
            array_data_of(wrong)


def test_one_part_is_kept_as_it_was():
    # The transpose of a single column is itself: a view would follow the iteration.
    X = load_digits().data[:50]
    W, H = first_factors(X, 1, "random", 0, float(X.mean()))
    found = nmf.factorize(data_of(X), W.T, H, solver="hals", iterations=3, tolerance=0, keep_every=1)
    assert len({kept[1].tobytes() for kept in found.kept}) == 4


# ---- singular vectors and axes: LAPACK is the oracle --------------------------------------------


@both
@pytest.mark.row("L30")
def test_singular_values(put):
    X = load_digits().data[:200]
    here, there = decompose(X), decompose_array(put(X))
    np.testing.assert_allclose(there.S, here.S, atol=1e-10 * here.S[0])
    np.testing.assert_allclose(there.V[:20], here.V[:20], atol=1e-8)
    np.testing.assert_allclose(there.low_rank(5), here.low_rank(5), atol=1e-9)
    some = randomized_array(put(X), 10)
    assert not some.exact
    np.testing.assert_allclose(some.S, here.S[:10], rtol=1e-3)
    np.testing.assert_allclose(some.V[:4], here.V[:4], atol=1e-3)
    # The directions to begin with come from the seed, wherever the arrays are.
    np.testing.assert_allclose(some.S, randomized_array(X, 10).S, rtol=1e-12)


@both
def test_cells_are_filled_alike(put):
    random = np.random.default_rng(0)
    X = random.normal(size=(30, 2)) @ random.normal(size=(2, 8))
    known = random.random(X.shape) > 0.2
    here, there = fill(X, known, 2), fill(X, known, 2, decompose=lambda cells: decompose_array(put(cells)))
    assert there.iterations == here.iterations
    np.testing.assert_allclose(there.cells, here.cells, atol=1e-9)


@both
@pytest.mark.parametrize("way", ["vectors", "columns", "rows", "random"])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_principal_axes(put, way, kind):
    X = load_digits().data[:150, 10:50].astype(kind)
    wide_X = X.astype(np.float64) - X.mean(axis=0, dtype=np.float64)
    _, S, V = np.linalg.svd(wide_X, full_matrices=False)
    mean, squares, axes, whole = principal_axes(put(X), way, 12)
    np.testing.assert_allclose(mean, X.mean(axis=0, dtype=np.float64), rtol=1e-12)
    near = 1e-3 if way == "random" else 1e-10
    np.testing.assert_allclose(squares[:8], S[:8] ** 2, rtol=near)
    np.testing.assert_allclose(np.abs(axes[:4] @ V[:4].T), np.eye(4), atol=1e-2 if way == "random" else 1e-8)
    assert whole == pytest.approx((S**2).sum())
    assert (np.diff(squares) <= 0).all()
    lengths = np.linalg.norm(axes[:30], axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-8)


# ---- nearest neighbours: the same bits -----------------------------------------------------------


@both
@pytest.mark.row("L30")
@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cosine", "correlation"])
def test_neighbors_have_the_same_bits(put, metric):
    random = np.random.default_rng(0)
    for X in (
        load_digits().data[:600],  # whole numbers: many equal distances
        random.normal(size=(300, 7)),
        (random.normal(size=(300, 7)) * 1e-3 + 1e4).astype(np.float32),  # far from the origin
    ):
        for k in (1, 15, len(X) - 1):
            here, there = exact_neighbors(X, k, metric), exact_neighbors_by(put, X, k, metric, block=128)
            np.testing.assert_array_equal(there[0], here[0])
            np.testing.assert_array_equal(there[1], here[1])


@both
def test_rows_among_many_equal_ones_are_searched_again(put, monkeypatch: pytest.MonkeyPatch):
    # Corners of a cube, each 60 times: 59 rows at distance 0, 180 at distance 1.
    random = np.random.default_rng(0)
    corners = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)], float)
    X = np.repeat(corners, 60, axis=0)[random.permutation(480)]
    again: list[int] = []
    search = neighbors_arrays.search_again
    monkeypatch.setattr(neighbors_arrays, "search_again", lambda *a: (again.append(len(a[1])), search(*a)))
    for k in (3, 70):
        for mine, their in zip(exact_neighbors_by(put, X, k), exact_neighbors(X, k), strict=True):
            np.testing.assert_array_equal(mine, their)
    assert again == [480, 480]


def test_a_metric_without_products():
    with pytest.raises(ValueError, match=r"'cityblock'\. Allowed with products: euclidean, sqeuclidean"):
        exact_neighbors_by(np.asarray, np.eye(4), 2, "cityblock")
