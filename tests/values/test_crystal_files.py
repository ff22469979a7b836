"""CIF, POSCAR, XSF, extended XYZ: read as ASE reads them, and refused with the reason."""

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from ase.io.cif import read_cif
from ase.io.vasp import read_vasp

from tenkai.values.crystal_files import guess_format, read_structure, read_structures
from tenkai.values.crystals import Crystal

SALT = "salt\n5.6\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n"


def refused(text: str, form: str = "auto") -> str:
    with pytest.raises(ValueError) as caught:
        read_structure(text, form)
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "column"), [("carbon_24_val", "cif"), ("perov_5_val", "cif"), ("dielectric_1056", "poscar")]
)
def test_texts_of_tables_are_read_as_by_ase(file: str, column: str, data_dir: Path):
    texts = pl.read_csv(data_dir / "crystals" / f"{file}.csv.gz")[column].gather_every(100)
    for text in texts:
        ours = read_structure(text, "auto")
        if column == "cif":
            theirs = next(iter(read_cif(io.StringIO(text), slice(None))))
        else:
            theirs = read_vasp(io.StringIO(text))
        assert ours.numbers.tolist() == theirs.numbers.tolist()
        np.testing.assert_allclose(ours.cell, theirs.cell.array, atol=1e-12)
        apart = ours.fractions - theirs.get_scaled_positions(wrap=False)
        np.testing.assert_allclose(apart - np.rint(apart), 0, atol=1e-9)


def test_symmetry_is_written_out(data_dir: Path):
    text = (data_dir / "mi" / "structures" / "Fe-hcp.cif").read_text()
    assert len(read_structure(text, "cif")) == 2
    assert [len(c) for c in read_structures((data_dir / "mi" / "structures" / "fcc.xsf").read_text(), "xsf")] == [4]


def test_a_group_without_operations(data_dir: Path):
    cif = (data_dir / "mi" / "structures" / "Fe-bcc.cif").read_text()
    bare = cif[: cif.index("loop_")] + cif[cif.index("loop_\n   _atom") :]
    assert len(read_structure(bare, "cif")) == 2  # I m -3 m by its name
    hall = bare.replace("_space_group_IT_number                 229", "").replace("_name_H-M_alt", "_name_Hall")
    assert refused(hall) == "it tells its symmetry by a Hall symbol only, which is not read"
    plain = bare.replace("I m -3 m", "P 1").replace("229", "1")
    assert len(read_structure(plain, "cif")) == 1


def test_forms_of_poscar():
    first = read_structure(SALT, "auto")
    volume = read_structure(SALT.replace("\n5.6\n", f"\n-{first.volume}\n"), "poscar")
    np.testing.assert_allclose(volume.cell, first.cell)
    old = read_structure(SALT.replace("Na Cl\n", "").replace("salt", "Na Cl salt"), "poscar")
    assert old.formula == "NaCl"
    places = "\n".join(" ".join(f"{x / 5.6:.12f}" for x in row) for row in first.positions)
    cartesian = read_structure(SALT.split("Direct", maxsplit=1)[0] + "Selective\nCartesian\n" + places, "poscar")
    np.testing.assert_allclose(cartesian.positions, first.positions, atol=1e-9)
    stretched = read_structure(SALT.replace("\n5.6\n", "\n5.6 5.6 6.0\n"), "poscar")
    assert stretched.volume == pytest.approx(first.volume * 6.0 / 5.6)
    assert read_structure(SALT.replace("Na Cl", "Na_sv Cl/1a2b"), "poscar").formula == "NaCl"


def test_what_is_refused(data_dir: Path):
    cif = (data_dir / "mi" / "structures" / "Fe-bcc.cif").read_text()
    assert refused(cif.replace("_cell_length_a", "_x")) == "it has no cell (_cell_length_a and its relatives)"
    assert refused(cif.replace("1.000000 Fe", "1.000000 Xx")) == "'Xx' is no element"
    assert refused(cif.replace("Fe          1.0 ", "Fe          0.5 ")).startswith(
        "its sites are occupied in part (down to 0.5)"
    )
    assert refused(cif[: cif.index("loop_\n   _atom")]) == "it has no atoms (_atom_site_...)"
    flat = cif.replace(
        "_cell_length_c                         2.866000", "_cell_length_c                         0.000000"
    )
    assert refused(flat)
    assert refused("once upon a time") == "it is neither CIF nor POSCAR, extended XYZ or XSF"
    assert refused("") == "it is empty"
    assert refused(SALT.replace("Na Cl", "Na Qq")) == "'Qq' is no element"
    assert refused(SALT.replace("1 1\n", "1 9\n")) == "it promises 10 atoms, but has 2"
    assert refused(SALT.replace(".5 .5 .5\n", "0 0 1\n")) == "Na (atom 1) and Cl (atom 2) lie on one place"
    site = cif[cif.index("   Fe          1.0") :]
    assert "makes 67200 images of its 700 sites; allowed are 60000" in refused(cif + (site.strip() + "\n") * 699)
    assert "more than 8 MB" in refused(SALT + " " * (9 << 20))
    assert refused("CRYSTAL\nPRIMVEC\n1 2\n", "xsf").startswith("it is no XSF, or a damaged one")
    assert refused("data_x\nloop_\n_atom_site_label\n", "cif")


def test_no_file_is_opened_that_a_text_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # ASE's reader of POSCAR would look for names of elements in an OUTCAR beside it.
    (tmp_path / "OUTCAR").write_text(" TITEL  = PAW Fe\n")
    (tmp_path / "POTCAR").write_text(" TITEL  = PAW Fe\n")
    monkeypatch.chdir(tmp_path)
    assert refused(SALT.replace("Na Cl\n", "")) == "'salt' is no element"


def test_a_frame_that_is_no_crystal_does_not_lose_the_others():
    good = Crystal(np.array([26]), np.zeros((1, 3)), np.eye(3) * 3).text()
    frames = read_structures(f"{good}\n{good.replace('Fe', 'Xx')}\n{good}\n", "extxyz")
    assert [f if isinstance(f, str) else f.formula for f in frames] == ["Fe", "'Xx' is no element", "Fe"]
    with pytest.raises(ValueError, match="promises 9 atoms"):
        read_structures(good + "\n9\n", "extxyz")
    assert guess_format(good) == "extxyz"
