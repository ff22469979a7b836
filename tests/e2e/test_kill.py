"""A server that is killed in the middle of a run loses nothing that is finished, and its page finds it again."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Server

SEEDS = 10
FLOW = f"""\
steps:
  digits: {{collect.digits: {{}}}}
  few: {{process.sample: {{table: digits, rows: 250, seed: {{sweep: {{seeds: {SEEDS}}}}}}}}}
  forest: {{learn.forest: {{table: few, target: digit, columns: [image], trees: 300}}}}
"""
TASKS = 1 + 2 * SEEDS


def finished(cache: Path) -> dict[str, int]:
    """Return the finished tasks, and when their files were written."""
    return {p.name: p.stat().st_mtime_ns for p in (cache / "tasks").rglob("*.json")}


@pytest.mark.slow
def test_a_killed_server_loses_nothing_that_is_finished_and_the_page_comes_back(
    serve: Callable[[], Server], page: Page, folder: Path, tmp_path: Path
) -> None:
    (folder / "flow.yaml").write_text(FLOW)
    server = serve()
    page.goto(server.address)
    page.get_by_role("button", name="flow.yaml").click()
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("r")
    few = page.locator('.node[data-node="few"]')
    expect(page.locator(".jobs")).to_have_text("jobs 1")
    expect(page.locator('.node[data-node="forest"]')).to_have_attribute("data-state", "running")
    runs = [p for p in psutil.process_iter(["cmdline"]) if runs_for(p, server.process.pid)]

    before = page.url
    server.kill()
    expect(page.locator('[data-state="disconnected"]')).to_be_visible()
    expect(few).to_be_visible()  # what was seen stays
    psutil.wait_procs(runs, timeout=60)  # its run hears that the server is gone, and stops by itself
    kept = finished(tmp_path / "cache")
    assert 1 + SEEDS <= len(kept) < TASKS

    server.start()
    assert server.address.split("?")[0] == before.split("#")[0]
    expect(page.locator('[data-state="disconnected"]')).to_have_count(0)
    expect(page.locator('.node[data-node="digits"]')).to_have_attribute("data-state", "cached")
    expect(page.locator(".jobs")).to_have_text("jobs 0")
    run = page.get_by_role("button", name=re.compile("^▶ Run"))
    expect(run).to_be_enabled()
    run.click()
    expect(page.locator('.node[data-node="forest"]')).to_have_attribute("data-state", "cached")
    # What was kept has not been computed again: its files are those of before.
    assert len(finished(tmp_path / "cache")) == TASKS
    assert {n: t for n, t in finished(tmp_path / "cache").items() if n in kept} == kept


def runs_for(process: psutil.Process, server: int) -> bool:
    try:
        return "tenkai.workbench.runner" in " ".join(process.cmdline()) and process.ppid() == server
    except psutil.Error:
        return False


@pytest.mark.slow
def test_another_server_at_the_address_is_told(serve: Callable[[], Server], page: Page, folder: Path) -> None:
    (folder / "flow.yaml").write_text("steps: {digits: {collect.digits: {}}}\n")
    server = serve()
    page.goto(server.address)
    page.get_by_role("button", name="flow.yaml").click()
    expect(page.locator(".node")).to_have_count(1)
    os.kill(server.process.pid, signal.SIGINT)  # in good order: its address is forgotten
    server.process.wait()
    expect(page.locator('[data-state="disconnected"]')).to_contain_text("trying again")
    address = server.address
    server.start()
    assert server.address != address
    expect(page.locator('[data-state="disconnected"]')).to_contain_text("Another tenkai answers at this address")
    page.goto(server.address)
    page.get_by_role("button", name="flow.yaml").click()
    expect(page.locator(".node")).to_have_count(1)
