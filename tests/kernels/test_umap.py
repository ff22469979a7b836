import numba
import numpy as np
import pytest
from scipy.sparse import block_diag, csr_matrix
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from tenkai.kernels.neighbors import exact_neighbors
from tenkai.kernels.quality import map_quality
from tenkai.kernels.spectral import pca_layout, spectral_layout
from tenkai.kernels.stability import knn_label_accuracy
from tenkai.kernels.umap import _tournament, embed_new, optimize
from tenkai.kernels.umap_graph import curve_parameters, fuzzy_graph, membership_graph

DIGITS = load_digits()
INDICES, DISTANCES = exact_neighbors(DIGITS.data, 99)
A, B = curve_parameters(0.1, 1.0)


def fit(n_neighbors=15, seed=0, **settings):
    graph = fuzzy_graph(INDICES, DISTANCES, n_neighbors)
    return optimize(graph, spectral_layout(graph, seed=seed).coordinates, a=A, b=B, seed=seed, **settings)


def test_curve_parameters_equal_umap_learn():
    from umap.umap_ import find_ab_params

    for min_dist, spread in ((0.1, 1.0), (0.0, 1.0), (0.5, 2.0)):
        assert curve_parameters(min_dist, spread) == pytest.approx(find_ab_params(spread, min_dist))


@pytest.mark.parametrize("n_neighbors", [2, 5, 15, 100])
def test_graph_equals_umap_learn(n_neighbors):
    from umap.umap_ import fuzzy_simplicial_set

    n = len(INDICES)
    before = INDICES.copy()
    own = np.arange(n)[:, None], np.zeros((n, 1))
    theirs = fuzzy_simplicial_set(
        DIGITS.data,
        n_neighbors,
        np.random.RandomState(0),
        "euclidean",
        knn_indices=np.hstack([own[0], INDICES[:, : n_neighbors - 1]]),
        knn_dists=np.hstack([own[1], DISTANCES[:, : n_neighbors - 1]]).astype(np.float32),
    )[0]
    ours = fuzzy_graph(INDICES, DISTANCES, n_neighbors)
    assert abs(ours - theirs).max() < 2e-5
    assert abs(ours - ours.T).max() == 0
    np.testing.assert_array_equal(INDICES, before)


def test_graph_by_hand():
    """Three rows on a line: the nearest neighbour is sure, the sum of memberships is log2(3)."""
    graph = fuzzy_graph([[1, 2], [0, 2], [1, 0]], [[1, 3], [1, 2], [2, 3]], 3).toarray()
    part = np.log2(3) - 1
    assert graph[0, 1] == pytest.approx(1)
    assert graph[1, 2] == pytest.approx(1)
    assert graph[0, 2] == pytest.approx(part + part - part * part, abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_digits_quality(seed):
    Y = fit(seed=seed)
    assert map_quality(DIGITS.data, Y, 12).trustworthiness >= 0.985
    assert knn_label_accuracy(Y, DIGITS.target, 5, 10).accuracy >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("n_neighbors", [5, 15, 100])
def test_digits_quality_equals_umap_learn(n_neighbors):
    import umap

    ours, theirs = [], []
    for seed in range(2):
        peer = umap.UMAP(n_neighbors=n_neighbors, random_state=seed, n_jobs=1).fit_transform(DIGITS.data)
        for Y, results in ((fit(n_neighbors, seed), ours), (peer, theirs)):
            quality = map_quality(DIGITS.data, Y, 12)
            accuracy = knn_label_accuracy(Y, DIGITS.target).accuracy
            results.append((quality.trustworthiness, quality.continuity, accuracy))
    assert (np.mean(ours, axis=0) >= np.mean(theirs, axis=0) - 0.003).all()


def test_same_bits_for_any_number_of_threads_and_another_seed_differs():
    one, two = fit(threads=1, epochs=30), fit(threads=2, epochs=30)
    np.testing.assert_array_equal(one, two)
    assert (fit(seed=1, epochs=30) != one).any()
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    np.testing.assert_array_equal(fit(epochs=30), one)
    numba.set_num_threads(before)


@pytest.mark.parametrize("dimensions", [1, 3, 5])
def test_other_dimensions(dimensions):
    graph = fuzzy_graph(INDICES, DISTANCES, 15)
    start = spectral_layout(graph, dimensions).coordinates
    Y = optimize(graph, start, a=A, b=B, seed=0, epochs=100)
    assert Y.shape == (1797, dimensions)
    assert np.isfinite(Y).all()


@pytest.mark.parametrize("blocks", [2, 8, 32])
def test_tournament_every_pair_once_and_no_block_twice_in_a_round(blocks):
    rounds = _tournament(blocks)
    pairs = [tuple(pair) for meeting in rounds for pair in meeting]
    assert sorted(pairs) == [(i, j) for i in range(blocks) for j in range(i, blocks)]
    for meeting in rounds[1:]:
        assert len(np.unique(meeting)) == meeting.size


def test_new_rows_land_among_their_kind_and_the_map_stays():
    train, new = np.arange(0, 1797, 2), np.arange(1, 1797, 2)
    X = DIGITS.data
    graph = fuzzy_graph(*exact_neighbors(X[train], 14), 15)
    Y = optimize(graph, spectral_layout(graph).coordinates, a=A, b=B, seed=0)
    kept = Y.copy()
    bridge = membership_graph(*exact_neighbors(X[train], 15, Y=X[new]), 15, len(train))
    placed = embed_new(bridge, Y, a=A, b=B, seed=0, threads=1)
    np.testing.assert_array_equal(placed, embed_new(bridge, Y, a=A, b=B, seed=0, threads=2))
    np.testing.assert_array_equal(Y, kept)
    model = KNeighborsClassifier(5).fit(Y, DIGITS.target[train])
    assert model.score(placed, DIGITS.target[new]) > 0.96


def test_a_graph_in_parts_and_pca_as_a_way_out():
    ring = fuzzy_graph(INDICES[:200] % 200, DISTANCES[:200], 10)
    parts = csr_matrix(block_diag([ring, ring, csr_matrix([[0, 1], [1, 0]])]))
    layout = spectral_layout(parts, 2, seed=0)
    assert layout.method == "spectral"
    assert layout.components >= 3
    assert np.isfinite(layout.coordinates).all()
    assert np.abs(layout.coordinates).max() == pytest.approx(10, abs=0.01)
    scores = PCA(2, svd_solver="full").fit_transform(DIGITS.data)
    pca = pca_layout(scores, seed=1)
    assert pca.method == "pca"
    # too few rows for eigenvectors
    small = csr_matrix(np.ones((4, 4)) - np.eye(4))
    assert spectral_layout(small, 2, fallback=scores[:4]).method == "pca"
    assert spectral_layout(small, 2).method == "random"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: curve_parameters(2.0, 1.0), "min_dist is 2.0. Allowed: 0 to spread, 1.0"),
        (lambda: curve_parameters(0.1, 0.0), "spread is 0.0"),
        (lambda: fuzzy_graph(INDICES, DISTANCES, 101), "n_neighbors is 101. Allowed: 2 to 100"),
        (lambda: membership_graph(INDICES, DISTANCES, 100, 1797), "n_neighbors is 100"),
        (lambda: optimize(csr_matrix(np.eye(3)), np.ones((2, 2)), a=1, b=1, seed=0), "2 rows"),
        (lambda: optimize(csr_matrix(np.eye(3)), np.ones((3, 2)), a=0, b=1, seed=0), "a is 0"),
        (lambda: optimize(csr_matrix(np.eye(3)), np.ones((3, 2)), a=1, b=1, seed=-1), "seed is -1"),
        (lambda: optimize(csr_matrix(np.eye(3)), np.ones((3, 2)), a=1, b=1, seed=0, threads=0), "threads is 0"),
        (lambda: embed_new(csr_matrix((1, 3)), np.ones((3, 2)), a=1, b=1, seed=0), "no neighbour"),
        (lambda: spectral_layout(csr_matrix((2, 3))), r"shape \(2, 3\)"),
    ],
)
def test_bad_values(call, text):
    with pytest.raises(ValueError, match=text):
        call()
