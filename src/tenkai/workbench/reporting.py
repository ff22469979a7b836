"""The report of what is computed, with the figures that the reader has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tenkai.errors import problem
from tenkai.report.page import make_page
from tenkai.run.results import RunResult
from tenkai.run.store import Store
from tenkai.run.studies import study_text
from tenkai.values import Figure
from tenkai.workbench.session import Session
from tenkai.workbench.state import planned, sound_part


def report_page(session: Session, store: Store, figures: Sequence[str] | None, finding: str | None) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    figures : steps whose figures stand in it; None: all
    finding : the sentence on top; None: that of the file

    Raises
    ------
    TenkaiError
        TK547 when nothing is computed yet; TK108 for a step that is not there.
    """
    with session.lock:
        graph = sound_part(session.graph)
        outcome = planned(session, store)
    if not outcome.finished:
        raise problem("TK547", "nothing is computed yet.", remedy="Run the workflow.")
    if finding is not None:
        graph = replace(graph, workflow=replace(graph.workflow, finding=finding))
    if figures is not None:
        for name in figures:
            session.project.require_node(name.split(".", maxsplit=1)[0])
        wanted = {name.split(".", maxsplit=1)[0] for name in figures}
        others = {
            n for n, b in graph.nodes.items()
            if n not in wanted and all(issubclass(o.type, Figure) for o in b.step.outputs.values())
        }  # fmt: skip
        graph = replace(graph, nodes={n: b for n, b in graph.nodes.items() if n not in others})
    return make_page(RunResult(graph, outcome, store), study_text(session.path.stem))
