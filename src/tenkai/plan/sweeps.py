"""Sweeps as they are written: a list, a range, a log range, seeds, and a condition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenkai.errors import listing, nearest, problem
from tenkai.step.spread import MOST_POINTS, log_values, range_values

FORMS = (
    "Allowed: {sweep: [1, 2, 5]}, {sweep: {range: [from, to, step]}}, {sweep: {log: [from, to, count]}} or "
    "{sweep: {seeds: count}}, each with an optional when: {setting: value}."
)


@dataclass(frozen=True)
class SweepSpec:
    """Values of one setting. `when`: only where other settings of the step have these values."""

    values: tuple[Any, ...]
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def is_sweep(value: Any) -> bool:
    """Say whether a written setting is a sweep."""
    return isinstance(value, Mapping) and "sweep" in value


def parse_sweep(written: Mapping[str, Any]) -> SweepSpec:
    """Read a sweep. Raises TK112 with the forms allowed."""
    extra = set(written) - {"sweep", "when"}
    if extra:
        name = sorted(extra)[0]
        raise problem("TK112", f"'{name}' does not belong in a sweep.", allowed=FORMS, remedy=nearest(name, ["when"]))
    when = written.get("when") or {}
    if not isinstance(when, Mapping):
        raise problem("TK112", f"'when' is {when!r}.", allowed="Allowed: a mapping of settings to values.")
    conditions = {str(k): tuple(v) if isinstance(v, list) else (v,) for k, v in when.items()}
    values = _values(written["sweep"])
    seen: list[Any] = []
    for value in values:
        if value in seen:
            raise problem("TK112", f"the value {value!r} stands twice in the sweep.", remedy="Name each value once.")
        if len(values) <= 2000:
            seen.append(value)
    return SweepSpec(tuple(values), conditions)


def _values(form: Any) -> list[Any]:
    if isinstance(form, list):
        if not form:
            raise problem("TK112", "the sweep has no values.", allowed=FORMS)
        return form
    if not isinstance(form, Mapping) or len(form) != 1:
        raise problem("TK112", f"a sweep cannot be {form!r}.", allowed=FORMS)
    ((kind, arguments),) = form.items()
    if kind == "seeds":
        if not isinstance(arguments, int) or isinstance(arguments, bool) or not 1 <= arguments <= MOST_POINTS:
            raise problem("TK112", f"seeds is {arguments!r}.", allowed=f"Allowed: a count from 1 to {MOST_POINTS}.")
        return list(range(arguments))
    if kind == "range":
        return range_values(*_numbers(kind, arguments, (2, 3)))
    if kind == "log":
        low, high, count = _numbers(kind, arguments, (3,))
        return log_values(low, high, count)
    raise problem(
        "TK112",
        f"there is no sweep '{kind}'.",
        allowed=FORMS,
        remedy=nearest(kind, ["range", "log", "seeds"]),
    )


def _numbers(kind: str, arguments: Any, counts: tuple[int, ...]) -> list[Any]:
    if (
        isinstance(arguments, list)
        and len(arguments) in counts
        and all(isinstance(a, int | float) and not isinstance(a, bool) and math.isfinite(a) for a in arguments)
    ):
        return arguments
    raise problem("TK112", f"{kind} is {arguments!r}.", allowed=FORMS)


def sweep(*values: Any, log: tuple[float, float, int] | None = None, seeds: int | None = None) -> Any:
    """Many values for one setting of a step called from Python.

    ``sweep([1, 2, 5])``, ``sweep(10, 200, 10)`` (from, to, step), ``sweep(log=(1e-5, 1, 6))``,
    ``sweep(seeds=20)``.

    >>> sweep(10, 30, 10).values
    [10, 20, 30]
    """
    from tenkai.step import SweepValues

    if seeds is not None:
        return SweepValues(_values({"seeds": seeds}))
    if log is not None:
        return SweepValues(log_values(*log))
    if len(values) == 1 and isinstance(values[0], Sequence) and not isinstance(values[0], str):
        return SweepValues(list(values[0]))
    if len(values) in (2, 3):
        return SweepValues(range_values(*values))
    raise problem("TK112", f"a sweep of {listing(map(str, values))} is not clear.", allowed="See tk.sweep.")
