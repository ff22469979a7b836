"""Others bring steps by the same door as ours: the example package under tests/plugin_example."""

import doctest
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.run.code import reached
from tenkai.step import get_step, step_names
from tenkai.values import Table

WORKFLOW = """
steps:
  rows: {collect.csv: {path: rows.csv}}
  off:
    process.wobble:
      table: rows
      height: 0.5
      seed: {sweep: {seeds: 2}}
results: {n: off.rows}
"""


@pytest.fixture
def wobble(install_steps: Callable[[str], None], tmp_path: Path, cache_dir: Path) -> Path:
    install_steps("plugin_example")
    (tmp_path / "rows.csv").write_text("a,b\n" + "".join(f"{i},{i * i}\n" for i in range(8)))
    (tmp_path / "w.yaml").write_text(WORKFLOW)
    return tmp_path / "w.yaml"


def test_without_the_package_there_is_no_such_step() -> None:
    assert "process.wobble" not in step_names()
    with pytest.raises(TenkaiError, match=r"TK105: there is no step 'process.wobble'"):
        get_step("process.wobble")


@pytest.mark.usefixtures("wobble")
def test_an_installed_step_is_one_of_the_steps() -> None:
    assert "process.wobble" in step_names()
    assert get_step("process.wobble").title == "Wobble"
    table = Table.from_({"a": [1.0, 2.0]})
    moved = tk.process.wobble(table, height=1e-9)
    assert moved["a"].round(6).to_list() == [1.0, 2.0]
    assert moved["a"].to_list() != [1.0, 2.0]


@pytest.mark.usefixtures("wobble")
def test_its_example_runs() -> None:
    case = doctest.DocTestParser().get_doctest(get_step("process.wobble").function.__doc__ or "", {}, "w", None, 0)
    assert doctest.DocTestRunner().run(case) == doctest.TestResults(failed=0, attempted=3)


def test_it_runs_in_a_workflow_and_in_worker_processes(wobble: Path) -> None:
    first = tk.load(wobble).run()
    assert first.ok
    assert first.figures() == {"n": [{"at": {"seed": 0}, "value": 8}, {"at": {"seed": 1}, "value": 8}]}
    assert [str(n) for n in first.notes()] == ["TKW901: 2 columns wobble by up to 0.5."]
    again = tk.load(wobble, settings={"off.height": 0.25}).run(on="processes:1")
    assert again.outcome.computed == ["off[seed=0]", "off[seed=1]"]


def test_its_mistakes_are_told_like_ours(wobble: Path) -> None:
    text = WORKFLOW.replace("height: 0.5", "height: 0\n      colums: [a]").replace("table: rows", "table: row")
    wobble.write_text(text)
    assert [str(p) for p in tk.load(wobble).problems] == [
        "TK108 process.wobble \"off\" table (w.yaml:6): 'row' leads nowhere: there is no step 'row'. "
        "Steps: 'rows', 'off'. Did you mean 'rows'?",
        'TK111 process.wobble "off" height (w.yaml:7): 0 is not allowed. Allowed: a number, above 0.',
        "TK106 process.wobble \"off\" colums (w.yaml:8): 'colums' is neither a port nor a setting. "
        "This step has 'table', 'columns', 'height', 'seed'. Did you mean 'columns'?",
    ]
    wobble.write_text(WORKFLOW.replace("height: 0.5", "columns: [a, c]"))
    assert [str(p) for p in tk.load(wobble).problems] == [
        "TK113 process.wobble \"off\" columns (w.yaml:7): there is no column 'c'. The table has 'a', 'b'."
    ]


def test_its_code_is_part_of_its_keys(wobble: Path) -> None:
    """A helper in another file of the package counts; so does the version of what it imports."""
    found = reached(get_step("process.wobble"))
    names = [name for name, _ in found.parts]
    assert "wobble.process.wobble:wobble" in names
    assert "wobble.waves:wave" in names
    assert "numpy" in dict(found.libraries)


def test_the_command_line_knows_it(wobble: Path) -> None:
    def tenkai(*arguments: str) -> str:
        command = [sys.executable, "-m", "tenkai", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout

    assert "  process.wobble" in tenkai("steps")
    assert "Add a small random number to every cell." in tenkai("steps", "process.wobble")
    assert json.loads(tenkai("run", str(wobble), "--json"))["results"]["n"][0]["value"] == 8
