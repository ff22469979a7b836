"""Cuts of trees against SciPy, and where branches lie in a drawing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from tenkai.kernels.dendrogram import cut_below, cut_into, drawn, in_order_of_size

# Five points on a line: 0 and 1 join at 1, 5 and 7 at 2, the second pair with 10 at 4 (mean of 5 and 3), and both
# groups at the mean of the six distances: (5 + 7 + 10 + 4 + 6 + 9) / 6.
POINTS = np.array([[0.0], [1.0], [5.0], [7.0], [10.0]])
TREE = linkage(POINTS, "average")


def test_the_tree_by_hand() -> None:
    np.testing.assert_allclose(TREE[:, 2], [1, 2, 4, 41 / 6])


def test_cuts_by_hand() -> None:
    two = cut_into(TREE, 2)
    assert two.groups.tolist() == [1, 1, 0, 0, 0]  # the largest comes first
    assert (two.low, two.high) == (4.0, pytest.approx(41 / 6))
    assert cut_below(TREE, 2.0).groups.tolist() == [0, 0, 1, 1, 2]  # a merge at the height is kept
    assert cut_below(TREE, 1.99).groups.tolist() == [0, 0, 1, 2, 3]
    assert cut_into(TREE, 1)[1:] == (pytest.approx(41 / 6), np.inf)
    assert cut_into(TREE, 5)[1:] == (0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 40),
    st.integers(0, 10_000),
    st.sampled_from(["average", "single", "complete", "weighted", "ward", "centroid", "median"]),
    st.data(),
)
def test_cuts_are_those_of_scipy(n: int, seed: int, method: str, data: st.DataObject) -> None:
    merges = linkage(np.random.default_rng(seed).normal(size=(n, 3)), method)
    height = float(data.draw(st.sampled_from([0.0, *merges[:, 2].tolist(), float(merges[:, 2].max()) + 1])))
    found = cut_below(merges, height)
    assert adjusted_rand_score(found.groups, fcluster(merges, height, "distance")) == 1
    assert found.low <= height < found.high
    k = data.draw(st.integers(1, n))
    into = cut_into(merges, k)
    assert into.groups.max() + 1 == k
    if method not in ("centroid", "median"):  # there SciPy may find fewer
        assert adjusted_rand_score(into.groups, fcluster(merges, k, "maxclust")) == 1
    sizes = np.bincount(into.groups)
    assert (np.diff(sizes) <= 0).all()


def test_equal_heights_have_no_cut_between_them() -> None:
    square = linkage(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), "single")  # three merges at height 1
    found = cut_into(square, 3)
    assert found.groups.max() == 2
    assert found.high <= found.low


def test_groups_of_equal_size_come_in_the_order_of_their_first_row() -> None:
    groups, order = in_order_of_size(np.array([5, -1, 2, 5, 2, 9]))
    assert groups.tolist() == [0, -1, 1, 0, 1, 2]
    assert order.tolist() == [5, 2, 9]


def test_a_whole_tree_is_laid_out() -> None:
    tree = drawn(TREE, 5)
    assert [end.tolist() for end in tree.ends] == [[0], [1], [2], [3], [4]]
    assert tree.tops.tolist() == [0] * 5
    # height, place and height of both branches: the first pair lies around 0.5, the second around 2.5.
    np.testing.assert_allclose(np.sort(tree.links[:, [1, 3]], axis=1), [[0, 1], [2, 3], [2.5, 4], [0.5, 3.25]])
    assert tree.spans.tolist() == [[0, 1], [2, 3], [2, 4], [0, 4]]


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 30), st.integers(1, 30), st.integers(0, 1000))
def test_a_folded_tree_holds_every_leaf_once(n: int, most: int, seed: int) -> None:
    merges = linkage(np.random.default_rng(seed).normal(size=(n, 2)), "average")
    tree = drawn(merges, most)
    assert len(tree.ends) == min(n, most)
    assert sorted(np.concatenate(tree.ends).tolist()) == list(range(n))
    # The folded branches are the groups of a cut into as many.
    groups = cut_into(merges, min(n, most)).groups
    assert all(len(set(groups[end])) == 1 for end in tree.ends)
    assert len(tree.links) == len(tree.ends) - 1
    assert (tree.links[:, 0] >= tree.links[:, 2]).all()
