import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from xlsxwriter import Workbook

import tenkai as tk
from tenkai.errors import TenkaiError


def write(file: Path, **sheets: list[list[object]]) -> str:
    """Write sheets; a cell of None stays empty."""
    with Workbook(str(file), {"nan_inf_to_errors": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if value is not None:
                        sheet.write(i, j, value)
    return str(file)


def notes(table: tk.Table) -> str:
    return "\n".join(map(str, table.notes))


def error(path: str, **settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.collect.excel(path=path, **settings)
    return str(caught.value)


ROWS = [["試料", " x", "n", "made"], ["a", 1.5, 1, "Mon"], ["b", "NA", 2, "Mon"], ["c", -2.25e-7, 3, "Tue"]]


def test_worked_example(tmp_path: Path):
    path = write(tmp_path / "book.xlsx", data=ROWS)
    table = tk.collect.excel(path=path, row_id="試料")
    assert table.ids.to_list() == ["a", "b", "c"]
    assert table.frame.rows() == [(1.5, 1, "Mon"), (None, 2, "Mon"), (-2.25e-7, 3, "Tue")]
    assert table.kinds == {"x": "number", "n": "number", "made": "category"}
    assert "blanks around column names were left out: 'x'" in notes(table)
    again = tk.collect.excel(path=path)
    assert table.identity.seen(again.identity.union()).all()


def test_a_word_far_below_is_not_lost(tmp_path: Path):
    rows: list[list[object]] = [["x", "y"], *([i, i] for i in range(1500)), ["word", 0.1]]
    table = tk.collect.excel(path=write(tmp_path / "book.xlsx", data=rows))
    assert table["x"][-1] == "word"
    assert table["y"][-1] == 0.1
    assert "row 1501 below the header holds 'word'" in error(str(tmp_path / "book.xlsx"), kinds={"x": "number"})


def test_titles_above_and_blanks_around(tmp_path: Path):
    rows = [["Measured in May"], [], [None, "x", "y", None, "x"], [None, 1, 2, None, 3], [], [None, 4, 5, None, 6]]
    path = write(tmp_path / "book.xlsx", data=rows)
    table = tk.collect.excel(path=path)
    assert table.columns == ["x", "y", "x (2)"]
    assert table.frame.rows() == [(1, 2, 3), (4, 5, 6)]
    assert "the column names were found in row 3 of the sheet" in notes(table)
    assert tk.collect.excel(path=path, header_row=3).frame.equals(table.frame)
    assert tk.collect.excel(path=path, header_row=0).columns[0] == "column 1"


def test_sheets(tmp_path: Path):
    path = write(tmp_path / "book.xlsx", first=[["a"], [1]], second=[["b"], [2]], empty=[])
    table = tk.collect.excel(path=path)
    assert table.columns == ["a"]
    assert "the workbook has 'first', 'second', 'empty'; 'first' was read." in notes(table)
    other = tk.collect.excel(path=path, sheet="second")
    assert other["b"].to_list() == [2]
    assert notes(other) == ""
    assert not table.identity.seen(other.identity.union()).any()
    assert error(path, sheet="secnd") == (
        "TK308 collect.excel sheet: there is no sheet 'secnd'. The workbook has 'first', 'second', 'empty'. "
        "Did you mean 'second'?"
    )
    assert "the sheet 'empty' is empty" in error(path, sheet="empty")
    assert "there are no rows below the column names" in error(path, header_row=9)


def test_dates_truth_and_formulas(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["when", "ok", "sum"], [datetime.date(2024, 5, 1), True, 1.5], [datetime.date(2024, 5, 2), False, 2]):
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    table = tk.collect.excel(path=str(tmp_path / "book.xlsx"))
    assert table["when"].to_list() == ["2024-05-01 00:00:00", "2024-05-02 00:00:00"]
    assert table["ok"].to_list() == ["true", "false"]
    assert table["sum"].to_list() == [1.5, 2.0]


def test_values_equal_those_of_the_csv(tmp_path: Path, data_dir: Path):
    for name in ("mi/hea4_dos.csv", "mi/maxphase_property.csv"):
        pd.read_csv(data_dir / name).to_excel(tmp_path / "book.xlsx", index=False, engine="openpyxl")
        ours, theirs = tk.collect.excel(path=str(tmp_path / "book.xlsx")), tk.collect.csv(path=f"data:{name}")
        assert ours.columns == theirs.columns
        assert ours.kinds == theirs.kinds
        written = [[float(f"{value:.16G}") for value in row] for row in theirs.matrix()]  # as openpyxl does
        np.testing.assert_array_equal(ours.matrix(), written)


def test_no_digit_is_lost_in_a_column_with_words(tmp_path: Path):
    values = [1 / 3, 1e-12, -2.5e-300, 1e300, "word", "007", 0.1]
    table = tk.collect.excel(path=write(tmp_path / "book.xlsx", data=[["x"], *([v] for v in values)]), missing=["word"])
    assert table["x"].dtype.is_float()
    assert table["x"][4] is None
    assert table["x"].drop_nulls().to_list() == pytest.approx([1 / 3, 1e-12, -2.5e-300, 1e300, 7.0, 0.1], rel=1e-15)


def test_the_schema(tmp_path: Path):
    path = write(tmp_path / "book.xlsx", data=ROWS)
    step = tk.collect.excel
    assert dict(step.flow({}, step.convert({"path": path}))["table"].columns) == {
        "試料": "text",
        "x": "number",
        "n": "number",
        "made": "category",
    }
    assert step.flow({}, step.convert({"path": str(tmp_path / "missing.xlsx")}))["table"] is None


def test_files_that_are_no_workbook(tmp_path: Path):
    file = tmp_path / "book.xlsx"
    for data in (b"a,b\n1,2\n", b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0 nothing"):
        file.write_bytes(data)
        assert error(str(file)).startswith("TK302 collect.excel")
