"""What the pages print is what the commands print."""

import re
from pathlib import Path

import pytest

from tenkai.cli.app import run_app

START = Path(__file__).resolve().parent.parent / "docs" / "start.md"


@pytest.mark.row("T3", "L7", "F9")
def test_the_honest_model_of_the_first_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = START.read_text(encoding="utf-8").split("## From a table to an honest model")[1]
    blocks = re.findall(r"```(?:yaml)?\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TENKAI_CACHE", str(tmp_path / "cache"))
    (tmp_path / "honest.yaml").write_text(blocks[0], encoding="utf-8")
    for block in blocks[1:3]:
        command, *printed = block.splitlines()
        assert command.startswith("$ tenkai ")
        capsys.readouterr()
        assert run_app(command.split()[2:]) == 0
        out = capsys.readouterr().out
        for line in printed:
            assert line == "..." or line in out.splitlines()
