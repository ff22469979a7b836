"""What the explore page has drawn, and the rule of its mosaic by brute force."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect
from tests.e2e.conftest import Server

NEAREST = Image.Resampling.NEAREST


def pixels(place: Locator) -> NDArray[np.int16]:
    """Return a part of the page as it is drawn, without what lies over the plot."""
    hidden = ".legend, .marker, .hover-card {visibility: hidden !important}"
    with Image.open(io.BytesIO(place.screenshot(style=hidden))) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def box_of(place: Locator) -> FloatRect:
    box = place.bounding_box()
    assert box is not None
    return box


class Plot:
    """The scatter plot: its view, and where points of the map are on the screen."""

    def __init__(self, page: Page) -> None:
        self.page, self.place = page, page.locator(".plot")
        expect(self.place).not_to_have_attribute("data-view", "")

    @property
    def view(self) -> tuple[float, float, float, float]:
        x0, x1, y0, y1 = (float(v) for v in (self.place.get_attribute("data-view") or "").split())
        return x0, x1, y0, y1

    @property
    def area(self) -> FloatRect:
        return box_of(self.place.locator("canvas").first)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point of the map on the screen."""
        (x0, x1, y0, y1), area = self.view, self.area
        across, down = (float(x) - x0) / (x1 - x0), (y1 - float(y)) / (y1 - y0)
        return area["x"] + across * area["width"], area["y"] + down * area["height"]

    def drag(self, path: list[tuple[float, float]]) -> None:
        self.page.mouse.move(*path[0])
        self.page.mouse.down()
        for place in path[1:]:
            self.page.mouse.move(*place)
        self.page.mouse.up()


def open_file(page: Page, server: Server, file: str) -> None:
    page.goto(server.address)
    page.get_by_label("Workflow", exact=True).first.select_option(file)
    page.get_by_role("tab", name="Explore").click()


def mosaic_is(plot: Plot, map_of: NDArray[np.float32], grays: NDArray[np.float64], cells: int) -> bool:
    """Say whether every cell shows, of all rows in it, the one nearest its center, and nothing where there is none."""
    area = plot.area
    sheet = np.asarray(pixels(plot.place), np.float64)
    outer = box_of(plot.place)
    sheet = sheet[round(area["y"] - outer["y"]) :, round(area["x"] - outer["x"]) :]
    gray = sheet.mean(axis=2)
    down = cells
    across = max(cells, math.floor(cells * area["width"] / area["height"] + 0.5))
    x0, x1, y0, y1 = plot.view
    wide, high = area["width"] / across, area["height"] / down
    for row in range(down):
        for column in range(across):
            left, right = x0 + (x1 - x0) * column / across, x0 + (x1 - x0) * (column + 1) / across
            top, bottom = y1 - (y1 - y0) * row / down, y1 - (y1 - y0) * (row + 1) / down
            inside = np.flatnonzero(
                (map_of[:, 0] > left) & (map_of[:, 0] < right) & (map_of[:, 1] > bottom) & (map_of[:, 1] < top)
            )
            u, v = round(column * wide + wide / 2), round(row * high + high / 2)
            reach = int(min(wide, high) / 2) - 4
            if not len(inside):
                if gray[v - reach : v + reach, u - reach : u + reach].min() < 200:
                    return False
                continue
            away = ((map_of[inside] - [(left + right) / 2, (top + bottom) / 2]) / [right - left, top - bottom]) ** 2
            side = math.floor(min(wide, high)) - 5  # without frame and edge
            tiles = [Image.fromarray(grays[i].astype(np.uint8)).resize((side, side), NEAREST) for i in inside]
            cut = (side - 2 * reach) // 2
            wanted = [np.asarray(t, np.float64)[cut : cut + 2 * reach, cut : cut + 2 * reach] for t in tiles]
            likeness = [max(correlated(seen, w) for seen in shifted(gray, u, v, reach)) for w in wanted]
            nearest = int(away.sum(axis=1).argmin())
            if likeness[nearest] < max(0.85, *likeness):
                return False
    return True


def shifted(sheet: NDArray[np.float64], u: int, v: int, reach: int) -> Iterator[NDArray[np.float64]]:
    """Yield what is drawn around a place, and a few pixels beside it: where a tile begins is not told to the pixel."""
    for dy in range(-3, 4):
        for dx in range(-3, 4):
            yield sheet[v + dy - reach : v + dy + reach, u + dx - reach : u + dx + reach]


def correlated(drawn: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """Return how two pictures correlate: scaling blurs the edges of pixels."""
    if drawn.shape != wanted.shape:
        return 0.0
    a, b = drawn - drawn.mean(), wanted - wanted.mean()
    return float((a * b).sum() / max(np.sqrt((a**2).sum() * (b**2).sum()), 1e-9))
