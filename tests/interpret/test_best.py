import math
import statistics

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret._repeats import goal_of
from tenkai.values import Axis, Scores, Sweep, Table


def swept(points, make, step="model"):
    names = list(points[0])
    axes = tuple(Axis(n, step, n.rsplit(".", 1)[-1], tuple(dict.fromkeys(p[n] for p in points))) for n in names)
    return Sweep(axes, tuple(points), tuple(make(p) for p in points))


# Two seeds per penalty. By hand: means 0.70, 0.80, 0.78, 0.60; the best has the standard error 0.03.
R2 = {0.01: (0.69, 0.71), 0.1: (0.77, 0.83), 1.0: (0.76, 0.80), 10.0: (0.59, 0.61)}


@pytest.fixture
def penalties():
    points = [{"alpha": a, "seed": s} for a in R2 for s in (0, 1)]
    return swept(points, lambda p: Scores({"r2": R2[p["alpha"]][p["seed"]], "rmse": -R2[p["alpha"]][p["seed"]]}))


@pytest.mark.row("F6", "L10")
def test_the_best_mean_over_seeds_by_hand(penalties):
    found = tk.interpret.best(penalties, by="r2")
    assert found.best["alpha"] == 0.1
    assert found.best["r2"] == pytest.approx(0.80)
    assert found.best["r2_se"] == pytest.approx(0.03)
    assert (found.best["passes"], found.best["settings"], found.best["as_good"]) == (2, 4, 2)
    assert set(found.best.about) == set(found.best.figures)
    assert found.table["alpha"].to_list() == [0.1, 1.0, 0.01, 10.0]
    assert found.table["chosen"].to_list() == [True, False, False, False]
    first = found.table.frame.row(0, named=True)
    assert (first["r2_lowest"], first["r2_highest"], first["passes"]) == (0.77, 0.83, 2)
    assert first["r2_se"] == pytest.approx(statistics.stdev(R2[0.1]) / math.sqrt(2))


def test_one_standard_error_takes_the_simplest_as_good(penalties):
    # 0.78 lies within 0.80 - 0.03, 0.70 does not; of both the larger penalty is simpler.
    rule = {"rule": "one_standard_error", "simplest": {"alpha": "largest"}}
    found = tk.interpret.best(penalties, by="r2", **rule)
    assert found.best["alpha"] == 1.0 and found.best["r2"] == pytest.approx(0.78)
    assert found.table["chosen"].to_list() == [False, True, False, False]
    small = tk.interpret.best(penalties, by="r2", rule="one_standard_error", simplest={"alpha": "smallest"})
    assert small.best["alpha"] == 0.1
    # The same numbers as errors to be minimized.
    assert tk.interpret.best(penalties, by="rmse", **rule).best["alpha"] == 1.0


def test_no_limit_is_the_largest_and_several_settings_decide_in_order():
    points = [{"depth": d, "trees": t, "fold": f} for d in (2, None) for t in (10, 50) for f in range(3)]
    scores = swept(points, lambda p: Scores({"accuracy": 0.5 + 0.1 * p["fold"]}))
    rule = {"by": "accuracy", "rule": "one_standard_error"}
    found = tk.interpret.best(scores, **rule, simplest={"depth": "largest", "trees": "smallest"})
    assert (found.best["depth"], found.best["trees"]) == (None, 10)
    found = tk.interpret.best(scores, **rule, simplest={"trees": "largest", "depth": "smallest"})
    assert (found.best["depth"], found.best["trees"]) == (2, 50)


def test_errors_are_minimized_and_unknown_scores_ask():
    scores = swept([{"k": k} for k in (1, 2, 3)], lambda p: Scores({"mae": p["k"] * 1.0, "width": p["k"] * 1.0}))
    assert tk.interpret.best(scores, by="mae").best["k"] == 1
    assert tk.interpret.best(scores, by="mae", goal="maximize").best["k"] == 3
    assert tk.interpret.best(scores, by="width", goal="minimize").best["k"] == 1
    with pytest.raises(
        TenkaiError, match=r"TK712 interpret\.best goal: it is not known whether a high 'width' is good"
    ):
        tk.interpret.best(scores, by="width")
    assert goal_of("f1_macro") == goal_of("roc_auc") == goal_of("balanced_accuracy") == "maximize"
    assert goal_of("log_loss") == goal_of("max_error") == goal_of("bic") == "minimize"
    assert goal_of("r2_se") == goal_of("rows") == ""


def test_what_had_a_part_in_the_choice_is_remembered():
    table = Table.from_({"y": [1.0, 2.0, 3.0, 4.0], "predicted": [1.0, 2.0, 3.0, 5.0]})
    parts = [table.take([0, 1]), table.take([2, 3])]
    points = [{"alpha": a, "seed": s} for a in (1, 2) for s in (0, 1)]
    scores = swept(points, lambda p: tk.interpret.regression_scores(parts[p["seed"]], target="y").scores)
    found = tk.interpret.best(scores, by="rmse").best
    assert found.lens.counts() == {"scored": 4, "prepared": 0, "fitted": 0, "chosen": 4}
    assert {i.kind for i in found.influences} == {"chosen"}
    assert tk.interpret.best.rows.learns == "chosen"


def test_axes_by_their_name_in_the_workflow():
    points = [{"ridge.alpha": a, "lasso.alpha": b, "split.seed": s} for a in (1, 2) for b in (1, 2) for s in (0, 1)]
    scores = swept(points, lambda p: Scores({"r2": p["ridge.alpha"] + p["lasso.alpha"] / 10}))
    found = tk.interpret.best(scores, by="r2").best
    assert (found["ridge_alpha"], found["lasso_alpha"], found["passes"]) == (2, 2, 2)
    alone = swept([{"model.alpha": a} for a in (1, 2)], lambda p: Scores({"r2": p["model.alpha"] * 0.1}))
    assert tk.interpret.best(alone, by="r2").best["alpha"] == 2
    over = tk.interpret.best(scores, by="r2", over=["split.seed", "lasso.alpha"]).best
    assert "lasso_alpha" not in over.figures and over["passes"] == 4


def test_passes_without_the_score_are_told():
    points = [{"k": k, "seed": s} for k in (1, 2) for s in (0, 1)]
    scores = swept(points, lambda p: Scores({"r2": None if p == {"k": 1, "seed": 0} else 0.5 + p["k"]}))
    found = tk.interpret.best(scores, by="r2").best
    assert found["k"] == 2
    assert [str(n) for n in found.notes] == [
        "TKW724: Settings were compared over 1 to 2 passes.",
        "TKW724: 1 pass of 4 without r2 did not count.",
    ]


def test_mistakes_are_told_with_the_remedy(penalties):
    def text(value=penalties, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.best(value, **{"by": "r2", **settings})
        return str(caught.value)

    assert "TK708 interpret.best scores: these scores are not swept." in text(Scores({"r2": 1.0}))
    assert "TK709 interpret.best by: there is no score 'R2'" in text(by="R2")
    assert "TK709 interpret.best over: the setting 'seeds' is not swept." in text(over=["seeds"])
    assert "all axes are averaged" in text(over=["alpha", "seed"])
    assert "must know which settings are simple" in text(rule="one_standard_error")
    assert "no part in the rule best" in text(simplest={"alpha": "largest"})
    rule = {"rule": "one_standard_error"}
    assert "the setting 'alfa' is not compared" in text(**rule, simplest={"alfa": "largest"})
    assert "needs repeats" in text(**rule, simplest={"alpha": "largest"}, over=[])
    names = swept([{"kernel": k, "seed": s} for k in ("rbf", "linear") for s in (0, 1)], lambda p: Scores({"r2": 0.1}))
    assert "'kernel' is rbf, which is no number" in text(names, **rule, simplest={"kernel": "smallest"})
