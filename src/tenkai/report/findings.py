"""The results named in the workflow, and what the leak lens says of each score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tenkai.errors import Note, Problem, TenkaiError
from tenkai.plan.references import Ref
from tenkai.report.expected import Expected, compare
from tenkai.report.figures import written
from tenkai.report.numbers import Cell, aligned, number
from tenkai.report.order import MANY, as_written, told_together
from tenkai.run.results import RunResult
from tenkai.values import Lens, Scores

MOST_POINTS, MOST_FIGURES = 24, 16
Readings = Sequence[tuple[Mapping[str, Any], Scores]]
"""One Scores value per point of a sweep; one with an empty point where nothing is swept."""


@dataclass(frozen=True)
class Seen:
    """What the lens says of one score. `mark`: fitted, chosen, prepared (the strongest) or unseen."""

    mark: str
    short: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A result: one figure."""

    name: str
    value: str
    about: str = ""
    seen: Seen | None = None
    expected: Expected | None = None


@dataclass(frozen=True)
class Grid:
    """Figures over a sweep: one row per point, one column per figure."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    about: tuple[tuple[str, str], ...] = ()
    seen: Seen | None = None
    more: int = 0
    expected: tuple[tuple[str, Expected], ...] = ()


@dataclass(frozen=True)
class ScoreBlock:
    """The scores of one step: figures with a line each, or a grid where they are swept.

    `listed`: whether they are shown as a table; those that are only quoted stand among the results.
    """

    name: str
    step: str
    title: str
    rows: tuple[tuple[str, Cell, str], ...] = ()
    grid: Grid | None = None
    seen: Seen | None = None
    notes: tuple[Note, ...] = ()
    more: int = 0
    listed: bool = True


def read_scores(result: RunResult, problems: list[Problem]) -> dict[Ref, Readings]:
    """Read the scores that finished, in the order of the workflow: of interpret steps, and those results quote."""
    found: dict[Ref, Readings] = {}
    quoted = {(r.node, r.output) for r in result.graph.results.values()}
    for bound in as_written(result.graph):
        name = bound.name
        for output in bound.step.outputs.values():
            wanted = bound.step.stage == "interpret" or (name, output.name) in quoted
            if not wanted or not issubclass(output.type, Scores):
                continue
            try:
                read = [(p, v) for p, v in result.parts(Ref(name, output.name)) if isinstance(v, Scores)]
            except TenkaiError as error:
                problems.extend(error.at(result.graph.workflow.place(name)).problems)
                continue
            if read:
                found[Ref(name, output.name)] = read
    return found


def look(readings: Readings) -> Seen | None:
    """Say what the lens saw; of a sweep the most seen point is told: the lens never flatters."""
    lenses = [s.lens for _, s in readings if s.lens is not None]
    if not lenses:
        return None
    lens = max(lenses, key=lambda each: (each.fitted, each.chosen, each.prepared))
    return Seen(*_short(lens), tuple(lens.sentences()))


def _short(lens: Lens) -> tuple[str, str]:
    for mark, n in (("fitted", lens.fitted), ("chosen", lens.chosen), ("prepared", lens.prepared)):
        if n:
            return mark, f"{mark} on {'all ' if n == lens.scored else f'{number(n)} of '}{number(lens.scored)} rows"
    return "unseen", f"{number(lens.scored)} unseen rows"


def results(
    result: RunResult, scores: Mapping[Ref, Readings], problems: list[Problem]
) -> tuple[list[Result], list[Grid]]:
    """Return the single results, and grids of those that are swept alike."""
    single: list[Result] = []
    swept: dict[str, list[tuple[str, Any]]] = {}
    about: dict[str, tuple[str, Seen | None]] = {}
    wanted = result.graph.workflow.expected
    for name, value in _figures(result, problems):
        ref = result.graph.results[name]
        readings = scores.get(Ref(ref.node, ref.output), ())
        line = next((s.about[ref.key] for _, s in readings if ref.key in s.about), "")
        if isinstance(value, list):
            swept.setdefault(repr([each["at"] for each in value]), []).append((name, value))
            about[name] = (line, look(readings))
        else:
            found = compare(value, wanted[name]) if name in wanted else None
            single.append(Result(name, number(value), line, look(readings), found))
    return single, [_grid(named, about, wanted) for named in swept.values()]


def _figures(result: RunResult, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    finished, tasks = result.outcome.finished, result.outcome.expansion.of_node
    for name, ref in result.graph.results.items():
        of_node = tasks.get(ref.node, ())
        if not of_node or not all(t in finished for t in of_node):
            continue
        try:
            yield name, result.figure(name)
        except TenkaiError as error:
            problems.extend(error.problems)


def _grid(
    named: Sequence[tuple[str, list[dict[str, Any]]]],
    about: Mapping[str, tuple[str, Seen | None]],
    wanted: Mapping[str, Any],
) -> Grid:
    names = tuple(name for name, _ in named)
    points = [each["at"] for each in named[0][1]]
    columns = {name: [each["value"] for each in values] for name, values in named}
    lenses = [seen for name in names if (seen := about[name][1]) is not None]
    found = grid(points, columns, {n: about[n][0] for n in names}, lenses[0] if len(set(lenses)) == 1 else None)
    compared = [(n, compare(values, wanted[n])) for n, values in named if n in wanted]
    return replace(found, expected=tuple((n, c) for n, c in compared if c is not None))


def grid(
    points: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Sequence[Any]],
    about: Mapping[str, str],
    seen: Seen | None,
) -> Grid:
    """Set figures over a sweep in a grid, cut after `MOST_POINTS`."""
    cells = [aligned(values[:MOST_POINTS]) for values in columns.values()]
    rows = tuple((written(p), tuple(column[i] for column in cells)) for i, p in enumerate(points[:MOST_POINTS]))
    lines = tuple((name, about[name]) for name in columns if about.get(name))
    return Grid(tuple(columns), rows, lines, seen, max(0, len(points) - MOST_POINTS))


def score_blocks(result: RunResult, scores: Mapping[Ref, Readings]) -> list[ScoreBlock]:
    """Return the scores of every step, in the order of the workflow."""
    blocks: list[ScoreBlock] = []
    together = told_together(result.graph)
    for ref, readings in scores.items():
        step = result.graph.nodes[ref.node].step
        notes = tuple(dict.fromkeys(n for _, s in readings for n in s.notes))
        about = {k: line for _, s in readings for k, line in s.about.items()}
        many = ref.node in together and len(readings) > MANY
        seen, listed = look(readings), step.stage == "interpret" and not many
        if len(readings) == 1 and not readings[0][0]:
            figures = readings[0][1].figures
            cells = aligned(list(figures.values()))
            rows = tuple((n, c, about.get(n, "")) for n, c in zip(figures, cells, strict=True))
            more = max(0, len(rows) - MOST_FIGURES)
            shown = rows[:MOST_FIGURES]
            blocks.append(ScoreBlock(ref.node, step.name, step.title, shown, None, seen, notes, more, listed))
            continue
        names = list(dict.fromkeys(n for _, s in readings for n in s.figures))
        columns = {n: [s.figures.get(n) for _, s in readings] for n in names}
        swept = grid([p for p, _ in readings], columns, about, seen)
        blocks.append(ScoreBlock(ref.node, step.name, step.title, (), swept, seen, notes, 0, listed))
    return blocks
