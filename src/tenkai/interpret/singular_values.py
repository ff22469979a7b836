"""interpret.singular_values: what each singular vector carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import number, whole
from tenkai.interpret._theme import finished
from tenkai.step import Help, Range, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

COLUMNS = ("component", "value", "share", "cumulative")
HEIGHT = 250


@step("interpret.singular_values", version=1, title="Singular values")
def singular_values(
    values: Annotated[Table, Shape("components 4"), Help("the output 'S' of learn.svd")],
    *,
    rank: Annotated[int | None, Range(1), Help("a rank to mark: the values kept")] = None,
    limit: Annotated[int, Range(1, 500), Help("most values drawn")] = 60,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw the singular values, falling, and the share of the sum of squares the first ones hold together.

    Raises
    ------
    TenkaiError
        TK201 when the table is not the singular values of learn.svd; TK205 when it is empty.

    Notes
    -----
    A knee suggests a rank, and proves none. Several equal values belong to rows and columns that share nothing
    with others: cut among them, the low-rank table depends on rounding.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [3.0, 0.0], "b": [0.0, 1.0]})
    >>> tk.interpret.singular_values(tk.learn.svd(t, rank=1).S, rank=1).text
    '2 singular values, 3 to 1; the first hold 90.0 % of the sum of squares.'
    """
    values.require(COLUMNS)
    values.require(COLUMNS[1:], ("number",))
    values.require_complete(COLUMNS[1:])
    if values.height == 0:
        raise problem("TK205", "the table has no singular value.")
    n = min(limit, values.height)
    S, _, cumulative = (values.matrix([c])[:n, 0] for c in COLUMNS[1:])
    kept = min(rank or 1, n)
    first = "the first" if kept == 1 else f"the first {kept}"
    said = f"{first} hold {100 * cumulative[kept - 1]:.1f} % of the sum of squares."
    captions = [f"{said[0].upper()}{said[1:]}"]
    if n < values.height:
        captions.insert(0, f"The first {whole(n)} of {whole(values.height)} values.")
    width = int(np.clip(14 * n + 60, 200, 420))
    return finished(
        _chart(S, 100 * cumulative, rank, width),
        title="Singular values",
        text=f"{values.height} singular values, {number(float(S[0]))} to {number(float(S[-1]))}; {said}",
        heading=title,
        caption=captions,
        width=2 * width + 60,
    )


def _chart(S: NDArray[np.float64], share: NDArray[np.float64], rank: int | None, width: int) -> alt.HConcatChart:
    import altair as alt

    n = len(S)
    kept = [rank is None or i < rank for i in range(n)]
    every = max(1, n // 12)
    named = [i for i in range(1, n + 1) if i % every == 0 or i == 1] if n > 15 else list(range(1, n + 1))
    axis = alt.Axis(values=named, labelAngle=0, ticks=False, grid=False)
    x = alt.X("i:O", title="component", axis=axis)
    panels = []
    for values, name, top in ((S, "singular value", None), (share, "cumulative share of squares (%)", 100)):
        data = data_of({"i": list(range(1, n + 1)), "v": rounded(values), "k": kept})
        scale = alt.Scale(domain=[0, top or float(S[0]) * 1.05], nice=False)
        y = alt.Y("v:Q", title=name, scale=scale)
        color = alt.condition("datum.k", alt.value(_theme.ACCENT), alt.value(_theme.LINE))
        bars = alt.Chart(data).mark_bar(width=alt.RelativeBandSize(0.72))
        tooltip = [tip("i:O", "component"), tip("v:Q", name, format=".4g")]
        panels.append(layered([bars.encode(x=x, y=y, color=color, tooltip=tooltip)], width, HEIGHT))
    chart: alt.HConcatChart = alt.hconcat(*panels, spacing=26)
    return chart
