"""The compare page: linked maps of digits, one selection, the quality of each."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.e2e.conftest import Server
from tests.e2e.test_explore import until

ROWS = 200
COMPUTING = 300_000
"""Milliseconds that a run may take on a busy machine; nothing is timed here."""
FLOW = f"""\
title: Digits on three maps
steps:
  all: {{collect.digits: {{}}}}
  digits: {{process.sample: {{table: all, rows: {ROWS}, seed: 0}}}}
  pca: {{learn.pca: {{table: digits, components: 2}}}}
  tsne: {{learn.tsne: {{table: digits, perplexity: 20, seed: 0}}}}
  umap: {{learn.umap: {{table: digits, neighbors: 10, seed: 0}}}}
  pca_quality: {{interpret.map_quality: {{map: pca, data: digits, label: digit}}}}
  tsne_quality: {{interpret.map_quality: {{map: tsne, data: digits, label: digit}}}}
  umap_quality: {{interpret.map_quality: {{map: umap, data: digits, label: digit}}}}
  few: {{process.sample: {{table: digits, rows: 60, seed: 1}}}}
  some: {{learn.pca: {{table: few, components: 2}}}}
"""
BLUE = (0x05, 0x91, 0xFD)
"""The first of ten classes: the digit 0."""


class Api:
    """What the page's server says, asked beside the page."""

    def __init__(self, page: Page, server: Server, file: str) -> None:
        self.request, self.at, self.file = page.request, server.address.split("/?")[0], file

    def get(self, path: str, **query: Any) -> Any:
        return self.request.get(f"{self.at}/api/{path}", params={"file": self.file, **query})

    def post(self, path: str, **body: Any) -> Any:
        headers = {"content-type": "application/json", "x-tenkai": "1"}
        data = json.dumps({"file": self.file, **body})
        return self.request.post(f"{self.at}/api/{path}", data=data, headers=headers).json()

    def numbers(self, ref: str, column: str) -> NDArray[np.float32]:
        return np.frombuffer(self.get("numbers", ref=ref, column=column).body(), "<f4")

    def ids(self, ref: str) -> list[str]:
        return list(self.post("rows", ref=ref, start=0, count=2000, columns=[])["ids"])


def pixels(place: Locator) -> NDArray[np.int16]:
    with Image.open(io.BytesIO(place.screenshot())) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def colored(place: Locator, color: tuple[int, int, int]) -> int:
    """Return how many pixels have nearly a color."""
    return int((np.abs(pixels(place) - np.array(color)).max(axis=2) < 40).sum())


def has(place: Locator, color: tuple[int, int, int]) -> bool:
    """Say whether more than a few pixels have a color."""
    return colored(place, color) > 100


def lasso(page: Page, panel: Locator, corners: list[tuple[float, float]]) -> None:
    """Draw a lasso in units of the map."""
    x0, x1, y0, y1 = (float(v) for v in (panel.locator(".map-plot").get_attribute("data-view") or "").split())
    box = panel.locator("canvas").first.bounding_box()
    assert box is not None
    path = [
        (box["x"] + (x - x0) / (x1 - x0) * box["width"], box["y"] + (y1 - y) / (y1 - y0) * box["height"])
        for x, y in [*corners, corners[0]]
    ]
    page.mouse.move(*path[0])
    page.mouse.down()
    for place in path[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


@pytest.mark.slow
@pytest.mark.row("I2")
def test_maps_of_digits_share_one_selection_and_tell_their_quality(
    serve: Callable[[], Server], page: Page, faults: list[str], folder: Path
) -> None:
    (folder / "maps.yaml").write_text(FLOW, encoding="utf-8")
    server = serve()
    page.goto(server.address)
    page.get_by_role("banner").get_by_label("Workflow").select_option("maps.yaml")
    page.keyboard.press("3")
    page.locator("[data-state=empty]").get_by_role("button", name="Run").click()
    panels = page.locator(".map-panel")
    expect(panels).to_have_count(4, timeout=COMPUTING)
    api = Api(page, server, "maps.yaml")

    expect(page.locator(".legend-row .class")).to_have_text([str(k) for k in range(10)])
    # Every panel has its title, its stored quality, and points in the color of their class.
    expect(page.locator(".map-panel h2")).to_have_text(["PCA (pca)", "t-SNE", "UMAP", "PCA (some)"])
    for node in ("pca", "tsne", "umap"):
        panel = page.locator(f'[data-map="{node}#0"]')
        expect(panel.locator("[data-score=trustworthiness]")).to_be_visible(timeout=COMPUTING)
        stored = api.get("value", ref=f"{node}_quality.scores").json()["measures"]
        for score in ("trustworthiness", "continuity", "label_accuracy"):
            told = panel.locator(f"[data-score={score}]")
            assert float(told.get_attribute("data-value") or "nan") == stored[score]
            expect(told.locator("dd")).to_contain_text(f"{stored[score]:.3g}")
        expect(panel.locator(".map-plot")).not_to_have_attribute("data-view", "")
        until(page, partial(has, panel.locator(".map-place"), BLUE))

    # A lasso in one map selects the same rows in all of them, by row id.
    x, y = api.numbers("pca", "PCA1"), api.numbers("pca", "PCA2")
    low, high = np.quantile(x, [0.55, 0.98])
    bottom, top = np.quantile(y, [0.3, 0.9])
    inside = (x > low) & (x < high) & (y > bottom) & (y < top)
    expected = [i for i, kept in zip(api.ids("pca"), inside, strict=True) if kept]
    assert 20 < len(expected) < 120
    first = page.locator('[data-map="pca#0"]')
    lasso(page, first, [(low, bottom), (high, bottom), (high, top), (low, top)])
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", str(len(expected)))
    for node in ("pca", "tsne", "umap"):
        expect(page.locator(f'[data-map="{node}#0"]')).to_have_attribute("data-selected", str(len(expected)))
    few = set(api.ids("some")) & set(expected)
    expect(page.locator('[data-map="some#0"]')).to_have_attribute("data-selected", str(len(few)))
    page.get_by_role("button", name="Show rows").click()
    expect(page.locator(".selection-rows tbody th")).to_have_text(expected)

    # A lasso in another map makes another selection, which the first one shows.
    page.get_by_role("button", name="Hide rows").click()
    u, v = api.numbers("tsne", "TSNE1"), api.numbers("tsne", "TSNE2")
    left = (u < np.median(u)) & (v < np.median(v))
    edges = float(u.min()) - 0.1, float(v.min()) - 0.1, float(np.median(u)), float(np.median(v))
    there = page.locator('[data-map="tsne#0"]')
    lasso(page, there, [(edges[0], edges[1]), (edges[2], edges[1]), (edges[2], edges[3]), (edges[0], edges[3])])
    expect(first).to_have_attribute("data-selected", str(int(left.sum())))

    # Turned alike, a map fits the first one as well as SciPy makes it.
    from scipy.spatial import procrustes

    page.get_by_label("Turn alike").check()
    disparity = procrustes(np.column_stack([x, y]), np.column_stack([u, v]))[2]
    expect(there.locator(".map-foot")).to_contain_text(f"distance left after turning: {disparity:.3g}")

    # Escape clears, a map fewer leaves the grid, a title opens the explore page.
    page.keyboard.press("Escape")
    expect(page.locator(".selection-bar")).to_have_count(0)
    page.get_by_role("button", name="Maps (4)").click()
    page.get_by_label("some PCA").uncheck()
    expect(panels).to_have_count(3)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="UMAP", exact=True).click()
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    assert faults == []
