"""What hands do: a step dragged from the palette, a file given up half-way, boxes that add and take away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.building import Builder
from tests.e2e.conftest import Server
from tests.e2e.explored import Plot

SLOW = 150_000
"""Bytes a second that are sent: half of the file is under way for ten seconds."""


@pytest.mark.slow
@pytest.mark.row("F5", "I11")
def test_drag_a_step_give_up_a_file_and_select_by_boxes(
    serve: Callable[[], Server], page: Page, context: BrowserContext, folder: Path, tmp_path: Path, faults: list[str]
) -> None:
    (folder / "points.csv").write_text("name,x,y\n" + "".join(f"p{i},{i % 10},{i // 10}\n" for i in range(100)))
    page.goto(serve().address)
    # An upload that is given up leaves nothing behind.
    (tmp_path / "large.csv").write_bytes(b"a,b\n" + b"1,2\n" * 750_000)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
    wire.send("Network.emulateNetworkConditions", limits)
    page.locator("[data-upload]").set_input_files(tmp_path / "large.csv")
    expect(page.locator(".upload")).to_contain_text(re.compile(r"large\.csv: [1-9].* of 3\.0 MB sent"))
    page.locator(".upload").get_by_role("button", name="Cancel").click()
    expect(page.locator(".upload")).to_have_count(0)
    expect(page.locator(".banner.bad")).to_have_count(0)
    wire.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": -1})
    # A step is dragged to where it shall stand.
    page.get_by_role("button", name="Empty workflow").click()
    pane = page.locator(".react-flow__pane")
    expect(pane).to_be_visible()
    assert [p.name for p in folder.iterdir() if "large" in p.name or p.name.startswith(".upload")] == []
    page.locator('[data-step="collect.csv"]').drag_to(pane, target_position={"x": 420, "y": 300})
    builder = Builder(page)
    expect(builder.node("csv")).to_be_visible()
    expect(page.locator(".band")).to_have_count(0)  # it stands beside its stage, which would be an empty box
    builder.set("csv", "path", "points.csv")
    builder.set("csv", "row_id", "name")
    # What fits best is added by Enter, in whichever stage it stands.
    pane.click(position={"x": 5, "y": 5})
    page.keyboard.press("/")
    page.keyboard.type("components")
    expect(page.locator('.palette [aria-selected="true"]')).to_have_attribute("data-step", "learn.pca")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(builder.node("csv")).to_have_attribute("data-state", "cached")
    # The name above the settings is one, whatever is shown below and whichever step was chosen before.
    builder.choose("csv").get_by_role("tab", name="Result").click()
    page.keyboard.press("Control+d")
    expect(builder.node("csv_2")).to_be_visible()
    expect(page.get_by_label("Name of the step")).to_have_count(1)
    expect(page.get_by_label("Name of the step")).to_have_value("csv_2")

    page.get_by_role("tab", name="Explore").click()
    plot = Plot(page)
    chosen = page.locator(".selection")
    page.keyboard.press("b")

    def box(x0: float, y0: float, x1: float, y1: float) -> None:
        plot.drag([plot.at(x0, y0), plot.at((x0 + x1) / 2, (y0 + y1) / 2), plot.at(x1, y1)])

    box(0.5, 0.5, 3.5, 2.5)
    expect(chosen).to_have_attribute("data-selected", "6")
    page.keyboard.down("Shift")
    box(5.5, 5.5, 8.5, 8.5)
    page.keyboard.up("Shift")
    expect(chosen).to_have_attribute("data-selected", "15")
    page.keyboard.down("Alt")
    box(2.5, 0.5, 3.5, 2.5)
    page.keyboard.up("Alt")
    expect(chosen).to_have_attribute("data-selected", "13")
    page.keyboard.press("i")
    expect(chosen).to_have_attribute("data-selected", "87")
    page.keyboard.press("Escape")
    expect(chosen).to_have_attribute("data-selected", "0")
    assert faults == []
