"""The explore page: a newcomer's path, the mosaic and the strip of the digits, notes, things in three dimensions."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect
from tests.e2e.conftest import Server
from tests.e2e.explored import Plot, mosaic_is, open_file, pixels

LONG = 60_000
ENOUGH = 200
"""Looks at the page, a tenth of a second apart, until something is to be seen."""

DIGITS = """\
steps:
  digits: {collect.digits: {}}
  pca: {learn.pca: {table: digits, components: 2}}
"""


def until(page: Page, seen: Callable[[], bool]) -> None:
    """Wait for what is to be seen on a canvas, which has no text."""
    for _ in range(ENOUGH):
        if seen():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to be seen")


def run_and_wait(page: Page, n: int) -> Plot:
    page.get_by_role("button", name="Run", exact=True).first.click()
    expect(page.locator(f".explore-status[data-points='{n}']")).to_be_visible(timeout=2 * LONG)
    return Plot(page)


@pytest.mark.slow
@pytest.mark.row("F5", "I2", "I12", "I15", "I21")
def test_a_newcomer_maps_selects_reads_saves_reruns_and_reports(
    serve: Callable[[], Server], page: Page, faults: list[str], data_dir: Path, folder: Path, tmp_path: Path
) -> None:
    """From a dropped file to a report that opens from disk."""
    page.goto(serve().address)
    source = data_dir / "mi" / "Carbon8_descriptor_selected.csv"
    drop_file(page, source)
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.get_by_role("tab", name="Explore").click()
    plot = run_and_wait(page, 144)
    expect(page.get_by_label("Value")).to_have_value("pca.map")

    page.get_by_label("color").first.select_option("polytype")
    legend = page.locator(".legend")
    expect(legend).to_contain_text("nanotube")
    before = pixels(plot.place)
    assert len(np.unique(before.reshape(-1, 3), axis=0)) > 10  # classes in colors of their own

    # The group: the atoms of the nanotube, which lie side by side on the map of PCA.
    table = pl.read_csv(source)
    kinds = table["polytype"].to_list()
    map_of = coordinates(page, "PCA1", "PCA2")
    group = np.array([k == "nanotube" for k in kinds])
    middle, reach = map_of[group].mean(axis=0), np.ptp(map_of[group], axis=0) / 2
    turn = np.linspace(0, 2 * math.pi, 40)
    path = [
        plot.at(middle[0] + (reach[0] + 0.12) * math.cos(a), middle[1] + (reach[1] + 0.12) * math.sin(a)) for a in turn
    ]
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Lasso")).to_have_attribute("aria-pressed", "true")
    plot.drag(path)
    inside = np.array([within(plot, path, p) for p in map_of])
    expect(page.locator(f".selection[data-selected='{inside.sum()}']")).to_be_visible()
    assert 0 < inside.sum() < 144
    until(page, lambda: bool(np.abs(pixels(plot.place) - before).max() > 60))

    # What sets it apart, against all columns of the file, by brute force.
    first = page.locator(".contrast li").first
    expect(first).to_have_attribute("data-column", strongest(table, inside))
    expect(first).to_contain_text("100 % inside")

    page.get_by_role("button", name="Save as step").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the step").fill("tubes")
    dialog.get_by_label("Note").fill("All of one kind.")
    dialog.get_by_role("button", name="Save", exact=True).click()
    # The maps that come later may still be computed: one run at a time.
    run_it = dialog.get_by_role("button", name="Run it")
    expect(run_it).to_be_enabled(timeout=4 * LONG)
    run_it.click()
    expect(page.locator(".notes")).to_contain_text("All of one kind.")
    (workflow,) = folder.glob("*.yaml")
    assert "tubes" in workflow.read_text(encoding="utf-8")
    value = page.get_by_label("Value")
    expect(value.locator("option[value='tubes.table']")).to_be_attached(timeout=LONG)
    value.select_option("tubes.table")
    expect(page.locator(f".explore-status[data-points='{inside.sum()}']")).to_be_visible()

    page.get_by_role("tab", name="Report").click()
    page.locator("#finding").fill("The tubes lie together.")
    page.keyboard.press("Tab")
    until(page, lambda: "The tubes lie together." in workflow.read_text(encoding="utf-8"))
    with page.expect_download(timeout=LONG) as taken:
        page.get_by_role("button", name="Save the report").click()
    target = tmp_path / "report.html"
    taken.value.save_as(target)
    page.goto(target.as_uri())
    expect(page.locator("body")).to_contain_text("The tubes lie together.")
    picture = page.locator("#figures img").first
    picture.scroll_into_view_if_needed()
    assert faults == []  # before the picture is taken: hiding what lies over it is a style the file forbids
    assert np.ptp(pixels(picture)) > 100


def drop_file(page: Page, source: Path) -> None:
    """Drop a file on the page, as from the desktop."""
    page.locator(".drop").evaluate(
        """(place, [name, text]) => {
            const given = new DataTransfer();
            given.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name));
            place.dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
        }""",
        [source.name, base64.b64encode(source.read_bytes()).decode()],
    )


def ask(page: Page, path: str, **body: Any) -> Any:
    """Ask the server as the page does."""
    return page.evaluate(
        """async ([path, body]) => {
            const headers = {"content-type": "application/json", "x-tenkai": "1"};
            const answer = await fetch(`/api/${path}`, {method: "POST", headers, body: JSON.stringify(body)});
            if (!answer.ok) throw new Error(await answer.text());
            return answer.json();
        }""",
        [path, body],
    )


def coordinates(page: Page, *columns: str) -> NDArray[np.float32]:
    """Return columns of the map that is shown, as single precision: what the plot has."""
    file = page.get_by_label("Workflow", exact=True).first.input_value()
    rows = ask(page, "rows", file=file, ref="pca", point=0, start=0, count=2000, columns=list(columns))
    return np.array([rows["columns"][c] for c in columns], np.float32).T


def within(plot: Plot, path: list[tuple[float, float]], point: NDArray[np.float32]) -> bool:
    """Say whether a point is inside a path on the screen: the number of crossings of a ray is odd."""
    x, y = plot.at(float(point[0]), float(point[1]))
    crossings = 0
    for (ax, ay), (bx, by) in zip(path, [*path[1:], path[0]], strict=True):
        crossings += (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax)
    return crossings % 2 == 1


def strongest(table: pl.DataFrame, inside: NDArray[np.bool_]) -> str:
    """Return the column of the file that differs most: rank-biserial correlation over all pairs, and Cramér's V."""
    found: dict[str, float] = {}
    for name in table.columns:
        if name in ("key", "atom"):
            continue
        if table[name].dtype.is_numeric():
            values = table[name].to_numpy()
            found[name] = abs(np.sign(values[inside][:, None] - values[~inside][None, :]).mean())
        else:
            labels = np.array(table[name].to_list())
            counts = np.array([[(labels[side] == k).sum() for k in np.unique(labels)] for side in (inside, ~inside)])
            expected = counts.sum(1, keepdims=True) * counts.sum(0) / counts.sum()
            found[name] = math.sqrt(((counts - expected) ** 2 / expected).sum() / counts.sum())
    return max(found, key=lambda n: found[n])


@pytest.mark.slow
@pytest.mark.row("I11", "I12", "I13", "I14")
def test_the_mosaic_and_the_strip_are_those_of_the_article(
    serve: Callable[[], Server], page: Page, faults: list[str], folder: Path
) -> None:
    """The rule by brute force, on the picture that is drawn; three zooms, the last at another number of cells."""
    (folder / "digits.yaml").write_text(DIGITS, encoding="utf-8")
    open_file(page, serve(), "digits.yaml")
    plot = run_and_wait(page, 1797)
    from sklearn.datasets import load_digits

    data = load_digits()
    grays = np.rint(data.images * 255 / 16)
    map_of = coordinates(page, "PCA1", "PCA2")
    page.get_by_role("button", name="Mosaic").click()
    for zoom, cells in enumerate((15, 15, 25)):
        if zoom:
            area = plot.area
            page.mouse.move(area["x"] + area["width"] * 0.4, area["y"] + area["height"] * 0.45)
            seen = plot.view
            page.mouse.wheel(0, -400)
            until(page, partial(has_moved, plot, seen))
            page.mouse.move(5, 5)
        page.get_by_label("cells").fill(str(cells))
        until(page, partial(mosaic_is, plot, map_of, grays, cells))

    # The strip: a box around row 1118, the rows inside by x, with row and label on each tile.
    page.get_by_role("button", name="Mosaic").click()
    page.get_by_role("button", name="Fit").click()
    page.keyboard.press("b")
    x, y = (float(v) for v in map_of[1118])
    plot.drag([plot.at(x - 1.5, y + 1.5), plot.at(x, y), plot.at(x + 1.5, y - 1.5)])
    (left, top), (right, bottom) = plot.at(x - 1.5, y + 1.5), plot.at(x + 1.5, y - 1.5)
    places = np.array([plot.at(float(a), float(b)) for a, b in map_of])
    chosen = np.flatnonzero((places > [left, top]).all(axis=1) & (places < [right, bottom]).all(axis=1))
    expected = chosen[np.argsort(map_of[chosen, 0], kind="stable")]
    assert 1118 in expected and len(expected) > 3
    expect(page.locator(f".gallery-room[data-total='{len(expected)}']")).to_be_visible()
    tiles = page.locator(".thing")
    expect(tiles.first).to_have_attribute("data-position", str(expected[0]))
    shown = [int(t.get_attribute("data-position") or -1) for t in tiles.all()]
    assert shown == expected[: len(shown)].tolist()
    for tile, row in zip(tiles.all()[:4], expected, strict=False):
        expect(tile.locator("canvas")).to_have_attribute("data-drawn", "true")
        expect(tile).to_contain_text(f"Row{row}{data.target[row]}")
        drawn = blocks(pixels(tile.locator("canvas"))[:, :, 0], 8)
        assert np.abs(drawn - grays[row]).max() < 8
    page.get_by_label("names").uncheck()
    expect(page.locator(".thing-name")).to_have_count(0)
    assert faults == []


def has_moved(plot: Plot, before: tuple[float, float, float, float]) -> bool:
    return plot.view != before


def blocks(picture: NDArray[np.int16], n: int) -> NDArray[np.float64]:
    """Return the middle of each of n by n blocks of a picture."""
    at = ((np.arange(n) + 0.5) * picture.shape[0] / n).astype(int)
    return np.asarray(picture[np.ix_(at, at)], np.float64)


THINGS = """\
steps:
  raw: {collect.csv: {path: things.csv, row_id: name}}
  things: {process.molecules: {table: raw}}
  crystals: {process.structures: {table: raw, column: poscar}}
"""
SALT = "Na Cl\\n1.0\\n0 2.8 2.8\\n2.8 0 2.8\\n2.8 2.8 0\\nNa Cl\\n1 1\\ndirect\\n0 0 0\\n0.5 0.5 0.5\\n".replace(
    "\\n", "\n"
)


@pytest.mark.slow
@pytest.mark.row("F5", "I15")
def test_things_are_turned_in_three_dimensions_and_notes_come_back(
    serve: Callable[[], Server], page: Page, faults: list[str], folder: Path
) -> None:
    """Molecules are built by RDKit, crystals drawn with their cell; what is drawn is looked at, not only promised."""
    pl.DataFrame({
        "name": ["ethanol", "benzene", "acetone"], "SMILES": ["CCO", "c1ccccc1", "CC(C)=O"],
        "x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 0.5], "poscar": [SALT] * 3,
    }).write_csv(folder / "things.csv")  # fmt: skip
    (folder / "things.yaml").write_text(THINGS, encoding="utf-8")
    open_file(page, serve(), "things.yaml")
    run_and_wait(page, 3)
    page.get_by_label("Value").select_option("things.table")
    page.locator(".thing", has_text="ethanol").click()
    drawer = page.locator(".drawer")
    expect(drawer).to_contain_text("C2H6O")
    view = drawer.locator(".structure-view[data-drawn=true]")
    expect(view).to_be_visible()
    until(page, lambda: is_drawn(view))
    page.keyboard.press("ArrowRight")
    expect(drawer).to_contain_text("C6H6")
    until(page, lambda: is_drawn(view))
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)

    page.get_by_label("Value").select_option("crystals.table")
    page.locator(".thing", has_text="acetone").click()
    expect(drawer).to_contain_text("NaCl")
    until(page, lambda: is_drawn(view))
    page.keyboard.press("Escape")

    # A note on two of the rows; cleared, found again by a click, moved to another value, taken away.
    plot = Plot(page)
    page.keyboard.press("b")
    plot.drag([plot.at(0.5, 1.03), plot.at(1.0, 0.6), plot.at(2.05, 0.2)])
    expect(page.locator(".selection[data-selected='2']")).to_be_visible()
    page.get_by_role("button", name="Note", exact=True).click()
    page.get_by_role("dialog").get_by_label("Note").fill("The two on the right.")
    page.get_by_role("button", name="Keep").click()
    note = page.locator(".notes .note-text")
    expect(note).to_contain_text("The two on the right.")
    page.keyboard.press("Escape")
    expect(page.locator(".selection[data-selected='0']")).to_be_visible()
    page.get_by_label("Value").select_option("things.table")
    page.locator(".marker[data-kind=note]").click()
    expect(page.locator(".selection[data-selected='2']")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(note).to_have_count(0)
    assert faults == []


def is_drawn(place: Locator) -> bool:
    """Say whether there are atoms: many tones on a plain ground."""
    return len(np.unique(pixels(place).reshape(-1, 3), axis=0)) > 100
