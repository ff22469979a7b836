"""What mouse, keys and fingers do to a scatter plot, asserted on rows and pixels."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.plotted import COLORS, INK, Plotted, clumps, colored, inside, lattice

pytestmark = pytest.mark.slow


def drag(page: Page, plot: Plotted, path: list[tuple[int, int]]) -> None:
    """Draw a line with the mouse; places in pixels of the plot."""
    left, top, _, _ = plot.area()
    page.mouse.move(left + path[0][0], top + path[0][1])
    page.mouse.down()
    for u, v in path[1:]:
        page.mouse.move(left + u, top + v)
    page.mouse.up()


def test_a_lasso_by_mouse_takes_the_rows_that_brute_force_finds(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = clumps(5000)
    plot.start(x, y, codes=codes)
    plot.do("() => plot.setTool('lasso')")
    places = plot.places()
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = 120 * (1 + 0.3 * np.sin(5 * angle))
    path = [(int(280 + r * np.cos(a)), int(200 + r * np.sin(a))) for r, a in zip(radius, angle, strict=True)]
    drag(page, plot, path)
    plot.settled()
    expected = np.flatnonzero(inside(path, places))
    _, rows, how = plot.heard("select")[-1]
    assert 300 < len(rows) < 4000
    assert rows == expected.tolist()
    assert how == {"tool": "lasso", "combine": "replace"}
    assert plot.do("() => last.selected") == len(rows)

    plot.do("() => plot.setTool('box')")
    box = (places[:, 0] >= 20) & (places[:, 0] <= 300) & (places[:, 1] >= 30) & (places[:, 1] <= 220)
    for key, change in (("Shift", lambda a, b: a | b), ("Alt", lambda a, b: a & ~b)):
        page.keyboard.down(key)
        drag(page, plot, [(300, 220), (100, 100), (20, 30)])
        page.keyboard.up(key)
        plot.settled()
        first = np.zeros(5000, bool)
        first[rows] = True
        _, rows, how = plot.heard("select")[-1]
        assert rows == np.flatnonzero(change(first, box)).tolist()
        assert how["combine"] == {"Shift": "add", "Alt": "remove"}[key]
    drag(page, plot, [(50, 50), (50, 50)])
    assert plot.heard("select")[-1][1] == []
    drag(page, plot, [(50, 50), (90, 90)])
    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.move(350, 350)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert len(plot.heard("select")) == 1, "Escape calls a gesture off"


def test_a_drag_moves_the_pixels_by_as_much(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = clumps(3000)
    plot.start(x, y, codes=codes)
    plot.after("plot.setStyle({ size: 3, opacity: 1 });")
    before = plot.pixels()
    drag(page, plot, [(300, 200), (320, 210), (340, 230)])
    plot.settled()
    after = plot.pixels()
    dots = [
        np.logical_or.reduce([colored(p, color, 0) for color in COLORS]) for p in (before[:-30, :-40], after[30:, 40:])
    ]
    assert dots[0].sum() > 2000
    assert (dots[0] != dots[1]).mean() < 1e-3
    assert len(plot.heard("view")) >= 2
    plot.do("() => plot.setTool('lasso')")
    left, top, _, _ = plot.area()
    page.mouse.move(left + 100, top + 100)
    page.mouse.down(button="middle")
    page.mouse.move(left + 60, top + 70)
    page.mouse.up(button="middle")
    plot.settled()
    assert (plot.pixels()[:-30, :-40] == before[:-30, :-40]).mean() > 0.99, "the middle button moves the view back"
    assert plot.heard("select") == []


def test_wheel_and_keys_and_fit(page: Page) -> None:
    plot = Plotted(page)
    plot.start(*lattice()[:2])
    start = plot.do("() => plot.view")
    left, top, width, height = plot.area()
    page.mouse.move(left + 100, top + 50)
    at = [
        start["x0"] + 100 / width * (start["x1"] - start["x0"]),
        start["y1"] - 50 / height * (start["y1"] - start["y0"]),
    ]
    page.mouse.wheel(0, -300)
    plot.settled()
    near = plot.do("() => plot.view")
    assert near["x1"] - near["x0"] < 0.8 * (start["x1"] - start["x0"])
    still = [near["x0"] + 100 / width * (near["x1"] - near["x0"]), near["y1"] - 50 / height * (near["y1"] - near["y0"])]
    assert still == pytest.approx(at, abs=1e-9)
    page.locator("#host [role=img]").focus()
    for key, side, sign in (("ArrowLeft", "x0", -1), ("ArrowUp", "y0", 1), ("+", "x0", 1), ("-", "x0", -1)):
        before = plot.do("() => plot.view")[side]
        page.keyboard.press(key)
        assert np.sign(plot.do("() => plot.view")[side] - before) == sign, key
    plot.after("plot.fit();")
    assert plot.do("() => plot.view") == start
    name = page.locator("#host [role=img]")
    assert name.get_attribute("aria-label") == "Scatter plot"
    assert "Arrow keys" in (name.get_attribute("aria-description") or "")


def test_two_fingers_zoom(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 700}, has_touch=True)
    page = context.new_page()
    plot = Plotted(page)
    plot.start(*lattice()[:2])
    before = plot.do("() => plot.view")
    touch = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 40), ("touchMove", 80), ("touchMove", 160), ("touchEnd", 0)):
        points = [{"x": 320 - apart, "y": 240, "id": 0}, {"x": 320 + apart, "y": 240, "id": 1}] if apart else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    after = plot.do("() => plot.view")
    assert (before["x1"] - before["x0"]) / (after["x1"] - after["x0"]) == pytest.approx(4, rel=0.1)
    context.close()


def test_the_pointer_finds_the_nearest_row_within_twelve_pixels(page: Page) -> None:
    plot = Plotted(page)
    plot.start(*lattice()[:2])
    left, top, _, _ = plot.area()
    u, v = plot.places()[27]
    page.mouse.move(left + u + 6, top + v - 6)
    plot.do("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert [h[1] for h in plot.heard("hover")] == [27]
    ring = plot.pixels()[int(v) - 9 : int(v) + 10, int(u) - 9 : int(u) + 10]
    assert colored(ring, INK, 60).sum() > 25
    page.mouse.dblclick(left + u + 3, top + v)
    assert [h[1] for h in plot.heard("open")] == [27]
    page.mouse.move(left + u + 25, top + v + 25)
    plot.do("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert [h[1] for h in plot.heard("hover")] == [None]
