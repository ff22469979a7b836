"""The command line starts fast: it reads nothing it does not need."""

from ast import literal_eval
from collections.abc import Callable

import pytest

from tenkai.cli.app import app, run_app

HEAVY = [
    "numpy",
    "polars",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "numba",
    "altair",
    "vl_convert",
    "PIL",
    "openTSNE",
    "umap",
    "pynndescent",
    "skops",
    "rich",
    "ruamel",
    "jinja2",
    "narwhals",
    "platformdirs",
    "sqlite3",
    "psutil",
    "joblib",
]
CHEAP = ["numpy", "polars", "ruamel", "platformdirs", "sqlite3"]
"""What planning and running cannot do without."""

LOADED = f"print([m for m in {HEAVY} if m in sys.modules])"
Run = Callable[[str], str]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["cache", "--help"], ["--no-such"], []])
def test_help_imports_nothing_heavy(run_python: Run, arguments: list[str]) -> None:
    text = f"import sys\nfrom tenkai.cli.app import run_app\nrun_app({arguments})\n{LOADED}"
    assert run_python(text).splitlines()[-1] == "[]"


def test_the_package_alone_imports_nothing(run_python: Run) -> None:
    assert run_python(f"import sys, tenkai\ntenkai.__version__, dir(tenkai)\n{LOADED}") == "[]\n"


def test_all_steps_are_read_without_the_libraries_that_compute(run_python: Run) -> None:
    text = f"""
import sys
from tenkai.step import get_step, step_names
for name in step_names():
    step = get_step(name)
    step.declaration, step.json_schema()
{LOADED}
"""
    assert set(literal_eval(run_python(text))) <= {"numpy", "polars", "sqlite3"}


@pytest.mark.parametrize("study", ["digits-map", "carbon-map", "iron-map", "swiss-roll", "hidden-axis"])
def test_a_study_is_planned_without_the_libraries_that_compute(run_python: Run, study: str) -> None:
    """Reading, checking, expanding and all content keys: what a second run needs before it finds all stored."""
    text = f"""
import sys
from tenkai.run.engine import Engine
from tenkai.run.project import load
project = load("{study}")
Engine(project.store(), project.places).plan(project.require_sound())
{LOADED}
"""
    assert set(literal_eval(run_python(text))) <= set(CHEAP)


@pytest.mark.parametrize("command", [c.name or c.callback.__name__ for c in app.registered_commands])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app([command.rstrip("_"), "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage: tenkai" in text
    assert "--debug" in text
