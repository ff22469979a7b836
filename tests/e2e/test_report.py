"""The report page, and the file it saves: from disk, without a network, without scripts, and in print."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.e2e.conftest import LONG, Server
from tests.e2e.explorer import lasso, near, wait_until, within

from tenkai.data import Places
from tenkai.plan.workflow import read_workflow
from tenkai.run.project import Project

FLOW = """\
title: Rows on a plane
steps:
  rows: {collect.csv: {path: rows.csv, row_id: name}}
  map: {interpret.map: {map: rows, x: a, y: b, color: kind}}
  spread: {interpret.histogram: {table: rows, column: a}}
finding: Two kinds.
"""


@pytest.fixture
def ran(folder: Path, data_dir: Path, tmp_path: Path) -> np.ndarray:
    """Write a workflow, and run it into the cache of the workbench; return its points."""
    xy = np.random.default_rng(3).normal(size=(300, 2)).round(6)
    lines = [f"r{i},{a},{b},{'xy'[i % 2]}" for i, (a, b) in enumerate(xy)]
    (folder / "rows.csv").write_text("name,a,b,kind\n" + "\n".join(lines), encoding="utf-8")
    (folder / "flow.yaml").write_text(FLOW, encoding="utf-8")
    note = {"ref": "rows", "ids": ["r4", "r9"], "text": "Two of them"}
    (folder / "flow.layout.json").write_text(json.dumps({"nodes": {}, "notes": [note]}), encoding="utf-8")
    workflow = read_workflow(folder / "flow.yaml")
    assert Project(workflow, {}, Places(folder, data_dir), tmp_path / "cache").run(threads=1).ok
    return xy


@pytest.mark.slow
@pytest.mark.row("F2", "I15", "I21")
def test_a_report_is_composed_saved_and_explored_from_disk(
    serve: Callable[[], Server], ran: np.ndarray, page: Page, browser: Browser, faults: list[str], tmp_path: Path
) -> None:
    page.goto(serve().address)
    page.get_by_role("combobox", name="Workflow").select_option("flow.yaml")
    page.get_by_role("tab", name="Report").click()
    of_map = page.locator("li[data-figure=map]")
    expect(of_map).to_be_visible()
    # A field is left by a click on a box: both changes are made.
    page.get_by_label("What is not known").fill("Why there are two.")
    of_map.get_by_label("to be explored").check()
    of_map.get_by_label("Caption").fill("All <300> rows")
    page.get_by_role("button", name="Move map down").click()
    expect(page.locator("li[data-figure]").first).to_have_attribute("data-figure", "spread")
    preview = page.frame_locator("iframe")
    expect(preview.locator("#closing")).to_contain_text("Why there are two.")
    expect(preview.locator("figure.live")).to_contain_text("All <300> rows")
    expect(preview.locator(".tkx-status")).to_contain_text("300 points")

    page.get_by_role("tab", name="Why-map").click()
    expect(page.locator(".whymap-result")).to_have_text("Two kinds.")
    expect(page.locator(".whymap-stages > li[data-stage=interpret] button")).to_have_count(2)

    with page.expect_download() as saving:
        page.get_by_role("button", name="Save the report").click()
    saved = tmp_path / "saved.html"
    saving.value.save_as(saved)
    expect(page.locator(".report-saved")).to_contain_text("flow.html")
    assert saved.stat().st_size < 400_000

    # From disk: the page asks for nothing else than itself, and works.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved.as_uri())
    expect(page.locator(".tkx-status")).to_contain_text("300 points")
    expect(page.locator(".tkx-keys")).not_to_contain_text("M pictures")  # it has none
    expect(page.locator("figure.live > .card img")).to_be_hidden()
    canvas = page.locator(".tkx-plot canvas").first
    canvas.scroll_into_view_if_needed()
    for color in ("#0072b2", "#d55e00"):
        wait_until(lambda color=color: near(canvas, color) > 200)
    polygon = lasso(page, canvas, [(0.4, 0.3), (0.7, 0.35), (0.6, 0.7), (0.35, 0.6)])
    # Coordinates are kept to a sixteenth bit of their extent, far below what a hand can draw.
    inside = [f"r{i}" for i in np.flatnonzero(within(ran, polygon))]
    assert len(inside) > 10
    expect(page.locator(".tkx-count")).to_have_text(f"{len(inside)} of 300 rows")
    expect(page.locator(".tkx-rows li span")).to_have_text(inside[:48])
    page.get_by_role("button", name="Two of them (2)").click()
    expect(page.locator(".tkx-rows li span")).to_have_text(["r4", "r9"])
    assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {saved.as_uri()}
    assert faults == []

    # In print, and without scripts, the drawing stands in its place.
    page.emulate_media(media="print")
    expect(page.locator("figure.live > .card img")).to_be_visible()
    expect(page.locator(".tkx")).to_be_hidden()
    bare = browser.new_context(java_script_enabled=False)
    bare.set_default_timeout(LONG)
    still = bare.new_page()
    still.goto(saved.as_uri())
    expect(still.locator("figure.live > .card img")).to_be_visible()
    expect(still.locator("figure.live .pins")).to_contain_text("2 rows: r4, r9")
    bare.close()


@pytest.mark.slow
def test_a_preview_that_is_refused_is_told_by_the_page_and_what_is_typed_is_in_the_saved_report(
    serve: Callable[[], Server], ran: np.ndarray, page: Page, faults: list[str], folder: Path, tmp_path: Path
) -> None:
    server = serve()
    page.goto(f"{server.address}#report/flow.yaml")
    page.get_by_role("combobox", name="Workflow").select_option("flow.yaml")
    page.get_by_role("tab", name="Report").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("Two kinds.")

    finding = page.locator("#finding")
    # Saved while a text is still on its way into the workflow, and another is not even sent: both are in the file.
    held: list[Route] = []
    holding = [True]
    page.route("**/api/workflow/edit", lambda route: held.append(route) if holding else route.continue_())
    finding.fill("Three kinds & more")
    page.get_by_label("What is not known").focus()
    page.get_by_label("What is not known").fill("How many more.")
    page.evaluate("[...document.querySelectorAll('button')].find(b => b.textContent === 'Save the report').click()")
    expect(page.get_by_role("button", name="Making the report")).to_be_disabled()
    with page.expect_download() as saving:
        holding.clear()
        for route in held:
            route.continue_()
    saving.value.save_as(tmp_path / "saved.html")
    saved = (tmp_path / "saved.html").read_text(encoding="utf-8")
    assert "Three kinds &amp; more" in saved
    assert "How many more." in saved
    expect(frame.locator("body")).to_contain_text("How many more.")

    # A change that is refused: no report that lacks it.
    page.unroute("**/api/workflow/edit")
    page.route("**/api/workflow/edit", lambda route: route.abort())
    finding.fill("Four kinds")
    page.get_by_role("button", name="Save the report").click()
    expect(page.locator(".report-write .banner.bad")).to_contain_text("A change is not written into the workflow")
    expect(finding).to_have_value("Four kinds")
    page.unroute("**/api/workflow/edit")
    with page.expect_download() as saving:
        page.locator(".report-write .banner.bad").get_by_role("button", name="Try again").click()
    saving.value.save_as(tmp_path / "again.html")
    assert "Four kinds" in (tmp_path / "again.html").read_text(encoding="utf-8")
    expect(frame.locator("body")).to_contain_text("Four kinds")

    # A refusal stands on the page; the frame keeps the last good report.
    page.route("**/api/report/preview", lambda route: route.fulfill(status=404, json=REFUSED))
    page.get_by_role("button", name="Show again").click()
    expect(page.locator(".preview .banner.bad")).to_contain_text("TK547 'map' is not computed yet.")
    expect(page.locator(".preview-old")).to_contain_text("as it was made last")
    expect(frame.locator("body")).to_contain_text("Four kinds")
    page.unroute("**/api/report/preview")
    page.locator(".preview .banner.bad").get_by_role("button", name="Try again").click()
    expect(page.locator(".preview .banner.bad")).to_have_count(0)

    # Where nothing is computed any more, and where nobody answers, it stays as well.
    flow = (folder / "flow.yaml").read_text(encoding="utf-8")
    (folder / "flow.yaml").write_text(flow.replace("row_id: name", "row_id: kind"), encoding="utf-8")
    expect(page.locator(".preview[data-state=old] .preview-old")).to_be_visible()
    expect(frame.locator("body")).to_contain_text("Four kinds")
    server.kill()
    expect(page.locator(".preview[data-state=offline]")).to_contain_text("Not connected")
    page.get_by_role("tab", name="Why-map").click()
    page.get_by_role("tab", name="Preview").click()
    expect(frame.locator("body")).to_contain_text("Four kinds")
    assert [f for f in faults if "404" not in f and "ERR_" not in f] == []


REFUSED = {
    "problems": [
        {
            "code": "TK547",
            "fact": "'map' is not computed yet.",
            "allowed": "",
            "remedy": "Run it.",
            "place": {"step": "", "name": "", "setting": "", "file": "", "line": 0},
        }
    ]
}
