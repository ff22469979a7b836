from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tenkai.report.figures as figures
from tenkai.errors import Note
from tenkai.report import write_report
from tenkai.report.figures import FigureBlock, Picture
from tenkai.values import Figure

TEXT = """
steps:
  rows:  {collect.toy.rows: {n: 6}}
  more:  {process.toy.shift: {table: rows, by: {sweep: [1, 2.5]}}}
  each:  {interpret.toy.picture: {table: more}}
  one:   {interpret.toy.picture: {table: rows}}
"""


def test_a_figure_that_cannot_be_drawn_is_told(
    made: Any, tmp_path: Path, seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def fails_once(svg_of: Callable[[Any], str]) -> Callable[[Any], str]:
        def to_svg(figure: Any) -> str:
            called.append("")
            return svg_of(figure if len(called) != 1 else replace(figure, spec={"mark": "no such"}))

        return to_svg

    monkeypatch.setattr(Figure, "to_svg", fails_once(Figure.to_svg))
    page = seen(write_report(made(TEXT), tmp_path / "out"))
    told = page.text("problems")
    assert "TK520 interpret.toy.picture \"each\" (trial.yaml:5): the figure 'Points' cannot be drawn:" in told
    assert "jsdelivr" not in told
    # The other picture of the sweep and the other step's are there.
    assert "by = 2.5" in page.text("figures")
    assert len(page.all("img")) == 2


def test_a_long_gallery_is_cut_and_counted(
    made: Any, tmp_path: Path, seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "MOST_PICTURES", 2)
    text = """
steps:
  rows: {collect.toy.rows: {n: {sweep: {range: [1, 5]}}}}
  pics: {interpret.toy.picture: {table: rows}}
"""
    page = seen(write_report(made(text), tmp_path / "out"))
    assert len(page.all("img")) == 2
    assert "and 3 more: tenkai show trial pics" in page.text("figures")


def test_broad_pictures_get_a_line_each() -> None:
    def block(*widths: int) -> FigureBlock:
        return FigureBlock("a", "b", "c", tuple(Picture("", w, 500, "", "", "k = 1") for w in widths), ())

    assert block(300, 1200).broad
    # A map with a wide legend is no pair of panels.
    assert not block(840, 300).broad


@pytest.mark.row("I20")
def test_cautions_stand_under_the_figure_once(made: Any, tmp_path: Path, seen: Any) -> None:
    """What the caption inside the picture says is not said again beside it."""
    pictures = [Picture("", 1, 1, "", "", said=("near rows are alike",))]
    notes = [Note("TKW1", "near rows are alike"), Note("TKW2", "one seed"), Note("TKW2", "one seed")]
    assert figures._unsaid(notes, pictures) == (Note("TKW2", "one seed"),)
    page = seen(write_report(made(TEXT), tmp_path / "out"))
    assert "TKW000 shifted 6 rows" in page.text("figures")


def test_a_note_that_stands_further_up_is_not_repeated(made: Any, tmp_path: Path, seen: Any) -> None:
    text = TEXT + "  again: {interpret.toy.picture: {table: more}}\n"
    page = seen(write_report(made(text), tmp_path / "out"))
    assert page.text("figures").count("shifted 6 rows") == 1
    assert "shifted 6 rows more" in page.text("warnings")


def test_pictures_of_many_passes_are_left_to_what_tells_them_together(
    made: Any, tmp_path: Path, seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
steps:
  rows:   {collect.toy.rows: {n: {sweep: {range: [1, 13]}}}}
  pics:   {interpret.toy.picture: {table: rows}}
"""
    result = made(text)
    assert len(seen(write_report(result, tmp_path / "all")).all("img")) == 13
    monkeypatch.setattr(figures, "told_together", lambda graph: {"pics"})
    assert seen(write_report(result, tmp_path / "none")).all("img") == []
