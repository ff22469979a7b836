"""All scores of a workflow side by side: what was scored, how high, and which rows had been seen before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from tenkai.errors import TenkaiError, problem
from tenkai.interpret._repeats import goal_of
from tenkai.plan.graph import Bound
from tenkai.plan.references import Ref, resolve
from tenkai.run.engine import Outcome
from tenkai.run.store import Store
from tenkai.values import Figure, Scores
from tenkai.workbench.session import Session
from tenkai.workbench.state import plain, planned, sound_part

MOST_KNOWN = 20_000
MOST_POINTS = 2000  # of one sweep, sent to the page
CHOSEN = ("the chosen ", "the setting chosen")
"""What interpret.best and learn.search say of the settings among their figures."""


class Scorebook:
    """Reads scores; what the lens saw of each is looked up once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def of(self, session: Session) -> list[dict[str, Any]]:
        """Return one record per output with scores: figures, their meaning and the lens, point by point."""
        with session.lock:
            graph, outcome = sound_part(session.graph), planned(session, self.store)
        found = []
        for bound in graph.nodes.values():
            for output, made in bound.step.outputs.items():
                if issubclass(made.type, Scores):
                    told = self._record(bound, output, outcome)
                    if told["points"]:
                        found.append(told)
        return found

    def record(self, session: Session, text: str) -> dict[str, Any]:
        """Return the record of one output with scores.

        Raises
        ------
        TenkaiError
            TK108 for a reference that leads nowhere; TK548 for a value that is no scores; TK547 before it is computed.
        """
        with session.lock:
            graph, outcome = sound_part(session.graph), planned(session, self.store)
        ref = resolve(text, {n: b.step for n, b in graph.nodes.items()}, figure=False)
        if not isinstance(ref, Ref):
            raise TenkaiError(ref)
        bound = graph.nodes[ref.node]
        if not issubclass(bound.step.outputs[ref.output].type, Scores):
            raise problem("TK548", f"'{text}' holds no scores.", allowed="Scores are needed here.")
        told = self._record(bound, ref.output, outcome)
        if not told["points"]:
            raise problem("TK547", f"'{text}' is not computed yet.", remedy="Run it.")
        return told

    def _record(self, bound: Bound, output: str, outcome: Outcome) -> dict[str, Any]:
        expansion = outcome.expansion
        tasks = expansion.of_node[bound.name]
        points: list[dict[str, Any]] = []
        about: dict[str, str] = {}
        for at, task in enumerate(tasks):
            finished = outcome.finished.get(task)
            if finished is None or output not in finished.outputs or len(points) == MOST_POINTS:
                continue
            known = self._look(finished.outputs[output])
            about |= {k: v for k, v in known["about"].items() if k not in about}
            settings = {expansion.axes[k].name: plain(v) for k, v in expansion.tasks[task].point}
            points.append({"point": at, "settings": settings, "figures": known["figures"], "lens": known["lens"]})
        figures = list(dict.fromkeys(name for p in points for name in p["figures"]))
        return {
            "ref": bound.name if output == next(iter(bound.step.outputs)) else f"{bound.name}.{output}",
            "node": bound.name,
            "step": bound.step.name,
            "title": bound.step.title,
            "axes": list(dict.fromkeys(name for p in points for name in p["settings"])),
            "columns": [{"name": n, "about": about.get(n, ""), "goal": goal_of(n)} for n in figures],
            "points": points,
            "of": len(tasks),
            "chosen": [n for n in figures if about.get(n, "").startswith(CHOSEN)],
        }

    def _look(self, identity: str) -> Mapping[str, Any]:
        if identity not in self._known:
            scores = self.store.get(identity)
            assert isinstance(scores, Scores)
            lens = scores.lens
            told = None if lens is None else {**lens.counts(), "text": lens.sentences()}
            self._known[identity] = {"figures": plain(scores.figures), "about": dict(scores.about), "lens": told}
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return self._known[identity]


def board(record: Mapping[str, Any], wanted: list[str] | None = None) -> Figure:
    """Return parallel coordinates of the settings that differ and of scores, one line per point of the sweep.

    Raises
    ------
    TenkaiError
        TK548 where there is nothing to compare, or a column is not there.
    """
    from tenkai.interpret._board import board_figure

    points = record["points"]
    names = [n for n in record["axes"] if len({repr(p["settings"].get(n)) for p in points}) > 1]
    scores = [c["name"] for c in record["columns"]]
    for name in wanted or ():
        if name not in (*names, *scores):
            raise problem("TK548", f"'{record['ref']}' has no score '{name}'.")
    if len(points) < 2 or not names:
        raise problem("TK548", f"'{record['ref']}' has one point: there is nothing to compare.")
    chosen = [s for s in scores if s in wanted] if wanted is not None else _telling(record, 4)
    columns = {n: [p["settings"].get(n) for p in points] for n in names}
    columns |= {s: [p["figures"].get(s) for p in points] for s in chosen}
    goals = {c["name"]: c["goal"] for c in record["columns"]}
    return board_figure(columns, [p["point"] for p in points], settings=names, goals=goals)


def _telling(record: Mapping[str, Any], most: int) -> list[str]:
    """Return the first scores that differ between points: those whose direction is known before others."""

    def differs(name: str) -> bool:
        values = [p["figures"].get(name) for p in record["points"]]
        known = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        return len(set(known)) > 1

    names = [c["name"] for c in record["columns"] if differs(c["name"])]
    goals = {c["name"]: c["goal"] for c in record["columns"]}
    # Ends of an interval, and what guessing reaches, say little beside the score itself.
    plain_ones = [n for n in names if not n.endswith(("_low", "_high", "_baseline", "_se", "_sd", "_deviation"))]
    ordered = sorted(plain_ones or names, key=lambda n: not goals[n])
    return ordered[:most]
