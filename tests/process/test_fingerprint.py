from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.step import get_step

TEXTS = ["CCO", "Cc1ccccc1", "C1CC", "F/C=C/F", "C" * 300]


@pytest.fixture
def some() -> tk.Table:
    return tk.Table.from_({"smiles": TEXTS, "y": [1.0, 2.0, 3.0, 4.0, 5.0]}, ids=list("abcde"))


@pytest.mark.row("P8", "P11")
def test_one_column_of_vectors_equal_to_rdkit(some: tk.Table):
    from rdkit import Chem
    from rdkit.Chem import rdFingerprintGenerator

    found = tk.process.fingerprint(some)
    assert found.table.columns == ["smiles", "y", "fingerprint"]
    assert found.table.kinds["fingerprint"] == "vector"
    assert found.table["fingerprint"].dtype == pl.Array(pl.UInt8, 1024)
    made = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=1024)
    kept = [t for t in TEXTS if t != "C1CC"]
    expected = np.array([made.GetFingerprintAsNumPy(Chem.MolFromSmiles(t)) for t in kept])
    assert np.array_equal(found.table.matrix(["fingerprint"]), expected)
    assert found.rejected.ids.to_list() == ["c"]
    assert found.rejected["reason"].to_list() == ["unclosed ring"]
    assert [n.code for n in found.table.notes] == ["TKW215"]


@pytest.mark.row("P8")
def test_bits_as_named_columns_on_request(some: tk.Table):
    packed = tk.process.fingerprint(some, length=8, name="bit").table
    named = tk.process.fingerprint(some, length=8, name="bit", expand=True).table
    assert named.columns == ["smiles", "y", *(f"bit[{i}]" for i in range(8))]
    assert named.columns[2:] == packed.layout(["bit"]).features()
    assert np.array_equal(named.matrix(named.columns[2:]), packed.matrix(["bit"]))
    assert set(named.kinds.values()) == {"text", "number"}


def test_counts_are_cut_at_a_byte_and_said(some: tk.Table):
    found = tk.process.fingerprint(some, values="counts", radius=0, length=4).table
    assert found.matrix(["fingerprint"]).max() == 255
    assert "TKW216: 1 count above 255 became 255." in [str(n) for n in found.notes]


def test_a_model_takes_new_rows_with_smiles(some: tk.Table):
    prints = tk.process.fingerprint(some, length=64).table
    model = tk.learn.ridge(prints, target="y", columns=["fingerprint"]).model
    raw = some.take([0, 1, 3])
    same = tk.learn.predict(prints.take([0, 1, 2]), model)["predicted"]
    assert tk.learn.predict(raw, model)["predicted"].to_list() == same.to_list()
    # The fingerprints learn nothing, so the lens counts the rows of the model only.
    assert {i.kind for i in model.influences} == {"fitted"}


def test_new_rows_that_cannot_be_read_have_no_fingerprint(some: tk.Table, error_of):
    for expand in (False, True):
        (fitted,) = tk.process.fingerprint(some, length=8, expand=expand).table.preparation
        column = fitted.apply(some)[fitted.outputs[0]]
        assert column.is_null().to_list() == [False, False, True, False, False]
    model = tk.learn.ridge(tk.process.fingerprint(some).table, target="y", columns=["fingerprint"]).model
    assert "misses 1 of 5 values, first at row 'c'" in error_of(lambda: tk.learn.predict(some, model), "TK208")


def test_the_chain_from_texts_to_a_model(some: tk.Table):
    molecules = tk.process.molecules(some, drop_source=True).table
    prints = tk.process.fingerprint(molecules, length=64).table
    model = tk.learn.ridge(prints, target="y", columns=["fingerprint"]).model
    assert np.isfinite(tk.learn.predict(some.take([0, 1]), model)["predicted"].to_numpy()).all()


def test_the_schema_is_known_before_the_run(some: tk.Table):
    step = get_step("process.fingerprint")
    for settings in ({}, {"expand": True, "length": 3}, {"method": "maccs", "name": "keys"}):
        known = step.flow({"table": some.schema}, step.convert(settings))
        made = step.run({"table": some}, step.convert(settings))
        assert {n: s.columns for n, s in known.items() if s} == {n: t.kinds for n, t in made.items()}


def test_refusals(some: tk.Table, error_of):
    fp = tk.process.fingerprint
    assert "radius: -1 is not allowed. Allowed: a whole number, 0 to 10." in error_of(
        lambda: fp(some, radius=-1), "TK111"
    )
    assert "length: 0 is not allowed. Allowed: a whole number, 1 to 1048576" in error_of(
        lambda: fp(some, length=0), "TK111"
    )
    told = error_of(lambda: fp(some, method="ECFP"), "TK111")
    assert told.endswith("atom-pair, torsion, maccs, avalon. Did you mean 'morgan'?")
    assert "Did you mean 'length'?" in error_of(lambda: fp(some, nBits=512), "TK106")
    error_of(lambda: fp(some, method="maccs", length=512), "TK221")
    error_of(lambda: fp(some, name="y"), "TK210")
    error_of(lambda: fp(some, expand=True, length=30_000), "TK212")
    big = some.take(np.zeros(50_000, np.int64))
    error_of(lambda: fp(big, length=1_048_576), "TK212")
