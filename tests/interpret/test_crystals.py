"""interpret.crystals and the pictures of crystals: what is drawn, and where."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret._crystal_pictures import crystal_pixels

make = tk.collect.generate.crystals


def texts(**settings: object) -> list[str]:
    return make(**settings)["crystal"].to_list()


def error(*values: object, **settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.interpret.crystals(*values, **settings)
    return str(caught.value)


@pytest.mark.row("C12")
def test_pictures_are_the_same_every_time_and_white_around():
    several = texts(polytypes=["bcc", "fcc"], elements=["Fe"])
    first, again = crystal_pixels(several, 60), crystal_pixels(several, 60)
    assert first.shape == (2, 60, 60, 3)
    assert first.dtype == np.uint8
    assert (first == again).all()
    assert (first[0] != first[1]).any()
    assert (first[:, :2, :2] == 255).all()
    share = (first < 250).any(axis=3).mean(axis=(1, 2))
    assert ((share > 0.15) & (share < 0.95)).all()
    assert (crystal_pixels(several[1:], 60)[0] == first[1]).all()


@pytest.mark.row("C12")
def test_elements_have_their_colors():
    (salt,) = crystal_pixels(texts(polytypes=["rocksalt"], elements=["NaCl"]), 120).astype(int)
    red, green, blue = salt[..., 0], salt[..., 1], salt[..., 2]
    assert ((green > red + 60) & (green > blue + 60)).sum() > 200  # chlorine is green
    assert ((blue > green + 60) & (red > green + 40)).sum() > 200  # sodium is violet


def test_a_nearer_atom_hides_a_farther_one():
    cell = f'Lattice="{20} 0 0 0 {20} 0 0 0 {20}" Properties=species:S:1:pos:R:3 pbc="F F F"'
    # Along the line of sight of a free cell: a towards the eye. Iron (orange) before oxygen (red) and the other way.
    eye = np.array([0.93, 0.28, 0.22])
    front, back = 10 + 4 * eye, 10 - 4 * eye
    place = "{:.3f} {:.3f} {:.3f}".format
    near_iron = f"2\n{cell}\nFe {place(*front)}\nO {place(*back)}"
    near_oxygen = f"2\n{cell}\nO {place(*front)}\nFe {place(*back)}"
    a, b = crystal_pixels([near_iron, near_oxygen], 60).astype(int)
    middle = (slice(27, 33), slice(27, 33))
    assert a[middle][..., 1].mean() > b[middle][..., 1].mean() + 20  # iron has more green than oxygen


def test_what_is_no_crystal_stays_white():
    assert (crystal_pixels(["nothing", ""], 20) == 255).all()
    assert crystal_pixels([], 20).shape == (0, 20, 20, 3)


@pytest.mark.parametrize("form", ["graphene", "nanotube", "carbyne", "graphite", "lonsdaleite"])
def test_sheets_tubes_and_chains_can_be_drawn(form: str):
    (picture,) = crystal_pixels(texts(polytypes=[form], elements=["C"]), 60)
    assert 0.01 < (picture < 250).any(axis=2).mean() < 0.9


@pytest.mark.row("C12")
def test_a_gallery():
    table = make(polytypes=["bcc", "fcc", "hcp"], elements=["Fe"])
    figure = tk.interpret.crystals(table, label="polytype", across=2)
    assert figure.text == "Pictures of 3 crystals: 1 bcc, 1 fcc, 1 hcp."
    said = str(figure.spec)
    assert "Fe-bcc" in said
    assert "'hcp'" in said
    uri = said[said.index("data:image/png;base64,") :].split("'", maxsplit=1)[0]
    image = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
    assert image.width == image.height  # two lines of two
    assert figure.to_png(scale=0.5).startswith(b"\x89PNG")
    some = tk.interpret.crystals(table, rows=["Fe-hcp", "Fe-bcc"], annotate=False)
    assert some.text == "Pictures of 2 crystals."
    cut = tk.interpret.crystals(table, limit=2)
    assert "TKW704: The first 2 of 3 rows are drawn." in map(str, cut.notes)


@pytest.mark.row("C12")
def test_refusals():
    table = make(polytypes=["bcc"], elements=["Fe"])
    plain = tk.Table.from_({"x": [1.0]})
    assert error(plain) == "TK764 interpret.crystals crystal: the table of 'things' has no crystals. It has 'x'."
    assert "TK703" in error(table, rows=["Fe-fcc"])
    assert "TK202" in error(table, crystal="formula")
    assert "TK764" in error(table.take(np.array([False])))
