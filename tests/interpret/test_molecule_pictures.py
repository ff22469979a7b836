"""Molecules in galleries, strips and atlases: drawn where pictures are asked for, crossed where they cannot be."""

from __future__ import annotations

import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret._molecule_pictures import crossed, molecule_pixels
from tenkai.interpret._things import NUMBERS, pictures

TEXTS = ["CCO", "c1ccccc1", "C1CC", None, "CCO"]


def test_each_text_becomes_a_square_and_equal_ones_look_alike() -> None:
    found = molecule_pixels(TEXTS, 90)
    assert found.shape == (5, 90, 90, 3)
    assert found.dtype == np.uint8
    assert (found[:, 0, 0] == 255).all()  # the paper is white
    assert np.array_equal(found[0], found[4])
    assert not np.array_equal(found[0], found[1])
    assert np.array_equal(found[2], crossed(90))
    assert (found[3] == 255).all()


def test_the_same_molecule_is_drawn_in_the_same_way_however_it_is_written() -> None:
    one, other = molecule_pixels(["c1ccccc1O", "Oc1ccccc1"], 90)
    dark = [int((p < 128).any(axis=2).sum()) for p in (one, other)]
    assert dark[0] == pytest.approx(dark[1], rel=0.1)
    assert dark[0] > 100


def test_small_molecules_are_not_blown_up() -> None:
    ethane, hexane = molecule_pixels(["CC", "CCCCCC"], 200)
    wide = [np.flatnonzero((p < 128).any(axis=(0, 2))) for p in (ethane, hexane)]
    assert np.ptp(wide[0]) < 0.5 * np.ptp(wide[1])


def molecules() -> tk.Table:
    table = tk.Table.from_({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 0.5], "m": ["CCO", "c1ccccc1", "CC"]})
    return tk.process.molecules(table, smiles="m", name="m").table


@pytest.mark.row("C12")
def test_a_strip_an_atlas_and_a_gallery_of_molecules() -> None:
    table = molecules()
    strip = tk.interpret.strip(table, sort_by="x", descending=True)
    assert strip.chosen.ids.to_list() == ["Row2", "Row1", "Row0"]
    atlas = tk.interpret.atlas(table)
    assert "6 × 6 cells" in atlas.figure.spec["usermeta"]["caption"][0]
    gallery = tk.interpret.images(table, invert=True)
    assert all(f.to_png(scale=0.5).startswith(b"\x89PNG") for f in (strip.figure, atlas.figure, gallery))


def test_molecules_are_preferred_to_their_fingerprints_and_may_lie_in_another_table() -> None:
    table = molecules()
    prints = tk.process.fingerprint(table, length=64).table
    assert pictures(prints, None, False).column == "m"
    with pytest.raises(TenkaiError, match="TK202"):
        pictures(table, "m", False, kinds=NUMBERS)
    things = tk.process.select(table, columns=["m"])
    places = tk.process.select(table, columns=["x", "y"])
    assert tk.interpret.strip(places, things).chosen.height == 3
