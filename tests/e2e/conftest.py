"""The workbench in a browser: `tenkai open` as a process of its own, Chromium without a window."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
LONG = 240_000
"""Milliseconds that an action may take on a busy machine; nothing is timed here."""
expect.set_options(timeout=LONG)


class Server:
    """A running `tenkai open`."""

    def __init__(self, folder: Path, data: Path, cache: Path) -> None:
        self.folder, self._data, self._cache = folder, data, cache
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start, at the port of before where there was one."""
        command = [sys.executable, "-m", "tenkai", "open", str(self.folder), "--no-browser", "--port", str(self.port)]
        command += ["--data", str(self._data), "--cache", str(self._cache)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/\S*", line):
                self.address, self.port = found[0], int(found[1])
                return
        raise AssertionError("tenkai open ended without an address")

    def kill(self) -> None:
        """Kill it and its runs, as the end of a machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def chromium() -> str:
    """Return the Chromium of the system."""
    found = os.environ.get("TENKAI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no Chromium: install it, or name one in TENKAI_CHROMIUM"
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser for all tests."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the empty folder that is opened."""
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


@pytest.fixture
def serve(folder: Path, data_dir: Path, tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Return how to start the workbench of the folder."""
    started: list[Server] = []

    def start() -> Server:
        started.append(Server(folder, data_dir, tmp_path / "cache"))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a fresh browser: English, light, wide."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 860}, locale="en-US", color_scheme="light", accept_downloads=True
    )
    context.set_default_timeout(LONG)
    yield context
    context.close()


@pytest.fixture
def faults() -> list[str]:
    """Return what the page has complained of: errors of scripts and of the console. A test looks at it at its end."""
    return []


@pytest.fixture
def page(context: BrowserContext, faults: list[str]) -> Page:
    """Return a page that keeps its faults and asks no other host."""
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:"))
            else faults.append(f"asked {asked.url}")
        ),
    )
    return page
