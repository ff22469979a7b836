"""The workbench opens in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Server


@pytest.mark.slow
def test_a_study_opens_and_the_page_has_no_fault(serve: Callable[[], Server], page: Page, faults: list[str]) -> None:
    page.goto(serve().address)
    page.locator(".empty li", has_text="digits").get_by_role("button").first.click()
    expect(page.locator(".react-flow__node").first).to_be_visible()
    assert faults == []
