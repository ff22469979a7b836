"""Tables worth showing: what interpret steps are for, and where the workflow ends in a table."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, Problem, TenkaiError
from tenkai.interpret._things import DRAWN, drawer
from tenkai.plan.references import Ref
from tenkai.report.figures import written
from tenkai.report.numbers import NOTHING, Cell, aligned
from tenkai.report.order import as_written
from tenkai.run.results import RunResult
from tenkai.values import Kind, Table

MOST_ROWS, MOST_COLUMNS, LONGEST = 10, 9, 60
WHOLE = 15
"""A table of up to this many rows is shown whole."""
SIDE = 200
"""Pixels of a drawn molecule or crystal."""


@dataclass(frozen=True)
class Column:
    """A column as it is shown. `drawn`: its pictures are drawings, which need room."""

    name: str
    numeric: bool
    cells: tuple[Cell, ...]
    drawn: bool = False


@dataclass(frozen=True)
class TableBlock:
    """The first rows of a table. `cut`: what is not shown, in words."""

    name: str
    step: str
    title: str
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    cut: str = ""
    point: str = ""
    notes: tuple[Note, ...] = ()


def table_blocks(result: RunResult, problems: list[Problem]) -> Iterator[TableBlock]:
    """Return the tables to show, in the order of the workflow; of a sweep the first point only."""
    for ref in _wanted(result):
        bound = result.graph.nodes[ref.node]
        points = len(result.outcome.expansion.of_node.get(ref.node, ()))
        try:
            point, value = next(result.parts(ref), ({}, None))
        except TenkaiError as error:
            problems.extend(error.at(result.graph.workflow.place(ref.node)).problems)
            continue
        if isinstance(value, Table):
            where = f"{written(point)}, the first of {points} values" if points > 1 else written(point)
            yield show(value, ref.node, bound.step.name, bound.step.title, where)


def _wanted(result: RunResult) -> Iterator[Ref]:
    """Main outputs of interpret steps, and of other steps that nobody takes anything from."""
    taken = {r.node for b in result.graph.nodes.values() for r in b.sources()}
    for bound in as_written(result.graph):
        main = bound.step.main
        if issubclass(main.type, Table) and (bound.step.stage == "interpret" or bound.name not in taken):
            yield Ref(bound.name, main.name)


def show(table: Table, name: str, step: str = "", title: str = "", point: str = "") -> TableBlock:
    """Show the first rows and columns of a table."""
    height = table.height if table.height <= WHOLE else MOST_ROWS
    names = table.columns[:MOST_COLUMNS]
    head = table.frame.select(names).head(height)
    notes: list[Note] = list(table.notes)
    columns = tuple(_column(head[n], table.kinds[n], notes) for n in names)
    parts = [
        f"{shown} of {whole} {what}"
        for shown, whole, what in (
            (height, table.height, "rows"),
            (len(names), len(table.columns), "columns"),
        )
        if shown < whole
    ]
    ids = tuple(_short(i) for i in table.ids.head(height))
    return TableBlock(name, step, title, ids, columns, ", ".join(parts), point, tuple(notes))


def _column(series: pl.Series, kind: Kind, notes: list[Note]) -> Column:
    if kind in DRAWN:
        return Column(series.name, False, _drawn(series, kind, notes), drawn=True)
    if kind == "image":
        return Column(series.name, False, tuple(_picture(v) for v in series.to_list()))
    if kind == "vector":
        texts = (NOTHING if v is None else f"{len(v)} numbers" for v in series.to_list())
        return Column(series.name, False, tuple(Cell(t) for t in texts))
    if series.dtype.is_numeric():
        return Column(series.name, True, tuple(aligned(series.to_list())))
    return Column(series.name, False, tuple(Cell(_short(v)) for v in series.to_list()))


def _drawn(series: pl.Series, kind: Kind, notes: list[Note]) -> tuple[Cell, ...]:
    """Draw molecules or crystals; where the package that draws is not installed they stay texts, with a note."""
    cells = [Cell(_short(v)) for v in series.to_list()]
    try:
        pixels = drawer(kind)(series.to_list(), SIDE)
    except TenkaiError as error:
        note = Note(
            "TKW761", f"column '{series.name}' is not drawn. {error.problems[0].fact} {error.problems[0].remedy}"
        )
        notes.append(note)
        return tuple(cells)
    return tuple(
        cell if cell.text == NOTHING else Cell(cell.text, picture=_png(picture))
        for cell, picture in zip(cells, pixels, strict=True)
    )


def _short(value: Any) -> str:
    if value is None:
        return NOTHING
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _picture(value: Any) -> Cell:
    """Draw an image cell, its darkest value black and its brightest white."""
    if value is None:
        return Cell(NOTHING)
    pixels = np.asarray(value, dtype=np.float64)
    what = f"image, {pixels.shape[1]} × {pixels.shape[0]}"
    finite = np.nan_to_num(pixels)
    low, high = float(finite.min()), float(finite.max())
    scaled = ((finite - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
    if scaled.ndim == 3 and scaled.shape[2] == 1:
        scaled = scaled[:, :, 0]
    if scaled.ndim == 3 and scaled.shape[2] not in (3, 4):
        return Cell(what)
    return Cell(what, picture=_png(scaled))


def _png(pixels: NDArray[np.uint8]) -> str:
    """Return pixels as a PNG inside a data URI."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
