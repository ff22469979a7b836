"""Maps of molecules and crystals: what they are is found, drawn and compared."""

import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.mapping.test_workflow import ran, setting, steps_of

import tenkai as tk
from tenkai.mapping import _things, make_workflow
from tenkai.run.results import RunResult
from tenkai.values import Table

ALCOHOLS = [f"{'C' * n}O" for n in range(1, 9)]
ACIDS = [f"{'C' * n}C(=O)O" for n in range(1, 9)]
RINGS = [f"c1ccccc1{'C' * n}" for n in range(1, 9)]
MOLECULES = [*ALCOHOLS, *ACIDS, *RINGS]


def table_of(result: RunResult, step: str) -> Table:
    value = result.value(step)
    assert isinstance(value, Table)
    return value


@pytest.mark.row("C8", "I19")
def test_molecules_with_one_measured_number_are_compared_by_their_bits_and_colored_by_it(tmp_path: Path) -> None:
    smiles = [*MOLECULES, "no molecule at all", "C1CC"]
    pl.DataFrame({"SMILES": smiles, "gap (eV)": [i * 0.31 % 2 for i in range(26)]}).write_csv(tmp_path / "m.csv")
    plan = make_workflow(tmp_path / "m.csv", tmp_path)
    steps = steps_of(plan)
    assert [steps[n] for n in ("molecules", "fingerprint")] == ["process.molecules", "process.fingerprint"]
    assert "scaled" not in steps  # a rare bit would count most
    assert setting(plan, "tsne_map", "color") == "gap (eV)"
    assert "molecules are compared by 1024 numbers made of 'SMILES'." in plan.said
    assert "perplexity 7 instead of 30: there are only 24 rows." in plan.said  # two can be read as no molecule
    result = ran(plan)
    assert table_of(result, "molecules").kinds["SMILES"] == "molecule"
    assert table_of(result, "molecules.rejected").height == 2
    assert result.figures()["rows"] == 24
    # What is written differently and means the same lies near: alcohols, acids and rings each have their like beside.
    assert result.figures()["tsne_trustworthiness"] > 0.7


def test_molecules_beside_several_numbers_are_drawn_only(data_dir: Path, tmp_path: Path) -> None:
    plan = make_workflow(data_dir / "molecules/esol_delaney.csv", tmp_path)
    steps = steps_of(plan)
    assert "molecules" in steps and "fingerprint" not in steps
    assert setting(plan, "scaled", "table") == "molecules"
    assert setting(plan, "atlas", "things") == "molecules"
    assert setting(plan, "atlas", "image") == "smiles"
    assert "'smiles' holds molecules, which are drawn." in plan.said
    assert not any("carried along" in line for line in plan.said)
    project = tk.load(plan.path)
    assert [str(p) for p in [*project.problems, *project.warnings]] == []


def test_smiles_do_not_name_the_rows(tmp_path: Path) -> None:
    pl.DataFrame({"smiles": MOLECULES}).write_csv(tmp_path / "m.csv")
    plan = make_workflow(tmp_path / "m.csv", tmp_path)
    assert "no column names the rows: they are Row0, Row1, ...; --row-id COLUMN names one." in plan.said


def test_a_list_of_smiles_with_names(tmp_path: Path) -> None:
    lines = "\n".join(f"{m} m{i}" for i, m in enumerate(MOLECULES))
    (tmp_path / "m.smi").write_text(lines, encoding="utf-8")
    plan = make_workflow(tmp_path / "m.smi", tmp_path)
    assert setting(plan, "data", "row_id") == "name"
    assert setting(plan, "fingerprint", "molecule") == "molecule"
    project = tk.load(plan.path)
    assert [str(p) for p in [*project.problems, *project.warnings]] == []


def test_without_the_extra_the_map_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_things, "find_spec", lambda name: None)
    table = {"smiles": MOLECULES, "a": [i * 7 % 11 for i in range(24)], "b": [i * 5 % 13 for i in range(24)]}
    pl.DataFrame(table).write_csv(tmp_path / "m.csv")
    plan = make_workflow(tmp_path / "m.csv", tmp_path)
    assert "molecules" not in steps_of(plan)
    assert "'smiles' holds molecules: with pip install 'tenkai[molecules]' they can be drawn and compared." in plan.said


def test_a_column_called_smiles_that_holds_none_is_a_text(tmp_path: Path) -> None:
    table = {"smiles": [f"word{i}" for i in range(24)], "a": [i * 7 % 11 for i in range(24)]}
    pl.DataFrame(table).write_csv(tmp_path / "m.csv")
    assert "molecules" not in steps_of(make_workflow(tmp_path / "m.csv", tmp_path))


# ---- crystals -----------------------------------------------------------------------------------


@pytest.mark.row("C12", "P15")
def test_a_column_of_cif_texts(data_dir: Path, tmp_path: Path) -> None:
    pl.read_csv(data_dir / "crystals/carbon_24_val.csv.gz").head(24).write_csv(tmp_path / "c.csv")
    plan = make_workflow(tmp_path / "c.csv", tmp_path)
    steps = steps_of(plan)
    assert [steps[n] for n in ("crystals", "compared", "soap")] == [
        "process.structures", "process.select", "process.soap",
    ]  # fmt: skip
    assert setting(plan, "tsne_map", "color") == "energy_per_atom"
    result = ran(plan)
    assert table_of(result, "soap").kinds["crystal"] == "crystal"
    # Of one element: 8 radial functions, 8 * 9 / 2 pairs of them, 7 degrees.
    assert table_of(result, "soap")["soap"].dtype.shape == (252,)  # type: ignore[attr-defined]
    assert "crystals are compared by 252 numbers made of 'cif'." in plan.said


def test_crystals_of_many_elements_are_compared_by_their_composition(data_dir: Path, tmp_path: Path) -> None:
    part = pl.read_csv(data_dir / "crystals/perov_5_val.csv.gz").head(24).select("formula", "cif")
    part.write_csv(tmp_path / "p.csv")
    plan = make_workflow(tmp_path / "p.csv", tmp_path)
    assert steps_of(plan)["composition"] == "process.composition_statistics"
    result = ran(plan)
    numbers = [n for n, kind in table_of(result, "scaled").kinds.items() if kind == "number"]
    assert len(numbers) == 17 and "density" in numbers and "volume" not in numbers
    assert "crystals are compared by 17 numbers made of 'cif'." in plan.said


def test_an_archive_of_crystals(data_dir: Path, tmp_path: Path) -> None:
    some = pl.read_csv(data_dir / "crystals/carbon_24_val.csv.gz").head(12)
    with zipfile.ZipFile(tmp_path / "carbon.zip", "w") as archive:
        for name, cif in some.select("material_id", "cif").iter_rows():
            archive.writestr(f"{name}.cif", cif)
    plan = make_workflow(tmp_path / "carbon.zip", tmp_path)
    assert steps_of(plan)["data"] == "collect.structures"
    assert setting(plan, "atlas", "image") == "crystal"
    assert not any("Row0" in line for line in plan.said)
    project = tk.load(plan.path)
    assert [str(p) for p in [*project.problems, *project.warnings]] == []


def test_a_few_crystals_are_shown_without_a_map(data_dir: Path, tmp_path: Path) -> None:
    plan = make_workflow(data_dir / "mi/structures", tmp_path)  # bcc, fcc, hcp, as CIF and as XSF
    assert steps_of(plan)["data"] == "collect.structures"
    alone = make_workflow(data_dir / "mi/structures/Fe-bcc.cif", tmp_path)
    assert steps_of(alone) == {"data": "collect.structures", "pictures": "interpret.crystals"}
    result = ran(alone)
    assert result.figures() == {"rows": 1}
    assert "Description" not in alone.path.read_text(encoding="utf-8")
    assert 'title: "Crystals of Fe-bcc.cif"' in alone.path.read_text(encoding="utf-8")
