"""learn.distances, learn.given_distances and learn.linkage: by hand, against SciPy, and what they refuse."""

import importlib

import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

import tenkai as tk
from tenkai.kernels.metrics import METRICS
from tenkai.values import Schema

LINE = tk.Table.from_({"x": [0.0, 1.0, 5.0, 7.0, 10.0]}, ids=list("abcde"))
rng = np.random.default_rng(0)
ROWS = tk.Table.from_(rng.uniform(0.1, 1, size=(20, 4)))


@pytest.mark.row("L19")
@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_that_of_scipy(metric):
    table = ROWS
    X = table.matrix()
    if metric in ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalsneath", "yule"):
        X = rng.random((20, 12)) < 0.5
        table = tk.Table.from_(X.astype(float))
    np.testing.assert_allclose(tk.learn.distances(table, metric=metric).values, pdist(X, metric), atol=1e-12)


@pytest.mark.row("L20")
def test_columns_by_absolute_correlation():
    table = tk.Table.from_({"a": [1.0, 2.0, 3.0], "b": [-2.0, -4.0, -6.0], "c": [1.0, 0.0, 1.0]})
    found = tk.learn.distances(table, of="columns", metric="abs_correlation")
    # b falls as a rises: the same, with the other sign. c has no correlation with them.
    np.testing.assert_allclose(found.values, [0, 1, 1], atol=1e-12)
    assert found.ids.to_list() == ["a", "b", "c"]
    r = np.corrcoef(ROWS.matrix().T)
    custom = 1 - np.abs(r)
    found = tk.learn.distances(ROWS, of="columns", metric="abs_correlation")
    np.testing.assert_allclose(found.square(), custom, atol=1e-12)
    # The same as a table of one's own.
    names = ROWS.columns
    own = tk.learn.given_distances(tk.Table.from_(dict(zip(names, custom.T, strict=True)), ids=names))
    np.testing.assert_allclose(own.values, found.values, atol=1e-12)
    merges = [tk.learn.linkage(d, method="complete").linkage.merges for d in (own, found)]
    np.testing.assert_allclose(*merges, atol=1e-12)


def test_distances_that_are_not_defined(refused):
    flat = tk.Table.from_({"a": [1.0, 2.0, 3.0], "same": [2.0, 2.0, 2.0]})
    text = refused("TK603", tk.learn.distances, flat, of="columns", metric="abs_correlation")
    assert "column 'same' holds the same number everywhere" in text
    refused("TK205", tk.learn.distances, LINE, of="columns")
    refused("TK208", tk.learn.distances, tk.Table.from_({"x": [1.0, None, 3.0]}))
    two = tk.Table.from_({"x": [0.0, 1.0, 2.0], "y": [0.0, 2.0, 4.0]})
    assert "cannot be inverted" in refused("TK603", tk.learn.distances, two, metric="mahalanobis")


def test_too_many_rows(refused, monkeypatch):
    monkeypatch.setattr(importlib.import_module("tenkai.learn._pairs"), "MOST_PAIRS", 6)
    assert len(tk.learn.distances(LINE.take([0, 1, 2, 3]))) == 4
    text = refused("TK212", tk.learn.linkage, LINE)
    assert "5 rows have 10 pairs. Allowed: 4 rows. Take some of the rows with process.sample" in text


@pytest.mark.row("L20")
def test_a_square_table_is_read_in_the_order_of_the_rows():
    D = np.array([[0.0, 1.0, 4.0], [1.0, 0.0, 2.0], [4.0, 2.0, 0.0]])
    shuffled = tk.Table.from_({"c": D[2], "a": D[0], "b": D[1]}, ids=["a", "b", "c"])
    assert tk.learn.given_distances(shuffled).values.tolist() == [1.0, 4.0, 2.0]
    # Other names: as they stand. A label column is left out.
    plain = tk.Table.from_({"x": D[0], "y": D[1], "z": D[2], "label": ["u", "v", "w"]})
    found = tk.learn.given_distances(plain, metric="rmsd")
    assert (found.values.tolist(), found.metric) == ([1.0, 4.0, 2.0], "rmsd")
    vector = tk.process.select(plain, columns=["x", "y", "z"], as_vector="d")
    np.testing.assert_array_equal(tk.learn.given_distances(vector).values, found.values)
    np.testing.assert_array_equal(squareform(found.values), D)


@pytest.mark.row("L20")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"b": [1.0, 0.0, 2.5]}, "from 'b' to 'c' it is 2, from 'c' to 'b' 2.5."),
        ({"a": [0.0, -1.0, 4.0]}, "the distance from 'b' to 'a' is -1."),
        ({"b": [1.0, 1.0, 2.0]}, "the distance of 'b' to itself is 1."),
        ({"d": [1.0, 1.0, 2.0]}, "the table has 3 rows and 4 columns of numbers."),
    ],
)
def test_what_are_no_distances(change, told, refused):
    D = {"a": [0.0, 1.0, 4.0], "b": [1.0, 0.0, 2.0], "c": [4.0, 2.0, 0.0]}
    assert told in refused("TK641", tk.learn.given_distances, tk.Table.from_({**D, **change}, ids=["a", "b", "c"]))


def test_gaps_and_wrong_names_in_a_square_table(refused):
    holes = tk.Table.from_({"a": [0.0, None], "b": [1.0, 0.0]})
    refused("TK208", tk.learn.given_distances, holes)
    endless = tk.Table.from_({"a": [0.0, np.inf], "b": [np.inf, 0.0]})
    refused("TK203", tk.learn.given_distances, endless)
    named = tk.Table.from_({"Al": [0.0, 1.0], "Si_": [1.0, 0.0]}, ids=["Al", "Si"])
    text = refused("TK641", tk.learn.given_distances, named)
    assert "row 'Si' has no column of this name" in text and "Did you mean 'Si_'?" in text


@pytest.mark.row("L19")
def test_the_tree_by_hand():
    found = tk.learn.linkage(LINE, method="complete")
    # 0-1 at 1, 5-7 at 2, then 10 with them at 10 - 5, all at 10 - 0.
    assert found.linkage.merges.tolist() == [[0, 1, 1, 2], [2, 3, 2, 2], [4, 6, 5, 3], [5, 7, 10, 5]]
    heights = np.array([1, 10, 10, 10, 10, 10, 10, 2, 5, 5])  # where each pair joins
    distances = pdist(LINE.matrix())
    assert found.figures["cophenetic_correlation"] == pytest.approx(np.corrcoef(heights, distances)[0, 1])


@pytest.mark.row("L19")
@pytest.mark.parametrize("method", ["average", "single", "complete", "weighted", "ward", "centroid", "median"])
def test_every_method_is_that_of_scipy(method):
    expected = hierarchy.linkage(ROWS.matrix(), method)
    np.testing.assert_allclose(tk.learn.linkage(ROWS, method=method).linkage.merges, expected, atol=1e-12)
    near = tk.learn.distances(ROWS)
    np.testing.assert_array_equal(
        tk.learn.linkage(near, method=method).linkage.merges, tk.learn.linkage(ROWS, method=method).linkage.merges
    )


@pytest.mark.parametrize("method", ["ward", "centroid", "median"])
def test_methods_that_need_euclidean_distances(method, refused):
    text = refused("TK642", tk.learn.linkage, ROWS, method=method, metric="cosine")
    assert f"{method} linkage of cosine distances has no meaning" in text
    refused("TK642", tk.learn.linkage, tk.learn.distances(ROWS, metric="cityblock"), method=method)
    square = tk.Table.from_({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 1.0], "c": [2.0, 1.0, 0.0]})
    refused("TK642", tk.learn.linkage, tk.learn.given_distances(square), method=method)
    called = tk.learn.given_distances(square, metric="euclidean")
    assert tk.learn.linkage(called, method=method).linkage.metric == "euclidean"


def test_a_metric_beside_given_distances(refused):
    near = tk.learn.distances(ROWS, metric="cosine")
    assert tk.learn.linkage(near, metric="cosine").linkage.metric == "cosine"
    assert "the distances given are called cosine" in refused("TK111", tk.learn.linkage, near, metric="euclidean")


def test_columns_of_the_wrong_kind_are_told_before_data(refused):
    schema = Schema({"x": "number", "name": "text"})
    for step, port in ((tk.learn.linkage, "data"), (tk.learn.distances, "table"), (tk.learn.given_distances, "table")):
        refused("TK202", step.flow, {port: schema}, step.convert({"columns": ["name"]}))
