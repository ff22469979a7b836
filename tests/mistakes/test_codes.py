"""The list of codes is complete, and each is triggered by some test or case."""

import re
from pathlib import Path

from tenkai.error_codes import CODES

TESTS = Path(__file__).resolve().parent.parent
SOURCE = TESTS.parent / "src" / "tenkai"
CODE = re.compile(r"\bTKW?[1-9]\d\d\b")


def codes_in(folder: Path, *endings: str) -> dict[str, set[str]]:
    """Each code that stands in files of a folder, with the files."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in endings and path.name not in ("error_codes.py", Path(__file__).name):
            for code in CODE.findall(path.read_text(encoding="utf-8")):
                found.setdefault(code, set()).add(path.name)
    return found


def test_every_code_that_is_raised_is_listed_and_the_other_way_round() -> None:
    used = codes_in(SOURCE, ".py")
    assert {code: files for code, files in used.items() if code not in CODES} == {}
    assert [code for code in CODES if code not in used] == []


def test_every_code_is_triggered_by_a_test() -> None:
    tested = codes_in(TESTS, ".py", ".txt")
    assert [code for code in CODES if code not in tested] == []


def test_codes_are_in_order_and_have_a_meaning_each() -> None:
    plain = [code for code in CODES if not code.startswith("TKW")]
    assert plain == sorted(plain)
    assert len(set(CODES.values())) == len(CODES)
    assert all(text[0].islower() and not text.endswith(".") for text in CODES.values())
