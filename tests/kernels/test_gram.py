"""Sums over rows: dense, sparse, of folds, and of columns that do not vary."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from tenkai.kernels.gram import Design, predicted


def plain(X, y):
    """Centred products, straight from the definition."""
    A, t = X - X.mean(axis=0), y - y.mean()
    return A.T @ A, A.T @ t


def rows_of(kind, random, n=60, p=9):
    if kind == "dense":
        return random.normal(size=(n, p)) * 10.0 ** random.integers(-3, 4, p) + random.normal(size=p) * 100
    if kind == "wide":
        return random.normal(size=(n, 80))
    bits = random.random((n, p)) < 0.2
    return bits * (1.0 if kind == "bits" else random.normal(size=(n, p)))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("kind", ["dense", "wide", "bits", "cells"])
def test_sums_are_those_of_the_definition(kind, as_sparse, threads):
    random = np.random.default_rng(1)
    X = rows_of(kind, random)
    y = X @ random.normal(size=X.shape[1]) + 5
    design = Design(scipy.sparse.csr_matrix(X) if as_sparse else X, y)
    found = design.moments(design.sums(None, threads))
    gram, cross = plain(X, y)
    unit = np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
    np.testing.assert_allclose(found.gram / unit, gram / unit, atol=1e-13)
    np.testing.assert_allclose(found.cross, cross, rtol=1e-8, atol=1e-8 * np.abs(cross).max())
    np.testing.assert_allclose(found.mean, X.mean(axis=0), rtol=1e-12, atol=1e-14)
    assert found.target == pytest.approx(y.mean())
    assert found.length == pytest.approx(np.linalg.norm(y - y.mean()))


@pytest.mark.parametrize("kind", ["dense", "bits"])
def test_training_rows_are_all_rows_less_the_fold(kind):
    random = np.random.default_rng(2)
    X = rows_of(kind, random)
    y = random.normal(size=60)
    design = Design(scipy.sparse.csr_matrix(X) if kind == "bits" else X, y)
    every = design.sums()
    order = random.permutation(60)
    for train, test in [(order[12:], order[:12]), (order[30:50], order[:12]), (np.repeat(order[:24], 2), order[:12])]:
        found = design.training(every, train, test)
        gram, cross = plain(X[train], y[train])
        np.testing.assert_allclose(found.gram, gram, rtol=1e-9, atol=1e-11 * np.abs(gram).max())
        np.testing.assert_allclose(found.cross, cross, rtol=1e-9, atol=1e-11 * np.abs(cross).max())
        np.testing.assert_allclose(found.mean, X[train].mean(axis=0), rtol=1e-10, atol=1e-12)


def test_a_fold_that_holds_what_a_column_varies_by_loses_no_digits():
    random = np.random.default_rng(3)
    X = random.normal(size=(50, 3))
    X[0, 1] = 1e9  # the fold that takes this row away leaves a square of 1e-18 of it
    X[1:, 2] = 4.0  # constant without the first row
    y = random.normal(size=50)
    design = Design(X, y)
    train = np.arange(1, 50)
    found = design.training(design.sums(), train, np.array([0]))
    gram, _ = plain(X[1:], y[1:])
    np.testing.assert_allclose(found.gram[:2, :2], gram[:2, :2], rtol=1e-12)
    assert (found.gram[2] == 0).all() and found.cross[2] == 0


def test_a_constant_column_has_no_variance_at_all():
    X = np.column_stack([np.full(7, 0.1), np.arange(7.0), np.full(7, 1e8 / 3)])
    for rows in (X, scipy.sparse.csr_matrix(X)):
        design = Design(rows, np.arange(7.0))
        assert (np.diag(design.moments(design.sums()).gram) > 0).tolist() == [False, True, False]


def test_bits_are_counted_exactly_by_any_number_of_threads():
    random = np.random.default_rng(4)
    X = (random.random((5000, 70)) < 0.05) * random.integers(1, 4, (5000, 70))
    dense, sparse = Design(X.astype(float), np.ones(5000)), Design(scipy.sparse.csc_matrix(X), np.ones(5000))
    assert dense.exact and sparse.exact  # nearly empty dense rows are treated as sparse
    for design in (dense, sparse):
        for threads in (1, 2, 3):
            assert (design.sums(None, threads).gram == X.T @ X).all()


@given(st.integers(0, 2**31))
def test_a_prediction_has_the_same_bits_alone(seed):
    random = np.random.default_rng(seed)
    X, coefs = random.normal(size=(7, 13)), random.normal(size=(5, 13))
    for rows in (X, scipy.sparse.csr_matrix(X * (X > 0.5))):
        every = predicted(rows, coefs)
        np.testing.assert_allclose(every, (rows @ coefs.T).T, atol=1e-12)
        for a in range(5):
            for i in range(7):
                assert predicted(rows[i : i + 1], coefs[a : a + 1])[0, 0] == every[a, i]
