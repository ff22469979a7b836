"""What no map can be made of: one message, with a code, and no file is left behind."""

import zipfile
from pathlib import Path

import polars as pl
import pytest

from tenkai.error_codes import CODES
from tenkai.errors import TenkaiError
from tenkai.mapping import make_workflow


def refuse(source: Path, folder: Path, **options: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        make_workflow(source, folder, **options)  # type: ignore[arg-type]
    assert not list(folder.glob("*.yaml"))
    assert all(p.code in CODES for p in caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("t.csv", "a,b\n", "TK302 collect.csv: there are column names but no rows."),
        ("t.csv", "a,b\n1,2\n", "TK505: 't.csv' has 1 row. A map needs 5 or more. If rows and columns are exchanged"),
        (
            "t.csv",
            "a,b\n" + "1,2\n" * 6,
            "TK504: 't.csv' has no numbers to compare rows by ('a': it is the same in all rows",
        ),
        ("t.csv", "a\n" + "\n".join(f"word{i}" for i in range(6)), "TK504: 't.csv' has no numbers to compare rows by."),
        ("notes.docx", "x", "TK503: no map can be made of files of type '.docx'. Allowed: tables (.csv"),
        ("README", "x", "TK503: no map can be made of 'README'."),
        ("base.sqlite", "x", "TK503: no map can be made of files of type '.sqlite'."),
    ],
)
def test_files_no_map_can_be_made_of(name: str, content: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert refuse(tmp_path / name, tmp_path).startswith(text)


def test_a_table_without_rows(tmp_path: Path) -> None:
    pl.DataFrame({"a": [], "b": []}).write_parquet(tmp_path / "t.parquet")
    assert refuse(tmp_path / "t.parquet", tmp_path) == "TK505: 't.parquet' has no rows. A map needs 5 or more."


def test_folders_without_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert refuse(folder, tmp_path).startswith("TK506: the folder 'folder' holds no pictures and no crystals. Names")
    (folder / "t.csv").write_text("a\n1\n", encoding="utf-8")
    assert refuse(folder, tmp_path).endswith("It holds 1 table: 't.csv'. Name one of them.")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("notes.txt", "x")
    assert refuse(tmp_path / "z.zip", tmp_path).startswith(
        "TK506: the archive 'z.zip' holds no pictures and no crystals."
    )


def test_wishes_that_cannot_be_met(data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "mi/Fe2_descriptor.csv"
    assert "Did you mean 'polytype'?" in refuse(source, tmp_path, color="polytpe")
    assert refuse(source, tmp_path, row_id="polytype").startswith("TK508 --row-id: the column 'polytype' holds")
    everything = [c for c in pl.read_csv(source).columns if c not in ("key", "polytype")]
    assert refuse(source, tmp_path, skip=everything).startswith("TK504: 'Fe2_descriptor.csv' has no numbers")
