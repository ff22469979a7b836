import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openTSNE.affinity import joint_probabilities_nn

from tenkai.kernels.affinity import conditional_probabilities, joint_probabilities, neighbors_for_perplexity
from tenkai.kernels.neighbors import exact_neighbors

X = np.random.default_rng(0).normal(size=(300, 10))
INDICES, DISTANCES = exact_neighbors(X, 150)


def test_by_hand_equal_distances_share_the_weight():
    triangle = np.array([[1, 2], [0, 2], [0, 1]])
    P = joint_probabilities(triangle, np.ones((3, 2)), 1.5).toarray()
    np.testing.assert_allclose(P, (1 - np.eye(3)) / 6)


@pytest.mark.row("L3")
@pytest.mark.parametrize("perplexity", [10, 30, 50])
def test_equal_to_opentsne(perplexity):
    # Below about 10, openTSNE leaves outlying rows uncalibrated (at 2, a row's perplexity is off by 1.5 here).
    k = neighbors_for_perplexity(perplexity, 299)
    theirs = joint_probabilities_nn(INDICES[:, :k], DISTANCES[:, :k], [perplexity])
    ours = joint_probabilities(INDICES, DISTANCES, perplexity)
    np.testing.assert_allclose(ours.toarray(), theirs.toarray(), rtol=0, atol=1e-5 * theirs.max())


@given(st.floats(1.1, 20), st.integers(0, 2**31), st.floats(1e-20, 1e20))
def test_rows_have_the_perplexity_at_any_scale(perplexity, seed, scale):
    D = np.sort(np.random.default_rng(seed).random((5, 60)), axis=1) * scale
    P = conditional_probabilities(np.tile(np.arange(60), (5, 1)), D, perplexity, 60).toarray()
    np.testing.assert_allclose(P.sum(axis=1), 1)
    entropy = -np.sum(np.where(P > 0, P * np.log(np.where(P > 0, P, 1)), 0), axis=1)
    np.testing.assert_allclose(np.exp(entropy), perplexity, rtol=1e-6)


def test_symmetric_sums_to_one_and_leaves_the_graph_alone():
    before = INDICES.copy(), DISTANCES.copy()
    P = joint_probabilities(INDICES, DISTANCES, 50)
    assert P.sum() == pytest.approx(1)
    assert abs(P - P.T).max() == 0
    assert P.diagonal().sum() == 0
    np.testing.assert_array_equal(INDICES, before[0])
    np.testing.assert_array_equal(DISTANCES, before[1])


def test_many_equal_rows_are_finite():
    Z = np.repeat(np.eye(3), 30, axis=0)
    P = joint_probabilities(*exact_neighbors(Z, 45), 15)
    assert np.isfinite(P.data).all()
    assert P.sum() == pytest.approx(1)


def test_same_bits_for_any_number_of_threads():
    before = numba.get_num_threads()
    results = []
    for threads in (1, 2):
        numba.set_num_threads(min(threads, before))
        results.append(joint_probabilities(INDICES, DISTANCES, 30).data)
    numba.set_num_threads(before)
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(
    ("perplexity", "columns", "text"),
    [
        (1.0, 150, "perplexity is 1.0. Allowed: above 1"),
        (float("nan"), 150, "perplexity is nan"),
        (300, 150, "perplexity is 300, with 299 other rows. Allowed: below 299"),
        (60, 150, "has 150 neighbours per row. Perplexity 60 needs 180"),
    ],
)
def test_bad_values(perplexity, columns, text):
    with pytest.raises(ValueError, match=text):
        joint_probabilities(INDICES[:, :columns], DISTANCES[:, :columns], perplexity)


def test_bad_graph():
    with pytest.raises(ValueError, match=r"indices reach from 1 to 9\. Allowed: 0 to 1"):
        joint_probabilities([[1], [9]], [[1.0], [1.0]], 1.5)
    with pytest.raises(ValueError, match="negative"):
        joint_probabilities([[1], [0]], [[1.0], [-1.0]], 1.5)
    with pytest.raises(ValueError, match="one shape"):
        joint_probabilities([[1], [0]], [[1.0]], 1.5)
