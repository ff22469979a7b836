"""collect.csv: worked examples, the tables of the field, row ids, kinds, and what a bad file says."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.errors import TenkaiError


def write(folder: Path, text: str | bytes, name: str = "table.csv") -> str:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def notes(table: tk.Table) -> str:
    return "\n".join(map(str, table.notes))


def error(path: str, **settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.collect.csv(path=path, **settings)
    return str(caught.value)


def test_worked_example(tmp_path: Path):
    text = 'name,gap,n,phase\nSi,1.12,4,"solid, grey"\nGe,,4,solid\nC,5.5,4,solid\n'
    table = tk.collect.csv(path=write(tmp_path, text))
    assert table.to_polars().rows() == [
        ("Row0", "Si", 1.12, 4, "solid, grey"),
        ("Row1", "Ge", None, 4, "solid"),
        ("Row2", "C", 5.5, 4, "solid"),
    ]
    assert table.kinds == {"name": "text", "gap": "number", "n": "number", "phase": "category"}
    assert table["n"].dtype == pl.Int64
    assert notes(table) == ""


# ---- the tables of the field ----------------------------------------------------------------------

# Rows and columns as counted with pandas in the README of the data.
REAL = {
    "mi/ZB_WZ_dE_rawdescriptor.csv": (82, 21),
    "mi/Carbon8_descriptor_selected.csv": (144, 19),
    "mi/hea4_dos.csv": (600, 110),
    "mi/TC_ReCo_detail_descriptor.csv": (60, 19),
    "mi/Epitaxial-thin-filmgrowth.csv": (3840, 5),
    "mi/mono_structure_str.csv": (103, 15),
    "crystals/perov_5_val.csv.gz": (3787, 7),
}


@pytest.mark.row("C1")
@pytest.mark.parametrize("name", REAL)
def test_values_equal_those_pandas_reads(data_dir: Path, name: str):
    table = tk.collect.csv(path=f"data:{name}")
    assert (table.height, len(table.columns)) == REAL[name]
    expected = pd.read_csv(data_dir / name)
    for column, theirs in zip(table.columns, expected, strict=True):
        assert column == theirs
        if table.kinds[column] == "number":
            ours = table[column].cast(pl.Float64).to_numpy()
            np.testing.assert_array_equal(ours, expected[theirs].to_numpy(float))
        else:
            texts = [None if pd.isna(v) else v.strip(" \xa0") for v in expected[theirs]]
            assert table[column].to_list() == texts


@pytest.mark.row("C1")
def test_quoted_cells_hold_line_breaks_and_commas():
    table = tk.collect.csv(path="data:mi/TC_ReCo_detail_descriptor.csv")
    assert table.height == 60
    assert table["name"][0] == "Ce2Co17"
    assert table["author"][0] == "Bao-gen Shen, et al."
    assert any("\n" in cell for name in ("ref", "author", "comment") for cell in table[name] if cell)


@pytest.mark.row("T7")
def test_a_blank_before_a_column_name_is_left_out_and_said():
    table = tk.collect.csv(path="data:mi/maxphase_property.csv")
    assert table.height == 107
    assert "blanks around column names were left out: 'rho0 lambda lambda'" in notes(table)
    largest = table["rho0 lambda lambda"].sort(descending=True)
    assert largest[0] == pytest.approx(137, abs=0.5)
    assert largest[1] == pytest.approx(26.4, abs=0.05)


@pytest.mark.row("C1")
def test_row_ids_from_a_column_without_a_name():
    table = tk.collect.csv(path="data:mi/group131415_div1.csv", row_id="column 1")
    assert (table.height, len(table.columns)) == (46, 39)
    assert table.matrix().sum() == 92  # T5 of the requirements
    assert all("^" in name for name in table.ids)
    assert "columns without a name are called 'column 1'" in notes(table)


@pytest.mark.row("C1")
def test_row_ids_from_several_columns_are_joined():
    table = tk.collect.csv(path="data:mi/group131415_elm1elm2.csv", row_id=["formula", "sg"])
    assert table.ids[0] == "InP^F-43m"
    assert table.columns == ["elm1", "formula_n1", "elm2", "formula_n2", "nr1", "nr2"]


def test_columns_of_one_name_are_numbered():
    table = tk.collect.csv(path="data:mi/Carbon8_descriptor_energy.csv")
    assert table.columns[:3] == ["column 1", "key", "key (2)"]
    assert table["key"][0] == 0
    assert table["key (2)"][0] == "3D-001"
    assert "'key (2)'" in notes(table)


def test_a_picture_without_header():
    table = tk.collect.csv(path="data:mi/font/L64.csv", header=False)
    assert (table.height, len(table.columns)) == (64, 64)
    assert table.columns[:2] == ["column 1", "column 2"]


@pytest.mark.row("C2", "C5")
def test_observed_and_new_rows_are_two_files():
    observed = tk.collect.csv(path="data:mi/Fe2_descriptor.csv", row_id="key")
    new = tk.collect.csv(path="data:mi/Fe2_descriptor_newdata.csv", row_id="key")
    assert (observed.height, new.height) == (42, 6)
    assert observed.columns == new.columns
    assert observed.kinds["polytype"] == "category"
    assert not set(observed.ids) & set(new.ids)
    assert not observed.identity.seen(new.identity.union()).any()


@pytest.mark.row("C2")
def test_labelled_rows_and_all_rows_of_carbon():
    labelled = tk.collect.csv(path="data:mi/Carbon8_descriptor_selected.csv")
    everything = tk.collect.csv(path="data:mi/Carbon8_descriptor.csv")
    assert (labelled.height, everything.height) == (144, 3560)
    assert labelled.kinds["polytype"] == "category"
    assert "polytype" not in everything.columns


def test_a_file_read_twice_gives_the_same_rows(tmp_path: Path):
    path = write(tmp_path, "a,b\n1,2\n3,4\n")
    first, second = tk.collect.csv(path=path), tk.collect.csv(path=path, row_id="a")
    assert first.identity.seen(second.identity.union()).all()
    other = tk.collect.csv(path=write(tmp_path, "a,b\n1,2\n3,5\n", "other.csv"))
    assert not first.identity.seen(other.identity.union()).any()
    # without the header every row stands one line earlier
    assert not tk.collect.csv(path=path, header=False).identity.seen(first.identity.union()).any()


# ---- kinds and missing values ---------------------------------------------------------------------


def test_missing_words(tmp_path: Path):
    path = write(tmp_path, "x,charge,note\n1,+,ok\nNA,-,欠損\n-,+,NaN\n 2.5 ,-, none \n?,,\n")
    table = tk.collect.csv(path=path)
    assert table["x"].to_list() == [1.0, None, None, 2.5, None]
    assert table["charge"].to_list() == ["+", "-", "+", "-", None]  # a dash among texts is a text
    assert table["note"].to_list() == ["ok", None, None, "none", None]


def test_missing_words_of_ones_own(tmp_path: Path):
    path = write(tmp_path, "x,y\n1,NA\n-999,b\n3,\n")
    table = tk.collect.csv(path=path, missing=["-999"])
    assert table["x"].to_list() == [1, None, 3]
    assert table["y"].to_list() == ["NA", "b", None]


def test_a_late_cell_changes_the_type_of_its_column(tmp_path: Path):
    rows = [f"{i},{i},{i},,-" for i in range(1000)] + ["1.5,word,99999999999999999999,7,8"]
    table = tk.collect.csv(path=write(tmp_path, "float,text,big,late,dash\n" + "\n".join(rows)))
    dtypes = {name: table[name].dtype for name in table.columns}
    assert dtypes == {
        "float": pl.Float64(),
        "text": pl.String(),
        "big": pl.Float64(),
        "late": pl.Int64(),
        "dash": pl.Int64(),
    }
    assert table["late"].null_count() == 1000
    assert table["text"][5] == "5"


def test_columns_without_any_value_are_said(tmp_path: Path):
    table = tk.collect.csv(path=write(tmp_path, "a,b,c\n1,,NA\n2,,\n"))
    assert "2 columns without any value: 'b', 'c'" in notes(table)
    assert table.choose("numbers") == ["a"]


def test_kinds_can_be_set(tmp_path: Path):
    path = write(tmp_path, "id,group,x\n001,1,5\n002,2,\n")
    table = tk.collect.csv(path=path, kinds={"group": "category", "id": "text", "x": "number"})
    assert table.kinds == {"id": "text", "group": "category", "x": "number"}
    assert table["id"].to_list() == ["001", "002"]
    assert table["group"].to_list() == ["1", "2"]
    text = error(path, kinds={"gruop": "category"})
    assert text == (
        "TK201 collect.csv kinds: there is no column 'gruop'. The table has 'id', 'group', 'x'. Did you mean 'group'?"
    )


def test_a_word_where_numbers_shall_be(tmp_path: Path):
    path = write(tmp_path, "x\n1\n2\nbroken\n")
    assert error(path, kinds={"x": "number"}) == (
        "TK305 collect.csv kinds: column 'x' shall hold numbers, but the row 3 below the header holds 'broken'. "
        "Correct the cell, add the word to 'missing', or choose another kind."
    )


def test_row_ids_keep_their_zeros(tmp_path: Path):
    table = tk.collect.csv(path=write(tmp_path, "id,x\n007,1\n008,2\n"), row_id="id")
    assert table.ids.to_list() == ["007", "008"]


def test_row_ids_that_repeat(tmp_path: Path):
    path = write(tmp_path, "id,x\na,1\na,2\n")
    assert error(path, row_id="id").startswith("TK207 collect.csv: the row id 'a' stands for several rows.")
    assert "Did you mean 'id'?" in error(path, row_id="idd")
    assert error(path, row_id=["id", "x"]) == "TK204 collect.csv row_id: every column is part of the row ids."


def test_names_that_polars_takes_for_patterns(tmp_path: Path):
    # refused as in every table; they do not confuse the reader before
    assert "TK801 collect.csv: the column name '^a$'" in error(write(tmp_path, "^a$,a\n1,x\n"))
    table = tk.collect.csv(path=write(tmp_path, "^a$,a,10^0^C2/m\n1,x,2\n"), row_id="^a$")
    assert table.frame.rows() == [("x", 2)]


def test_rows_of_a_spreadsheet_without_any_value(tmp_path: Path):
    table = tk.collect.csv(path=write(tmp_path, "a,b\n1,2\n,\n3,4\nNA,NA\n,\n , \r\n"))
    assert table["a"].to_list() == [1, None, 3, None]
    assert "2 rows without any value at the end left out" in notes(table)


# ---- files that cannot be read --------------------------------------------------------------------


def test_a_line_of_another_length(tmp_path: Path):
    short = write(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8\n")
    assert error(short) == (
        "TK304 collect.csv path: line 3 has 2 cells, the first line has 3. "
        "Every line has the same number of cells (delimiter ','). Correct the line, or choose another delimiter."
    )
    long = write(tmp_path, 'a,b\n"x\ny",2\n3,4,5\n', "long.csv")
    assert "line 4 has 3 cells, the first line has 2" in error(long)
    late = write(tmp_path, "a,b\n" + "1,2\n" * 700_000 + "3\n", "late.csv")
    assert "line 700002 has 1 cell, the first line has 2" in error(late)


def test_a_header_with_a_name_too_few(tmp_path: Path):
    assert "Perhaps the first column has no name" in error(write(tmp_path, "x,y\nA,1,2\nB,3,4\n"))


def test_a_quote_that_stays_open(tmp_path: Path):
    assert "line 3" in error(write(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n7,8\n'))


def test_empty_files(tmp_path: Path):
    assert error(write(tmp_path, "")).startswith("TK302 collect.csv path:")
    assert "there are no rows" in error(write(tmp_path, "\n\n\n"))
    assert "there are column names but no rows" in error(write(tmp_path, "a,b\n"))
    assert "no table behind the first 5 lines" in error(write(tmp_path, "a,b\n1,2\n"), skip=5)
    assert "is empty" in error(write(tmp_path, gzip.compress(b""), "empty.csv.gz"))


def test_files_that_are_no_text(tmp_path: Path):
    assert "is no text: byte 3 is 0" in error(write(tmp_path, b"abc\x00\x00\x07def" * 9))
    assert "Read it with collect.parquet." in error(write(tmp_path, b"PAR1....", "x.csv"))
    assert "Read workbooks with collect.excel" in error(write(tmp_path, b"PK\x03\x04....", "x.csv"))
    assert "is a folder" in error(str(tmp_path))
    assert "TK301" in error(str(tmp_path / "tabel.csv"))
    whole = gzip.compress(b"a,b\n1,2\n" * 1000)
    assert "is damaged or cannot be read" in error(write(tmp_path, whole[:-20], "cut.csv.gz"))


# ---- the schema, before the run -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Fe2_descriptor", "maxphase_property", "Carbon8_descriptor_energy"])
def test_the_schema_is_that_of_the_table(name: str):
    settings = tk.collect.csv.convert({"path": f"data:mi/{name}.csv"})
    known = tk.collect.csv.flow({}, settings)["table"]
    table = tk.collect.csv(path=f"data:mi/{name}.csv")
    assert known is not None
    assert list(known.columns) == table.columns
    assert all(kind in (None, table.kinds[column]) for column, kind in known.columns.items())


def test_the_schema_of_a_small_file_is_complete_and_of_a_large_one_cautious(tmp_path: Path):
    rows = "".join(f"{i},{'ab'[i % 2]}\n" for i in range(150))
    small, large = write(tmp_path, "x,g\n" + rows), write(tmp_path, "x,g\n" + rows * 2, "large.csv")
    assert flow(small) == {"x": "number", "g": "category"}
    assert flow(large) == {"x": "number", "g": None}
    assert flow(small, row_id="g") == {"x": "number"}
    assert flow(str(tmp_path / "missing.csv")) is None


def flow(path: str, **settings: object) -> dict[str, str | None] | None:
    schema = tk.collect.csv.flow({}, tk.collect.csv.convert({"path": path, **settings}))["table"]
    return None if schema is None else dict(schema.columns)


# ---- any table comes back -------------------------------------------------------------------------

CELL = st.text(st.sampled_from('ab ,;"\n\t|é表'), max_size=6)


@given(st.data(), st.integers(2, 4), st.integers(1, 6))
def test_what_pandas_writes_is_read_back(tmp_path_factory, data: st.DataObject, width: int, n: int):
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=n, max_size=n))
    rows.append(["end"] * width)
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    names = [f"n{i}" for i in range(width)]
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    table = tk.collect.csv(path=str(path), delimiter=",", kinds=dict.fromkeys(names, "text"))
    expected = [[cell.strip(" \t") or None for cell in row] for row in rows]
    assert [list(row) for row in table.frame.rows()] == expected
