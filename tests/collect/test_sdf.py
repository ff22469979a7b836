from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import tenkai as tk
from tenkai.collect import _sd_records
from tenkai.errors import TenkaiError

MOLECULES = [("ethanol", "CCO", {"gap": "7.5", "source": "a\nb"}), ("alanine", "C[C@H](N)C(=O)O", {"gap": "6"})]


def sd_file(molecules: list[tuple[str, str, dict[str, str]]], *, v3000: bool = False) -> str:
    """Return an SD file written by RDKit, with coordinates in the plane."""
    from rdkit import Chem
    from rdkit.Chem import AllChem

    text = ""
    for name, smiles, fields in molecules:
        molecule = Chem.MolFromSmiles(smiles)
        AllChem.Compute2DCoords(molecule)
        molecule.SetProp("_Name", name)
        text += Chem.MolToMolBlock(molecule, forceV3000=v3000)
        text += "".join(f"> <{n}>\n{v}\n\n" for n, v in fields.items()) + "$$$$\n"
    return text


def message(folder: Path, text: str, **settings: object) -> str:
    (folder / "wrong.sdf").write_text(text, encoding="utf-8")
    with pytest.raises(TenkaiError) as error:
        tk.collect.sdf(path=str(folder / "wrong.sdf"), **settings)
    return str(error.value)


@pytest.mark.row("C8")
@pytest.mark.parametrize("v3000", [False, True])
def test_structures_titles_and_fields(tmp_path: Path, v3000: bool) -> None:
    (tmp_path / "some.sdf.gz").write_bytes(gzip.compress(sd_file(MOLECULES, v3000=v3000).encode()))
    found = tk.collect.sdf(path=str(tmp_path / "some.sdf.gz"))
    assert found.table.frame.to_dict(as_series=False) == {
        "molecule": ["CCO", "C[C@H](N)C(=O)O"],
        "name": ["ethanol", "alanine"],
        "gap": [7.5, 6.0],
        "source": ["a\nb", None],
    }
    assert dict(found.table.kinds) == {"molecule": "molecule", "name": "text", "gap": "number", "source": "category"}
    assert found.rejected.height == 0


def test_records_that_cannot_be_read_are_set_aside(tmp_path: Path) -> None:
    good, broken = sd_file(MOLECULES[:1]), sd_file([("five bonds", "CC(C)(C)C", {})])
    broken = broken.replace(" C   0", " N   0")
    empty = "nothing\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n$$$$\n"
    text = broken + empty + "only words\n$$$$\n" + good + "\n"
    (tmp_path / "some.sdf").write_text(text)
    found = tk.collect.sdf(path=str(tmp_path / "some.sdf"), row_id="name")
    assert found.table.ids.to_list() == ["ethanol"]
    assert found.rejected.frame.rows() == [
        (1, "five bonds", "Explicit valence for atom # 1 N, 4, is greater than permitted"),
        (2, "nothing", "it has no atoms"),
        (3, "only words", "the record has no structure (no line 'M  END')"),
    ]
    assert [str(n) for n in found.table.notes] == [
        "TKW313: 3 records of 4 set aside as unreadable, first record 1 ('five bonds'): Explicit valence for atom # 1 "
        "N, 4, is greater than permitted."
    ]


def test_fields_called_as_our_own_columns_get_a_number(tmp_path: Path) -> None:
    (tmp_path / "some.sdf").write_text(sd_file([("a", "C", {"molecule": "x", "name": "y"})]))
    assert tk.collect.sdf(path=str(tmp_path / "some.sdf")).table.columns == [
        "molecule", "name", "molecule (2)", "name (2)"
    ]  # fmt: skip


def test_a_mol_file_without_title_or_fields(tmp_path: Path) -> None:
    (tmp_path / "one.mol").write_text(sd_file([("", "CCO", {})]).replace("$$$$\n", ""))
    assert tk.collect.sdf(path=str(tmp_path / "one.mol")).table.frame.rows() == [("CCO",)]


def test_a_record_of_monstrous_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sd_records, "MOST_LETTERS", 2000)
    (tmp_path / "some.sdf").write_text(sd_file([("a", "C", {"long": "x" * 3000}), ("b", "CC", {})]))
    found = tk.collect.sdf(path=str(tmp_path / "some.sdf"))
    assert found.table["name"].to_list() == ["b"]
    assert "letters" in found.rejected["reason"][0]


def test_refusals(tmp_path: Path) -> None:
    assert message(tmp_path, "CCO ethanol\nC methane\n") == (
        "TK313 collect.sdf path: 'wrong.sdf' is no SD file: it has no structure (no line 'M  END'). Records of an SD "
        "file end with $$$$. Read a list of SMILES with collect.smiles, a table with collect.csv."
    )
    nothing = "x\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n$$$$\n"
    assert message(tmp_path, nothing) == (
        "TK314 collect.sdf path: none of 1 record of 'wrong.sdf' is a molecule; record 1 ('x'): it has no atoms."
    )
    assert "TK302" in message(tmp_path, "")
    assert "TK201" in message(tmp_path, sd_file(MOLECULES), row_id="nmae")
    many = sd_file([("a", "C", {f"f{i}": "1" for i in range(5001)})])
    assert "TK212" in message(tmp_path, many)
