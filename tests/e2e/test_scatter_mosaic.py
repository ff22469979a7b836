"""The mosaic shows the rows that the rule names, and asks for no others."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page
from tests.e2e.plotted import COLORS, GROUND, INK, VIEW, Plotted, clumps, colored

pytestmark = pytest.mark.slow

TILES = """window.asked = []; window.stopped = 0;
plot.setMosaic((positions, side, signal) => {
  asked.push(...positions);
  signal.addEventListener("abort", () => stopped++);
  return Promise.resolve(positions.map((position) => {
    if (position % 10 === 9) return null;
    const tile = new OffscreenCanvas(side, side);
    const context = tile.getContext("2d");
    context.fillStyle = `rgb(${position % 250}, ${Math.floor(position / 250) * 10}, 200)`;
    context.fillRect(0, 0, side, side);
    return tile;
  }));
}, 6);"""


def nearest(plot: Plotted, across: int, down: int) -> np.ndarray:
    """Return the row of each cell by looking at all of them."""
    view = plot.do("() => plot.view")
    xs, ys = np.linspace(view["x0"], view["x1"], across + 1), np.linspace(view["y1"], view["y0"], down + 1)
    found = np.full((down, across), -1)
    x, y = plot.x.astype(float), plot.y.astype(float)
    for r in range(down):
        for c in range(across):
            within = np.flatnonzero((x > xs[c]) & (x < xs[c + 1]) & (y < ys[r]) & (y > ys[r + 1]))
            if len(within):
                dx = (x[within] - (xs[c] + xs[c + 1]) / 2) / (xs[1] - xs[0])
                dy = (y[within] - (ys[r] + ys[r + 1]) / 2) / (ys[0] - ys[1])
                found[r, c] = within[np.argmin(dx**2 + dy**2)]
    return found


@pytest.mark.row("I13")
@pytest.mark.parametrize("view", ["plot.fit();", VIEW, "plot.setView({ x0: 1.5, x1: 4, y0: 1, y1: 3 });"])
def test_the_mosaic_shows_in_each_cell_the_row_nearest_its_center(page: Page, view: str) -> None:
    plot = Plotted(page)
    x, y, codes = clumps(2000)
    plot.start(x, y, codes=codes)
    plot.after(TILES + view)
    _, _, width, height = plot.area()
    across, down = plot.do(
        f"() => {{ const s = module.mosaicShape({width}, {height}, 6); return [s.across, s.down]; }}"
    )
    cells = nearest(plot, across, down)
    page.wait_for_function("(n) => asked.length >= n", arg=int((cells >= 0).sum()))
    plot.settled()
    assert sorted(plot.do("() => asked")) == sorted(cells[cells >= 0].tolist()), "only what is seen is asked for, once"
    pixels = plot.pixels()
    for (r, c), row in np.ndenumerate(cells):
        u, v = int((c + 0.5) / across * width), int((r + 0.5) / down * height)
        box = pixels[
            int(r / down * height) + 2 : int((r + 1) / down * height) - 2,
            int(c / across * width) + 2 : int((c + 1) / across * width) - 2,
        ]
        if row < 0:
            assert (box == GROUND).all(), "an empty cell is blank"
            continue
        expected = COLORS[codes[row]] if row % 10 == 9 else (row % 250, row // 250 * 10, 200)
        assert tuple(pixels[v, u]) == expected, (r, c, row)
        assert colored(box, COLORS[codes[row]], 0).sum() > 50, "a frame in the color of its class"
    assert (cells >= 0).sum() == plot.do("() => last.drawn") >= 10


def test_the_mosaic_keeps_pictures_calls_off_what_is_stale_and_marks_the_selection(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = clumps(2000)
    plot.start(x, y, codes=codes)
    plot.after(TILES)
    page.wait_for_function("() => asked.length > 0")
    plot.settled()
    first = plot.do("() => asked.length")
    plot.after("plot.setSelection(module.Bits.of(2000, [asked[0]]));")
    plot.after("plot.setView({ x0: 100, x1: 101, y0: 100, y1: 101 });")
    plot.after("plot.fit();")
    plot.settled()
    assert plot.do("() => asked.length") == first, "nothing is asked for twice"
    assert colored(plot.pixels(), INK, 0).sum() > 100, "the selected picture has a thick dark frame"
    # Requests under way for a view that is left are called off, and a failure is told.
    plot.do(
        """() => { window.slow = 0; plot.setMosaic((p, s, signal) => new Promise((_, no) => {
        slow++;
        signal.addEventListener("abort", () => { stopped++; no(signal.reason); });
        }), 6); }"""
    )
    page.wait_for_function("() => slow === 1")
    stopped = plot.do("() => stopped")
    plot.after("plot.setView({ x0: 2, x1: 3, y0: 2, y1: 3 });")
    assert plot.do("() => stopped") == stopped + 1
    assert plot.heard("failed") == []
    plot.do("() => plot.setMosaic(() => Promise.reject(new Error('gone')), 6)")
    page.wait_for_function("() => heard.some((h) => h[0] === 'failed')")
    plot.after("plot.setMosaic(null);")
    assert plot.do("() => document.querySelectorAll('#host canvas').length") == 2
