"""From graph to tasks: one task per node and point of its sweeps. What does not depend on an axis runs once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from operator import itemgetter
from typing import Any

from tenkai.errors import Problem, TenkaiError
from tenkai.plan.graph import Bound, Graph, Wire
from tenkai.plan.references import Ref
from tenkai.plan.sweeps import SweepSpec
from tenkai.step import Step
from tenkai.values import Axis

MOST_TASKS = 200_000
Point = tuple[tuple[str, Any], ...]
"""Axis key and value, in the order of the axes."""


@dataclass(frozen=True)
class Source:
    """An output of a task."""

    task: str
    output: str


@dataclass(frozen=True)
class Gathered:
    """All points of a sweep of one output: goes in as one Sweep value."""

    axes: tuple[Axis, ...]
    points: tuple[Mapping[str, Any], ...]
    sources: tuple[Source, ...]


Input = Source | Gathered | tuple["Source | Gathered", ...]


@dataclass(frozen=True)
class Task:
    """One call of a step."""

    id: str
    node: str
    step: Step
    point: Point
    inputs: Mapping[str, Input]
    settings: Mapping[str, Any]
    froms: Mapping[str, tuple[Source, str]]
    own: tuple[str, ...] = ()
    """Settings swept here, by an own sweep or a variable: those a shared variant may compute together."""

    def sources(self) -> list[Source]:
        """Return all outputs this task needs."""
        found = [s for s, _ in self.froms.values()]
        for value in self.inputs.values():
            for item in value if isinstance(value, tuple) else (value,):
                found.extend(item.sources if isinstance(item, Gathered) else (item,))
        return found


@dataclass(frozen=True)
class Expansion:
    """All tasks, in an order in which they can run."""

    tasks: Mapping[str, Task]
    of_node: Mapping[str, tuple[str, ...]]
    axes: Mapping[str, Axis]


def expand(graph: Graph) -> Expansion:
    """Expand the sweeps of a graph."""
    return _Expander(graph).expand()


class _Expander:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tasks: dict[str, Task] = {}
        self.of_node: dict[str, list[str]] = {}
        self.axes = _axes(graph)
        self.axes_of: dict[str, list[str]] = {}
        self.by_point: dict[str, dict[str, str]] = {}

    def expand(self) -> Expansion:
        for bound in self.graph.nodes.values():
            self.of_node[bound.name] = []
            for point in self._points(bound):
                task = self._task(bound, point)
                if task.id in self.tasks:  # such as the number 1 and the text "1"
                    fact = f"two points of the sweep are both called '{task.id}'."
                    place = self.graph.workflow.place(bound.name)
                    raise TenkaiError(Problem("TK112", fact, remedy="Name each value once.", place=place))
                self.tasks[task.id] = task
                self.of_node[bound.name].append(task.id)
            points = {task: self.tasks[task].point for task in self.of_node[bound.name]}
            used = {k for point in points.values() for k, _ in point}
            self.axes_of[bound.name] = [k for k in self.axes if k in used]
            self.by_point[bound.name] = {repr(list(point)): task for task, point in points.items()}
        return Expansion(self.tasks, {n: tuple(ids) for n, ids in self.of_node.items()}, self.axes)

    def _points(self, bound: Bound) -> list[Point]:
        """Join the points of everything that comes in, then multiply by the own axes."""
        points: list[dict[str, Any]] = [{}]
        for ref, wire in _incoming(bound):
            coming: dict[str, dict[str, Any]] = {}
            for task in self.of_node[ref.node]:
                point = dict(self.tasks[task].point)
                if wire is not None and wire.port.gathers:
                    gathered = self._gathered_axes(wire, point)
                    point = {k: v for k, v in point.items() if k not in gathered}
                coming.setdefault(repr(point), point)
            points = self._bounded(bound, _joined(points, list(coming.values())))
        for _setting, variable in bound.variables.items():
            values = self.graph.variables[variable].values
            if len(values) > 1:
                points = [{**p, variable: v} for p in points for v in values if p.get(variable, v) == v]
        points = self._bounded(bound, _with_own(points, bound, self.graph.variables))
        return [tuple((k, p[k]) for k in self.axes if k in p) for p in points]

    def _bounded(self, bound: Bound, points: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Collect points, but never more than anybody could compute."""
        found = list(islice(points, MOST_TASKS - len(self.tasks) + 1))
        if len(found) + len(self.tasks) > MOST_TASKS:
            fact = f"the sweeps make more than {MOST_TASKS} tasks."
            place = self.graph.workflow.place(bound.name)
            raise TenkaiError(Problem("TK112", fact, remedy="Sweep fewer values, or gather earlier.", place=place))
        return found

    def _gathered_axes(self, wire: Wire, point: Mapping[str, Any]) -> set[str]:
        if wire.over is None:
            return set(point)
        return {
            k for k in point if k in wire.over or self.axes[k].name in wire.over or self.axes[k].setting in wire.over
        }

    def _task(self, bound: Bound, point: Point) -> Task:
        at = dict(point)
        settings = {n: v for n, v in bound.settings.items() if n not in bound.froms}
        for name in bound.sweeps:
            key = f"{bound.name}.{name}"
            if key in at:
                settings[name] = bound.step.settings[name].convert(at[key])
        for name, variable in bound.variables.items():
            value = at.get(variable, self.graph.variables[variable].values[0])
            settings[name] = bound.step.settings[name].convert(value)
        inputs: dict[str, Input] = {}
        for port, wire in bound.wires.items():
            found = tuple(self._input(ref, wire, at) for ref in wire.refs)
            inputs[port] = found if wire.listed else found[0]
        froms = {name: (self._source(ref, at), ref.key) for name, ref in bound.froms.items()}
        own = tuple(n for n in bound.sweeps if f"{bound.name}.{n}" in at)
        own += tuple(n for n, variable in bound.variables.items() if variable in at)
        return Task(task_id(bound.name, point, self.axes), bound.name, bound.step, point, inputs, settings, froms, own)

    def _source(self, ref: Ref, at: Mapping[str, Any]) -> Source:
        # The common case, without a search: the upstream point is a part of this one.
        part = repr([(k, at[k]) for k in self.axes_of[ref.node] if k in at])
        found = self.by_point[ref.node].get(part)
        return Source(found or self._matching(ref, at)[0].id, ref.output)

    def _matching(self, ref: Ref, at: Mapping[str, Any]) -> list[Task]:
        tasks = [self.tasks[t] for t in self.of_node[ref.node]]
        return [t for t in tasks if all(at.get(k, v) == v for k, v in t.point)]

    def _input(self, ref: Ref, wire: Wire, at: Mapping[str, Any]) -> Source | Gathered:
        if not wire.port.gathers:
            return self._source(ref, at)
        matching = self._matching(ref, at)
        keys = {k for t in matching for k in self._gathered_axes(wire, dict(t.point))}
        if not keys and wire.port.many and len(wire.refs) > 1:
            return Source(matching[0].id, ref.output)
        axes = tuple(self.axes[k] for k in self.axes if k in keys)
        points = tuple({self.axes[k].name: v for k, v in t.point if k in keys} for t in matching)
        return Gathered(axes, points, tuple(Source(t.id, ref.output) for t in matching))


def _incoming(bound: Bound) -> list[tuple[Ref, Wire | None]]:
    wired: list[tuple[Ref, Wire | None]] = [(r, w) for w in bound.wires.values() for r in w.refs]
    return wired + [(r, None) for r in bound.froms.values()]


def _joined(points: list[dict[str, Any]], coming: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Join points that agree on the axes both have, in order. Indexed: a sweep of thousands meets itself here."""
    indexes: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, list[tuple[int, dict[str, Any]]]]]] = {}
    for a in points:
        own = tuple(a)
        if own not in indexes:
            indexes[own] = {}
            for at, b in enumerate(coming):
                shared = tuple(k for k in b if k in a)
                index = indexes[own].setdefault(shared, {})
                index.setdefault(repr([b[k] for k in shared]), []).append((at, b))
        fits = [f for shared, index in indexes[own].items() for f in index.get(repr([a[k] for k in shared]), [])]
        yield from ({**a, **b} for _, b in sorted(fits, key=itemgetter(0)))


def _with_own(
    points: Iterable[dict[str, Any]], bound: Bound, variables: Mapping[str, SweepSpec]
) -> Iterator[dict[str, Any]]:
    """Multiply points by the sweeps of the node itself: the free ones, then those tied to a condition."""
    free = {n: s for n, s in bound.sweeps.items() if not s.when}
    found: Iterator[dict[str, Any]] = (
        {**p, **{f"{bound.name}.{n}": v for n, v in zip(free, values, strict=True)}}
        for p in points
        for values in product(*(s.values for s in free.values()))
    )
    for name, spec in bound.sweeps.items():
        if spec.when:
            found = _widened(found, bound, name, spec, variables)
    return found


def _widened(
    points: Iterable[dict[str, Any]], bound: Bound, name: str, spec: SweepSpec, variables: Mapping[str, SweepSpec]
) -> Iterator[dict[str, Any]]:
    for point in points:
        if all(_current(bound, n, point, variables) in allowed for n, allowed in spec.when.items()):
            yield from ({**point, f"{bound.name}.{name}": v} for v in spec.values)
        else:
            yield point


def _current(bound: Bound, setting: str, point: Mapping[str, Any], variables: Mapping[str, SweepSpec]) -> Any:
    """Return the value a setting has at a point, for conditions."""
    if setting in bound.variables:
        variable = bound.variables[setting]
        return point.get(variable, variables[variable].values[0])
    return point.get(f"{bound.name}.{setting}", bound.settings.get(setting))


def _axes(graph: Graph) -> dict[str, Axis]:
    """All axes by key, in the order of the graph; named by the setting where that is unique."""
    keys = [(b.name, n, s.values) for b in graph.nodes.values() for n, s in b.sweeps.items()]
    count: dict[str, int] = {}
    for _, setting, _ in keys:
        count[setting] = count.get(setting, 0) + 1
    axes = {
        f"{node}.{setting}": Axis(setting if count[setting] == 1 else f"{node}.{setting}", node, setting, values)
        for node, setting, values in keys
    }
    for name, spec in graph.variables.items():
        if len(spec.values) > 1:
            axes[name] = Axis(name, "", name, spec.values)
    return axes


def task_id(node: str, point: Point, axes: Mapping[str, Axis]) -> str:
    """Write ``node`` or ``node[perplexity=30, seed=0]``."""
    if not point:
        return node
    return f"{node}[{', '.join(f'{axes[k].name}={v}' for k, v in point)}]"
