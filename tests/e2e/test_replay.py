"""The replay page: steps watched while they learn, and moved through afterwards."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.e2e.conftest import Server

DIGITS = """\
title: Digits
steps:
  all: {collect.digits: {}}
  digits: {process.filter: {table: all, where: row_number <= 600}}
  tsne:
    learn.tsne: {table: digits, columns: {except: [digit]}, iterations: 1000, history: 250}
  groups:
    learn.k_means: {table: digits, columns: {except: [digit]}, clusters: 10, history: 1}
"""


def opened(server: Server, page: Page, file: str) -> None:
    page.goto(f"{server.address}#replay/{file}")
    # The start takes the token out of the address, and the page with it.
    page.locator("header select").first.select_option(file)
    page.get_by_role("tab", name="Replay").click()
    expect(page.locator("[data-page=replay]")).to_be_visible()


def pixels(place: Locator) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("RGB"), int)


def colored(picture: np.ndarray) -> int:
    """Count pixels that are no gray."""
    return int((np.ptp(picture, axis=2) > 60).sum())


def shown(page: Page) -> tuple[int, float]:
    """Iteration and loss, as the page says them."""
    title = page.locator(".replay-title")
    return int(title.get_attribute("data-iteration") or -1), float(title.get_attribute("data-value") or "nan")


@pytest.mark.slow
@pytest.mark.row("L26", "I16")
def test_the_study_of_factors_is_moved_through_and_saved_as_a_film(
    serve: Callable[[], Server], folder: Path, page: Page, faults: list[str]
) -> None:
    server = serve()
    page.goto(server.address)
    page.locator(".empty li", has_text="nmf-replay").get_by_role("button").first.click()
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.get_by_role("tab", name="Replay").click()
    page.get_by_role("button", name="Run to this step").click()
    figure = page.locator(".replay-factors svg")
    expect(figure).to_be_visible()
    # The loss after 50 updates is that of the study.
    expect(page.locator(".replay-title")).to_have_text("Iteration 50 · loss 1.494")
    last = pixels(figure)

    asked = page.request.post(
        f"http://127.0.0.1:{server.port}/api/rows",
        data={"file": "nmf-replay.yaml", "ref": "nmf.history", "point": 0, "start": 0, "count": 51},
        headers={"x-tenkai": "1", "origin": f"http://127.0.0.1:{server.port}"},
    )
    stored = asked.json()["columns"]
    page.locator(".replay-title").click()  # the focus leaves the buttons
    for key, iteration in (("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("End", 50)):
        page.keyboard.press(key)
        expect(page.locator(".replay-title")).to_have_attribute("data-iteration", str(iteration))
        assert stored["iteration"][iteration] == iteration
        assert shown(page) == (iteration, stored["loss"][iteration])
    page.keyboard.press("Home")
    expect(figure.locator("text", has_text="Iteration 0, loss 292.8")).to_be_visible()
    assert (np.abs(pixels(figure) - last).max(axis=2) > 60).sum() > 500

    # Played from the first iteration it comes to the last by itself.
    page.get_by_label("Speed").select_option("40")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".replay-title")).to_have_attribute("data-iteration", "50")
    expect(page.get_by_role("button", name="Play")).to_be_visible()

    # Of fewer kept iterations a film is quickly drawn: one frame each.
    flow = folder / "nmf-replay.yaml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("history: 1", "history: 25"), encoding="utf-8")
    expect(page.locator(".replay[data-state=stale]")).to_be_visible()
    page.get_by_role("button", name="Run to this step").click()
    expect(page.locator(".replay[data-state=kept]")).to_be_visible()
    page.get_by_label("Format of the film").select_option("webp")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save as a film").click()
    assert waited.value.suggested_filename == "nmf.webp"
    assert Image.open(waited.value.path()).n_frames == 3
    assert faults == []


@pytest.mark.slow
@pytest.mark.row("L26")
def test_a_map_is_watched_while_it_is_laid_out_and_then_moved_through(
    serve: Callable[[], Server], folder: Path, page: Page, faults: list[str]
) -> None:
    # As long as it is watched it learns, on a fast machine too, and so many rows do not come to rest soon.
    flow = DIGITS.replace("<= 600", "<= 1797")
    (folder / "digits.yaml").write_text(flow.replace("1000", "100000"), encoding="utf-8")
    opened(serve(), page, "digits.yaml")
    expect(page.locator(".replay-missing")).to_contain_text("Run the step to watch it learn")
    page.get_by_role("button", name="Run to this step").click()
    learning = page.locator(".replay[data-state=live]")
    expect(learning).to_be_visible()
    plot = page.locator(".replay-plot")
    expect(page.locator(".replay-legend li")).to_have_count(11)  # ten digits and the name
    # Two looks at the run, while it goes on: other iterations, other pixels, all in the colors of the digits.
    first, before = shown(page)[0], pixels(plot)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".replay-title")).not_to_have_attribute("data-iteration", str(first))
    expect(page.locator(".replay-title")).to_contain_text("KL divergence")
    second, after = shown(page)[0], pixels(plot)
    assert second > first
    assert min(colored(before), colored(after)) > 2000
    moved = 0
    for _ in range(20):
        moved = max(moved, int((np.abs(before - pixels(plot)).max(axis=2) > 60).sum()))
        if moved > 500:
            break
        expect(page.locator(".replay-title")).not_to_have_attribute("data-iteration", str(shown(page)[0]))
    assert moved > 500

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Run to this step")).to_be_visible()
    (folder / "digits.yaml").write_text(flow, encoding="utf-8")
    page.get_by_role("button", name="Run to this step").click()
    kept = page.locator(".replay[data-state=kept]")
    expect(kept).to_be_visible()
    expect(page.locator(".replay-title")).to_contain_text(re.compile("Iteration 1,250 · KL divergence 0"))
    last = pixels(plot)
    page.locator(".replay-title").click()
    page.keyboard.press("Home")
    expect(page.locator(".replay-title")).to_contain_text("Iteration 0 · ")
    start = pixels(plot)
    assert colored(start) > 2000
    assert (np.abs(start - last).max(axis=2) > 60).sum() > 2000
    page.keyboard.press("ArrowRight")
    expect(page.locator(".replay-title")).to_contain_text("Iteration 250 · ")

    # Rounds of k-means on the same rows, with their centers on the map that is there.
    page.get_by_label("Step").select_option("groups")
    page.get_by_role("button", name="Run to this step").click()
    expect(page.locator(".replay[data-state=kept]")).to_be_visible()
    expect(page.locator(".replay-title")).to_contain_text("inertia")
    expect(page.get_by_label("Across")).to_have_value("TSNE1")
    expect(page.locator(".replay-legend li")).to_have_count(11)
    late = pixels(plot)
    page.locator(".replay-title").click()
    page.keyboard.press("Home")
    expect(page.locator(".replay-title")).to_contain_text("Iteration 0 · ")
    assert (np.abs(pixels(plot) - late).max(axis=2) > 60).sum() > 500

    # A change makes it stale: what was kept stays in view, and is said to be old.
    (folder / "digits.yaml").write_text(flow.replace("clusters: 10", "clusters: 9"), encoding="utf-8")
    expect(page.locator(".replay[data-state=stale]")).to_contain_text("The workflow has changed since")
    expect(page.locator(".replay-title")).to_contain_text("Iteration 0 · inertia")
    assert faults == []


@pytest.mark.slow
def test_what_was_not_kept_is_kept_with_one_click(
    serve: Callable[[], Server], folder: Path, page: Page, faults: list[str]
) -> None:
    flow = DIGITS.replace(", history: 250", "").replace("iterations: 1000", "iterations: 200")
    flow = flow.replace("clusters: 10", "clusters: {sweep: [4, 10]}")
    (folder / "digits.yaml").write_text(flow, encoding="utf-8")
    opened(serve(), page, "digits.yaml")
    page.get_by_label("Step").select_option("groups")
    # What is swept is told before anything is computed.
    points = page.get_by_label("Point of the sweep")
    expect(points.locator("option")).to_have_text(["clusters = 4", "clusters = 10"])
    points.select_option("clusters = 10")
    expect(page.locator(".replay-missing")).to_be_visible()
    page.get_by_label("Step").select_option("tsne")
    page.get_by_role("button", name="Run to this step").click()
    page.get_by_role("button", name="Keep every 10 iterations, and run again").click()
    expect(page.locator(".replay[data-state=kept]")).to_be_visible()
    expect(page.locator(".replay-title")).to_contain_text("Iteration 450 · KL divergence")
    assert "history: 10" in (folder / "digits.yaml").read_text(encoding="utf-8")
    # In Japanese and in the dark the same is there.
    page.get_by_label("Language").select_option("ja")
    expect(page.locator(".replay-title")).to_contain_text("反復 450")
    expect(page.get_by_role("button", name="再生")).to_be_visible()
    assert faults == []
