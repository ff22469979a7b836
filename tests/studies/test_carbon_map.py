"""carbon-map: the ratios of the seminar, recomputed; the same scaler and PCA for all atoms."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tenkai.run.results import RunResult
from tenkai.values import Sweep, Table


@pytest.fixture(scope="module")
def carbon(run_study: Callable[[str], RunResult]) -> RunResult:
    return run_study("carbon-map")


@pytest.mark.row("L1", "I1")
def test_the_ratios_asked_for(carbon: RunResult) -> None:
    results = carbon.figures()
    assert results["ratio_1"] == pytest.approx(0.8175, abs=0.0005)
    assert results["ratio_2_cumulative"] == pytest.approx(0.9105, abs=0.0005)
    ratios = carbon.value("pca.ratios")
    assert isinstance(ratios, Table)
    assert ratios.height == 15
    assert ratios["cumulative"][-1] == pytest.approx(1)


@pytest.mark.row("C2", "P1", "L2", "I2")
def test_new_atoms_go_through_the_scaler_and_the_pca_of_the_named_ones(carbon: RunResult, data_dir: Path) -> None:
    columns = pl.selectors.matches(r"^a\d.*_rp")
    named = pl.read_csv(data_dir / "mi/Carbon8_descriptor_selected.csv")
    every = pl.read_csv(data_dir / "mi/Carbon8_descriptor.csv")
    X, new = named.select(columns).to_numpy(), every.select(columns).to_numpy()
    mean, deviation = X.mean(0), X.std(0)
    _, _, axes = np.linalg.svd((X - mean) / deviation, full_matrices=False)
    expected = ((new - mean) / deviation) @ axes[:2].T
    table = carbon.value("all_projected")
    assert isinstance(table, Table)
    found = table.matrix(["PCA1", "PCA2"])
    assert found.shape == (3560, 2)
    signs = np.sign((found * expected).sum(0))  # the sign of a component means nothing
    np.testing.assert_allclose(found, expected * signs, atol=1e-8)
    # The named atoms are among all atoms, and lie where they lay.
    pca = carbon.value("pca")
    assert isinstance(pca, Table)
    at = [table.ids.to_list().index(one) for one in pca.ids]
    np.testing.assert_allclose(found[at], pca.matrix(["PCA1", "PCA2"]), atol=1e-6)


@pytest.mark.row("I2")
def test_the_map_shows_named_atoms_large_and_the_others_small(carbon: RunResult) -> None:
    text = carbon.value("map").text  # type: ignore[attr-defined]
    assert text.startswith("Map of 144 rows by PCA1 and PCA2, colored by polytype")
    assert "3,560 new rows" in text


@pytest.mark.row("L3", "F8", "F10", "F11")
def test_perplexities_and_seeds_give_other_maps(carbon: RunResult) -> None:
    maps = carbon.value("tsne")
    assert isinstance(maps, Sweep)
    assert [p["perplexity"] for p, _ in maps] == [5, 10, 20, 30, 45]
    found = carbon.figures()["tsne_trustworthiness"]
    assert found[0]["value"] < min(point["value"] for point in found[2:])
    scores = carbon.value("scores")
    assert isinstance(scores, Table)
    assert scores["perplexity"].to_list() == [5, 10, 20, 30, 45]
    np.testing.assert_array_equal(scores["trustworthiness"], [point["value"] for point in found])
    seeds = carbon.value("seeds")
    assert isinstance(seeds, Sweep)
    first, second = (table.matrix(["TSNE1", "TSNE2"]) for table in seeds.items[:2])
    assert not np.allclose(first, second)


def test_the_first_component_follows_the_number_of_bonds(carbon: RunResult) -> None:
    table = carbon.value("pca")
    assert isinstance(table, Table)
    r = np.corrcoef(table["PCA1"], table["nnatom"])[0, 1]
    assert abs(r) == pytest.approx(0.96, abs=0.01)
