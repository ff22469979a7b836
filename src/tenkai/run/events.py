"""What a run tells while it goes on; faces show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    """Something that happened.

    kind: ``plan`` (total, cached), ``start``, ``progress`` (done of total), ``done``, ``failed``, ``message``.
    """

    kind: Literal["plan", "start", "progress", "done", "failed", "message"]
    task: str = ""
    step: str = ""
    done: float = 0
    total: float = 0
    text: str = ""
    seconds: float = 0
    cached: int = 0


Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
