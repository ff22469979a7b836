"""Shell and pages in every state, in both languages, light and dark: what is there can be read, named and reached.

With TENKAI_SHOTS=FOLDER the pictures are written there, for those who review them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.e2e.audit import ringless, unreadable
from tests.e2e.building import Builder
from tests.e2e.conftest import LONG, Server

pytestmark = pytest.mark.slow

FLOW = """\
steps:
  digits: {collect.digits: {}}
  pca: {learn.pca: {table: digits, columns: [image]}}
  view: {interpret.map: {map: pca, color: digit}}
  none: {process.filter: {table: digits, where: digit > 99}}
"""
LOADED = {
    "explore": ".plot canvas", "compare": ".map-place canvas", "replay": '[data-page="replay"][data-state="empty"]',
    "results": ".picture .figure svg", "report": '.preview[aria-busy="false"] iframe',
}  # fmt: skip
"""What is to be seen on a page when all of it has come."""
WORDS = {
    "en": {
        "empty": "Nothing is open yet", "loading": "Loading", "canvas": "Add a step", "stale": "stale",
        "failed": "failed", "refused": "This did not work", "gone": "The connection to tenkai is lost",
        "retry": "Try again", "copy": "Copy details", "keys": "Keys", "new": "Empty workflow",
        "summary": "Keep the rows a condition holds for", "setting": "condition, such as",
        "study": "Does the largest variance carry what you look for?",
        "nopicture": "no picture",
    },
    "ja": {
        "empty": "まだ何も開いていません", "loading": "読み込み中", "canvas": "左の一覧から", "stale": "要再実行",
        "failed": "失敗", "refused": "うまくいきませんでした", "gone": "接続が切れました",
        "retry": "もう一度", "copy": "詳細をコピー", "keys": "キー操作", "new": "空のワークフロー",
        "summary": "条件を満たす行を残す", "setting": "条件。例", "study": "最大の分散は、求める情報を含むか",
        "nopicture": "図なし",
    },
}  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_state_says_what_it_is(
    serve: Callable[[], Server], browser: Browser, folder: Path, language: str, theme: str
) -> None:
    words = WORDS[language]
    server = serve()
    context = browser.new_context(
        viewport={"width": 1440, "height": 860}, locale="ja-JP" if language == "ja" else "en-US",
        color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(LONG)
    page = context.new_page()

    def shot(name: str) -> None:
        assert unreadable(page) == [], name
        if os.environ.get("TENKAI_SHOTS"):
            page.screenshot(path=Path(os.environ["TENKAI_SHOTS"]) / f"workflow-{name}-{language}-{theme}.png")

    held: list[Route] = []
    holding = [True]
    page.route("**/api/project", lambda route: held.append(route) if holding else route.continue_())
    page.goto(server.address)
    expect(page.locator('[data-state="loading"]')).to_contain_text(words["loading"])
    shot("loading")
    holding.clear()
    for route in held:
        route.continue_()
    expect(page.locator('.empty[data-state="empty"] h1')).to_have_text(words["empty"])
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("document.documentElement.lang") == language
    page.locator('.start-line input[type="search"]').fill(words["study"])
    expect(page.locator(".study strong")).to_have_text([words["study"]])
    page.locator('.start-line input[type="search"]').fill("")
    shot("empty")

    page.get_by_role("button", name=words["new"]).click()
    expect(page.locator(".canvas-empty")).to_contain_text(words["canvas"])
    shot("nothing")
    page.keyboard.press("?")
    expect(page.locator("dialog h2")).to_have_text(words["keys"])
    for _ in range(5):  # the focus stays inside
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    shot("keys")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)

    (folder / "flow.yaml").write_text(FLOW)
    page.goto(server.address.split("?")[0] + "#workflow/flow.yaml")
    page.reload()
    builder = Builder(page)
    expect(page.locator(".node")).to_have_count(4)
    page.keyboard.press("r")
    expect(builder.node("none").locator(".node-state")).to_contain_text(words["failed"])
    expect(builder.node("view")).to_have_attribute("data-state", "cached")
    page.route("**/api/figure?**", lambda route: route.abort())
    page.keyboard.press("6")
    expect(page.locator("span.thumbnail").first).to_have_text(words["nopicture"])
    shot("report-error")
    page.unroute("**/api/figure?**")
    for key, (name, seen) in enumerate(LOADED.items(), start=2):
        page.keyboard.press(str(key))
        expect(page.locator(seen).first).to_be_visible()
        shot(name)
        assert ringless(page, 25) == [], name
        page.evaluate("document.activeElement.blur()")

    page.keyboard.press("5")
    expect(page.locator(LOADED["results"]).first).to_be_visible()
    (folder / "flow.yaml").write_text(FLOW.replace("columns: [image]", "columns: [image], components: 3"))
    expect(page.locator('.results .banner[data-state="stale"]')).to_contain_text(words["stale"])
    expect(page.locator('.picture[data-figure="view"] .stale-mark')).to_contain_text(words["stale"])
    expect(page.locator('.picture[data-figure="view"] .figure svg')).to_be_visible()  # the last good picture stays
    shot("results-stale")
    page.keyboard.press("3")
    expect(page.locator('.compare .banner[data-state="stale"]')).to_contain_text(words["stale"])
    expect(page.locator('.map-panel[data-stale="true"] .stale-mark')).to_contain_text(words["stale"])
    shot("compare-stale")
    page.keyboard.press("1")
    expect(builder.node("view").locator(".node-state")).to_contain_text(words["stale"])
    assert background(page, "view") != background(page, "digits")
    builder.node("none").locator(".node-name").click()
    expect(page.locator(".inspector .problem").first).to_contain_text("TK209")
    expect(page.locator(".inspector .summary")).to_contain_text(words["summary"])
    expect(page.locator('[data-setting="where"] p.soft')).to_contain_text(words["setting"])
    shot("stale")

    page.route("**/api/run", lambda route: route.abort())
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("r")
    banner = page.locator(".banner.bad")
    expect(banner).to_contain_text(words["refused"])
    expect(banner.get_by_role("button", name=words["retry"])).to_be_visible()
    expect(banner.get_by_role("button", name=words["copy"])).to_be_visible()
    expect(builder.node("view")).to_be_visible()  # the last good view stays
    shot("error")

    # What a page cannot draw it says in its place, and all around it goes on.
    page.route("**/api/scores?**", lambda route: route.fulfill(json={}))
    page.keyboard.press("5")
    expect(page.locator("main .banner.bad").first).to_contain_text(words["refused"])
    page.keyboard.press("1")

    server.kill()
    expect(page.locator('[data-state="disconnected"]')).to_contain_text(words["gone"])
    expect(builder.node("view")).to_be_visible()
    shot("disconnected")
    context.close()


def background(page: Page, node: str) -> str:
    return str(page.locator(f'.node[data-node="{node}"]').evaluate("e => getComputedStyle(e).backgroundColor"))


def test_the_shell_is_reached_by_keyboard_and_names_its_licences(
    serve: Callable[[], Server], page: Page, faults: list[str]
) -> None:
    page.goto(serve().address)
    expect(page.locator(".study").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for key, name in (("2", "Explore"), ("6", "Report"), ("1", "Workflow")):
        page.keyboard.press(key)
        expect(page.locator('.bar [role="tab"][aria-selected="true"]')).to_contain_text(name)
    about = page.locator("footer").get_by_role("button")
    about.click()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Licences").click()
    text = popup.value.locator("body").inner_text()
    for library in ("react", "@xyflow/react", "vega-lite"):
        assert f"## {library} - " in text
    page.keyboard.press("Escape")
    expect(about).to_be_focused()
    assert faults == []
