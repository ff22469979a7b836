"""Whole workflows with models, as a textbook draws them: formulas, a filter, a loop over settings, a final fit."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tenkai as tk
from tenkai.values import Table

FLOW = """
variables: {alpha: 0.001, seed: 1}
steps:
  compounds: {collect.csv: {path: data:mi/ZB_WZ_dE_rawdescriptor.csv, row_id: [A, B]}}
  energies: {interpret.histogram: {table: compounds, column: dE}}
  usual: {process.filter: {table: compounds, where: "dE < 1"}}
  radii:
    process.formula:
      table: usual.table
      formulas:
        d1: "abs(rp_A + rs_A - rp_B - rs_B)"
        d2: "(EN_A - EN_B) ** 2"
        d3: "exp(-rs_A / rs_B)"
  parts: {process.split: {table: radii, test: 0.3, seed: {from: seed}}}
  scaled: {process.standardize: {table: parts.train, columns: [d1, d2, d3]}}

  # the rows of a table of settings, one fit each
  written: {collect.csv: {path: settings.csv}}
  tried: {process.sort: {table: written, by: [alpha]}}
  start: {learn.lasso: {table: scaled, target: dE, columns: [d1, d2, d3], alpha: {from: alpha}}}
  choice:
    learn.search:
      {table: parts.train, model: start.model, settings_table: tried, by: rmse, folds: 4, seed: {from: seed}}
  final: {learn.lasso: {table: scaled, target: dE, columns: [d1, d2, d3], alpha: {from: choice.best.alpha}}}

  # the same settings as a sweep, one row per pass
  loop: {learn.lasso: {table: scaled, target: dE, columns: [d1, d2, d3], alpha: {sweep: [0.3, 0.001, 0.03]}}}
  guesses: {learn.predict: {table: parts.test, model: loop.model}}
  scores: {interpret.regression_scores: {table: guesses, target: dE, interval: never}}
  passes: {interpret.score_table: {scores: scores, figures: [r2, rmse], by: rmse, order: ascending}}
  stacked: {process.stack: {tables: guesses.table}}

  new: {learn.predict: {table: parts.test, model: final.model}}
  quality: {interpret.regression_scores: {table: new, target: dE}}
results: {start: start.figures.alpha, alpha: choice.best.alpha, final: final.figures.alpha, rmse: quality.rmse}
"""


@pytest.fixture
def flow(tmp_path: Path, cache_dir: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "settings.csv").write_text("alpha\n0.03\n0.3\n0.001\n", encoding="utf-8")
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    return tmp_path / "flow.yaml"


def run(path: Path, **settings: Any) -> Any:
    result = tk.load(path).run(**settings)
    assert result.ok, result.to_json()
    return result


@pytest.mark.row("C3", "P3", "P4", "P6", "F9", "F10", "F11", "L10")
def test_from_raw_columns_to_a_final_fit(flow: Path) -> None:
    result = run(flow)
    everything, usual, radii = (result.value(n) for n in ("compounds", "usual", "radii"))
    # before filtering: all energies are seen; after it, what was left out stays at hand
    assert everything.height == 82
    assert result.value("energies") is not None
    dropped = result.value("usual.dropped")
    assert usual.height + dropped.height == 82
    assert dropped.height == (everything["dE"] >= 1).sum() > 0
    frame = radii.frame
    by_hand = (frame["rp_A"] + frame["rs_A"] - frame["rp_B"] - frame["rs_B"]).abs()
    assert radii["d1"].to_list() == pytest.approx(by_hand.to_list())

    # one row per pass: the swept value beside the scores, sorted, with ids that say the pass
    passes: Table = result.value("passes")
    assert passes.height == 3
    assert sorted(passes["alpha"].to_list()) == [0.001, 0.03, 0.3]
    assert passes["rmse"].to_list() == sorted(passes["rmse"].to_list())
    assert passes.ids.n_unique() == 3
    stacked: Table = result.value("stacked")
    assert stacked.height == 3 * result.value("new").height
    assert stacked["alpha"].value_counts(sort=True)["count"].to_list() == [stacked.height // 3] * 3
    assert stacked.ids.n_unique() == stacked.height

    # the best row of the table of settings is what the final model was fitted with
    trials: pl.DataFrame = result.value("choice.trials").frame
    best = trials.filter(pl.col("rank") == 1)["alpha"].item()
    told = result.to_json()["results"]
    assert told["alpha"] == told["final"] == best
    assert told["start"] == 0.001
    again = tk.learn.lasso(result.value("scaled"), target="dE", columns=["d1", "d2", "d3"], alpha=best)
    assert again.figures["rmse"] == result.value("final.figures")["rmse"]
    # chosen inside the training part: the test rows had no part in it
    assert result.to_json()["lens"]["rmse"] == {
        "scored": result.value("new").height,
        "prepared": 0,
        "fitted": 0,
        "chosen": 0,
    }


@pytest.mark.row("F8")
def test_a_variable_overrides_a_setting_of_a_model(flow: Path) -> None:
    first = run(flow).to_json()
    flow.write_text(FLOW.replace("alpha: 0.001, seed: 1", "alpha: 0.2, seed: 1"), encoding="utf-8")
    second = run(flow).to_json()
    assert (first["results"]["start"], second["results"]["start"]) == (0.001, 0.2)
    # the search starts from other settings, but tries the same: nothing after it changes
    assert second["results"]["rmse"] == first["results"]["rmse"]
    flow.write_text(FLOW.replace("alpha: 0.001, seed: 1", "alpha: 0.001, seed: 2"), encoding="utf-8")
    assert run(flow).to_json()["results"]["rmse"] != first["results"]["rmse"]
