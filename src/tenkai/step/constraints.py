"""Marks that a step's declaration puts on its ports and settings, inside ``Annotated[...]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenkai.values.kinds import Kind


@dataclass(frozen=True)
class Help:
    """One line for the form, the command line and the docs page."""

    text: str


def _plain(number: float) -> str:
    """Write a limit: whole numbers in full, others short."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e16 else f"{number:g}"


@dataclass(frozen=True)
class Range:
    """Allowed numbers, both ends included unless `open_low` / `open_high`. A text end speaks of the data."""

    low: float | None = None
    high: float | str | None = None
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float) -> bool:
        """Say whether a number lies inside; a text end is checked by the step."""
        if self.low is not None and (value < self.low or (self.open_low and value == self.low)):
            return False
        high = self.high
        return not (isinstance(high, int | float) and (value > high or (self.open_high and value == high)))

    def json_schema(self) -> dict[str, float]:
        """Return the limits as JSON Schema keywords."""
        limits: dict[str, float] = {}
        if self.low is not None:
            limits["exclusiveMinimum" if self.open_low else "minimum"] = self.low
        if isinstance(self.high, int | float):
            limits["exclusiveMaximum" if self.open_high else "maximum"] = self.high
        return limits

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            low = f"above {_plain(self.low)}" if self.open_low else _plain(self.low)
            high = _plain(self.high) if isinstance(self.high, int | float) else self.high
            return f"{low} to below {high}" if self.open_high else f"{low} to {high}"
        if self.low is not None:
            return f"above {_plain(self.low)}" if self.open_low else f"{_plain(self.low)} or more"
        if self.high is not None:
            return f"below {self.high}" if self.open_high else f"at most {self.high}"
        return "any number"


@dataclass(frozen=True)
class Length:
    """Allowed number of items of a list."""

    low: int = 1
    high: int | None = None

    def holds(self, count: int) -> bool:
        """Say whether a number of items is allowed."""
        return self.low <= count and (self.high is None or count <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"{self.low} or more items"
        return f"{self.low} items" if self.high == self.low else f"{self.low} to {self.high} items"


@dataclass(frozen=True)
class Of:
    """The port whose table must have the column, and the kinds the column may be of."""

    port: str
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Shape:
    """Shape of a port in words of the field: ``n p``, ``n 2``."""

    text: str


@dataclass(frozen=True)
class Keys:
    """Names of the figures a Scores output always has."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True)
class Unit:
    """Physical unit of a setting."""

    name: str


@dataclass(frozen=True)
class SweepHint:
    """A sensible sweep for the form: from, to, step (or factor)."""

    low: float
    high: float
    step: float
    log: bool = False


@dataclass(frozen=True)
class _Advanced:
    """Hidden behind "more settings" in forms and help."""


Advanced = _Advanced()


class Column(str):
    """The name of one column of a port's table (see `Of`; default: the first port)."""

    __slots__ = ()


class DataPath(str):
    """A file or folder: a path, or ``data:name``. Steps receive the path as text, found and checked."""

    __slots__ = ()


Seed = int
"""A seed: a whole number from 0 to 2**32 - 1. Annotate as `Seed` and default to 0."""


def marks_of(metadata: tuple[Any, ...], kind: type[Any]) -> Any:
    """Return the mark of a kind, or None."""
    return next((m for m in metadata if isinstance(m, kind)), None)
