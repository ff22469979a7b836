import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenkai.report.numbers import aligned, number, seconds, setting, size
from tenkai.values import Columns

HIGH = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.817468, "0.8175"),
        (0.97, "0.97"),
        (12.3456, "12.35"),
        (1234.56, "1235"),
        (123456.7, "123,457"),
        (9.99996, "10"),
        (-0.5, "−0.5"),
        (0.0, "0"),
        (1e-4, "0.0001"),
        (1.5e-7, "1.5 × 10⁻⁷"),
        (-2.0e12, "−2 × 10¹²"),
        (1797, "1797"),
        (60000, "60,000"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (None, "–"),
        (False, "no"),
        ("exact", "exact"),
    ],
)
def test_four_digits(value: object, text: str) -> None:
    assert number(value) == text


def read(text: str) -> float:
    mantissa, _, power = text.replace("−", "-").replace(",", "").partition(" × 10")
    return float(mantissa) * 10 ** int(power.translate(HIGH) or 0)


@given(st.floats(min_value=-1e15, max_value=1e15).filter(lambda x: abs(x) > 1e-12))
def test_what_is_written_is_the_number_to_four_digits(x: float) -> None:
    assert math.isclose(read(number(x)), x, rel_tol=5.1e-4)


@given(st.lists(st.one_of(st.none(), st.integers(-9999, 9999), st.floats(-1000, 1000)), min_size=1))
def test_decimal_points_stand_in_one_line(values: list[float | int | None]) -> None:
    cells = aligned(values)
    assert [c.text for c in cells] == [number(v) for v in values]
    if not any("×" in c.text for c in cells):
        # From the right edge, every point has the same distance.
        behind = {len((c.text + c.pad).partition(".")[2]) for c in cells}
        assert len(behind) == 1
        assert all(re.fullmatch(r"\.?0*", c.pad) for c in cells)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Columns.parse({"except": ["A", "dE"]}), "all except A, dE"),
        (Columns.parse("numbers"), "numbers"),
        (Columns.parse(["a", "b"]), "a, b"),
        ({"match": "a*", "kind": ["number"]}, "match: a*; kind: number"),
        (30.0, "30"),
        (0.123456789, "0.123456789"),
        (1e-5, "1e-05"),
        (True, "true"),
        ([], "nothing"),
    ],
)
def test_settings_are_quoted_whole(value: object, text: str) -> None:
    assert setting(value) == text


def test_a_long_setting_is_cut() -> None:
    assert setting(["alpha", "beta", "gamma"], 12) == "alpha, beta…"


def test_durations_and_sizes() -> None:
    assert [seconds(s) for s in (0.004, 59.94, 59.96, 3599.6)] == ["4 ms", "59.9 s", "1 min 0 s", "1 h 0 min"]
    assert [size(b) for b in (12_345, 9_950_000, 12e9)] == ["12 kB", "9.9 MB", "12 GB"]
