"""interpret.coefficients: what a linear model makes of each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tenkai.errors import count, listing, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import label, natural, number, short_names, shorten
from tenkai.interpret._theme import finished
from tenkai.step import Help, Range, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH, ROW = 300, 20
MOST_CLASSES = 12
NAME_COLUMNS = ("column", "feature", "name")
MOST_TOLD = 8  # intercepts written below
INTERCEPT = ("intercept", "(intercept)")


@step("interpret.coefficients", version=1, title="Coefficients")
def coefficients(
    table: Annotated[Table, Shape("columns"), Help("the coefficients of a model: one row per column (and class)")],
    *,
    value: Annotated[
        Literal["auto", "coefficient", "scaled"], Help("scaled: per standard deviation of the column; auto: if there")
    ] = "auto",
    limit: Annotated[int, Range(1, 200), Help("most columns drawn: those that count most")] = 30,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw the coefficients of a linear model, the largest first; several classes stand side by side.

    Columns with coefficient 0 (Lasso) and the intercept are not drawn, only told.

    Raises
    ------
    TenkaiError
        TK201 and TK202 when the table holds no coefficients; TK713 when all are 0.

    Notes
    -----
    Plain coefficients have the unit of the target per unit of the column, so their sizes compare only where the
    columns have one scale: draw scaled ones, or standardize first. Bars are one standard error of the
    coefficient, where the model gives it. Of columns that tell the same, a model may take one or share the weight
    among them: a small coefficient does not mean that a column does not matter.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"coefficient": [0.5, -2.0, 0.0]}, ids=["mass", "radius", "charge"])
    >>> tk.interpret.coefficients(t).text
    'Coefficients of 2 columns: radius -2, mass 0.5; 1 column is 0.'
    """
    if "coefficient" not in table.kinds:
        raise problem(
            "TK201",
            "there is no column 'coefficient': this is no table of coefficients.",
            allowed=f"It has {listing(table.columns, 8)}.",
            remedy="Give the output 'coefficients' of a linear model; for other models take interpret.importance.",
        )
    table.require(["coefficient"], ("number",))
    if value == "scaled":
        table.require(["scaled"], ("number",), "value")
    use = (
        "scaled" if value == "scaled" or (value == "auto" and table.kinds.get("scaled") == "number") else "coefficient"
    )
    bars = _bars(table, use)
    drawn = [b for b in bars if b.name.casefold() not in INTERCEPT]
    weight: dict[str, float] = {}
    for bar in drawn:
        weight[bar.name] = max(weight.get(bar.name, 0.0), abs(bar.value))
    zero = [n for n, w in weight.items() if w == 0]
    ranked = sorted((n for n, w in weight.items() if w > 0), key=lambda n: (-weight[n], natural(n)))
    if not ranked:
        raise problem("TK713", "all coefficients are 0: the model predicts one number for all rows.")
    classes = list(dict.fromkeys(b.series for b in drawn))
    shown, names = classes[:MOST_CLASSES], ranked[:limit]
    captions = [_said_zero(len(zero))] if zero else []
    if len(ranked) > limit:
        captions.append(f"The {limit} largest of {len(ranked)} are drawn.")
    if len(classes) > MOST_CLASSES:
        captions.append(f"{MOST_CLASSES} of {len(classes)} classes are drawn.")
    kept = [b for b in drawn if b.name in set(names) and b.series in set(shown)]
    if any(np.isfinite(b.error) for b in kept):
        captions.append("Bars: one standard error.")
    if use == "scaled":
        captions.append("Per standard deviation of the column.")
    if len(classes) == 1 and classes[0]:
        captions.append(f"Above 0: towards '{classes[0]}'.")
    lone = [b for b in bars if b not in drawn]
    if len(lone) > 1:
        rest = f" and {len(lone) - MOST_TOLD} more" if len(lone) > MOST_TOLD else ""
        told = ", ".join(f"{b.series} {number(b.plain)}" for b in lone[:MOST_TOLD])
        captions.append(f"Intercepts: {told}{rest}.")
    captions += [f"Intercept{f' ({b.series})' if b.series else ''}: {number(b.plain)}." for b in lone if len(lone) == 1]
    return finished(
        _chart(kept, names, shown, use),
        title="Coefficients",
        text=_said(kept, names, shown, zero),
        heading=title,
        caption=captions,
        width=WIDTH + 140,
    )


class _Bar:
    def __init__(self, name: str, series: str, value: float, error: float, plain: float) -> None:
        self.name, self.series, self.value, self.error, self.plain = name, series, value, error, plain


def _bars(table: Table, use: str) -> list[_Bar]:
    naming = next((c for c in NAME_COLUMNS if table.kinds.get(c) in ("text", "category")), None)
    names = table[naming].to_list() if naming else table.ids.to_list()
    series = [label(v) or "" for v in table["class"].to_list()] if "class" in table.kinds else [""] * table.height
    plain = table.matrix(["coefficient"])[:, 0]
    values = table.matrix([use])[:, 0]
    errors = np.full(table.height, np.nan)
    if table.kinds.get("standard_error") == "number":
        errors = table.matrix(["standard_error"])[:, 0]
        if use == "scaled":  # the error is on the scale of the plain coefficient
            with np.errstate(divide="ignore", invalid="ignore"):
                errors = np.where(plain == 0, np.nan, errors * np.abs(values / plain))
    known = np.where(np.isfinite(values), values, 0.0)  # the intercept has no scaled value
    cells = zip(names, series, known.tolist(), errors.tolist(), plain.tolist(), strict=True)
    return [_Bar(str(n), s, v, e, p) for n, s, v, e, p in cells]


def _said_zero(n: int) -> str:
    return f"{count(n, 'column is', 'columns are')} 0."


def _said(kept: Sequence[_Bar], names: Sequence[str], classes: Sequence[str], zero: Sequence[str]) -> str:
    first = {(b.name, b.series): b.value for b in kept}
    if len(classes) == 1:
        said = ", ".join(f"{n} {number(first[n, classes[0]], 3)}" for n in names[:8])
    else:
        said = ", ".join(names[:8])
    rest = f"; {_said_zero(len(zero))}" if zero else "."
    where = f" for {len(classes)} classes" if len(classes) > 1 else ""
    return f"Coefficients of {count(len(names), 'column')}{where}: {said}{rest}"


def _chart(kept: Sequence[_Bar], names: Sequence[str], classes: Sequence[str], use: str) -> Any:
    import altair as alt

    short = dict(zip(names, short_names(names, 30), strict=True))
    order = [short[n] for n in names]
    ends = [v for b in kept for v in _ends(b)]
    low, high = widened(min(0.0, *ends), max(0.0, *ends), 0.04)
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    many = len(classes) > 1
    width = WIDTH if not many else max(90, min(190, 760 // len(classes)))
    panels = []
    for i, series in enumerate(classes):
        some = [b for b in kept if b.series == series]
        axis = alt.Axis(grid=False, ticks=False, labels=i % 4 == 0, labelLimit=220)
        y = alt.Y("t:N", sort=order, title=None, axis=axis, scale=alt.Scale(domain=order))
        words = use if use == "coefficient" else "scaled coefficient"
        x = alt.X("v:Q", title=words, scale=scale, axis=alt.Axis(tickCount=5))
        panel = layered(_layers(some, short, x, y), width, max(40, ROW * len(names)))
        panels.append(panel.properties(title=alt.TitleParams(shorten(series, 24), fontSize=12)) if many else panel)
    if not many:
        return panels[0]
    return alt.concat(*panels, columns=4, spacing=14).resolve_scale(x="shared", y="shared")


def _layers(some: Sequence[_Bar], short: dict[str, str], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    import altair as alt

    columns: dict[str, Any] = {
        "t": [short[b.name] for b in some],
        "v": rounded(np.array([b.value for b in some])),
        "id": [b.name for b in some],
    }
    tints = alt.condition("datum.v >= 0", alt.value(_theme.ACCENT), alt.value(_theme.SECOND))
    bars = alt.Chart(data_of(columns)).mark_bar(height=alt.RelativeBandSize(0.68))
    tooltip = [tip("id:N", "column"), tip("v:Q", "coefficient", format=".4g")]
    layers = [bars.encode(x=x, y=y, color=tints, tooltip=tooltip)]
    sure = [b for b in some if np.isfinite(b.error)]
    if sure:
        low, high = (np.array([_ends(b)[k] for b in sure]) for k in (0, 1))
        data = data_of({"t": [short[b.name] for b in sure], "v": rounded(low), "w": rounded(high)})
        layers.append(alt.Chart(data).mark_rule(color=_theme.INK, strokeWidth=1.1).encode(x=x, x2="w:Q", y=y))
    zero = alt.Chart(data_of({"v": [0]})).mark_rule(color=_theme.LINE, strokeWidth=1)
    return [*layers, zero.encode(x=x)]


def _ends(bar: _Bar) -> tuple[float, float]:
    error = bar.error if np.isfinite(bar.error) else 0.0
    return bar.value - error, bar.value + error
