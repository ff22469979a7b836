import math

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Influence, Scores, Sweep


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
def test_few_seeds_are_points_about_the_line_of_their_median(look):
    points = [{"perplexity": p, "seed": s} for p in (10, 30) for s in (0, 1, 5)]
    figure = tk.interpret.sweep_curve(swept(points, lambda p: Scores({"t": p["perplexity"] + p["seed"]})))
    seen = look(figure)
    line = seen.rows(seen.marks("line")[0])
    assert [(r["x"], r["y"]) for r in line] == [(10.0, 11.0), (30.0, 31.0)]
    assert len(seen.rows(seen.marks("point")[0])) == 6
    assert "Line: median of 3 passes (seed). Points: one pass each." in seen.caption
    assert (
        figure.text
        == "t against perplexity, 6 points: highest median 31 at perplexity = 30, lowest median 11 at perplexity = 10."
    )


@pytest.mark.row("I7")
def test_many_passes_are_bands_of_their_quantiles(look, pixels):
    points = [{"alpha": a, "seed": s} for a in (0.1, 1.0, 10.0) for s in range(21)]
    scores = swept(points, lambda p: Scores({"r2": p["seed"] / 20, "r2_baseline": 0.1}))
    seen = look(tk.interpret.sweep_curve(scores, mark=1.0))
    wide, half = (seen.rows(v) for v in seen.marks("area"))
    assert [(r["y"], r["z"]) for r in wide] == [(0.05, 0.95)] * 3
    assert [(r["y"], r["z"]) for r in half] == [(0.25, 0.75)] * 3
    baseline, line = (seen.rows(v) for v in seen.marks("line"))
    assert {r["y"] for r in baseline} == {0.1} and {r["y"] for r in line} == {0.5}
    assert "Bands: 5 to 95 % of them, and the middle half." in seen.caption
    assert "Dashed: baseline, a guess without a model." in seen.caption
    assert seen.rows(seen.marks("rule")[0]) == [{"x": 1.0}]
    assert len(seen.marks("point")) == 1 and len(seen.points()) == 3
    apart = look(tk.interpret.sweep_curve(scores, spread="points"))
    assert len(apart.points()) == 63 and not apart.marks("area")
    assert pixels(seen.picture(), "#0072b2") > 100


def test_other_axes_are_summarized_when_named(look):
    points = [{"k": k, "part": p} for k in (1, 2) for p in "abc"]
    scores = swept(points, lambda p: Scores({"r2": p["k"] + ord(p["part"]) / 1000}))
    assert len(look(tk.interpret.sweep_curve(scores)).marks("line")[0]["encoding"]["color"]["scale"]["domain"]) == 3
    seen = look(tk.interpret.sweep_curve(scores, over=["part"]))
    assert [r["y"] for r in seen.rows(seen.marks("line")[0])] == [1.098, 2.098]


def test_single_scores_carry_their_intervals_and_a_log_axis(look):
    points = [{"k": k} for k in (1, 2)]
    scores = swept(
        points, lambda p: Scores({"rmse": 0.1 * p["k"], "rmse_low": 0.0, "rmse_high": 1.0, "rmse_baseline": 9.0})
    )
    seen = look(tk.interpret.sweep_curve(scores, score_scale="log"))
    bars = seen.rows(seen.marks("rule")[0])
    assert all(0 < r["y"] < 0.1 and r["z"] == 1.0 for r in bars)
    assert seen.marks("point")[0]["encoding"]["y"]["scale"]["type"] == "log"
    assert "Bars: interval of each score." in seen.caption
    assert "Baseline, a guess without a model: 9 (outside the picture)." in seen.caption


def test_the_lens_never_flatters(look):
    table = tk.Table.from_({"y": [1.0, 2.0, 3.0], "predicted": [1.0, 2.0, 2.0]})
    own = table.influenced([Influence("line", "fitted", table.identity.union())])
    points = [{"k": 1}, {"k": 2}]
    scores = swept(points, lambda p: tk.interpret.regression_scores(own if p["k"] == 2 else table, target="y").scores)
    assert "line was fitted on 3 of the 3 rows scored." in look(tk.interpret.sweep_curve(scores)).caption


def test_seeds_across_have_no_line(look):
    points = [{"split.seed": s} for s in range(4)]
    assert not look(tk.interpret.sweep_curve(swept(points, lambda p: Scores({"r2": 0.1})))).marks("line")


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
    assert "TK709 interpret.sweep_curve score_scale: 'r2' is 0" in text(
        swept([{"k": 1}], lambda p: Scores({"r2": 0.0})), score_scale="log"
    )
    assert "TK709 interpret.sweep_curve over: the setting 'fold' is not swept." in text(scores, over=["fold"])
    assert "TK708 interpret.sweep_curve scores: these scores are not swept." in text(Scores({"r2": 1.0}))


def two_methods() -> list[Sweep[Scores]]:
    table = tk.Table.from_({"y": ["a", "b", "a"], "predicted": ["a", "a", "a"]})
    seen = table.influenced([Influence("parts", "prepared", table.identity.union())])
    points = [{"rank": 10}, {"rank": 20}]
    score = tk.interpret.classification_scores
    return [swept(points, lambda _, t=t: score(t, target="y", interval="never").scores) for t in (table, seen)]


@pytest.mark.row("L25")
def test_several_scores_are_lines_with_names_and_a_lens_each(look, pixels):
    figure = tk.interpret.sweep_curve(two_methods(), names=["PCA", "NMF, all faces"], metric="accuracy")
    seen = look(figure)
    scale = seen.marks("line")[-1]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["PCA", "NMF, all faces"]
    rows = seen.rows(seen.marks("line")[-1])
    assert [(r["x"], r["s"]) for r in rows] == [
        (10, "PCA"),
        (20, "PCA"),
        (10, "NMF, all faces"),
        (20, "NMF, all faces"),
    ]
    assert "NMF, all faces: parts was prepared on 3 of the 3 rows scored." in seen.caption
    assert "PCA: None of the 3 rows scored was seen before." in seen.caption
    highest = "PCA: highest 0.6667 at rank = 10; NMF, all faces: highest 0.6667 at rank = 10"
    assert figure.text == f"accuracy against rank, 4 points; {highest}."
    assert {r["id"] for r in seen.points()} >= {"rank = 10, PCA"}


def test_lines_are_named_one_by_one():
    for names, said in (
        (None, "no names are given for 2 lines"),
        (["a"], "1 name is given"),
        (["a", "a"], "1 name is"),
    ):
        with pytest.raises(TenkaiError, match=f"TK754 .*{said}"):
            tk.interpret.sweep_curve(two_methods(), names=names)
    one = tk.interpret.sweep_curve(two_methods()[:1], names=["PCA"]).text
    assert one.startswith("accuracy against rank, 2 points: highest")
    with pytest.raises(TenkaiError, match=r"TK709 .*Swept: 'rank'"):
        tk.interpret.sweep_curve(two_methods(), names=["a", "b"], axis="")
