"""Crystals: the text of a column, what is refused, and agreement with ASE."""

import io

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.io.extxyz import read_xyz
from hypothesis import given
from hypothesis import strategies as st

from tenkai.values.crystals import Crystal, sound
from tenkai.values.elements import SYMBOLS, reduced_formula
from tenkai.values.extended_xyz import read_crystal, read_frames

CELL = 'Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3'
NUMBERS = st.floats(-50, 50, allow_nan=False)


def refused(text: str) -> str:
    with pytest.raises(ValueError) as caught:
        read_crystal(text)
    return str(caught.value)


@given(st.lists(NUMBERS, min_size=9, max_size=9), st.lists(NUMBERS, min_size=3, max_size=3), st.integers(1, 118))
def test_the_text_keeps_every_bit(cell: list[float], place: list[float], z: int):
    crystal = Crystal(
        np.array([z]), np.array([place]), np.array(cell).reshape(3, 3) + 60 * np.eye(3), (True, False, True)
    )
    if crystal.volume == 0 or crystal.heights.min() < 0.3:
        return
    again = read_crystal(crystal.text())
    assert (again.cell == crystal.cell).all()
    assert (again.positions == crystal.positions).all()
    assert again.numbers.tolist() == [z]
    assert again.periodic == crystal.periodic


def test_ase_reads_the_text_and_we_read_its_text():
    salt = bulk("NaCl", "rocksalt", a=5.64)
    salt.rattle(0.1, seed=3)
    crystal = Crystal.from_ase(salt)
    (theirs,) = read_xyz(io.StringIO(crystal.text() + "\n"), slice(None))
    assert (theirs.positions == salt.positions).all()
    assert (theirs.cell.array == salt.cell.array).all()
    assert theirs.get_chemical_symbols() == ["Na", "Cl"]
    assert theirs.pbc.all()
    back = crystal.to_ase()
    assert (back.positions == salt.positions).all()
    from ase.io.extxyz import write_xyz

    out = io.StringIO()
    write_xyz(out, [salt, salt], columns=["symbols", "numbers", "positions"])
    first, second = read_frames(out.getvalue())
    assert isinstance(first, Crystal)
    assert isinstance(second, Crystal)
    np.testing.assert_allclose(first.positions, salt.positions, atol=1e-7)


def test_cell_as_ase_tells_it():
    atoms = Atoms("Fe", cell=[3.1, 4.2, 5.3, 80, 95, 110], pbc=True)
    crystal = Crystal.from_ase(atoms)
    np.testing.assert_allclose([*crystal.lengths, *crystal.angles], atoms.cell.cellpar())
    assert crystal.volume == pytest.approx(atoms.cell.volume)
    np.testing.assert_allclose(crystal.heights, 1 / np.linalg.norm(atoms.cell.reciprocal(), axis=1))


def test_what_is_no_crystal():
    assert refused("hello") == "it is no extended XYZ: 'hello' is no number of atoms"
    assert refused("1\nProperties=species:S:1:pos:R:3\nFe 0 0 0") == "it has no cell (Lattice)"
    assert refused(f"2\n{CELL}\nFe 0 0 0") == "it promises 2 atoms, but has 1 lines of them"
    assert refused(f"1\n{CELL}\nXx 0 0 0") == "'Xx' is no element"
    assert refused(f"1\n{CELL}\nFe 0 0 zero") == "'zero' in a position is no number"
    assert refused(f"1\n{CELL}\nFe 0 0 nan") == "a coordinate is no finite number"
    assert refused(f"1\n{CELL}\nFe 0 0") == "the line of atom 1 has 3 of 4 columns"
    assert refused(f"1\n{CELL}\nFe 0 0 0\nFe 1 1 1") == "1 more lines follow after its 1 atoms"
    assert refused(f'1\n{CELL} pbc="T T"\nFe 0 0 0') == "its pbc is 'T T' instead of three times T or F"
    assert refused("999999999\n\n") == "it has 999999999 atoms; allowed are 20000"
    assert refused(f"0\n{CELL}\n") == "it has no atoms"
    flat = CELL.replace('0 0 3"', '3 3 0"')
    assert refused(f"1\n{flat}\nFe 0 0 0") == "its cell has no room: 0 Å between two opposite faces"
    assert refused(f"2\n{CELL}\nFe 0 0 0\nFe 3 3 3.01") == "Fe (atom 1) and Fe (atom 2) lie on one place"
    assert "beyond" in refused(f"1\n{CELL}\nFe 0 0 1e9")


@pytest.mark.parametrize("n", [10, 100])  # pairs, and a tree
def test_atoms_on_one_place_are_found_across_faces(n: int):
    rng = np.random.default_rng(0)
    cell = np.array([[30.0, 0, 0], [10, 28, 0], [-9, 4, 26]])
    numbers = np.full(n, 6)
    while True:
        places = rng.random((n, 3)) @ cell
        try:
            sound(numbers, places, cell)
        except ValueError:
            continue
        break
    places[n - 1] = places[3] + cell[0] - 2 * cell[2] + 0.01
    with pytest.raises(ValueError, match=rf"C \(atom 4\) and C \(atom {n}\) lie on one place"):
        sound(numbers, places, cell)
    sound(numbers, places, cell, (False, False, False))


def test_formulas_name_the_electropositive_first():
    assert reduced_formula({"O": 4, "Si": 2}) == "SiO2"
    assert reduced_formula({"N": 3, "Cd": 1, "Cu": 1}) == "CuCdN3"  # as in perov_5
    assert len(set(SYMBOLS)) == 118
    assert all(reduced_formula({s: 2}) == s for s in SYMBOLS)


def test_directions_that_do_not_repeat_get_a_cell():
    tube = sound(np.array([6, 6]), np.array([[0, 0, 0.0], [1.4, 0, 0]]), np.diag([0, 0, 2.5]), (False, False, True))
    assert tube.volume > 0
    np.testing.assert_allclose(tube.cell[2], [0, 0, 2.5])
    assert np.abs(tube.cell[:2, 2]).max() < 1e-12
