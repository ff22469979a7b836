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


@pytest.mark.row("F3", "P1")
def test_new_rows_land_among_their_like(digits: Table):
    train, test = digits.take(np.arange(1000)), digits.take(np.arange(1000, 1200))
    scaled = tk.process.standardize(train)
    found = tk.learn.umap(scaled.table)
    placed = found.fitted.apply(test)  # raw rows go through the scaler first
    assert placed.columns == [*AXES, "digit"]
    assert right(found.map, placed) > 0.9


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


@pytest.mark.slow
def test_as_good_as_umap_learn(digits: Table):
    import umap

    X = digits.matrix()
    oracle = umap.UMAP(random_state=0, n_jobs=1)
    theirs = trustworthiness(X, oracle.fit_transform(X), n_neighbors=12)
    assert trustworthiness(X, tk.learn.umap(digits).map.matrix(AXES), n_neighbors=12) > theirs - 0.005
    old, new = digits.take(np.arange(1200)), digits.take(np.arange(1200, 1797))
    mine = tk.learn.umap(old)
    reference = umap.UMAP(random_state=0, n_jobs=1).fit(old.matrix())
    model = KNeighborsClassifier(5).fit(reference.embedding_, old["digit"].to_list())
    score = model.score(reference.transform(new.matrix()), new["digit"].to_list())
    assert right(mine.map, mine.fitted.apply(new)) > max(0.93, score - 0.02)
