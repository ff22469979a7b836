from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.process._composition import read_formula, whole_ratios


@pytest.mark.row("P12")
def test_the_ratios_of_the_published_list(data_dir: Path):
    # 49 formulas with elements and ratios as published: an oracle that somebody else computed.
    frame = pl.read_csv(data_dir / "mi" / "group131415_elm1elm2.csv")
    found = tk.process.composition(tk.Table.from_(frame), formula="formula").frame
    assert found["element1"].to_list() == frame["elm1"].to_list()
    assert found["element2"].to_list() == frame["elm2"].to_list()
    assert found["ratio1"].to_list() == frame["nr1"].to_list()
    assert found["ratio2"].to_list() == frame["nr2"].to_list()


def test_worked_example():
    table = tk.Table.from_({"f": ["Sn4P3", "In1.5Sn0.5", "P2Si"], "x": [1, 2, 3]}, ids=["a", "b", "c"])
    found = tk.process.composition(table, formula="f")
    assert found.frame.rows()[0] == ("Sn4P3", 1, "Sn", "P", 6, 4)
    assert found["ratio1"].to_list() == [6, 8, 7]
    assert found.ids.to_list() == ["a", "b", "c"]
    assert found.kinds["element1"] == "category"
    assert found.kinds["ratio1"] == "number"


def test_other_totals_and_numbers_of_elements():
    table = tk.Table.from_({"f": ["CaTiO3", "Al2(SO4)3"]})
    found = tk.process.composition(table, formula="f", elements=3, total=100)
    assert [tuple(r[1:]) for r in found.frame.rows()] == [
        ("Ca", "Ti", "O", 20, 20, 60),
        ("Al", "S", "O", 12, 18, 70),
    ]


@given(st.lists(st.integers(1, 999), min_size=1, max_size=6), st.integers(1, 200))
def test_ratios_have_the_sum_and_stay_near(amounts: list[int], total: int):
    found = whole_ratios([Fraction(a) for a in amounts], total)
    assert sum(found) == total
    assert all(abs(r - a * total / sum(amounts)) < 1 for r, a in zip(found, amounts, strict=True))


def test_formulas_that_are_none():
    for text in ("", "sn4", "Xx2", "Sn4)", "(Sn", "Sn-4", "2Sn", "(2)", "Sn0", "Sn" * 200, "()3"):
        assert read_formula(text) is None


def test_refusals(error_of):
    table = tk.Table.from_({"f": ["Sn4P3", "Sn4Q3"], "g": ["Sn4P3", None], "h": ["Sn", "SnP"], "n": [1.0, 2.0]})
    text = error_of(lambda: tk.process.composition(table, formula="f"), "TK215")
    assert "'Sn4Q3' in column 'f' at row 'Row1' is no formula" in text
    assert "has 1 elements" in error_of(lambda: tk.process.composition(table, formula="h"), "TK215")
    error_of(lambda: tk.process.composition(table, formula="g"), "TK208")
    error_of(lambda: tk.process.composition(table, formula="n"), "TK202")
    taken = tk.Table.from_({"f": ["SnP"], "ratio1": [1]})
    assert "'ratio1'" in error_of(lambda: tk.process.composition(taken, formula="f"), "TK210")


def test_columns_are_known_before_data():
    table = tk.Table.from_({"f": ["SnP"]})
    settings = tk.process.composition.convert({"formula": "f"})
    flow = tk.process.composition.flow({"table": table.schema}, settings)["table"]
    found = tk.process.composition(table, formula="f")
    assert flow.names == found.columns
    assert dict(flow.columns) == dict(found.kinds)
