import numpy as np
import pytest
from sklearn import metrics

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Influence


@pytest.fixture
def numbers(energies):
    frame = energies.frame.drop("predicted", "baseline").rename({"energy": "predicted", "guess": "baseline"})
    return energies.with_columns(frame, {"predicted": "number", "baseline": "number"})


def brute(y, p, resamples, seed, level, score):
    draws = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        at = draws.integers(0, len(y), len(y))
        values.append(score(y[at], p[at]))
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2])


@pytest.mark.row("I6")
def test_scores_of_real_predictions_with_baseline_and_interval(numbers):
    found = tk.interpret.regression_scores(numbers, target="dE")
    y, p = numbers["dE"].to_numpy(), numbers["predicted"].to_numpy()
    guess = numbers["baseline"].to_numpy()
    scores = found.scores
    assert scores["r2"] == pytest.approx(metrics.r2_score(y, p))
    assert scores["rmse"] == pytest.approx(metrics.root_mean_squared_error(y, p))
    assert scores["mae"] == pytest.approx(metrics.mean_absolute_error(y, p))
    assert scores["mape"] == pytest.approx(100 * metrics.mean_absolute_percentage_error(y, p))
    assert scores["max_error"] == pytest.approx(metrics.max_error(y, p))
    assert scores["rows"] == 25
    assert scores["r2_baseline"] == pytest.approx(metrics.r2_score(y, guess)) and scores["r2_baseline"] <= 0
    assert scores["max_error_baseline"] == pytest.approx(metrics.max_error(y, guess))
    for name, score in (("r2", metrics.r2_score), ("rmse", metrics.root_mean_squared_error)):
        low, high = brute(y, p, 2000, 0, 0.95, score)
        assert (scores[f"{name}_low"], scores[f"{name}_high"]) == pytest.approx((low, high))
    assert "max_error_low" not in scores.figures
    assert list(scores.figures)[:6] == ["r2", "rmse", "mae", "mape", "max_error", "rows"]
    assert set(scores.about) == set(scores.figures)
    assert scores.about["r2_low"] == "lower end of the 95 % interval (2000 resamples of the 25 rows) of r2"


def test_the_table_has_one_row_per_score(numbers):
    found = tk.interpret.regression_scores(numbers, target="dE")
    assert found.table.columns == ["figure", "value", "baseline", "low", "high", "about"]
    assert found.table.ids.to_list() == ["r2", "rmse", "mae", "mape", "max_error"]
    assert found.table["value"][0] == found.scores["r2"]
    assert found.table["low"][4] is None
    flow = tk.interpret.regression_scores.flow({"table": numbers.schema}, {})
    assert flow["table"].columns == dict(found.table.kinds)


def test_the_lens_counts_rows_seen_by_the_model(numbers):
    half = Influence("model", "fitted", numbers.take([0, 1, 2]).identity.union())
    found = tk.interpret.regression_scores(numbers.influenced([half]), target="dE").scores
    assert found.lens.counts() == {"scored": 25, "prepared": 0, "fitted": 3, "chosen": 0}


def test_rows_without_target_are_left_out_and_said():
    table = tk.Table.from_({"y": [1.0, None, 3.0, float("nan")], "predicted": [1.0, 2.0, None, 2.0]})
    with pytest.raises(TenkaiError, match=r"TK205 .* no row has both 'y' and 'predicted'"):
        tk.interpret.regression_scores(table.take([1, 3]), target="y")
    found = tk.interpret.regression_scores(table, target="y").scores
    assert found["rows"] == 1 and found["r2"] is None and found["rmse"] == 0.0
    said = {n.code: n.text for n in found.notes}
    assert said["TKW702"] == "2 rows without 'y' and 1 row without 'predicted' of 4 do not count."
    assert said["TKW721"] == "R² of one row is undefined: it takes two different observed values."
    assert said["TKW722"].startswith("The predictions stand without a baseline")
    assert "r2_low" not in found.figures


def test_zero_in_the_target_leaves_mape_undefined():
    table = tk.Table.from_({"y": [0.0, 1.0], "predicted": [0.5, 1.0]}, ids=["a", "b"])
    found = tk.interpret.regression_scores(table, target="y").scores
    assert found["mape"] is None and "mape_low" not in found.figures
    assert any(n.text == "MAPE is undefined: 1 row with y = 0, first 'a'." for n in found.notes)
    same = tk.Table.from_({"y": [2.0, 2.0], "predicted": [0.5, 1.0]})
    notes = tk.interpret.regression_scores(same, target="y").scores.notes
    assert any(n.text == "R² is undefined: all 2 rows have y = 2." for n in notes)


def test_many_rows_get_an_interval_on_demand_only():
    y = np.arange(300.0)
    table = tk.Table.from_({"y": y, "predicted": y + np.sin(y), "baseline": np.full(300, 100.0)})
    assert "r2_low" not in tk.interpret.regression_scores(table, target="y").scores.figures
    found = tk.interpret.regression_scores(table, target="y", interval="always", bootstrap=200, seed=3).scores
    low, high = brute(y, y + np.sin(y), 200, 3, 0.95, metrics.mean_absolute_error)
    assert (found["mae_low"], found["mae_high"]) == pytest.approx((low, high))
    few = tk.interpret.regression_scores(table.take(range(50)), target="y", interval="never").scores
    assert "r2_low" not in few.figures


def test_rows_that_stand_several_times_are_told():
    table = tk.Table.from_({"y": [1.0, 2.0, 3.0], "predicted": [1.0, 2.5, 3.0]})
    twice = tk.interpret.regression_scores(table.take([0, 1, 2, 0, 1, 2]), target="y")
    assert any(
        str(n) == "TKW725: The 6 rows scored are 3 different ones: intervals are too narrow."
        for n in twice.scores.notes
    )


def test_mistakes_are_told_with_the_remedy(numbers):
    def text(table, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.regression_scores(table, **settings)
        return str(caught.value)

    bare = numbers.with_columns(numbers.frame.drop("predicted"))
    assert "TK711" in text(bare, target="dE") and "Run learn.predict" in text(bare, target="dE")
    assert "TK201 interpret.regression_scores target: there is no column 'de'." in text(numbers, target="de")
    assert "is of kind" in text(numbers, target="A")
    assert "is the target itself" in text(numbers, target="dE", predicted="dE")
    classes = numbers.with_columns(numbers.frame.with_columns(predicted=numbers["structure"]))
    assert "take interpret.classification_scores" in text(classes, target="dE")
    wild = tk.Table.from_({"y": [1.0, 2.0], "predicted": [1.0, float("inf")]})
    assert "TK203" in text(wild, target="y")
