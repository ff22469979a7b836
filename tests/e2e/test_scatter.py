"""The scatter module draws what it should: asserted on pixels of a page, not on what the page says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.e2e.conftest import LONG, Server, chromium
from tests.e2e.plotted import (
    COLORS,
    FADED,
    GROUND,
    INK,
    MISSING,
    MODULE,
    VIEW,
    Plotted,
    clumps,
    colored,
    lattice,
    toward,
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gl_browser(browser: Browser) -> Iterator[Browser]:
    """Return a Chromium that draws WebGL2, in software."""
    flags = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    started = browser.browser_type.launch(executable_path=chromium(), args=flags)
    yield started
    started.close()


@pytest.fixture
def gl_page(gl_browser: Browser) -> Iterator[Page]:
    """Return a page of it."""
    context = gl_browser.new_context(viewport={"width": 900, "height": 700})
    context.set_default_timeout(LONG)
    yield context.new_page()
    context.close()


@pytest.mark.row("I2")
def test_separated_points_have_their_pixels_and_their_color(page: Page, faults: list[str]) -> None:
    plot = Plotted(page)
    x, y, codes = lattice()
    plot.start(x, y, codes=codes)
    status = plot.after(VIEW + "plot.setStyle({ size: 2, opacity: 1 });")
    pixels = plot.pixels()
    for code, color in enumerate(COLORS):
        # 16 points of 2 × 2 pixels.
        assert colored(pixels, color, 0).sum() == 16 * 4, code
    corners = np.floor(plot.places() - 0.5).astype(int)
    for (column, row), code in zip(corners, codes, strict=True):
        assert (pixels[row : row + 2, column : column + 2] == COLORS[code]).all()
    assert status["drawn"] == status["points"] == 64
    assert (status["renderer"], status["sampled"], status["missing"]) == ("cpu", False, 0)
    assert faults == []


def test_round_points_cover_the_area_of_a_disc(page: Page) -> None:
    plot = Plotted(page)
    plot.start(*lattice()[:2])
    plot.after(VIEW + "plot.setColoring({ kind: 'one', color: '#000000' }); plot.setStyle({ size: 15, opacity: 1 });")
    covered = (255 - plot.pixels()[..., 0]).astype(float)
    covered[covered < 32] = 0  # grid lines
    assert covered.sum() / 255 / 64 == pytest.approx(np.pi * 7.5**2, rel=0.02)


def test_on_two_device_pixels_per_pixel_points_are_drawn_with_four(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 700}, device_scale_factor=2)
    plot = Plotted(context.new_page(), scale=2)
    x, y, codes = lattice()
    plot.start(x, y, codes=codes)
    plot.after(VIEW + "plot.setStyle({ size: 1, opacity: 1 });")
    pixels = plot.pixels()
    _, _, width, height = plot.area()
    assert pixels.shape == (2 * height, 2 * width, 3)
    corners = np.floor(plot.places() - 0.5).astype(int)
    for (column, row), code in zip(corners, codes, strict=True):
        assert (pixels[row : row + 2, column : column + 2] == COLORS[code]).all()
    assert sum(int(colored(pixels, color, 0).sum()) for color in COLORS) == 64 * 4
    context.close()


@pytest.mark.parametrize("change", ["", "select", "observe", "deep", "hide"])
def test_both_back_ends_draw_the_same(gl_page: Page, change: str) -> None:
    x, y, codes = clumps(20_000)
    codes[::50] = 65535
    x[::71] = np.nan
    changes = {
        "": "plot.setStyle({});",
        "select": "plot.selectWithin([[2, 2], [7, 3], [4, 8]]);",
        "observe": "plot.setObserved(module.Bits.of(20000, [5, 500, 9000, 19000]), new Map([[5, 'ZnS']]));"
        "plot.selectWithin([[0, 0], [5, 5]]);",
        "deep": "plot.setView({ x0: 2.0, x1: 2.2, y0: 2.0, y1: 2.2 });",
        "hide": "plot.setVisible(module.Bits.of(20000, Array.from({ length: 5000 }, (_, i) => 3 * i)));",
    }
    seen, said = [], []
    for renderer in ("cpu", "webgl2"):
        plot = Plotted(gl_page)
        plot.start(x, y, codes=codes, renderer=renderer)
        status = plot.after(changes[change])
        assert status["renderer"] == renderer
        seen.append(plot.pixels())
        said.append({k: status[k] for k in ("points", "missing", "drawn", "selected")})
    assert said[0] == said[1]
    assert (seen[0].min(axis=2) < 200).sum() > (200 if change == "deep" else 3000)
    # Rounding moves a point by a pixel now and then, and blends differ by one or two of 255.
    assert (np.abs(seen[0] - seen[1]).max(axis=2) > 8).mean() < 2e-3
    assert np.abs(seen[0] - seen[1]).mean() < 0.5


def test_auto_draws_on_the_cpu_where_webgl_is_software_and_goes_on_when_the_hardware_is_lost(gl_page: Page) -> None:
    x, y, codes = lattice()
    plot = Plotted(gl_page)
    assert plot.start(x, y, codes=codes, renderer="auto")["renderer"] == "cpu"
    plot = Plotted(gl_page)
    assert plot.start(x, y, codes=codes, renderer="webgl2")["software"] is True
    plot.after(VIEW + "plot.setStyle({ size: 2, opacity: 1 });")
    lose = (
        "document.querySelector('#host canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext();"
    )
    assert plot.after(lose)["renderer"] == "cpu"
    assert colored(plot.pixels(), COLORS[0], 0).sum() == 16 * 4


def test_a_selection_has_rings_and_the_others_fade(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = lattice()
    plot.start(x, y, codes=codes)
    status = plot.after(
        VIEW + "plot.setStyle({ size: 5, opacity: 1 }); plot.setSelection(module.Bits.of(64, [0, 9, 63]));"
    )
    assert status["selected"] == 3
    pixels = plot.pixels()
    for row, (u, v) in enumerate(plot.places().astype(int)):
        middle = tuple(pixels[v, u])
        around = pixels[v - 5 : v + 6, u - 5 : u + 6]
        if row in (0, 9, 63):
            assert middle == COLORS[codes[row]]
            assert colored(around, INK, 40).sum() > 8, "a ring, dark"
        else:
            assert middle == toward(COLORS[codes[row]], FADED)
            assert colored(around, INK, 40).sum() == 0
    plot.after("plot.setSelection(null);")
    assert not colored(plot.pixels(), INK, 40).any()


@pytest.mark.row("I2")
def test_observed_rows_are_large_and_labeled_over_the_faint_others(page: Page) -> None:
    plot = Plotted(page, width=900, height=600)
    x, y, codes = clumps(30_000)
    plot.start(x, y, codes=codes)
    plain = plot.pixels()
    observed = [10, 8000, 16000, 29000]
    labels = "new Map([[10, 'ZnS'], [8000, 'GaN'], [16000, 'AlN'], [29000, 'BeO']])"
    assert plot.after(f"plot.setObserved(module.Bits.of(30000, {observed}), {labels});")["unlabeled"] == 0
    pixels = plot.pixels()
    for row in observed:
        u, v = plot.places()[row].astype(int)
        assert colored(pixels[v - 2 : v + 3, u - 2 : u + 3], COLORS[codes[row]], 0).all(), (
            "a large point in its own color"
        )
        label = pixels[v - 7 : v + 7, u + 8 : u + 34]
        assert (label.max(axis=2) < 90).sum() > 20, "dark text at its right"
    others = pixels.min(axis=2) < 230
    assert pixels[others].mean() > plain[plain.min(axis=2) < 230].mean() + 20, "the others became faint"


def test_hidden_rows_leave_no_pixel_and_missing_colors_are_gray(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = lattice()
    codes[codes == 1] = 65535
    plot.start(x, y, codes=codes)
    plot.after(VIEW + "plot.setStyle({ size: 2, opacity: 1 });")
    assert colored(plot.pixels(), MISSING, 0).sum() == 16 * 4
    assert plot.after("plot.setVisible(module.Bits.of(64, [0, 1, 2, 3]));")["drawn"] == 4
    pixels = plot.pixels()
    assert [colored(pixels, c, 0).sum() for c in (COLORS[0], MISSING, COLORS[2], COLORS[3])] == [4] * 4


def test_a_ramp_runs_through_its_colors(page: Page) -> None:
    plot = Plotted(page)
    plot.start(np.arange(1, 6), np.full(5, 5))
    plot.after(
        VIEW + "plot.setStyle({ size: 4, opacity: 1 });"
        "plot.setColoring({ kind: 'ramp', values: Float32Array.of(0, 1, 2, 9, NaN), low: 0, high: 2,"
        " colors: ['#000000', '#ff0000', '#ffffff'] });"
    )
    pixels = plot.pixels()
    seen = [tuple(pixels[v, u]) for u, v in plot.places().astype(int)]
    assert seen == [(0, 0, 0), (255, 0, 0), (255, 255, 255), (255, 255, 255), MISSING]


def test_dark_has_a_dark_ground_and_a_filter_keeps_it(page: Page) -> None:
    plot = Plotted(page)
    plot.start(*lattice()[:2], dark=True)
    assert tuple(plot.pixels()[3, 3]) == (20, 24, 28)
    plot.after("plot.setDark(false);")
    assert tuple(plot.pixels()[3, 3]) == GROUND


def test_a_million_points_are_sampled_while_moving_and_all_drawn_at_rest(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = clumps(1_000_000)
    status = plot.start(x, y, codes=codes)
    assert (status["drawn"], status["sampled"]) == (1_000_000, False)
    first = next(said for _, said in plot.heard("status") if said["points"] == 1_000_000)
    assert first["sampled"] and 100_000 < first["drawn"] <= 400_000
    pixels = plot.pixels()
    # The sample looks as dense as all: the same ground stays free, to a few in a hundred.
    plot.do("() => { window.moving = setInterval(() => plot.setView(plot.view), 20); }")
    page.wait_for_function("() => last.sampled")
    thin = plot.pixels()
    plot.do("() => clearInterval(window.moving)")
    plot.settled()
    for color in COLORS:
        near = [colored(p, color, 60).mean() for p in (pixels, thin)]
        assert near[1] == pytest.approx(near[0], abs=0.05)
    again = plot.pixels()
    assert (again == pixels).all(), "the same rows give the same pixels"


def test_everything_drawn_becomes_a_picture(page: Page) -> None:
    plot = Plotted(page)
    x, y, codes = lattice()
    plot.start(x, y, codes=codes, xTitle="PCA 1", yTitle="PCA 2")
    plot.after(VIEW + "plot.setStyle({ size: 2, opacity: 1 });")
    counts = plot.do(
        """() => { const c = plot.toCanvas(); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        let n = 0, dark = 0;
        for (let i = 0; i < d.length; i += 4) {
          if (d[i] === 0 && d[i + 1] === 114 && d[i + 2] === 178) n++;
          if (d[i] < 120 && d[i + 2] < 120) dark++;
        }
        return [c.width, c.height, n, dark]; }"""
    )
    assert counts[:3] == [640, 480, 64]
    assert counts[3] > 100, "the names of the axes"
    plot.do("() => plot.destroy()")
    assert plot.do("() => document.getElementById('host').children.length") == 0


def test_the_policy_of_the_workbench_lets_the_module_draw(
    serve: Callable[[], Server], page: Page, faults: list[str]
) -> None:
    page.goto(serve().address)
    seen: Any = page.evaluate(
        """async () => { const module = await import("/scatter.js");
        const host = document.createElement("div");
        host.style.cssText = "position:fixed;inset:0;z-index:9;background:white";
        document.body.append(host);
        const plot = module.createScatter(host, {});
        await new Promise((done) => {
          plot.on("status", done);
          plot.setPoints(Float32Array.of(0, 1), Float32Array.of(0, 1));
        });
        const c = plot.toCanvas(); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i] < 60 && d[i + 2] > 150) n++;
        return n; }"""
    )
    assert seen > 20
    assert faults == []


def test_the_module_is_one_file_that_a_report_can_carry(context: BrowserContext) -> None:
    text = MODULE.read_text(encoding="utf-8")
    assert "</script" not in text
    assert "import(" not in text and 'from"' not in text and "import{" not in text
    assert len(text) < 60_000
