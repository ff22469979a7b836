"""maxphase-forest: what all rows promise and new rows keep."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import RandomForestRegressor

from tenkai.run.results import RunResult
from tenkai.run.studies import study_text
from tenkai.values import Sweep, Table

TARGET = "rho0 lambda lambda"


@pytest.fixture(scope="module")
def forest(run_study: Callable[[str], RunResult]) -> RunResult:
    return run_study("maxphase-forest")


@pytest.mark.row("T7", "C4")
def test_one_row_is_set_aside_and_stays_visible(forest: RunResult) -> None:
    phases, aside, described = (forest.value(name) for name in ("phases", "set_aside", "described"))
    assert isinstance(phases, Table)
    assert isinstance(aside, Table)
    assert isinstance(described, Table)
    assert (phases.height, described.height) == (107, 106)
    assert aside.frame[TARGET].to_list() == [137.0]
    assert described[TARGET].max() == 26.4
    # The blank before the name is left out, and told.
    assert TARGET in phases.columns
    assert any(note.code == "TKW303" for note in phases.notes)
    # The page says so: the same compound stands there twice, described alike, with another target.
    twice = phases.frame.filter(pl.col("Material") == aside["Material"][0])
    assert twice[TARGET].to_list() == [137.0, 15.7]
    assert twice.select(described.columns).drop(TARGET).n_unique() == 1


@pytest.mark.row("L14", "C4")
def test_all_rows_give_what_the_rule_of_the_leaves_gives(forest: RunResult, data_dir: Path) -> None:
    frame = pl.read_csv(data_dir / "mi/maxphase_property.csv").filter(pl.col(f" {TARGET}") < 30)
    X, y = frame[:, 5:].to_numpy().astype(float), frame[f" {TARGET}"].to_numpy()
    assert X.shape == (106, 102)
    # scikit-learn counts different rows, as our forests that count rows once.
    r2 = [
        RandomForestRegressor(100, max_depth=5, min_samples_split=10, max_features="sqrt", random_state=seed)
        .fit(X, y)
        .score(X, y)
        for seed in range(5)
    ]
    results = forest.figures()
    assert results["r2_all_rows_counted_once"] == pytest.approx(np.median(r2), abs=0.025)
    assert results["r2_all_rows"] > results["r2_all_rows_counted_once"] + 0.04
    assert 0.69 <= results["r2_all_rows"] <= 0.74


@pytest.mark.row("L16", "T3", "I20")
def test_rows_that_were_fitted_on_promise_what_new_rows_do_not_keep(forest: RunResult) -> None:
    results, lens = forest.figures(), forest.lens()
    honest = [results[name] for name in ("r2_out_of_bag", "r2_out_of_fold", "r2_test_median")]
    assert max(honest) < 0.25 < 0.69 < results["r2_all_rows"]
    assert max(honest) - min(honest) < 0.1
    assert lens["r2_all_rows"]["fitted"] == lens["r2_all_rows"]["scored"] == 20 * 106
    for name in ("r2_out_of_bag", "r2_out_of_fold", "r2_test_median"):
        assert (lens[name]["prepared"], lens[name]["fitted"], lens[name]["chosen"]) == (0, 0, 0)
    assert results["r2_test_low"] < 0 < results["r2_test_high"]
    assert "does not mean a valid model" in forest.graph.workflow.finding
    assert "does not mean a valid model" in study_text("maxphase-forest")


@pytest.mark.row("L16", "I20")
def test_a_single_row_makes_the_long_tail(forest: RunResult) -> None:
    guesses, scores = forest.value("guesses"), forest.value("scores")
    assert isinstance(guesses, Sweep)
    assert isinstance(scores, Sweep)
    tested = np.array([26.4 in table[TARGET] for table in guesses.items])
    r2 = np.array([each.figures["r2"] for each in scores.items])
    assert tested.sum() == 69
    assert np.quantile(r2[~tested], 0.05) < -0.7
    assert np.quantile(r2[tested], 0.05) > 0


@pytest.mark.row("L16")
def test_no_column_stands_out_on_new_rows(forest: RunResult) -> None:
    worth = forest.value("worth.table")
    assert isinstance(worth, Table)
    assert worth.height == 102
    assert (worth["importance"] <= worth["noise"]).sum() >= 100
