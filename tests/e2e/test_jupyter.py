"""The explorer in JupyterLab: drawn, used with mouse and keys, read from Python."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.explorer import lasso, near, wait_until, within
from tests.e2e.lab import Lab

MAKE = """
import numpy as np
import tenkai as tk
make = np.random.default_rng(7)
xy = make.normal(size=(600, 2))
shades = make.uniform(size=(600, 8, 8))
table = tk.Table.from_(
    {"x": xy[:, 0], "y": xy[:, 1], "image": shades, "phase": ["bcc", "fcc", "hcp"] * 200},
    ids=[f"s{i}" for i in range(600)],
)
heard = []
"""
SHOW = """
seen = tk.explore(table, color="phase", x="x", y="y", height=400, language="en")
seen.observe(lambda change: heard.append(len(change["new"])), names="selection")
seen
"""
PRINT = "print([seen.selection, seen.selected['phase'].to_list(), heard[-1:], seen.color])"
SET = "seen.selection = ['s5', 's3']; seen.color = 'y'"
VALUES = (
    "from IPython.display import display\ndisplay(table)\ndisplay(tk.interpret.map(table, x='x', y='y', color='phase'))"
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Callable[[str], Lab]]:
    """Return how to start JupyterLab with a theme."""
    started: list[Lab] = []

    def start(theme: str) -> Lab:
        started.append(Lab(tmp_path, theme))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.mark.slow
@pytest.mark.row("F5", "I12")
def test_a_map_is_explored_in_jupyterlab(lab: Callable[[str], Lab], page: Page, faults: list[str]) -> None:
    here = lab("JupyterLab Light")
    here.write("map.ipynb", MAKE, SHOW, PRINT, SET, VALUES)
    here.open(page, "map.ipynb")
    for number in (0, 1):
        here.run_cell(page, number)
    expect(page.locator(".tkx-status")).to_contain_text("600 points")
    canvas = page.locator(".tkx-plot canvas").first
    # Points in the three colors of Okabe and Ito are drawn, on white.
    for color in ("#0072b2", "#d55e00", "#009e73"):
        wait_until(lambda color=color: near(canvas, color) > 300)
    assert near(canvas, "#ffffff", 0) > 100_000  # the ground

    polygon = lasso(page, canvas, [(0.45, 0.35), (0.7, 0.4), (0.6, 0.75), (0.42, 0.6)])
    expect(page.locator(".tkx-count")).to_contain_text("of 600 rows")
    expect(page.locator(".tkx-rows canvas").first).to_be_visible()
    said = page.locator(".tkx-count").inner_text()
    selection, phases, heard, color = ast.literal_eval(here.run_cell(page, 2))
    xy = np.random.default_rng(7).normal(size=(600, 2)).astype(np.float32)
    inside = [f"s{i}" for i in np.flatnonzero(within(xy, polygon))]
    assert len(inside) > 20
    assert selection == inside
    assert said == f"{len(inside)} of 600 rows"
    assert phases == [["bcc", "fcc", "hcp"][int(s[1:]) % 3] for s in inside]
    assert heard == [len(inside)]
    assert color == "phase"

    # What is set in Python shows in the page.
    here.run_cell(page, 3)
    expect(page.locator(".tkx-count")).to_have_text("2 of 600 rows")
    expect(page.locator(".tkx-rows li span")).to_have_text(["s3", "s5"])
    expect(page.locator(".tkx-color select")).to_have_value("y")
    expect(page.locator(".tkx-ramp")).to_be_visible()

    # Keys mean the widget, not the notebook: B draws a box, and no cell is added.
    page.locator(".tkx-plot > div").first.focus()
    before = page.locator(".jp-Cell").count()
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Box")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".tkx-count")).to_contain_text("Nothing is selected")
    assert page.locator(".jp-Cell").count() == before
    # JupyterLab hands the words of widgets to a thread of their own, which a cell may overtake.
    wait_until(lambda: ast.literal_eval(here.run_cell(page, 2))[0] == [])

    here.run_cell(page, 4)
    head = page.locator(".tenkai-value").last
    expect(head).to_contain_text("Table of 600 rows and 4 columns")
    assert head.locator("img").count() == 10
    expect(page.locator(".jp-RenderedSVG img, .jp-RenderedSVG svg").first).to_be_visible()
    assert faults == []
