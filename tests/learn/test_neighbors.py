from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.kernels import neighbors as kernel
from tenkai.kernels.metrics import Metric
from tenkai.learn import _graph
from tenkai.values import Folder, load


def test_worked_example():
    # 0 - 1 - - 3 - - - - 7 on a line; of equal distances the earlier row comes first.
    table = tk.Table.from_({"a": [0.0, 1.0, 3.0, 7.0], "name": ["w", "x", "y", "z"]}, ids=["p", "q", "r", "s"])
    found = tk.learn.neighbors(table, neighbors=2)
    assert found.indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert found.distances.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]
    assert found.ids.to_list() == ["p", "q", "r", "s"]
    assert found.summary() == {"rows": 4, "k": 2, "metric": "euclidean", "method": "exact"}
    assert found.features == ("a",)


@pytest.mark.row("L3")
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "correlation", "cityblock", "braycurtis"])
def test_agrees_with_scikit_learn(some_digits: tk.Table, metric: Metric):
    X = some_digits.matrix()
    oracle, _ = NearestNeighbors(n_neighbors=11, metric=metric, algorithm="brute").fit(X).kneighbors(X)
    found = tk.learn.neighbors(some_digits, neighbors=10, metric=metric)
    np.testing.assert_allclose(found.distances, oracle[:, 1:], atol=1e-7)


@pytest.mark.slow
def test_approximate_search_says_so_and_finds_nearly_all(some_digits: tk.Table):
    exact = tk.learn.neighbors(some_digits, neighbors=10)
    found = tk.learn.neighbors(some_digits, neighbors=10, method="approximate")
    assert found.method == "approximate"
    assert [n.code for n in found.notes] == ["TKW602"]
    assert exact.method == "exact"
    assert exact.notes == ()
    hits = [len(set(a) & set(b)) for a, b in zip(exact.indices, found.indices, strict=True)]
    assert np.mean(hits) / 10 > 0.98


SEARCHES = ["exact", pytest.param("approximate", marks=pytest.mark.slow)]  # pynndescent compiles for 20 s


@pytest.mark.parametrize("method", SEARCHES)
def test_sweep_gives_what_separate_calls_give(some_digits: tk.Table, shared_equals_separate, method: str):
    inputs = {"table": some_digits}
    shared_equals_separate(tk.learn.neighbors, "neighbors", [5, 40, 12, 399], inputs, method=method)


def test_sweep_of_a_search_that_depends_on_the_number(
    some_digits: tk.Table, shared_equals_separate, monkeypatch: pytest.MonkeyPatch
):
    # An approximate search misses other rows for other numbers of neighbours: here, one in k.
    def misses(X, k, metric, *, seed):
        near, away = kernel.exact_neighbors(X, k + 1, metric)
        kept = np.arange(k + 1) != k % 7
        return near[:, kept], away[:, kept]

    monkeypatch.setattr(kernel, "approximate_neighbors", misses)
    inputs = {"table": some_digits}
    shared_equals_separate(tk.learn.neighbors, "neighbors", [5, 40, 12, 200], inputs, method="approximate")


def test_a_sweep_searches_once(some_digits: tk.Table, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def counted(X, k, *rest, **more):
        asked.append(k)
        return original(X, k, *rest, **more)

    original = kernel.exact_neighbors
    monkeypatch.setattr(kernel, "exact_neighbors", counted)
    tk.learn.neighbors(some_digits, neighbors=tk.sweep([5, 40, 12]))
    assert asked == [40]


def test_choice_of_the_search_looks_at_the_table_only(some_digits: tk.Table, monkeypatch: pytest.MonkeyPatch):
    seen = []
    monkeypatch.setattr(
        kernel, "approximate_neighbors", lambda X, k, metric, seed: kernel.exact_neighbors(X, k, metric)
    )
    monkeypatch.setattr(kernel, "choose_method", lambda *facts: seen.append(facts) or "approximate")
    for k in (5, 50, 200):
        assert tk.learn.neighbors(some_digits, neighbors=k).method == "approximate"
    assert len(set(seen)) == 1


@pytest.mark.parametrize("method", SEARCHES)
def test_same_bits_for_any_number_of_threads(digits: tk.Table, run_with, assert_same, method: str):
    found = []
    for count in (1, 2):
        with threadpool_limits(count):
            found.append(run_with(tk.learn.neighbors, digits, count, neighbors=20, method=method))
    assert_same(*found)


def test_stored_and_read_back(some_digits: tk.Table, tmp_path: Path, assert_same):
    found = tk.learn.neighbors(some_digits, neighbors=7)
    found.save(tmp_path)
    again = load(Folder(tmp_path))
    assert_same({"graph": found}, {"graph": again})
    assert (again.features, again.measured) == (found.features, found.measured)


def test_refusals(refused):
    table = tk.Table.from_({"a": [0.0, 1.0, 3.0], "b": [0.0, 1.0, 0.0], "label": ["x", "y", "z"]})
    assert "3 rows have 1 to 2 neighbors each." in refused("TK111", tk.learn.neighbors, table, neighbors=3)
    text = refused("TK603", tk.learn.neighbors, table, neighbors=2, metric="cosine")
    assert "row 'Row0' holds only zeros" in text
    text = refused("TK603", tk.learn.neighbors, table, neighbors=2, metric="correlation")
    assert "row 'Row0' (and 1 more) holds the same number everywhere" in text
    refused("TK205", tk.learn.neighbors, table.take([0]), neighbors=1)
    refused("TK202", tk.learn.neighbors, table, columns="all", neighbors=1)
    flat = tk.Table.from_({"a": [1.0, 1.0, 1.0], "b": [1.0, 2.0, 4.0]})
    assert "column 0" in refused("TK603", tk.learn.neighbors, flat, neighbors=1, metric="seuclidean")
    assert "covariance" in refused("TK603", tk.learn.neighbors, flat, neighbors=1, metric="mahalanobis")
    below = tk.Table.from_({"a": [-1.0, 1.0, 1.0], "b": [1.0, 2.0, 4.0]})
    assert "negative" in refused("TK603", tk.learn.neighbors, below, neighbors=1, metric="jensenshannon")


def test_new_rows_are_measured_too(refused):
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    near, away = _graph.new_neighbors(X, np.array([[2.0, 2.0]]), 1, "cosine")
    assert near.tolist() == [[2]]
    assert away[0, 0] == pytest.approx(0)
    assert "new row 0" in refused("TK603", _graph.new_neighbors, X, np.zeros((1, 2)), 1, "cosine")
