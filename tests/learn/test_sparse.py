"""Sparse matrices stay sparse where they can, and are told to be too large where they cannot."""

import numpy as np
import pytest
import scipy.sparse as sp

from tenkai.learn._nmf import NonNegativeFactors
from tenkai.learn._svd import LowRank


def large() -> sp.csr_matrix:
    """Five cells of 60 000 x 50 000: 24 GB as a dense matrix of float64."""
    at = np.array([0, 1, 2, 3, 59_999]), np.array([0, 1, 2, 3, 49_999])
    return sp.csr_matrix((np.ones(5), at), shape=(60_000, 50_000))


@pytest.mark.row("L24")
def test_parts_of_a_sparse_matrix_that_would_not_fit_densely():
    found = NonNegativeFactors(2, max_iter=3, tol=0).fit(large())
    assert found.components_.shape == (2, 50_000)
    assert found.transform(large()[:4]).shape == (4, 2)


def test_what_needs_every_cell_is_refused_with_the_size(refused):
    X = large()
    holes = X.copy()
    holes.data[0] = np.nan
    for fit in (
        lambda: LowRank(2).fit(X),
        lambda: NonNegativeFactors(2).fit(X, mask=np.ones((1, 1), bool)),
        lambda: NonNegativeFactors(2, missing="leave_out").fit(holes),
    ):
        text = refused("TK638", fit)
        assert "a sparse matrix of 60000 rows and 50000 columns would take 24.0 GB as a dense one" in text
        assert "Allowed: up to 2.1 GB" in text
        assert "NonNegativeFactors, which keeps them sparse" in text


def test_small_ones_are_written_out():
    X = np.round(np.random.default_rng(0).gamma(0.3, 2.0, (30, 12)))
    known = np.random.default_rng(1).random(X.shape) > 0.2
    for form in (sp.csr_matrix, sp.csc_array):
        np.testing.assert_array_equal(LowRank(3).fit(form(X)).components_, LowRank(3).fit(X).components_)
        np.testing.assert_array_equal(LowRank(3).fit(X).transform(form(X)), LowRank(3).fit(X).transform(X))
        masked = [NonNegativeFactors(3).fit(M, mask=known).components_ for M in (form(X), X)]
        np.testing.assert_array_equal(*masked)
    holes = np.where(known, X, np.nan)
    missing = [NonNegativeFactors(3, missing="leave_out").fit(M) for M in (sp.csr_matrix(holes), holes)]
    np.testing.assert_array_equal(missing[0].components_, missing[1].components_)


def test_bad_matrices_are_refused_one_by_one():
    X = np.ones((5, 3))
    with pytest.raises(ValueError, match=r"n_components is 4, but X has n_samples=5 and n_features=3. Allowed: 1 to 3"):
        NonNegativeFactors(4).fit(X)
    with pytest.raises(ValueError, match="row 2 has no known cell"):
        NonNegativeFactors(1).fit(X, mask=np.arange(5)[:, None] != np.full(3, 2))
    with pytest.raises(ValueError, match="nothing but zeros"):
        NonNegativeFactors(1).fit(0 * X)
    with pytest.raises(ValueError, match="NaN"):
        NonNegativeFactors(1).fit(np.where(np.eye(5, 3), np.nan, X))
    with pytest.raises(ValueError, match="Negative values"):
        NonNegativeFactors(1).fit(-X)
    with pytest.raises(ValueError, match="Negative values"):
        NonNegativeFactors(1).fit(sp.csr_matrix(-X))
    with pytest.raises(ValueError, match="the mask has shape"):
        NonNegativeFactors(1).fit(X, mask=np.ones((2, 3), bool))
