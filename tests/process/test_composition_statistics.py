from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.values.element_values import WHAT, element_values

describe = tk.process.composition_statistics


@pytest.mark.row("C4")
def test_worked_example():
    # SiO2: shares 1/3 and 2/3; masses 28.085 and 15.999.
    table = tk.Table.from_({"f": ["SiO2", "Fe"]}, kinds={"f": "text"})
    found = describe(
        table, column="f", values=["mass"], statistics_of=["min", "max", "mean", "sd", "range"], fractions=True
    )
    mean = 28.085 / 3 + 15.999 * 2 / 3
    sd = np.sqrt((28.085 - mean) ** 2 / 3 + (15.999 - mean) ** 2 * 2 / 3)
    assert found.columns[1:6] == ["min_mass", "max_mass", "mean_mass", "sd_mass", "range_mass"]
    np.testing.assert_allclose(found.matrix(found.columns[1:6])[0], [15.999, 28.085, mean, sd, 28.085 - 15.999])
    np.testing.assert_allclose(found.matrix(found.columns[1:6])[1], [55.845, 55.845, 55.845, 0, 0])
    assert found.columns[6:] == ["fraction_O", "fraction_Si", "fraction_Fe"]
    assert found["fraction_O"].to_list() == pytest.approx([2 / 3, 0])


@pytest.mark.row("C4")
def test_amounts_count_as_repeated_atoms(data_dir: Path):
    """The oracle: statistics of a list with every atom of the formula in it."""
    formulas = pl.read_csv(data_dir / "crystals" / "dielectric_1056.csv.gz")["formula"].gather_every(50)
    found = describe(tk.Table.from_({"f": formulas}, kinds={"f": "text"}), column="f")
    known = element_values()
    from ase.formula import Formula

    for i, text in enumerate(formulas):
        atoms = [s for s, n in Formula(text).count().items() for _ in range(n)]
        from ase.data import atomic_numbers

        for name in WHAT:
            x = known[name][[atomic_numbers[s] - 1 for s in atoms]]
            row = [found[f"{s}_{name}"][i] for s in ("min", "max", "mean", "sd")]
            np.testing.assert_allclose(row, [x.min(), x.max(), x.mean(), x.std()], atol=1e-9)


@pytest.mark.row("C4")
def test_values_of_ones_own():
    table = tk.Table.from_({"f": ["NaCl", "NaF", "KF"]}, kinds={"f": "text"})
    own = tk.Table.from_({"element": ["Na", "Cl", "F"], "chi": [0.93, 3.16, 3.98], "n": [1, 2, 3]})
    found = describe(table, own, column="f", values=["chi"], statistics_of=["range"])
    assert found["range_chi"].to_list() == [pytest.approx(2.23), pytest.approx(3.05), None]
    assert [str(n) for n in found.notes] == ["TKW232: 1 row of 3 hold elements without a value: 'K'."]
    by_id = tk.Table.from_({"chi": [0.93, 3.16]}, ids=["Na", "Cl"])
    assert describe(table.take([0]), by_id, column="f").columns == ["f", "min_chi", "max_chi", "mean_chi", "sd_chi"]
    flow = describe.flow({"table": table.schema}, describe.convert({"column": "f", "values": ["chi"]}))["table"]
    assert flow.names == ["f", "min_chi", "max_chi", "mean_chi", "sd_chi"]


def test_crystals_have_compositions_too():
    table = tk.collect.generate.crystals(polytypes=["fluorite"], elements=["CaF2"])
    found = describe(table, column="crystal", values=["number"], statistics_of=["mean"])
    assert found["mean_number"].to_list() == pytest.approx([(20 + 2 * 9) / 3])


def test_values_of_the_elements():
    values = element_values()
    at = [0, 25, 57, 78, 117]  # H, Fe, Ce, Au, Og
    assert values["group"][at].tolist() == [1, 8, 3, 11, 18]
    assert values["period"][at].tolist() == [1, 4, 6, 6, 7]
    assert values["covalent_radius"][25] == 1.32  # Cordero 2008, low spin is the smaller of two
    assert values["vdw_radius"][5] == 1.77  # Alvarez 2013
    assert set(values) == set(WHAT)


def test_refusals(error_of):
    table = tk.Table.from_({"f": ["NaCl", "Qq"], "n": [1, 2]}, kinds={"f": "text"})
    assert "'Qq' in column 'f' at row 'Row1' is no formula" in error_of(lambda: describe(table, column="f"), "TK215")
    good = table.take([0])
    assert error_of(lambda: describe(good, column="f", values=["mas"]), "TK235") == (
        "TK235 process.composition_statistics values: there is no value 'mas' of the elements. Known are 'number', "
        "'mass', 'period', 'group', 'covalent_radius', 'vdw_radius'. Did you mean 'mass'?"
    )
    error_of(lambda: describe(good, column="n"), "TK202")
    own = tk.Table.from_({"x": [1.0, 2.0]}, ids=["iron", "gold"])
    assert "are not named by elements, first 'iron'" in error_of(lambda: describe(good, own, column="f"), "TK235")
    twice = tk.Table.from_({"element": ["Na", "Na"], "x": [1.0, 2.0]})
    assert "several rows" in error_of(lambda: describe(good, twice, column="f"), "TK235")
    taken = good.with_columns(good.frame.with_columns(min_mass=1.0))
    error_of(lambda: describe(taken, column="f"), "TK210")
