"""Histories of k-means, t-SNE and UMAP: what is kept is what was there, and keeping it changes nothing."""

import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.kernels import tsne as moves
from tenkai.learn._frames import frames_for
from tenkai.step import Cancelled, Glimpse, Run
from tenkai.values import Table

QUICK = {"early_iterations": 50, "iterations": 65}
STEPS = {
    "tsne": (tk.learn.tsne, {**QUICK, "history": 20}, "map"),
    "umap": (tk.learn.umap, {"epochs": 50, "history": 20}, "map"),
    "k_means": (tk.learn.k_means, {"clusters": 6, "starts": 2, "history": 2}, "table"),
}


def frames_of(history: Table, column: str, *shape: int) -> np.ndarray:
    return history.matrix([column], np.float64).reshape(history.height, *shape)


@pytest.mark.row("L26")
@pytest.mark.parametrize("name", STEPS)
def test_a_history_changes_no_bit_and_threads_do_not_change_it(some_digits, run_with, name):
    step, settings, _ = STEPS[name]
    with_it = [run_with(step, some_digits, threads, **settings) for threads in (1, 2)]
    without = run_with(step, some_digits, 1, **{k: v for k, v in settings.items() if k != "history"})
    for output, value in without.items():
        if isinstance(value, Table) and output != "history":
            assert with_it[0][output].frame.equals(value.frame)
            assert with_it[1][output].frame.equals(value.frame)
    assert with_it[0]["figures"].figures == without["figures"].figures
    assert with_it[0]["history"].frame.equals(with_it[1]["history"].frame)
    assert without["history"].height == 0
    assert without["history"].columns == with_it[0]["history"].columns


@pytest.mark.row("L26")
def test_the_last_map_of_a_history_is_the_map(some_digits):
    n = some_digits.height
    found = tk.learn.tsne(some_digits, **QUICK, history=20)
    assert found.history["iteration"].to_list() == [0, 20, 40, 60, 80, 100, 115]
    assert found.history.kinds == {"iteration": "number", "kl_divergence": "number", "coordinates": "image"}
    maps = frames_of(found.history, "coordinates", n, 2)
    assert (maps[-1] == found.map.matrix(["TSNE1", "TSNE2"])).all()
    assert found.history["kl_divergence"][-1] == found.figures["kl_divergence"]
    # A run that stops earlier in the first phase ends in the map that was kept there.
    short = tk.learn.tsne(some_digits, early_iterations=40, iterations=0).map.matrix(["TSNE1", "TSNE2"])
    assert (maps[2] == short).all()
    assert found.history.influences == found.map.influences
    epochs = tk.learn.umap(some_digits, epochs=50, history=20)
    assert epochs.history["iteration"].to_list() == [0, 20, 40, 50]
    maps = frames_of(epochs.history, "coordinates", n, 2)
    assert (maps[-1] == epochs.map.matrix(["UMAP1", "UMAP2"])).all()
    shift = np.sqrt(np.square(np.diff(maps, axis=0)).sum(axis=2).mean(axis=1))
    np.testing.assert_allclose(epochs.history["moved"].to_list()[1:], shift, rtol=1e-12)


def test_the_divergence_kept_is_that_over_all_pairs(some_digits):
    """Against the definition, in NumPy and float64, from the affinities of the kernel."""
    from tenkai.kernels.affinity import joint_probabilities

    few = some_digits.take(np.arange(120))
    found = tk.learn.tsne(few, perplexity=10, **QUICK, history=40)
    graph = tk.learn.neighbors(few, neighbors=30)
    P = joint_probabilities(graph.indices, graph.distances, 10.0).toarray()
    for Y, kl in zip(frames_of(found.history, "coordinates", 120, 2), found.history["kl_divergence"], strict=True):
        Q = 1 / (1 + np.square(Y[:, None] - Y).sum(axis=2))
        np.fill_diagonal(Q, 0)
        Q /= Q.sum()
        some = P > 0
        assert kl == pytest.approx((P[some] * np.log(P[some] / Q[some])).sum(), rel=1e-5)


def test_beyond_the_exact_method_maps_are_kept_too(some_digits, monkeypatch):
    few = some_digits.take(np.arange(200))
    monkeypatch.setattr(moves, "EXACT_ROWS", 100)
    found = tk.learn.tsne(few, **QUICK, history=30)
    plain = tk.learn.tsne(few, **QUICK)
    assert found.figures["method"] == "fft"
    assert found.map.frame.equals(plain.map.frame)
    assert found.history["iteration"].to_list() == [0, 30, 60, 90, 115]
    last = frames_of(found.history, "coordinates", 200, 2)[-1]
    assert (last == found.map.matrix(["TSNE1", "TSNE2"]).astype(np.float32)).all()


@pytest.mark.row("L26")
def test_rounds_of_k_means_lead_to_its_clusters(some_digits):
    n, k = some_digits.height, 6
    found = tk.learn.k_means(some_digits, clusters=k, starts=3, seed=1, history=1)
    history = found.history
    assert history["iteration"].to_list() == list(range(int(found.figures["iterations"]) + 1))
    labels = frames_of(history, "labels", n)
    assert [str(int(c)) for c in labels[-1]] == found.table["cluster"].to_list()
    centers = frames_of(history, "centers", k, 64)
    np.testing.assert_array_equal(centers[-1], found.centers.matrix(found.centers.columns[1:]))
    assert history["inertia"][-1] == found.figures["inertia"]
    assert (np.diff(history["inertia"].to_list()) <= 0).all()
    X = some_digits.matrix()
    for i in range(history.height - 1):  # a round of NumPy leads from each state to the next
        nearest = np.square(X[:, None] - centers[i]).sum(axis=2).argmin(axis=1)
        assert (nearest + 1 == labels[i]).all()
        means = [X[labels[i] == c + 1].mean(axis=0) for c in range(k)]
        np.testing.assert_allclose(centers[i + 1], means, rtol=1e-10, atol=1e-10)


def test_a_long_history_of_k_means_is_thinned_and_told(some_digits, monkeypatch):
    from tenkai.kernels import frames

    monkeypatch.setattr(frames.Frames.__init__, "__defaults__", (4 * (4 * some_digits.height + 8 * 6 * 64),))
    found = tk.learn.k_means(some_digits, clusters=6, starts=1, history=1)
    assert [n.code for n in found.history.notes] == ["TKW622"]
    assert found.history.height <= 5


def test_a_history_that_is_too_large_is_refused_with_what_would_do(some_digits):
    n = some_digits.height
    with pytest.raises(TenkaiError) as refused:
        tk.learn.tsne(some_digits, iterations=2000, history=1)
    (told,) = refused.value.problems
    assert (told.code, told.place.setting) == ("TK575", "history")
    assert told.fact == f"history: 1 would keep 2,251 maps of {n} rows, {2251 * 8 * n / 1e6:.0f} MB."
    assert told.allowed == "Allowed: 1,000 maps, and 537 MB."
    assert told.remedy == "Set history: 3, or more."
    assert frames_for(3, 2250, n, 2) is not None
    with pytest.raises(TenkaiError, match=r"TK575 .* 2 maps .*Leave history out, or take fewer rows"):
        frames_for(1000, 100, 40_000_000, 2)
    with pytest.raises(TenkaiError, match="TK575"):
        tk.learn.umap(some_digits, epochs=1500, history=1)


@pytest.mark.parametrize("name", [*STEPS, "nmf"])
def test_who_watches_sees_what_there_is_and_changes_nothing(some_digits, name):
    nmf = (tk.learn.nmf, {"rank": 3, "iterations": 20, "restarts": 2}, "table")
    step, settings, _ = STEPS.get(name, nmf)
    seen: list[Glimpse] = []
    n = some_digits.height
    inputs = {"table": some_digits}
    watched = step.run(inputs, step.convert(settings), Run(2, look=lambda make: seen.append(make())))
    alone = step.run(inputs, step.convert(settings), Run(1))
    for output, value in alone.items():
        if isinstance(value, Table):
            assert watched[output].frame.equals(value.frame)
    assert len(seen) >= 2
    kind, arrays = {
        "tsne": ("map", {"points": (n, 2)}), "umap": ("map", {"points": (n, 2)}),
        "k_means": ("clusters", {"labels": (n,), "centers": (6, 64)}),
        "nmf": ("parts", {"W": (n, 3), "H": (3, 64)}),
    }[name]  # fmt: skip
    assert {g.kind for g in seen} == {kind}
    assert all({n: a.shape for n, a in g.arrays.items()} == arrays for g in seen)
    runs = {"k_means": 2, "nmf": 2}.get(name, 1)
    assert {g.parts for g in seen} == {runs}
    # One run after the other is shown, never two at a time.
    assert [g.part for g in seen] == sorted(g.part for g in seen)
    first = [g for g in seen if g.part == seen[0].part]
    assert [g.iteration for g in first] == sorted({g.iteration for g in first})


def test_a_watched_run_can_be_stopped(some_digits):
    for step, settings, _ in STEPS.values():
        count = iter(range(100))
        with pytest.raises(Cancelled):
            step.run({"table": some_digits}, step.convert(settings), Run(1, cancelled=lambda c=count: next(c) > 2))
