"""A scatter plot on a blank page, and its pixels."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

import tenkai.workbench

MODULE = Path(tenkai.workbench.__file__).parent / "static" / "scatter.js"
WIDTH, HEIGHT = 640, 480
INK, GROUND, MISSING = (29, 35, 41), (255, 255, 255), (167, 174, 181)
COLORS = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167))
FADED = 0.75
"""How far the color of a row goes to the ground where others are selected."""

VIEW = "plot.setView({ x0: 0, x1: 10, y0: 0, y1: 10 });"

HARNESS = """async (source) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const numbers = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  window.module = module;
  window.numbers = numbers;
  window.heard = [];
  window.take = (name) => {
    const found = heard.filter((said) => said[0] === name);
    window.heard = heard.filter((said) => said[0] !== name);
    return found;
  };
  window.box = () => {
    const { x, y, width, height } = document.querySelector("#host canvas").getBoundingClientRect();
    return [x, y, width, height];
  };
  window.start = (options) => {
    window.plot = module.createScatter(document.getElementById("host"), options);
    window.last = null;
    plot.on("status", (status) => { window.last = status; heard.push(["status", status]); });
    for (const name of ["view", "hover", "open", "failed"]) plot.on(name, (what) => heard.push([name, what]));
    plot.on("select", (bits, how) => heard.push(["select", bits.positions(), how]));
  };
  // Change something, and wait until all of it is drawn.
  window.drawn = (change) => new Promise((done) => {
    const off = plot.on("status", (status) => {
      if (status.sampled) return;
      off();
      requestAnimationFrame(() => done(status));
    });
    change();
  });
}"""


class Plotted:
    """The plot of a page."""

    def __init__(self, page: Page, scale: int = 1, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.page, self.scale = page, scale
        self.width, self.height = width, height
        page.set_content(f"<body style='margin:0'><div id=host style='width:{width}px;height:{height}px'></div>")
        page.evaluate(HARNESS, MODULE.read_text(encoding="utf-8"))

    def start(self, x: Any, y: Any, *, codes: Any = None, **options: Any) -> dict[str, Any]:
        """Draw points; four colors by code."""
        self.page.evaluate("(options) => start(options)", {"renderer": "cpu"} | options)
        return self.points(x, y, codes)

    def points(self, x: Any, y: Any, codes: Any = None) -> dict[str, Any]:
        """Draw other points."""
        self.x, self.y = np.asarray(x, np.float32), np.asarray(y, np.float32)
        colors = [f"rgb{color}" for color in COLORS]
        given = {"x": _text(self.x), "y": _text(self.y), "colors": colors}
        if codes is not None:
            given["codes"] = _text(np.asarray(codes, np.uint16))
        return self.after(
            """plot.setPoints(numbers(given.x, Float32Array), numbers(given.y, Float32Array));
            const { codes, colors } = given;
            if (codes) plot.setColoring({ kind: "classes", codes: numbers(codes, Uint16Array), colors });""",
            **given,
        )

    def after(self, change: str, **given: Any) -> dict[str, Any]:
        """Run a change, and return the status when all is drawn."""
        found: dict[str, Any] = self.page.evaluate(f"(given) => drawn(() => {{ {change} }})", given)
        return found

    def do(self, script: str) -> Any:
        """Run a script."""
        return self.page.evaluate(script)

    def heard(self, name: str) -> list[Any]:
        """Return what was said of something, and forget it."""
        return list(self.page.evaluate("(name) => take(name)", name))

    def settled(self) -> None:
        """Wait until all is drawn and nothing more is to come."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.wait_for_function("() => last !== null && !last.sampled")

    def area(self) -> tuple[int, int, int, int]:
        """Return left, top, width and height of the plot, in CSS pixels."""
        box = self.page.evaluate("() => box()")
        return int(box[0]), int(box[1]), int(box[2]), int(box[3])

    def pixels(self) -> np.ndarray:
        """Return what is seen of the plot: rows × columns × 3."""
        left, top, width, height = self.area()
        shot = self.page.screenshot(clip={"x": left, "y": top, "width": width, "height": height})
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)

    def places(self) -> np.ndarray:
        """Return where the rows stand, in device pixels of the plot: column, row."""
        view = self.page.evaluate("() => plot.view")
        _, _, width, height = self.area()
        u = (self.x.astype(float) - view["x0"]) / (view["x1"] - view["x0"]) * width
        v = (view["y1"] - self.y.astype(float)) / (view["y1"] - view["y0"]) * height
        return np.column_stack([u, v]) * self.scale


def lattice() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 64 separated points, and four colors in turn."""
    x, y = np.meshgrid(np.linspace(1, 9, 8), np.linspace(1, 9, 8))
    return x.ravel(), y.ravel(), np.arange(64) % 4


def clumps(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points in four clumps, sorted by clump."""
    random = np.random.default_rng(seed)
    codes = np.sort(np.arange(n) % 4)
    centers = np.array([[2, 2], [7, 3], [4, 7], [8, 8]])
    x, y = (centers[codes] + random.normal(0, 0.9, (n, 2))).T
    return x, y, codes


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def colored(pixels: np.ndarray, color: tuple[int, int, int], slack: int = 1) -> np.ndarray:
    """Return which pixels have a color."""
    return (np.abs(pixels - np.array(color)) <= slack).all(axis=2)


def toward(color: tuple[int, int, int], part: float, ground: tuple[int, int, int] = GROUND) -> tuple[int, int, int]:
    """Return a color on its way to the ground."""
    r, g, b = (round(a + (z - a) * part) for a, z in zip(color, ground, strict=True))
    return r, g, b


def inside(polygon: list[tuple[float, float]], places: np.ndarray) -> np.ndarray:
    """Return which places are in a polygon, by the even-odd rule."""
    found = np.zeros(len(places), bool)
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if ay == by:
            continue
        meets = ((ay > places[:, 1]) != (by > places[:, 1])) & (
            places[:, 0] < (bx - ax) * (places[:, 1] - ay) / (by - ay) + ax
        )
        found ^= meets
    return found
