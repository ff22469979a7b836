"""Every step, whoever wrote it: what its declaration must have, and what it must refuse."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenkai.errors import TenkaiError
from tenkai.step import STAGES, Step, get_step, step_names
from tenkai.step.page import page
from tenkai.values import Columns

STEPS = [get_step(name) for name in step_names()]
SETTINGS = [(step, setting) for step in STEPS for setting in step.settings]


@pytest.mark.row("F1")
@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.name)
def test_a_step_says_what_it_is(step: Step) -> None:
    assert step.stage in STAGES
    assert step.version >= 1
    assert step.title
    assert step.summary.endswith(".")
    for item in (*step.ports.values(), *step.settings.values(), *step.outputs.values()):
        # A step with a single output is described by its summary.
        assert item.help or (item.name in step.outputs and step.declaration.single), f"{item.name} has no Help"
    assert "Example\n-------" in (step.function.__doc__ or "").replace("    ", "")
    assert ">>>" in (step.function.__doc__ or "")


@pytest.mark.parametrize(("step", "name"), SETTINGS, ids=lambda v: v.name if isinstance(v, Step) else v)
def test_a_setting_refuses_what_its_declaration_does_not_allow(step: Step, name: str) -> None:
    setting = step.settings[name]
    wrong = setting.bad_values()
    assert wrong, "nothing is refused"
    for value in wrong:
        with pytest.raises(TenkaiError) as caught:
            step.convert({name: value}, partial=True)
        (problem,) = caught.value.problems
        assert (problem.code, problem.place.step, problem.place.setting) == ("TK111", step.name, name)
        assert setting.allowed in problem.allowed


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.name)
def test_the_form_knows_every_setting(step: Step) -> None:
    schema = step.json_schema()
    assert list(schema["properties"]) == list(step.settings)
    for name, setting in step.settings.items():
        form = schema["properties"][name]
        assert form["title"] and form["description"]
        if setting.required:
            assert name in schema["required"]
            continue
        default = setting.default.written() if isinstance(setting.default, Columns) else setting.default
        assert form["default"] == default
        assert _fits(form, default), f"the form refuses the default of {name}"
        setting.convert(default)


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.name)
def test_the_page_names_everything(step: Step) -> None:
    text = page(step)
    for name in (*step.ports, *step.settings, *step.outputs):
        assert f"`{name}`" in text


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.name)
def test_the_example_runs(step: Step, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Step is no function, so doctest does not find its text by itself."""
    monkeypatch.chdir(tmp_path)
    case = doctest.DocTestParser().get_doctest(step.function.__doc__ or "", {}, step.name, None, 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(case, out=said.append)
    assert result.attempted > 0
    assert result.failed == 0, "".join(said)


def test_steps_are_read_without_heavy_libraries() -> None:
    heavy = ["sklearn", "scipy", "numba", "altair", "PIL", "openTSNE", "umap", "pynndescent", "pyarrow", "skops"]
    code = (
        "import sys; from tenkai.step import get_step, step_names\n"
        "[get_step(n).declaration for n in step_names()]\n"
        f"print(*[m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_command_line_starts_without_numbers_or_tables() -> None:
    code = (
        "import sys; sys.argv = ['tenkai', '--help']\n"
        "from tenkai.cli.app import run_app; run_app(['--help'])\n"
        "print(*[m for m in ('numpy', 'polars', 'sklearn', 'ruamel', 'altair', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1].startswith("  cache")


def _fits(form: dict[str, Any], value: Any) -> bool:
    """Check a value against the few JSON Schema keywords that forms use."""
    if "anyOf" in form:
        return any(_fits(option, value) for option in form["anyOf"])
    if "enum" in form:
        return value in form["enum"]
    kinds = {
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "string": str,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    if "type" in form and not isinstance(value, kinds[form["type"]]):
        return False
    low, high = form.get("minimum"), form.get("maximum")
    return (low is None or value >= low) and (high is None or value <= high)
