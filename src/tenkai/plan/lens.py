"""The leak lens before a run: which rows a score will have seen, as far as the plan tells.

Rows are followed as pieces: the rows of a source, narrowed by the steps that keep some of them. Two pieces of
one source overlap unless a step set them apart (train and test of one split); one piece covers another when every
step that narrowed it narrowed the other too. Where the plan cannot know, the answer is *some*: it never says none
of rows that are seen, nor all of rows that are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from tenkai.plan.graph import Bound, Graph, Wire, axes_of_nodes
from tenkai.plan.references import Ref
from tenkai.values import Scores, Table, Tensor
from tenkai.values.lineage import KINDS, InfluenceKind
from tenkai.values.value import Value

Extent = Literal["none", "some", "all"]
ANYWHERE = ""
MOST_GROUPS = 64


@dataclass(frozen=True)
class Piece:
    """Rows of a source after some steps kept part of them. `source` ANYWHERE: not known."""

    source: str
    narrowed: frozenset[tuple[str, str]] = frozenset()

    def within(self, other: Piece) -> bool:
        """Say whether all these rows are surely among others."""
        return self.source == other.source != ANYWHERE and other.narrowed <= self.narrowed

    def apart(self, other: Piece, steps: Mapping[str, Bound]) -> bool:
        """Say whether no row is surely in both."""
        if ANYWHERE in (self.source, other.source):
            return False
        if self.source != other.source:
            return True
        mine, theirs = dict(self.narrowed), dict(other.narrowed)
        return any(
            mine[n] != theirs[n] and {mine[n], theirs[n]} <= set(steps[n].step.rows.apart)
            for n in mine.keys() & theirs.keys()
        )


@dataclass(frozen=True)
class Shaped:
    """An influence: `step` learned from at least the rows of `surely`, and at most from those of `perhaps`."""

    step: str
    kind: InfluenceKind
    surely: frozenset[Piece]
    perhaps: frozenset[Piece]


@dataclass(frozen=True)
class Group:
    """Rows with the same history. A row may be made of rows of several pieces (a join).

    `varies`: sources and narrowing steps that differ between the points of a sweep gathered here.
    """

    pieces: frozenset[Piece]
    shaped: frozenset[Shaped] = frozenset()
    varies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Story:
    """What is known of a value: its rows, and what shaped all of it."""

    groups: tuple[Group, ...] = ()
    shaped: frozenset[Shaped] = frozenset()

    @property
    def every(self) -> frozenset[Shaped]:
        """All influences."""
        return self.shaped.union(*(g.shaped for g in self.groups))


@dataclass(frozen=True)
class Forecast:
    """What a score will have seen, per kind; `by` names the steps."""

    score: str
    extent: Mapping[InfluenceKind, Extent]
    by: tuple[tuple[str, InfluenceKind, Extent], ...]

    def sentence(self) -> str:
        """Say it in words."""
        verbs = {"prepared": "prepared", "fitted": "fitted", "chosen": "chosen"}
        told = [
            f"'{step}' {verbs[kind]} on {'all rows scored' if extent == 'all' else 'some rows scored, perhaps'}"
            for step, kind, extent in self.by
            if extent != "none"
        ]
        return "; ".join(told) if told else "none of the rows scored seen before"


def forecast(graph: Graph) -> list[Forecast]:
    """Say for every score of rows in the graph what it will have seen."""
    teller = _Teller(graph)
    found: list[Forecast] = []
    for bound in graph.nodes.values():
        teller.tell(bound)
        scored = [o.name for o in bound.step.outputs.values() if issubclass(o.type, Scores)]
        if bound.step.stage == "interpret" and scored:
            story = teller.stories[bound.name, scored[0]]
            if story.groups:
                found.append(teller.look(bound.name, story))
    return found


class _Teller:
    def __init__(self, graph: Graph) -> None:
        self.nodes = graph.nodes
        self.axes = axes_of_nodes(graph)
        self.stories: dict[tuple[str, str], Story] = {}
        self.sources: dict[str, set[str]] = {}

    def tell(self, bound: Bound) -> None:
        """Work out the stories of the outputs of a node."""
        ports = {port: [self._coming(ref, wire) for ref in wire.refs] for port, wire in bound.wires.items()}
        chosen = frozenset(s for ref in bound.froms.values() for s in self._choice(ref))
        groups = self._rows(bound, ports)
        rows = bound.step.rows
        every = [s for stories in ports.values() for s in stories]
        own = self._own(bound, every) if rows.learns is not None else frozenset()
        from_fitted = frozenset(
            shaped
            for port, stories in ports.items()
            for story in stories
            if not story.groups
            for shaped in story.shaped
            if port not in rows.held_out or shaped.kind == "chosen"
        )
        for output in bound.step.outputs.values():
            clean = any(o == output.name and bound.settings.get(s) is not None for o, s in rows.clean)
            mine = (frozenset() if clean else own) | from_fitted | chosen
            self.stories[bound.name, output.name] = self._story(bound, output.name, output.type, groups, mine)

    def _story(
        self, bound: Bound, name: str, kind: type[Value], groups: tuple[Group, ...], mine: frozenset[Shaped]
    ) -> Story:
        if issubclass(kind, Table | Tensor):
            narrowed = name not in bound.step.rows.same and bool(bound.wires)
            label = frozenset({(bound.name, name)}) if narrowed else frozenset()
            return Story(tuple(_widened(g, label, mine) for g in groups))
        if issubclass(kind, Scores):
            # What a model tells of its own rows may leave out what saw them (out of bag, leave one out).
            if bound.step.rows.learns == "fitted":
                mine = frozenset(replace(s, surely=frozenset()) if s.step == bound.name else s for s in mine)
            return Story(tuple(replace(g, shaped=g.shaped | mine) for g in groups), mine)
        return Story((), mine.union(*(g.shaped for g in groups)))

    def _coming(self, ref: Ref, wire: Wire) -> Story:
        """A value as it comes in; gathered, its rows differ from point to point."""
        story = self.stories[ref.node, ref.output]
        if not wire.port.gathers:
            return story
        gathered = self.axes[ref.node]
        if wire.over is not None:
            gathered = {a for a in gathered if a in wire.over or a.split(".")[-1] in wire.over}
        varies = frozenset(n for n, axes in self.axes.items() if axes & gathered)
        return Story(tuple(replace(g, varies=g.varies | varies) for g in story.groups), story.shaped)

    def _rows(self, bound: Bound, ports: Mapping[str, list[Story]]) -> tuple[Group, ...]:
        """The rows that come in, stacked or side by side; a step without ports is a source."""
        if not ports:
            # The same settings read the same rows: a file that is read twice is one source.
            source = f"{bound.step.name} {sorted((n, repr(v)) for n, v in bound.settings.items())!r}"
            if bound.sweeps or bound.variables:
                source += bound.name
            self.sources.setdefault(source, set()).add(bound.name)
            return (Group(frozenset({Piece(source)})),)
        held = [s.groups for stories in ports.values() for s in stories if s.groups]
        if bound.step.rows.stacked or all(issubclass(p.types[0], Scores) for p in bound.step.ports.values()):
            return tuple(dict.fromkeys(g for groups in held for g in groups))
        size = 1
        for groups in held:
            size *= len(groups)
        if not held:
            return ()
        if size > MOST_GROUPS:  # too many to keep apart: rows from anywhere, shaped by everything
            every = frozenset(s for groups in held for g in groups for s in g.shaped)
            loose = frozenset(replace(s, surely=frozenset()) for s in every)
            return (Group(frozenset({Piece(ANYWHERE)}), loose),)
        return tuple(
            Group(
                frozenset(p for g in row for p in g.pieces),
                frozenset(s for g in row for s in g.shaped),
                frozenset(v for g in row for v in g.varies),
            )
            for row in product(*held)
        )

    def _own(self, bound: Bound, stories: Iterable[Story]) -> frozenset[Shaped]:
        """What the step itself learns: from all rows that come in, and for a choice from all that shaped them."""
        surely: set[Piece] = set()
        perhaps: set[Piece] = set()
        kind = bound.step.rows.learns
        assert kind is not None
        for story in stories:
            for group in story.groups:
                surely |= group.pieces
                perhaps |= {self._loosened(p, group.varies) for p in group.pieces}
            if kind == "chosen":
                for shaped in story.every:
                    surely |= shaped.surely
                    varies = frozenset(v for g in story.groups for v in g.varies)
                    perhaps |= {self._loosened(p, varies) for p in shaped.perhaps}
        return frozenset({Shaped(bound.name, kind, frozenset(surely), frozenset(perhaps))})

    def _choice(self, ref: Ref) -> set[Shaped]:
        """A setting that comes from a score was chosen on the rows behind the score."""
        if not issubclass(self.nodes[ref.node].step.outputs[ref.output].type, Scores):
            return set()
        story = self.stories[ref.node, ref.output]
        surely = {p for g in story.groups for p in g.pieces} | {p for s in story.every for p in s.surely}
        perhaps = {self._loosened(p, g.varies) for g in story.groups for p in g.pieces}
        perhaps |= {p for s in story.every for p in s.perhaps}
        return {Shaped(ref.node, "chosen", frozenset(surely), frozenset(perhaps))} if perhaps else set()

    def _loosened(self, piece: Piece, varies: frozenset[str]) -> Piece:
        """Rows of one point of a sweep, seen as rows of any point."""
        if self.sources.get(piece.source, set()) & varies:
            return Piece(ANYWHERE)
        return Piece(piece.source, frozenset(n for n in piece.narrowed if n[0] not in varies))

    def look(self, name: str, story: Story) -> Forecast:
        """Compare the rows of a score with what shaped them."""
        places = sorted({(s.step, s.kind) for g in story.groups for s in g.shaped})
        by = tuple((step, kind, self._seen(story, {(step, kind)})) for step, kind in places)
        extent = {kind: self._seen(story, {p for p in places if p[1] == kind}) for kind in KINDS}
        return Forecast(name, extent, by)

    def _seen(self, story: Story, places: set[tuple[str, InfluenceKind]]) -> Extent:
        """How many rows these steps saw: the most seen of each group, one answer for all groups."""
        order: tuple[Extent, ...] = ("none", "some", "all")
        found: set[Extent] = set()
        for group in story.groups:
            met = [self._extent(group, s) for s in group.shaped if (s.step, s.kind) in places]
            found.add(max(met, key=order.index, default="none"))
        return found.pop() if len(found) == 1 else "some"

    def _extent(self, group: Group, shaped: Shaped) -> Extent:
        if any(p.within(q) for p in group.pieces for q in shaped.surely):
            return "all"
        if all(p.apart(q, self.nodes) for p in group.pieces for q in shaped.perhaps):
            return "none"
        return "some"


def _widened(group: Group, label: frozenset[tuple[str, str]], mine: frozenset[Shaped]) -> Group:
    pieces = frozenset(replace(p, narrowed=p.narrowed | label) for p in group.pieces)
    return replace(group, pieces=pieces, shaped=group.shaped | mine)
