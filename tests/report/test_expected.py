from typing import Any

import pytest

from tenkai.report.expected import compare
from tenkai.report.findings import read_scores, results


@pytest.mark.parametrize(
    ("value", "form", "text", "met"),
    [
        (144, 144, "expected 144", True),
        (143, 144, "expected 144", False),
        (0.8180, {"value": 0.8175, "within": 0.0005}, "expected 0.8175 ± 0.0005", True),
        (0.81801, {"value": 0.8175, "within": 0.0005}, "expected 0.8175 ± 0.0005", False),
        (0.98, {"at_least": 0.98}, "expected ≥ 0.98", True),
        (0.97, {"at_least": 0.98}, "expected ≥ 0.98", False),
        (0.9, {"at_most": 0.9}, "expected ≤ 0.9", True),
        (0.5, {"at_least": 0.4, "at_most": 0.45}, "expected ≥ 0.4 and ≤ 0.45", False),
        ("exact", {"value": "exact"}, "expected exact", True),
        ("exact", {"at_least": 1}, "expected ≥ 1", False),
        (None, {"value": 1.0, "within": 1}, "expected 1 ± 1", False),
        (float("nan"), {"at_least": 0}, "expected ≥ 0", False),
    ],
)
def test_the_forms(value: Any, form: Any, text: str, met: bool) -> None:
    found = compare(value, form)
    assert found is not None
    assert (found.text, found.met) == (text, met)


def test_swept_results_are_compared_at_their_points() -> None:
    points = [{"at": {"k": 5}, "value": 0.9}, {"at": {"k": 10}, "value": 0.95}, {"at": {"k": 20}, "value": 0.5}]
    found = compare(points, [{"at": {"k": 5}, "at_least": 0.88}, {"at": {"k": 20}, "at_least": 0.88}])
    assert found is not None
    assert (found.text, found.met) == ("as expected at 1 of 2 points", False)


def test_what_does_not_fit_together_says_nothing() -> None:
    assert compare(1.0, [{"at": {"k": 5}, "at_least": 0.88}]) is None
    assert compare([{"at": {}, "value": 1}], 1) is None
    assert compare([{"at": {"k": 1}, "value": 1}], [{"at": {"k": 2}, "value": 1}]) is None
    assert compare(1.0, {"unknown": 3}) is None


def test_results_carry_it(made: Any) -> None:
    result = made("""
steps:
  rows: {collect.toy.rows: {n: 3}}
  more: {process.toy.shift: {table: rows, by: {sweep: [1, 2]}}}
  sums: {interpret.toy.total: {table: more}}
results: {n: rows.rows, free: rows.columns, sums: sums.total}
expected:
  n: 4
  sums: [{at: {by: 1}, value: 6}, {at: {by: 2}, value: 9}]
""")
    single, (grid,) = results(result, read_scores(result, []), [])
    assert [(r.name, r.expected.text, r.expected.met) for r in single if r.expected] == [("n", "expected 4", False)]
    assert [(n, e.text, e.met) for n, e in grid.expected] == [("sums", "as expected at 2 of 2 points", True)]
