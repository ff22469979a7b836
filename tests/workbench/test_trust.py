"""A workflow from elsewhere reads nothing outside, and runs no code of others without consent."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.workbench.conftest import opened

from tenkai.workbench.trust import Consents

OUTSIDE = [
    "collect.csv: {path: PATH}",
    "collect.csv: {path: ../secret.csv}",
    "collect.csv: {path: sub/../../secret.csv}",
    "collect.csv: {path: link.csv}",
    "collect.csv: {path: {sweep: [rows.csv, PATH]}}",
    "collect.csv: {path: {from: where}}",
    "collect.excel: {path: PATH}",
    "collect.parquet: {path: PATH}",
    "collect.array: {path: PATH}",
    "collect.array: {path: rows.csv, labels: PATH}",
    "collect.images: {path: PATH}",
    "collect.sdf: {path: PATH}",
    "collect.smiles: {path: PATH}",
    "collect.structures: {path: PATH}",
    "collect.csv: {path: /etc/passwd}",
]


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["problems"][0]["code"]


def test_every_step_that_takes_a_path_is_looked_at_here(page: Any) -> None:
    takes = {
        s["name"] for s in page.get("steps").json() for p in s["schema"]["properties"].values()
        if "path" in str(p.get("format", p.get("anyOf", "")))
    }  # fmt: skip
    assert takes == {text.split(":")[0] for text in OUTSIDE}


@pytest.mark.parametrize("step", OUTSIDE)
def test_a_file_outside_is_not_read(
    page: Any, folder: Path, tmp_path: Path, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("name,word\na,opensesame\n")
    (folder / "sub").mkdir()
    (folder / "link.csv").symlink_to(secret)
    step = step.replace("PATH", str(secret))
    (folder / "evil.yaml").write_text(f"variables: {{where: {secret}}}\nsteps:\n  rows: {{{step}}}\n")
    state = page.state("evil.yaml")
    (problem,) = state["nodes"][0]["problems"]
    assert problem["code"] == "TK561"
    assert "lies outside of the open folder and the data folders, and is not read." in problem["fact"]
    assert problem["place"]["name"] == "rows"
    assert "opensesame" not in str(state)
    with caplog.at_level(logging.WARNING, "tenkai.workbench"):
        assert code_of(page.post("run", file="evil.yaml")) == (403, "TK561")
    assert "TK561" in caplog.text
    assert page.get("value", file="evil.yaml", ref="rows").status_code == 404


@pytest.mark.parametrize("source", ["PATH", "sqlite:///PATH", "../secret.db"])
def test_a_data_base_outside_is_not_read(page: Any, folder: Path, tmp_path: Path, source: str) -> None:
    with sqlite3.connect(tmp_path / "secret.db") as base:
        base.execute("CREATE TABLE secrets (word)")
    base.close()
    source = source.replace("PATH", str(tmp_path / "secret.db"))
    (folder / "evil.yaml").write_text(
        f"steps:\n  rows: {{collect.sql: {{source: '{source}', query: SELECT * FROM secrets}}}}\n"
    )
    assert [p["code"] for p in page.state("evil.yaml")["nodes"][0]["problems"]] == ["TK561"]
    assert code_of(page.post("run", file="evil.yaml")) == (403, "TK561")


def test_files_of_the_folder_and_data_are_read(page: Any, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "rows.csv").write_bytes((folder / "rows.csv").read_bytes())
    (folder / "good.yaml").write_text(
        "steps:\n  a: {collect.csv: {path: sub/rows.csv}}\n  b: {collect.csv: {path: data:mi/ZB_WZ_dE_3var.csv}}\n"
        f"  c: {{collect.csv: {{path: {folder / 'rows.csv'}}}}}\n"
    )
    assert page.run("good.yaml", to=["a", "c"])[-1]["state"] == "finished"


def test_a_server_is_asked_only_with_consent(page: Any, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "evil.yaml").write_text(
        "steps:\n  rows: {collect.sql: {source: 'postgresql://me:word@10.0.0.1/base', query: SELECT 1}}\n"
    )
    state = page.state("evil.yaml")
    assert state["asks"] == [
        {"node": "rows", "step": "collect.sql", "kind": "server", "what": "postgresql://…@10.0.0.1/base"}
    ]
    assert not state["consent"]["given"]
    with caplog.at_level(logging.WARNING, "tenkai.workbench"):
        answer = page.post("run", file="evil.yaml")
    assert code_of(answer) == (403, "TK560")
    fact = "the workflow was not run: rows asks postgresql://…@10.0.0.1/base."
    assert answer.json()["problems"][0]["fact"] == fact
    assert fact in caplog.text
    assert "word" not in caplog.text


def test_what_looks_like_a_script_is_no_step_and_nothing_is_executed(page: Any, folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    (folder / "evil.yaml").write_text(
        f"steps:\n  s: {{process.script: {{code: \"open('{mark}', 'w')\"}}}}\n"
        f"  f: {{process.formula: {{table: rows, formulas: {{x: \"__import__('os').mknod('{mark}')\"}}}}}}\n"
        "  rows: {collect.csv: {path: rows.csv, row_id: name}}\n"
        f"  t: !!python/object/apply:os.mknod ['{mark}']\n"
    )
    codes = {p["code"] for p in page.state("evil.yaml")["problems"]}
    assert codes & {"TK102", "TK105"}
    assert page.post("run", file="evil.yaml").status_code == 400
    (folder / "evil.yaml").write_text(
        "steps:\n  rows: {collect.csv: {path: rows.csv, row_id: name}}\n"
        f"  f: {{process.formula: {{table: rows, formulas: {{x: \"__import__('os').mknod('{mark}')\"}}}}}}\n"
    )
    assert page.state("evil.yaml")["problems"] or page.run("evil.yaml")[-1]["state"] == "failed"
    assert not mark.exists()


TOYS = "steps:\n  rows: {collect.toy.rows: {n: 5}}\n"


@pytest.fixture
def toy_page(toys: Path, folder: Path, tmp_path: Path, data_dir: Path) -> Any:
    """A workbench that began when the toys were installed."""
    from tenkai.workbench import catalog

    catalog.steps.cache_clear()
    with opened(folder, data_dir) as page:
        yield page
    catalog.steps.cache_clear()


def test_code_of_another_package_runs_only_with_consent(
    toy_page: Any, toys: Path, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "toys.yaml").write_text(TOYS)
    state = toy_page.state("toys.yaml")
    assert [(a["node"], a["kind"], a["what"]) for a in state["asks"]] == [
        ("rows", "package", "tenkai_toys.collect.rows")
    ]
    with caplog.at_level(logging.WARNING, "tenkai.workbench"):
        answer = toy_page.post("run", file="toys.yaml")
    assert code_of(answer) == (403, "TK560")
    assert answer.json()["problems"][0] | {"place": None} == {
        "code": "TK560",
        "fact": "the workflow was not run: rows (collect.toy.rows) runs code of the package tenkai_toys.",
        "allowed": "Code of other packages and questions to servers need your consent.",
        "remedy": "Agree to it on the page if you trust this file, or take these steps out.",
        "place": None,
    }
    assert "runs code of the package tenkai_toys" in caplog.text
    assert toys.read_text() == ""

    assert code_of(toy_page.post("consent", file="toys.yaml", digest="0" * 32)) == (403, "TK560")
    agreed = toy_page.post("consent", file="toys.yaml", digest=state["consent"]["digest"]).json()
    assert agreed["consent"]["given"]
    assert toy_page.run("toys.yaml")[-1]["state"] == "finished"
    assert toys.read_text() != ""

    # What it asks for has changed: the consent was not to this.
    toy_page.edit({"op": "set", "node": "rows", "setting": "n", "value": 6}, file="toys.yaml")
    assert not toy_page.state("toys.yaml")["consent"]["given"]
    (folder / "copy.yaml").write_text(TOYS)
    assert not toy_page.state("copy.yaml")["consent"]["given"]


def test_consents_count_only_where_nobody_else_could_have_written_them(tmp_path: Path) -> None:
    consents = Consents(tmp_path)
    consents.give("a" * 32)
    file = tmp_path / "workbench" / "consents.json"
    assert file.stat().st_mode & 0o077 == 0
    assert Consents(tmp_path).given("a" * 32)
    file.chmod(0o666)
    assert not Consents(tmp_path).given("a" * 32)
    file.chmod(0o600)
    file.write_text("{")
    assert not Consents(tmp_path).given("a" * 32)
    if os.getuid() == 0:
        file.write_text('["a"]')
        os.chown(file, 12345, -1)
        assert not Consents(tmp_path).given("a")
