"""How a run ends in the terminal: results, what the lens saw, warnings, time. Nothing heavy is imported."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from tenkai.errors import Problem, count
from tenkai.plan.references import Ref
from tenkai.report.findings import Readings, look, read_scores, results
from tenkai.report.numbers import number, seconds
from tenkai.run.results import RunResult

MOST_POINTS = 8


def summary_lines(result: RunResult) -> list[str]:
    """Return the lines that end a run: plain text, no colours."""
    problems: list[Problem] = []
    scores = read_scores(result, problems)
    single, grids = results(result, scores, problems)
    lines = [result.graph.workflow.title or result.graph.workflow.name]
    lines += _columns([(r.name, r.value, r.about) for r in single])
    for block in grids:
        rows = [(point, *(cell.text for cell in cells)) for point, cells in block.rows[:MOST_POINTS]]
        lines += _columns([("", *block.names), *rows])
        more = len(block.rows) - len(rows) + block.more
        lines += [f"  and {more} more"] if more else []
    said = _lens(result, scores)
    if said:
        lines += ["leak lens:", *(f"  {line}" for line in said)]
    notes = result.notes()
    if notes:
        lines.append(f"{count(len(notes), 'warning')}: {', '.join(dict.fromkeys(n.code for n in notes))}")
    return [*lines, *map(str, problems), _end(result)]


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Set cells below each other, two blanks in front and between."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(_padded, row, widths)).rstrip() for row in rows]


def _lens(result: RunResult, scores: Mapping[Ref, Readings]) -> list[str]:
    """Each sentence once: several results often come from one score."""
    lines: list[str] = []
    for ref, readings in scores.items():
        quoted = any((r.node, r.output) == (ref.node, ref.output) for r in result.graph.results.values())
        seen = look(readings) if quoted else None
        if seen is not None:
            lines += [f"{ref.node}: {' '.join(seen.sentences)}"]
    return lines


def _end(result: RunResult) -> str:
    outcome = result.outcome
    made, total = len(outcome.computed), len(outcome.expansion.tasks)
    parts = [f"{number(made)} computed", f"{number(len(outcome.finished) - made)} from the cache"]
    if outcome.failed:
        parts.append(f"{number(len(outcome.failed))} failed")
    idle = total - len(outcome.finished) - len(outcome.failed)
    if idle:
        parts.append(f"{number(idle)} not run")
    return f"{count(total, 'task')} in {seconds(outcome.seconds)}: {', '.join(parts)}"


def _width(text: str) -> int:
    """Columns of a terminal: a Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
