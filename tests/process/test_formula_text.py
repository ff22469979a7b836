"""The parser of formulas: what it reads, and how it says what it cannot read."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenkai as tk
from tenkai.process._formula import DEEPEST, LONGEST, parse
from tenkai.process._formula_values import Evaluation
from tenkai.values.formula_names import is_plain, written


def value(text: str, **columns: object) -> object:
    """The value of a formula for one row."""
    frame = {n: pl.Series(n, [v]) for n, v in columns.items()}
    return Evaluation(frame, 1).value(parse(text, frame))[0]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("2 * -3", -6),
        ("7 - 2 - 1", 4),
        ("8 / 4 / 2", 1),
        ("2 × 3 ÷ 4 − 1", 0.5),
        ("２ ＋ ３ ＊ （１ － ４）", -7),
        ("2 ^ 3", 8),
        (".5 + 1. + 1e-1", 1.6),
        ("abs(-3) + sqrt(16)", 7),
        ("exp(log(5))", 5),
        ("log10(1000) + log2(8)", 6),
        ("sin(0) + cos(0) + tan(0)", 1),
        ("floor(-1.5) + ceil(-1.5)", -3),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("where(1 < 2, 10, 20)", 10),
        ("where(not (1 < 2 and 2 < 1), 1, 2)", 1),
        ("x", 4),
        ("x² + 1", 6),
        ("+x", 4),
        ("密度 * 2", 5),
        ("`band gap` - `C-C`", -1),
        ("`a``b`", 9),
        ("sepal.length", 3),
        ("ρ0", 8),
    ],
)
def test_numbers(text, result):
    columns = {"x": 4, "x²": 5, "密度": 2.5, "band gap": 1, "C-C": 2, "a`b": 9, "sepal.length": 3, "ρ0": 8}
    assert value(text, **columns) == pytest.approx(result)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 < x < 5", True),
        ("1 < x <= 3", False),
        ("5 > x >= 4 > 1", True),
        ("x = 4", True),
        ("x == 4 and x != 5 or false", True),
        ("x <> 4", False),
        ("x ≥ 4 and x ≤ 4 and not x ≠ 4", True),
        ("not x < 3", True),
        ("not (true or false) and false", False),
        ("true or false and false", True),
        ("phase == 'fcc'", True),
        ('phase != "fcc"', False),
        ("phase < 'fcd'", True),
        ("phase in ('bcc', 'fcc')", True),
        ("phase not in ('bcc', 'fcc')", False),
        ("x in (1, 2, 4)", True),
        ("x in (-4)", False),
        ("gone is missing", True),
        ("gone is not missing or x is missing", False),
        ("not x is missing", True),
        ("gone > 1", None),
        ("gone > 1 and x > 100", False),
        ("gone > 1 or x > 1", True),
        ("not gone > 1", None),
        ("gone in (1, 2)", None),
        ("'it''s' == quote", True),
    ],
)
def test_conditions(text, result):
    columns = {"x": 4, "phase": "fcc", "gone": pl.Series([None], dtype=pl.Float64)[0], "quote": "it's"}
    frame = {n: pl.Series(n, [v], dtype=pl.Float64 if v is None else None) for n, v in columns.items()}
    assert Evaluation(frame, 1).value(parse(text, frame))[0] is result


@pytest.mark.parametrize(
    "text",
    ["1/x", "log(x)", "log(-1 + x)", "sqrt(-1 - x)", "(-8) ** (1/3) + x", "x ** -1", "exp(1000) + x", "x/x", "gone + 1",
     "max(1, gone)", "min(gone, 1)", "where(gone > 1, 1, 2)", "1 / (1 / x)", "nan + 1", "inf + 1"],
)  # fmt: skip
def test_what_has_no_value_is_missing(text):
    frame = {"x": pl.Series([0.0]), "gone": pl.Series([None], dtype=pl.Float64), "nan": pl.Series([math.nan])}
    frame["inf"] = pl.Series([math.inf])
    assert Evaluation(frame, 1).value(parse(text))[0] is None


@pytest.mark.parametrize(
    ("text", "fact", "at"),
    [
        ("a +", "here stands the end instead of a number, a column or '('", 3),
        ("a + * b", "here stands '*' instead of a number", 4),
        ("(a + b", "here stands the end instead of ')'", 6),
        ("a + b)", "here stands ')' instead of an operator or the end", 5),
        ("a b", "here stands 'b' instead of an operator or the end", 2),
        ("", "here stands the end", 0),
        ("a & b", "'&' means nothing in a formula", 2),
        ("a; b", "';' means nothing", 1),
        ("__import__('os')", "there is no function '__import__'", 0),
        ("a.__class__()", "there is no function 'a.__class__'", 0),
        ("lambda: 1", "':' means nothing", 6),
        ("a[0]", "'[' means nothing", 1),
        ("sqr(a)", "there is no function 'sqr'", 0),
        ("sqrt()", "'sqrt' got 0 values; it takes 1", 0),
        ("max(a)", "'max' got 1 values; it takes 2 or more", 0),
        ("where(a > 1, 2)", "'where' got 2 values; it takes 3", 0),
        ("abs(a, b", "here stands the end instead of ',' or ')'", 8),
        ("'open", "the ' that opens here is never closed", 0),
        ("a + `open", "the ` that opens here is never closed", 4),
        ("2a", "here stands 'a' instead of an operator", 1),
        ("1e999", "the number 1e999 is too large", 0),
        ("a in ()", "the list after 'in' is empty", 2),
        ("a is 3", "here stands '3' instead of 'missing'", 5),
        ("a not 3", "here stands '3' instead of 'in'", 6),
        ("密度 + ＠", "'＠' means nothing", 5),
    ],
)
def test_mistakes_are_told_with_their_place(text, fact, at):
    with pytest.raises(tk.TenkaiError) as error:
        parse(text)
    (found,) = error.value.problems
    assert found.code == "TK209"
    lines = found.fact.splitlines()
    assert fact in lines[0]
    assert lines[1] == "    " + text
    # A Japanese character is two places wide on the screen.
    width = sum(2 if ord(c) > 0x2E80 else 1 for c in text[:at])
    assert lines[2].rstrip() == "    " + " " * width + "^"


def test_hints():
    def told(text: str, *columns: str) -> str:
        with pytest.raises(tk.TenkaiError) as error:
            parse(text, columns)
        return str(error.value)

    assert "Write the column as `band gap`." in told("band gap * 2", "band gap", "band")
    assert "Write the column as `d (g/cm3)`." in told("2 * d (g/cm3)", "d (g/cm3)")
    assert "Write the column as `密度(g/cm3)`." in told("密度(g/cm3) > 1", "密度(g/cm3)")
    assert "Did you mean 'sqrt'?" in told("sqr(a)", "a")
    assert "Write 2 * a for a product." in told("2a", "a")


def test_long_and_deep_formulas_are_refused_and_long_sums_are_not():
    assert value("+".join(["x"] * 1500), x=1) == 1500
    deep = DEEPEST - 10
    assert value("(" * deep + "x" + ")" * deep, x=3) == 3
    for text in (
        "(" * 3 * DEEPEST + "x",
        "-" * 3 * DEEPEST + "x",
        "x" + "-x" * DEEPEST,
        "abs(" * 700 + "x" + ")" * 700,
    ):
        with pytest.raises(tk.TenkaiError, match="nested more than"):
            parse(text)
    with pytest.raises(tk.TenkaiError, match=f"At most {LONGEST}"):
        parse("x" * (LONGEST + 1))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    try:
        parse(text, ["a b"])
    except tk.TenkaiError as error:
        assert {p.code for p in error.problems} == {"TK209"}


@given(st.text(min_size=1, max_size=12))
def test_any_column_name_can_be_written(name):
    assert value(written(name), **{name: 3}) == 3
    assert is_plain(name) == (written(name) == name)


BINARY = {"+": np.add, "-": np.subtract, "*": np.multiply}


@st.composite
def formulas(draw, depth=4):
    """A formula without missing values, and the same as a function of x and y in NumPy."""
    if depth == 0 or draw(st.booleans()):
        text = draw(st.sampled_from(["x", "y", "2", "0.5"]))
        return text, lambda x, y: {"x": x, "y": y}.get(text) if text in "xy" else np.float64(text)
    op = draw(st.sampled_from(["+", "-", "*", "abs", "sin", "neg", "min", "where"]))
    (a, f), (b, g) = draw(formulas(depth=depth - 1)), draw(formulas(depth=depth - 1))
    if op in BINARY:
        return f"({a}) {op} ({b})", lambda x, y: BINARY[op](f(x, y), g(x, y))
    if op == "neg":
        return f"-({a})", lambda x, y: -f(x, y)
    if op == "min":
        return f"min({a}, {b})", lambda x, y: np.minimum(f(x, y), g(x, y))
    if op == "where":
        return f"where({a} < {b}, {a}, {b} + 1)", lambda x, y: f(x, y) if f(x, y) < g(x, y) else g(x, y) + 1
    return f"{op}({a})", lambda x, y: getattr(np, op)(f(x, y))


@given(formulas(), st.floats(-10, 10), st.floats(-10, 10))
def test_agrees_with_numpy(formula, x, y):
    text, by_hand = formula
    expected = float(by_hand(np.float64(x), np.float64(y)))
    assert value(text, x=x, y=y) == pytest.approx(expected, rel=1e-12, abs=1e-12)
