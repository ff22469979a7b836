"""In a terminal there are bars, and no bytes that would garble it. A pseudo-terminal plays the terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def in_terminal(project: Path, *arguments: str, stream: str) -> tuple[int, str, str]:
    """Run a command with one of its outputs a terminal; return exit code, what the terminal saw, the other output."""
    here, there = pty.openpty()
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: there}
    command = [sys.executable, "-m", "tenkai", *arguments]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(command, cwd=project, env=environment, **streams)
    os.close(there)
    seen = bytearray()
    while True:
        try:
            block = os.read(here, 4096)
        except OSError:  # the other side has closed
            break
        if not block:
            break
        seen += block
    os.close(here)
    out, err = process.communicate()
    return process.returncode, seen.decode(), (out or err or b"").decode()


@pytest.mark.usefixtures("toys")
def test_a_run_shows_bars(project: Path) -> None:
    code, seen, out = in_terminal(project, "run", "w.yaml", "--to", "all", "--set", "more.seconds=1.2", stream="stderr")
    assert code == 0
    assert out.splitlines()[0] == "Toys"
    for word in ("process.toy.slow", "adding", "%", "GB"):
        assert word in seen
    assert "✓ more" in seen.replace("\x1b[32m", "").replace("\x1b[0m", ""), (
        "what took over a second stays on the screen"
    )


@pytest.mark.usefixtures("toys")
def test_quiet_shows_nothing(project: Path) -> None:
    assert in_terminal(project, "run", "w.yaml", "--to", "all", "-q", stream="stderr")[:2] == (0, "")


@pytest.mark.usefixtures("toys")
def test_a_picture_is_not_poured_into_a_terminal(project: Path) -> None:
    code, seen, err = in_terminal(project, "show", "w.yaml", "picture", "-f", "png", "-q", stream="stdout")
    assert (code, seen) == (2, "")
    assert err == "TK502: a picture cannot be printed in a terminal. Add --out FILE.\n"
