"""Scores beside what a guess without a model would reach, and how far they may be off."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count
from tenkai.interpret._text import number
from tenkai.kernels.scores import intervals
from tenkai.values import Kind, Scores, Table

FEW = 200  # from so many rows on intervals are given only on demand
COLUMNS = ("figure", "value", "baseline", "low", "high", "about")
SCHEMA: dict[str, Kind | None] = {n: "text" if n in ("figure", "about") else "number" for n in COLUMNS}

Interval = Literal["auto", "always", "never"]
Score = Callable[[NDArray[np.float64]], Mapping[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made."""

    resamples: int
    seed: int
    level: float
    when: Interval

    def wanted(self, n: int) -> bool:
        """Say whether n rows get intervals."""
        return n > 1 and (self.when == "always" or (self.when == "auto" and n < FEW))

    def of(self, score: Score, n: int) -> dict[str, tuple[float, float]]:
        """Return the percentile interval of each score, where n rows get one."""
        if not self.wanted(n):
            return {}
        return intervals(score, n, resamples=self.resamples, seed=self.seed, level=self.level)

    def said(self, n: int) -> str:
        """Say what the intervals are."""
        return f"{100 * self.level:g} % interval ({count(self.resamples, 'resample')} of the {count(n, 'row')})"


@dataclass(frozen=True)
class Scored:
    """The figures of some rows. NaN: undefined."""

    value: Mapping[str, float]
    about: Mapping[str, str]
    baseline: Mapping[str, float]
    between: Mapping[str, tuple[float, float]]

    def figures(self) -> dict[str, float | None]:
        """Return all figures: the scores first, then the baselines, then the intervals."""
        found = {name: known(v) for name, v in self.value.items()}
        found |= {f"{name}_baseline": known(v) for name, v in self.baseline.items()}
        for name, (low, high) in self.between.items():
            found[f"{name}_low"], found[f"{name}_high"] = known(low), known(high)
        return found

    def scores(self, table: Table, extra: Mapping[str, int], meant: Mapping[str, str], guess: str, band: str) -> Scores:
        """Return the scores of these rows, looked at through the leak lens. `extra`: counts, with their meaning."""
        about = {**{name: self.about[name] for name in self.value}, **meant}
        about |= {f"{name}_baseline": f"{name} of {guess}" for name in self.baseline}
        for name in self.between:
            about[f"{name}_low"] = f"lower end of the {band} of {name}"
            about[f"{name}_high"] = f"upper end of the {band} of {name}"
        figures = self.figures()
        first = {name: figures.pop(name) for name in self.value}
        return Scores.scored(
            {**first, **extra, **figures}, rows=table.identity, influences=table.influences, about=about
        )

    def table(self, rows: Table) -> Table:
        """Return one row per score."""
        names = list(self.value)
        low = [known(self.between[n][0]) if n in self.between else None for n in names]
        high = [known(self.between[n][1]) if n in self.between else None for n in names]
        frame = pl.DataFrame(
            {
                "figure": names,
                "value": [known(self.value[n]) for n in names],
                "baseline": [known(self.baseline[n]) if n in self.baseline else None for n in names],
                "low": low,
                "high": high,
                "about": [self.about[n] for n in names],
            },
            schema=dict(zip(COLUMNS, (pl.String, *[pl.Float64] * 4, pl.String), strict=True)),
        )
        return Table.from_(frame, ids=names).influenced(rows.influences)

    def said(self, name: str) -> str:
        """Say one score with its interval: ``0.81 (0.6 to 0.9)``."""
        text = number(self.value[name], 3)
        low, high = self.between.get(name, (math.nan, math.nan))
        return text if math.isnan(low) else f"{text} ({number(low, 3)} to {number(high, 3)})"


def known(value: float) -> float | None:
    """Return None for what is undefined."""
    return float(value) if math.isfinite(value) else None


def first(scores: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    """Return the scores of the only weights there are."""
    return {name: float(values[0]) for name, values in scores.items()}
