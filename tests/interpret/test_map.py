import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret import _theme


@pytest.mark.row("I2")
def test_observed_rows_are_large_and_colored_new_rows_small_and_faint_behind(look, pixels, cities):
    new = tk.Table.from_({"x": np.linspace(-1, 4, 50), "y": np.linspace(-1, 3, 50)}, ids=[f"n{i}" for i in range(50)])
    seen = look(tk.interpret.map(cities, new, color="分類"))
    behind, *front = seen.marks("point")
    assert [r["id"] for r in seen.rows(behind)] == [f"n{i}" for i in range(50)]
    assert behind["mark"]["color"] == _theme.NEW
    for view in front:
        assert view["mark"]["size"] > 5 * behind["mark"]["size"]
        assert view["mark"]["opacity"] > 2 * behind["mark"]["opacity"]
    assert {r["id"] for view in front for r in seen.rows(view)} == set(cities.ids)
    assert seen.legend() == {
        "炭素": "炭素 (4)",
        "珪素": "珪素 (4)",
        "missing": "missing (4)",
        "new rows": "new rows (50)",
    }
    encoding = front[-1]["encoding"]
    assert (encoding["x"]["title"], encoding["y"]["title"]) == ("x", "y")
    # Meaning is never by color alone: few points have shapes, too.
    assert encoding["shape"]["scale"]["domain"] == encoding["color"]["scale"]["domain"]
    picture = seen.picture()
    for color in (_theme.EIGHT[0], _theme.EIGHT[1], _theme.MISSING):
        assert pixels(picture, color) > 200


def test_a_few_new_rows_are_drawn_on_top_where_they_can_be_seen(look, cities):
    new = tk.Table.from_({"x": [0.0, 1.0], "y": [0.0, 1.0]}, ids=["n0", "n1"])
    seen = look(tk.interpret.map(cities, new, color="分類"))
    *others, top = seen.marks("point")
    assert [r["id"] for r in seen.rows(top)] == ["n0", "n1"]
    assert top["mark"]["color"] == _theme.NEW
    assert all(view["mark"]["size"] > top["mark"]["size"] for view in others)


@pytest.mark.row("I2")
def test_the_opacity_and_size_of_observed_rows_can_be_set(look, cities):
    (view,) = look(tk.interpret.map(cities, opacity=0.3, size=12)).marks("point")
    assert (view["mark"]["opacity"], view["mark"]["size"]) == (0.3, 12)


def test_the_coordinates_of_the_last_reduction_are_the_axes(look):
    rows = np.random.default_rng(0).normal(size=(30, 4))
    made = tk.learn.pca(tk.Table.from_({"before": np.arange(30.0), "v": rows}), columns=["v"], components=3).map
    frame = made.frame.select("before", "PCA1", "PCA2", "PCA3")  # other numbers stand first
    view = look(tk.interpret.map(made.with_columns(frame))).marks("point")[0]
    assert (view["encoding"]["x"]["title"], view["encoding"]["y"]["title"]) == ("PCA1", "PCA2")
    view = look(tk.interpret.map(made, x="PCA2")).marks("point")[0]
    assert (view["encoding"]["x"]["title"], view["encoding"]["y"]["title"]) == ("PCA2", "PCA1")


def test_numbers_have_one_ordered_scale_and_missing_ones_are_gray_and_counted(look, cities):
    seen = look(tk.interpret.map(cities, color="gap"))
    gray, colored = seen.marks("point")
    assert [r["id"] for r in seen.rows(gray)] == ["r5"]
    assert (gray["mark"]["stroke"], gray["mark"]["filled"]) == (_theme.MISSING, False)
    assert colored["encoding"]["color"]["scale"]["domain"] == [0.0, 5.5]
    assert colored["encoding"]["color"]["scale"]["scheme"]["name"] == "viridis"
    assert "1 rows without gap" in seen.caption


def test_few_whole_numbers_are_categories_and_can_be_numbers(look):
    table = tk.Table.from_({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 0.0], "k": [2, 0, 10]})
    assert list(look(tk.interpret.map(table, color="k")).legend()) == ["0", "2", "10"]
    assert look(tk.interpret.map(table, color="k", color_as="numbers")).legend() == {}


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(-1e6, 1e6)),
            st.floats(-1e6, 1e6),
            st.one_of(st.none(), st.sampled_from("abc")),
        ),
        min_size=1,
        max_size=30,
    ).filter(lambda rows: any(x is not None for x, _, _ in rows))
)
def test_every_row_with_coordinates_is_drawn_once_and_the_others_are_counted(look, rows):
    x, y, c = zip(*rows, strict=True)
    table = tk.Table.from_(
        pl.DataFrame({"x": x, "y": y, "c": c}, schema={"x": pl.Float64, "y": pl.Float64, "c": pl.String})
    )
    figure = tk.interpret.map(table, color="c")
    seen = look(figure)
    expected = {f"Row{i}": r for i, r in enumerate(rows) if r[0] is not None}
    assert sorted(p["id"] for p in seen.points()) == sorted(expected)
    for point in seen.points():
        assert point["x"] == pytest.approx(expected[point["id"]][0], rel=1e-4)  # five digits
    left_out = len(rows) - len(expected)
    assert [n.code for n in figure.notes] == (["TKW702"] if left_out else [])
    if left_out:
        assert f"{left_out} rows without coordinates" in seen.caption


def test_many_rows_are_drawn_as_density_and_the_caption_says_so(look, pixels):
    random = np.random.default_rng(0)
    label = np.where(random.random(3000) < 0.7, "much", "little")
    table = tk.Table.from_({"x": random.normal(size=3000), "y": random.normal(size=3000), "c": label})
    seen = look(tk.interpret.map(table, color="c", most_points=1000))
    (cells,) = seen.marks("rect")
    assert sum(r["n"] for r in seen.rows(cells)) == 3000
    assert not seen.points()
    assert "3,000 rows drawn as density" in seen.caption
    assert pixels(seen.picture(), _theme.EIGHT[1]) > 500  # the strongest tint of the commoner label
    assert seen.legend() == {
        "little": f"little ({(label == 'little').sum():,})",
        "much": f"much ({(label == 'much').sum():,})",
    }
    plain = look(tk.interpret.map(table, most_points=1000))
    assert plain.marks("rect")[0]["encoding"]["color"]["scale"]["type"] == "log"


def test_the_color_of_a_cell_is_its_commonest_label_and_its_mean_number(look):
    # Two cells far apart: (a, a, b) with numbers 1, 2, 6, and (b) with 10; then 100 rows to exceed the limit.
    x = [0.0, 0.0, 0.0, 9.0] + [5.0] * 100
    table = tk.Table.from_(
        {"x": x, "y": [0.0] * 104, "c": ["a", "a", "b", "b"] + ["z"] * 100, "v": [1.0, 2.0, 6.0, 10.0] + [0.5] * 100}
    )
    seen = look(tk.interpret.map(table, color="c", most_points=100))
    (view,) = seen.marks("rect")
    names = re.search(r"(\[.*\])\[floor", next(t["calculate"] for t in view["transform"] if t["as"] == "c")).group(1)
    assert names == '["a", "b", "z"]'
    codes = {r["i"]: (r["n"], r["k"] // 5) for r in seen.rows(view)}
    assert [codes[i] for i in sorted(codes)] == [(3, 0), (100, 2), (1, 1)]
    seen = look(tk.interpret.map(table, color="v", most_points=100))
    means = {r["i"]: r["c"] for r in seen.rows(seen.marks("rect")[0])}
    assert [means[i] for i in sorted(means)] == [3.0, 0.5, 10.0]


def test_names_of_classes_stand_on_large_maps_and_never_overlap(look, digits):
    seen = look(tk.interpret.map(digits[0], color="label"))
    assert sorted(set(seen.texts())) == list("0123456789")
    assert "shape" not in seen.marks("point")[0]["encoding"]
    assert not look(tk.interpret.map(digits[0], color="label", names="off")).texts()
    assert seen.legend()["1"] == "1 (182)"  # 182 ones in the set


def test_rare_labels_are_drawn_as_one_above_thirty(look):
    labels = [f"P{i}" for i in range(35) for _ in range(40 - i)]
    table = tk.Table.from_({"x": np.arange(len(labels)) * 1.0, "y": np.zeros(len(labels)), "c": labels})
    figure = tk.interpret.map(table, color="c")
    legend = look(figure).legend()
    assert len(legend) == 30
    assert legend["6 other labels"] == f"6 other labels ({sum(40 - i for i in range(29, 35))})"
    assert [n.code for n in figure.notes] == ["TKW703"]


def test_a_class_covered_by_others_is_said(look):
    table = tk.Table.from_({"x": [0.0, 0.0, 0.0, 5.0], "y": [0.0, 0.0, 0.0, 5.0], "c": ["a", "b", "b", "a"]})
    assert "Covered" not in look(tk.interpret.map(table, color="c")).caption  # b is painted last
    table = tk.Table.from_({"x": [0.0, 0.0], "y": [0.0, 0.0], "c": ["a", "b"]})
    assert re.search(
        r"Covered by other classes at the same place: [ab]\.", look(tk.interpret.map(table, color="c")).caption
    )


@pytest.mark.row("I20")
def test_cautions_stand_where_they_apply(look):
    random = np.random.default_rng(0)
    rows = tk.Table.from_(
        {
            "a": random.normal(size=40),
            "b": random.normal(size=40),
            "c": random.normal(size=40),
            "label": ["x", "y"] * 20,
        }
    )
    tsne = tk.interpret.map(tk.learn.tsne(rows, perplexity=5).map, color="label")
    assert [n.code for n in tsne.notes] == ["TKW711", "TKW712"]
    assert "In t-SNE maps near rows are alike; distances between separate groups mean little." in look(tsne).caption
    pca = tk.interpret.map(tk.learn.pca(rows).map, color="label")
    assert [n.text for n in pca.notes] == [
        "The map did not see the labels: classes that stay together on it are no failure."
    ]
    assert tk.interpret.map(rows, x="a", y="b", color="label").notes == ()


def test_long_names_and_odd_characters_do_no_harm(look):
    name = """a "very" long label, 単位 [eV] \\ 'x' that nobody should ever write anywhere"""
    table = tk.Table.from_({"x.[1]": [0.0, 1.0], "y 日本": [0.0, 1.0], 'l"a\\b': [name, "short"]})
    seen = look(tk.interpret.map(table, color='l"a\\b', title=name * 3))
    assert seen.legend()[name].startswith('a "very" long label, 単位')
    assert seen.legend()[name].endswith("… (1)")
    assert seen.picture().shape[1] < 2200


def test_one_row_and_equal_rows_can_be_drawn(look, pixels):
    for n in (1, 3):
        seen = look(tk.interpret.map(tk.Table.from_({"x": [2.0] * n, "y": [0.0] * n})))
        assert pixels(seen.picture(), _theme.ACCENT) > 100


def test_the_same_rows_give_the_same_figure(cities):
    assert tk.interpret.map(cities, color="gap").spec == tk.interpret.map(cities, color="gap").spec


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ({"color": "分"}, "TK201", "there is no column '分'. The table has"),
        ({"x": "分類"}, "TK202", "column '分類' is of kind category. Allowed here: number."),
        ({"color": "分類", "color_as": "numbers"}, "TK202", "column '分類' is of kind category"),
        ({"opacity": 2.0}, "TK111", "2.0 is not allowed"),
    ],
)
def test_settings_that_do_not_fit(cities, settings, code, text):
    with pytest.raises(TenkaiError) as caught:
        tk.interpret.map(cities, **settings)
    assert caught.value.problems[0].code == code
    assert text in str(caught.value)


def test_tables_that_are_no_maps():
    with pytest.raises(
        TenkaiError, match=r"TK701 interpret\.map: the table of 'map' has 1 coordinate columns, a map needs 2"
    ):
        tk.interpret.map(tk.Table.from_({"x": [1.0], "name": ["a"]}))
    with pytest.raises(TenkaiError, match=r"TK205 .* no row of 'map' has both coordinates, 'x' and 'y'"):
        tk.interpret.map(tk.Table.from_({"x": [1.0, None], "y": [None, 1.0]}))
    with pytest.raises(TenkaiError, match=r"TK201 .* there is no column 'PCA2'"):
        tk.interpret.map(tk.Table.from_({"PCA1": [1.0], "PCA2": [1.0]}), tk.Table.from_({"PCA1": [1.0]}))
