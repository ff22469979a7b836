"""The page: what the run gave, put into the template. Everything is escaped; nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from tenkai import __version__
from tenkai.errors import Note, Problem
from tenkai.plan.workflow import Workflow
from tenkai.report.chosen import Choice
from tenkai.report.facts import commands, names_data, run_facts, step_rows, workflow_file
from tenkai.report.figures import ALL, FigureBlock, figure_blocks
from tenkai.report.findings import ScoreBlock, read_scores, results, score_blocks
from tenkai.report.markdown import to_html
from tenkai.report.numbers import seconds
from tenkai.report.tables import TableBlock, table_blocks
from tenkai.report.whymap import why_map
from tenkai.report.words import speaker
from tenkai.run.results import RunResult

if TYPE_CHECKING:
    from jinja2 import Template

Block = TypeVar("Block", FigureBlock, ScoreBlock, TableBlock)


def make_page(result: RunResult, page: str = "", choice: Choice = ALL) -> str:
    """Return the report as HTML, with all figures or those chosen."""
    graph, outcome = result.graph, result.outcome
    workflow = graph.workflow
    problems: list[Problem] = list(result.error.problems) if result.error is not None else []
    scores = read_scores(result, problems)
    single, swept = results(result, scores, problems)
    tasks = [dict(t) for t in result.tasks()]
    title = workflow.title or workflow.name
    told: set[Note] = set()
    figures = [_once(b, told) for b in figure_blocks(result, problems, choice)]
    live = any(b.live for b in figures)
    styles = [_file("report.css"), *([_file("static/explorer.css")] if live else [])]
    scripts = [_file("static/offline.js")] if live else []
    pinned = {note for b in figures for note in b.pinned}
    blocks = [_once(b, told) if b.listed else b for b in score_blocks(result, scores)]
    context: dict[str, Any] = {
        "title": title,
        "t": speaker(choice.language),
        "language": choice.language,
        "workflow": workflow,
        "policy": _policy(styles, scripts),
        "styles": [Markup(s) for s in styles],
        "scripts": [Markup(s) for s in scripts],
        "notes_left": [n for n in choice.notes if n not in pinned],
        "closing": _closing(workflow),
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


CLOSING = (("done", "What was done"), ("found", "What was found"), ("unknown", "What is not known"))


def _closing(workflow: Workflow) -> list[tuple[str, list[str]]]:
    """Return the closing statement in paragraphs; what was found is the finding where nothing else is written."""
    said = dict(workflow.closing)
    if said and not said.get("found"):
        said["found"] = workflow.finding
    parts = [(title, said.get(key, "")) for key, title in CLOSING]
    return [(title, [p for p in text.split("\n\n") if p.strip()]) for title, text in parts if text.strip()]


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Let the browser refuse all that the page does not bring along: scripts, fonts, pictures from elsewhere."""
    run = f"script-src {_hashes(scripts)}; " if scripts else ""
    return f"default-src 'none'; {run}img-src data:; style-src {_hashes(styles)}; base-uri 'none'; form-action 'none'"


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts)
    return " ".join(f"'sha256-{d}'" for d in digests)


@lru_cache(maxsize=8)
def _file(name: str) -> str:
    text = (files("tenkai.report") / name).read_text(encoding="utf-8")
    # Inside of a page a text ends at its closing tag, wherever that stands.
    assert "</script" not in text and "</style" not in text, name
    return text


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
