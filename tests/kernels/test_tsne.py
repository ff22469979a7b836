import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from tenkai.kernels.affinity import conditional_probabilities, joint_probabilities
from tenkai.kernels.neighbors import exact_neighbors
from tenkai.kernels.quality import map_quality
from tenkai.kernels.stability import knn_label_accuracy
from tenkai.kernels.tsne import embed_new, initial_layout, kl_divergence, optimize
from tenkai.kernels.tsne_exact import State, advance

DIGITS = load_digits()
INDICES, DISTANCES = exact_neighbors(DIGITS.data, 300)
SCORES = PCA(3, svd_solver="full").fit_transform(DIGITS.data)
P30 = joint_probabilities(INDICES, DISTANCES, 30)


def gradient(P, Y):
    """Gradient of the divergence without its constant 4, from the formula."""
    gaps = Y[:, None] - Y[None]
    w = 1 / (1 + (gaps**2).sum(axis=2))
    np.fill_diagonal(w, 0)
    return (((P - w / w.sum()) * w)[:, :, None] * gaps).sum(axis=1)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n", [41, 44])
def test_one_step_follows_the_formula(dimensions, n):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 5))
    P = joint_probabilities(*exact_neighbors(X, n - 1), 8)
    Y = rng.normal(size=(n, dimensions))
    state = State(Y)
    advance(
        P.indptr,
        P.indices,
        P.data.astype(np.float32),
        state.points,
        state.update,
        state.gains,
        state.forces,
        1,
        1.0,
        1.0,
        0.8,
    )
    np.testing.assert_allclose(state.forces.T, gradient(P.toarray(), Y), atol=2e-6)
    moved = Y - 1.2 * gradient(P.toarray(), Y) * (gradient(P.toarray(), Y) > 0)
    moved -= (0.8 + 0.01) * gradient(P.toarray(), Y) * (gradient(P.toarray(), Y) <= 0)
    np.testing.assert_allclose(state.points.T, moved - moved.mean(axis=0), atol=2e-5)


def test_divergence_by_formula():
    P = joint_probabilities(*exact_neighbors(DIGITS.data[:60], 59), 10)
    Y = SCORES[:60, :2]
    w = 1 / (1 + ((Y[:, None] - Y[None]) ** 2).sum(axis=2))
    np.fill_diagonal(w, 0)
    p, q = P.toarray(), w / w.sum()
    assert kl_divergence(P, Y) == pytest.approx(np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0])))


@pytest.mark.row("L3", "L4")
def test_digits_quality():
    result = optimize(P30, initial_layout(SCORES, 1797))
    assert (result.method, result.iterations) == ("exact", 750)
    assert result.coordinates.shape == (1797, 2)
    assert map_quality(DIGITS.data, result.coordinates, 12).trustworthiness >= 0.985
    assert knn_label_accuracy(result.coordinates, DIGITS.target, 5, 10).accuracy >= 0.97


@pytest.mark.row("L3")
def test_three_dimensions():
    result = optimize(P30, initial_layout(SCORES, 1797, 3))
    assert result.coordinates.shape == (1797, 3)
    assert result.kl < 0.68
    assert map_quality(DIGITS.data, result.coordinates, 12).trustworthiness >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("perplexity", [5, 30, 100])
def test_divergence_no_worse_than_opentsne(perplexity):
    P = joint_probabilities(INDICES, DISTANCES, perplexity)
    start = initial_layout(SCORES, 1797)
    assert optimize(P, start).kl <= optimize(P, start, method="bh", threads=2).kl


@pytest.mark.parametrize(("method", "dimensions"), [("bh", 2), ("fft", 2), ("bh", 3), ("exact", 2)])
def test_same_bits_for_any_number_of_threads_and_inputs_stay(method, dimensions):
    P = joint_probabilities(*exact_neighbors(DIGITS.data[:500], 30), 10)
    before = P.data.copy()
    start = initial_layout(SCORES[:500], 500, dimensions)
    results = [
        optimize(P, start, method=method, threads=t, early_exaggeration_iter=15, n_iter=15).coordinates for t in (1, 2)
    ]
    np.testing.assert_array_equal(*results)
    np.testing.assert_array_equal(P.data, before)


@pytest.mark.parametrize("method", ["exact", "bh"])
def test_a_callback_sees_the_map_and_stops(method):
    seen = []

    def look(iteration, Y):
        seen.append((iteration, Y.shape))
        return iteration >= 100

    P = joint_probabilities(*exact_neighbors(DIGITS.data[:300], 30), 10)
    result = optimize(P, initial_layout(SCORES[:300], 300), method=method, callback=look)
    assert seen[-1] == (100, (300, 2))
    assert result.iterations == 100


def test_new_rows_land_among_their_kind_and_the_map_stays():
    train, new = np.arange(0, 1797, 2), np.arange(1, 1797, 2)
    X = DIGITS.data
    P = joint_probabilities(*exact_neighbors(X[train], 90), 30)
    Y = optimize(P, initial_layout(SCORES[train], len(train))).coordinates + 7.0
    bridge = conditional_probabilities(*exact_neighbors(X[train], 15, Y=X[new]), 5, len(train))
    before = bridge.data.copy()
    placed = embed_new(bridge, Y, threads=1)
    np.testing.assert_array_equal(placed, embed_new(bridge, Y, threads=2))
    np.testing.assert_array_equal(bridge.data, before)
    model = KNeighborsClassifier(5).fit(Y, DIGITS.target[train])
    assert model.score(placed, DIGITS.target[new]) > 0.96


def test_first_layouts():
    layout = initial_layout(SCORES, 1797)
    assert layout[:, 0].std() == pytest.approx(1e-4, rel=1e-3)
    np.testing.assert_array_equal(initial_layout(None, 9, method="random", seed=1).shape, (9, 2))
    assert (initial_layout(None, 9, method="random", seed=1) != initial_layout(None, 9, method="random")).any()
    equal = initial_layout(np.zeros((9, 2)), 9)
    assert len(np.unique(equal, axis=0)) == 9


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"method": "best"}, "method is 'best'. Allowed: auto, exact, bh, fft"),
        ({"n_iter": -1}, "n_iter is -1"),
        ({"exaggeration": 0}, "exaggeration is 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"threads": 0}, "threads is 0"),
    ],
)
def test_bad_settings(settings, text):
    with pytest.raises(ValueError, match=text):
        optimize(P30, initial_layout(SCORES, 1797), **settings)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: optimize(P30, SCORES[:5, :2]), "start has 5 rows"),
        (lambda: optimize(P30, np.ones((1797, 4))), "columns of start is 4. Allowed: 2 to 3"),
        (lambda: optimize(P30, SCORES, method="fft"), "three dimensions"),
        (lambda: initial_layout(None, 5), "without scores"),
        (lambda: initial_layout(SCORES[:, :1], 1797), "scores have 1 columns"),
        (lambda: initial_layout(SCORES, 1797, 4), "dimensions is 4. Allowed: 2 to 3"),
        (lambda: embed_new(csr_matrix((1, 3)), np.ones((3, 2))), "no neighbour"),
    ],
)
def test_bad_values(call, text):
    with pytest.raises(ValueError, match=text):
        call()
