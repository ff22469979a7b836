"""What the project promises about itself: pinned packages, and a wheel that holds all it needs."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~;\s]", requirement, maxsplit=1)[0]).lower()


def test_constraints_hold_names_and_versions_only():
    assert [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    assert sorted(PINS, key=str.casefold) == PINS


@pytest.mark.parametrize(
    "group",
    [
        "core",
        "sql",
        "molecules",
        "crystals",
        "tensor",
        "bayes",
        "torch",
        "film",
        "studies",
        "test",
        "dev",
    ],
)
def test_everything_installed_by_make_is_pinned(group: str):
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] if group == "core" else extras[group]
    assert {_name(one) for one in wanted} - {_name(pin) for pin in PINS} - {"tenkai"} == set()


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    done = subprocess.run(command, check=False, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = tmp_path.glob("*.whl")
    source = REPOSITORY / "src"
    made = {".pyc", ".nbi", ".nbc"}  # by the interpreter and by numba
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "tenkai").rglob("*")
        if path.is_file() and path.suffix not in made
    }
    with zipfile.ZipFile(wheel) as archive:
        assert expected - set(archive.namelist()) == set()
    assert "tenkai/py.typed" in expected
    assert wheel.stat().st_size < 3_000_000, "the wheel is small: data sets are fetched, never shipped"
