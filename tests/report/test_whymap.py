from typing import Any

import pytest

from tenkai.report.whymap import why_map

TEXT = """
variables: {height: 6, heights: {sweep: [1, 2]}}
steps:
  one:   {collect.toy.rows: {n: {from: height}}}
  two:   {process.toy.shift: {table: one, by: {sweep: [0.5, 1.5]}}}
  sum:   {interpret.toy.total: {table: one}}
  last:  {process.toy.shift: {table: one, by: {from: sum.total}, twice: true}}
  plain: {process.toy.shift: {table: one}}
  pic:   {interpret.toy.picture: {table: plain}}
  pic2:  {interpret.toy.picture: {table: one}}
"""


@pytest.mark.row("F2")
def test_four_stages_with_what_differs_from_the_defaults(made: Any) -> None:
    stages = {s.name: s.cards for s in why_map(made(TEXT).graph)}
    assert list(stages) == ["collect", "process", "learn", "interpret"]
    assert [(c.names, c.settings) for c in stages["collect"]] == [(("one",), (("n", "6 (height)"),))]
    assert stages["learn"] == ()
    (shift,) = stages["process"]
    assert shift.names == ("two", "last", "plain")
    assert shift.title == "Add, many at once"
    assert dict(shift.settings) == {
        "by": "0.5 · 1.5 | from sum.scores.total | default",
        "twice": "true | default",
    }
    # Two of a kind stand by themselves, in the order of the file.
    assert [c.names for c in stages["interpret"]] == [("sum",), ("pic",), ("pic2",)]


def test_long_sweeps_are_counted(made: Any) -> None:
    text = "steps: {one: {collect.toy.rows: {n: {sweep: {range: [1, 12]}}}}}"
    (card,) = why_map(made(text).graph)[0].cards
    assert card.settings == (("n", "1 · 2 · 3 · 4 · 5 · 6 · 7 · 8 · … (12 values)"),)
