"""Silhouettes by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from tenkai.kernels.silhouette import silhouettes


def test_by_hand() -> None:
    # On a line: 0, 1 | 5. For 0: a = 1, b = 5, (5 - 1) / 5; for 1: a = 1, b = 4, (4 - 1) / 4; alone: 0.
    X = np.array([[0.0], [1.0], [5.0]])
    np.testing.assert_allclose(silhouettes(X, np.array([0, 0, 1])), [0.8, 0.75, 0.0])


@pytest.mark.parametrize("metric", ["euclidean", "cityblock", "cosine", "seuclidean"])
def test_those_of_scikit_learn(metric: str) -> None:
    rng = np.random.default_rng(0)
    X, groups = rng.normal(size=(200, 5)) + 1, rng.integers(0, 4, 200)
    groups[0] = 4  # a group of one row
    options = {"V": X.var(0, ddof=1)} if metric == "seuclidean" else {}
    expected = silhouette_samples(X, groups, metric=metric, **options)
    np.testing.assert_allclose(silhouettes(X, groups, metric), expected, atol=1e-12)
    some = np.array([7, 3, 150])
    np.testing.assert_allclose(silhouettes(X, groups, metric, some), expected[some], atol=1e-12)


def test_equal_rows_in_two_groups_are_on_the_border() -> None:
    assert silhouettes(np.zeros((4, 2)), np.array([0, 0, 1, 1])).tolist() == [0, 0, 0, 0]


def test_one_group_has_none() -> None:
    with pytest.raises(ValueError, match="two groups or more, there is 1"):
        silhouettes(np.zeros((4, 2)), np.zeros(4, np.int64))
