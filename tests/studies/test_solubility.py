"""solubility: its figures from the file without tenkai, and no molecule on both sides of a fold."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tenkai.run.results import RunResult
from tenkai.values import Table

pytestmark = pytest.mark.slow
RunStudy = Callable[[str], RunResult]


@pytest.fixture(scope="module")
def esol(data_dir: Path) -> pl.DataFrame:
    return pl.read_csv(data_dir / "molecules" / "esol_delaney.csv")


def test_the_published_equation_scored_by_hand(run_study: RunStudy, esol: pl.DataFrame) -> None:
    y = esol["measured log solubility in mols per litre"].to_numpy()
    said = esol["ESOL predicted log solubility in mols per litre"].to_numpy()
    figures = run_study("solubility").figures()
    assert figures["rmse_published"] == pytest.approx(np.sqrt(np.mean((y - said) ** 2)), abs=1e-12)
    assert figures["r2_published"] == pytest.approx(
        1 - np.sum((y - said) ** 2) / np.sum((y - y.mean()) ** 2), abs=1e-12
    )


@pytest.mark.row("C8", "P8")
def test_rows_of_one_molecule_are_held_out_together(run_study: RunStudy, esol: pl.DataFrame) -> None:
    from rdkit import Chem

    found = [Chem.MolToSmiles(Chem.MolFromSmiles(text.strip())) for text in esol["smiles"]]
    assert len(found) - len(set(found)) == 11
    held = run_study("solubility").value("forest_held")
    assert isinstance(held, Table)
    assert held["molecule"].to_list() == found
    folds = held.frame.group_by("molecule").agg(pl.col("fold").n_unique())
    assert folds["fold"].max() == 1
    assert any(n.code == "TKW217" and n.text.startswith("11 molecules stand in several rows") for n in held.notes)


@pytest.mark.row("P10", "P11")
def test_counts_tell_more_than_bits_and_a_forest_more_than_a_sum(run_study: RunStudy) -> None:
    figures = run_study("solubility").figures()
    bits, counts = (point["value"] for point in figures["r2_prints"])
    assert bits + 0.1 < counts < figures["r2_forest"]
