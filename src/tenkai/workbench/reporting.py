"""The report of what is computed, as the reader has chosen it, and the why-map."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from tenkai.errors import problem
from tenkai.report.chosen import Choice
from tenkai.report.live import can_live
from tenkai.report.page import make_page
from tenkai.report.whymap import why_map
from tenkai.report.words import LANGUAGES
from tenkai.run.results import RunResult
from tenkai.run.store import Store
from tenkai.run.studies import study_text
from tenkai.workbench.session import Session
from tenkai.workbench.state import planned, sound_part

MOST_PREVIEWS = 4


class Previews:
    """Reports made for the frame of the page; the last ones stay until their frame comes for them.

    A frame that asked for the report itself would show a refusal as it is sent; so the page asks, is told what is
    wrong, and gives its frame only what is there.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def keep(self, html: str) -> str:
        """Keep a report and return its name."""
        name = uuid.uuid4().hex
        with self._lock:
            self._kept[name] = html
            while len(self._kept) > MOST_PREVIEWS:
                self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> str:
        """Return a report that is kept. Raises TK580."""
        with self._lock:
            found = self._kept.get(name)
        if found is None:
            raise problem("TK580", "this preview is not kept any more.", remedy="Have it made anew: press Show again.")
        return found


def report_page(
    session: Session,
    store: Store,
    figures: Sequence[Any] | None = None,
    finding: str | None = None,
    language: str = "en",
) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    figures : steps whose figures stand in it, or ``{ref, caption, live, columns}`` each; None: those chosen before,
        else all
    finding : the sentence on top; None: that of the file
    language : of headings, and of the maps that can be explored

    Raises
    ------
    TenkaiError
        TK547 when nothing is computed yet; TK108 for a step that is not there; TK548 for a choice that is none.
    """
    with session.lock:
        graph, layout = sound_part(session.graph), session.layout.copy()
        outcome = planned(session, store)
    if not outcome.finished:
        raise problem("TK547", "nothing is computed yet.", remedy="Run the workflow.")
    if finding is not None:
        graph = replace(graph, workflow=replace(graph.workflow, finding=finding))
    wanted = figures
    if wanted is None and "figures" in layout.report:
        # A step of an old choice may be gone meanwhile.
        wanted = [f for f in layout.report["figures"] if f["ref"].split(".", maxsplit=1)[0] in graph.nodes]
    choice = Choice.read(graph, wanted, layout.notes, language if language in LANGUAGES else "en")
    return make_page(RunResult(graph, outcome, store), study_text(session.path.stem), choice)


def why(session: Session) -> dict[str, Any]:
    """Return the why-map, and which figures can be taken along to be explored, with their columns to color by."""
    with session.lock:
        graph = sound_part(session.graph)
    stages = [
        {
            "name": stage.name,
            "cards": [
                {"title": c.title, "step": c.step, "names": list(c.names), "settings": [list(s) for s in c.settings]}
                for c in stage.cards
            ],
        }
        for stage in why_map(graph)
    ]
    maps: Mapping[str, str] = {
        name: str(bound.wires["map"].refs[0]) for name, bound in graph.nodes.items() if can_live(bound)
    }
    return {"stages": stages, "maps": maps}
