"""The graph: every node bound to its step, its wires resolved, its settings checked. All mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tenkai.errors import Note, Place, Problem, TenkaiError, listing, nearest
from tenkai.plan.references import Ref, resolve
from tenkai.plan.sweeps import SweepSpec, is_sweep, parse_sweep
from tenkai.plan.workflow import Node, Workflow
from tenkai.step import Port, Step, a_value, get_step
from tenkai.values import Value


@dataclass(frozen=True)
class Wire:
    """What is wired to a port. `over`: the axes gathered (None: all), for ports that take a whole sweep."""

    port: Port
    refs: tuple[Ref, ...]
    over: tuple[str, ...] | None = None

    @property
    def listed(self) -> bool:
        """Say whether the port gets a list of values."""
        return (self.port.many and not self.port.gathers) or len(self.refs) > 1


@dataclass(frozen=True)
class Bound:
    """A node with its step, wires and settings."""

    node: Node
    step: Step
    wires: Mapping[str, Wire] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    froms: Mapping[str, Ref] = field(default_factory=dict)
    sweeps: Mapping[str, SweepSpec] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the node."""
        return self.node.name

    def sources(self) -> list[Ref]:
        """Return all references to other nodes."""
        return [r for w in self.wires.values() for r in w.refs] + list(self.froms.values())


@dataclass(frozen=True)
class Graph:
    """Bound nodes in an order in which they can run, and the results wanted."""

    workflow: Workflow
    nodes: Mapping[str, Bound]
    results: Mapping[str, Ref]
    variables: Mapping[str, SweepSpec]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Note, ...] = ()

    def upstream(self, names: Iterable[str]) -> set[str]:
        """Return the nodes these depend on, themselves included."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.nodes:
                found.add(name)
                waiting.extend(r.node for r in self.nodes[name].sources())
        return found


def bind(workflow: Workflow, overrides: Mapping[str, Any] | None = None) -> Graph:
    """Bind a workflow to the steps. Problems are collected, never raised one by one."""
    problems = list(workflow.problems)
    workflow = _overridden(workflow, overrides or {}, problems)
    steps: dict[str, Step] = {}
    for node in workflow.nodes.values():
        try:
            steps[node.name] = get_step(node.step)
        except TenkaiError as error:
            problems.extend(error.at(workflow.place(node.name)).problems)
    variables = _variables(workflow, problems)
    binder = _Binder(workflow, steps, variables, problems)
    bound = {name: binder.bind(workflow.nodes[name]) for name in steps}
    results: dict[str, Ref] = {}
    for key, text in workflow.results.items():
        found = resolve(text, steps, figure=True)
        if isinstance(found, Ref):
            results[key] = found
        elif text.split(".")[0] in steps or text.split(".")[0] not in workflow.nodes:
            place = workflow.document.place(("results", key))
            problems.append(replace(found, code="TK115", place=replace(place, name=f"results.{key}")))
    ordered = _ordered(workflow, bound, problems)
    graph = Graph(workflow, ordered, results, variables, tuple(problems))
    return replace(graph, problems=(*problems, *_unknown_axes(graph)))


class _Binder:
    def __init__(
        self,
        workflow: Workflow,
        steps: Mapping[str, Step],
        variables: Mapping[str, SweepSpec],
        problems: list[Problem],
    ) -> None:
        self.workflow, self.steps, self.variables, self.problems = workflow, steps, variables, problems

    def bind(self, node: Node) -> Bound:
        step = self.steps[node.name]
        wires: dict[str, Wire] = {}
        literal: dict[str, Any] = {}
        froms: dict[str, Ref] = {}
        sweeps: dict[str, SweepSpec] = {}
        used: dict[str, str] = {}
        for key, value in node.given.items():
            if key in step.ports:
                wire = self._wire(node, step.ports[key], value)
                if wire is not None:
                    wires[key] = wire
            elif key in step.settings and isinstance(value, dict) and set(value) == {"from"}:
                self._from(node, key, value["from"], froms, used)
            elif key in step.settings and is_sweep(value):
                self._sweep(node, step, key, value, sweeps)
            elif isinstance(value, dict) and "sweep" in value and key not in step.settings:
                self._report(node, key, step.unknown_name(key))
            else:
                literal[key] = value
        for port in step.ports.values():
            if port.name not in node.given and not port.optional:
                allowed = f"Wire {port.wanted} to it: {port.name}: STEP."
                self._report(node, "", Problem("TK107", f"the port '{port.name}' is not wired.", allowed))
        # Settings whose value comes later, or was to come from something that is reported already.
        later = {k for k, v in node.given.items() if k in step.settings and k not in literal}
        settings = self._settings(node, step, literal, later)
        return Bound(node, step, wires, settings, froms, sweeps, used)

    def _report(self, node: Node, key: str, problem: Problem) -> None:
        place = replace(problem.place, name="").within(self.workflow.place(node.name, key))
        self.problems.append(replace(problem, place=place))

    def _settings(self, node: Node, step: Step, literal: dict[str, Any], later: set[str]) -> dict[str, Any]:
        try:
            return step.convert(literal, partial=bool(later))
        except TenkaiError as error:
            for p in error.problems:
                self._report(node, p.place.setting, p)
        finally:
            missing = [
                s for s in step.settings.values() if s.required and s.name not in literal and s.name not in later
            ]
            if later:  # a partial check does not miss what is required
                for setting in missing:
                    self._report(node, "", step.missing_setting(setting))
        return {}

    def _from(self, node: Node, key: str, text: Any, froms: dict[str, Ref], used: dict[str, str]) -> None:
        if not isinstance(text, str):
            self._report(node, key, Problem("TK108", f"'from' is {text!r}.", "Write a reference such as best.alpha."))
            return
        if text in self.variables:
            used[key] = text
            for value in self.variables[text].values:
                self._check_value(node, key, value)
            return
        if text in self.workflow.variables:
            return  # its sweep is wrong, which has been reported
        found = resolve(text, self.steps, figure=True)
        if isinstance(found, Ref):
            froms[key] = found
        elif text.split(".")[0] not in self.workflow.nodes or text.split(".")[0] in self.steps:
            if "." not in text and text not in self.steps:
                remedy = nearest(text, [*self.variables, *self.steps])
                found = Problem("TK108", f"there is no variable or step '{text}'.", remedy=remedy)
            self._report(node, key, found)

    def _sweep(self, node: Node, step: Step, key: str, value: Any, sweeps: dict[str, SweepSpec]) -> None:
        try:
            spec = parse_sweep(value)
        except TenkaiError as error:
            self._report(node, key, error.problems[0])
            return
        for item in spec.values:
            self._check_value(node, key, item)
        for name, values in spec.when.items():
            given = node.given.get(name)
            if name not in step.settings:
                remedy = nearest(name, step.settings)
                found = Problem(
                    "TK112", f"'when' names no setting: '{name}'.", f"Settings: {listing(step.settings)}.", remedy
                )
            elif isinstance(given, dict) and set(given) == {"from"} and given["from"] not in self.variables:
                found = Problem("TK112", f"'when' asks for '{name}', which is known only in the run ({given['from']}).")
            else:
                for item in values:
                    self._check_value(node, name, item)
                continue
            self._report(node, key, found)
            return
        sweeps[key] = spec

    def _check_value(self, node: Node, key: str, value: Any) -> None:
        try:
            self.steps[node.name].settings[key].convert(value)
        except TenkaiError as error:
            self._report(node, key, error.problems[0])

    def _wire(self, node: Node, port: Port, value: Any) -> Wire | None:
        over: tuple[str, ...] | None = None
        if isinstance(value, dict) and set(value) == {"gather", "over"} and port.gathers:
            axes = value["over"]
            over = (axes,) if isinstance(axes, str) else tuple(map(str, axes if isinstance(axes, list) else ()))
            if not over:
                allowed = "Allowed: the name of a swept setting, or a list of such names."
                self._report(node, port.name, Problem("TK112", f"'over' is {axes!r}.", allowed))
                return None
            value = value["gather"]
        texts = value if isinstance(value, list) else [value]
        if value is None and port.optional:
            return None
        if not texts or not all(isinstance(t, str) for t in texts) or (isinstance(value, list) and not port.many):
            allowed = f"Allowed: the name of a step that makes {port.wanted}"
            allowed += ", or a list of such names." if port.many else "."
            self._report(node, port.name, Problem("TK109", f"the port '{port.name}' is wired to {value!r}.", allowed))
            return None
        refs: list[Ref] = []
        for text in texts:
            found = resolve(text, self.steps, figure=False)
            if isinstance(found, Problem):
                # A step that is itself unknown has been reported already.
                if text.split(".")[0] not in self.workflow.nodes or text.split(".")[0] in self.steps:
                    self._report(node, port.name, found)
                continue
            source = self.steps[found.node]
            kind = source.outputs[found.output].type
            if not port.takes(kind):
                self._report(node, port.name, self._wrong_type(port, text, source, kind))
                continue
            refs.append(found)
        return Wire(port, tuple(refs), over) if len(refs) == len(texts) else None

    def _wrong_type(self, port: Port, text: str, source: Step, kind: type[Value]) -> Problem:
        fits = [f"{text.split('.', maxsplit=1)[0]}.{o.name}" for o in source.outputs.values() if port.takes(o.type)]
        return Problem(
            "TK109",
            f"the port '{port.name}' takes {port.wanted}; '{text}' is {a_value(kind)}.",
            remedy=f"Did you mean '{fits[0]}'?" if fits else "",
        )


def _overridden(workflow: Workflow, overrides: Mapping[str, Any], problems: list[Problem]) -> Workflow:
    nodes, variables = dict(workflow.nodes), dict(workflow.variables)
    for target, value in overrides.items():
        node, _, setting = target.partition(".")
        place = Place(setting=f"--set {target}")
        if not setting and node in variables:
            variables[node] = value
        elif not setting or node not in nodes:
            known = [f"{n}.SETTING" for n in nodes] + list(variables)
            found = Problem(
                "TK108",
                f"there is no '{target}' to set.",
                f"Allowed: {listing(known)}.",
                nearest(node, nodes),
                place,
            )
            problems.append(found)
        else:
            nodes[node] = replace(nodes[node], given={**nodes[node].given, setting: value})
    return replace(workflow, nodes=nodes, variables=variables, overridden=frozenset(overrides))


def _variables(workflow: Workflow, problems: list[Problem]) -> dict[str, SweepSpec]:
    found: dict[str, SweepSpec] = {}
    for name, value in workflow.variables.items():
        if not is_sweep(value):
            found[name] = SweepSpec((value,))
            continue
        try:
            found[name] = parse_sweep(value)
        except TenkaiError as error:
            place = workflow.document.place(("variables", name))
            problems.extend(replace(p, place=replace(place, name=name)) for p in error.problems)
    return found


def _unknown_axes(graph: Graph) -> list[Problem]:
    """Report gathering over axes that are not swept before."""
    found: list[Problem] = []
    for bound in graph.nodes.values():
        for port, wire in bound.wires.items():
            before = [graph.nodes[n] for n in graph.upstream(r.node for r in wire.refs)]
            axes = {v for b in before for v in b.variables.values() if len(graph.variables[v].values) > 1}
            known = [*axes, *(n for b in before for n in b.sweeps)]
            full = [f"{b.name}.{n}" for b in before for n in b.sweeps]
            for name in wire.over or ():
                if name not in (*known, *full):
                    place = graph.workflow.place(bound.name, port)
                    fact = f"'over' names '{name}', which is not swept before this step."
                    there = f"Swept: {listing(sorted(known))}." if known else "Nothing is swept."
                    found.append(Problem("TK112", fact, there, nearest(name, known), place))
    return found


def _ordered(workflow: Workflow, bound: Mapping[str, Bound], problems: list[Problem]) -> dict[str, Bound]:
    """Order the nodes so that each stands after what it needs; report circles."""
    needs = {n: {r.node for r in b.sources() if r.node in bound} for n, b in bound.items()}
    ordered: dict[str, Bound] = {}
    waiting = list(bound)
    while waiting:
        ready = [n for n in waiting if needs[n] <= ordered.keys()]
        if not ready:
            circle = _circle(needs, waiting)
            text = " → ".join([*circle, circle[0]])
            problems.append(
                Problem(
                    "TK110",
                    f"these steps form a circle: {text}.",
                    remedy="Take one wire out.",
                    place=workflow.place(circle[0]),
                )
            )
            break
        for name in ready:
            ordered[name] = bound[name]
        waiting = [n for n in waiting if n not in ordered]
    return ordered


def _circle(needs: Mapping[str, set[str]], waiting: list[str]) -> list[str]:
    inside = set(waiting)
    path: list[str] = [waiting[0]]
    while True:
        following = sorted(needs[path[-1]] & inside)
        if not following:  # a dead end hangs behind the circle: start elsewhere
            inside.discard(path[-1])
            path = [sorted(inside)[0]]
            continue
        if following[0] in path:
            return path[path.index(following[0]) :][::-1]
        path.append(following[0])


def axes_of_nodes(graph: Graph) -> dict[str, set[str]]:
    """Return the keys of the sweeps each node runs through: its own, and those that come in and are not gathered."""
    swept: dict[str, set[str]] = {}
    for bound in graph.nodes.values():
        axes = {f"{bound.name}.{n}" for n in bound.sweeps}
        axes |= {v for v in bound.variables.values() if len(graph.variables[v].values) > 1}
        for wire in bound.wires.values():
            for ref in wire.refs:
                upstream = swept.get(ref.node, set())
                if not wire.port.gathers:
                    axes |= upstream
                elif wire.over is not None:
                    axes |= {a for a in upstream if a not in wire.over and a.split(".")[-1] not in wire.over}
        for ref in bound.froms.values():
            axes |= swept.get(ref.node, set())
        swept[bound.name] = axes
    return swept
