"""What a search looks through: settings of a model and their values, or rows of settings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

Settings = dict[str, Any]
DIGITS = 6  # of a number drawn between two ends


@dataclass(frozen=True)
class Dimension:
    """One setting and its values, in order.

    Parameters
    ----------
    values : what a grid tries
    ends : where numbers may be drawn between two ends at equal ratios (a log range)
    whole : it takes whole numbers only
    ordered : the values go up (or down): an edge means something
    """

    name: str
    values: tuple[Any, ...]
    ends: tuple[float, float] | None = None
    whole: bool = False
    ordered: bool = False

    def between(self, share: float) -> Any:
        """Return the value at a share of the way between the ends, at equal ratios."""
        assert self.ends is not None
        low, high = (math.log(e) for e in self.ends)
        return self.rounded(math.exp(low + share * (high - low)))

    def rounded(self, value: float) -> Any:
        """Return a number drawn, with few digits, inside the ends."""
        assert self.ends is not None
        if self.whole:
            return min(max(round(value), math.ceil(min(self.ends))), math.floor(max(self.ends)))
        return min(max(float(f"{value:.{DIGITS}g}"), min(self.ends)), max(self.ends))


@dataclass(frozen=True)
class Space:
    """All settings that may be tried: every row with every value of every dimension."""

    dimensions: tuple[Dimension, ...]
    rows: tuple[Settings, ...] = ({},)

    @property
    def names(self) -> list[str]:
        """Names of the settings searched."""
        return [*dict.fromkeys(n for row in self.rows for n in row), *(d.name for d in self.dimensions)]

    @property
    def size(self) -> int | None:
        """How many settings there are; None where numbers are drawn between two ends."""
        if any(d.ends for d in self.dimensions):
            return None
        return self.grid_size

    @property
    def grid_size(self) -> int:
        """How many settings the grid has."""
        return len(self.rows) * math.prod(len(d.values) for d in self.dimensions)

    def grid(self) -> Iterator[Settings]:
        """Yield every combination; the last setting changes fastest."""
        names = [d.name for d in self.dimensions]
        for row in self.rows:
            for values in product(*(d.values for d in self.dimensions)):
                yield {**row, **dict(zip(names, values, strict=True))}

    def at(self, place: int) -> Settings:
        """Return the combination at a place of the grid."""
        found: Settings = {}
        for d in reversed(self.dimensions):
            place, i = divmod(place, len(d.values))
            found[d.name] = d.values[i]
        return {**self.rows[place], **{d.name: found[d.name] for d in self.dimensions}}

    def drawn(self, trials: int, seed: int) -> list[Settings]:
        """Return settings drawn at random, each once; all of them where there are no more."""
        if self.size is not None:
            from random import Random

            # It draws from ranges of any length without writing them down.
            return [self.at(i) for i in Random(seed).sample(range(self.size), min(trials, self.size))]
        random, found = np.random.default_rng(seed), dict[str, Settings]()
        for _ in range(20 * trials):
            row = self.rows[int(random.integers(len(self.rows)))]
            values = {
                d.name: d.between(random.random()) if d.ends else d.values[int(random.integers(len(d.values)))]
                for d in self.dimensions
            }
            found.setdefault(repr(values | row), {**row, **values})
            if len(found) == trials:
                break
        return list(found.values())
