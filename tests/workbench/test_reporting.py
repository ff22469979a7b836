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
    refused = page.post("report/preview", file="flow.yaml")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (404, "TK547")  # nothing is computed yet
    page.run()
    made = page.post("report/preview", file="flow.yaml", language="ja").json()["page"]
    answer = page.get("report/preview", page=made)
    assert answer.status_code == 200
    assert "None yet." in answer.text
    assert '<html lang="ja"' in answer.text
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "sandbox allow-scripts" in policies[0]
    assert "frame-ancestors 'self'" in policies[0]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_last_previews_are_kept_for_their_frames(page: Page) -> None:
    page.run()

    def made(finding: str) -> str:
        page.edit({"op": "finding", "text": finding})
        return str(page.post("report/preview", file="flow.yaml").json()["page"])

    first = made("Finding 0.")
    others = [made(f"Finding {i}.") for i in range(1, 5)]
    assert len({first, *others}) == 5
    for i, name in enumerate(others, 1):
        assert f"Finding {i}." in page.get("report/preview", page=name).text
    gone = page.get("report/preview", page=first)
    (problem,) = gone.json()["problems"]
    assert gone.status_code == 404
    assert (problem["code"], problem["fact"], problem["remedy"]) == (
        "TK580", "this preview is not kept any more.", "Have it made anew: press Show again.",
    )  # fmt: skip
