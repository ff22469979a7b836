"""`check`, `why`, `steps`, `studies`, `data` and `cache`."""

import json
from pathlib import Path

import pytest

from tenkai.run.studies import study_names


def test_check(tenkai, toys: Path) -> None:
    said = tenkai("check", "w.yaml")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[-1] == "8 steps, 10 tasks, no problems"
    assert [line.split()[:2] for line in lines[:2]] == [["rows", "collect.toy.rows"], ["more", "process.toy.slow"]]
    assert "2 columns" in lines[0]
    assert "from more.table" in next(line for line in lines if line.startswith("moved"))
    assert "2 points" in next(line for line in lines if line.startswith("moved"))
    assert toys.read_text() == "", "nothing runs"


def test_check_tells_all_problems(tenkai, project: Path) -> None:
    text = (project / "w.yaml").read_text().replace("n: 4", "n: four").replace("tables: moved", "tables: mooved")
    (project / "w.yaml").write_text(text)
    said = tenkai("check", "w.yaml")
    assert said.code == 2
    assert [line.split(" ")[0] for line in said.err.splitlines()] == ["TK111", "TK108", "2"]
    assert said.err.splitlines()[-1] == "2 problems"
    document = tenkai("check", "w.yaml", "--json")
    assert document.code == 2
    assert list(document.json) == ["workflow", "problems", "warnings", "steps", "lens"]
    assert document.json["lens"] == {}, "what is wrong is not followed"
    assert len(document.json["problems"]) == 2


def test_check_tells_warnings(tenkai, project: Path) -> None:
    (project / "u.yaml").write_text("steps: {a: {collect.toy.rows: {n: {sweep: [1, 2]}}}}")
    said = tenkai("check", "u.yaml")
    assert said.code == 0
    assert said.err.startswith('TKW101: collect.toy.rows "a" (u.yaml:1): the sweep over n ends here')
    assert tenkai("check", "u.yaml", "--json").json["warnings"] == [said.err.strip()]


LENS = """
steps:
  rows: {collect.generate.line: {rows: 40}}
  scaled: {process.standardize: {table: rows}}
  parts: {process.split: {table: scaled, test: 0.25}}
  model: {learn.least_squares: {table: parts.train, target: y}}
  remembered: {learn.predict: {table: parts.train, model: model.model}}
  new: {learn.predict: {table: parts.test, model: model.model}}
  on_train: {interpret.regression_scores: {table: remembered, target: y}}
  on_test: {interpret.regression_scores: {table: new, target: y}}
  raw: {process.split: {table: rows, test: 0.25}}
  line: {learn.least_squares: {table: raw.train, target: y}}
  honest: {learn.predict: {table: raw.test, model: line.model}}
  fair: {interpret.regression_scores: {table: honest, target: y}}
"""


@pytest.mark.row("T1", "T3")
def test_check_tells_what_the_lens_will_say(tenkai, project: Path) -> None:
    (project / "lens.yaml").write_text(LENS, encoding="utf-8")
    said = tenkai("check", "lens.yaml")
    assert said.code == 0
    head, told = said.out.split("leak lens, as far as the plan tells:\n")
    assert "interpret.regression_scores" in head
    assert dict(line.split(maxsplit=1) for line in told.splitlines() if line.startswith("  ")) == {
        "on_train": "'model' fitted on all rows scored; 'scaled' prepared on all rows scored",
        "on_test": "'scaled' prepared on all rows scored",
        "fair": "none of the rows scored seen before",
    }
    assert told.splitlines()[-1] == "12 steps, 12 tasks, no problems"
    assert tenkai("check", "lens.yaml", "--json").json["lens"] == {
        "on_train": {"prepared": "all", "fitted": "all", "chosen": "none"},
        "on_test": {"prepared": "all", "fitted": "none", "chosen": "none"},
        "fair": {"prepared": "none", "fitted": "none", "chosen": "none"},
    }


def test_check_for_one_run(tenkai) -> None:
    assert tenkai("check", "w.yaml", "--set", "rows.n=0").code == 2
    assert tenkai("check", "w.yaml", "--set", "rows.n=9").code == 0


def test_why(tenkai) -> None:
    before = tenkai("why", "w.yaml", "moved")
    assert before.code == 0
    assert [line.split(":")[0] for line in before.out.splitlines() if line[0] != " "] == ["moved[by=1]", "moved[by=2]"]
    assert "to compute" in before.out
    assert "  this cache holds no run of this step" in before.out
    tenkai("run", "w.yaml", "-q")
    assert "moved[by=1]: stored" in tenkai("why", "w.yaml", "moved").out
    changed = tenkai("why", "w.yaml", "more", "--set", "amount=3").out
    assert changed.splitlines()[0].startswith("more: to compute")
    assert changed.splitlines()[1] == "  add: 1.0 → 3.0"


def test_steps(tenkai) -> None:
    lines = tenkai("steps").out.splitlines()
    stages = [line for line in lines if not line.startswith(" ")]
    assert stages == ["collect", "process", "learn", "interpret"]
    assert any(line.split()[0] == "learn.pca" for line in lines)
    everything = tenkai("steps", "--json").json
    assert {s["stage"] for s in everything} == set(stages)
    assert [s["name"] for s in everything] == [line.split()[0] for line in lines if line.startswith("  ")]


def test_one_step(tenkai) -> None:
    text = tenkai("steps", "learn.pca").out
    for word in ("learn.pca", "components", "table", "explained", "Pearson"):
        assert word in text
    one = tenkai("steps", "learn.pca", "--json").json
    assert list(one) == ["name", "title", "stage", "version", "ports", "outputs", "settings", "shared"]
    assert one["shared"] == ["components"]
    assert one["settings"]["properties"]["components"]["minimum"] == 1


def test_studies(tenkai) -> None:
    said = tenkai("studies")
    names = [line.split()[0] for line in said.out.split("\n\n")[0].splitlines()]
    assert names == study_names()
    assert {"carbon-map", "digits-map", "hidden-axis", "iron-map", "swiss-roll"} <= set(names)
    assert said.out.splitlines()[-1] == "Run one with: tenkai run NAME --out FOLDER"
    for name in names:
        page = tenkai("studies", name)
        assert page.code == 0
        assert len(page.out) > 300


def test_data_list(tenkai, data_dir: Path, project: Path) -> None:
    said = tenkai("data", "list", "--data", str(project))
    assert said.code == 0
    here = [line for line in said.out.splitlines() if "here: " in line]
    assert any(line.startswith("mi/Carbon8_descriptor.csv") for line in here)
    looked = said.out.split("Looked in:\n")[1].splitlines()
    assert looked[:2] == [f"  {project}", f"  {data_dir}"]


def test_data_list_says_what_is_not_here(tenkai, monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.setenv("TENKAI_DATA", str(project / "nowhere"))
    monkeypatch.setenv("XDG_DATA_HOME", str(project / "user"))
    said = tenkai("data", "list")
    assert "not here; tenkai data fetch mi/Carbon8_descriptor.csv" in said.out
    assert f"  {project / 'nowhere'}  (not there)" in said.out


def test_cache(tenkai, project: Path, cache_dir: Path, every_file_apart: None) -> None:
    tenkai("run", "w.yaml", "-q")
    lines = dict(line.split(maxsplit=1) for line in tenkai("cache", "info").out.splitlines())
    assert lines["folder"] == str(cache_dir)
    assert lines["tasks"] == "10"
    assert int(lines["files"]) > 10
    assert lines["size"].endswith("of 20.0 GB")
    verified = tenkai("cache", "verify")
    assert (verified.code, verified.err) == (0, "")
    assert verified.out == f"{lines['files']} files checked, 0 problems\n"
    blob = next(p for p in (cache_dir / "blobs").rglob("*") if p.is_file())
    blob.chmod(0o644)
    blob.write_bytes(b"?")
    damaged = tenkai("cache", "verify")
    assert damaged.code == 1
    assert "content differs from its hash" in damaged.err
    assert "(removed)" in damaged.out
    assert tenkai("run", "w.yaml", "-q").code == 0
    pruned = tenkai("cache", "prune", "--to", "0")
    assert pruned.code == 0
    assert pruned.out.startswith("removed 10 tasks, ")
    assert "tasks   0\n" in tenkai("cache", "info").out


def test_everything_is_in_one_json_document(tenkai) -> None:
    for command in (["steps", "--json"], ["check", "w.yaml", "--json"], ["run", "w.yaml", "--json"]):
        said = tenkai(*command)
        json.loads(said.out)
        assert said.err == ""
