"""collect.structures: files, folders, archives, frames, and what cannot be read."""

import gzip
import zipfile
from pathlib import Path

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError

SALT = "salt\n5.6\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n"
IRON = '1\nLattice="2.9 0 0 0 2.9 0 0 0 2.9" Properties=species:S:1:pos:R:3\nFe 0 0 0\n'


def read(path: Path) -> tk.Table:
    return tk.collect.structures(path=str(path)).table


def error(path: Path, **settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.collect.structures(path=str(path), **settings)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "all" / "sub").mkdir(parents=True)
    files = {
        "POSCAR": SALT,
        "sub/CONTCAR_2": SALT,
        "10.extxyz": IRON,
        "2.extxyz": IRON + IRON.replace("Fe", "Qq") + IRON,
        "broken.cif": "data_x\n_cell_length_a 3\n",
        "notes.txt": "nothing",
        "run.traj": "never opened",
    }
    for name, text in files.items():
        (tmp_path / "all" / name).write_text(text)
    return tmp_path / "all"


@pytest.mark.row("C5")
def test_a_folder(folder: Path):
    found = tk.collect.structures(path=str(folder))
    assert found.table.ids.to_list() == ["2^0", "2^2", "10", "POSCAR", "sub/CONTCAR_2"]
    assert found.table["formula"].to_list() == ["Fe", "Fe", "Fe", "NaCl", "NaCl"]
    assert found.rejected.frame.rows() == [
        ("2.extxyz^1", "'Qq' is no element"),
        ("broken.cif", "it has no atoms (_atom_site_...)"),
    ]
    assert [str(n) for n in found.table.notes] == [
        "TKW317: 2 structures could not be read: '2.extxyz^1', 'broken.cif'."
    ]
    assert found.table.kinds["crystal"] == "crystal"
    flow = tk.collect.structures.flow({}, tk.collect.structures.convert({"path": str(folder)}))
    assert dict(flow["table"].columns) == dict(found.table.kinds)


def test_the_same_from_an_archive(folder: Path, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder).as_posix())
    packed, plain = read(tmp_path / "all.zip"), read(folder)
    assert packed.frame.equals(plain.frame)
    assert packed.ids.to_list() == plain.ids.to_list()


@pytest.mark.row("C5")
def test_the_shared_structures(data_dir: Path):
    table = read(data_dir / "mi" / "structures")
    assert table.ids.to_list() == ["Fe-bcc", "Fe-fcc", "Fe-hcp", "bcc", "fcc", "hcp"]
    assert table["atoms"].to_list() == [2, 4, 2, 4, 4, 4]
    # _cell_volume of the three files
    assert [round(v, 3) for v in table["volume"][:3]] == [23.541, 53.157, 20.539]
    assert table["density"][0] == pytest.approx(7.879, abs=0.001)  # of iron with a = 2.866 Å, by hand


def test_one_file_also_packed_and_by_content(tmp_path: Path):
    (tmp_path / "POSCAR.gz").write_bytes(gzip.compress(SALT.encode()))
    assert read(tmp_path / "POSCAR.gz")["formula"].to_list() == ["NaCl"]
    (tmp_path / "somewhere").write_text(IRON)
    assert read(tmp_path / "somewhere").ids.to_list() == ["somewhere"]


def test_refusals(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    assert "TK317 collect.structures path: there are no structures in" in error(tmp_path / "empty")
    (tmp_path / "x.cif").write_text("data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nFe 0\n")
    assert "no structure can be read: 'x.cif': it has no cell (_cell_length_a and its relatives)" in error(
        tmp_path / "x.cif"
    )
    (tmp_path / "a.traj").write_bytes(b"- of Ulm\0\0\0\0")
    assert "it is no text" in error(tmp_path / "a.traj")
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("../POSCAR", SALT)
    assert "TK307" in error(tmp_path / "bad.zip")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "POSCAR").symlink_to("/etc/hostname")
    assert "it is a link that leads outside the folder" in error(tmp_path / "links")
