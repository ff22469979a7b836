import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.mark.row("I11")
def test_a_grid_of_any_size_with_index_and_label_and_blank_tiles(look):
    table = tk.Table.from_({"image": np.zeros((3, 2, 2)), "名前": ["炭素", "珪素", "炭素"]})
    seen = look(tk.interpret.images(table, label="名前", rows=["Row2", None, "Row0"], across=2))
    assert sorted(seen.texts()) == ["0", "2", "炭素", "炭素"]
    sheet = seen.tiles()
    half = sheet.shape[0] // 2
    dark = [
        [bool((sheet[r * half : (r + 1) * half, c * half : (c + 1) * half] == 0).all(axis=2).any()) for c in range(2)]
        for r in range(2)
    ]
    assert dark == [[True, False], [True, False]]
    assert not look(tk.interpret.images(table, annotate=False)).texts()


def test_the_first_rows_are_drawn_and_the_rest_is_said(look, digits):
    figure = tk.interpret.images(digits[1], limit=30, across=6)
    assert [n.text for n in figure.notes] == ["The first 30 of 1,797 rows are drawn."]
    assert sorted(map(int, look(figure).texts())) == list(range(30))
    (view,) = look(figure).marks("image")
    assert view["mark"]["width"] / view["mark"]["height"] == 6 / 5


def test_the_figure_is_really_drawn(look, pixels):
    picture = look(tk.interpret.images(tk.Table.from_({"image": np.zeros((4, 3, 3))}), annotate=False)).picture()
    assert pixels(picture, "#000000", 20) > 50_000


def test_long_labels_shrink_then_shorten(look):
    names = ["Alejandro_Toledo", "a name so long that no tile of any size could ever hold it"]
    table = tk.Table.from_({"image": np.zeros((2, 2, 2)), "name": names})
    texts = look(tk.interpret.images(table, label="name")).texts()
    assert "Alejandro_Toledo" in texts
    assert any(t.startswith("a name so") and t.endswith("…") for t in texts)


def test_a_row_that_does_not_exist():
    with pytest.raises(TenkaiError, match=r"TK703 interpret\.images rows: the table of 'things' has no row 'Row5'\."):
        tk.interpret.images(tk.Table.from_({"image": np.zeros((2, 2, 2))}), rows=["Row5"])
    with pytest.raises(TenkaiError, match=r"TK202 interpret\.images image: column 'n' is of kind number"):
        tk.interpret.images(tk.Table.from_({"n": [1.0]}), image="n")
