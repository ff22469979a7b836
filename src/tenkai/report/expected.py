"""What the author expected of a result, and whether it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenkai.report.numbers import number, setting


@dataclass(frozen=True)
class Expected:
    """An expectation in words, and whether it was met."""

    text: str
    met: bool


def compare(value: Any, form: Any) -> Expected | None:
    """Compare a result with what stands below ``expected:`` in the workflow; None where nothing can be said.

    The forms are a value, ``{value, within}``, ``{at_least}``, ``{at_most}``, and for swept results a list of
    these, each with ``at``.

    >>> compare(0.8174, {"value": 0.8175, "within": 0.0005})
    Expected(text='expected 0.8175 ± 0.0005', met=True)
    >>> compare(0.9, {"at_least": 0.98}).met
    False
    """
    if isinstance(value, list):
        return _swept(value, form) if isinstance(form, list) else None
    if isinstance(form, list):
        return None
    if not isinstance(form, Mapping):
        return Expected(f"expected {number(form)}", value == form)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    words: list[str] = []
    met: list[bool] = []
    if "value" in form:
        wanted, within = form["value"], form.get("within", 0)
        words.append(number(wanted) + (f" ± {setting(within)}" if within else ""))
        # A hair more than asked for: 0.8180 is within 0.0005 of 0.8175 although not in binary.
        near = numeric and isinstance(wanted, int | float) and abs(value - wanted) <= within * (1 + 1e-9) + 1e-15
        met.append(value == wanted or near)
    if "at_least" in form:
        words.append(f"≥ {number(form['at_least'])}")
        met.append(numeric and value >= form["at_least"])
    if "at_most" in form:
        words.append(f"≤ {number(form['at_most'])}")
        met.append(numeric and value <= form["at_most"])
    return Expected(f"expected {' and '.join(words)}", all(met)) if words else None


def _swept(points: list[Mapping[str, Any]], forms: list[Any]) -> Expected | None:
    """Compare point by point: how many are as expected."""
    met = [
        found.met
        for form in forms
        if isinstance(form, Mapping)
        for point in points
        if all(point["at"].get(k) == v for k, v in form.get("at", {}).items())
        and (found := compare(point["value"], {k: v for k, v in form.items() if k != "at"})) is not None
    ]
    return Expected(f"as expected at {sum(met)} of {len(met)} points", all(met)) if met else None
