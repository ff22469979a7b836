"""interpret.explained_variance: what each component explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret import _theme
from tenkai.interpret._cautions import VARIANCE, caution
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.step import Help, Range, Run, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

COLUMNS = ("component", "ratio", "cumulative")
PERCENT = 100
DENSE = 24  # with more components every fifth is named
SERIES = ("each", "together")


@step("interpret.explained_variance", version=1, title="Explained variance")
def explained_variance(
    ratios: Annotated[Table, Shape("components 3"), Help("the output 'ratios' of learn.pca")],
    *,
    limit: Annotated[int, Range(1, 200), Help("most components drawn")] = 20,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw the share of the variance that each component explains, and the running total.

    Raises
    ------
    TenkaiError
        TK201 when the table is not the ratios of a PCA.

    Notes
    -----
    The knee of the bars suggests how many components to keep; it does not prove that the rest is noise.

    Source
    ------
    R. Cattell, The scree test, Multivariate Behavioral Research 1, 245 (1966).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"component": [1, 2], "ratio": [0.8, 0.2], "cumulative": [0.8, 1.0]})
    >>> tk.interpret.explained_variance(t).text
    'Component 1 explains 80.0 % of the variance, the first 2 together 100.0 %.'
    """
    ratios.require(COLUMNS)
    ratios.require(COLUMNS[1:], ("number",))
    ratios.require_complete(COLUMNS[1:])
    if ratios.height == 0:
        raise problem("TK205", "the table of ratios has no component.")
    n = min(limit, ratios.height)
    ratio, cumulative = (ratios.matrix([name])[:n, 0] * PERCENT for name in COLUMNS[1:])
    said = f"Component 1 explains {ratio[0]:.1f} % of the variance"
    if n > 1:
        said += f", the first 2 together {cumulative[1]:.1f} %"
    captions = [caution(run, VARIANCE)]
    if ratios.height > n:
        captions.insert(0, f"The first {whole(n)} of {whole(ratios.height)} components.")
    width = int(np.clip(46 * n + 30, 240, _theme.WIDTH))
    return finished(
        _chart(ratio, cumulative, width),
        title="Explained variance",
        text=said + ".",
        heading=title,
        caption=captions,
        width=width,
    )


def _chart(ratio: NDArray[np.float64], cumulative: NDArray[np.float64], width: int) -> alt.LayerChart:
    import altair as alt

    n = len(ratio)
    digits = 1 if width / n >= 30 else 0
    named = list(range(5, n + 1, 5)) if n > DENSE else list(range(1, n + 1))
    x = alt.X("i:O", title="component", axis=alt.Axis(labelAngle=0, ticks=False, grid=False, values=named))
    axis = alt.Axis(values=list(range(0, 101, 20)))
    y = alt.Y("v:Q", title="share of the variance (%)", scale=alt.Scale(domain=[0, 110], nice=False), axis=axis)
    scale = alt.Scale(domain=list(SERIES), range=[_theme.ACCENT, _theme.SECOND])
    color = alt.Color("s:N", scale=scale, legend=alt.Legend(title=None, symbolType="circle", symbolSize=90))

    def data(values: NDArray[np.float64], series: str, kept: list[bool] | None = None) -> alt.InlineData:
        rows = [i for i in range(n) if kept is None or kept[i]]
        columns: dict[str, Any] = {"i": [i + 1 for i in rows], "v": rounded(values[rows]), "s": [series] * len(rows)}
        return data_of({**columns, "t": [f"{values[i]:.{digits}f}" for i in rows]})

    tooltip = [tip("i:O", "component"), tip("v:Q", "%", format=".2f")]
    together = data(cumulative, SERIES[1])
    # A number above each bar only where it keeps clear of the line.
    clear = [bool(c - r > 9) for r, c in zip(ratio, cumulative, strict=True)]
    bars = alt.Chart(data(ratio, SERIES[0])).mark_bar(opacity=0.85, width=alt.RelativeBandSize(0.7))
    line = alt.Chart(together).mark_line(strokeWidth=2)
    points = alt.Chart(together).mark_point(filled=True, size=46, opacity=1)
    layers = [
        bars.encode(x=x, y=y, color=color, tooltip=tooltip),
        line.encode(x=x, y=y, color=color),
        points.encode(x=x, y=y, color=color, tooltip=tooltip),
    ]
    if width / n >= 22:
        for some in (data(ratio, SERIES[0], clear), together):
            texts = alt.Chart(some).mark_text(dy=-10, fontSize=10, color=_theme.SOFT)
            layers.append(texts.encode(x=x, y=y, text="t:N"))
    return layered(layers, width, 290)
