"""interpret.dendrogram: top on the left, leaves on the right, the cut, colors, and folding."""

import numpy as np
import pytest

import tenkai as tk
from tenkai.interpret import _theme

LINE = tk.Table.from_({"x": [0.0, 1.0, 5.0, 7.0, 10.0], "名前": ["炭素", "珪素", "鉄", "銅", "鉄"]}, ids=list("abcde"))


@pytest.fixture
def tree():
    return tk.learn.linkage(LINE).linkage


def channel(seen, kind, name):
    return next(v["encoding"][name] for v in seen.marks(kind) if name in v["encoding"])


@pytest.mark.row("I3")
def test_the_top_is_on_the_left_and_the_leaves_on_the_right(tree, look):
    figure = tk.interpret.dendrogram(tree)
    seen = look(figure)
    x = channel(seen, "text", "x")
    assert x["scale"]["domain"] == [pytest.approx(41 / 6 * 1.04), 0]
    assert x["title"] == "height (euclidean distance)"
    names = [r for v in seen.marks("text") for r in seen.rows(v)]
    assert [(r["t"], r["x"], r["y"]) for r in names] == [(n, 0, i) for i, n in enumerate("abcde")]
    across, along = (seen.rows(v) for v in seen.marks("rule"))
    # Four merges at the heights of the tree; eight branches, five of them from leaves at height 0.
    assert [r["x"] for r in across] == [1, 2, 4, 6.8333]
    assert sorted(r["x2"] for r in along) == [0, 0, 0, 0, 0, 1, 2, 4]
    assert sorted((across[3]["y"], across[3]["y2"])) == [0.5, 3.25]
    assert seen.spec["vconcat"][0]["title"]["text"] == "5 rows · average linkage, euclidean distance"
    assert figure.text == "Tree of 5 rows, average linkage, euclidean distance, height 6.83."


@pytest.mark.row("I3")
def test_labels_cut_and_colors(tree, look, pixels):
    figure = tk.interpret.dendrogram(tree, LINE, label="名前", clusters=2, title="どれが近いか")
    seen = look(figure)
    assert [t for t in seen.texts() if t] == ["炭素", "珪素", "鉄", "銅", "鉄"]
    (line,) = [r for v in seen.marks("rule")[2:] for r in seen.rows(v)]
    assert line["x"] == pytest.approx((4 + 41 / 6) / 2, rel=1e-4)
    across = seen.rows(seen.marks("rule")[0])
    assert [r["c"] for r in across] == ["2", "1", "1", ""]  # the names of learn.cut; none above the cut
    assert seen.legend() == {"1": "1 (3)", "2": "2 (2)"}
    color = channel(seen, "rule", "color")
    assert color["scale"]["range"][:2] == list(_theme.EIGHT[:2])
    heading = seen.spec["vconcat"][0]["title"]
    assert heading["text"] == ["どれが近いか"]
    assert heading["subtitle"].startswith("5 rows")
    assert "2 clusters: 3, 2" in figure.text
    assert "Dashed: a cut at 5.42." in seen.caption
    picture = seen.picture()
    for tint in _theme.EIGHT[:2]:
        assert pixels(picture, tint) > 200


@pytest.mark.row("I20")
def test_the_caution_stands_below(tree, look):
    figure = tk.interpret.dendrogram(tree, height=1.5)
    assert [n.code for n in figure.notes] == ["TKW741"]
    assert "No number of clusters is the right one" in look(figure).caption
    assert "4 clusters: 2, 1, 1, 1" in figure.text


@pytest.mark.row("I3")
def test_a_large_tree_folds_its_lower_branches(look):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(180, 2)), rng.normal(size=(60, 2)) + 20])
    rows = tk.Table.from_(X).with_columns(tk.Table.from_({"side": ["left"] * 180 + ["right"] * 60}).frame)
    tree = tk.learn.linkage(tk.Table.from_(X)).linkage
    figure = tk.interpret.dendrogram(tree, rows, label="side", clusters=2)
    seen = look(figure)
    assert [n.code for n in figure.notes] == ["TKW742", "TKW741"]
    names = [t for t in seen.texts() if t]
    assert len(names) == 60
    sizes = [int(n.split(" ")[0]) if "×" in n else 1 for n in names]
    assert sum(sizes) == 240
    assert {n.split("× ")[-1] for n in names} == {"left", "right"}
    (wedges,) = seen.marks("area")
    corners = seen.rows(wedges)
    assert len(corners) == 2 * sum(s > 1 for s in sizes)
    assert {r["n"] for r in corners} == {s for s in sizes if s > 1}
    # Asked for, the whole tree is drawn; and fewer ends than usual.
    assert len([t for t in look(tk.interpret.dendrogram(tree, leaves=1000)).texts() if t]) == 240
    assert len([t for t in look(tk.interpret.dendrogram(tree, leaves=20)).texts() if t]) == 20
    assert figure.to_png(0.5).startswith(b"\x89PNG")


def test_columns_and_many_clusters(look):
    rng = np.random.default_rng(0)
    table = tk.Table.from_(rng.normal(size=(30, 13)))
    tree = tk.learn.linkage(table, of="columns", metric="abs_correlation").linkage
    seen = look(tk.interpret.dendrogram(tree, clusters=12))
    assert "12 clusters are too many for colors." in seen.caption
    assert sorted(t for t in seen.texts() if t) == sorted(table.columns)
    assert "13 columns" in seen.spec["vconcat"][0]["title"]["text"]


def test_names_that_are_no_words_for_altair(look):
    odd = tk.Table.from_({"x": [0.0, 1.0, 3.0]}, ids=["a'b", 'c"d', "e\\f"])
    seen = look(tk.interpret.dendrogram(tk.learn.linkage(odd).linkage, clusters=2))
    assert [t for t in seen.texts() if t] == ["a'b", 'c"d', "e\\f"]
    assert seen.picture().shape[2] == 3


def test_two_equal_rows(look):
    same = tk.learn.given_distances(tk.Table.from_({"a": [0.0, 0.0], "b": [0.0, 0.0]}))
    figure = tk.interpret.dendrogram(tk.learn.linkage(same).linkage, clusters=2)
    assert "no line where it is cut" in look(figure).caption
    assert figure.to_png(0.5).startswith(b"\x89PNG")


def test_what_cannot_be_drawn(tree):
    def code(**settings):
        with pytest.raises(tk.TenkaiError) as caught:
            tk.interpret.dendrogram(tree, settings.pop("table", None), **settings)
        return caught.value.problems[0].code

    assert code(clusters=6) == "TK640"
    assert code(clusters=2, height=1.0) == "TK111"
    assert code(label="名前") == "TK107"
    assert code(table=LINE, label="name") == "TK201"
    assert code(table=LINE.take([0, 1])) == "TK703"
