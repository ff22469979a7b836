"""iron-clusters and carbon-clusters: their figures, recomputed with SciPy and scikit-learn."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from tenkai.run.results import RunResult
from tenkai.values import Figure, Linkage, Table

RunStudy = Callable[[str], RunResult]


def standardized(path: Path, pattern: str) -> tuple[np.ndarray, pl.DataFrame]:
    frame = pl.read_csv(path)
    X = frame.select(pl.selectors.matches(pattern)).to_numpy()
    return (X - X.mean(0)) / X.std(0), frame


@pytest.fixture(scope="module")
def iron(run_study: RunStudy) -> RunResult:
    return run_study("iron-clusters")


@pytest.fixture(scope="module")
def carbon(run_study: RunStudy) -> RunResult:
    return run_study("carbon-clusters")


@pytest.mark.row("L19", "C5")
def test_trees_of_iron_are_those_of_scipy(iron: RunResult, data_dir: Path) -> None:
    X, frame = standardized(data_dir / "mi/Fe2_descriptor.csv", r"^a0\.70")
    names, results = frame["polytype"].to_list(), iron.figures()
    for key, method in (
        ("ari", "average"),
        ("ari_single", "single"),
        ("ari_ward", "ward"),
        ("ari_complete", "complete"),
    ):
        expected = adjusted_rand_score(names, fcluster(linkage(X, method), 3, "maxclust"))
        assert results[key] == pytest.approx(expected, abs=1e-12)
    assert results["ari"] == results["ari_single"] == results["ari_ward"] == 1
    assert results["ari_complete"] == pytest.approx(0.747, abs=0.001)


@pytest.mark.row("L17", "L18", "C5")
def test_centers_and_clouds_of_iron_miss_one_configuration(iron: RunResult) -> None:
    results = iron.figures()
    assert results["ari_kmeans"] == results["ari_mixture"] == pytest.approx(0.928, abs=0.001)
    table = iron.value("kmeans")
    assert isinstance(table, Table)
    sizes = table.frame.group_by("cluster", "polytype").len()["len"].sort().to_list()
    assert sizes == [1, 13, 14, 14]


@pytest.mark.row("C5", "L19")
def test_further_iron_joins_its_own_structure(iron: RunResult) -> None:
    assert iron.value("judged_further").figures["ari"] == 1  # type: ignore[attr-defined]
    assert iron.value("judged_further").lens.fitted == 0  # type: ignore[attr-defined]


@pytest.mark.row("L20")
def test_descriptors_are_joined_by_a_distance_of_ones_own(iron: RunResult, data_dir: Path) -> None:
    X, frame = standardized(data_dir / "mi/Fe2_descriptor.csv", r"^a0\.70")
    D = 1 - np.abs(np.corrcoef(X.T))
    merges = linkage(D[np.triu_indices(6, 1)], "average")
    tree, groups = iron.value("descriptor_tree"), iron.value("descriptor_groups")
    assert isinstance(tree, Linkage)
    assert isinstance(groups, Table)
    np.testing.assert_allclose(tree.merges, merges, atol=1e-10)
    assert groups.ids.to_list() == [n for n in frame.columns if n.startswith("a0.70")]
    assert iron.figures()["descriptor_height"] == pytest.approx(merges[-1, 2])


@pytest.mark.row("I3")
def test_the_tree_of_iron_has_names_at_its_leaves(iron: RunResult) -> None:
    figure = iron.value("dendrogram")
    assert isinstance(figure, Figure)
    assert figure.text.endswith("3 clusters: 14, 14, 14.")
    texts = {r.get("t") for rows in figure.spec["datasets"].values() for r in rows} - {None}
    assert texts == {"Fe-bcc", "Fe-fcc", "Fe-hcp"}


@pytest.mark.row("L17", "L18")
def test_carbon_groups_are_those_of_scikit_learn(carbon: RunResult, data_dir: Path) -> None:
    X, frame = standardized(data_dir / "mi/Carbon8_descriptor.csv", r"^a\d.*_rp")
    named = pl.read_csv(data_dir / "mi/Carbon8_descriptor_selected.csv").select("key", "atom", "nnatom")
    at = frame.with_row_index().join(named, on=["key", "atom"])
    rows, truth = at["index"].to_list(), at["nnatom"].cast(pl.String).to_list()
    assert len(rows) == 144
    results = carbon.figures()
    with threadpool_limits(1):  # other tests want the cores, and threads that wait for each other wait long
        single = [KMeans(4, n_init=1, random_state=i).fit(X) for i in range(12)]
        ends = {round(one.inertia_, -2): adjusted_rand_score(truth, one.predict(X[rows])) for one in single}
        # The page says so: the best place agrees least with the labels, and many starts do not reach it.
        assert ends.pop(16500.0) == pytest.approx(0.593, abs=0.01)
        assert min(ends.values()) > 0.7
        for k in (3, 4):
            means = KMeans(k, n_init=30, random_state=1).fit(X).predict(X[rows])
            assert results[f"ari_kmeans_{k}"] == pytest.approx(adjusted_rand_score(truth, means), abs=0.01)
        cloud = GaussianMixture(3, random_state=0).fit(X).predict(X[rows])
        assert results["ari_mixture_3"] == pytest.approx(adjusted_rand_score(truth, cloud), abs=0.01)


@pytest.mark.row("L17", "L18")
def test_the_preference_for_the_mixture_shows_at_four_groups_not_at_three(carbon: RunResult) -> None:
    results = carbon.figures()
    assert results["ari_kmeans_3"] == results["ari_mixture_3"] == pytest.approx(0.723, abs=0.03)
    assert results["ari_kmeans_4"] == pytest.approx(0.593, abs=0.03)
    assert results["ari_mixture_4"] == pytest.approx(0.723, abs=0.03)
    lens = carbon.lens()["ari_mixture_4"]
    assert (lens["scored"], lens["fitted"]) == (144, 144)
    # The fourth cloud holds none of the named atoms.
    table = carbon.value("mixture_4")
    assert isinstance(table, Table)
    assert table.height == 3560
    assert table.frame.filter(pl.col("nnatom").is_not_null())["cluster"].n_unique() == 3
    criterion = [point["value"] for point in results["bic_mixture"]]
    assert criterion == sorted(criterion, reverse=True)


@pytest.mark.row("L19", "I3")
def test_the_tree_of_fifteen_named_atoms(carbon: RunResult) -> None:
    tree, some = carbon.value("tree"), carbon.value("some")
    assert isinstance(tree, Linkage)
    assert isinstance(some, Table)
    np.testing.assert_allclose(
        tree.merges, linkage(some.matrix([c for c in some.columns if "_rp" in c]), "complete"), atol=1e-10
    )
    assert (len(tree), tree.method) == (15, "complete")
