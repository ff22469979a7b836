"""Which changes of code renew a key: those that a step can reach, and no others."""

import gc
import importlib
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tenkai.run import code
from tenkai.step import Step, get_step

STEP = '''
from mine.helpers import moved
from mine import tools
from tenkai.step import step
from tenkai.values import Table

LIMIT = 10


@step("process.mine", version=1, title="Mine")
def mine(table: Table, *, by: float = 1.0) -> Table:
    """Move x."""
    # a comment
    return moved(table, by if by < LIMIT else tools.capped(by))


@mine.shared("by")
def _many(table, *, by):
    return [moved(table, together(b)) for b in by]


def together(b):
    return b


def never_used():
    return 1
'''
HELPERS = '''
import math

from mine.deep import Mover


def moved(table, by):
    """Move."""
    return Mover().move(table, math.floor(by))


def other():
    return 2
'''
DEEP = '''
from . import numbers


class Mover:
    """Moves."""

    offset = numbers.ZERO

    def move(self, table, by):
        return table.with_columns(table.frame.with_columns(x=table["x"] + by + self.offset))
'''
TOOLS = """
import numpy as np


def capped(by):
    from mine.late import cap

    return np.minimum(by, cap())


def unrelated():
    return 3
"""
FILES = {
    "__init__": "",
    "mine": STEP,
    "helpers": HELPERS,
    "deep": DEEP,
    "tools": TOOLS,
    "late": "def cap():\n    return 10.0\n",
    "numbers": "ZERO = 0.0\nONE = 1.0\n",
}


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The hash of the code of a step in a package of its own; files are replaced by name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "mine"
    package.mkdir()

    def of(**changed: str) -> str:
        for name, text in {**FILES, **changed}.items():
            (package / f"{name}.py").write_text(text, encoding="utf-8")
        _forget()
        for module in [m for m in sys.modules if m.split(".")[0] == "mine"]:
            monkeypatch.delitem(sys.modules, module)
        importlib.invalidate_caches()
        step = importlib.import_module("mine.mine").mine
        assert isinstance(step, Step)
        return code.reached(step).digest

    yield of
    _forget()


def _forget() -> None:
    for cached in (code.reached, code._read, code._origin, code._definition):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("mine", "    # a comment\n", ""),
        ("mine", '    """Move x."""\n', '    """Move the column x by a number."""\n'),
        (
            "mine",
            "by if by < LIMIT else tools.capped(by)",
            "(by\n        if by < LIMIT\n        else tools.capped(by))",
        ),
        ("mine", "\n\n\ndef never_used():\n    return 1", "\n\ndef never_used():\n    return 100"),
        ("mine", "def never_used", "def also_never_used"),
        ("helpers", "return 2", "return 20"),
        ("helpers", '"""Move."""', '"""Move it."""'),
        ("deep", '"""Moves."""', '"""Moves tables."""'),
        ("tools", "return 3", "return 30"),
        ("numbers", "ONE = 1.0", "ONE = 1.5"),
        ("numbers", "ZERO = 0.0", "ZERO   =   0.0  # nothing"),
    ],
)
def test_what_does_not_change_the_hash(digest: Callable[..., str], file: str, old: str, new: str) -> None:
    assert old in FILES[file]
    assert digest() == digest(**{file: FILES[file].replace(old, new)})


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("mine", "by < LIMIT", "by <= LIMIT"),  # the step itself
        ("mine", "LIMIT = 10", "LIMIT = 11"),  # a constant it uses
        ("mine", "by: float = 1.0", "by: float = 2.0"),  # a default
        ("mine", "def together(b):\n    return b", "def together(b):\n    return 2 * b"),  # only in the shared variant
        ("helpers", "math.floor", "math.ceil"),  # a function of another module
        ("deep", "+ by + self", "- by + self"),  # a method of a class used by that function
        ("tools", "np.minimum", "np.maximum"),  # reached as module.function
        ("late", "10.0", "20.0"),  # imported inside a function
        ("numbers", "ZERO = 0.0", "ZERO = 0.5"),  # a constant of a module imported relatively
    ],
)
def test_what_changes_the_hash(digest: Callable[..., str], file: str, old: str, new: str) -> None:
    assert old in FILES[file]
    assert digest() != digest(**{file: FILES[file].replace(old, new)})


def test_libraries_count_by_their_version(digest: Callable[..., str]) -> None:
    digest()
    import mine.mine  # type: ignore[import-not-found]
    import numpy

    assert dict(code.reached(mine.mine.mine).libraries)["numpy"] == numpy.__version__


def test_the_code_of_tenkai_below_a_step_counts() -> None:
    parts = dict(code.reached(get_step("process.standardize")).parts)
    assert "tenkai.values.fitted:Fitted" in parts
    assert "tenkai.values.estimator_files:write_estimator" in parts
    assert not any(name.startswith("tenkai.cli") for name in parts)


def test_finding_the_code_imports_nothing_heavy(run_python: Callable[[str], str]) -> None:
    text = """
    import sys
    from tenkai.run.code import reached
    from tenkai.step import get_step
    reached(get_step("learn.pca"))
    reached(get_step("process.standardize"))
    print([m for m in ("sklearn", "scipy", "numba", "pandas", "altair") if m in sys.modules])
    """
    assert run_python(text) == "[]\n"


def test_threads_that_look_at_once_all_see_the_code() -> None:
    # Two requests of a page plan at once. A collection in the middle of a tree lets the other thread go on: without
    # the lock Python 3.11 then says "AST constructor recursion depth mismatch".
    def yielding(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(yielding)
    gc.set_threshold(300)
    try:
        with ThreadPoolExecutor(4) as threads:
            read = list(threads.map(code._read.__wrapped__, ["tenkai.learn.pca", "tenkai.learn.nmf"] * 2))
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(yielding)
    assert [m and "pca" in m.definitions for m in read] == [True, False, True, False]
