"""learn.dbscan and learn.hdbscan: dense regions, noise, and what becomes of new rows."""

import importlib

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.metrics import adjusted_rand_score

import tenkai as tk

rng = np.random.default_rng(1)
X = np.concatenate([rng.normal(size=(40, 2)) * 0.3, rng.normal(size=(60, 2)) * 0.6 + 5, [[20.0, 20.0], [-9.0, 4.0]]])
ROWS = tk.Table.from_(X)


def test_dbscan_by_hand():
    table = tk.Table.from_({"x": [0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 5.3, 9.0]})
    found = tk.learn.dbscan(table, radius=0.15, min_rows=3)
    # Core rows have a neighbor on both sides; the outer ones lie within reach of a core row.
    assert found.table["cluster"].to_list() == ["2", "2", "2", "1", "1", "1", "1", None]
    assert found.figures.figures == {"clusters": 2, "noise": 1, "core": 3}
    assert [str(n) for n in found.table.notes] == [
        "TKW641: 1 row of 8 lies in no dense region and belongs to no cluster."
    ]


@pytest.mark.parametrize("metric", ["euclidean", "cityblock", "canberra"])
def test_dbscan_is_that_of_scikit_learn(metric):
    found = tk.learn.dbscan(ROWS, radius=0.6, min_rows=4, metric=metric)
    labels = DBSCAN(eps=0.6, min_samples=4, metric=metric).fit_predict(X)
    mine = [-1 if c is None else int(c) for c in found.table["cluster"]]
    assert adjusted_rand_score(mine, labels) == 1
    np.testing.assert_array_equal(np.array(mine) == -1, labels == -1)


def test_a_new_row_joins_the_nearest_core_row_within_the_radius():
    table = tk.Table.from_({"x": [0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 5.3, 9.0]})
    fitted = tk.learn.dbscan(table, radius=0.15, min_rows=3).fitted
    # Core rows: 0.1, 5.1, 5.2. The row 9.0 is noise and attracts nobody.
    new = tk.Table.from_({"x": [0.24, 0.26, 5.3, 9.0]})
    assert fitted.apply(new)["cluster"].to_list() == ["2", None, "1", None]


def test_all_noise_is_no_mistake_and_places_nobody():
    found = tk.learn.dbscan(ROWS, radius=1e-6)
    assert found.figures["clusters"] == 0
    assert found.table["cluster"].null_count() == len(X)
    assert found.fitted.apply(tk.Table.from_(X[:3]))["cluster"].to_list() == [None] * 3


def test_dbscan_refuses(refused, monkeypatch):
    monkeypatch.setattr(importlib.import_module("tenkai.learn.dbscan"), "MOST_PAIRS", 1000)
    text = refused("TK212", tk.learn.dbscan, ROWS, radius=1e3)
    assert "1e+04 pairs of rows lie within the radius 1000" in text
    zeros = tk.Table.from_({"x": [0.0, 1.0], "y": [0.0, 1.0]})
    assert "row 'Row0' holds only zeros" in refused("TK603", tk.learn.dbscan, zeros, metric="cosine")


def test_hdbscan_is_that_of_scikit_learn():
    found = tk.learn.hdbscan(ROWS, min_cluster=10, min_rows=4)
    labels = HDBSCAN(min_cluster_size=10, min_samples=4, copy=True).fit_predict(X)
    mine = np.array([-1 if c is None else int(c) for c in found.table["cluster"]])
    assert adjusted_rand_score(mine, labels) == 1
    np.testing.assert_array_equal(mine == -1, labels == -1)
    assert found.figures["clusters"] == 2
    assert found.table["cluster"][50] == "1"  # the larger cloud


def test_hdbscan_places_new_rows_as_far_as_its_members_reach():
    table = tk.Table.from_({"x": [0.0, 0.1, 0.2, 5.0, 6.0, 7.0, 8.0, 30.0]})
    fitted = tk.learn.hdbscan(table, min_cluster=3, min_rows=2).fitted
    # With two rows (itself and the next) the reach is 0.1 on the left and 1 on the right.
    new = tk.Table.from_({"x": [0.29, 0.31, 8.9, 9.1, 30.0]})
    assert fitted.apply(new)["cluster"].to_list() == ["2", None, "1", None, None]


def test_hdbscan_without_a_cluster_and_with_too_few_rows(refused):
    spread = tk.Table.from_({"x": [0.0, 1.0, 3.0, 7.0, 15.0, 31.0]})
    found = tk.learn.hdbscan(spread, min_cluster=4)
    assert found.figures.figures == {"clusters": 0, "noise": 6}
    assert found.fitted.apply(tk.Table.from_({"x": [1.0]}))["cluster"].to_list() == [None]
    one = tk.learn.hdbscan(spread, min_cluster=4, single=True)
    assert one.figures["clusters"] == 1
    text = refused("TK640", tk.learn.hdbscan, spread, min_cluster=7)
    assert "7 rows of 6 cannot be together" in text
    refused("TK640", tk.learn.hdbscan, spread, min_cluster=3, min_rows=9)
