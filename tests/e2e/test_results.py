"""The results page: a cut line that moves, cells and points that are rows, a board that filters, a best setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score
from tests.e2e.conftest import Server
from tests.e2e.test_compare import COMPUTING, Api
from tests.workbench.test_results import FLOW, HEIGHT, table


@pytest.fixture
def opened(serve: Callable[[], Server], page: Page, folder: Path) -> Api:
    """Return what was computed, with its results page open."""
    table().write_csv(folder / "rows.csv")
    (folder / "flow.yaml").write_text(FLOW, encoding="utf-8")
    server = serve()
    page.goto(server.address)
    page.get_by_role("banner").get_by_label("Workflow").select_option("flow.yaml")
    page.get_by_role("tab", name="Results").click()
    page.locator("[data-state=empty]").get_by_role("button", name="Run").click()
    expect(page.locator("[data-choice=best]")).to_be_visible(timeout=COMPUTING)
    expect(page.get_by_text("at rest")).to_be_visible(timeout=COMPUTING)
    return Api(page, server, "flow.yaml")


def click(page: Page, mark: Locator, **how: str) -> None:
    """Click into the middle of a mark."""
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    if how:
        page.keyboard.down(how["key"])
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    if how:
        page.keyboard.up(how["key"])


def selected(page: Page) -> list[str]:
    """Return the row ids in the bar of the selection."""
    bar = page.locator(".selection-bar")
    if bar.get_by_role("button", name="Show rows").count():
        bar.get_by_role("button", name="Show rows").click()
    expect(bar.locator("tbody tr")).to_have_count(int(bar.get_attribute("data-selected") or 0))
    return bar.locator("tbody th").all_text_contents()


@pytest.mark.slow
@pytest.mark.row("I3")
def test_the_cut_line_moves_and_gives_the_clusters_of_scipy(
    opened: Api, page: Page, faults: list[str], folder: Path
) -> None:
    X = table().select("a", "b", "c").to_numpy()
    merges = hierarchy.linkage(X, "average")
    tree = page.locator("[data-figure=drawn] .cut-tree")
    line = tree.get_by_role("slider")
    line.scroll_into_view_if_needed()
    expect(tree).to_have_attribute("data-clusters", "3")
    for clusters in (4, 5):
        line.press("ArrowRight")
        expect(tree).to_have_attribute("data-clusters", str(clusters))
    line.press("ArrowLeft")
    expect(tree).to_have_attribute("data-clusters", "4")

    # Dragged: what stands under the line is what SciPy makes of its height.
    box = line.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=3)
    page.mouse.up()
    expect(tree).not_to_have_attribute("data-clusters", "4")
    expect(tree).to_have_attribute("data-busy", "false")
    height = float(tree.get_attribute("data-height") or "nan")
    theirs = hierarchy.fcluster(merges, height, "distance")
    expect(tree).to_have_attribute("data-clusters", str(len(set(theirs))))
    expect(tree.locator(".cut-map canvas").first).to_be_visible()

    # Written to the workflow, the step makes the same clusters.
    tree.get_by_role("button", name="Set as step").click()
    expect(tree.get_by_text("Written to the workflow")).to_be_visible()
    text = (folder / "flow.yaml").read_text(encoding="utf-8")
    assert "learn.cut" in text
    assert f"height: {height:g}" in text
    opened.post("run")
    for _ in range(COMPUTING // 200):
        if opened.get("value", ref="cut").status == 200:
            break
        page.wait_for_timeout(200)
    cells = opened.post("rows", ref="cut", start=0, count=HEIGHT, columns=["cluster"])["columns"]["cluster"]
    assert adjusted_rand_score(theirs, cells) == 1

    # Another method is another tree: the step is changed in the file, and computed again.
    expect(page.get_by_text("at rest")).to_be_visible(timeout=COMPUTING)
    page.locator("[data-figure=drawn]").get_by_role("combobox", name="Method").select_option("complete")
    said = page.locator("[data-figure=drawn] .figure").get_by_text("complete linkage", exact=False)
    expect(said).to_be_visible(timeout=COMPUTING)
    expect(page.locator("[data-figure=drawn]")).to_have_attribute("data-stale", "false")
    assert "method: complete" in (folder / "flow.yaml").read_text(encoding="utf-8")
    assert faults == []


@pytest.mark.slow
@pytest.mark.row("I5", "I8", "F6")
def test_cells_points_and_lines_lead_to_their_rows(opened: Api, page: Page, faults: list[str], folder: Path) -> None:
    # The best setting, and the objective it reached.
    best = opened.get("value", ref="best.best").json()["measures"]
    choice = page.locator("[data-choice=best]")
    expect(choice.locator(".chosen")).to_have_text(f"neighbors = {best['neighbors']}")
    expect(choice).to_contain_text(f"{best['accuracy']:.5g}")

    # A cell of the confusion matrix is the rows with that observed and that predicted class.
    rows = opened.post("rows", ref="held", point=0, start=0, count=HEIGHT)
    observed, guess = rows["columns"]["kind"], rows["columns"]["predicted"]
    figure = page.locator("[data-figure=confusion]")
    cells = figure.locator(".mark-rect.role-mark path")
    classes = "xyz"
    for o, p in ((0, 0), (1, 2)):
        expected = [
            i for i, a, b in zip(rows["ids"], observed, guess, strict=True) if (a, b) == (classes[o], classes[p])
        ]
        if not expected:
            continue
        click(page, cells.nth(3 * o + p))
        expect(page.locator(".selection-bar")).to_have_attribute("data-selected", str(len(expected)))
        assert selected(page) == expected
        expect(figure.locator(".picking-over .picked")).to_have_count(1)

    # The same by keys: from the first cell to the right, and down.
    figure.locator(".picking").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expected = [i for i, a, b in zip(rows["ids"], observed, guess, strict=True) if (a, b) == ("y", "y")]
    expect(figure.locator(".picking-said")).to_have_text(f"y → y: {len(expected)}")
    page.keyboard.press("Enter")
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", str(len(expected)))
    assert selected(page) == expected

    # A point of the parity plot is a row; Shift adds one; a rectangle around all selects all.
    spec = opened.get("figure", ref="parity", form="json").json()
    ids = next([d["id"] for d in data] for data in spec["datasets"].values() if data and "id" in data[0])
    parity = page.locator("[data-figure=parity]")
    points = parity.locator(".mark-symbol.role-mark path")
    far = max(range(len(ids)), key=lambda k: (points.nth(k).bounding_box() or {"x": 0.0})["x"])
    click(page, points.nth(far))
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", "1")
    assert selected(page) == [ids[far]]
    expect(parity.locator(".picking-over .picked")).to_have_count(1)
    box = parity.locator(".figure svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3, steps=3)
    page.mouse.up()
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", str(HEIGHT))

    # A cell of the heat map tells row, column and value, and selects its row.
    heat = page.locator("[data-figure=part]")
    cell = heat.locator(".mark-rect.role-mark path").nth(2)
    cell.scroll_into_view_if_needed()
    cell.hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text(f"{table()['a'][11]:.4g}".replace("-", "−"))
    click(page, cell)
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", "1")
    assert selected(page) == [table()["name"][11]]

    # A large heat map is one image: the pointer and the keys tell its cells, and lead to their rows.
    large = page.locator("[data-figure=large]")
    image = large.locator(".figure image")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 1.5 / 3, box["y"] + box["height"] * 11.5 / HEIGHT)
    tip = large.locator(".pixel-tip dd")
    expect(tip).to_have_text([table()["name"][11], "b", f"{table()['b'][11]:.5g}"])
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", "1")
    assert selected(page) == [table()["name"][11]]
    expect(large.locator(".stripe-mark")).to_have_attribute("data-stripes", "1")
    large.locator(".picking").focus()
    page.mouse.move(box["x"] + box["width"] + 60, box["y"])
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    said = f"row {table()['name'][11]}, column b, value {table()['b'][11]:.5g}"
    expect(large.locator(".picking-said")).to_have_text(said)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", "2")
    assert selected(page) == [table()["name"][11], table()["name"][12]]
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] * 30.5 / HEIGHT)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] * 33.5 / HEIGHT, steps=3)
    page.mouse.up()
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", "4")
    assert selected(page) == table()["name"][30:34].to_list()

    # Of a tensor the labels of a recommended cell and the known cells lead to the rows that were folded into it.
    expected_list = page.locator("[data-recommender=expected]")
    first = expected_list.locator("tbody tr").first
    cell = str(first.get_attribute("data-cell"))
    for name, label in zip(("kind", "group"), cell.split(" "), strict=True):
        first.get_by_role("button", name=label, exact=True).click()
        expect(page.locator(".selection-bar")).to_have_attribute("data-selected", str(table()[name].eq(label).sum()))
        assert selected(page) == table()["name"].filter(table()[name] == label).to_list()
    known = first.locator(".evidence button").first
    kind, group = known.inner_text().split(" ")
    known.click()
    both = (table()["kind"] == kind) & (table()["group"] == group)
    expect(page.locator(".selection-bar")).to_have_attribute("data-selected", str(both.sum()))
    assert selected(page) == table()["name"].filter(both).to_list()
    expect(first.locator("th button")).to_have_count(0)  # a cell that is not known has no row

    # A brush over the lower end of an axis of the board keeps the points there.
    board = page.locator("[data-board=scores]")
    marks = board.locator(".mark-symbol.role-mark path")
    expect(marks.first).to_be_visible()
    expect(board.locator("tbody tr")).to_have_count(3)
    click(page, marks.first)
    expect(board.locator("tbody tr")).to_have_count(1)
    expect(board.locator("tbody tr")).to_have_attribute("data-point", "0")
    board.get_by_role("button", name="Show all points").click()
    expect(board.locator("tbody tr")).to_have_count(3)
    board.get_by_role("button", name="log_loss↓", exact=True).click()
    losses = [
        p["figures"]["log_loss"] for p in next(r for r in opened.get("scores").json() if r["ref"] == "scores")["points"]
    ]
    expect(board.locator("tbody tr").first).to_have_attribute("data-point", str(int(np.argmin(losses))))

    # What is stale stays, says so, and is still there after a look at another page; a run makes it anew.
    before = board.locator("tbody td").all_text_contents()
    (folder / "flow.yaml").write_text(FLOW.replace("folds: 4", "folds: 5"), encoding="utf-8")
    for _ in range(2):
        for place in ("[data-board=scores]", "[data-choice=best]", "[data-figure=confusion]", ".numbers > div"):
            expect(page.locator(place).first).to_have_attribute("data-stale", "true")
            expect(page.locator(place).first).to_contain_text(re.compile("stale", re.IGNORECASE))
        assert sorted(board.locator("tbody td").all_text_contents()) == sorted(before)
        expect(board.locator(".figure svg")).to_be_visible()
        expect(page.locator("[data-figure=confusion] .figure svg")).to_be_visible()
        expect(page.locator("[data-figure=parity]")).to_have_attribute("data-stale", "false")
        page.get_by_role("tab", name="Workflow").click()
        page.get_by_role("tab", name="Results").click()
    opened.post("run")
    for place in ("[data-board=scores]", "[data-choice=best]", "[data-figure=confusion]", ".numbers > div"):
        expect(page.locator(place).first).to_have_attribute("data-stale", "false", timeout=COMPUTING)
    assert sorted(board.locator("tbody td").all_text_contents()) != sorted(before)
    assert faults == []
