"""What the explorer has drawn, and a hand that draws a lasso in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Locator, Page
from tests.e2e.conftest import LONG


def near(canvas: Locator, color: str, least: float = 0.5) -> int:
    """Return how many pixels of a canvas have a color, at least in part over white."""
    wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return int(canvas.evaluate(NEAR, [wanted, least]))


def wait_until(true: Callable[[], bool]) -> None:
    """Look again until something holds; the test ends by its own limit."""
    end = time.monotonic() + LONG / 1000
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


NEAR = """(c, [color, least]) => {
  const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  const way = color.map((v) => v - 255);
  const length = way.reduce((sum, v) => sum + v * v, 0) || 1;
  let n = 0;
  for (let i = 0; i < data.length; i += 4) {
    const part = way.reduce((sum, v, k) => sum + v * (data[i + k] - 255), 0) / length;
    if (part >= least && way.every((v, k) => Math.abs(255 + part * v - data[i + k]) <= 12)) n++;
  }
  return n;
}"""


def lasso(page: Page, canvas: Locator, corners: list[tuple[float, float]]) -> np.ndarray:
    """Draw a lasso through corners given as shares of the canvas; return them in units of the data."""
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in [*places[1:], places[0]]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    x0, x1, y0, y1 = json.loads(page.locator(".tkx-plot").get_attribute("data-view") or "")
    return np.array([(x0 + x * (x1 - x0), y1 - y * (y1 - y0)) for x, y in corners])


def within(xy: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Return which points lie in a polygon: a ray to the right crosses its edges an odd number of times."""
    found = np.zeros(len(xy), bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (ay > xy[:, 1]) != (by > xy[:, 1])
        found ^= crosses & (xy[:, 0] < ax + (xy[:, 1] - ay) * (bx - ax) / (by - ay))
    return found
