import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes

from tenkai.kernels.stability import knn_label_accuracy, procrustes_similarity, seed_stability


def test_turned_mirrored_scaled_and_shifted_maps_are_the_same():
    square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0]])
    turned = 5 - 3 * square[:, ::-1]
    assert procrustes_similarity(square, turned) == pytest.approx(1)


@given(st.integers(3, 40), st.integers(1, 3), st.integers(0, 2**31))
def test_equal_to_scipy(n, d, seed):
    rng = np.random.default_rng(seed)
    A, B = rng.normal(size=(n, d)), rng.normal(size=(n, d))
    assert procrustes_similarity(A, B) == pytest.approx(1 - procrustes(A, B)[2], abs=1e-9)


def test_stability_over_three_maps():
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(50, 2)), rng.normal(size=(50, 2))
    between = procrustes_similarity(A, B)
    result = seed_stability([A, 2 * A, B])
    assert result.pairs == 3
    assert result.minimum == pytest.approx(between)
    assert result.mean == pytest.approx((1 + 2 * between) / 3)


def test_labels_of_two_clusters_are_found():
    Y = np.r_[np.zeros((20, 2)), np.ones((20, 2))] + 0.01 * np.random.default_rng(0).normal(size=(40, 2))
    result = knn_label_accuracy(Y, ["a"] * 20 + ["b"] * 20)
    assert (result.accuracy, result.folds, result.k, result.left_out) == (1.0, 10, 5, 0)


def test_small_classes_reduce_the_folds_and_single_rows_are_left_out():
    Y = np.random.default_rng(0).normal(size=(14, 2))
    result = knn_label_accuracy(Y, ["a"] * 10 + ["b"] * 3 + ["c"])
    assert (result.folds, result.left_out) == (3, 1)
    tiny = knn_label_accuracy(Y[:4], ["a", "a", "b", "b"])
    assert (tiny.folds, tiny.k) == (2, 1)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: seed_stability([np.eye(2)]), "1 map given. Allowed: two or more"),
        (lambda: procrustes_similarity(np.eye(2), np.eye(3)), "one shape"),
        (lambda: procrustes_similarity(np.ones((3, 2)), np.eye(3)[:, :2]), "on one point"),
        (lambda: knn_label_accuracy(np.eye(3), ["a", "b", "c"]), "every label occurs once"),
        (lambda: knn_label_accuracy(np.eye(3), ["a", "b"]), "one per row"),
        (lambda: knn_label_accuracy(np.eye(3), ["a", "a", "b"], folds=1), "folds is 1"),
    ],
)
def test_bad_values(call, text):
    with pytest.raises(ValueError, match=text):
        call()
