"""Run: what a step may ask of the run it is part of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from tenkai.errors import Note

T = TypeVar("T")


class Cancelled(Exception):
    """The user has asked the run to stop."""


@dataclass
class Run:
    """Progress, notes, threads and the wish to stop. A step gets one when it declares ``run: Run``.

    Parameters
    ----------
    threads : int
        How many threads the step may use. The result must not depend on it.
    report : callable(done, total, text)
        Where progress goes; called at most a few times a second by careful steps.
    """

    threads: int = 1
    report: Callable[[float, float, str], None] | None = None
    cancelled: Callable[[], bool] | None = None
    notes: list[Note] = field(default_factory=list)
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

    def track(self, items: Iterable[T], total: int, text: str = "") -> Iterator[T]:
        """Loop with progress."""
        for i, item in enumerate(items):
            self.progress(i, total, text)
            yield item
        self.progress(total, total, text)
