"""Parallel coordinates of a sweep."""

from __future__ import annotations

from typing import Any

import pytest

from tenkai.interpret._board import board_figure
from tenkai.values import Figure


def marks_of(figure: Figure) -> dict[tuple[int, str], dict[str, Any]]:
    rows = [d for data in figure.spec["datasets"].values() for d in data if "p" in d]
    return {(d["p"], d["k"]): d for d in rows}


@pytest.mark.row("I7")
def test_every_value_has_its_place_and_up_is_better() -> None:
    """By hand: 0.1 of 0.001 to 10 is half of the way on a logarithm; texts stand evenly; errors run downwards."""
    columns = {
        "alpha": [0.001, 0.1, 10.0],
        "kernel": ["rbf", None, "linear"],
        "r2": [0.2, 0.8, 0.5],
        "rmse": [3.0, 1.0, 2.0],
    }
    goals = {"r2": "maximize", "rmse": "minimize"}
    figure = board_figure(columns, [0, 4, 9], settings=["alpha", "kernel"], goals=goals)
    marks = marks_of(figure)
    assert [marks[p, "alpha"]["y"] for p in (0, 4, 9)] == pytest.approx([0, 0.5, 1])
    assert [marks[p, "kernel"]["y"] for p in (0, 9)] == [0.25, 0.75]
    assert (4, "kernel") not in marks
    assert [marks[p, "r2"]["y"] for p in (0, 4, 9)] == pytest.approx([0, 1, 0.5])
    assert [marks[p, "rmse"]["y"] for p in (0, 4, 9)] == pytest.approx([0, 1, 0.5])
    assert marks[4, "alpha"]["t"] == "0.1"
    assert {m["c"] for m in marks.values() if m["p"] == 4} == {0.8}
    assert figure.text == "3 points of a sweep of alpha, kernel, with r2, rmse."
    caption = " ".join(figure.spec["usermeta"]["caption"])
    assert "up is better on all of them" in caption
    assert "Logarithmic: alpha." in caption
    assert figure.to_svg().startswith("<svg")


def test_scores_that_are_texts_or_all_alike_still_have_a_place() -> None:
    columns: dict[str, list[Any]] = {"k": [1, 2], "winner": ["a", "b"], "same": [5.0, 5.0]}
    marks = marks_of(board_figure(columns, [0, 1], settings=["k"], goals={}))
    assert [marks[p, "same"]["y"] for p in (0, 1)] == [0.5, 0.5]
    assert [marks[p, "winner"]["y"] for p in (0, 1)] == [0.25, 0.75]
