"""The rows a model misses most, named in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._plane import Window
from tenkai.interpret._predictions import FAR, Numbers
from tenkai.interpret._records import data_of, rounded
from tenkai.interpret._scoring import first
from tenkai.interpret._text import label, number, short_ids, shorten, whole, width_of
from tenkai.kernels.scores import regression
from tenkai.step import Run

if TYPE_CHECKING:
    import altair as alt

Position = dict[str, Any]
HALO: list[dict[str, Any]] = [{"stroke": "white", "strokeWidth": 3, "strokeJoin": "round"}, {"color": _theme.INK}]
LETTERS = 10.5  # points
MOST_BARS = 500  # rows up to which error bars can be told apart


def named_worst(
    found: Numbers,
    xy: NDArray[np.float64],
    worst: int,
    window: Window,
    size: tuple[int, int],
    position: Position,
) -> list[alt.Chart]:
    """Return the row ids of the largest errors beside their points. `size`: of the panel."""
    import altair as alt

    error = np.abs(found.predicted - found.observed)
    at = [int(i) for i in np.argsort(-error, kind="stable")[:worst] if error[i] > 0]
    if not at:
        return []
    names = short_ids(found.table.ids.to_list())
    words = [shorten(names[i], 18) for i in at]
    x0, x1, y0, y1 = window
    pixels = np.column_stack([(xy[:, 0] - x0) / (x1 - x0), (y1 - xy[:, 1]) / (y1 - y0)]) * size
    layers: list[alt.Chart] = []
    for i, text, (align, dx, dy) in zip(at, words, _free_places(pixels, at, words, size), strict=True):
        data = data_of({"x": rounded(xy[[i], 0]), "y": rounded(xy[[i], 1]), "t": [text]})
        style: dict[str, Any] = {"align": align, "dx": dx, "dy": dy, "fontSize": LETTERS, "baseline": "middle"}
        for halo in HALO:
            layers.append(alt.Chart(data).mark_text(**style, **halo).encode(text="t:N", **position))
    return layers


def _free_places(
    pixels: NDArray[np.float64], at: list[int], words: list[str], size: tuple[int, int]
) -> list[tuple[str, int, int]]:
    """Choose for each text the side of its point where it covers least: right, left, above or below."""
    sides = (("left", 8, 0), ("right", -8, 0), ("center", 0, -12), ("center", 0, 12))
    near = pixels[np.isin(np.arange(len(pixels)), at) | (len(pixels) <= 2000)]
    taken: list[tuple[float, float, float, float]] = []
    chosen = []
    for i, text in zip(at, words, strict=True):
        wide, high = width_of(text, LETTERS), LETTERS * 1.2
        cost = []
        for align, dx, dy in sides:
            left = pixels[i, 0] + dx - (wide if align == "right" else wide / 2 if align == "center" else 0.0)
            top = pixels[i, 1] + dy - high / 2
            box = (left, top, left + wide, top + high)
            outside = left < 4 or top < 4 or box[2] > size[0] - 4 or box[3] > size[1] - 4
            under = (near > (left, top)).all(axis=1) & (near < (box[2], box[3])).all(axis=1)
            texts = sum(b[0] < box[2] and box[0] < b[2] and b[1] < box[3] and box[1] < b[3] for b in taken)
            cost.append((100 * outside + 10 * texts + int(under.sum()), box))
        best = min(range(len(sides)), key=lambda k: cost[k][0])
        taken.append(cost[best][1])
        chosen.append(sides[best])
    return chosen


def far_rows(found: Numbers) -> NDArray[np.bool_]:
    """Say which rows lie far from the training rows, by a column `far` (true, yes or far)."""
    if FAR not in found.table.kinds:
        return np.zeros(len(found), bool)
    return np.array([(label(v) or "").casefold() in ("true", "yes", "far", "1") for v in found.table[FAR].to_list()])


def far_rings(far: NDArray[np.bool_], xy: NDArray[np.float64], size: float, position: Position) -> list[alt.Chart]:
    """Return rings around rows far from the training rows."""
    import altair as alt

    if not far.any():
        return []
    data = data_of({"x": rounded(xy[far, 0]), "y": rounded(xy[far, 1])})
    rings = alt.Chart(data).mark_point(filled=False, size=size * 3.2, stroke=_theme.INK, strokeWidth=1.3)
    return [rings.encode(**position)]


def deviation_bars(found: Numbers, xy: NDArray[np.float64], position: Position, run: Run) -> list[alt.Chart]:
    """Return upright bars of one standard deviation, where the model gives one."""
    import altair as alt

    if found.deviation is None:
        return []
    if len(found) > MOST_BARS:
        run.note("TKW727", f"More than {MOST_BARS} rows: their standard deviations are not drawn.")
        return []
    ends = {"y": rounded(xy[:, 1] - found.deviation), "y2": rounded(xy[:, 1] + found.deviation)}
    bars = alt.Chart(data_of({"x": rounded(xy[:, 0]), **ends}))
    rules = bars.mark_rule(color=_theme.LINE, strokeWidth=1.2, clip=True)
    return [rules.encode(**position, y2="y2:Q")]


def facts_of(found: Numbers) -> tuple[str, str]:
    """Say R², RMSE and rows, once with the baseline."""
    value = first(regression(found.observed, found.predicted))
    short = f"R² {number(value['r2'], 3)}, RMSE {number(value['rmse'], 3)}"
    rows = f"{whole(len(found))} row{'s' * (len(found) != 1)}"
    if found.baseline is None:
        return f"{short} · {rows}", short
    guess = first(regression(found.observed, found.baseline))
    r2 = "missing" if np.isnan(guess["r2"]) else f"{guess['r2']:.2f}"
    return f"{short} (baseline {r2}, {number(guess['rmse'], 3)}) · {rows}", short
