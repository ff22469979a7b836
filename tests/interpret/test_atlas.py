import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import get_step


def cells_by_hand(xy, window, down, across):
    """The S2 rule, cell by cell: strictly inside, nearest to the center in pitches, y falling from the top."""
    x0, x1, y0, y1 = window
    wide, tall = (x1 - x0) / across, (y1 - y0) / down
    found = {}
    for r in range(down):
        for c in range(across):
            left, top = x0 + c * wide, y1 - r * tall
            x, y = xy.T
            inside = np.flatnonzero((left < x) & (x < left + wide) & (top - tall < y) & (y < top))
            if len(inside):
                away = ((x - left - wide / 2) / wide) ** 2 + ((y - top + tall / 2) / tall) ** 2
                found[r, c] = inside[away[inside].argmin()]
    return found


@pytest.mark.row("I13")
@pytest.mark.parametrize(("down", "across"), [(15, 15), (50, 50), (3, 7)])
def test_each_cell_shows_the_row_nearest_to_its_center(digits, down, across):
    plane, things = digits
    window = [-25.0, 20.5, -10.25, 22.0]
    made = tk.interpret.atlas(plane, things, down=down, across=across, window=window, annotate=False)
    expected = cells_by_hand(plane.matrix(["PCA1", "PCA2"]), window, down, across)
    rows = zip(made.chosen["grid row"], made.chosen["grid column"], made.chosen.ids, strict=True)
    assert {(r, c): i for r, c, i in rows} == {place: f"Row{i}" for place, i in expected.items()}


@pytest.mark.row("I13", "C9")
def test_the_tiles_are_the_pictures_of_these_rows_in_their_places(look, digits):
    plane, things = digits
    made = tk.interpret.atlas(plane, things, down=10, across=10, annotate=False)
    sheet = look(made.figure).tiles()
    size = sheet.shape[0] // 10
    images = things["image"].to_numpy()
    places = set()
    for r, c, row_id in zip(made.chosen["grid row"], made.chosen["grid column"], made.chosen.ids, strict=True):
        cell = sheet[r * size : (r + 1) * size, c * size : (c + 1) * size, 0]
        times = int(size * 0.92) // 8
        at = (size - 8 * times) // 2
        shown = cell[at : at + 8 * times, at : at + 8 * times]
        picture = np.rint(images[int(row_id[3:])] / 16 * 255)
        # Every pixel of the digit is one flat square: enlarged without smoothing.
        np.testing.assert_array_equal(shown, np.kron(picture, np.ones((times, times))))
        assert (cell[:at] == 255).all() and (cell[at + 8 * times :] == 255).all()
        places.add((r, c))
    assert 20 < len(places) < 100
    blank = next((r, c) for r in range(10) for c in range(10) if (r, c) not in places)
    assert (sheet[blank[0] * size :][:size, blank[1] * size :][:, :size] == 255).all()


def test_the_tiles_stand_in_the_drawn_figure_where_their_window_says(look):
    # One black picture in the upper right of four cells.
    table = tk.Table.from_({"x": [0.9, 0.2], "y": [0.8, 0.3], "image": np.stack([np.zeros((4, 4)), np.ones((4, 4))])})
    made = tk.interpret.atlas(table, down=2, across=2, window=[0, 1, 0, 1], annotate=False, scatter=False)
    picture = look(made.figure).picture()
    black = np.argwhere((picture < 30).all(axis=2))
    assert len(black) > 100_000
    middle = (np.array(picture.shape[:2]) / 2)[None]
    top_right = (black[:, 0] < middle[0, 0]) & (black[:, 1] > middle[0, 1])
    assert top_right.mean() > 0.99
    assert made.chosen["grid row"].to_list() == [0, 1]
    assert made.chosen["grid column"].to_list() == [1, 0]


@pytest.mark.row("I11")
def test_tiles_carry_row_number_and_label_or_nothing(look, digits):
    plane, things = digits
    made = tk.interpret.atlas(plane, things, label="label", down=5, across=5)
    texts = look(made.figure).texts()
    for row_id, label in zip(made.chosen.ids, made.chosen["label"], strict=True):
        assert row_id.removeprefix("Row") in texts
        assert label in texts
    bare = tk.interpret.atlas(plane, things, down=5, across=5, annotate=False, scatter=False)
    assert not look(bare.figure).texts()
    (view,) = look(bare.figure).marks("image")
    assert view["mark"]["width"] == view["mark"]["height"] == 480


def test_frames_have_the_color_of_the_label_on_the_map(look, digits, pixels):
    plane, things = digits
    seen = look(tk.interpret.atlas(plane, things, label="label", around="0").figure)
    color = next(v["encoding"]["color"] for v in seen.marks("point") if "color" in v["encoding"])
    tints = dict(zip(color["scale"]["domain"], color["scale"]["range"], strict=True))
    assert pixels(seen.tiles(), tints["0"], 2) > 500


@pytest.mark.row("I13")
def test_the_scatter_beside_shows_the_same_window(look, digits):
    plane, things = digits
    window = [-10.0, 10.0, 0.0, 20.0]
    seen = look(tk.interpret.atlas(plane, things, label="label", window=window).figure)
    xy = plane.matrix(["PCA1", "PCA2"])
    inside = (xy[:, 0] >= -10) & (xy[:, 0] <= 10) & (xy[:, 1] >= 0) & (xy[:, 1] <= 20)
    assert len(seen.points()) == inside.sum()
    for view in (*seen.marks("image"), *seen.marks("point")):
        assert view["encoding"]["x"]["scale"]["domain"] == window[:2]
        assert view["encoding"]["y"]["scale"]["domain"] == window[2:]
    assert sum(int(t.split("(")[1][:-1]) for t in seen.legend().values()) == inside.sum()


@pytest.mark.row("I14")
def test_a_tour_is_a_sweep_over_classes_and_quarters(digits):
    plane, things = digits
    tour = tk.interpret.atlas(
        plane, things, label="label", around=tk.sweep([str(k) for k in (0, 4, 9)]), annotate=False
    )
    assert len(tour) == 3
    for point, figure in tour:
        assert figure.title == f"Atlas of PCA1 and PCA2, around {point['around']}"
    x, y = plane["PCA1"].to_numpy(), plane["PCA2"].to_numpy()
    middle = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    for quadrant, (right, up) in {1: (True, True), 2: (False, True), 3: (False, False), 4: (True, False)}.items():
        chosen = tk.interpret.atlas(plane, things, quadrant=quadrant, scatter=False).chosen
        assert ((chosen["PCA1"].to_numpy() > middle[0]) == right).all()
        assert ((chosen["PCA2"].to_numpy() > middle[1]) == up).all()


def test_the_window_around_a_class_is_not_widened_by_strays():
    x = np.concatenate([np.linspace(0, 1, 200), [100.0, 50.0]])
    table = tk.Table.from_({"x": x, "y": x, "c": ["a"] * 201 + ["b"], "image": np.zeros((202, 2, 2))})
    chosen = tk.interpret.atlas(table, label="c", around="a").chosen
    assert chosen["x"].max() < 2
    assert tk.interpret.atlas(table, label="c", around="b").chosen.ids.to_list() == ["Row201"]


def test_labels_that_are_numbers_can_be_written_as_numbers():
    table = tk.Table.from_({"x": [0.0, 5.0], "y": [0.0, 5.0], "k": [3, 7], "image": np.zeros((2, 2, 2))})
    assert tk.interpret.atlas(table, label="k", around=7).chosen.ids.to_list() == ["Row1"]


@pytest.mark.row("T12")
def test_the_rows_shown_keep_their_names_and_what_shaped_them(digits):
    plane, things = digits
    chosen = tk.interpret.atlas(plane, things).chosen
    at = [int(i[3:]) for i in chosen.ids]
    np.testing.assert_array_equal(chosen.identity.keys, plane.identity.keys[at])
    assert chosen.influences == plane.influences
    assert chosen["label"].to_list() == plane["label"].gather(at).to_list()


def test_the_schema_is_what_comes_out(digits):
    plane, things = digits
    step = get_step("interpret.atlas")
    made = step.run({"map": plane, "things": things}, step.convert({}))
    schema = step.flow({"map": plane.schema, "things": things.schema}, step.convert({}))
    assert dict(schema["chosen"].columns) == dict(made["chosen"].schema.columns)


def test_pictures_may_be_vectors_colored_or_larger_than_their_cell(look):
    square = tk.Table.from_({"x": [0.0], "y": [0.0], "pixels": np.arange(9.0)[None]})
    sheet = look(tk.interpret.atlas(square, down=1, across=1, annotate=False).figure).tiles()
    assert {tuple(p) for p in sheet.reshape(-1, 3)} >= {(0, 0, 0), (128, 128, 128), (255, 255, 255)}
    red = np.zeros((1, 3, 3, 3), np.uint8)
    red[..., 0] = 200
    table = tk.Table.from_({"x": [0.0], "y": [0.0], "image": red})
    sheet = look(tk.interpret.atlas(table, down=1, across=1, annotate=False).figure).tiles()
    assert (sheet[sheet.shape[0] // 2, sheet.shape[1] // 2] == [255, 0, 0]).all()
    large = tk.Table.from_({"x": [0.0], "y": [0.0], "image": np.zeros((1, 900, 600))})
    sheet = look(tk.interpret.atlas(large, down=20, across=20, annotate=False).figure).tiles()
    assert sheet.shape[0] < 1400
    dark = np.argwhere((sheet < 100).all(axis=2))
    height, width = np.ptp(dark, axis=0) + 1
    assert height / width == pytest.approx(1.5, abs=0.06)


def test_inverted_pictures_are_dark_on_light(look, digits):
    plane, things = digits
    light, dark = (
        look(tk.interpret.atlas(plane, things, annotate=False, invert=i).figure).tiles().mean() for i in (False, True)
    )
    assert dark > light


def errors(table, things=None, **settings):
    with pytest.raises(TenkaiError) as caught:
        tk.interpret.atlas(table, things, **settings)
    return str(caught.value)


def test_mistakes_are_told_with_the_remedy(digits):
    plane, things = digits
    text = errors(plane)
    assert text.startswith("TK702 interpret.atlas: the table of 'map' has no pictures. It has 'PCA1', 'PCA2', 'label'.")
    assert "TK703" in errors(plane, things.take(range(100)))
    assert "no row 'Row100' (1697 rows of 1797 are not there)" in errors(plane, things.take(range(100)))
    assert "TK704 interpret.atlas window: no row lies inside 900 to 901 by 0 to 1." in errors(
        plane, things, window=[900, 901, 0, 1]
    )
    assert "has no extent" in errors(plane, things, window=[1, 0, 0, 1])
    assert "window and quadrant both choose" in errors(plane, things, window=[0, 1, 0, 1], quadrant=1)
    assert "TK705 interpret.atlas around: around '7' needs the column" in errors(plane, things, around="7")
    assert "TK705 interpret.atlas around: no row has the label '77' in 'label'." in errors(
        plane, things, label="label", around="77"
    )
    assert "TK111" in errors(plane, things, window=[0, 1])
    odd = tk.Table.from_({"x": [0.0], "y": [0.0], "v": np.zeros((1, 5))})
    assert "column 'v' holds vectors of length 5, which is no square picture" in errors(odd)
    two = tk.Table.from_({"x": [0.0], "y": [0.0], "a": np.zeros((1, 2, 2)), "b": np.zeros((1, 2, 2))})
    assert "has several columns of pictures. Choose one: 'a', 'b'." in errors(two)
