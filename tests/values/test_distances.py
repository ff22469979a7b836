"""Distances and trees as values: what they say of themselves, and that they come back from files as they were."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import squareform

import tenkai as tk
from tenkai.values import Distances, Folder, Identity, Linkage, load
from tenkai.values.distances import things_of


@pytest.fixture
def scaled() -> tk.Table:
    rows = tk.Table.from_({"a": [0.0, 3.0, 0.0, 7.0], "b": [0.0, 4.0, 1.0, 2.0]}, ids=["一", "b", "c", "d"])
    return tk.process.standardize(rows).table


def same(a: Distances | Linkage, b: Distances | Linkage) -> None:
    assert a.ids.to_list() == b.ids.to_list()
    assert (a.metric, a.of, a.features, a.measured) == (b.metric, b.of, b.features, b.measured)
    assert [i.digest for i in a.influences] == [i.digest for i in b.influences]
    np.testing.assert_array_equal(a.identity.keys, b.identity.keys)


@pytest.mark.row("L20")
def test_they_come_back_from_files(scaled: tk.Table, tmp_path: Path) -> None:
    near = tk.learn.distances(scaled)
    tree = tk.learn.linkage(near, method="ward").linkage
    near.save(tmp_path / "near")
    tree.save(tmp_path / "tree")
    back, grown = load(Folder(tmp_path / "near")), load(Folder(tmp_path / "tree"))
    assert isinstance(back, Distances)
    assert isinstance(grown, Linkage)
    np.testing.assert_array_equal(back.values, near.values)
    np.testing.assert_array_equal(grown.merges, tree.merges)
    assert grown.method == "ward"
    same(back, near)
    same(grown, tree)
    assert [i.step for i in back.influences] == ["process.standardize"]
    assert json.loads((tmp_path / "near/value.json").read_text())["type"] == "distances"


def test_the_square_is_that_of_scipy(scaled: tk.Table) -> None:
    near = tk.learn.distances(scaled, metric="cityblock")
    np.testing.assert_array_equal(near.square(), squareform(near.values))
    assert len(near) == 4
    assert [things_of(n * (n - 1) // 2) for n in (2, 3, 4, 14_000)] == [2, 3, 4, 14_000]


def test_what_they_say_of_themselves() -> None:
    ids = pl.Series("row id", ["a", "b", "c"])
    near = Distances(np.array([1.0, 2.0, 6.0]), ids, "given", Identity.fresh("x", 3))
    assert near.summary() == {"rows": 3, "metric": "given"}
    assert near.measures() == {"rows": 3, "metric": "given", "smallest": 1.0, "mean": 3.0, "largest": 6.0}
    falling = Linkage(np.array([[0, 1, 2.0, 2], [2, 3, 1.0, 3]]), ids, "centroid", "euclidean", near.identity)
    assert not falling.rising
    assert repr(falling) == "Linkage(rows=3, method=centroid, metric=euclidean)"
    assert falling.measures()["height"] == 2.0
