import math

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Scores, Sweep


def swept(points, make):
    names = list(points[0])
    axes = tuple(Axis(n, "step", n, tuple(dict.fromkeys(p[n] for p in points))) for n in names)
    return Sweep(axes, tuple(points), tuple(make(p) for p in points))


@pytest.mark.row("I7")
def test_a_wide_setting_has_a_log_axis_with_the_settings_as_ticks(look):
    points = [{"alpha": 10.0**-k} for k in range(5)]
    figure = tk.interpret.sweep_curve(swept(points, lambda p: Scores({"r2": 1 - p["alpha"]})))
    seen = look(figure)
    x = seen.marks("point")[0]["encoding"]["x"]
    assert x["scale"]["type"] == "log"
    assert x["axis"]["values"] == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1])
    rows = seen.rows(seen.marks("point")[0])
    assert [(r["x"], r["y"]) for r in rows] == [(p["alpha"], pytest.approx(1 - p["alpha"])) for p in points]
    assert figure.text == "r2 against alpha, 5 points: highest 0.9999 at alpha = 0.0001, lowest 0 at alpha = 1."
    linear = look(tk.interpret.sweep_curve(swept(points, lambda p: Scores({"r2": 1.0})), scale="linear"))
    assert linear.marks("point")[0]["encoding"]["x"]["scale"]["type"] == "linear"


@pytest.mark.row("I20")
def test_seeds_are_points_about_the_line_of_their_mean(look):
    points = [{"perplexity": p, "seed": s} for p in (10, 30) for s in (0, 1, 2)]
    seen = look(tk.interpret.sweep_curve(swept(points, lambda p: Scores({"t": p["perplexity"] + p["seed"]}))))
    line = seen.rows(seen.marks("line")[0])
    assert [(r["x"], r["y"]) for r in line] == [(10.0, 11.0), (30.0, 31.0)]
    assert len(seen.rows(seen.marks("point")[0])) == 6
    assert "Line: mean over seeds." in seen.caption


def test_further_settings_are_lines_and_texts_can_be_across(look, pixels):
    points = [{"k": k, "metric": m} for k in (5, 9) for m in ("cosine", "euclidean")]
    scores = swept(points, lambda p: Scores({"r2": p["k"] / 10, "mae": 1.0}))
    seen = look(tk.interpret.sweep_curve(scores))
    scale = seen.marks("line")[0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["metric = cosine", "metric = euclidean"]
    across = look(tk.interpret.sweep_curve(scores, axis="metric", metric="mae"))
    assert across.marks("line")[0]["encoding"]["x"]["sort"] == ["cosine", "euclidean"]
    assert pixels(seen.picture(), scale["range"][1]) > 50


def test_points_without_the_score_are_said(look):
    points = [{"k": 1}, {"k": 2}, {"k": 3}]
    seen = look(tk.interpret.sweep_curve(swept(points, lambda p: Scores({"r2": math.nan if p["k"] == 2 else 0.5}))))
    assert len(seen.rows(seen.marks("point")[0])) == 2
    assert "1 points without this score are not drawn." in seen.caption


def test_mistakes_are_told_with_the_remedy():
    scores = swept([{"k": 0}, {"k": 1}], lambda p: Scores({"r2": 0.5, "name": "x"}))

    def text(value, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.sweep_curve(value, **settings)
        return str(caught.value)

    assert "TK709 interpret.sweep_curve metric: there is no score 'R2' with numbers." in text(scores, metric="R2")
    assert "Did you mean 'r2'?" in text(scores, metric="R2")
    assert "there is no score 'name' with numbers" in text(scores, metric="name")
    assert "TK709 interpret.sweep_curve axis: the setting 'kk' is not swept." in text(scores, axis="kk")
    assert "has no place on a log axis" in text(scores, scale="log")
    assert "TK708 interpret.sweep_curve scores: these scores are not swept." in text(Scores({"r2": 1.0}))
