"""The workflow page: wires by mouse and by keyboard, copies, undo, two tabs, files that change, what needs consent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.building import Builder
from tests.e2e.conftest import Server

pytestmark = pytest.mark.slow

FLOW = """\
title: Two kinds
# a comment that stays
steps:
  digits: {collect.digits: {}}
  scaled: {process.sample: {table: digits, rows: 300}}
  pca: {learn.pca: {table: digits, columns: [image]}}
  view: {interpret.map: {map: pca, color: digit}}
"""


def opened(server: Server, page: Page, folder: Path) -> Builder:
    (folder / "flow.yaml").write_text(FLOW)
    page.goto(server.address)
    page.get_by_role("button", name="flow.yaml").click()
    expect(page.locator(".node")).to_have_count(4)
    return Builder(page)


@pytest.mark.row("F1")
def test_wires_are_drawn_refused_with_a_reason_and_chosen_without_a_mouse(
    serve: Callable[[], Server], page: Page, faults: list[str], folder: Path
) -> None:
    builder = opened(serve(), page, folder)
    assert page.locator(".band h3").all_text_contents() == ["Collect", "Process", "Learn", "Interpret"]
    assert builder.node("pca").locator(".node-stage").text_content() == "Learn"

    # A figure goes into no table: while the wire is drawn the ports that fit light up, and the reason stands there.
    builder.drag("view", "figure", "scaled", "table")
    expect(page.locator(".why")).to_have_text("✕ The port 'table' takes table, not figure.")
    builder.drag("pca", "map", "pca", "table")
    expect(page.locator(".why")).to_have_text("✕ A step cannot feed itself.")
    assert (folder / "flow.yaml").read_text() == FLOW

    # By the form: every source that fits, none that does not.
    port = builder.choose("pca").locator('[data-port="table"] select')
    assert port.locator("option").all_text_contents() == ["–", "digits", "scaled"]
    port.select_option("scaled")
    expect(page.locator('.react-flow__edge[aria-label="scaled.table → pca.table"]')).to_have_count(1)
    assert "pca: {learn.pca: {table: scaled, columns: [image]}}" in (folder / "flow.yaml").read_text()
    page.keyboard.press("Escape")
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+z")
    expect(page.locator('.react-flow__edge[aria-label="digits.table → pca.table"]')).to_have_count(1)
    assert (folder / "flow.yaml").read_text() == FLOW
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator('.react-flow__edge[aria-label="scaled.table → pca.table"]')).to_have_count(1)

    # A value that is wrong is told beside its field, and is not written.
    field = builder.choose("pca").locator('[data-setting="components"]')
    field.locator("input.field").fill("-3")
    field.locator("input.field").press("Enter")
    expect(field.locator(".problem")).to_contain_text("TK111")
    field.locator("input.field").fill("many words")
    field.locator("input.field").press("Enter")
    expect(field.locator(".problem")).to_contain_text("many words")
    assert "components" not in (folder / "flow.yaml").read_text()
    assert [f for f in faults if "400" not in f] == []


def test_steps_are_copied_between_workflows_tabs_stay_in_step_and_the_file_is_watched(
    serve: Callable[[], Server], page: Page, context: BrowserContext, faults: list[str], folder: Path
) -> None:
    server = serve()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    builder = opened(server, page, folder)
    builder.choose("pca")
    builder.node("view").locator(".node-name").click(modifiers=["Shift"])
    page.keyboard.press("Control+c")
    expect(page.locator(".toolbar [role=status]")).to_have_text("2 steps copied")
    page.keyboard.press("Control+v")
    expect(page.locator(".node")).to_have_count(6)
    expect(page.locator('.react-flow__edge[aria-label="pca_2.map → view_2.map"]')).to_have_count(1)

    other = context.new_page()
    other.goto(server.address.split("?")[0] + "#workflow/flow.yaml")
    expect(other.locator(".node")).to_have_count(6)
    other.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    other.keyboard.press("Control+z")
    expect(page.locator(".node")).to_have_count(4)  # the first tab hears of it

    other.get_by_role("button", name="New").click()
    other.locator("dialog").get_by_role("button", name="Empty workflow").click()
    expect(other.locator(".canvas-empty")).to_be_visible()
    other.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    other.keyboard.press("Control+v")
    expect(other.locator(".node")).to_have_count(2)
    assert "view: {interpret.map: {map: pca, color: digit}}" in (folder / "untitled.yaml").read_text()
    other.keyboard.press("Control+a")
    expect(other.locator('.node[data-selected="true"]')).to_have_count(2)
    other.keyboard.press("Delete")
    expect(other.locator(".node")).to_have_count(0)
    other.get_by_role("button", name="Insert").click()
    other.locator("dialog").get_by_role("button", name="Insert 4").click()
    expect(other.locator(".node")).to_have_count(4)
    other.close()

    (folder / "flow.yaml").write_text(FLOW.replace("view:", "picture:"))
    expect(builder.node("picture")).to_be_visible()
    builder.choose("picture")
    page.keyboard.press("F2")
    page.keyboard.type("shown")
    page.keyboard.press("Enter")
    expect(builder.node("shown")).to_be_visible()
    assert "# a comment that stays" in (folder / "flow.yaml").read_text()
    assert faults == []


@pytest.mark.row("F5", "F6")
def test_a_run_shows_what_is_stale_what_scores_have_seen_and_what_a_search_found(
    serve: Callable[[], Server], page: Page, faults: list[str], folder: Path
) -> None:
    (folder / "search.yaml").write_text(
        "steps:\n"
        "  line: {collect.generate.line: {rows: 40}}\n"
        "  ridge: {learn.ridge: {table: line, target: y}}\n"
        "  search: {learn.search: {table: line, model: ridge, space: {alpha: [0.1, 1]}, folds: 4, by: rmse}}\n"
        "  scores: {interpret.regression_scores: {table: search.predictions, target: y}}\n"
    )
    page.goto(serve().address)
    page.get_by_role("button", name="search.yaml").click()
    builder = Builder(page)
    lens = builder.node("scores").locator(".lens")
    expect(lens).to_contain_text("chosen")
    lens.focus()
    expect(lens.locator("[role=tooltip]")).to_contain_text("Settings were")
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("r")
    expect(builder.node("scores")).to_have_attribute("data-state", "cached")
    panel = builder.choose("search")
    panel.get_by_role("tab", name="Result").click()
    best = panel.get_by_role("region", name="Best settings, and what they reached")
    expect(best.get_by_role("row", name="alpha")).to_be_visible()
    expect(best.get_by_role("row", name="score", exact=False).first).to_be_visible()
    panel.get_by_role("tab", name="Settings").click()
    builder.set("search", "folds", 5)
    expect(builder.node("scores")).to_have_attribute("data-state", "stale")
    expect(builder.node("scores").locator(".node-state")).to_contain_text("stale")
    expect(builder.node("line")).to_have_attribute("data-state", "cached")
    # What has changed is what was never run, too.
    flow = (folder / "search.yaml").read_text()
    (folder / "search.yaml").write_text(f"{flow}  few: {{process.sample: {{table: line, rows: 5}}}}\n")
    expect(builder.node("few")).to_have_attribute("data-state", "new")
    expect(page.get_by_role("button", name="Run changed (3)")).to_be_enabled()
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("Shift+R")
    expect(builder.node("scores")).to_have_attribute("data-state", "cached")
    expect(builder.node("few")).to_have_attribute("data-state", "cached")
    expect(page.get_by_role("button", name="Run changed (0)")).to_be_disabled()
    assert faults == []


def test_files_from_elsewhere_are_taken_or_refused_and_others_code_waits_for_consent(
    toys: Path, serve: Callable[[], Server], page: Page, folder: Path, tmp_path: Path
) -> None:
    page.goto(serve().address)
    (tmp_path / "came.yaml").write_text("steps: {rows: {collect.toy.rows: {n: 5}}}\n")
    page.locator("[data-upload]").set_input_files(tmp_path / "came.yaml")
    expect(page.locator(".node")).to_have_count(1)
    consent = page.locator(".consent")
    expect(consent).to_contain_text("runs code of another package: tenkai_toys.collect.rows")
    page.keyboard.press("r")
    expect(page.locator(".banner.bad")).to_contain_text("TK560")
    assert toys.read_text() == ""
    page.get_by_role("button", name="I trust this workflow").click()
    expect(consent).to_have_count(0)
    page.keyboard.press("r")
    expect(page.locator(".node")).to_have_attribute("data-state", "cached")
    assert toys.read_text() != ""

    (tmp_path / "old.knwf").write_bytes(b"PK\3\4")
    page.keyboard.press("n")
    page.locator("dialog [data-upload]").set_input_files(tmp_path / "old.knwf")
    expect(page.locator(".banner.bad")).to_contain_text("is a workflow of KNIME, which cannot be read yet")
    assert [p.name for p in folder.iterdir() if p.suffix != ".json"] == ["came.yaml"]
