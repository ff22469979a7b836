"""interpret.rank_curve: how well hidden cells are found, against the rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import number
from tenkai.interpret._theme import finished
from tenkai.step import Help, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 460, 290
ENDS = ("se", "low", "high")
LONG = {"auc": "AUC of hidden cells", "precision": "precision of the list", "recall": "recall of the list"}


@step("interpret.rank_curve", version=1, title="Hidden cells against rank")
def rank_curve(
    ranks: Annotated[Table, Shape("ranks"), Help("the output 'ranks' of learn.recommend")],
    *,
    measure: Annotated[str, Help("what is drawn: auc, precision, recall")] = "auc",
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw how well hidden cells were found at each rank, with one standard error, and the simpler methods.

    Raises
    ------
    TenkaiError
        TK751 for a measure the table does not hold; TK201 when it is no table of ranks; TK205 when it is empty.

    Notes
    -----
    The marked rank is the smallest within one standard error of the best. An AUC of 0.5 is a coin: a curve that
    does not rise above it, or not above the dashed lines, found nothing.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"rank": [1, 2], "auc": [0.6, 0.7], "auc_se": [0.05, 0.05], "chosen": [False, True]})
    >>> tk.interpret.rank_curve(t).text
    'auc against rank, 1 to 2: highest 0.7 at rank 2; chosen: rank 2 with 0.7.'
    """
    ranks.require(["rank"], ("number",))
    if ranks.height == 0:
        raise problem("TK205", "the table has no rank.")
    have = [n for n in ranks.columns if f"{n}_se" in ranks.columns]
    if measure not in have:
        raise problem(
            "TK751",
            f"there is no measure '{measure}' with a standard error.",
            allowed=f"Measures: {listing(have)}." if have else "The table has none: give the output 'ranks'.",
            remedy=nearest(measure, have),
            setting="measure",
        )
    names = ["rank", measure, f"{measure}_se"]
    ranks.require(names, ("number",))
    ranks.require_complete(names)
    others = {
        n.removeprefix(f"{measure}_"): float(ranks.matrix([n])[0, 0])
        for n in ranks.columns
        if n.startswith(f"{measure}_") and n.removeprefix(f"{measure}_") not in ENDS and ranks.kinds[n] == "number"
    }
    k, value, error = ranks.matrix(names).T
    chosen = [i for i, c in enumerate(ranks.frame["chosen"].to_list()) if c] if "chosen" in ranks.columns else []
    best = int(value.argmax())
    said = f"highest {number(float(value[best]))} at rank {k[best]:g}"
    captions = ["Bars: one standard error. " + ("Dashed: methods without a rank." if others else "")]
    if chosen:
        at = chosen[0]
        said += f"; chosen: rank {k[at]:g} with {number(float(value[at]))}"
        captions.append(f"Marked: rank {k[at]:g}, the smallest within one standard error of the best.")
    return finished(
        _chart(k, value, error, others, chosen[:1], measure),
        title="Hidden cells against rank",
        text=f"{measure} against rank, {k[0]:g} to {k[-1]:g}: {said}.",
        heading=title,
        caption=captions,
        width=WIDTH,
    )


def _chart(
    k: NDArray[np.float64],
    value: NDArray[np.float64],
    error: NDArray[np.float64],
    others: dict[str, float],
    chosen: list[int],
    measure: str,
) -> alt.LayerChart:
    import altair as alt

    coin = [0.5] if measure == "auc" else []
    ends = [*(value - error), *(value + error), *others.values(), *coin]
    low, high = widened(float(min(ends)), float(max(ends)), 0.06)
    ticks = k.tolist() if len(k) <= 20 else []
    axis = alt.Axis(values=ticks or alt.Undefined, format="d", grid=False)
    x = alt.X("k:Q", title="rank", axis=axis, scale=alt.Scale(domain=[k[0] - 0.4, k[-1] + 0.4], nice=False, zero=False))
    y = alt.Y("v:Q", title=LONG.get(measure, measure), scale=alt.Scale(domain=[low, high], nice=False, zero=False))
    columns = {"k": k.tolist(), "v": rounded(value), "lo": rounded(value - error), "hi": rounded(value + error)}
    data = data_of(columns)
    layers = []
    for name, level in [*others.items(), *(("chance", c) for c in coin)]:
        color = _theme.LINE if name == "chance" else _theme.SECOND if name == "popularity" else _theme.EIGHT[2]
        line = data_of({"v": rounded(np.array([level])), "k": [float(k[-1]) + 0.35], "t": [name]})
        rule = alt.Chart(line).mark_rule(color=color, strokeDash=[5, 3], strokeWidth=1.3)
        layers.append(rule.encode(y=y))
        text = alt.Chart(line).mark_text(align="right", dy=-6, fontSize=10.5, color=color)
        layers.append(text.encode(x=x, y=y, text="t:N"))
    bars = alt.Chart(data).mark_rule(color=_theme.ACCENT, opacity=0.5, strokeWidth=1.2)
    layers.append(bars.encode(x=x, y=alt.Y("lo:Q"), y2="hi:Q"))
    layers.append(alt.Chart(data).mark_line(color=_theme.ACCENT, strokeWidth=1.8).encode(x=x, y=y))
    tooltip = [tip("k:Q", "rank"), tip("v:Q", measure, format=".3f")]
    points = alt.Chart(data).mark_point(filled=True, size=42, opacity=1, color=_theme.ACCENT)
    layers.append(points.encode(x=x, y=y, tooltip=tooltip))
    if chosen:
        at = data_of({"k": k[chosen].tolist(), "v": rounded(value[chosen])})
        ring = alt.Chart(at).mark_point(filled=False, size=190, strokeWidth=2, color=_theme.INK)
        layers.append(ring.encode(x=x, y=y))
    return layered(layers, WIDTH, HEIGHT)
