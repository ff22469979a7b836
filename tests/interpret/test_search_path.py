import numpy as np
import pytest

import tenkai as tk


def trials(n=6, **more):
    score = [0.5, 0.7, 0.6, 0.9, 0.8, 0.85][:n]
    order = np.argsort(np.argsort([-s for s in score])) + 1
    columns = {"alpha": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0][:n], **more, "score": score, "rank": order}
    return tk.Table.from_({**columns, "trial": range(1, n + 1), "by": ["r2"] * n})


@pytest.mark.row("F6")
def test_the_course_and_each_setting(look):
    depth, kind = [1, 2, None, 3, 2, 1], ["a", "b", "a", "b", "a", "b"]
    figure = tk.interpret.search_path(trials(depth=depth, kernel=kind))
    assert figure.text == "Best r2 0.9 at alpha = 1, depth = 3, kernel = b, trial 4 of 6."
    seen = look(figure)
    (line,) = seen.marks("line")
    # the best so far, a corner where it changes and one at the end
    assert [(r["x"], r["y"]) for r in seen.rows(line)] == [(1, 0.5), (2, 0.7), (4, 0.9), (6, 0.9)]
    points = [v for v in seen.marks("point") if len(seen.rows(v)) == 6]
    assert [v["encoding"]["x"]["title"] for v in points] == ["trial", "alpha", "depth", "kernel"]
    assert points[1]["encoding"]["x"]["scale"]["type"] == "log"
    assert points[2]["encoding"]["x"]["sort"] == ["1", "2", "3", "null"]
    assert [r["x"] for r in seen.rows(points[1])] == [0.001, 0.01, 0.1, 1, 10, 100]
    rings = [v for v in seen.marks("point") if len(seen.rows(v)) == 1]
    assert len(rings) == 4 and {seen.rows(v)[0]["y"] for v in rings} == {0.9}
    assert "Line: the highest r2 so far. Ring: the best." in seen.caption


def test_the_lowest_is_sought_where_rank_says_so_and_the_chosen_is_ringed(look, pixels):
    table = tk.Table.from_(
        {
            "alpha": [1.0, 2.0, 3.0, 4.0],
            "score": [5.0, 3.0, None, 4.0],
            "rank": [3, 1, None, 2],
            "trial": [1, 2, 3, 4],
            "chosen": ["no", "no", "no", "yes"],
        }
    )
    figure = tk.interpret.search_path(table, title="Penalty")
    assert figure.text == "Best score 3 at alpha = 2, trial 2 of 4. Chosen: alpha = 4, 4."
    seen = look(figure)
    assert "the lowest score so far. Ring: the settings chosen." in seen.caption
    assert "Not drawn: 1 trial without a score." in seen.caption
    ring = next(v for v in seen.marks("point") if len(seen.rows(v)) == 1)
    assert seen.rows(ring)[0]["y"] == 4.0
    assert seen.marks("point")[-1]["encoding"]["x"]["scale"]["type"] == "linear"
    assert pixels(seen.picture(), "#d55e00") > 50


def test_what_a_search_gives_is_drawn(look):
    random = np.random.default_rng(0)
    x = random.normal(size=30)
    rows = tk.Table.from_({"x": x, "y": x + random.normal(size=30)})
    model = tk.learn.ridge(rows, target="y").model
    found = tk.learn.search(rows, model, space={"alpha": {"log": [0.01, 1000, 6]}}, by="rmse")
    figure = tk.interpret.search_path(found.trials)
    assert figure.text.startswith(f"Best rmse {found.best['score']:.4g} at alpha = {found.best['alpha']:g}, trial ")
    assert figure.notes == found.trials.notes


def test_very_many_trials_are_thinned_to_the_best(look):
    n = 5200
    score = np.arange(n, dtype=float)
    table = tk.Table.from_({"k": np.arange(n) % 7, "score": score, "rank": n - np.arange(n), "trial": np.arange(n) + 1})
    figure = tk.interpret.search_path(table)
    assert [n.text for n in figure.notes] == ["The best 5,000 of 5,200 trials are drawn."]
    points = max((look(figure).rows(v) for v in look(figure).marks("point")), key=len)
    assert len(points) == 5000 and min(p["y"] for p in points) == 200.0


def test_mistakes():
    with pytest.raises(tk.TenkaiError, match=r"TK201 .* there is no column 'score'"):
        tk.interpret.search_path(tk.Table.from_({"a": [1.0]}))
    nothing = tk.Table.from_({"a": [1.0], "score": [float("nan")], "rank": [1], "trial": [1]})
    with pytest.raises(tk.TenkaiError, match=r"TK205 .* no trial has a score"):
        tk.interpret.search_path(nothing)
