"""The name of each class written where the class is densest, moved aside where names would meet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret._plane import Window
from tenkai.interpret._text import short_names, width_of

SIZE = 12.5
LONGEST = 18
_GROUP = 70.0  # points
_MOST_ASKED = 400
_FEW = 8

Box = tuple[float, float, float, float]


def placed_labels(
    xy: NDArray[np.float64],
    labels: Sequence[str],
    names: Sequence[str],
    window: Window,
    width: float,
    height: float,
    size: float = SIZE,
) -> list[tuple[str, str, float, float]]:
    """Return (class, text, x, y) of the names that can be written without meeting another.

    The class with most points chooses its place first; a name that finds no place within 40 points is left
    to the legend.
    """
    x0, x1, y0, y1 = window
    px = np.column_stack([(xy[:, 0] - x0) / (x1 - x0) * width, (xy[:, 1] - y0) / (y1 - y0) * height])
    of = np.asarray(labels, dtype=object)
    taken: list[Box] = []
    out: list[tuple[str, str, float, float]] = []
    texts = dict(zip(names, short_names(names, LONGEST), strict=True))
    for name in sorted(names, key=lambda n: -int((of == n).sum())):
        members = px[of == name]
        if len(members) == 0:
            continue
        text = texts[name]
        half_width, half_height = width_of(text, size) / 2 + 2, size * 0.62
        cx, cy = densest(members)
        # On a handful of points the name would hide what it names.
        for dx, dy in islice(_offsets(), 1 if len(members) < _FEW else 0, None):
            x = min(max(cx + dx, half_width + 2), width - half_width - 2)
            y = min(max(cy + dy, half_height + 2), height - half_height - 2)
            box = (x - half_width, x + half_width, y - half_height, y + half_height)
            if not any(_meet(box, other) for other in taken):
                taken.append(box)
                out.append((name, text, x0 + x / width * (x1 - x0), y0 + y / height * (y1 - y0)))
                break
    return out


def densest(points: NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle of the largest group: a class in two groups is named on one of them, not between."""
    some = points[:: max(1, len(points) // _MOST_ASKED)]
    away = np.sqrt(((some[:, None, :] - some[None, :, :]) ** 2).sum(axis=2))
    # Farther than this a row belongs to another group, and how much farther does not matter.
    x, y = some[np.minimum(away, _GROUP).sum(axis=1).argmin()]
    return float(x), float(y)


def _offsets() -> Iterator[tuple[float, float]]:
    yield 0.0, 0.0
    for radius in (14.0, 24.0, 40.0):
        for step in range(8):
            angle = math.pi / 2 + step * math.pi / 4
            yield radius * 1.4 * math.cos(angle), radius * math.sin(angle)


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
