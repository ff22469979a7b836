import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Scores, Sweep


def table(seed, n=20):
    random = np.random.default_rng(seed)
    return tk.Table.from_({"x": random.normal(size=n), "y": random.normal(size=n), "c": ["a", "b"] * (n // 2)})


def swept(make, values, name="perplexity"):
    axis = Axis(name, f"learn.tsne.{name}", name, tuple(values))
    return Sweep((axis,), tuple({name: v} for v in values), tuple(make(v) for v in values))


def panels(seen):
    (grid,) = seen.spec["vconcat"]
    return grid["concat"]


@pytest.mark.row("L3", "I20")
def test_each_point_of_a_sweep_stands_under_its_setting_and_quality(look):
    maps = swept(table, [5, 30, 100])
    quality = swept(lambda v: Scores({"trustworthiness": v / 200, "label_accuracy": 0.5}), [5, 30, 100])
    figure = tk.interpret.compare_maps(maps, quality, color="c")
    assert [n.code for n in figure.notes] == ["TKW715"]
    seen = look(figure)
    titles = [p["title"] for p in panels(seen)]
    assert [t["text"] for t in titles] == ["perplexity = 5", "perplexity = 30", "perplexity = 100"]
    assert titles[1]["subtitle"] == ["trustworthiness 0.150 · label accuracy 0.500"]
    assert len(seen.points()) == 60
    # All maps show the same rows in the same colors: one legend, with the counts of one map.
    assert seen.legend() == {"a": "a (10)", "b": "b (10)"}
    assert seen.spec["vconcat"][0]["resolve"]["scale"]["color"] == "shared"


def test_scores_find_their_map_by_the_settings(look):
    maps = swept(table, [5, 30])
    quality = swept(lambda v: Scores({"trustworthiness": v / 100}), [30, 5])
    shown = [p["title"]["subtitle"] for p in panels(look(tk.interpret.compare_maps(maps, quality)))]
    assert shown == [["trustworthiness 0.050"], ["trustworthiness 0.300"]]


def test_maps_of_several_methods_are_named_after_them(look):
    rows = tk.Table.from_(np.random.default_rng(0).normal(size=(30, 4)))
    made = [tk.learn.pca(rows).map, tk.learn.tsne(rows, perplexity=5).map]
    figure = tk.interpret.compare_maps(made)
    assert [p["title"]["text"] for p in panels(look(figure))] == ["PCA", "t-SNE"]
    assert [n.code for n in figure.notes] == ["TKW711"]
    named = tk.interpret.compare_maps(made, titles=["主成分", "near"], across=1)
    assert [p["title"]["text"] for p in panels(look(named))] == ["主成分", "near"]
    assert look(named).spec["vconcat"][0]["columns"] == 1


def test_a_list_may_hold_sweeps(look):
    figure = tk.interpret.compare_maps([table(0), swept(table, [5, 30])])
    assert figure.text == "3 maps side by side: x, y; perplexity = 5; perplexity = 30."


def test_all_panels_are_drawn(look, pixels):
    picture = look(tk.interpret.compare_maps([table(0), table(1)], color="c")).picture()
    half = picture.shape[1] * 2 // 5
    for part in (picture[:, :half], picture[:, half:]):
        assert pixels(part, "#0072b2") > 100
        assert pixels(part, "#d55e00") > 100


def test_mistakes_are_told_with_the_remedy():
    maps = [table(0), table(1)]

    def text(*values, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.compare_maps(*values, **settings)
        return str(caught.value)

    assert "TK708 interpret.compare_maps titles: there are 1 titles for 2 maps." in text(maps, titles=["one"])
    assert "TK708 interpret.compare_maps quality: there are 1 scores for 2 maps." in text(maps, [Scores({"r2": 1.0})])
    wrong = text(maps, [Scores({"label_accuracy": 1.0})] * 2, figures=["label_acuracy"])
    assert "the scores have no 'label_acuracy'. They have 'label_accuracy'. Did you mean 'label_accuracy'?" in wrong
    assert "TK708" in text([table(0)] * 61)
    assert "TK201" in text(maps, color="label")
