import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from tenkai.kernels.metrics import METRICS
from tenkai.kernels.neighbors import approximate_neighbors, choose_method, exact_neighbors


def brute(X, k, metric="euclidean", Y=None):
    d = cdist(X if Y is None else Y, X, metric)
    if Y is None:
        np.fill_diagonal(d, np.inf)
    order = np.argsort(d, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(d, order, 1)


def test_by_hand():
    X = np.array([[0.0], [1.0], [3.0], [3.0]])
    indices, distances = exact_neighbors(X, 2)
    np.testing.assert_array_equal(indices, [[1, 2], [0, 2], [3, 1], [2, 1]])
    np.testing.assert_array_equal(distances, [[1, 3], [1, 2], [0, 2], [0, 2]])
    assert indices.dtype == np.int32
    assert distances.dtype == np.float64


def test_digits_equal_an_exact_search_with_ties_by_position():
    X = load_digits().data
    indices, distances = exact_neighbors(X, 30)
    order, away = brute(X, 30)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, away)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_against_scipy(metric):
    rng = np.random.default_rng(0)
    X = rng.random((150, 7)) * (rng.random((150, 7)) < 0.7) + 1e-3 * (np.arange(7) == 0)
    boolean = metric in ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalsneath", "yule")
    _, away = brute(X != 0 if boolean else X, 9, metric) if metric not in ("seuclidean", "mahalanobis") else (0, None)
    if metric == "seuclidean":
        away = brute(X / X.std(axis=0, ddof=1), 9)[1]
    if metric == "mahalanobis":
        away = brute(X @ np.linalg.cholesky(np.linalg.inv(np.cov(X.T))), 9)[1]
    for block in (None, 16):
        indices, distances = exact_neighbors(X, 9, metric, block=block)
        np.testing.assert_allclose(distances, away, atol=1e-10)
        assert not (indices == np.arange(150)[:, None]).any()


def test_new_rows_find_equal_rows_at_distance_zero():
    X = np.random.default_rng(1).normal(size=(300, 20)).astype(np.float32)
    indices, distances = exact_neighbors(X, 4, Y=X[5:9])
    np.testing.assert_array_equal(indices[:, 0], [5, 6, 7, 8])
    np.testing.assert_array_equal(distances[:, 0], 0.0)
    np.testing.assert_allclose(distances, brute(X.astype(float), 4, Y=X[5:9].astype(float))[1], atol=1e-12)


def test_rows_far_from_the_origin_and_an_outlier():
    """Where float32 products alone would fail: large norms, small distances."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(400, 5)) * 1e-3
    X[:, 0] += 1e6
    X[7] = 1e7
    indices, distances = exact_neighbors(X, 5)
    order, away = brute(X, 5)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, away, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_scale_does_not_matter(scale):
    X = np.random.default_rng(3).normal(size=(200, 6))
    np.testing.assert_array_equal(exact_neighbors(X * scale, 5)[0], exact_neighbors(X, 5)[0])


@given(
    st.integers(2, 60),
    st.integers(1, 4),
    st.sampled_from(["euclidean", "cosine", "cityblock"]),
    st.integers(0, 2**31),
)
def test_sorted_by_distance_then_position_and_prefix(n, p, metric, seed):
    """Whole numbers make many ties. A larger k starts with the result of a smaller one."""
    X = np.random.default_rng(seed).integers(1, 4, (n, p)).astype(float)
    indices, distances = exact_neighbors(X, n - 1, metric)
    for i in range(n):
        keys = list(zip(distances[i], indices[i], strict=True))
        assert keys == sorted(keys)
        assert sorted(indices[i]) == [j for j in range(n) if j != i]
    k = (n + 1) // 2
    if k < n:
        fewer = exact_neighbors(X, k, metric, block=3)
        np.testing.assert_array_equal(fewer[0], indices[:, :k])
        np.testing.assert_array_equal(fewer[1], distances[:, :k])


def test_same_bits_for_any_number_of_threads():
    X = np.random.default_rng(4).normal(size=(700, 30))
    results = []
    before = numba.get_num_threads()
    for threads in (1, 2):
        numba.set_num_threads(min(threads, before))
        results.append(exact_neighbors(X, 10))
    numba.set_num_threads(before)
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])


@pytest.mark.slow
def test_approximate_finds_nearly_all_and_repeats():
    X = load_digits().data
    X = np.vstack([X, np.repeat(X[:1], 40, axis=0)])  # many equal rows
    indices, distances = approximate_neighbors(X, 15, seed=3)
    again = approximate_neighbors(X, 15, seed=3)
    np.testing.assert_array_equal(indices, again[0])
    np.testing.assert_array_equal(distances, again[1])
    assert not (indices == np.arange(len(X))[:, None]).any()
    assert (np.diff(distances, axis=1) >= 0).all()
    assert np.mean(np.isclose(distances, exact_neighbors(X, 15)[1])) > 0.97


def test_choice_of_method():
    assert choose_method(1797, 64, 100) == "exact"
    assert choose_method(20_000, 784, 100) == "exact"
    assert choose_method(60_000, 784, 15) == "approximate"
    assert choose_method(60_000, 50, 15) == "exact"
    assert choose_method(1_000_000, 50, 15) == "approximate"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((np.ones((3, 2)), 3), r"k is 3\. Allowed: 1 to 2 \(X has 3 rows\)"),
        ((np.ones((3, 2)), 0), "k is 0"),
        ((np.ones((3, 2)), 1.5), "whole number"),
        ((np.ones(3), 1), "1 dimensions"),
        ((np.array([[1.0, np.nan], [1, 2]]), 1), "nan at row 0, column 1"),
        ((np.ones((3, 2)), 1, "manhattan"), "metric is 'manhattan'.*cityblock"),
        ((np.eye(3)[:, :2], 1, "cosine"), "row 2 of X holds only zeros"),
        ((np.ones((9, 2)), 1, "mahalanobis"), "cannot be inverted"),
        ((np.ones((3, 2)), 1, "correlation"), "row 0 of X holds one value only"),
        ((np.array([["a"], ["b"]]), 1), "real numbers"),
    ],
)
def test_bad_values(arguments, text):
    with pytest.raises(ValueError, match=text):
        exact_neighbors(*arguments)


def test_bad_query_columns():
    with pytest.raises(ValueError, match=r"Y has 3 columns\. Allowed: 2"):
        exact_neighbors(np.ones((3, 2)), 1, Y=np.ones((3, 3)))
