import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

MODULE = """
import pytest
from pytest import mark

pytestmark = [pytest.mark.slow, pytest.mark.row("F1")]

@pytest.mark.row("L3", "I13")
def test_one(): ...

class TestTwo:
    @mark.row("C1")
    def test_inside(self): ...

def test_bare(): ...
"""


@pytest.fixture
def rows() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rows_tool", REPOSITORY / "tools" / "rows.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_marks_are_found_on_modules_functions_and_methods(rows: ModuleType, tmp_path: Path):
    (tmp_path / "test_it.py").write_text(MODULE)
    found = [(mark.id, mark.test) for mark in rows.find_marks(tmp_path)]
    assert found == [
        ("F1", "test_it.py"),
        ("L3", "test_it.py::test_one"),
        ("I13", "test_it.py::test_one"),
        ("C1", "test_it.py::TestTwo::test_inside"),
    ]


def test_report_names_the_rows_without_a_test(rows: ModuleType):
    mark = rows.Mark("F1", "test_it.py::test_one", "test_it.py:3")
    text = rows.report({"F1": "four stages", "F2": "why-map"}, [mark, mark])
    assert text.splitlines() == [
        "F1   four stages",
        "       test_it.py::test_one",
        "F2   why-map",
        "",
        "1 of 2 rows have a test.",
        "Without one: F2",
    ]


def test_the_table_of_rows_is_whole(rows: ModuleType):
    table = rows.read_rows(REPOSITORY / "docs" / "requirements.tsv")
    stages = {"F": 14, "C": 12, "P": 15, "L": 30, "I": 21}
    expected = [f"{letter}{number}" for letter, last in stages.items() for number in range(1, last + 1)]
    expected += [f"T{number}" for number in range(1, 13) if number != 8]  # there is no T8
    assert list(table) == expected
    assert all(title.strip() for title in table.values())
