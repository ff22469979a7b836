"""References: to a value of a step, or to one figure of it."""

import pytest

from tenkai.plan.references import Ref, resolve
from tenkai.step import get_step

STEPS = {
    "rows": "collect.toy.rows",
    "cut": "process.toy.halves",
    "sum": "interpret.toy.total",
    "pic": "interpret.toy.picture",
    "pca": "learn.pca",
}


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    ("text", "figure", "found"),
    [
        ("rows", False, "rows.table"),
        ("rows.table", False, "rows.table"),
        ("cut", False, "cut.first"),
        ("cut.second", False, "cut.second"),
        ("sum", False, "sum.scores"),
        ("sum.total", True, "sum.scores.total"),
        ("sum.scores.total", True, "sum.scores.total"),
        ("rows.rows", True, "rows.table.rows"),
        ("cut.second.columns", True, "cut.second.columns"),
        ("pca.figures.ratio_1", True, "pca.figures.ratio_1"),
        ("sum.anything", True, "sum.scores.anything"),  # the figures of scores are known after the run
        ("rows.x", True, "'rows.x' leads nowhere: rows (collect.toy.rows) gives no 'x'."),
        ("sum.total", False, "'sum.total' is one figure; a value is wanted here."),
        ("sum", True, "'sum' is scores; one figure is wanted here."),
        ("rows", True, "'rows' is a table; one figure is wanted here."),
        ("rows.x", False, "'rows.x' leads nowhere: rows (collect.toy.rows) has no output 'x'."),
        ("pic.size", True, "'pic.size' leads nowhere: pic (interpret.toy.picture) has no output 'size'."),
        ("nothing.x", True, "'nothing.x' leads nowhere: there is no step 'nothing'."),
        ("", True, "'' leads nowhere: there is no step ''."),
        (".", True, "'.' leads nowhere: there is no step ''."),
    ],
)
def test_references(text: str, figure: bool, found: str) -> None:
    steps = {name: get_step(kind) for name, kind in STEPS.items()}
    got = resolve(text, steps, figure=figure)
    assert (str(got) if isinstance(got, Ref) else got.fact) == found
