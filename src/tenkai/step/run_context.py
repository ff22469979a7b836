"""Run: what a step may ask of the run it is part of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from tenkai.errors import Note

T = TypeVar("T")


class Cancelled(Exception):
    """The user has asked the run to stop."""


@dataclass(frozen=True)
class Glimpse:
    """What a step has so far, for somebody who watches it learn. Nothing of it is stored.

    Parameters
    ----------
    kind : ``map`` (points: (n, d)), ``clusters`` (labels: (n,), centers: (k, p)), ``parts`` (W: (n, k), H: (k, p))
    iteration, total : iterations done, and how many there are at most
    measure, value : what the step makes small or large, and how much of it there is now
    arrays : arrays by name; they are copied, or stay as they are
    part, parts : which of several runs of one step this is, counted from 0, and of how many
    """

    kind: Literal["map", "clusters", "parts"]
    iteration: int
    total: int
    measure: str
    value: float | None
    arrays: Mapping[str, Any]
    part: int = 0
    parts: int = 1


Look = Callable[[Callable[[], Glimpse]], None]
"""Whoever watches: takes what makes a glimpse, and calls it when it wants to see one."""


@dataclass
class Run:
    """Progress, notes, threads and the wish to stop. A step gets one when it declares ``run: Run``.

    Parameters
    ----------
    threads : int
        How many threads the step may use. The result must not depend on it.
    report : callable(done, total, text)
        Where progress goes; called at most a few times a second by careful steps.
    look : callable
        Who watches the step; see `glimpse`.
    """

    threads: int = 1
    report: Callable[[float, float, str], None] | None = None
    cancelled: Callable[[], bool] | None = None
    notes: list[Note] = field(default_factory=list)
    look: Look | None = None
    work: list[tuple[str, float, float]] = field(default_factory=list)

    def note(self, code: str, text: str) -> None:
        """Attach a warning or remark to everything this step makes."""
        note = Note(code, text)
        if note not in self.notes:
            self.notes.append(note)

    def worked(self, what: str, count: float, seconds: float) -> None:
        """Tell how many of something were worked through in how much time.

        It stands in the record of the task and never in what the step makes, whose bits do not depend on time.
        """
        self.work.append((what, count, seconds))

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Tell how far the step is. Raises Cancelled when the run shall stop."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        if self.report is not None:
            self.report(done, total, text)

    def glimpse(self, make: Callable[[], Glimpse]) -> None:
        """Offer a look at what there is so far. Made only when somebody watches; it must not change anything."""
        if self.look is not None:
            self.look(make)

    def track(self, items: Iterable[T], total: int, text: str = "") -> Iterator[T]:
        """Loop with progress."""
        for i, item in enumerate(items):
            self.progress(i, total, text)
            yield item
        self.progress(total, total, text)
