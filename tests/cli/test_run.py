"""`tenkai run`."""

import json
from pathlib import Path

import pytest


def test_the_json_document(tenkai) -> None:
    """Exactly the keys of the issue, and nothing else on standard output."""
    said = tenkai("run", "w.yaml", "--json")
    document = said.json
    assert list(document) == ["workflow", "run", "results", "lens", "warnings", "seconds", "computed", "cached"]
    assert document["workflow"] == "w"
    assert document["results"] == {
        "total": [{"at": {"by": 1}, "value": 14.0}, {"at": {"by": 2}, "value": 18.0}],
        "rows": 4,
        "one": 10.0,
    }
    assert document["lens"] == {
        "total": {"scored": 4, "prepared": 0, "fitted": 0, "chosen": 0},
        "one": {"scored": 4, "prepared": 0, "fitted": 0, "chosen": 0},
    }
    assert document["warnings"] == ["TKW000: shifted 4 rows"]
    assert (document["computed"], document["cached"]) == (10, 0)
    assert 0 <= document["seconds"] < 60
    assert (said.code, said.err) == (0, "")
    again = tenkai("run", "w.yaml", "--json").json
    assert (again["computed"], again["cached"]) == (0, 10)
    assert {k: again[k] for k in ("results", "lens", "warnings")} == {
        k: document[k] for k in ("results", "lens", "warnings")
    }
    assert again["run"] != document["run"]


def test_work_that_a_step_counts_is_told_with_its_rate(tenkai, project: Path) -> None:
    """It stands in the record of the task: a second run, which computes nothing, tells the same."""
    rows = "\n".join(f"{i},{i * i % 7 + 1},{3 * i + (i * i % 7)}" for i in range(1, 13))
    (project / "n.csv").write_text(f"a,b,y\n{rows}\n")
    (project / "s.yaml").write_text(
        "steps:\n  rows: {collect.csv: {path: n.csv}}\n"
        "  search: {learn.formula_search: {table: rows, target: y, operators: [+, '*'], rung: 1, terms: 2}}\n"
        "results: {features: search.figures.features, models: search.figures.models}\n"
    )
    document = tenkai("run", "s.yaml", "--json").json
    # a, b, a + b, a b, scored once for each term; models of one of these, and of two.
    assert document["results"] == {"features": 4, "models": 10}
    work = document["work"]["search"]
    assert list(work) == ["features", "features_per_second", "models", "models_per_second", "seconds"]
    assert (work["features"], work["models"]) == (8, 10)
    assert work["features_per_second"] > 8 / work["seconds"] > 0
    assert work["models_per_second"] > 10 / work["seconds"]
    again = tenkai("run", "s.yaml", "--json").json
    assert (again["computed"], again["work"]) == (0, document["work"])
    there = tenkai("run", "s.yaml", "--json", "--on", "processes:2", "--cache", "other").json
    assert (there["work"]["search"]["features"], there["work"]["search"]["models"]) == (8, 10)


def test_the_lens_counts_prepared_rows(tenkai, project: Path) -> None:
    (project / "l.yaml").write_text(
        "steps:\n  rows: {collect.toy.rows: {n: 6}}\n  scaled: {process.standardize: {table: rows}}\n"
        "  sum: {interpret.toy.total: {table: scaled}}\nresults: {t: sum.total}\n"
    )
    assert tenkai("run", "l.yaml", "--json").json["lens"] == {
        "t": {"scored": 6, "prepared": 6, "fitted": 0, "chosen": 0}
    }


def test_the_summary(tenkai) -> None:
    said = tenkai("run", "w.yaml", "-q")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "Toys"
    assert any(line.split()[:2] == ["rows", "4"] for line in lines)
    assert "10 tasks" in lines[-1]
    assert "1 warning: TKW000" in said.out


def test_progress_goes_to_standard_error(tenkai) -> None:
    said = tenkai("run", "w.yaml")
    assert "10 tasks, 0 already done" in said.err
    assert "tasks," not in said.out.splitlines()[0]


@pytest.mark.row("F8")
def test_settings_and_variables_for_one_run(tenkai, project: Path) -> None:
    before = (project / "w.yaml").read_bytes()
    said = tenkai("run", "w.yaml", "--json", "--set", "rows.n=6", "--set", "amount=0")
    assert said.json["results"]["one"] == 15.0
    assert said.json["results"]["rows"] == 6
    swept = tenkai("run", "w.yaml", "--json", "--set", "moved.by={sweep: {range: [1, 3]}}").json
    assert [p["at"] for p in swept["results"]["total"]] == [{"by": 1}, {"by": 2}, {"by": 3}]
    assert (project / "w.yaml").read_bytes() == before


@pytest.mark.row("F5")
def test_only_what_a_step_needs(tenkai, project: Path) -> None:
    said = tenkai("run", "w.yaml", "--to", "more", "--json")
    assert said.json["results"] == {"rows": 4}
    assert said.json["computed"] == 2
    assert tenkai("run", "w.yaml", "--to", "more", "--to", "one", "--json").json["results"] == {"rows": 4, "one": 10.0}


def test_a_study_by_name_and_a_file_by_path(tenkai, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "carbon-map").mkdir()  # such as the folder of its report
    assert tenkai("check", "carbon-map").code == 0
    monkeypatch.chdir("/")
    assert tenkai("run", str(project / "w.yaml"), "--to", "rows", "--json").json["workflow"] == "w"


def test_cache_and_data_folders(tenkai, project: Path) -> None:
    (project / "far").mkdir()
    (project / "far" / "numbers.txt").write_text("1 2 3")
    (project / "d.yaml").write_text("steps: {a: {collect.toy.lines: {path: 'data:numbers.txt'}}}\nresults: {n: a.rows}")
    said = tenkai("run", "d.yaml", "--json", "--data", "far", "--cache", "elsewhere")
    assert said.json["results"] == {"n": 3}
    assert (project / "elsewhere" / "index.sqlite").exists()
    assert "TK301" in tenkai("run", "d.yaml", "--json").err


def test_the_same_in_processes(tenkai) -> None:
    there = tenkai("run", "w.yaml", "--json", "--on", "processes:2", "--cache", "other").json
    here = tenkai("run", "w.yaml", "--json", "--threads", "1").json
    assert there["results"] == here["results"]


@pytest.mark.slow
def test_the_report_is_written(tenkai, project: Path) -> None:
    said = tenkai("run", "w.yaml", "--out", "made/here")
    [report] = (project / "made" / "here").glob("*.html")
    assert f"report: {report.relative_to(project)}" in said.out
    assert "Toys" in report.read_text(encoding="utf-8")


def test_numbers_that_are_none_are_null(tenkai, project: Path) -> None:
    """NaN is no JSON: other programs read the document."""
    (project / "n.yaml").write_text(
        "steps:\n  a: {collect.toy.lines: {path: n.txt}}\n  s: {interpret.toy.total: {table: a}}\nresults: {t: s.total}"
    )
    (project / "n.txt").write_text("nan 1")

    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is no JSON")

    said = tenkai("run", "n.yaml", "--json")
    assert json.loads(said.out, parse_constant=refuse)["results"] == {"t": None}
    shown = tenkai("show", "n.yaml", "s", "--format", "json", "-q")
    assert json.loads(shown.out, parse_constant=refuse)["figures"]["total"] is None


# ---- failures ---------------------------------------------------------------------------------


def test_exit_code_2_for_a_wrong_workflow(tenkai, project: Path) -> None:
    (project / "w.yaml").write_text((project / "w.yaml").read_text().replace("n: 4", "n: four"))
    for command in (["run", "w.yaml"], ["run", "w.yaml", "--json"], ["show", "w.yaml", "rows"], ["check", "w.yaml"]):
        said = tenkai(*command)
        assert said.code == 2
        assert said.err.startswith("TK111 collect.toy.rows \"rows\" n (w.yaml:4): 'four' is not allowed.")
        assert said.out == ""


def test_exit_code_1_for_a_failed_run(tenkai, project: Path) -> None:
    (project / "f.yaml").write_text(
        "steps:\n  a: {collect.toy.rows: {}}\n  b: {process.toy.fail: {table: a, how: value}}\n"
        "  c: {interpret.toy.total: {table: b}}\nresults: {n: a.rows, t: c.total}\n"
    )
    told = 'TK401 process.toy.fail "b" (f.yaml:3): the step failed: ValueError: the numbers do not fit.'
    said = tenkai("run", "f.yaml", "-q")
    assert (said.code, said.err.startswith(told)) == (1, True)
    assert "1 failed, 1 not run" in said.out
    document = tenkai("run", "f.yaml", "--json")
    assert document.code == 1
    assert document.json["results"] == {"n": 4}
    assert document.json["problems"] == [f"{told} Run with --debug to see where it arose."]
    shown = tenkai("show", "f.yaml", "c", "-q")
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.startswith(told)
