"""The part of a map looked at: a window, a quarter, or the surroundings of a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.interpret._color import Categories
from tenkai.interpret._plane import Plane, Window, bounds, widened
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import number

Around = str | float | None


def look_at(
    plane: Plane, classes: Categories | None, window: Sequence[float] | None, around: Around, quadrant: int | None
) -> Window:
    """Return the window that the settings ask for; the whole map where they ask for none.

    Raises
    ------
    TenkaiError
        TK705 for a class that does not exist.
    """
    whole_map = bounds([plane.xy], 0.02)
    if window is not None:
        x0, x1, y0, y1 = window
        return x0, x1, y0, y1
    if quadrant is not None:
        return quadrant_of(whole_map, quadrant)
    if around is None or classes is None:
        return whole_map
    name = label_of(around) or ""
    members = np.array([c == name for c in classes.of(plane.table)])
    if not members.any():
        raise problem(
            "TK705",
            f"no row has the label '{name}' in '{classes.column}'.",
            allowed=f"Labels: {listing(classes.plain)}.",
            remedy=nearest(name, classes.plain),
            setting="around",
        )
    return window_around(plane.xy[members])


def check_window(window: Sequence[float] | None, around: Around, quadrant: int | None, label: str | None) -> None:
    """Raise TK704 or TK705 where the settings do not fit together."""
    named = {"window": window, "around": around, "quadrant": quadrant}
    given = [name for name, value in named.items() if value is not None]
    if len(given) > 1:
        fact = f"{' and '.join(given)} both choose a part of the map."
        raise problem("TK704", fact, remedy="Keep one of them.", setting=given[1])
    if around is not None and label is None:
        fact = f"around {label_of(around)!r} needs the column that holds the labels."
        raise problem("TK705", fact, remedy="Name it as 'label'.", setting="around")
    if window is not None and not (window[0] < window[1] and window[2] < window[3]):
        allowed = "Write x0, x1, y0, y1 with x0 < x1 and y0 < y1."
        raise problem("TK704", f"the window {list(window)} has no extent.", allowed=allowed, setting="window")


def said(around: Around, quadrant: int | None) -> str:
    """Say which part is looked at; empty for the whole map or a window of numbers.

    >>> said(7.0, None), said(None, 2)
    ('around 7', 'quadrant 2')
    """
    if around is not None:
        return f"around {label_of(around)}"
    return f"quadrant {quadrant}" if quadrant is not None else ""


def written(window: Window) -> str:
    """Write a window.

    >>> written((0.0, 1.0, -2.0, 2.5))
    '0 to 1 by -2 to 2.5'
    """
    x0, x1, y0, y1 = (number(v) for v in window)
    return f"{x0} to {x1} by {y0} to {y1}"


def quadrant_of(window: Window, quadrant: int) -> Window:
    """Return a quarter: 1 upper right, then against the clock."""
    x0, x1, y0, y1 = window
    xm, ym = (x0 + x1) / 2, (y0 + y1) / 2
    left, low = quadrant in (2, 3), quadrant in (3, 4)
    return (x0 if left else xm, xm if left else x1, y0 if low else ym, ym if low else y1)


def window_around(xy: NDArray[np.float64], trim: float = 0.02, margin: float = 0.1) -> Window:
    """Return the window around most of the points: strays (2 % at each side) do not widen it."""
    low, high = np.quantile(xy, [trim, 1 - trim], axis=0) if len(xy) >= 20 else (xy.min(axis=0), xy.max(axis=0))
    across = widened(float(low[0]), float(high[0]), margin)
    return (*across, *widened(float(low[1]), float(high[1]), margin))
