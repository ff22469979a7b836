from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.manifold import trustworthiness
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.kernels import neighbors as kernel
from tenkai.kernels import tsne as moves
from tenkai.step import Cancelled, Run
from tenkai.values import Folder, Table, load
from tenkai.values.matrix import array_column

AXES = ["TSNE1", "TSNE2"]
QUICK = {"early_iterations": 50, "iterations": 50}


def right(train: Table, placed: Table, axes: list[str]) -> float:
    """Share of placed rows whose label is that of their 5 nearest rows on the map."""
    model = KNeighborsClassifier(5).fit(train.matrix(axes), train["digit"].to_list())
    return float(model.score(placed.matrix(axes), placed["digit"].to_list()))


def test_two_groups_stay_two_groups():
    table = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0, 20.0, 21.0, 22.0, 23.0], "kind": ["x"] * 4 + ["y"] * 4})
    found = tk.learn.tsne(table, perplexity=2)
    Z = found.map.matrix(AXES)
    within = max(np.ptp(Z[:4], axis=0).max(), np.ptp(Z[4:], axis=0).max())
    assert np.linalg.norm(Z[:4].mean(0) - Z[4:].mean(0)) > within
    assert found.map.columns == [*AXES, "kind"]
    assert found.figures["iterations"] == 750


@pytest.mark.row("L3")
def test_keeps_neighbours_of_digits(some_digits: Table):
    X = some_digits.matrix()
    found = tk.learn.tsne(some_digits)
    assert trustworthiness(X, found.map.matrix(AXES), n_neighbors=12) > 0.975
    for settings in ({"metric": "cosine"}, {"initialization": "spectral"}, {"dimensions": 3}):
        other = tk.learn.tsne(some_digits, **settings)
        axes = [c for c in other.map.columns if c.startswith("TSNE")]
        assert len(axes) == settings.get("dimensions", 2)
        assert trustworthiness(X, other.map.matrix(axes), n_neighbors=12) > 0.97


@pytest.mark.row("L3", "I20")
def test_results_vary_with_seed_and_perplexity(some_digits: Table):
    def layout(**settings) -> np.ndarray:
        return tk.learn.tsne(some_digits, **QUICK, **settings).map.matrix(AXES)

    first = layout(initialization="random")
    assert not np.allclose(first, layout(initialization="random", seed=1))
    assert not np.allclose(first, layout(initialization="random", perplexity=10))
    assert (first == layout(initialization="random")).all()


@pytest.mark.parametrize(("setting", "values"), [("perplexity", [5, 30, 12.5, 50]), ("seed", [0, 7])])
def test_sweep_gives_what_separate_calls_give(some_digits: Table, shared_equals_separate, setting, values):
    shared_equals_separate(tk.learn.tsne, setting, values, {"table": some_digits}, **QUICK)


def test_sweep_searches_once(some_digits: Table, monkeypatch: pytest.MonkeyPatch):
    asked = []
    original = kernel.exact_neighbors

    def counted(X, k, *rest, **more):
        asked.append(k)
        return original(X, k, *rest, **more)

    monkeypatch.setattr(kernel, "exact_neighbors", counted)
    tk.learn.tsne(some_digits, perplexity=tk.sweep([5, 30, 50]), **QUICK)
    assert asked == [150]


def test_a_given_graph_gives_the_same_map(some_digits: Table, run_with, assert_same):
    graph = tk.learn.neighbors(some_digits, neighbors=100)
    found = run_with(tk.learn.tsne, some_digits, graph=graph, **QUICK)
    assert_same(found, run_with(tk.learn.tsne, some_digits, **QUICK))
    cosine = tk.learn.neighbors(some_digits, neighbors=100, metric="cosine")
    found = run_with(tk.learn.tsne, some_digits, graph=cosine, **QUICK)
    assert_same(found, run_with(tk.learn.tsne, some_digits, metric="cosine", **QUICK))


def test_same_bits_for_any_number_of_threads(some_digits: Table, run_with, assert_same):
    found = []
    for count in (1, 2):
        with threadpool_limits(count):
            found.append(run_with(tk.learn.tsne, some_digits, count))
    assert_same(*found)


def test_same_bits_beyond_the_exact_method(some_digits: Table, run_with, assert_same, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(moves, "EXACT_ROWS", 100)
    for settings in (QUICK, {**QUICK, "dimensions": 3}):
        one, two = (run_with(tk.learn.tsne, some_digits, count, **settings) for count in (1, 2))
        assert one["figures"].figures["method"] != "exact"
        assert_same(one, two)


@pytest.mark.row("F3")
def test_new_rows_land_among_their_like(digits: Table):
    train, test = digits.take(np.arange(1000)), digits.take(np.arange(1000, 1200))
    found = tk.learn.tsne(train)
    placed = found.fitted.apply(test)
    assert placed.columns == [*AXES, "digit"]
    # On the 64 pixels themselves, 5 nearest rows give 0.96.
    assert right(found.map, placed, AXES) > 0.94
    alone = found.fitted.apply(test.take([5]))
    np.testing.assert_array_equal(alone.matrix(AXES), placed.matrix(AXES)[5:6])


@pytest.mark.row("P1")
def test_raw_new_rows_go_through_the_same_scaler(some_digits: Table):
    scaled = tk.process.standardize(some_digits)
    found = tk.learn.tsne(scaled.table, **QUICK)
    few = some_digits.take(np.arange(10))
    placed = found.fitted.apply(few)
    assert placed.frame.equals(found.fitted.apply(scaled.fitted.apply(few)).frame)
    assert found.fitted.apply(placed).frame.equals(placed.frame)


def test_images_are_laid_out_by_their_pixels(some_digits: Table):
    pixels = some_digits.matrix().astype(np.uint8)
    images = Table.from_(pl.DataFrame({"image": array_column("image", pixels.reshape(-1, 8, 8))}))
    found = tk.learn.tsne(images, **QUICK)
    plain = tk.learn.tsne(some_digits, **QUICK)
    assert found.figures["kl_divergence"] == pytest.approx(plain.figures["kl_divergence"], rel=0.02)
    assert found.fitted.estimator.X_.dtype == np.float32


def test_stored_and_read_back_it_places_alike(some_digits: Table, tmp_path: Path):
    fitted = tk.learn.tsne(some_digits, **QUICK).fitted
    fitted.save(tmp_path)
    again = load(Folder(tmp_path))
    few = some_digits.take(np.arange(10))
    assert again.transform(few).frame.equals(fitted.transform(few).frame)


def test_a_cancelled_run_stops(some_digits: Table):
    settings = tk.learn.tsne.convert({"iterations": 100_000})
    told = []

    def report(done: float, total: float, text: str) -> None:
        told.append((done, total, text))

    with pytest.raises(Cancelled):
        tk.learn.tsne.run({"table": some_digits}, settings, Run(1, report, lambda: len(told) > 5))
    assert told[-1][1:] == (100_250, "iterations")
    with pytest.raises(Cancelled):
        tk.learn.tsne.run_shared(
            ("seed",),
            [{"seed": seed} for seed in (0, 1, 2)],
            {"table": some_digits},
            settings,
            Run(2, report, lambda: len(told) > 15),
        )


def test_refusals(some_digits: Table, refused):
    few = some_digits.take(np.arange(20))
    text = refused("TK601", tk.learn.tsne, few)
    assert "perplexity 30 is too large for 20 rows. Allowed: above 1 and below 19. Try 6 or less." in text
    refused("TK111", tk.learn.tsne, few, perplexity=1)
    refused("TK205", tk.learn.tsne, some_digits.take(np.arange(3)), perplexity=1.5)
    refused("TK603", tk.learn.tsne, tk.Table.from_(np.eye(9, 8)), perplexity=2, metric="cosine")


def test_a_graph_that_does_not_fit_is_refused(some_digits: Table, refused):
    graph = tk.learn.neighbors(some_digits, neighbors=60)

    def text(table: Table, **settings) -> str:
        return refused("TK602", tk.learn.tsne, table, graph, **settings)

    assert "has 60 neighbors per row, and 90 are needed" in text(some_digits)
    assert "metric says cosine" in text(some_digits, metric="cosine", perplexity=20)
    assert "it has 400 rows and the table 399; row" in text(some_digits.take(np.arange(399)), perplexity=20)
    assert "in another order" in text(some_digits.take(np.arange(400)[::-1]), perplexity=20)
    assert "columns says 'p1', 'p2'" in text(some_digits, perplexity=20, columns=["p1", "p2"])
    scaled = tk.process.standardize(some_digits).table
    assert "values of these rows have changed" in text(scaled, perplexity=20)


def test_columns_are_known_before_data(some_digits: Table):
    flow = tk.learn.tsne.flow({"table": some_digits.schema}, tk.learn.tsne.convert({"dimensions": 3}))
    assert flow["map"].names == ["TSNE1", "TSNE2", "TSNE3", "digit"]


@pytest.mark.slow
@pytest.mark.row("L4")
def test_digits_with_default_settings(digits: Table):
    found = tk.learn.tsne(digits)
    Z = found.map.matrix(AXES)
    labels = digits["digit"].to_list()
    assert Z.shape == (1797, 2)
    # The bars of issue 2.
    assert trustworthiness(digits.matrix(), Z, n_neighbors=12) >= 0.985
    assert cross_val_score(KNeighborsClassifier(5), Z, labels, cv=10).mean() >= 0.97


def test_new_rows_as_good_as_with_opentsne(digits: Table):
    # openTSNE 1.0.4 with seed 0, same split: trustworthiness 0.9916; 0.960 of the new rows among their like.
    old, new = digits.take(np.arange(1200)), digits.take(np.arange(1200, 1797))
    found = tk.learn.tsne(old)
    assert trustworthiness(old.matrix(), found.map.matrix(AXES), n_neighbors=12) > 0.9916 - 0.005
    assert right(found.map, found.fitted.apply(new), AXES) > 0.960 - 0.02


@pytest.mark.slow
def test_as_good_as_opentsne(digits: Table):
    import openTSNE

    table = digits.take(np.arange(800))
    X = table.matrix()
    oracle = openTSNE.TSNE(perplexity=30, random_state=0, n_jobs=1, neighbors="exact").fit(X)
    found = tk.learn.tsne(table)
    # openTSNE estimates its divergence by Barnes-Hut.
    assert found.figures["kl_divergence"] < oracle.kl_divergence * 1.02
    theirs = trustworthiness(X, np.asarray(oracle), n_neighbors=12)
    assert trustworthiness(X, found.map.matrix(AXES), n_neighbors=12) > theirs - 0.005
