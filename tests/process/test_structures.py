from pathlib import Path

import polars as pl
import pytest

import tenkai as tk
from tenkai.step import Run

SALT = "salt\n5.6\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n"


@pytest.mark.row("C5")
def test_rows_that_cannot_be_read_are_set_aside():
    table = tk.Table.from_(
        {"text": [SALT, "no", None, SALT.replace("Na", "Li")], "gap": [1.0, 2.0, 3.0, 4.0]},
        ids=["a", "b", "c", "d"],
        kinds={"text": "text"},
    )
    read = tk.process.structures(table, column="text")
    assert read.table.ids.to_list() == ["a", "d"]
    assert read.table["formula"].to_list() == ["NaCl", "LiCl"]
    assert read.table["gap"].to_list() == [1.0, 4.0]
    assert read.rejected.frame["reason"].to_list() == [
        "it is neither CIF nor POSCAR, extended XYZ or XSF",
        "there is no text",
    ]
    assert [str(n) for n in read.table.notes] == ["TKW230: 2 rows of 4 could not be read: 'b', 'c'."]
    assert read.table.identity.seen(table.identity.union()).all()
    kept = tk.process.structures(table, column="text", keep=True)
    assert kept.table.columns[:2] == ["text", "gap"]
    flow = tk.process.structures.flow(
        {"table": table.schema}, tk.process.structures.convert({"column": "text", "keep": True})
    )
    assert dict(flow["table"].columns) == dict(kept.table.kinds)
    assert dict(flow["rejected"].columns) == dict(kept.rejected.kinds)


@pytest.mark.row("C5")
def test_columns_the_table_has_are_kept(data_dir: Path):
    frame = pl.read_csv(data_dir / "crystals" / "perov_5_val.csv.gz").head(20)
    read = tk.process.structures(tk.Table.from_(frame, kinds={"cif": "text"}), column="cif").table
    assert read["formula"].to_list() == frame["formula"].to_list()
    assert "TKW231: The table has 'formula' already: kept as it is." in map(str, read.notes)
    assert read["atoms"].unique().to_list() == [5]


def test_refusals(error_of):
    table = tk.Table.from_({"t": ["x", "y"], "n": [1, 2]}, kinds={"t": "text"})
    text = error_of(lambda: tk.process.structures(table, column="t"), "TK232")
    assert text == (
        "TK232 process.structures column: no text in column 't' is a structure: row 'Row0': "
        "it is neither CIF nor POSCAR, extended XYZ or XSF."
    )
    error_of(lambda: tk.process.structures(table, column="n"), "TK202")
    taken = tk.Table.from_({"t": [SALT], "crystal": [SALT]}, kinds={"t": "text"})
    assert "'crystal' already" in error_of(lambda: tk.process.structures(taken, column="t"), "TK232")


@pytest.mark.slow
def test_two_thousand_cifs_with_progress(data_dir: Path):
    table = tk.Table.from_(pl.read_csv(data_dir / "crystals" / "carbon_24_val.csv.gz"), kinds={"cif": "text"})
    step = tk.process.structures
    told: list[tuple[float, float, str]] = []
    run = Run(report=lambda *progress: told.append(progress))
    read = step.run({"table": table}, step.convert({"column": "cif"}), run)["table"]
    assert read.height == 2032
    assert read["formula"].unique().to_list() == ["C"]
    assert told[-1] == (2032, 2032, "reading structures")
