"""What the page shows of a workflow, as one document."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from tenkai.errors import Problem
from tenkai.plan.graph import Bound, Graph, axes_of_nodes
from tenkai.run.engine import Engine, Outcome
from tenkai.run.store import Store
from tenkai.workbench.layout import bands, placed
from tenkai.workbench.session import Session


def state_of(session: Session, store: Store) -> dict[str, Any]:
    """Return the state of a workflow: see docs/design/workbench.md."""
    with session.lock:
        graph, problems = session.graph, session.problems
        outcome = planned(session, store)
        broken = {p.place.name for p in problems}
        places = placed(graph, session.layout.nodes)
        document = graph.workflow.document
        nodes = [
            {
                "name": name,
                "step": bound.step.name,
                "stage": bound.step.stage,
                "title": bound.step.title,
                "given": plain(given_of(bound)),
                "x": places[name][0],
                "y": places[name][1],
                "line": document.place(("steps", name)).line,
                "status": status_of(session, outcome, name),
                "problems": [asdict(p) for p in problems if p.place.name == name],
            }
            for name, bound in graph.nodes.items()
        ]
        return {
            "file": session.path.name,
            "version": session.version,
            "title": graph.workflow.title,
            "description": graph.workflow.description,
            "finding": graph.workflow.finding,
            "closing": dict(graph.workflow.closing),
            "report": session.layout.report,
            "text": session.text,
            "nodes": nodes,
            "wires": list(_wires(graph)),
            "bands": [asdict(b) for b in bands(graph)],
            "axes": _axes(graph),
            "results": _results(graph, outcome),
            "variables": plain(graph.workflow.variables),
            "problems": [asdict(p) for p in problems],
            "warnings": [{"code": n.code, "text": n.text} for n in session.project.warnings],
            "lens": _lens(graph, broken),
            "notes": session.layout.notes,
            "can_undo": bool(session.before),
            "can_redo": bool(session.undone),
            "running": session.running,
        }


def given_of(bound: Bound) -> dict[str, Any]:
    """Return what the file says for settings; wires are told apart."""
    return {k: v for k, v in bound.node.given.items() if k not in bound.step.ports}


def sound_part(graph: Graph) -> Graph:
    """Return the nodes that nothing is wrong with, upstream neither: what could run now."""
    bad = {p.place.name for p in graph.problems}
    kept: dict[str, Bound] = {}
    for name, bound in graph.nodes.items():
        if name not in bad and all(r.node in kept for r in bound.sources()):
            kept[name] = bound
    results = {k: r for k, r in graph.results.items() if r.node in kept}
    return replace(graph, nodes=kept, results=results, problems=())


def planned(session: Session, store: Store) -> Outcome:
    """Return which tasks there are and which are stored, of all that could run now."""
    project = session.project
    return Engine(store, project.places).plan(sound_part(session.graph))


def status_of(session: Session, outcome: Outcome, name: str) -> dict[str, Any]:
    """Return how a node stands: new, stale, cached, failed."""
    tasks = outcome.expansion.of_node.get(name, ())
    finished = [outcome.finished[t] for t in tasks if t in outcome.finished]
    keys = frozenset(outcome.keys[t].digest for t in tasks)
    problems: Iterable[Problem] = ()
    state = "new"
    if tasks and len(finished) == len(tasks):
        state = "cached"
        session.seen.add(name)
    elif not tasks:
        state = "stale" if name in session.seen else "new"
    else:
        failed_with, told = session.failed.get(name, (frozenset(), ()))
        if failed_with and failed_with == keys:
            state, problems = "failed", told
        else:
            state = "stale" if finished or name in session.seen else "new"
    notes = list(dict.fromkeys((c, t) for f in finished for c, t in f.notes))
    return {
        "state": state,
        "done": len(finished),
        "points": len(tasks),
        "seconds": sum(f.seconds for f in finished) if finished else None,
        "memory": max((f.memory for f in finished), default=None),
        "notes": [{"code": c, "text": t} for c, t in notes],
        "problems": [asdict(p) for p in problems],
    }


def _wires(graph: Graph) -> Iterable[dict[str, Any]]:
    for name, bound in graph.nodes.items():
        for port, wire in bound.wires.items():
            for i, ref in enumerate(wire.refs):
                over = list(wire.over) if wire.over is not None else None
                yield {"from": f"{ref.node}.{ref.output}", "to": name, "port": port, "index": i, "over": over}
        for setting, ref in bound.froms.items():
            yield {"from": f"{ref.node}.{ref.output}", "to": name, "port": setting, "index": -1, "over": None}


def _axes(graph: Graph) -> dict[str, list[str]]:
    """Return the sweeps that each node runs through, as `over` may name them."""
    found = axes_of_nodes(graph)
    names = {n: sorted({a.split(".")[-1] for a in axes}) for n, axes in found.items()}
    return {n: a for n, a in names.items() if a}


def _results(graph: Graph, outcome: Outcome) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, ref in graph.results.items():
        result: dict[str, Any] = {"name": name, "ref": str(ref)}
        tasks = outcome.expansion.of_node.get(ref.node, ())
        values = [
            outcome.finished[t].figures.get(ref.output, {}).get(ref.key)
            for t in tasks if t in outcome.finished
        ]  # fmt: skip
        if tasks and len(values) == len(tasks):
            result["value"] = plain(values[0] if len(tasks) == 1 else values)
        found.append(result)
    return found


def _lens(graph: Graph, broken: set[str]) -> list[dict[str, Any]]:
    from tenkai.plan.lens import forecast

    if broken:
        graph = sound_part(graph)
    return [
        {"node": f.score, "text": f.sentence(), **{str(kind): extent for kind, extent in f.extent.items()}}
        for f in forecast(graph)
    ]


def plain(value: Any) -> Any:
    """Return JSON that browsers read: no NaN, no infinity, no other types."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool) or value is None else str(value)
