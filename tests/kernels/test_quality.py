import numba
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness as oracle

from tenkai.kernels.neighbors import exact_neighbors
from tenkai.kernels.quality import continuity, map_qualities, map_quality, neighbor_preservation, trustworthiness

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 20))
Y = X[:, :2] + 0.1 * RNG.normal(size=(400, 2))


def test_by_hand():
    """Five points on a line; the map swaps the ends."""
    data = np.array([[0.0], [1.0], [2.1], [3.3], [4.6]])
    drawn = np.array([[4.6], [1.0], [2.1], [3.3], [0.0]])
    # nearest in the data: 1 0 1 2 3; on the map: 3 4 1 2 1. Data ranks of the latter: 3 4 1 1 3.
    quality = map_quality(data, drawn, 1)
    assert quality.preservation == pytest.approx(2 / 5)
    assert quality.trustworthiness == pytest.approx(1 - 2 / (5 * 1 * (10 - 3 - 1)) * (2 + 3 + 0 + 0 + 2))


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "correlation", "cityblock"])
def test_equal_to_scikit_learn(metric):
    assert trustworthiness(X, Y, 7, metric) == pytest.approx(oracle(X, Y, n_neighbors=7, metric=metric), abs=1e-12)


def test_continuity_swaps_data_and_map():
    assert continuity(X, Y, 12) == pytest.approx(oracle(Y, X, n_neighbors=12), abs=1e-12)


def test_preservation_counts_shared_neighbours():
    near, drawn = exact_neighbors(X, 6)[0], exact_neighbors(Y, 6)[0]
    shared = np.mean([len(set(a) & set(b)) / 6 for a, b in zip(near, drawn, strict=True)])
    assert neighbor_preservation(X, Y, 6) == pytest.approx(shared)


def test_the_data_itself_is_a_perfect_map_despite_ties():
    digits = load_digits().data[:600]
    quality = map_quality(digits, digits, 10)
    assert quality[:3] == (1.0, 1.0, 1.0)
    equal = np.repeat(digits[:3], 150, axis=0)  # a whole row of open pairs
    assert map_quality(equal, equal, 10)[:3] == (1.0, 1.0, 1.0)


def test_several_maps_in_one_pass_equal_single_ones():
    other = RNG.normal(size=(400, 3))
    assert map_qualities(X, [Y, other], 5) == [map_quality(X, Y, 5), map_quality(X, other, 5)]


def test_a_sample_is_close_and_says_so():
    quality = map_quality(X, Y, 5, sample=200, seed=1)
    assert (quality.rows, quality.sampled) == (200, True)
    assert quality.trustworthiness == pytest.approx(trustworthiness(X, Y, 5), abs=0.03)
    assert quality == map_quality(X, Y, 5, sample=200, seed=1)


def test_same_value_for_any_number_of_threads():
    before = numba.get_num_threads()
    values = []
    for threads in (1, 2):
        numba.set_num_threads(min(threads, before))
        values.append(map_quality(X, Y, 9))
    numba.set_num_threads(before)
    assert values[0] == values[1]


@pytest.mark.parametrize(
    ("k", "metric", "drawn", "text"),
    [
        (200, "euclidean", Y, r"k is 200\. Allowed: 1 to 199 \(below half of the 400 rows\)"),
        (5, "near", Y, "metric is 'near'"),
        (5, "euclidean", Y[:10], "the map has 10 rows. Allowed: 400"),
    ],
)
def test_bad_values(k, metric, drawn, text):
    with pytest.raises(ValueError, match=text):
        map_quality(X, drawn, k, metric)
