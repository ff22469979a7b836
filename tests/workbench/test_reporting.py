"""The report page: what is chosen, what is kept where, and what is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.workbench.conftest import Page


@pytest.mark.row("I21")
def test_the_closing_statement_is_written_into_the_workflow(page: Page, folder: Path) -> None:
    state = page.edit(
        {"op": "closing", "part": "done", "text": "Scaled, then PCA."},
        {"op": "closing", "part": "unknown", "text": "Much."},
    ).json()
    assert state["closing"] == {"done": "Scaled, then PCA.", "unknown": "Much."}
    text = (folder / "flow.yaml").read_text(encoding="utf-8")
    assert text.startswith("# my rows\n")
    assert 'closing:\n  done: "Scaled, then PCA."\n  unknown: Much.\n' in text
    page.edit({"op": "closing", "part": "done", "text": " "}, {"op": "closing", "part": "unknown", "text": ""})
    assert "closing" not in (folder / "flow.yaml").read_text(encoding="utf-8")
    assert page.state()["closing"] == {}
    refused = page.edit({"op": "closing", "part": "end", "text": "x"})
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (400, "TK543")


@pytest.mark.row("I15", "F2")
def test_the_choice_for_the_report_is_kept_beside_the_workflow(page: Page, folder: Path) -> None:
    page.edit({"op": "note", "ref": "pca", "ids": ["r1", "r2"], "text": "Close together"})
    chosen = {"figures": [{"ref": "map", "caption": "Two kinds", "live": True, "columns": ["kind"]}]}
    before = (folder / "flow.yaml").read_text(encoding="utf-8")
    assert page.edit({"op": "report", "report": chosen}).json()["report"] == chosen
    assert (folder / "flow.yaml").read_text(encoding="utf-8") == before
    assert json.loads((folder / "flow.layout.json").read_text(encoding="utf-8"))["report"] == chosen
    page.run()
    saved = page.post("report", file="flow.yaml").text
    assert "data-live" in saved
    assert "Two kinds" in saved
    assert "Close together" in saved
    page.edit({"op": "report", "report": {}})
    assert page.state()["report"] == {}
    assert "data-live" not in page.post("report", file="flow.yaml").text
    page.post("workflow/undo", file="flow.yaml")
    assert page.state()["report"] == chosen
    for wrong in ({"figures": [{}]}, {"figures": 3}, 3):
        assert page.edit({"op": "report", "report": wrong}).status_code == 400


@pytest.mark.row("F2")
def test_the_why_map_and_the_maps_that_can_be_explored(page: Page) -> None:
    told = page.get("why", file="flow.yaml").json()
    assert [s["name"] for s in told["stages"]] == ["collect", "process", "learn", "interpret"]
    (card,) = told["stages"][2]["cards"]
    assert (card["step"], card["names"]) == ("learn.pca", ["pca"])
    assert card["settings"] == [["columns", "a, b"]]
    assert told["maps"] == {"map": "pca.map"}


def test_the_preview_is_a_page_that_can_reach_nothing(page: Page) -> None:
    assert page.get("report/preview", file="flow.yaml").status_code == 404  # nothing is computed yet
    page.run()
    answer = page.get("report/preview", file="flow.yaml", language="ja")
    assert answer.status_code == 200
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "sandbox allow-scripts" in policies[0]
    assert "frame-ancestors 'self'" in policies[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
