import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Scores, Sweep


def swept(points, make):
    names = list(points[0])
    axes = tuple(Axis(n, "step", n, tuple(dict.fromkeys(p[n] for p in points))) for n in names)
    return Sweep(axes, tuple(points), tuple(make(p) for p in points))


@pytest.mark.row("F10", "F11")
def test_one_row_per_point_settings_first_then_figures():
    points = [{"alpha": a, "seed": s} for a in (0.1, 1.0) for s in (0, 1)]
    made = tk.interpret.sweep_table(swept(points, lambda p: Scores({"r2": p["alpha"] / 2, "note": "ok"})))
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
    made = tk.interpret.sweep_table(
        Sweep(axes, tuple(points), (Scores({"metric": 1.0}), Scores({"r2": 2, "ok": True})))
    )
    assert made.frame.rows() == [(None, "a, b", 1.0, None, None), ("cosine", "except: c", None, 2, True)]
    assert made.columns == ["metric", "columns", "metric (score)", "r2", "ok"]


def test_a_list_of_scores_is_numbered():
    made = tk.interpret.sweep_table([Scores({"r2": 0.5}), Scores({"r2": 0.6})])
    assert made.ids.to_list() == ["Row0", "Row1"]
    assert made["r2"].to_list() == [0.5, 0.6]


def test_nothing_to_write():
    with pytest.raises(TenkaiError, match="TK708"):
        tk.interpret.sweep_table([])
