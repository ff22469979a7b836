"""learn.k_means against scikit-learn, by hand, and for new rows."""

import numpy as np
import polars as pl
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

import tenkai as tk
from tenkai.step import Run
from tenkai.values import Schema

LINE = tk.Table.from_({"x": [0.0, 1.0, 9.0, 10.0, 11.0], "name": list("abcde")})


@pytest.mark.row("L17")
def test_by_hand():
    found = tk.learn.k_means(LINE, clusters=2)
    # The larger group comes first; its center is 10, and (1 + 0 + 1) + (0.25 + 0.25) is left over.
    assert found.table["cluster"].to_list() == ["2", "2", "1", "1", "1"]
    assert found.table.kinds["cluster"] == "category"
    assert found.table.columns == ["x", "name", "cluster"]
    assert found.figures["inertia"] == 2.5
    assert found.centers.to_polars().rows() == [("1", 3, 10.0), ("2", 2, 0.5)]
    assert found.figures.lens.fitted == 5


@pytest.mark.row("L17")
def test_it_is_that_of_scikit_learn(some_digits):
    found = tk.learn.k_means(some_digits, clusters=6, starts=5, seed=2)
    starts = np.random.SeedSequence(2).generate_state(5)
    peers = [KMeans(6, n_init=1, random_state=int(s)).fit(some_digits.matrix()) for s in starts]
    best = min(peers, key=lambda peer: peer.inertia_)
    assert found.figures["inertia"] == pytest.approx(best.inertia_, rel=1e-12)
    assert adjusted_rand_score(found.table["cluster"].to_list(), best.labels_) == 1
    sizes = found.table["cluster"].value_counts(sort=True)["count"].to_list()
    assert found.centers["rows"].to_list() == sizes == sorted(sizes, reverse=True)


def test_more_starts_begin_with_the_same(some_digits):
    few, many = (tk.learn.k_means(some_digits, clusters=8, starts=s).figures["inertia"] for s in (2, 6))
    assert many <= few


@pytest.mark.row("L17")
def test_new_rows_get_the_nearest_center():
    scaled = tk.process.standardize(LINE, columns=["x"])
    found = tk.learn.k_means(scaled.table, columns=["x"], clusters=2)
    new = found.fitted.apply(tk.Table.from_({"x": [5.2, 5.3, 100.0]}))  # the middle between the centers is 5.25
    assert new["cluster"].to_list() == ["2", "1", "1"]
    assert [i.kind for i in new.influences] == ["prepared", "fitted"]
    # Rows that have their cluster keep it.
    assert found.fitted.apply(found.table) is found.table


@pytest.mark.row("L17")
def test_seeds_and_numbers_share_and_stay_the_same(some_digits, assert_same):
    step, table = tk.learn.k_means, some_digits
    base = step.convert({"starts": 3})
    points = [{"clusters": k, "seed": s} for k, s in ((2, 0), (5, 0), (5, 7))]
    together = step.run_shared(("clusters", "seed"), points, {"table": table}, base, Run(2))
    for point, found in zip(points, together, strict=True):
        assert_same(found, step.run({"table": table}, {**base, **point}, Run(1)))


def test_vectors_and_pictures_are_columns_too():
    images = tk.collect.digits().take(np.arange(60))
    found = tk.learn.k_means(images, columns=["image"], clusters=3, starts=2)
    assert found.table["cluster"].n_unique() == 3
    assert found.centers.columns[:2] == ["rows", "image[0,0]"]


def test_a_second_clustering_takes_another_name(refused):
    first = tk.learn.k_means(LINE, columns=["x"], clusters=2).table
    text = refused("TK604", tk.learn.k_means, first, columns=["x"])
    assert "already has a column 'cluster'" in text and "into: 'cluster 2'" in text
    second = tk.learn.k_means(first, columns=["x"], clusters=3, into="cluster 2").table
    assert second.columns == ["x", "name", "cluster", "cluster 2"]


def test_what_cannot_be_grouped(refused):
    twice = tk.Table.from_({"x": [1.0, 1.0, 2.0, -0.0, 0.0]})
    assert "5 rows, of which 3 differ" in refused("TK640", tk.learn.k_means, twice, clusters=4)
    assert "Allowed: 1 to 5" in refused("TK640", tk.learn.k_means, LINE, clusters=6)
    assert "no column varies" in refused("TK203", tk.learn.k_means, tk.Table.from_({"x": [1.0, 1.0, 1.0]}))
    assert "first at row 'Row1'" in refused("TK208", tk.learn.k_means, tk.Table.from_({"x": [1.0, None, 2.0]}))
    refused("TK202", tk.learn.k_means, LINE, columns=["name"])


def test_an_iteration_cut_short_is_told(some_digits):
    found = tk.learn.k_means(some_digits, clusters=8, starts=1, iterations=1)
    assert [n.code for n in found.table.notes] == ["TKW640"]


def test_a_column_of_centers_may_be_called_rows():
    table = tk.Table.from_({"rows": [0.0, 1.0, 5.0]})
    assert tk.learn.k_means(table, clusters=2).centers.columns == ["rows_", "rows"]


def test_columns_are_known_before_data():
    schema = Schema({"x": "number", "name": "text"})
    flow = tk.learn.k_means.flow({"table": schema}, tk.learn.k_means.convert({"columns": ["x"]}))
    assert flow["table"].columns == {"x": "number", "name": "text", "cluster": "category"}
    assert pl.Series(flow["table"].names).to_list() == ["x", "name", "cluster"]
