"""Warnings are told in words a user can act on. Those that other tests look at are not repeated here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.values import Table


def text_file(name: str, content: bytes) -> Callable[[Path], Any]:
    def read(folder: Path) -> Any:
        (folder / name).write_bytes(content)
        return tk.collect.csv(path=str(folder / name))

    return read


def workbook(folder: Path) -> Any:
    import xlsxwriter

    with xlsxwriter.Workbook(folder / "two.xlsx") as book:
        for sheet in ("first", "second"):
            book.add_worksheet(sheet).write_column(0, 0, ["a", 1, 2])
    return tk.collect.excel(path=str(folder / "two.xlsx"))


def pictures(folder: Path) -> Any:
    from PIL import Image

    for i in range(3):
        Image.new("RGB" if i == 2 else "L", (4, 4), 0).save(folder / f"{i}.png")
    Image.new("RGB", (4, 4), (9, 0, 0)).save(folder / "2.png")
    (folder / "3.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return tk.collect.images(path=str(folder)).table


def labels_beside(folder: Path) -> Any:
    for name, array in (
        ("t10k-images-idx3-ubyte", np.zeros((3, 2, 2), np.uint8)),
        ("t10k-labels-idx1-ubyte", [1, 2, 3]),
    ):
        cells = np.asarray(array, np.uint8)
        head = bytes([0, 0, 8, cells.ndim]) + b"".join(n.to_bytes(4, "big") for n in cells.shape)
        (folder / name).write_bytes(head + cells.tobytes())
    return tk.collect.array(path=str(folder / "t10k-images-idx3-ubyte"))


def groups(_: Path) -> Any:
    table = Table.from_({"x": np.arange(12.0), "g": list("aaaabbbbcccc")})
    return tk.process.split(table, test=0.3, groups="g").train


def turned(_: Path) -> Any:
    return tk.process.transpose(Table.from_({"a": [1.0, 2.0], "b": [3.0, 4.0], "word": ["x", "y"]}))


def sampled(_: Path) -> Any:
    points = np.random.default_rng(0).normal(size=(300, 2))
    table = Table.from_({"a": points[:, 0], "b": points[:, 1]})
    return tk.interpret.map_quality(table, table, x="a", y="b", columns=["a", "b"], sample=100).scores


CASES: list[tuple[str, Callable[[Path], Any], list[str]]] = [
    ("bom", text_file("a.csv", "\ufeffa,b\n1,2\n".encode()), [
        "TKW301: the file is UTF-8 with a byte order mark; the mark was left out."]),
    ("utf-16", text_file("a.csv", "a,b\n1,2\n".encode("utf-16")), [
        "TKW301: the file is not UTF-8; it was read as UTF-16."]),
    ("shift-jis", text_file("a.csv", "名前,値\n炭素の多形体,2\nケイ素の結晶,3\n".encode("cp932")), [
        "TKW301: the file is not UTF-8; it was read as Shift_JIS (cp932). "
        "If the letters look wrong, set encoding (this was encoding: cp932)."]),
    ("names", text_file("a.csv", b" a ,,b,b\n1,2,3,4\n"), [
        "TKW303: blanks around column names were left out: 'a'.",
        "TKW303: columns without a name are called 'column 2'.",
        "TKW303: columns of the same name were numbered: 'b (2)'."]),
    ("no header", text_file("a.csv", b"1,2\n3,4\n5,6\n"), [
        "TKW303: the column names are numbers; if they are data, set header: false."]),
    ("empty column", text_file("a.csv", b"a,b\n1,\n2,\n"), ["TKW304: 1 column without any value: 'b'."]),
    ("empty rows", text_file("a.csv", b"a,b\n1,2\n3,4\n,\n,\n"), [
        "TKW305: 2 rows without any value at the end left out."]),
    ("two sheets", workbook, ["TKW306: the workbook has 'first', 'second'; 'first' was read."]),
    ("pictures", pictures, [
        "TKW310: 2 of 3 pictures have no colors, but others do.", "TKW309: 1 file could not be read: '3.png'."]),
    ("labels beside", labels_beside, ["TKW312: the labels were found in 't10k-labels-idx1-ubyte'."]),
    ("transpose", turned, ["TKW210: left out of the transposed table: 'word'."]),
    ("groups", groups, ["TKW211: 1 of 3 groups of 'g' are test rows: 4 of 12 rows."]),
    ("sample", sampled, ["TKW707: Neighborhoods of 100 rows taken at random, among all 300."]),
]  # fmt: skip


@pytest.mark.parametrize(("make", "told"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_is_told(make: Callable[[Path], Any], told: list[str], tmp_path: Path) -> None:
    assert [str(n) for n in make(tmp_path).notes] == told


def test_a_first_layout_that_did_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    from tenkai.learn import _umap

    real = _umap.spectral_layout

    def failing(*arguments: Any, **settings: Any) -> Any:
        return real(*arguments, **settings)._replace(method="pca")

    monkeypatch.setattr(_umap, "spectral_layout", failing)
    table = Table.from_(pl.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), schema=["a", "b", "c"]))
    found = tk.learn.umap(table, initialization="spectral", epochs=5)
    assert [str(n) for n in found.map.notes] == ["TKW604: the first layout is pca: spectral did not converge."]
