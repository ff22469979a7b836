"""What the explore page asks: related columns, exports, notes, large selections, structures."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

A = [i % 7 for i in range(40)]
B = [(i * i) % 11 for i in range(40)]
KIND = ["xy"[i % 2] for i in range(40)]

FLOW = """\
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}
  scaled: {process.standardize: {table: rows, columns: [a, b]}}
  half: {process.filter: {table: scaled, where: row_number > 20}}
  few: {process.filter: {table: rows, rows: [r39, r25, r2]}}
  pca: {learn.pca: {table: half, columns: [a, b], components: 2}}
  back: {process.sort: {table: pca, by: [PCA1]}}
  groups: {learn.k_means: {table: half, columns: [a, b], clusters: 2}}
  other: {collect.csv: {path: other.csv}}
"""


def bits(rows: Any) -> str:
    return base64.b64encode(np.packbits(np.asarray(rows, bool), bitorder="little").tobytes()).decode()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["problems"][0]["code"]


@pytest.fixture
def ran(page: Any, folder: Path) -> Any:
    (folder / "flow.yaml").write_text(FLOW)
    (folder / "other.csv").write_text("q\n" + "".join(f"{i}\n" for i in range(20)))
    assert page.run()[-1]["state"] == "finished"
    return page


@pytest.mark.row("F5", "I2")
def test_columns_of_the_tables_a_map_was_made_from_stand_beside_its_own(ran: Any) -> None:
    told = ran.get("related", file="flow.yaml", ref="pca").json()
    names = [(c["name"], c["ref"], c["near"], c["kind"]) for c in told["columns"]]
    assert names[:6] == [
        ("PCA1", "pca.map", "own", "number"), ("PCA2", "pca.map", "own", "number"),
        ("kind", "pca.map", "own", "category"), ("a", "rows", "upstream", "number"),
        ("b", "rows", "upstream", "number"), ("a (scaled)", "scaled", "upstream", "number"),
    ]  # fmt: skip
    # k-means stands beside it: of its columns only what is new.
    assert [n for n in names if n[2] == "beside"] and not any(n[1] == "other" for n in names)
    assert {t["ref"]: (t["height"], t["matched"]) for t in told["tables"]}["rows"] == (40, 20)


@pytest.mark.row("F5")
def test_all_computed_tables_are_told_without_reading_them(ran: Any) -> None:
    ran.edit({"op": "set", "node": "pca", "setting": "components", "value": {"sweep": [1, 2]}})
    ran.run()
    told = {t["ref"]: t for t in ran.get("tables", file="flow.yaml").json()}
    assert told["rows.table"]["points"] == [{"point": 0, "at": {}, "height": 40}]
    assert told["rows.table"]["kinds"] == {"number": 2, "category": 1}
    assert [(p["at"], p["height"]) for p in told["pca.map"]["points"]] == [
        ({"components": 1}, 20),
        ({"components": 2}, 20),
    ]


def test_related_columns_come_in_the_order_of_the_value(ran: Any) -> None:
    ask = {"file": "flow.yaml", "ref": "back", "wide": 1}
    ids = ran.post("rows", file="flow.yaml", ref="back", start=0, count=20).json()["ids"]
    at = [int(i[1:]) for i in ids]
    assert at != sorted(at)
    assert np.frombuffer(ran.get("numbers", **ask, column="a").content, "<f4").tolist() == [A[i] for i in at]
    labels = ran.get("labels", **ask, column="kind").json()
    assert [labels[c] for c in np.frombuffer(ran.get("codes", **ask, column="kind").content, "<u2")] == [
        KIND[i] for i in at
    ]
    page = ran.post("rows", **ask, start=2, count=3, columns=["b"], sort={"column": "a", "descending": True}).json()
    order = sorted(range(20), key=lambda k: -A[at[k]])[2:5]
    assert (page["positions"], page["columns"]["b"]) == (order, [B[at[k]] for k in order])
    page = ran.post("rows", **ask, start=0, count=3, columns=["a"], at=[7, 3]).json()
    assert (page["positions"], page["columns"]["a"]) == ([7, 3], [A[at[7]], A[at[3]]])
    assert code_of(ran.post("rows", **ask, start=0, count=3, at=[20])) == (400, "TK548")
    assert code_of(ran.get("numbers", **ask, column="q")) == (400, "TK201")


def test_what_a_row_lacks_in_another_table_is_missing(ran: Any) -> None:
    """`few` is made from `rows`; of a value downstream of it only its rows are known elsewhere."""
    ran.edit(
        {
            "op": "add",
            "step": "process.join",
            "name": "joined",
            "given": {"left": "half", "right": "few", "lookup": True},
        }
    )
    ran.run()
    told = ran.get("related", file="flow.yaml", ref="joined").json()
    few = next(t for t in told["tables"] if t["ref"] == "few")
    assert (few["height"], few["matched"]) == (3, 2)
    whole = np.ones(3, bool)
    found = ran.post("match", file="flow.yaml", ref="few", rows=bits(whole), to={"ref": "joined"}).json()
    assert found["n"] == 2
    # The raw numbers of `rows`, known for all 20, come before those of `few`, known for two of them.
    array = np.frombuffer(ran.get("numbers", file="flow.yaml", ref="joined", wide=1, column="a (few)").content, "<f4")
    assert np.flatnonzero(np.isfinite(array)).tolist() == [5, 19]
    assert array[[5, 19]].tolist() == [A[25], A[39]]


@pytest.mark.row("I12")
def test_a_selection_on_a_map_is_told_in_the_words_of_the_data(ran: Any) -> None:
    """Effects by hand, from the raw rows: all pairs of a row inside and one outside."""
    chosen = [A[i] > 3 for i in range(20, 40)]
    told = ran.post("contrast", file="flow.yaml", ref="pca", wide=True, rows=bits(chosen)).json()
    by_name = {c["name"]: c for c in told["columns"]}
    assert by_name["a"]["effect"] == pytest.approx(1.0)
    b, mask = np.array(B[20:40]), np.array(chosen)
    assert by_name["b"]["effect"] == pytest.approx(np.sign(b[mask][:, None] - b[~mask][None, :]).mean())
    # The same numbers in other units say nothing new, and what was computed beside is no description.
    assert "a (scaled)" not in by_name
    assert all(c["ref"] in ("rows", "scaled", "half", "pca.map") for c in told["columns"])


@pytest.mark.row("I12")
def test_rows_are_exported_with_all_columns(ran: Any) -> None:
    chosen = [i % 3 == 0 for i in range(20)]
    answer = ran.post(
        "export", file="flow.yaml", ref="pca", wide=True, within=bits(chosen), sort={"column": "a", "descending": False}
    )
    assert answer.headers["content-disposition"] == 'attachment; filename="pca-rows.csv"'
    frame = pl.read_csv(io.BytesIO(answer.content))
    order = sorted((k for k in range(20) if chosen[k]), key=lambda k: A[k + 20])
    assert frame["row id"].to_list() == [f"r{k + 20}" for k in order]
    assert frame["a"].to_list() == [A[k + 20] for k in order]
    assert {"PCA1", "PCA2", "kind", "a", "b", "a (scaled)"} <= set(frame.columns)
    assert code_of(ran.post("export", file="flow.yaml", ref="pca", columns=["nothing"])) == (400, "TK201")
    assert code_of(ran.post("export", file="flow.yaml", ref="pca", within="?")) == (400, "TK548")


def test_pictures_of_another_table_follow_the_rows_and_are_written_as_numbers(page: Any) -> None:
    from PIL import Image
    from sklearn.datasets import load_digits

    file = page.post("workflow/new", **{"from": "empty"}).json()["file"]
    page.edit(
        {"op": "add", "step": "collect.digits", "name": "digits"},
        {"op": "add", "step": "learn.pca", "name": "pca", "given": {"table": "digits", "components": 2}},
        {"op": "add", "step": "process.sort", "name": "sorted", "given": {"table": "pca", "by": ["PCA1"]}},
        file=file,
    )
    assert page.run(file)[-1]["state"] == "finished"
    ids = page.post("rows", file=file, ref="sorted", start=0, count=3).json()["ids"]
    pca = page.post("rows", file=file, ref="pca", start=0, count=2000).json()["ids"]
    answer = page.post("pictures", file=file, ref="sorted", wide=True, column="image", positions=[0, 1, 2], side=8)
    strip = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    images = load_digits().images
    for k, name in enumerate(ids):
        np.testing.assert_array_equal(strip[:, k * 8 : k * 8 + 8], np.rint(images[pca.index(name)] * 255 / 16))
    text = page.post(
        "export", file=file, ref="sorted", wide=True, columns=["image"], within=bits([True] + [False] * 1796)
    )
    cell = pl.read_csv(io.BytesIO(text.content))["image"][0]
    assert [float(v) for v in cell.split()] == images[pca.index(ids[0])].ravel().tolist()


def test_a_set_of_rows_is_told_by_name(ran: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [i in (3, 5) for i in range(20)]
    assert ran.post("ids", file="flow.yaml", ref="pca", within=bits(chosen)).json() == ["r23", "r25"]
    monkeypatch.setattr("tenkai.workbench.rows.MOST_ASKED", 1)
    answer = ran.post("ids", file="flow.yaml", ref="pca", within=bits(chosen))
    assert code_of(answer) == (400, "TK548")
    assert answer.json()["problems"][0]["fact"] == "2 rows cannot be named one by one."


@pytest.mark.row("I15")
def test_notes_are_pinned_found_changed_and_taken_away(ran: Any) -> None:
    ran.edit({"op": "note", "ref": "pca", "ids": ["r25", "r39", "r1"], "text": "an arm"})
    told = ran.post("locate", file="flow.yaml", ref="pca", ids=[["r25", "r39", "r1"], ["r1"]]).json()
    assert told == [{"rows": bits([i in (5, 19) for i in range(20)]), "n": 2}, {"rows": bits([False] * 20), "n": 0}]
    state = ran.edit({"op": "edit_note", "index": 0, "text": "the right arm"}).json()
    assert state["notes"] == [{"ref": "pca", "ids": ["r25", "r39", "r1"], "text": "the right arm"}]
    assert ran.edit({"op": "remove_note", "index": 0}).json()["notes"] == []
    assert ran.post("workflow/undo", file="flow.yaml").json()["notes"] == state["notes"]
    answer = ran.edit({"op": "remove_note", "index": 1})
    assert code_of(answer) == (400, "TK551")
    assert answer.json()["problems"][0]["fact"] == "there is no note 1."
    answer = ran.edit({"op": "note", "ref": "pca", "ids": [f"r{i}" for i in range(5001)], "text": "all"})
    assert code_of(answer) == (400, "TK551")
    problem = answer.json()["problems"][0]
    assert (problem["fact"], problem["allowed"]) == ("the note would be pinned to 5001 rows.", "At most 5000.")
    assert problem["remedy"] == "Save the selection as a step, and pin the note to some of its rows."
    assert code_of(ran.post("locate", file="flow.yaml", ref="pca", ids=[["r1"] * 1_000_001])) == (400, "TK548")


def test_a_large_selection_is_kept_in_a_file_and_can_be_rerun(
    page: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row ids that look like numbers stay texts: 01 and 1 are two rows."""
    monkeypatch.setattr("tenkai.workbench.operations.MOST_WRITTEN", 3)
    (folder / "numbered.csv").write_text("n,v\n" + "".join(f"{i:02d},{i}\n" for i in range(12)))
    (folder / "numbered.yaml").write_text("steps:\n  rows: {collect.csv: {path: numbered.csv, row_id: n}}\n")
    ids = ["11", "01", "07", "03"]
    op = {"op": "select", "name": "mine", "ref": "rows", "ids": ids, "note": "why these"}
    answer = page.edit(op, file="numbered.yaml")
    assert answer.status_code == 200, answer.text
    assert answer.json()["notes"] == [{"ref": "rows", "ids": ids, "text": "why these"}]
    assert (folder / "data_calculated" / "mine.csv").exists()
    assert page.run("numbered.yaml")[-1]["state"] == "finished"
    rows = page.post("rows", file="numbered.yaml", ref="mine", start=0, count=10).json()
    assert rows["ids"] == sorted(ids)
    assert rows["columns"] == {"v": [1, 3, 7, 11], "selection": ["mine"] * 4}
    # Another selection of that name never takes the place of the first.
    page.post("workflow/undo", file="numbered.yaml")
    assert page.edit({**op, "ids": ["02", "04", "05", "06"]}, file="numbered.yaml").status_code == 200
    assert (folder / "data_calculated" / "mine-2.csv").exists()


def test_a_selection_is_not_written_out_of_the_folder(
    page: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenkai.workbench.operations.MOST_WRITTEN", 1)
    (tmp_path / "elsewhere").mkdir()
    (folder / "data_calculated").symlink_to(tmp_path / "elsewhere")
    answer = page.edit({"op": "select", "name": "mine", "ref": "rows", "ids": ["r1", "r2"]})
    assert code_of(answer) == (400, "TK544")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.slow
def test_molecules_and_crystals_come_in_three_dimensions() -> None:
    """Benzene: 12 atoms in a plane, C-C 1.39 Å (experiment 1.397, G. Herzberg 1966)."""
    crystal = '2\nLattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3\nCs 0 0 0\nCl 1.5 1.5 1.5'
    cells = [["c1ccccc1", crystal], ["not a molecule", "none"], ["", ""]]
    frame = pl.DataFrame({"smiles": [c[0] for c in cells], "xyz": [c[1] for c in cells]})
    from tenkai.values import Table
    from tenkai.workbench.things import structure
    from tenkai.workbench.wide import alone

    wide = alone(Table.from_(frame, kinds={"smiles": "molecule", "xyz": "crystal"}))
    told = structure(wide, "smiles", 0)
    assert told["facts"] == [("formula", "C6H6"), ("SMILES", "c1ccccc1")]
    assert told["svg"].lstrip().startswith("<?xml")
    lines = told["text"].splitlines()
    atoms = np.array([[float(x) for x in line.split()[:3]] for line in lines[4:16]])
    assert atoms.shape == (12, 3)
    assert np.linalg.svd(atoms - atoms.mean(axis=0))[1][2] < 0.05
    assert np.linalg.norm(atoms[0] - atoms[1]) == pytest.approx(1.39, abs=0.02)
    assert structure(wide, "smiles", 0) == told
    assert structure(wide, "smiles", 1)["reason"]
    assert structure(wide, "smiles", 2)["reason"] == "the cell is empty"
    told = structure(wide, "xyz", 0)
    assert dict(told["facts"])["formula"] in ("CsCl", "ClCs")
    assert told["text"].startswith("2\nLattice=")
    assert structure(wide, "xyz", 1)["reason"]
    # In a list of rows a crystal is told by its size: a dash would say that it is missing.
    from tenkai.workbench.rows import page_of_rows

    assert page_of_rows(wide, start=0, count=3)["columns"]["xyz"] == ["2 atoms", "none", ""]
