from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.values import Folder, Schema, load


@pytest.fixture
def table() -> tk.Table:
    return tk.Table.from_(
        {"密度 (g/cm3)": [2.7, 7.9, None], "Z": [13, 26, 0], "phase": ["fcc", "bcc", None]}, ids=["Al", "Fe", "?"]
    )


@pytest.mark.row("P6")
def test_the_recipes_of_the_source_give_its_file(read):
    # S1 p15, p25: mi/ZB_WZ_dE_3var.csv holds the three descriptors for the rows of the raw file.
    raw = read("mi/ZB_WZ_dE_rawdescriptor.csv")
    made = tk.process.formula(
        raw,
        formulas={
            "desc1": "abs(IP_B - EA_B) / rp_A ** 2",
            "desc2": "abs(rs_A − rp_B) ÷ exp(rs_A)",
            "desc3": "abs(rp_B - rs_B) / exp(rd_A)",
        },
    )
    known = read("mi/ZB_WZ_dE_3var.csv")
    assert made.height == known.height == 82
    np.testing.assert_allclose(
        made.matrix(["desc1", "desc2", "desc3", "dE"]), known.matrix(["desc1", "desc2", "desc3", "dE"]), rtol=1e-12
    )
    assert made.notes == ()


@pytest.mark.row("P6")
def test_several_columns_at_once_and_one_from_another(table):
    made = tk.process.formula(
        table, formulas={"volume": "1 / `密度 (g/cm3)`", "double": "volume * 2", "heavy": "Z > 20", "名前": "phase"}
    )
    assert made.columns == [*table.columns, "volume", "double", "heavy", "名前"]
    assert made["double"].to_list() == [2 / 2.7, 2 / 7.9, None]
    assert made["heavy"].to_list() == [False, True, False]
    assert {n: made.kinds[n] for n in ("double", "heavy", "名前")} == {
        "double": "number",
        "heavy": "category",
        "名前": "category",
    }
    assert made.ids.to_list() == table.ids.to_list()
    assert (made.identity.keys == table.identity.keys).all()
    assert made.influences == ()


def test_the_order_of_formulas_counts_and_survives_files(table, tmp_path: Path):
    made = tk.process.formula(table, formulas={"z": "Z + 1", "a": "z * 10"})
    made.save(tmp_path)
    back = load(Folder(tmp_path))
    again = back.preparation[0].apply(table)
    assert again["a"].to_list() == [140, 270, 10]


def test_a_column_may_be_replaced(table):
    made = tk.process.formula(table, formulas={"Z": "-Z"})
    assert made.columns == table.columns
    assert made["Z"].to_list() == [-13, -26, 0]


def test_missing_results_are_counted_with_their_cause(table):
    made = tk.process.formula(table, formulas={"x": "1 / Z + log(Z - 13)"})
    assert made["x"].to_list() == [None, pytest.approx(1 / 26 + np.log(13)), None]
    (note,) = made.notes
    assert note.code == "TKW204"
    assert note.text == (
        "'x' has no value in 2 rows of 3 because of a division by zero or a logarithm of a number that is not "
        "positive, first in row 'Al'."
    )
    # A cell that was missing before is no news.
    assert tk.process.formula(table, formulas={"x": "`密度 (g/cm3)` * 2"}).notes == ()
    # A branch that is not taken does not count.
    assert tk.process.formula(table, formulas={"x": "where(Z > 0, 1 / Z, 0)"}).notes == ()


@pytest.mark.row("P1", "P6")
def test_new_rows_go_through_the_formulas(table):
    made = tk.process.formula(table, formulas={"root": "sqrt(Z)"})
    scaled = tk.process.standardize(made, columns=["root"])
    new = tk.Table.from_({"Z": [13, 1]})
    out = tk.process.apply(new, scaled.fitted)
    assert out.columns == ["Z", "root"]
    assert out["root"][0] == pytest.approx(scaled.table["root"][0])
    # The same formulas done by the user count as the same preparation.
    by_user = tk.process.formula(new, formulas={"root": "sqrt(Z)"})
    assert tk.process.apply(by_user, scaled.fitted).frame.equals(out.frame)
    # A column of that name that came about otherwise is computed anew, from what it is made of.
    other = tk.process.formula(new, formulas={"root": "Z * 100"})
    assert tk.process.apply(other, scaled.fitted).frame.equals(out.frame)


@pytest.mark.row("P1")
def test_a_column_replaced_by_another_formula_is_refused(table, error_of):
    scaled = tk.process.standardize(tk.process.formula(table, formulas={"Z": "sqrt(Z)"}), columns=["Z"])
    other = tk.process.formula(tk.Table.from_({"Z": [1, 2]}), formulas={"Z": "Z / 2"})
    assert "went through process.formula" in error_of(lambda: tk.process.apply(other, scaled.fitted), "TK206")


def test_all_mistakes_are_told_at_once(table):
    with pytest.raises(tk.TenkaiError) as error:
        tk.process.formula(table, formulas={"a": "Z +", "b": "z * 2", "c": "phase * 2", "d": "a + b", "e": "Z"})
    assert [p.code for p in error.value.problems] == ["TK209", "TK201", "TK209"]
    told = str(error.value)
    assert "process.formula formulas: 'b': there is no column 'z'." in told
    assert "Did you mean 'Z'?" in told
    assert "'c': column 'phase' is a text: '*' needs a number." in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("where(Z, 1, 2)", "column 'Z' is a number: 'where' needs a condition"),
        ("where(Z > 1, 1, 'a')", "this is a text: what it stands with is a number"),
        ("phase > 1", "this is a number: what it stands with is a text"),
        ("not Z", "column 'Z' is a number: 'not' needs a condition"),
        ("(Z > 1) + 1", "this is a condition: '+' needs a number"),
        ("(Z > 1) > (Z > 2)", "conditions have no order"),
        ("v * 2", "column 'v' is a vector: '*' needs a number"),
        ("v == 2", "column 'v' is a vector: '==' needs numbers or texts"),
        ("phase in (fcc, bcc)", "For a text write 'fcc' in quotes."),
        ("1 + 1", "'x' uses no column."),
    ],
)
def test_values_that_do_not_fit(table, error_of, text, told):
    with_vector = table.with_columns(
        table.frame.with_columns(v=pl.Series([[1.0, 2.0]] * 3, dtype=pl.Array(pl.Float64, 2)))
    )
    assert told in error_of(lambda: tk.process.formula(with_vector, formulas={"x": text}), "TK209")


def test_the_schema_knows_names_kinds_and_mistakes_before_the_data():
    schema = Schema({"a": "number", "c": "category", "t": "text"})
    step = tk.process.formula
    flowed = step.flow({"table": schema}, {"formulas": {"x": "a * 2", "y": "c == 'u'", "z": "x + a"}})["table"]
    assert flowed.columns == {"a": "number", "c": "category", "t": "text", "x": "number", "y": None, "z": "number"}
    with pytest.raises(tk.TenkaiError, match=r"TK201.*no column 'A'"):
        step.flow({"table": schema}, {"formulas": {"x": "A * 2"}})
    with pytest.raises(tk.TenkaiError, match=r"TK209.*column 't' is a text"):
        step.flow({"table": schema}, {"formulas": {"x": "t * 2"}})
    with pytest.raises(tk.TenkaiError, match="TK209"):
        step.flow({"table": None}, {"formulas": {"x": "a *"}})


def test_dates_compare_as_iso_texts():
    table = tk.Table.from_(
        pl.DataFrame({"day": ["2024-05-01", "2025-01-01"]}).with_columns(pl.col("day").str.to_date())
    )
    assert tk.process.formula(table, formulas={"new": "day >= '2025'"})["new"].to_list() == [False, True]


def test_whole_numbers_beyond_float_are_compared_exactly():
    table = tk.Table.from_({"id": [2**53 + 1, 2**53]})
    assert tk.process.formula(table, formulas={"x": f"id == {2**53 + 1}"})["x"].to_list() == [True, False]


def test_a_million_rows():
    n = 1_000_000
    x = np.random.default_rng(0).normal(size=n)
    made = tk.process.formula(tk.Table.from_({"x": x}), formulas={"y": "where(x > 0, log(x), abs(x) ** 2) / (x + 10)"})
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(made["y"], np.where(x > 0, np.log(x), x**2) / (x + 10), rtol=1e-13)
