"""Figures of a run as pictures inside the page: vector where it is light, pixels where it is heavy."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenkai.errors import Note, Problem, TenkaiError
from tenkai.plan.graph import Bound
from tenkai.plan.references import Ref
from tenkai.report.numbers import setting
from tenkai.report.order import as_written
from tenkai.run.results import RunResult
from tenkai.values.figure import Figure, svg_to_png

HEAVY = 400_000
"""Characters of SVG above which a picture goes in as pixels: browsers slow down with many shapes."""
BROAD = 800
"""Points of width above which the pictures of a gallery get a line each."""
MOST_PICTURES = 36
"""Pictures of one gallery; of a longer sweep the rest is counted."""
_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')
_OUTSIDE = re.compile(r'\s(?:xlink:)?href="(?!data:|#)[^"]*"')


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

    @property
    def swept(self) -> bool:
        """Say whether it is a gallery."""
        return any(p.point for p in self.pictures)

    @property
    def broad(self) -> bool:
        """Say whether the pictures are too wide to stand side by side."""
        return max(p.width for p in self.pictures) > BROAD


def figure_blocks(result: RunResult, problems: list[Problem]) -> Iterator[FigureBlock]:
    """Draw the figures of all interpret steps that finished, in the order of the workflow.

    A figure that cannot be read or drawn is told in `problems`; the others are not held up.
    """
    for bound in as_written(result.graph):
        for output in bound.step.outputs.values():
            if bound.step.stage == "interpret" and issubclass(output.type, Figure):
                block = _block(result, bound, Ref(bound.name, output.name), problems)
                if block.pictures:
                    yield block


def _block(result: RunResult, bound: Bound, ref: Ref, problems: list[Problem]) -> FigureBlock:
    pictures: list[Picture] = []
    notes: list[Note] = []
    reading = result.parts(ref)
    finished = sum(task in result.outcome.finished for task in result.outcome.expansion.of_node.get(ref.node, ()))
    for _ in range(min(finished, MOST_PICTURES)):
        try:
            point, value = next(reading)
            assert isinstance(value, Figure)
            pictures.append(draw(value, written(point)))
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


def draw(figure: Figure, point: str = "") -> Picture:
    """Draw one figure.

    Raises
    ------
    TenkaiError
        TK520 when the specification cannot be drawn.
    """
    # The picture goes in as one image with a text: names for each of its shapes would only make it heavy.
    quiet = {**figure.spec, "config": {**figure.spec.get("config", {}), "aria": False}}
    try:
        svg = _OUTSIDE.sub("", replace(figure, spec=quiet).to_svg())
        found = _SIZE.search(svg)
        width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
        heavy = len(svg) > HEAVY
        kind, content = ("png", svg_to_png(svg)) if heavy else ("svg+xml", svg.encode())
    except ValueError as error:
        # Behind the first line that starts with "at" stands what only the authors of the library need.
        told = str(error).split("\n    at ")[0]
        fact = f"the figure '{figure.title}' cannot be drawn: {' '.join(told.split())[:300]}"
        raise TenkaiError(Problem("TK520", fact)) from None
    uri = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    said = tuple(str(line) for line in figure.spec.get("usermeta", {}).get("caption", ()))
    return Picture(uri, round(width), round(height), figure.title, figure.text, point, said)


def written(point: Mapping[str, Any]) -> str:
    """Write a point of a sweep: ``perplexity = 30, seed = 0``."""
    return ", ".join(f"{name} = {setting(value, 40)}" for name, value in point.items())


def _unsaid(notes: Iterable[Note], pictures: Iterable[Picture]) -> tuple[Note, ...]:
    """Return the notes that do not stand in the picture already."""
    said = {line for picture in pictures for line in picture.said}
    return tuple(n for n in dict.fromkeys(notes) if n.text not in said)
