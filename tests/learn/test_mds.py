from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import smacof
from threadpoolctl import threadpool_limits

import tenkai as tk
from tenkai.learn import _mds
from tenkai.values import Folder, load

AXES = ["MDS1", "MDS2"]


def test_worked_example_keeps_a_triangle():
    # Sides 3, 4, 5 fit in the plane: the map shows them, and nothing is lost.
    table = tk.Table.from_({"a": [0.0, 3.0, 0.0], "b": [0.0, 0.0, 4.0], "name": ["x", "y", "z"]})
    found = tk.learn.mds(table)
    np.testing.assert_allclose(pdist(found.map.matrix(AXES)), [3, 4, 5])
    assert found.map.columns == [*AXES, "name"]
    assert found.figures["stress"] == pytest.approx(0, abs=1e-12)
    assert found.figures["explained"] == pytest.approx(1)


def test_distances_of_other_metrics_are_kept_where_they_fit():
    # City-block distances of points on a line are their Euclidean ones.
    table = tk.Table.from_({"a": [0.0, 1.0, 4.0, 9.0]})
    found = tk.learn.mds(table, metric="cityblock", dimensions=1)
    np.testing.assert_allclose(pdist(found.map.matrix(["MDS1"])), pdist(table.matrix()), atol=1e-12)


def test_classical_is_pca_for_euclidean_distances(digits: tk.Table):
    # n = 1 797 takes the iterative solver, 400 the full one.
    for table in (digits, digits.take(np.arange(400))):
        found, pca = tk.learn.mds(table), tk.learn.pca(table)
        np.testing.assert_allclose(np.abs(found.map.matrix(AXES)), np.abs(pca.map.matrix(["PCA1", "PCA2"])), atol=1e-8)
        assert found.figures["explained"] == pytest.approx(pca.figures["ratio_2_cumulative"])


def test_classical_is_torgerson_for_other_distances(some_digits: tk.Table):
    # The definition: eigenvectors of the doubly centred squared distances.
    D = squareform(pdist(some_digits.matrix(), "cosine"))
    J = np.eye(len(D)) - 1 / len(D)
    values, vectors = np.linalg.eigh(-0.5 * J @ D**2 @ J)
    expected = vectors[:, :-3:-1] * np.sqrt(values[:-3:-1])
    found = tk.learn.mds(some_digits, metric="cosine").map.matrix(AXES)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-10)


def test_smacof_reaches_the_stress_of_scikit_learn(some_digits: tk.Table):
    D = squareform(pdist(some_digits.matrix()))
    start, _, _ = _mds.classical_layout(D, 2)
    layout, _ = smacof(D, init=start, n_init=1, max_iter=300)
    found = tk.learn.mds(some_digits, method="smacof")
    assert found.figures["stress"] == pytest.approx(_mds.stress_of(D, layout), rel=1e-6)
    assert found.figures["stress"] < tk.learn.mds(some_digits).figures["stress"]


def test_stress_by_hand():
    # Drawn distances 1, 1, 2 for wanted 1, 2, 2: sqrt(((2-1)^2) / (1 + 1 + 4)).
    D = squareform([1.0, 2.0, 2.0])
    assert _mds.stress_of(D, np.array([[0.0], [1.0], [-1.0]])) == pytest.approx(np.sqrt(1 / 6))


@pytest.mark.row("F3")
@pytest.mark.parametrize("metric", ["euclidean", "cityblock"])
def test_training_rows_find_their_own_place_again(some_digits: tk.Table, metric: str):
    found = tk.learn.mds(some_digits, metric=metric)
    again = found.fitted.transform(some_digits)
    np.testing.assert_allclose(again.matrix(AXES), found.map.matrix(AXES), atol=1e-8)


def test_new_rows_of_a_classical_map_are_projected(digits: tk.Table):
    old, new = digits.take(np.arange(600)), digits.take(np.arange(600, 700))
    found, pca = tk.learn.mds(old), tk.learn.pca(old)
    signs = np.sign((found.map.matrix(AXES) * pca.map.matrix(["PCA1", "PCA2"])).sum(axis=0))
    expected = pca.fitted.apply(new).matrix(["PCA1", "PCA2"]) * signs
    np.testing.assert_allclose(found.fitted.apply(new).matrix(AXES), expected, atol=1e-7)


@pytest.mark.row("F3")
def test_new_rows_of_a_least_stress_map_get_the_best_place():
    random = np.random.default_rng(0)
    plane = random.normal(size=(60, 2)) @ random.normal(size=(2, 5))
    old, new = tk.Table.from_(plane[:50]), tk.Table.from_(plane[50:])
    found = tk.learn.mds(old, method="smacof", initialization="random", iterations=5000, seed=3)
    placed = found.fitted.apply(new).matrix(AXES)
    wanted = np.linalg.norm(plane[50:, None] - plane[None, :50], axis=2)
    drawn = np.linalg.norm(placed[:, None] - found.map.matrix(AXES)[None], axis=2)
    assert np.abs(wanted - drawn).max() < 0.02 * wanted.max()


def test_seed_counts_for_a_random_start_only(some_digits: tk.Table):
    def layout(**settings) -> np.ndarray:
        return tk.learn.mds(some_digits, method="smacof", **settings).map.matrix(AXES)

    assert (layout(seed=1) == layout(seed=2)).all()
    assert not np.allclose(layout(seed=1, initialization="random"), layout(seed=2, initialization="random"))


@pytest.mark.parametrize("method", ["classical", "smacof"])
def test_same_bits_for_any_number_of_threads(digits: tk.Table, run_with, assert_same, method: str):
    table = digits.take(np.arange(700))
    found = []
    for count in (1, 2):
        with threadpool_limits(count):
            found.append(run_with(tk.learn.mds, table, count, method=method, iterations=30))
    assert_same(*found)


def test_stored_and_read_back_it_places_alike(some_digits: tk.Table, tmp_path: Path):
    fitted = tk.learn.mds(some_digits, metric="cosine").fitted
    fitted.save(tmp_path)
    again = load(Folder(tmp_path))
    assert again.transform(some_digits).frame.equals(fitted.transform(some_digits).frame)


def test_more_dimensions_than_the_rows_have_are_zero():
    table = tk.Table.from_({"a": [0.0, 1.0, 2.0, 4.0]})
    found = tk.learn.mds(table, dimensions=3)
    np.testing.assert_allclose(found.map.matrix(["MDS2", "MDS3"]), 0, atol=1e-7)
    np.testing.assert_allclose(found.fitted.transform(table).matrix(["MDS2", "MDS3"]), 0, atol=1e-7)


def test_refusals(refused):
    many = tk.Table.from_({"a": np.arange(10_001.0)})
    text = refused("TK212", tk.learn.mds, many)
    assert "10001 rows" in text
    assert "up to 10000 rows" in text
    assert "process.sample" in text
    assert "up to 5000 rows" in refused("TK212", tk.learn.mds, many.take(np.arange(5001)), method="smacof")
    table = tk.Table.from_({"a": [0.0, 1.0, 3.0], "b": [0.0, 1.0, 1.0]})
    assert "3 rows span 2 dimensions" in refused("TK111", tk.learn.mds, table, dimensions=3)
    assert "all jaccard distances are 0" in refused(
        "TK203", tk.learn.mds, table.take([1, 2]), metric="jaccard", dimensions=1
    )
    assert "'Row0' holds only zeros" in refused("TK603", tk.learn.mds, table, metric="cosine")
    fitted = tk.learn.mds(table.take([1, 2]), metric="cosine", dimensions=1).fitted
    assert "new row 0" in refused("TK603", fitted.apply, table)
