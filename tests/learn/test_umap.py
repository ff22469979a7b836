from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.datasets import make_swiss_roll
from sklearn.manifold import trustworthiness
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.values import Folder, Table, load

AXES = ["UMAP1", "UMAP2"]


def right(train: Table, placed: Table) -> float:
    """Share of placed rows whose label is that of their 5 nearest rows on the map."""
    model = KNeighborsClassifier(5).fit(train.matrix(AXES), train["digit"].to_list())
    return float(model.score(placed.matrix(AXES), placed["digit"].to_list()))


def test_two_groups_are_two_parts():
    table = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0, 50.0, 51.0, 52.0, 53.0], "kind": ["x"] * 4 + ["y"] * 4})
    found = tk.learn.umap(table, neighbors=3)
    Z = found.map.matrix(AXES)
    within = max(np.ptp(Z[:4], axis=0).max(), np.ptp(Z[4:], axis=0).max())
    assert np.linalg.norm(Z[:4].mean(0) - Z[4:].mean(0)) > within
    assert found.figures["parts"] == 2
    assert [n.code for n in found.map.notes] == ["TKW603"]
    assert "falls into 2 parts" in found.map.notes[0].text
    assert found.map.columns == [*AXES, "kind"]


def test_keeps_neighbours_of_digits(some_digits: Table):
    X = some_digits.matrix()
    for settings in ({}, {"metric": "cosine"}, {"initialization": "pca"}, {"initialization": "random"}):
        found = tk.learn.umap(some_digits, **settings)
        assert trustworthiness(X, found.map.matrix(AXES), n_neighbors=12) > 0.955
    wide = tk.learn.umap(some_digits, dimensions=5)
    assert wide.map.columns[:5] == [f"UMAP{i + 1}" for i in range(5)]


@pytest.mark.row("L5")
def test_a_roll_is_unrolled_by_near_distances_only():
    # Position along the roll against the place on the map: MDS keeps far distances, so the roll stays rolled.
    X, along = make_swiss_roll(800, random_state=0)
    table = tk.Table.from_(X)

    def order_kept(Z: np.ndarray) -> float:
        # Distance along the roll against distance on the map, for all pairs.
        i, j = np.triu_indices(len(Z), 1)
        return float(spearmanr(np.abs(along[i] - along[j]), np.linalg.norm(Z[i] - Z[j], axis=1)).statistic)

    far = order_kept(tk.learn.mds(table).map.matrix(["MDS1", "MDS2"]))
    near = order_kept(tk.learn.umap(table, neighbors=12, min_dist=0.3).map.matrix(AXES))
    assert far < 0.5
    assert near > far + 0.15


@pytest.mark.parametrize(
    ("setting", "values"), [("neighbors", [5, 30, 12, 100]), ("seed", [0, 7]), ("min_dist", [0.0, 0.5])]
)
def test_sweep_gives_what_separate_calls_give(some_digits: Table, shared_equals_separate, setting, values):
    shared_equals_separate(tk.learn.umap, setting, values, {"table": some_digits}, epochs=50)


def test_sweep_notes_stay_with_their_value(shared_equals_separate):
    table = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0, 50.0, 51.0, 52.0, 53.0]})
    shared_equals_separate(tk.learn.umap, "neighbors", [3, 8], {"table": table}, epochs=20)


def test_a_given_graph_gives_the_same_map(some_digits: Table, run_with, assert_same, refused):
    graph = tk.learn.neighbors(some_digits, neighbors=14)
    found = run_with(tk.learn.umap, some_digits, graph=graph, epochs=50)
    assert_same(found, run_with(tk.learn.umap, some_digits, epochs=50))
    text = refused("TK602", tk.learn.umap, some_digits, graph, neighbors=16)
    assert "has 14 neighbors per row, and 15 are needed" in text


def test_settings_change_the_map(some_digits: Table):
    def layout(**settings) -> np.ndarray:
        return tk.learn.umap(some_digits, epochs=50, **settings).map.matrix(AXES)

    first = layout()
    assert (first == layout()).all()
    for settings in ({"seed": 1}, {"neighbors": 5}, {"min_dist": 0.8}, {"spread": 2.0}, {"metric": "cityblock"}):
        assert not np.allclose(first, layout(**settings))


def test_same_bits_for_any_number_of_threads(digits: Table, run_with, assert_same):
    found = []
    for count in (1, 2):
        with threadpool_limits(count):
            found.append(run_with(tk.learn.umap, digits, count, epochs=100))
    assert_same(*found)


@pytest.mark.row("F3")
def test_new_rows_land_among_their_like(digits: Table):
    train, test = digits.take(np.arange(1000)), digits.take(np.arange(1000, 1200))
    found = tk.learn.umap(train)
    placed = found.fitted.apply(test)
    assert placed.columns == [*AXES, "digit"]
    # On the 64 pixels themselves, 5 nearest rows give 0.96.
    assert right(found.map, placed) > 0.94


@pytest.mark.row("P1")
def test_raw_new_rows_go_through_the_same_scaler(some_digits: Table):
    scaled = tk.process.standardize(some_digits)
    found = tk.learn.umap(scaled.table, epochs=50)
    few = some_digits.take(np.arange(10))
    placed = found.fitted.apply(few)
    assert placed.frame.equals(found.fitted.apply(scaled.fitted.apply(few)).frame)
    assert found.fitted.apply(placed).frame.equals(placed.frame)


def test_stored_and_read_back_it_places_alike(some_digits: Table, tmp_path: Path):
    fitted = tk.learn.umap(some_digits, epochs=50).fitted
    fitted.save(tmp_path)
    again = load(Folder(tmp_path))
    few = some_digits.take(np.arange(10))
    assert again.transform(few).frame.equals(fitted.transform(few).frame)


def test_refusals(some_digits: Table, refused):
    few = some_digits.take(np.arange(20))
    assert "20 rows: 2 to 20, the row itself counted" in refused("TK111", tk.learn.umap, few, neighbors=21)
    assert "min_dist 2 is above the spread, 1" in refused("TK605", tk.learn.umap, few, min_dist=2)
    refused("TK205", tk.learn.umap, some_digits.take([0, 1]), neighbors=2)
    refused("TK208", tk.learn.umap, tk.Table.from_({"a": [1.0, None, 2.0]}), neighbors=2)


def test_curve_follows_spread_and_min_dist(some_digits: Table):
    # umap-learn 0.5.12, find_ab_params(spread, min_dist).
    for spread, min_dist, a, b in ((1.0, 0.1, 1.57694346, 0.89506088), (0.5, 0.1, 5.06930933, 1.00300543)):
        found = tk.learn.umap(some_digits, epochs=1, spread=spread, min_dist=min_dist).fitted.estimator
        assert (found.a_, found.b_) == pytest.approx((a, b), rel=1e-6)
    for spread, min_dist in ((0.1, 0.1), (10, 0)):
        Z = tk.learn.umap(some_digits, epochs=20, spread=spread, min_dist=min_dist).map.matrix(AXES)
        assert np.isfinite(Z).all()


def test_all_rows_may_be_neighbours_and_rows_may_repeat():
    table = tk.Table.from_({"a": [1.0, 1.0, 1.0, 2.0], "b": [0.0, 0.0, 0.0, 0.0]})
    found = tk.learn.umap(table, neighbors=4)
    assert np.isfinite(found.map.matrix(AXES)).all()
    assert np.isfinite(found.fitted.transform(table).matrix(AXES)).all()


@pytest.mark.slow
@pytest.mark.row("L4")
def test_digits_with_default_settings(digits: Table):
    Z = tk.learn.umap(digits).map.matrix(AXES)
    assert Z.shape == (1797, 2)
    # The bars of issue 2.
    assert trustworthiness(digits.matrix(), Z, n_neighbors=12) >= 0.98
    assert cross_val_score(KNeighborsClassifier(5), Z, digits["digit"].to_list(), cv=10).mean() >= 0.965


def test_as_good_as_umap_learn(digits: Table):
    # umap-learn 0.5.12 with seed 0, same split: trustworthiness 0.9885; 0.953 of the new rows among their like.
    # (tests/kernels/test_umap.py runs umap-learn itself.)
    old, new = digits.take(np.arange(1200)), digits.take(np.arange(1200, 1797))
    found = tk.learn.umap(old)
    assert trustworthiness(old.matrix(), found.map.matrix(AXES), n_neighbors=12) > 0.9885 - 0.005
    assert right(found.map, found.fitted.apply(new)) > 0.953 - 0.02
