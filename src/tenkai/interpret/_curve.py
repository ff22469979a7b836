"""Scores along a setting: one group per setting and series, with what its passes gave."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.interpret._sweeps import Member, written
from tenkai.interpret._text import natural
from tenkai.values import Lens, Scores

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Pass:
    """One score. `band`: its own interval, NaN where it has none."""

    score: float
    name: str
    band: tuple[float, float]


@dataclass(frozen=True)
class Group:
    """All passes of one setting in one series."""

    setting: Any
    series: str
    passes: tuple[Pass, ...]

    @property
    def values(self) -> NDArray[np.float64]:
        """Return the scores."""
        return np.array([p.score for p in self.passes])

    @property
    def middle(self) -> float:
        """Return the median."""
        return float(np.median(self.values))

    @property
    def quantiles(self) -> tuple[float, ...]:
        """Return the ends of the bands and the median."""
        return tuple(np.quantile(self.values, QUANTILES).tolist())


def is_number(value: Any) -> bool:
    """Say whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def score_named(found: Sequence[Member[Scores]], name: str | None, setting: str) -> str:
    """Return the name of a score that has numbers; by default the first.

    Raises
    ------
    TenkaiError
        TK709 when no point has a number of this name.
    """
    have = list(dict.fromkeys(n for m in found for n, v in m.value.figures.items() if is_number(v)))
    if name is None and have:
        return have[0]
    if name not in have:
        every = list(dict.fromkeys(n for m in found for n in m.value.figures))
        fact = f"there is no score '{name}' with numbers." if name is not None else "there is no score with numbers."
        remedy = nearest(name, every) if name is not None else ""
        raise problem("TK709", fact, allowed=f"Scores: {listing(every)}.", remedy=remedy, setting=setting)
    return name


def groups_of(
    found: Sequence[Member[Scores]], settings: Mapping[str, list[Any]], across: str, over: Sequence[str], name: str
) -> list[Group]:
    """Return the groups in the order of the sweep; points without the score are left out.

    A setting without a name is the name of the line itself.
    """
    others = sorted((s for s in settings if s != across and s not in over), key=bool)
    passes: dict[tuple[str, str], list[Pass]] = {}
    at: dict[tuple[str, str], Any] = {}
    for i, member in enumerate(found):
        figures = member.value.figures
        score = figures.get(name)
        if not is_number(score):
            continue
        series = ", ".join(f"{s} = {written(settings[s][i])}" if s else settings[s][i] for s in others)
        key = (series, written(settings[across][i]))
        at.setdefault(key, settings[across][i])
        ends = [figures.get(f"{name}_{end}") for end in ("low", "high")]
        low, high = (float(e) if is_number(e) else math.nan for e in ends)  # type: ignore[arg-type]
        label = ", ".join(f"{s} = {written(v[i])}" if s else v[i] for s, v in settings.items())
        passes.setdefault(key, []).append(Pass(float(score), label, (low, high)))  # type: ignore[arg-type]
    return [Group(at[key], key[0], tuple(some)) for key, some in passes.items()]


def series_of(groups: Sequence[Group]) -> list[str]:
    """Return the names of the lines: those given in their order, others by their settings."""
    names = list(dict.fromkeys(g.series for g in groups))
    return sorted(names, key=natural) if all(" = " in n for n in names) else names


def most_seen(found: Sequence[Member[Scores]]) -> Lens | None:
    """Return the lens of the point that had seen most: the lens never flatters."""
    lenses = [m.value.lens for m in found if m.value.lens is not None]
    return max(lenses, key=lambda each: (each.fitted, each.chosen, each.prepared)) if lenses else None
