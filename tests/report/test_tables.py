import base64
import io
import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tenkai.report.tables import MOST_COLUMNS, MOST_ROWS, WHOLE, show, table_blocks
from tenkai.values import Table


def test_first_rows_and_columns() -> None:
    table = Table.from_({f"c{i}": np.arange(20) * 1.5 for i in range(12)})
    block = show(table, "t")
    assert block.ids == tuple(f"Row{i}" for i in range(MOST_ROWS))
    assert [c.name for c in block.columns] == [f"c{i}" for i in range(MOST_COLUMNS)]
    assert block.columns[0].numeric
    assert [c.text + c.pad for c in block.columns[0].cells[:4]] == ["0.0", "1.5", "3.0", "4.5"]
    assert block.cut == f"{MOST_ROWS} of 20 rows, {MOST_COLUMNS} of 12 columns"


def test_a_small_table_is_shown_whole() -> None:
    block = show(Table.from_({"a": list(range(WHOLE))}), "t")
    assert len(block.ids) == WHOLE
    assert block.cut == ""


def test_texts_missing_cells_and_vectors() -> None:
    frame = pl.DataFrame(
        {
            "word": ["炭素 " + "x" * 80, None, "b"],
            "n": [1.0, None, float("nan")],
            "yes": [True, None, False],
            "v": pl.Series([[1.0, 2.0], [3.0, 4.0], None], dtype=pl.Array(pl.Float64, 2)),
        }
    )
    word, n, yes, v = show(Table.from_(frame), "t").columns
    assert word.cells[0].text == "炭素 " + "x" * 56 + "…"
    assert [c.text for c in n.cells] == ["1", "–", "–"]
    assert [c.text for c in yes.cells] == ["True", "–", "False"]
    assert [c.text for c in v.cells] == ["2 numbers", "2 numbers", "–"]
    assert [c.numeric for c in (word, n, yes, v)] == [False, True, False, False]


def test_pictures_are_pictures() -> None:
    grey = np.array([[[0, 8], [16, 4]], [[3, 3], [3, 3]]], dtype=np.float64)
    color = np.arange(2 * 2 * 2 * 3, dtype=np.uint8).reshape(2, 2, 2, 3)
    frame = pl.DataFrame({"grey": pl.Series(grey), "color": pl.Series(color)})
    found = show(Table.from_(frame), "t").columns
    assert [c.name for c in found] == ["grey", "color"]
    assert found[0].cells[0].text == "image, 2 × 2"

    def pixels(cell: Any) -> list[Any]:
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(cell.picture.partition(",")[2])))).tolist()

    # 0 to 16 becomes 0 to 255; one value everywhere becomes black.
    assert pixels(found[0].cells[0]) == [[0, 127], [255, 63]]
    assert pixels(found[0].cells[1]) == [[0, 0], [0, 0]]
    assert np.shape(pixels(found[1].cells[0])) == (2, 2, 3)


def test_which_tables_are_shown(made: Any) -> None:
    result = made("""
steps:
  rows:  {collect.toy.rows: {n: 5}}
  more:  {process.toy.shift: {table: rows, by: {sweep: [1, 2]}}}
  stack: {interpret.toy.stack: {tables: more}}
  cut:   {process.toy.halves: {table: rows}}
  end:   {process.toy.shift: {table: cut.second, by: {sweep: [1, 2]}}}
""")
    blocks = list(table_blocks(result, []))
    # What nobody takes on, and what interprets; `cut` goes on, although only its second part does.
    assert [(b.name, b.point) for b in blocks] == [("stack", ""), ("end", "end.by = 1, the first of 2 values")]
    assert blocks[0].columns[1].name == "total"
    assert [c.text for c in blocks[0].columns[1].cells] == ["15", "20"]


def test_molecules_are_drawn() -> None:
    table = Table.from_({"m": ["CCO", None, "(("], "n": [1, 2, 3]}, kinds={"m": "molecule"})
    block = show(table, "t")
    column = block.columns[0]
    assert column.drawn
    assert [c.text for c in column.cells] == ["CCO", "–", "(("]
    assert [bool(c.picture) for c in column.cells] == [True, False, True]
    assert Image.open(io.BytesIO(base64.b64decode(column.cells[0].picture.partition(",")[2]))).size == (200, 200)
    assert block.notes == ()


def test_without_rdkit_molecules_stay_texts_and_a_note_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdkit", None)
    monkeypatch.setitem(sys.modules, "rdkit.rdBase", None)
    block = show(Table.from_({"m": ["CCO"]}, kinds={"m": "molecule"}), "t")
    assert [(c.text, c.picture) for c in block.columns[0].cells] == [("CCO", "")]
    assert [str(n) for n in block.notes] == [
        "TKW761: column 'm' is not drawn. Molecules need the package rdkit, which is not installed. "
        "Install it with: pip install 'tenkai[molecules]'"
    ]
