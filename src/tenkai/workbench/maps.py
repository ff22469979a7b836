"""The maps of a workflow, with what scores say of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from tenkai.interpret._cautions import NAMES
from tenkai.interpret._plane import reduction
from tenkai.interpret._repeats import goal_of
from tenkai.plan.graph import Bound, Graph
from tenkai.plan.tasks import Source
from tenkai.run.engine import Outcome
from tenkai.run.store import Store
from tenkai.values import Scores, Table
from tenkai.workbench.behind import first_source
from tenkai.workbench.session import Session
from tenkai.workbench.state import plain, planned, sound_part

MOST_KNOWN = 10_000
QUALITY = "interpret.map_quality"


class Maps:
    """Finds the maps among the values of a workflow; what a stored table has as coordinates is looked up once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._axes: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def of(self, session: Session) -> list[dict[str, Any]]:
        """Return one record per map and point of its sweep, computed or not."""
        with session.lock:
            graph, outcome = sound_part(session.graph), planned(session, self.store)
        quality = _quality(graph, outcome)
        found = []
        for bound, output in _candidates(graph):
            tasks = outcome.expansion.of_node[bound.name]
            first = next(iter(bound.step.outputs))
            for point, task in enumerate(tasks):
                axes: tuple[str, ...] = ()
                identity = ""
                if task in outcome.finished:
                    identity = outcome.finished[task].outputs.get(output, "")
                    axes = self._coordinates(identity)
                    if len(axes) < 2:
                        continue
                expansion = outcome.expansion
                settings = {expansion.axes[k].name: plain(v) for k, v in expansion.tasks[task].point}
                found.append(
                    {
                        "ref": bound.name if output == first else f"{bound.name}.{output}",
                        "node": bound.name,
                        "method": NAMES.get(bound.step.name, bound.step.title),
                        "point": point,
                        "settings": settings,
                        "given": {k: plain(v) for k, v in bound.settings.items() if k in bound.node.given},
                        "id": identity,
                        "axes": list(axes),
                        "quality": [*quality.get(Source(task, output), ()), *_own(bound, outcome, task)],
                    }
                )
        return found

    def _coordinates(self, identity: str) -> tuple[str, ...]:
        if identity and identity not in self._axes:
            table = self.store.get(identity)
            made = reduction(table) if isinstance(table, Table) else None
            # What keeps its columns, such as a table of low rank, is no map.
            new = made is not None and set(made.outputs) != set(made.features)
            self._axes[identity] = made.outputs if made is not None and new else ()
            while len(self._axes) > MOST_KNOWN:
                self._axes.popitem(last=False)
        return self._axes.get(identity, ())


def _candidates(graph: Graph) -> Iterator[tuple[Bound, str]]:
    """Return outputs with the rows that came in, in new coordinates: the maps of t-SNE, PCA, NMF and the like."""
    for bound in graph.nodes.values():
        rows = bound.step.rows
        if bound.step.stage == "learn" and rows.learns == "prepared":
            main = next(iter(bound.step.outputs))
            if main in rows.same and issubclass(bound.step.outputs[main].type, Table):
                yield bound, main


def _quality(graph: Graph, outcome: Outcome) -> dict[Source, list[dict[str, Any]]]:
    """Return what steps that judge maps said, by the map they judged."""
    found: dict[Source, list[dict[str, Any]]] = {}
    for bound in graph.nodes.values():
        if bound.step.name != QUALITY:
            continue
        for task in outcome.expansion.of_node[bound.name]:
            judged = first_source(outcome.expansion.tasks[task].inputs["map"])
            if task in outcome.finished and judged is not None:
                figures = outcome.finished[task].figures.get("scores", {})
                found.setdefault(judged, []).extend(_told(figures, bound.name))
    return found


def _own(bound: Bound, outcome: Outcome, task: str) -> list[dict[str, Any]]:
    """Return what the method itself says of its map, such as the divergence reached."""
    if task not in outcome.finished:
        return []
    made = outcome.finished[task].figures
    outputs = [name for name, output in bound.step.outputs.items() if issubclass(output.type, Scores)]
    return [told for name in outputs for told in _told(made.get(name, {}), bound.name)]


def _told(figures: Any, node: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "value": plain(value), "goal": goal_of(name), "by": node}
        for name, value in figures.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
