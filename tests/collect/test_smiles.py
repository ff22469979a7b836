from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import get_step

LIST = "OCC ethanol\nc1ccccc1\tbenzene\n\n# a remark\nC1CC broken ring\nCC(=O)O,acetic acid, 100 %\n"


def written(folder: Path, text: str, name: str = "some.smi") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def message(action: object) -> str:
    with pytest.raises(TenkaiError) as error:
        action()  # type: ignore[operator]
    return str(error.value)


@pytest.mark.row("C8", "P8")
def test_a_list_with_names(tmp_path: Path) -> None:
    found = tk.collect.smiles(path=written(tmp_path, LIST))
    assert found.table.frame.to_dict(as_series=False) == {
        "molecule": ["CCO", "c1ccccc1", "CC(=O)O"],
        "name": ["ethanol", "benzene", "acetic acid, 100 %"],
    }
    assert dict(found.table.kinds) == {"molecule": "molecule", "name": "text"}
    assert found.rejected.frame.rows() == [(5, "C1CC broken ring", "unclosed ring")]
    assert found.table.ids.to_list() == ["Row0", "Row1", "Row3"]
    assert [str(n) for n in found.table.notes] == [
        "TKW313: 1 line of 4 set aside as unreadable, first line 5 ('C1CC broken ring'): unclosed ring."
    ]


def test_packed_files_headings_and_forms(tmp_path: Path) -> None:
    file = tmp_path / "list.smi.gz"
    file.write_bytes(gzip.compress(b"SMILES;compound\r\nOCC;ethanol\r\nC;methane\r\n"))
    found = tk.collect.smiles(path=str(file), form="as written")
    assert found.table.frame.to_dict(as_series=False) == {"molecule": ["OCC", "C"], "compound": ["ethanol", "methane"]}
    assert found.rejected.height == 0
    assert found.table.notes == ()
    plain = tk.collect.smiles(path=written(tmp_path, "SMILES\nC\n"), header=False)
    assert plain.rejected["text"].to_list() == ["SMILES"]
    assert plain.table.columns == ["molecule"]


def test_names_as_row_ids(tmp_path: Path) -> None:
    path = written(tmp_path, LIST)
    assert tk.collect.smiles(path=path, row_id="name").table.ids.to_list() == [
        "ethanol", "benzene", "acetic acid, 100 %"
    ]  # fmt: skip
    text = message(lambda: tk.collect.smiles(path=written(tmp_path, "C\nCC\n"), row_id="name"))
    assert text == "TK207 collect.smiles row_id: no line of 'some.smi' has a name. Leave row_id out."


def test_the_schema_is_that_of_the_table(tmp_path: Path) -> None:
    step = get_step("collect.smiles")
    for text in (LIST, "C\nCC\n"):
        settings = step.convert({"path": written(tmp_path, text)})
        known, made = step.flow({}, settings), step.run({}, settings)
        assert {n: s.columns for n, s in known.items() if s} == {n: t.kinds for n, t in made.items()}
    assert step.flow({}, step.convert({"path": "not there"}))["table"] is None


def test_the_same_lines_are_the_same_rows(tmp_path: Path) -> None:
    one, other = (tk.collect.smiles(path=written(tmp_path, LIST, n)).table for n in ("a.smi", "b.smi"))
    assert one.identity.union().tolist() == other.identity.union().tolist()


def test_refusals(tmp_path: Path) -> None:
    assert message(lambda: tk.collect.smiles(path=written(tmp_path, "hello\nworld\n"))) == (
        "TK314 collect.smiles path: none of 2 lines of 'some.smi' is a molecule; line 1 ('hello'): syntax error at "
        "letter 1. Lines begin with a SMILES; other tables are read with collect.csv and process.molecules."
    )
    assert message(lambda: tk.collect.smiles(path=written(tmp_path, "smiles,name,gap\nC,methane,13\n"))) == (
        "TK314 collect.smiles path: line 1 is the heading of a table: 'smiles,name,gap'. A list of SMILES has at most "
        "a name beside each. Read it with collect.csv, then take the column through process.molecules."
    )
    assert "TK302" in message(lambda: tk.collect.smiles(path=written(tmp_path, "")))
    assert message(lambda: tk.collect.smiles(path=written(tmp_path, "\n# nothing\n"))) == (
        "TK314 collect.smiles path: 'some.smi' has no line with a SMILES."
    )
