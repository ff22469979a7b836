"""interpret.recommendations: lists of recommended cells side by side, as a table and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl

from tenkai.errors import listing, nearest, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, split_by, tip
from tenkai.interpret._sweeps import Member, members
from tenkai.interpret._text import number, short_names, whole
from tenkai.interpret._theme import finished
from tenkai.step import Help, Outputs, Range, Shape, step
from tenkai.values import Figure, Sweep, Table

if TYPE_CHECKING:
    import altair as alt

NEEDED = ("score", "place")
ROW = 19
SHADES = ["#f7f9fb", "#c6dbef", "#7fb3d8", "#2f7fb8", "#08306b"]


class Lists(Outputs):
    """The lists side by side, and their picture."""

    table: Annotated[Table, Help("row, column (or every axis, and mirror) of each cell; score and place in every list")]
    figure: Annotated[Figure, Help("the first of the lists: scores with bands, or scores and places side by side")]


@step("interpret.recommendations", version=1, title="Recommended cells")
def recommendations(
    lists: Annotated[
        list[Table] | Sweep[Table],
        Shape("cells"),
        Help("the output 'list' of a recommender; swept"),
    ],
    *,
    names: Annotated[list[str] | None, Help("what the lists are called: one name each")] = None,
    by: Annotated[str | None, Help("the list that orders the rows; default: the first")] = None,
    limit: Annotated[int, Range(1, 200), Help("cells drawn")] = 20,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Lists:
    """Write lists of recommended cells as one table: a score and a place per rank.

    One list is drawn with the band its scores keep when known cells are hidden. Several are drawn side by side,
    so that one sees how the order changes with the rank.

    Raises
    ------
    TenkaiError
        TK752 when the lists speak of other cells, are empty, or have not one name each; TK201 when a table is no
        list; TK709 for a list in `by` that is not there.

    Notes
    -----
    The cells drawn are those with the best place in any list. A cell that is first at one rank and nowhere at
    the next is a finding about the rank.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"place": [1], "row": ["AlAs"], "column": ["WZ"], "score": [0.4]}, ids=["AlAs WZ"])
    >>> tk.interpret.recommendations([t]).table.frame.rows()
    [('AlAs', 'WZ', 0.4, 1)]
    """
    found: list[Member[Table]] = members(lists)
    called = _called(found, names)
    first = found[0].value
    for member in found:
        member.value.require(NEEDED)
        member.value.require(("score", "place"), ("number",))
        if set(member.value.ids) != set(first.ids):
            raise problem("TK752", "the lists speak of other cells.", remedy="Rank the same matrix.", setting="lists")
    if first.height == 0:
        raise problem("TK752", "the list is empty: no cell is unknown.", setting="lists")
    if by is not None and by not in called:
        fact = f"there is no list '{by}'."
        raise problem("TK709", fact, allowed=f"Lists: {listing(called)}.", remedy=nearest(by, called), setting="by")
    leader = called.index(by) if by is not None else 0
    table = _table(found, called, leader)
    several = len(found) > 1
    chart, width, captions = _side_by_side(table, called, limit) if several else _one(first, limit)
    top = table.frame.row(0, named=True)
    score = top[f"score {called[leader]}"] if several else top["score"]
    where = f" at {called[leader]}" if several else ""
    text = f"{whole(table.height)} cells; first{where}: {table.ids[0]}, {number(score)}."
    figure = finished(chart, title="Recommended cells", text=text, heading=title, caption=captions, width=width)
    return Lists(table, figure)


def _called(found: Sequence[Member[Table]], names: list[str] | None) -> list[str]:
    if not found:
        raise problem("TK752", "there is no list.", setting="lists")
    called = names if names is not None else [m.name or f"list {i + 1}" for i, m in enumerate(found)]
    if len(called) != len(found) or len(set(called)) != len(called):
        fact = f"there are {len(called)} names for {len(found)} lists."
        raise problem("TK752", fact, allowed="Give one name per list, all different.", setting="names")
    return called


def _table(found: Sequence[Member[Table]], called: Sequence[str], leader: int) -> Table:
    """Return the cells in the order of one list, with score and place in each."""
    lead = found[leader].value
    keys = [c for c in lead.columns[: lead.columns.index("score")] if c != "place"]
    columns = [lead.frame[c] for c in keys]
    order = lead.ids.to_list()
    for member, name in zip(found, called, strict=True):
        at = {cell: i for i, cell in enumerate(member.value.ids.to_list())}
        rows = [at[cell] for cell in order]
        end = f" {name}" if len(found) > 1 else ""
        columns += [member.value.frame[c][rows].alias(f"{c}{end}") for c in ("score", "place")]
    if len(found) == 1:
        columns += [lead.frame[c] for c in lead.columns if c not in (*keys, "score", "place")]
    table = Table.from_(pl.DataFrame(columns), ids=order)
    return table.influenced([i for m in found for i in m.value.every_influence])


def _cells(table: Table, wanted: Sequence[int]) -> list[str]:
    rows = table.ids.to_list()
    short = short_names([rows[i] for i in wanted], 40)
    return short if len(set(short)) == len(short) else [rows[i] for i in wanted]


def _y(names: Sequence[str]) -> alt.Y:
    import altair as alt

    axis = alt.Axis(ticks=False, grid=False, labelLimit=260, labelFontSize=11)
    return alt.Y("c:N", sort=list(names), title=None, axis=axis)


def _one(table: Table, limit: int) -> tuple[alt.LayerChart, int, list[str]]:
    import altair as alt

    order = np.argsort(table.matrix(["place"])[:, 0], kind="stable")[:limit].tolist()
    names = _cells(table, order)
    score = table.matrix(["score"])[order, 0]
    banded = "low" in table.columns and "high" in table.columns
    low, high = (table.matrix([c])[order, 0] if banded else score for c in ("low", "high"))
    columns: dict[str, list[Any]] = {"c": names, "v": rounded(score), "p": list(range(1, len(order) + 1))}
    data = data_of(columns)
    known = np.isfinite(low)
    ends = np.concatenate([score, low[known], high[known], [0.0]])
    pad = 0.05 * float(np.ptp(ends)) or 0.1
    scale = alt.Scale(domain=[float(ends.min()) - pad, float(ends.max()) + pad], nice=False, zero=False)
    x = alt.X("v:Q", title="score (low rank minus data)", scale=scale)
    zero = alt.Chart(data_of({"v": [0.0]})).mark_rule(color=_theme.LINE)
    layers = [zero.encode(x=x)]
    if banded and known.any():
        at = np.flatnonzero(known)
        band: dict[str, list[Any]] = {"c": [names[i] for i in at], "v": rounded(low[at]), "w": rounded(high[at])}
        rule = alt.Chart(data_of(band)).mark_rule(color=_theme.ACCENT, opacity=0.35, strokeWidth=5)
        layers.append(rule.encode(x=x, x2="w:Q", y=_y(names)))
    tooltip = [tip("c:N", "cell"), tip("p:Q", "place"), tip("v:Q", "score", format=".4f")]
    points = alt.Chart(data).mark_point(filled=True, size=55, opacity=1, color=_theme.ACCENT)
    layers.append(points.encode(x=x, y=_y(names), tooltip=tooltip))
    captions = ["Bars: 95 % of the scores while known cells are hidden."] if banded else []
    captions.append(f"The first {len(order)} of {whole(table.height)} cells.")
    return layered(layers, 330, ROW * len(order) + 4), 520, captions


def _side_by_side(table: Table, called: Sequence[str], limit: int) -> tuple[alt.LayerChart, int, list[str]]:
    import altair as alt

    places = table.matrix([f"place {c}" for c in called])
    scores = table.matrix([f"score {c}" for c in called])
    best = np.argsort(places.min(axis=1), kind="stable")[:limit]
    wanted = np.sort(best).tolist()  # the rows stand in the order of the leading list
    names = _cells(table, wanted)
    cells = [(i, k) for i in range(len(wanted)) for k in range(len(called))]
    shown, place = scores[wanted], places[wanted]
    top = float(scores.max()) or 1.0
    columns: dict[str, list[Any]] = {
        "c": [names[i] for i, _ in cells],
        "n": [called[k] for _, k in cells],
        "v": rounded(np.array([shown[i, k] for i, k in cells])),
        "p": [int(place[i, k]) for i, k in cells],
        "t": [f"{shown[i, k]:.3f}  ({int(place[i, k])})" for i, k in cells],
    }
    axis = alt.Axis(orient="top", ticks=False, grid=False, labelAngle=0, labelFontSize=11.5)
    x = alt.X("n:N", sort=list(called), title=None, axis=axis)
    shades = alt.Scale(domain=[0, top], range=SHADES, clamp=True, interpolate="rgb")
    color = alt.Color("v:Q", scale=shades, legend=None)
    tooltip = [tip("c:N", "cell"), tip("n:N", "list"), tip("v:Q", "score", format=".4f"), tip("p:Q", "place")]
    base = alt.Chart(data_of(columns))
    inks = [_theme.ink_on(_theme.shade(SHADES, float(np.clip(shown[i, k] / top, 0, 1)))) for i, k in cells]
    layers = [
        base.mark_rect(stroke="white", strokeWidth=1).encode(x=x, y=_y(names), color=color, tooltip=tooltip),
        *(
            alt.Chart(data_of(some)).mark_text(fontSize=10.5, color=ink).encode(x=x, y=_y(names), text="t:N")
            for ink, some in split_by(columns, inks)
        ),
    ]
    captions = [
        f"Score and, in brackets, place among {whole(table.height)} cells. Drawn: the {len(wanted)} with the best "
        "place in any list."
    ]
    width = 86 * len(called)
    return layered(layers, width, ROW * len(wanted)), width + 190, captions
