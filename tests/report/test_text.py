import subprocess
import sys
from typing import Any

from tenkai.report.text import summary_lines

FULL = """
title: 炭素の地図
steps:
  rows: {collect.toy.rows: {n: 3}}
  more: {process.toy.shift: {table: rows, by: {sweep: [1, 2.5]}}}
  sum:  {interpret.toy.total: {table: rows}}
  sums: {interpret.toy.total: {table: more}}
results: {行: rows.rows, total: sum.total, swept: sums.total}
"""


def test_the_end_of_a_run(made: Any) -> None:
    result = made(FULL)
    result.outcome.seconds = 2.34
    assert summary_lines(result) == [
        "炭素の地図",
        "  行     3",
        "  total  3  sum of x",
        "            swept",
        "  by = 1    6",
        "  by = 2.5  10.5",
        "leak lens:",
        "  sum: None of the 3 rows scored was seen before.",
        "  sums: None of the 3 rows scored was seen before.",
        "1 warning: TKW000",
        "6 tasks in 2.3 s: 6 computed, 0 from the cache",
    ]


def test_the_second_run_computes_nothing(made: Any) -> None:
    made(FULL)
    assert summary_lines(made(FULL))[-1].endswith(": 0 computed, 6 from the cache")


def test_a_failed_run(made: Any) -> None:
    text = """
steps:
  rows: {collect.toy.rows: {}}
  bad:  {process.toy.fail: {table: rows, how: data}}
  end:  {process.toy.shift: {table: bad}}
"""
    lines = summary_lines(made(text))
    assert lines[0] == "trial"
    assert lines[-1].endswith(": 1 computed, 0 from the cache, 1 failed, 1 not run")


def test_long_sweeps_are_cut(made: Any) -> None:
    text = "{steps: {rows: {collect.toy.rows: {n: {sweep: {range: [1, 40]}}}}}, results: {n: rows.rows}}"
    lines = summary_lines(made(text))
    assert lines[2:4] == ["  n = 1  1", "  n = 2  2"]
    assert lines[-2] == "  and 32 more"


def test_nothing_heavy_is_imported() -> None:
    heavy = ["jinja2", "markdown_it", "vl_convert", "altair", "PIL", "sklearn", "scipy", "pyarrow", "rich", "numba"]
    code = f"import sys, tenkai.report.text as t; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
