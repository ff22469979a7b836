"""What stands behind a value: its task, and the values that the task took in."""

from __future__ import annotations

from dataclasses import dataclass

from tenkai.plan.tasks import Expansion, Gathered, Input, Source, Task
from tenkai.values import Table
from tenkai.workbench.session import Session
from tenkai.workbench.values import Found, Values


@dataclass(frozen=True)
class Behind:
    """A value that went into another: what it is, and how the page calls it."""

    found: Found
    ref: str
    point: int

    @property
    def table(self) -> Table:
        """Return it as the table that it is known to be."""
        assert isinstance(self.found.value, Table)
        return self.found.value


def task_of(found: Found) -> Task:
    """Return the task that made a value."""
    return found.outcome.expansion.tasks[found.task]


def first_source(given: Input) -> Source | None:
    """Return the first output that goes in: of a list the first, of a sweep its first point."""
    if isinstance(given, Source):
        return given
    if isinstance(given, Gathered):
        return given.sources[0] if given.sources else None
    return next((s for part in given if (s := first_source(part)) is not None), None)


def sources_of(given: Input) -> list[Source]:
    """Return all outputs that go in, in their order: those of a list, and the points of a sweep."""
    if isinstance(given, Source):
        return [given]
    return [s for part in (given.sources if isinstance(given, Gathered) else given) for s in sources_of(part)]


def place_of(expansion: Expansion, source: Source) -> tuple[str, int]:
    """Return reference and point of an output of a task."""
    node = expansion.tasks[source.task].node
    return f"{node}.{source.output}", expansion.of_node[node].index(source.task)


def feeding(values: Values, session: Session, found: Found, port: str) -> Behind | None:
    """Return the value at a port of the task that made a value; None where nothing is wired."""
    given = task_of(found).inputs.get(port)
    source = None if given is None else first_source(given)
    if source is None:
        return None
    ref, at = place_of(found.outcome.expansion, source)
    return Behind(values.find(session, ref, at), ref, at)
