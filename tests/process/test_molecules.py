from __future__ import annotations

from pathlib import Path

import pytest

import tenkai as tk


@pytest.fixture
def some() -> tk.Table:
    texts = ["OCC", "C(C)O", "C1CC", None, "c1ccccc1"]
    return tk.Table.from_({"smiles": texts, "y": [1, 2, 3, 4, 5]}, ids=list("abcde"))


@pytest.mark.row("P8")
def test_texts_become_molecules_and_the_others_are_set_aside(some: tk.Table):
    found = tk.process.molecules(some)
    assert found.table.frame.to_dict(as_series=False) == {
        "smiles": ["OCC", "C(C)O", "c1ccccc1"],
        "y": [1, 2, 5],
        "molecule": ["CCO", "CCO", "c1ccccc1"],
    }
    assert found.table.kinds["molecule"] == "molecule"
    assert found.table.ids.to_list() == ["a", "b", "e"]
    assert found.rejected.ids.to_list() == ["c", "d"]
    assert found.rejected["reason"].to_list() == ["unclosed ring", "there is no SMILES"]
    assert [str(n) for n in found.table.notes] == [
        "TKW215: 2 rows of 5 set aside as unreadable, first 'c' ('C1CC'): unclosed ring.",
        "TKW217: 1 molecule stands in several rows (2 rows; 'CCO' in 2): keep rows of one molecule on one side of a "
        "split.",
    ]


@pytest.mark.row("P8")
def test_the_source_can_be_left_out_or_replaced(some: tk.Table):
    assert tk.process.molecules(some, drop_source=True).table.columns == ["y", "molecule"]
    replaced = tk.process.molecules(some, name="smiles", drop_source=True).table
    assert replaced.columns == ["smiles", "y"]
    assert replaced.kinds["smiles"] == "molecule"
    written = tk.process.molecules(some, form="as written").table
    assert written["molecule"].to_list() == ["OCC", "C(C)O", "c1ccccc1"]
    assert [n.code for n in written.notes] == ["TKW215"]


def test_new_rows_are_read_in_the_same_way(some: tk.Table):
    (fitted,) = tk.process.molecules(some).table.preparation
    assert fitted.apply(some)["molecule"].to_list() == ["CCO", "CCO", None, None, "c1ccccc1"]


def test_a_reason_does_not_hide_a_column_of_that_name():
    table = tk.Table.from_({"smiles": ["C", "("], "reason": ["x", "y"]})
    assert tk.process.molecules(table).rejected.columns == ["smiles", "reason", "reason (2)"]


def test_the_same_rows_for_any_number_of_threads(data_dir: Path):
    from tenkai.step import Run, get_step

    table = tk.collect.csv(path=str(data_dir / "molecules" / "esol_delaney.csv"))
    step = get_step("process.molecules")
    one, four = (step.run({"table": table}, step.convert({}), Run(threads)) for threads in (1, 4))
    assert one["table"].frame.equals(four["table"].frame)
    assert one["table"].height == 1128


def test_refusals(some: tk.Table, error_of):
    text = error_of(lambda: tk.process.molecules(some.take([2, 3])), "TK222")
    assert text == (
        "TK222 process.molecules smiles: no cell of column 'smiles' can be read as a molecule; at row 'c' ('C1CC'): "
        "unclosed ring. Allowed: SMILES, such as CCO or c1ccccc1. Choose the column that holds SMILES."
    )
    error_of(lambda: tk.process.molecules(some, name="y"), "TK210")
    error_of(lambda: tk.process.molecules(some, smiles="y"), "TK202")
    error_of(lambda: tk.process.molecules(some, smiles="z"), "TK201")
    error_of(lambda: tk.process.molecules(some.take([])), "TK205")
    error_of(lambda: tk.process.molecules(tk.Table.from_({"x": ["CC", "CO", "CN"]})), "TK220")


def test_rows_of_one_molecule_stay_together():
    texts = ["OCC", "CCO", "c1ccccc1", "C", "CC", "CCC", "C1CCCCC1", "CN"]
    table = tk.process.molecules(tk.Table.from_({"smiles": texts, "y": range(8)})).table
    for seed in range(5):
        parts = tk.process.split(table, test=0.5, groups="molecule", seed=seed)
        assert set(parts.train["molecule"]).isdisjoint(parts.test["molecule"])
    grouped = tk.process.group(table, by=["molecule"], aggregate={"y": "mean"})
    assert grouped.kinds["molecule"] == "molecule"
    assert grouped.frame.rows()[0] == ("CCO", 0.5)
    described = tk.process.molecule_descriptors(table, names=["MolWt"]).table
    model = tk.learn.least_squares(described, target="y", columns=["MolWt"]).model
    held = tk.learn.cross_validate(described, model, folds=4, groups="molecule")
    assert held["fold"][0] == held["fold"][1]


@pytest.mark.parametrize(
    "action",
    [
        lambda t, f: tk.process.molecules(t),
        lambda t, f: tk.process.fingerprint(t),
        lambda t, f: tk.process.molecule_descriptors(t),
        lambda t, f: tk.interpret.fingerprint_microscope(t),
        lambda t, f: tk.collect.smiles(path=str(f)),
        lambda t, f: tk.interpret.images(tk.Table.from_({"m": ["C"]}, kinds={"m": "molecule"})),
    ],
)
def test_without_rdkit_the_steps_say_what_to_install(action, some: tk.Table, tmp_path, monkeypatch, error_of):
    import sys

    (tmp_path / "some.smi").write_text("CCO\n")
    monkeypatch.setitem(sys.modules, "rdkit", None)
    monkeypatch.setitem(sys.modules, "rdkit.rdBase", None)
    text = error_of(lambda: action(some, tmp_path / "some.smi"), "TK311")
    assert text.endswith(
        "Molecules need the package rdkit, which is not installed. Install it with: pip install 'tenkai[molecules]'"
    )
