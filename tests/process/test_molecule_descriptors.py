from __future__ import annotations

import numpy as np
import pytest

import tenkai as tk
from tenkai.process._descriptors import USUAL, known_names
from tenkai.step import Run, get_step

TEXTS = ["CCO", "Cc1ccccc1", "C1CC", "O=C(O)c1ccccc1", "[Fe]"]


@pytest.fixture
def some() -> tk.Table:
    return tk.Table.from_({"smiles": TEXTS, "y": [1.0, 2.0, 3.0, 4.0, 5.0]}, ids=list("abcde"))


def direct(names: list[str], texts: list[str]) -> np.ndarray:
    """RDKit called directly."""
    from rdkit import Chem
    from rdkit.Chem import Descriptors

    known = dict(Descriptors.descList)
    return np.array([[float(known[n](Chem.MolFromSmiles(t))) for n in names] for t in texts])


@pytest.mark.row("P11")
def test_the_usual_ones_equal_rdkit(some: tk.Table):
    found = tk.process.molecule_descriptors(some)
    assert found.table.columns == ["smiles", "y", *USUAL]
    assert found.table.ids.to_list() == ["a", "b", "d", "e"]
    assert found.rejected.ids.to_list() == ["c"]
    kept = [t for t in TEXTS if t != "C1CC"]
    assert np.array_equal(found.table.matrix(list(USUAL)), direct(list(USUAL), kept))


def test_ethanol_by_hand(some: tk.Table):
    row = tk.process.molecule_descriptors(some.take([0])).table.frame.row(0, named=True)
    # C2H6O: 2 × 12.011 + 6 × 1.008 + 15.999; one OH gives and takes one hydrogen bond; both carbons are sp3.
    assert row["MolWt"] == pytest.approx(46.069, abs=1e-3)
    assert (row["HeavyAtomCount"], row["NumHDonors"], row["NumHAcceptors"]) == (3, 1, 1)
    assert (row["RingCount"], row["NumRotatableBonds"], row["FractionCSP3"]) == (0, 0, 1)
    assert row["TPSA"] == pytest.approx(20.23)  # the contribution of a hydroxyl group: P. Ertl et al., 2000


def test_all_of_them_and_those_without_a_value(some: tk.Table):
    step = get_step("process.molecule_descriptors")
    one, two = (step.run({"table": some}, step.convert({"names": "all"}), Run(n)) for n in (1, 2))
    assert one["table"].frame.equals(two["table"].frame)
    names = list(known_names())
    assert len(names) > 200
    found = one["table"].matrix(names)
    expected = direct(names, [t for t in TEXTS if t != "C1CC"])
    expected[~np.isfinite(expected)] = np.nan
    assert np.array_equal(found, expected, equal_nan=True)
    assert np.isnan(found[-1]).any()  # iron has no partial charges of Gasteiger
    (note,) = [str(n) for n in one["table"].notes if n.code == "TKW218"]
    assert note.startswith("TKW218: ")
    assert "without a value in some rows: " in note


def test_a_model_takes_new_rows_with_smiles(some: tk.Table):
    table = tk.process.molecule_descriptors(some.take([0, 1, 3]), names=["MolWt", "MolLogP"]).table
    model = tk.learn.ridge(table, target="y", columns=["MolWt", "MolLogP"]).model
    assert np.isfinite(tk.learn.predict(some.take([0, 4]), model)["predicted"].to_numpy()).all()


def test_the_schema_is_known_before_the_run(some: tk.Table):
    step = get_step("process.molecule_descriptors")
    for names in ("usual", "all", ["MolWt"]):
        settings = step.convert({"names": names})
        known = step.flow({"table": some.schema}, settings)
        made = step.run({"table": some}, settings)
        assert {n: s.columns for n, s in known.items() if s} == {n: t.kinds for n, t in made.items()}


def test_refusals(some: tk.Table, error_of):
    make = tk.process.molecule_descriptors
    text = error_of(lambda: make(some, names=["MolWt", "LogP"]), "TK223")
    assert text.startswith(
        "TK223 process.molecule_descriptors names: RDKit has no descriptor 'LogP'. It has over 200, "
    )
    assert text.endswith("such as MolWt, HeavyAtomCount, MolLogP, MolMR, TPSA. Did you mean 'MolLogP'?")
    error_of(lambda: make(some, names=["MolWt", "MolWt"]), "TK223")
    error_of(lambda: make(tk.Table.from_({"smiles": ["C", "N"], "MolWt": [1, 2]})), "TK210")
