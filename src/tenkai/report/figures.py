"""Figures of a run as pictures inside the page."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenkai.errors import Note, Problem, TenkaiError
from tenkai.plan.graph import Bound
from tenkai.plan.references import Ref
from tenkai.report.chosen import Choice, Pinned, Wanted, notes_of
from tenkai.report.drawing import drawn
from tenkai.report.live import Live, live_map
from tenkai.report.numbers import setting
from tenkai.report.order import MANY, as_written, told_together
from tenkai.run.results import RunResult
from tenkai.run.store import Store
from tenkai.values.figure import Figure

ALL = Choice()
BROAD = 800
"""Points of width above which the pictures of a gallery get a line each."""
MOST_PICTURES = 36
"""Pictures of one gallery; of a longer sweep the rest is counted."""


@dataclass(frozen=True)
class Picture:
    """One drawn figure: a data URI with its size in points."""

    uri: str
    width: int
    height: int
    title: str
    text: str
    point: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigureBlock:
    """What one output of a step shows: a picture, or one per point of a sweep, and the notes that belong to it."""

    name: str
    step: str
    title: str
    pictures: tuple[Picture, ...]
    notes: tuple[Note, ...]
    more: int = 0
    caption: str = ""
    live: Live | None = None
    pinned: tuple[Pinned, ...] = ()

    @property
    def swept(self) -> bool:
        """Say whether it is a gallery."""
        return any(p.point for p in self.pictures)

    @property
    def broad(self) -> bool:
        """Say whether the pictures are too wide to stand side by side."""
        return any(p.width > BROAD and p.width > 1.75 * p.height for p in self.pictures)


def figure_blocks(result: RunResult, problems: list[Problem], choice: Choice = ALL) -> Iterator[FigureBlock]:
    """Draw the figures of interpret steps that finished: those chosen, else all in the order of the workflow.

    A figure that cannot be read or drawn is told in `problems`; the others are not held up. Where nothing is chosen,
    pictures of many passes are left out when another step tells them together.
    """
    for bound, ref, wanted in _in_order(result, choice):
        block = _block(result, bound, ref, problems)
        if not block.pictures:
            continue
        pinned = notes_of(result.graph, ref.node, choice.notes)
        live = None
        if wanted is not None and wanted.live:
            try:
                live = live_map(result, bound, wanted.columns, pinned, choice.language)
            except TenkaiError as error:
                problems.extend(error.at(result.graph.workflow.place(ref.node)).problems)
        yield replace(block, caption=wanted.caption if wanted else "", live=live, pinned=pinned)


def _in_order(result: RunResult, choice: Choice) -> Iterator[tuple[Bound, Ref, Wanted | None]]:
    together = told_together(result.graph)
    found = [
        (bound, Ref(bound.name, output.name))
        for bound in as_written(result.graph)
        for output in bound.step.outputs.values()
        if bound.step.stage == "interpret" and issubclass(output.type, Figure)
    ]
    if choice.figures is None:
        many = {n for n in together if len(result.outcome.expansion.of_node.get(n, ())) > MANY}
        yield from ((bound, ref, None) for bound, ref in found if bound.name not in many)
        return
    for wanted in choice.figures:
        yield from ((bound, ref, wanted) for bound, ref in found if wanted.means(ref))


def _block(result: RunResult, bound: Bound, ref: Ref, problems: list[Problem]) -> FigureBlock:
    pictures: list[Picture] = []
    notes: list[Note] = []
    reading = result.parts(ref)
    finished = sum(task in result.outcome.finished for task in result.outcome.expansion.of_node.get(ref.node, ()))
    for _ in range(min(finished, MOST_PICTURES)):
        try:
            point, value = next(reading)
            assert isinstance(value, Figure)
            pictures.append(picture(value, result.store, written(point)))
        except StopIteration:
            break
        except TenkaiError as error:
            problems.extend(error.at(result.graph.workflow.place(ref.node)).problems)
            continue
        notes.extend(value.notes)
    titles = list(dict.fromkeys(p.title for p in pictures if p.title))
    title = titles[0] if len(titles) == 1 else bound.step.title
    more = max(0, finished - MOST_PICTURES)
    return FigureBlock(bound.name, bound.step.name, title, tuple(pictures), _unsaid(notes, pictures), more)


def picture(figure: Figure, store: Store, point: str = "") -> Picture:
    """Draw one figure. Raises TK520 when its specification cannot be drawn."""
    drawing = drawn(figure, store)
    uri = f"data:image/{drawing.kind};base64,{base64.b64encode(drawing.content).decode()}"
    said = tuple(str(line) for line in figure.spec.get("usermeta", {}).get("caption", ()))
    return Picture(uri, drawing.width, drawing.height, figure.title, figure.text, point, said)


def written(point: Mapping[str, Any]) -> str:
    """Write a point of a sweep: ``perplexity = 30, seed = 0``."""
    return ", ".join(f"{name} = {setting(value, 40)}" for name, value in point.items())


def _unsaid(notes: Iterable[Note], pictures: Iterable[Picture]) -> tuple[Note, ...]:
    """Return the notes that do not stand in the picture already."""
    said = {line for picture in pictures for line in picture.said}
    return tuple(n for n in dict.fromkeys(notes) if n.text not in said)
