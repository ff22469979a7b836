import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tenkai.cli.app import run_app


@dataclass(frozen=True)
class Said:
    """What a command left: exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Said]

TEXT = """
title: Toys
variables: {amount: 1}
steps:
  rows: {collect.toy.rows: {n: 4}}
  more: {process.toy.slow: {table: rows, add: {from: amount}}}
  moved: {process.toy.shift: {table: more, by: {sweep: [1, 2]}}}
  sum: {interpret.toy.total: {table: moved}}
  one: {interpret.toy.total: {table: more}}
  all: {interpret.toy.stack: {tables: moved}}
  picture: {interpret.toy.picture: {table: more}}
  scaled: {process.standardize: {table: more}}
results: {total: sum.total, rows: rows.rows, one: one.total}
"""


@pytest.fixture
def project(toys: Path, cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workflow of toy steps; commands run in it."""
    (tmp_path / "w.yaml").write_text(dedent(TEXT).lstrip("\n"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tenkai(project: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Give a command line in this process."""

    def command(*arguments: str) -> Said:
        capsys.readouterr()
        code = run_app(list(arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return command


@pytest.fixture
def tenkai_process(project: Path) -> Command:
    """Give a command line in a process of its own, as a user does."""

    def command(*arguments: str, **environment: str) -> Said:
        import os

        done = subprocess.run(
            [sys.executable, "-m", "tenkai", *arguments],
            check=False,
            capture_output=True,
            env={**os.environ, **environment},
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    return command
