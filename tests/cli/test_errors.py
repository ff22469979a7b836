"""No traceback, whatever goes wrong; --debug shows where it arose."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAILING = """
steps:
  a: {collect.toy.rows: {}}
  b: {process.toy.fail: {table: a, how: unusual}}
"""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 0, ""),
        (["run"], 2, "TK502 tenkai: Missing argument 'WORKFLOW'. See 'tenkai run --help'."),
        (["run", "w.yaml", "--threads", "many"], 2, "TK502 tenkai: --threads: input should be a valid integer"),
        (["run", "."], 2, "TK101: the workflow file . is a folder."),
        (["run", "binary.yaml"], 2, "TK101: the workflow file binary.yaml is not UTF-8 text. Save it as UTF-8."),
        (["run", "w.yaml", "--out", "w.yaml"], 2, "TK502 --out: the folder w.yaml cannot be made: File exists."),
        (["run", "w.yaml", "--cache", "w.yaml"], 2, "TK402: the cache folder "),
        (
            ["show", "w.yaml", "rows", "-q", "-o", "no/such/file.csv"],
            2,
            "TK502 --out: the folder no/such does not exist. Make it first, or name another.",
        ),
        (["show", "w.yaml", "rows", "-q", "-o", "."], 2, "TK502 --out: the file . cannot be written: Is a directory."),
        (["run", "w.yaml", "--set", "rows.n=[1"], 2, "TK102 (--set rows.n:1): this is not valid YAML"),
        (["run", "w.yaml", "--set", "rows.n=!x 1"], 2, "TK102 (--set rows.n:1): the tag !x is not allowed."),
        (["run", "w.yaml", "--set", "rows.n=\udc80"], 2, "TK102 (--set rows.n): this is not valid YAML"),
        (["studies", "no-such"], 2, "TK101: there is no workflow file and no study 'no-such'."),
        (["data", "fetch", "no-such"], 2, "TK502: there is no data set 'no-such'."),
        (["map", "no-such.csv"], 2, "TK301: there is no file 'no-such.csv'."),
    ],
)
def test_wrong_command_lines(tenkai, project: Path, arguments: list[str], code: int, told: str) -> None:
    (project / "binary.yaml").write_bytes(b"title: \xff\xfe")
    said = tenkai(*arguments)
    assert said.code == code
    assert said.err.startswith(told)
    assert len(said.err.splitlines()) == (1 if told else 0)


def test_debug_shows_where_a_step_failed(tenkai_process, project: Path) -> None:
    (project / "f.yaml").write_text(FAILING)
    plain = tenkai_process("run", "f.yaml", "-q")
    assert plain.code == 1
    assert "Traceback" not in plain.err
    for on in ("local", "processes:1"):
        debug = tenkai_process("run", "f.yaml", "-q", "--debug", "--on", on)
        assert debug.code == 1
        assert plain.err.strip() in debug.err
        assert "Traceback" in debug.err
        assert "fail.py" in debug.err
        assert "Unusual: never seen before" in debug.err
    assert "fail.py" in tenkai_process("show", "f.yaml", "b", "-q", "--debug").err


def test_debug_shows_where_a_mistake_was_found(tenkai_process) -> None:
    assert "Traceback" in tenkai_process("run", "none.yaml", "--debug").err


@pytest.mark.parametrize("debug", [False, True])
def test_a_defect_of_tenkai_itself(project: Path, debug: bool) -> None:
    """Whatever escapes is told in the shape of all errors."""
    text = (
        "import sys, tenkai.cli\n"
        "import tenkai.cli.telling\n"
        "def broken(*_, **__): raise KeyError('a\\nb')\n"
        "tenkai.cli.telling.steps = broken\n"
        f"sys.argv = {['tenkai', 'steps', *(['--debug'] if debug else [])]}\n"
        "tenkai.cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", text], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    if debug:
        assert "Traceback" in done.stderr
    else:
        assert done.stderr == "TK500: tenkai itself failed: KeyError: 'a\\nb' Run with --debug to see where.\n"


def test_a_reader_that_stops_reading_is_no_error(project: Path) -> None:
    command = f"{sys.executable} -m tenkai show w.yaml rows --set rows.n=200000 -f csv -q | head -n 1"
    done = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("row id,x,label\n", "")


def test_any_terminal_can_be_written_to(tenkai_process) -> None:
    """A terminal that knows no Japanese and no arrows gets a substitute, never a failure."""
    tenkai_process("run", "w.yaml", "--to", "more", "-q")
    said = tenkai_process("why", "w.yaml", "more", "--set", "amount=3", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert said.code == 0
    assert "add: 1.0" in said.out
    assert tenkai_process("--help", PYTHONIOENCODING="ascii", PYTHONUTF8="0").code == 0


def test_the_installed_command_is_the_same(project: Path) -> None:
    command = Path(sys.executable).parent / "tenkai"
    done = subprocess.run([command, "studies"], check=False, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0
    assert "digits-map" in done.stdout
