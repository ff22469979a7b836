"""learn.cut: groups from a tree, for its rows and for new ones."""

import numpy as np
import pytest

import tenkai as tk

LINE = tk.Table.from_({"x": [0.0, 1.0, 5.0, 7.0, 10.0], "kind": list("uuvvv")}, ids=list("abcde"))


@pytest.fixture
def tree():
    return tk.learn.linkage(LINE).linkage


@pytest.mark.row("L19")
def test_by_number_and_by_height(tree):
    two = tk.learn.cut(tree, LINE, clusters=2)
    assert two.table["cluster"].to_list() == ["2", "2", "1", "1", "1"]
    assert two.table.columns == ["x", "kind", "cluster"]
    assert two.figures.figures == {"clusters": 2, "low": 4.0, "high": pytest.approx(41 / 6)}
    three = tk.learn.cut(tree, LINE, height=2.0)
    assert three.table["cluster"].to_list() == ["1", "1", "2", "2", "3"]
    one = tk.learn.cut(tree, LINE, clusters=1)
    assert one.figures["high"] is None
    assert two.figures.lens.fitted == 5


@pytest.mark.row("L19")
def test_new_rows_get_the_cluster_of_the_nearest_row():
    scaled = tk.process.standardize(LINE, columns=["x"]).table
    found = tk.learn.cut(tk.learn.linkage(scaled, columns=["x"]).linkage, scaled, clusters=2)
    new = found.fitted.apply(tk.Table.from_({"x": [2.9, 3.1, 99.0]}))  # raw; the middle of 1 and 5 is 3
    assert new["cluster"].to_list() == ["2", "1", "1"]
    assert [i.kind for i in new.influences] == ["prepared", "fitted"]


def test_the_metric_of_the_tree_places_new_rows():
    table = tk.Table.from_({"x": [1.0, 2.0, 3.0, 0.1], "y": [1.0, 2.1, 0.2, 0.01]})
    for metric in ("cosine", "correlation", "abs_correlation", "seuclidean", "cityblock"):
        rows = table if "correlation" not in metric else tk.Table.from_(np.random.default_rng(0).normal(size=(12, 5)))
        tree = tk.learn.linkage(rows, metric=metric).linkage
        found = tk.learn.cut(tree, rows, clusters=2)
        again = found.fitted.apply(tk.Table.from_(rows.frame, source="others"))
        assert again["cluster"].to_list() == found.table["cluster"].to_list()
    # Twice as long, the same direction.
    tree = tk.learn.linkage(table, metric="cosine").linkage
    found = tk.learn.cut(tree, table, clusters=2)
    assert found.fitted.apply(tk.Table.from_({"x": [30.0], "y": [2.0]}))["cluster"][0] == found.table["cluster"][2]


def test_rows_in_another_order_keep_their_clusters(tree):
    order = np.array([3, 0, 4, 2, 1])
    straight, mixed = tk.learn.cut(tree, LINE, clusters=3), tk.learn.cut(tree, LINE.take(order), clusters=3)
    assert mixed.table["cluster"].to_list() == straight.table.take(order)["cluster"].to_list()
    assert mixed.fitted.class_name == "HierarchicalGroups"


@pytest.mark.row("L20")
def test_columns_and_other_tables_get_clusters_but_cannot_place_new_rows(tree, refused):
    table = tk.Table.from_({"a": [1.0, 2.0, 3.0], "b": [-2.0, -4.0, -6.0], "c": [1.0, 0.0, 1.0]})
    columns = tk.learn.linkage(table, of="columns", metric="abs_correlation").linkage
    found = tk.learn.cut(columns, clusters=2)
    assert found.table.to_polars().rows() == [("a", "1"), ("b", "1"), ("c", "2")]
    text = refused("TK213", found.fitted.apply, table)
    assert "Give learn.linkage and learn.cut the same table" in text
    # Clusters of standardized rows beside the raw ones.
    scaled = tk.process.standardize(LINE, columns=["x"]).table
    raw = tk.learn.cut(tk.learn.linkage(scaled, columns=["x"]).linkage, LINE, clusters=2)
    assert raw.table["x"].to_list() == LINE["x"].to_list()
    assert {i.step for i in raw.table.influences} == {"process.standardize", "learn.cut"}
    refused("TK213", raw.fitted.apply, tk.Table.from_({"x": [1.0]}))
    # Of rows, without a table.
    bare = tk.learn.cut(tree, clusters=2).table
    assert bare.columns == ["cluster"]
    np.testing.assert_array_equal(bare.identity.keys, LINE.identity.keys)


def test_merges_at_one_height_are_told():
    square = tk.Table.from_({"x": [0.0, 0.0, 1.0, 1.0], "y": [0.0, 1.0, 0.0, 1.0]})
    tree = tk.learn.linkage(square, method="single").linkage
    found = tk.learn.cut(tree, square, clusters=3)
    assert [str(n) for n in found.table.notes] == [
        "TKW642: no height of this tree gives 3 clusters: of several merges the first were taken."
    ]
    assert not tk.learn.cut(tree, square, clusters=4).table.notes


def test_one_tree_for_all_cuts(tree):
    inputs = {"linkage": tree, "table": LINE}
    step = tk.learn.cut
    points = [{"clusters": k} for k in (5, 1, 3)]
    together = step.run_shared(("clusters",), points, inputs, step.convert(points[0]))
    for point, found in zip(points, together, strict=True):
        alone = step.run(inputs, step.convert(point))
        assert found["table"].frame.equals(alone["table"].frame)
        assert found["fitted"].digest == alone["fitted"].digest
        assert found["figures"].figures == alone["figures"].figures


def test_what_cannot_be_cut(tree, refused):
    assert "neither is given" in refused("TK111", tk.learn.cut, tree, LINE)
    assert "both are given" in refused("TK111", tk.learn.cut, tree, LINE, clusters=2, height=1.0)
    assert "6 clusters of 5 rows cannot be found. Allowed: 1 to 5." in refused(
        "TK640", tk.learn.cut, tree, LINE, clusters=6
    )
    text = refused("TK643", tk.learn.cut, tree, LINE.take([0, 1]), clusters=2)
    assert "the tree joins 5 rows, the table has 2 rows" in text
    stranger = tk.Table.from_({"x": [0.0] * 5}, ids=list("abcdz"))
    assert "'z', which the tree does not know" in refused("TK643", tk.learn.cut, tree, stranger, clusters=2)
    taken = tk.learn.cut(tree, LINE, clusters=2).table
    refused("TK604", tk.learn.cut, tree, taken, clusters=3)
    assert tk.learn.cut(tree, taken, clusters=3, into="three").table.columns[-2:] == ["cluster", "three"]
