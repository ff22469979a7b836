import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tenkai.kernels.low_rank import contributions, decompose, fill, project
from tenkai.kernels.low_rank_hidden import (
    Cells,
    Setup,
    find_hidden,
    matrix_low_ranks,
    measured,
    nearest_labels,
    nearest_rows,
    one_error,
    popularity,
)


def made(n: int, p: int, rank: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.normal(size=(n, rank)) @ random.normal(size=(rank, p))


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 99))
def test_low_rank_is_numpys_and_all_of_it_is_the_matrix(n: int, p: int, seed: int):
    X = np.random.default_rng(seed).normal(size=(n, p))
    found = decompose(X)
    U, S, V = np.linalg.svd(X, full_matrices=False)
    np.testing.assert_allclose(found.S, S, atol=1e-12)
    np.testing.assert_allclose(found.low_rank(min(n, p)), X, atol=1e-12)
    np.testing.assert_allclose(found.low_rank(1), S[0] * np.outer(U[:, 0], V[0]), atol=1e-10)
    assert (found.V.max(axis=1) >= -found.V.min(axis=1) * (1 - 1e-6)).all()


def test_where_one_routine_gives_up_the_other_answers(monkeypatch: pytest.MonkeyPatch):
    import scipy.linalg

    real = scipy.linalg.svd

    def stubborn(X, **settings):
        if settings.get("lapack_driver") != "gesvd":
            raise np.linalg.LinAlgError
        return real(X, **settings)

    X = made(5, 4, 4)
    expected = decompose(X).S
    monkeypatch.setattr(scipy.linalg, "svd", stubborn)
    np.testing.assert_allclose(decompose(X).S, expected)


def test_missing_cells_of_a_matrix_of_low_rank_are_recovered():
    X = made(30, 20, 2)
    known = np.random.default_rng(1).random(X.shape) > 0.2
    filled = fill(np.where(known, X, np.nan), known, 2, iterations=5000, tolerance=1e-9)
    assert filled.converged
    np.testing.assert_allclose(filled.cells, X, atol=1e-4)


def test_soft_impute_ends_where_its_condition_holds():
    # Mazumder, Hastie, Tibshirani 2010: Z is the soft-thresholded decomposition of the data completed by Z.
    X = made(12, 9, 3) + 0.3 * np.random.default_rng(3).normal(size=(12, 9))
    known = np.random.default_rng(4).random(X.shape) > 0.3
    filled = fill(X, known, 9, 0.5, iterations=5000, tolerance=1e-10)
    Z = filled.found.low_rank(9, 0.5)
    U, S, V = np.linalg.svd(np.where(known, X, Z), full_matrices=False)
    np.testing.assert_allclose((U * np.maximum(S - 0.5, 0)) @ V, Z, atol=1e-7)


def test_a_row_with_holes_is_projected_by_its_known_cells():
    X = made(20, 6, 2)
    V = decompose(X).V[:2]
    holed = X.copy()
    holed[3, [0, 4]] = np.nan
    np.testing.assert_allclose(project(holed, V), X, atol=1e-10)


def test_what_the_cells_add_is_the_score():
    X = (np.random.default_rng(0).random((7, 5)) > 0.6).astype(float)
    found = decompose(X)
    low = found.low_rank(2)
    for i in range(7):
        for j in range(5):
            parts = contributions(X, found, 2, i, j)
            assert parts.sum() == pytest.approx(low[i, j], abs=1e-12)
            assert (parts[X == 0] == 0).all()


@given(st.integers(3, 40), st.integers(0, 999))
def test_auc_is_scikit_learns_and_the_list_is_counted(n: int, seed: int):
    random = np.random.default_rng(seed)
    score = random.integers(0, 6, n) / 5
    positive = np.zeros(n, bool)
    positive[random.choice(n, random.integers(1, n), replace=False)] = True
    auc, precision, recall = measured(score, positive, 3)
    assert auc == pytest.approx(roc_auc_score(positive, score))
    # Equal scores share their places: the mean over many orders is what is told.
    hits = []
    for _ in range(300):
        order = random.permutation(n)
        first = order[np.argsort(-score[order], kind="stable")[:3]]
        hits.append(positive[first].sum())
    assert precision * 3 == pytest.approx(np.mean(hits), abs=0.35)
    assert recall * positive.sum() == pytest.approx(precision * 3)


def test_baselines_by_hand():
    X = np.array([[1.0, 1, 0], [1, 1, 1], [0, 0, 1]])
    np.testing.assert_allclose(popularity(X), np.outer([2, 3, 1], [2, 2, 2]) / 6)
    # The row most alike the first is the second.
    np.testing.assert_allclose(nearest_rows(X, 1)[0], [1, 1, 1])


def test_hiding_equals_a_plain_loop():
    X = (np.random.default_rng(5).random((9, 7)) > 0.6).astype(float)
    cells = Cells.single(X.shape)
    setup = Setup("ones", 0.25, 6, 4, 2, 3, 11)
    found = find_hidden(X, cells, setup, [2], nested=False)
    seeds = np.random.SeedSequence(11).spawn(6)
    for r, seed in enumerate(seeds):
        ones = np.flatnonzero(X.ravel() > 0)
        hidden = np.random.default_rng(seed).choice(ones, round(0.25 * len(ones)), replace=False)
        less = X.ravel().copy()
        less[hidden] = 0
        U, S, V = np.linalg.svd(less.reshape(X.shape), full_matrices=False)
        candidates = np.flatnonzero(less == 0)
        for k in (1, 2, 3):
            low = ((U[:, :k] * S[:k]) @ V[:k]).ravel()[candidates].round(10)
            auc = roc_auc_score(np.isin(candidates, hidden), low)
            assert found.by_rank[r, k - 1, 0] == pytest.approx(auc, abs=1e-9)
        np.testing.assert_allclose(found.scores[r, 0, candidates], ((U[:, :2] * S[:2]) @ V[:2]).ravel()[candidates])
        assert np.isnan(found.scores[r, 0, less > 0]).all()


def test_masked_cells_have_no_part_in_what_fills_them():
    X = (np.random.default_rng(6).random((8, 6)) > 0.5).astype(float)
    hidden = np.zeros(X.shape, bool)
    hidden[2, 3] = hidden[5, 1] = True
    first = matrix_low_ranks(X, X, hidden, "cells", [1, 2])
    other = np.where(hidden, 1 - X, X)
    second = matrix_low_ranks(other, other, hidden, "cells", [1, 2])
    for k in (1, 2):
        np.testing.assert_array_equal(first[k], second[k])


def test_hidden_masked_cells_of_low_rank_are_found():
    X = np.kron(np.eye(3), np.ones((5, 4)))
    setup = Setup("cells", 0.1, 5, 5, 3, 4, 0)
    found = find_hidden(X, Cells.single(X.shape), setup, [], nested=True)
    assert found.by_rank[:, 2, 0].mean() > 0.95
    assert found.chosen is not None
    assert set(found.chosen) <= {1, 2, 3, 4}


def test_the_smallest_rank_within_one_error_is_chosen():
    values = np.array([[0.5, 0.71, 0.72], [0.5, 0.72, 0.70], [0.5, 0.70, 0.73], [0.5, 0.73, 0.74]])
    assert one_error(values, 0.2) == 2
    assert one_error(values * [1, 0.5, 1], 0.2) == 3


def test_baselines_of_a_tensor():
    X = np.zeros((2, 2, 3))
    X[0, 1, 2] = X[1, 1, 2] = X[0, 0, 0] = 1
    # Counts of the labels: 2 1, 1 2, 1 0 2; product over the total twice.
    assert popularity(X)[0, 1, 2] == pytest.approx(2 * 2 * 2 / 9)
    matrix = X.reshape(2, 6)
    np.testing.assert_allclose(popularity(matrix), np.outer([2, 1], matrix.sum(axis=0)) / 3)
    # One neighbor on each axis: slices are compared whole, and the cells of the nearest stand in.
    near = nearest_labels(X, 1)
    slices = [np.moveaxis(X, a, 0).reshape(len(np.moveaxis(X, a, 0)), -1) for a in range(3)]
    back = [np.moveaxis(nearest_rows(s, 1).reshape(np.moveaxis(X, a, 0).shape), 0, a) for a, s in enumerate(slices)]
    np.testing.assert_allclose(near, np.mean(back, axis=0))
    np.testing.assert_array_equal(nearest_labels(matrix, 1), nearest_rows(matrix, 1))
