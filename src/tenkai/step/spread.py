"""Values spread over a range, as sweeps and searches write them: at equal steps, or at equal ratios."""

from __future__ import annotations

import math
from typing import Any

from tenkai.errors import problem

MOST_POINTS = 100_000


def range_values(low: float, high: float, step: float = 1) -> list[Any]:
    """Return low, low + step, ... up to and including high.

    >>> range_values(10, 30, 10)
    [10, 20, 30]
    """
    if step == 0 or (high - low) * step < 0:
        raise problem("TK112", f"the range {low} to {high} never ends with steps of {step}.")
    count = math.floor((high - low) / step + 1e-9) + 1
    if count > MOST_POINTS:
        raise problem("TK112", f"the range has {count} values.", allowed=f"Allowed: up to {MOST_POINTS}.")
    whole = isinstance(low, int) and isinstance(step, int)
    # Three steps of 0.1 are 0.3, not 0.30000000000000004: rounded to 12 digits, as in `log_values`.
    return [low, *(low + i * step if whole else float(f"{low + i * step:.12g}") for i in range(1, count))]


def log_values(low: float, high: float, count: float) -> list[float]:
    """Return `count` values from low to high at equal ratios, rounded to 12 digits so that powers are exact.

    >>> log_values(1e-5, 1, 6)
    [1e-05, 0.0001, 0.001, 0.01, 0.1, 1.0]
    """
    if low <= 0 or high <= 0:
        raise problem("TK112", f"a log range from {low} to {high} is impossible.", allowed="Allowed: above 0.")
    if count != int(count) or not 2 <= count <= MOST_POINTS:
        raise problem("TK112", f"a log range of {count} values is impossible.", allowed="Allowed: 2 or more values.")
    steps = int(count) - 1
    ends = math.log10(low), math.log10(high)
    inner = [float(f"{10 ** (ends[0] + (ends[1] - ends[0]) * i / steps):.12g}") for i in range(1, steps)]
    return [float(low), *inner, float(high)]
