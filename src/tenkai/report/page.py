"""The page: what the run gave, put into the template. Everything is escaped; nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from tenkai import __version__
from tenkai.errors import Note, Problem
from tenkai.report.facts import commands, names_data, run_facts, step_rows, workflow_file
from tenkai.report.figures import FigureBlock, figure_blocks
from tenkai.report.findings import ScoreBlock, read_scores, results, score_blocks
from tenkai.report.markdown import to_html
from tenkai.report.numbers import seconds
from tenkai.report.tables import TableBlock, table_blocks
from tenkai.report.whymap import why_map
from tenkai.run.results import RunResult

if TYPE_CHECKING:
    from jinja2 import Template

Block = TypeVar("Block", FigureBlock, ScoreBlock, TableBlock)


def make_page(result: RunResult, page: str = "") -> str:
    """Return the report as HTML."""
    graph, outcome = result.graph, result.outcome
    workflow = graph.workflow
    problems: list[Problem] = list(result.error.problems) if result.error is not None else []
    scores = read_scores(result, problems)
    single, swept = results(result, scores, problems)
    tasks = [dict(t) for t in result.tasks()]
    title = workflow.title or workflow.name
    style = _style()
    told: set[Note] = set()
    figures = [_once(b, told) for b in figure_blocks(result, problems)]
    blocks = [_once(b, told) if b.listed else b for b in score_blocks(result, scores)]
    context: dict[str, Any] = {
        "title": title,
        "workflow": workflow,
        "policy": _policy(style),
        "style": style,
        "results": single,
        "grids": swept,
        "figures": figures,
        "scores": blocks,
        "listed": any(b.listed for b in blocks),
        "tables": [_once(b, told) for b in table_blocks(result, problems)],
        "stages": why_map(graph),
        "steps": step_rows(result, tasks),
        "warnings": _warnings(result),
        "story": to_html(page, title) if page.strip() else "",
        "facts": run_facts(result, tasks),
        "commands": commands(graph),
        "names_data": names_data(workflow),
        "file": workflow_file(workflow),
        "version": __version__,
        "seconds": seconds(outcome.seconds),
        "tasks": len(tasks),
        "not_run": sum(t["state"] == "not run" for t in tasks),
        "failed": sum(t["state"] == "failed" for t in tasks),
        "interrupted": outcome.interrupted,
    }
    # Last: drawing and reading may add to it.
    context["problems"] = list(dict.fromkeys(problems))
    return _template().render(context)


def _once(block: Block, told: set[Note]) -> Block:
    """Leave out notes that stand further up; the section of warnings says to which steps each belongs."""
    new = tuple(n for n in block.notes if n not in told)
    told.update(new)
    return replace(block, notes=new)


def _warnings(result: RunResult) -> list[tuple[Note, tuple[str, ...]]]:
    """Return each warning once, with the steps that gave it."""
    steps: dict[Note, list[str]] = {note: [] for note in result.graph.warnings}
    for finished in result.outcome.finished.values():
        for code, text in finished.notes:
            steps.setdefault(Note(code, text), []).append(finished.node)
    return [(note, tuple(dict.fromkeys(names))) for note, names in steps.items()]


def _policy(style: str) -> str:
    """Let the browser refuse all that the page does not bring along: scripts, fonts, pictures from elsewhere."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=1)
def _style() -> str:
    return (files("tenkai.report") / "report.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import DictLoader, Environment, StrictUndefined

    source = (files("tenkai.report") / "report.html.jinja").read_text(encoding="utf-8")
    loader = DictLoader({"report": source})
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["breakable"] = breakable
    return environment.get_template("report")


def breakable(name: str) -> Markup:
    """Let a long name break after its underscores.

    >>> breakable("label_<b>")
    Markup('label_<wbr>&lt;b&gt;')
    """
    return Markup("<wbr>").join(name.replace("_", "_\0").split("\0"))
