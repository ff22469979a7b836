"""Checks before data: schemas flow through the graph, sweeps are gathered, the places of files exist."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tenkai.data import find_data
from tenkai.errors import Note, Problem, TenkaiError
from tenkai.plan.graph import Bound, Graph, axes_of_nodes
from tenkai.values import Figure, Schema

# What a step tells of its rows while it runs is a problem of the workflow where it is found before.
BEFORE_DATA = {"TK201": "TK113", "TK202": "TK114"}


def checked(graph: Graph) -> Graph:
    """Return the graph with what can be found out before data added to its problems and warnings."""
    broken = {p.place.name for p in graph.problems}
    problems = list(graph.problems)
    schemas: dict[tuple[str, str], Schema | None] = {}
    for bound in graph.nodes.values():
        found: dict[str, Schema | None] = {}
        if bound.name not in broken and not _missing_files(graph, bound, problems):
            found = _flow(graph, bound, schemas, problems)
        for output in bound.step.outputs:
            schemas[bound.name, output] = found.get(output)
    return replace(graph, problems=tuple(problems), warnings=(*graph.warnings, *_ungathered(graph)))


def _missing_files(graph: Graph, bound: Bound, problems: list[Problem]) -> bool:
    """Report files that are not there; what reads them is not looked at further."""
    missing = False
    for name, setting in bound.step.settings.items():
        spec = bound.sweeps.get(name) or graph.variables.get(bound.variables.get(name, ""))
        values = spec.values if spec else (bound.settings.get(name),)
        for value in values if setting.is_path else ():
            if isinstance(value, str) and "://" not in value:
                try:
                    find_data(value)
                except TenkaiError as error:
                    problems.extend(error.at(graph.workflow.place(bound.name, name)).problems)
                    missing = True
    return missing


def schemas_of(graph: Graph) -> dict[tuple[str, str], Schema | None]:
    """Return the schema of each table output, None where it is known only with data."""
    schemas: dict[tuple[str, str], Schema | None] = {}
    for bound in graph.nodes.values():
        found = _flow(graph, bound, schemas, [])
        schemas.update({(bound.name, o): found.get(o) for o in bound.step.outputs})
    return schemas


def _flow(
    graph: Graph, bound: Bound, schemas: dict[tuple[str, str], Schema | None], problems: list[Problem]
) -> dict[str, Schema | None]:
    inputs: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for port, wire in bound.wires.items():
        ref = wire.refs[0]
        single = len(wire.refs) == 1 and not wire.port.gathers
        known[port] = schemas.get((ref.node, ref.output)) if len(wire.refs) == 1 else None
        inputs[port] = known[port] if single else None
    result: dict[str, Schema | None] = {}
    for settings in _settings_to_try(graph, bound):
        try:
            settings = {n: bound.step.settings[n].convert(v) for n, v in settings.items()}
            bound.step.check_columns(known, settings)
            if not bound.froms:
                settings = bound.step.convert(settings)
                result = result or dict(bound.step.flow(inputs, settings))
        except TenkaiError as error:
            for p in error.problems:
                place = replace(p.place, name="").within(graph.workflow.place(bound.name, p.place.setting))
                problems.append(replace(p, code=BEFORE_DATA.get(p.code, p.code), place=place))
            return {}
    return result


def _settings_to_try(graph: Graph, bound: Bound) -> list[dict[str, Any]]:
    """The settings with each swept value in turn (other axes at their first value)."""
    base = {**bound.settings, **{n: s.values[0] for n, s in bound.sweeps.items() if not s.when}}
    base |= {n: graph.variables[v].values[0] for n, v in bound.variables.items()}
    tries = [base]
    for name, spec in bound.sweeps.items():
        if len(spec.values) <= 200 and not spec.when:
            tries.extend({**base, name: value} for value in spec.values[1:])
    return tries


def _ungathered(graph: Graph) -> list[Note]:
    """Warn of sweeps whose last values are taken by nobody. Figures are for looking at, one by one."""
    swept = axes_of_nodes(graph)
    used = {r.node for b in graph.nodes.values() for r in b.sources()} | {r.node for r in graph.results.values()}
    notes: list[Note] = []
    for name, axes in swept.items():
        if axes and name not in used and not issubclass(graph.nodes[name].step.main.type, Figure):
            place = graph.workflow.place(name)
            what = " and ".join(sorted(a.split(".")[-1] for a in axes))
            text = f"{place}: the sweep over {what} ends here and is never gathered. "
            notes.append(Note("TKW101", text + "Gather it with interpret.score_table or interpret.compare_maps."))
    return notes
