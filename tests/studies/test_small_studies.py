"""iron-map, swiss-roll and hidden-axis: their findings, recomputed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tenkai.run.results import RunResult
from tenkai.values import Sweep, Table

RunStudy = Callable[[str], RunResult]


def coordinates(result: RunResult, name: str) -> tuple[np.ndarray, list[str]]:
    table = result.value(name)
    assert isinstance(table, Table)
    return table.matrix(table.columns[:2]), table["polytype"].to_list()


@pytest.mark.row("C5", "P1", "L2")
def test_further_iron_falls_beside_its_own_structure(run_study: RunStudy) -> None:
    iron = run_study("iron-map")
    assert (iron.figures()["observed"], iron.figures()["further"]) == (42, 6)
    for observed, further in (("pca", "placed"), ("tsne", "tsne_placed")):
        old, old_labels = coordinates(iron, observed)
        new, new_labels = coordinates(iron, further)
        nearest = np.linalg.norm(new[:, None] - old[None], axis=2).argmin(axis=1)
        assert [old_labels[i] for i in nearest] == new_labels


@pytest.mark.row("C5")
def test_the_ratios_of_iron_are_those_of_numpy(run_study: RunStudy, data_dir: Path) -> None:
    X = pl.read_csv(data_dir / "mi/Fe2_descriptor.csv").select(pl.selectors.starts_with("a0.70")).to_numpy()
    values = np.linalg.svd((X - X.mean(0)) / X.std(0), compute_uv=False) ** 2
    results = run_study("iron-map").figures()
    assert results["ratio_1"] == pytest.approx(values[0] / values.sum(), abs=1e-10)
    assert results["ratio_2_cumulative"] == pytest.approx(values[:2].sum() / values.sum(), abs=1e-10)


@pytest.mark.slow
@pytest.mark.row("C11", "L5")
def test_only_near_distances_unroll_the_sheet(run_study: RunStudy) -> None:
    roll = run_study("swiss-roll")
    sheet = roll.value("sheet")
    assert isinstance(sheet, Table)
    t = sheet["t"].to_numpy()
    # The length of the spiral r = t is the integral of sqrt(1 + t²): here by the trapezoidal rule.
    fine = np.linspace(0, t.max(), 200_001)
    length = np.concatenate(
        [[0], np.cumsum((fine[1] / 2) * (np.sqrt(1 + fine[1:] ** 2) + np.sqrt(1 + fine[:-1] ** 2)))]
    )
    np.testing.assert_allclose(sheet["length"], np.interp(t, fine, length), atol=1e-6)

    def straight(table: object) -> float:
        """R² of t by a plane over the map: 1 where the sheet lies straight."""
        assert isinstance(table, Table)
        A = np.column_stack([table.matrix(table.columns[:2]), np.ones(len(t))])
        rest = t - A @ np.linalg.lstsq(A, t, rcond=None)[0]
        return 1 - float((rest**2).sum() / ((t - t.mean()) ** 2).sum())

    umap, tsne = roll.value("umap"), roll.value("tsne")
    assert isinstance(umap, Sweep)
    assert isinstance(tsne, Sweep)
    assert straight(umap.at(neighbors=50)) > 0.9
    assert straight(tsne.at(perplexity=30)) > 0.8
    for rolled in (roll.value("pca"), roll.value("mds"), umap.at(neighbors=1000), tsne.at(perplexity=300)):
        assert straight(rolled) < 0.3


@pytest.mark.row("C11", "I20")
def test_the_wide_axis_says_nothing_of_the_target(run_study: RunStudy) -> None:
    hidden = run_study("hidden-axis")
    table = hidden.value("pca")
    assert isinstance(table, Table)
    wide, narrow = (np.corrcoef(table[f"PCA{i}"], table["target"])[0, 1] for i in (1, 2))
    assert abs(wide) < 0.2
    assert abs(narrow) > 0.99
    results = hidden.figures()
    assert results["ratio_1"] > 0.98
    assert results["accuracy_wide_axis"] < 0.6 < 0.9 < results["accuracy_narrow_axis"]
