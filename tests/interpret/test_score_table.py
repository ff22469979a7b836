import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Influence, Scores, Sweep


def swept(points, make):
    names = list(points[0])
    axes = tuple(Axis(n, "step", n, tuple(dict.fromkeys(p[n] for p in points))) for n in names)
    return Sweep(axes, tuple(points), tuple(make(p) for p in points))


@pytest.mark.row("F10", "F11")
def test_one_row_per_point_settings_first_then_figures():
    points = [{"alpha": a, "seed": s} for a in (0.1, 1.0) for s in (0, 1)]
    made = tk.interpret.score_table(swept(points, lambda p: Scores({"r2": p["alpha"] / 2, "note": "ok"})))
    assert made.frame.schema == {"alpha": pl.Float64, "seed": pl.Int64, "r2": pl.Float64, "note": pl.String}
    assert made.frame.rows() == [(0.1, 0, 0.05, "ok"), (0.1, 1, 0.05, "ok"), (1.0, 0, 0.5, "ok"), (1.0, 1, 0.5, "ok")]
    assert made.ids.to_list() == [
        "alpha = 0.1, seed = 0",
        "alpha = 0.1, seed = 1",
        "alpha = 1, seed = 0",
        "alpha = 1, seed = 1",
    ]


def test_settings_of_any_type_and_figures_that_are_missing():
    points = [{"metric": None, "columns": ["a", "b"]}, {"metric": "cosine", "columns": {"except": "c"}}]
    axes = tuple(Axis(n, "step", n, tuple(p[n] for p in points)) for n in ("metric", "columns"))
    made = tk.interpret.score_table(
        Sweep(axes, tuple(points), (Scores({"metric": 1.0}), Scores({"r2": 2, "ok": True})))
    )
    assert made.frame.rows() == [(None, "a, b", 1.0, None, None), ("cosine", "except: c", None, 2, True)]
    assert made.columns == ["metric", "columns", "metric (score)", "r2", "ok"]


def test_a_list_of_scores_is_numbered():
    made = tk.interpret.score_table([Scores({"r2": 0.5}), Scores({"r2": 0.6})])
    assert made.ids.to_list() == ["Row0", "Row1"]
    assert made["r2"].to_list() == [0.5, 0.6]


def test_nothing_to_write():
    with pytest.raises(TenkaiError, match="TK708"):
        tk.interpret.score_table([])


@pytest.mark.row("I7", "F9")
def test_rows_are_sorted_by_a_score_with_missing_ones_last():
    points = [{"alpha": a} for a in (0.1, 1.0, 10.0, 100.0)]
    values = {0.1: 0.5, 1.0: 0.8, 10.0: None, 100.0: 0.1}
    scores = swept(points, lambda p: Scores({"r2": values[p["alpha"]], "rmse": 1.0}))
    made = tk.interpret.score_table(scores, by="r2", figures=["r2"])
    assert made.frame.rows() == [(1.0, 0.8), (0.1, 0.5), (100.0, 0.1), (10.0, None)]
    assert made.ids.to_list()[0] == "alpha = 1"
    up = tk.interpret.score_table(scores, by="r2", order="ascending", figures=["r2"])
    assert up["r2"].to_list() == [0.1, 0.5, 0.8, None]
    assert tk.interpret.score_table(scores, by="alpha")["alpha"].to_list() == [100.0, 10.0, 1.0, 0.1]


@pytest.mark.row("F11")
def test_the_lens_stands_beside_the_scores():
    table = tk.Table.from_({"y": [1.0, 2.0, 3.0], "predicted": [1.0, 2.0, 2.0]})
    own = Influence("line", "fitted", table.identity.union()[:2])
    seen = tk.interpret.regression_scores(table.influenced([own]), target="y", interval="never").scores
    made = tk.interpret.score_table([seen, Scores({"r2": 0.1})], names=["train", "other"], figures=["r2"])
    assert made.columns == ["r2", "scored", "prepared", "fitted", "chosen"]
    assert made.frame.rows() == [(0.5, 3, 0, 2, 0), (0.1, None, None, None, None)]
    assert made.ids.to_list() == ["train", "other"]
    assert {i.step for i in made.influences} == {"line"}


def test_mistakes_are_told_with_the_remedy():
    scores = [Scores({"r2": 0.5}), Scores({"r2": 0.6})]

    def text(**settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.score_table(scores, **settings)
        return str(caught.value)

    assert "TK709 interpret.score_table by: there is no score or setting 'R2'. Columns: 'r2'." in text(by="R2")
    assert "TK709 interpret.score_table figures: there is no score 'mae'." in text(figures=["mae"])
    assert "TK708 interpret.score_table names: there are 1 names for 2 scores." in text(names=["a"])
