"""The explorer under the rules of VS Code's notebooks: strict page, dark editor, own keys, views that come and go."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.e2e.explorer import lasso, wait_until, within
from tests.e2e.webview import Webview, modules, nbextensions

import tenkai as tk

XY = np.random.default_rng(7).normal(size=(600, 2))
TABLE = tk.Table.from_(
    {
        "x": XY[:, 0],
        "y": XY[:, 1],
        "image": np.random.default_rng(8).uniform(size=(600, 8, 8)),
        "phase": ["bcc", "fcc", "hcp"] * 200,
    },
    ids=[f"s{i}" for i in range(600)],
)
DRAWN = """(c, [r, g, b]) => {
  const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  let n = 0;
  for (let i = 0; i < data.length; i += 4)
    if (Math.hypot(data[i] - r, data[i + 1] - g, data[i + 2] - b) < 40) n++;
  return n;
}"""


def drawn(canvas: Locator, color: str) -> int:
    """Return how many pixels are close to a color; over a dark ground, where edges are darker."""
    return int(canvas.evaluate(DRAWN, [int(color[i : i + 2], 16) for i in (1, 3, 5)]))


@pytest.mark.row("I12")
def test_the_loader_is_found_without_a_network() -> None:
    loader = modules(nbextensions())["anywidget"]
    text = loader.read_text(encoding="utf-8")
    # The one thing it asks for is what VS Code has within itself.
    assert 'define(["@jupyter-widgets/base"]' in text
    assert text.count("define(") == 1


@pytest.mark.slow
@pytest.mark.row("F5", "I12")
def test_a_map_is_explored_in_a_page_as_strict_as_that_of_vs_code(page: Page, faults: list[str]) -> None:
    seen = tk.explore(TABLE, color="phase", x="x", y="y", height=320, language="en")
    view = Webview(page, seen)
    first = view.show()
    canvas = page.locator(".tkx-plot canvas").first
    for color in ("#0072b2", "#d55e00", "#009e73"):
        wait_until(lambda color=color: drawn(canvas, color) > 300)
    expect(page.locator(".tkx")).to_have_attribute("data-dark", "true")
    assert drawn(canvas, "#14181c") > 100_000  # the ground
    # No white frame around it.
    around = page.locator(".cell-output-ipywidget-background")
    expect(around).to_have_css("background-color", "rgba(0, 0, 0, 0)")

    polygon = lasso(page, canvas, [(0.45, 0.35), (0.7, 0.4), (0.6, 0.75), (0.42, 0.6)])
    inside = [f"s{i}" for i in np.flatnonzero(within(XY.astype(np.float32), polygon))]
    assert len(inside) > 20
    wait_until(lambda: (page.title(), seen.selection)[1] == inside)
    expect(page.locator(".tkx-count")).to_have_text(f"{len(inside)} of 600 rows")
    # Pictures come from Python as bytes and are drawn, though nothing may be fetched.
    expect(page.locator(".tkx-rows canvas")).to_have_count(min(len(inside), 48))

    # A second view of the same map, as of a cell that shows it again: both show what is set in Python.
    second = view.show()
    expect(page.locator(".tkx")).to_have_count(2)
    seen.selection, seen.color = ["s5", "s3"], "y"
    view.tell()
    expect(page.locator(".tkx-count")).to_have_text(["2 of 600 rows"] * 2)
    expect(page.locator(".tkx-ramp")).to_have_count(2)

    # Keys of the widget never reach the editor, where they would change cells; others do.
    page.locator(".tkx-plot > div").first.focus()
    for key in ("b", "v", "l", "m", "m", "f", "Escape", "j"):
        page.keyboard.press(key)
    wait_until(lambda: (page.title(), seen.selection)[1] == [])
    assert page.evaluate("() => keys") == ["j"]

    # The editor becomes light, or of high contrast, while the map is there.
    ground = page.locator(".tkx").first
    for kind, dark in (("vscode-light", "false"), ("vscode-high-contrast", "true"), ("vscode-dark", "true")):
        page.evaluate("(kind) => { document.body.dataset.vscodeThemeKind = kind; }", kind)
        expect(ground).to_have_attribute("data-dark", dark)

    # Views come and go, some of them in the middle of a question; nothing of them stays.
    assert {"MutationObserver", "ResizeObserver"} <= set(page.evaluate("() => outsideOfIt()")["observers"])
    view.remove(second)
    expect(page.locator(".tkx")).to_have_count(1)
    view.remove(first)
    for _ in range(3):
        number = view.show()
        expect(page.locator(".tkx-status")).to_contain_text("600 points")
        seen.selection = ["s9"]
        view.tell()
        view.remove(number)
        seen.selection = []
        view.tell()
    nothing = {"observers": [], "listeners": [], "timers": 0, "events": [], "elements": 0}
    wait_until(lambda: page.evaluate("() => outsideOfIt()") == nothing)
    assert page.locator("style").count() == 2  # the page's, and that of all views
    assert page.evaluate("() => refused") == []
    assert faults == []
