"""User mistakes and what tenkai says to each: `cases/NAME.yaml` (a workflow to run) or a command below.

The expected message is the whole of `cases/NAME.txt`; `HERE` stands for the folder it runs in and `USER` for
the user's data folder. When a text is improved, change the file: it is what users read.
"""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from tenkai.cli.app import run_app

CASES = Path(__file__).parent / "cases"
WORKFLOWS = sorted(p.stem for p in CASES.glob("*.yaml"))

COMMANDS = {
    "no-such-command": ["rnu", "good.yaml"],
    "no-such-option": ["run", "good.yaml", "--sett", "a=1"],
    "no-such-study": ["run", "digits-mp"],
    "no-such-file": ["run", "god.yaml"],
    "no-such-executor": ["run", "good.yaml", "--on", "cluster"],
    "threads-zero": ["run", "good.yaml", "--threads", "0"],
    "set-without-value": ["run", "good.yaml", "--set", "table"],
    "set-unknown-step": ["run", "good.yaml", "--set", "tabel.path=x"],
    "set-unknown-setting": ["run", "good.yaml", "--set", "pca.ncomponents=3"],
    "to-unknown": ["run", "good.yaml", "--to", "pac"],
    "show-unknown-step": ["show", "good.yaml", "pac", "-q"],
    "show-unknown-output": ["show", "good.yaml", "pca.ratio", "-q"],
    "show-unknown-format": ["show", "good.yaml", "pca", "--format", "xls", "-q"],
    "show-figure-as-csv": ["show", "good.yaml", "map", "--format", "csv", "-q"],
    "show-table-as-png": ["show", "good.yaml", "pca", "--format", "png", "-q"],
    "show-table-as-gif": ["show", "good.yaml", "pca", "--format", "gif", "-q"],
    "show-still-as-mp4": ["show", "good.yaml", "map", "--out", "map.mp4", "-q"],
    "show-csv-with-fps": ["show", "good.yaml", "pca", "--format", "csv", "--fps", "5", "-q"],
    "show-out-nowhere": ["show", "good.yaml", "map", "--out", "pictures/map.gif", "-q"],
    "why-unknown-step": ["why", "good.yaml", "pac"],
    "unknown-step-help": ["steps", "learn.pcs"],
    "fetch-unknown": ["data", "fetch", "mi/Carbon9.csv"],
    "prune-to-nothing": ["cache", "prune", "--to", "lots"],
    "map-no-file": ["map", "smal.csv"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "small.csv": "name,band,gap,kind\na,1,2.5,x\nb,2,1.5,y\nc,3,0.5,x\nd,4,3.5,y\ne,5,4.5,x\nf,6,2.0,y\n",
        "holes.csv": "name,band,gap\na,1,2.5\nb,,1.5\nc,3,0.5\n",
        "ragged.csv": "a,b\n1,2\n3,4,5\n6,7\n",
        "empty.csv": "",
        "good.yaml": "steps:\n  table: {collect.csv: {path: small.csv}}\n  pca: {learn.pca: {table: table}}\n"
        "  map: {interpret.map: {map: pca}}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 4)
    for case in CASES.glob("*.yaml"):
        (tmp_path / case.name).write_bytes(case.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TENKAI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TENKAI_DATA", raising=False)
    return tmp_path


def said(arguments: list[str], here: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = run_app(arguments)
    text = capsys.readouterr().err
    return code, text.replace(str(here), "HERE").replace(platformdirs.user_data_dir("tenkai"), "USER")


@pytest.mark.row("F4")
@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_wrong_workflow_is_told_in_full(name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(["run", f"{name}.yaml", "-q"], here, capsys)
    assert text == (CASES / f"{name}.txt").read_text(encoding="utf-8")
    assert code in (1, 2)
    assert "Traceback" not in text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_command_is_told_in_full(name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(COMMANDS[name], here, capsys)
    assert text == (CASES / f"{name}.txt").read_text(encoding="utf-8")
    assert code in (1, 2)
    assert "Traceback" not in text


def test_there_are_many_cases_and_none_is_left_over() -> None:
    assert len(WORKFLOWS) + len(COMMANDS) >= 40
    assert {p.stem for p in CASES.glob("*.txt")} == {*WORKFLOWS, *COMMANDS}
