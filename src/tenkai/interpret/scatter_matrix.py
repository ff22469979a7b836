"""interpret.scatter_matrix: every column against every other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret import _theme
from tenkai.interpret._color import Categories, ColorAs, Coloring, coloring
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import shorten, whole
from tenkai.interpret._theme import finished
from tenkai.interpret.histogram import interval_edges
from tenkai.step import Column, Help, Of, Range, Run, Seed, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Figure, Table

if TYPE_CHECKING:
    import altair as alt

MOST_COLUMNS = 10
SIDE = 620  # points for all panels together
BINS = 24


@step("interpret.scatter_matrix", version=1, title="Scatter matrix")
def scatter_matrix(
    table: Annotated[Table, Shape("n p"), Help("rows")],
    *,
    columns: Annotated[Columns, Of("table", ("number",)), Help("2 to 10 columns of numbers")] = ALL_NUMBERS,
    color: Annotated[Column | None, Of("table"), Help("labels or numbers that color the points")] = None,
    color_as: Annotated[ColorAs, Help("draw the color column as categories or as numbers")] = "auto",
    sample: Annotated[int, Range(10, 20_000), Help("most rows drawn; more are drawn at random")] = 5000,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the sample")] = 0,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw every column against every other, with histograms on the diagonal and correlations above it.

    Raises
    ------
    TenkaiError
        TK713 for fewer than 2 or more than 10 columns; TK202 for columns that hold no numbers; TK205 when no row
        has all values.

    Notes
    -----
    The numbers are Pearson's correlation over all rows: they see straight lines only, and one far row can make or
    break them. Look at the points beside them. A column that belongs to the target in pairs only may still matter
    with others.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"mass": [1.0, 2.0, 3.0], "radius": [1.0, 2.0, 4.0]})
    >>> tk.interpret.scatter_matrix(t).text
    'Scatter matrix of mass, radius: 3 rows. Strongest correlation: mass and radius 0.98.'
    """
    names = [n for n in table.choose(columns) if n != color or columns.names is not None]
    numbers = [n for n in names if table.kinds[n] == "number"]
    if columns.names is not None:
        table.require(names, ("number",), "columns")
    if not 2 <= len(numbers) <= MOST_COLUMNS:
        raise problem(
            "TK713",
            f"{count(len(numbers), 'column of numbers', 'columns of numbers')} cannot be drawn against each other.",
            allowed=f"Allowed: 2 to {MOST_COLUMNS}.",
            remedy="Name the columns you are after.",
            setting="columns",
        )
    X = table.matrix(numbers)
    kept = np.isfinite(X).all(axis=1)
    if not kept.any():
        raise problem("TK205", "no row has a value in all of these columns.", setting="columns")
    colors = coloring([table], color, color_as)
    every = table.take(kept)
    X = X[kept]
    captions = ["Upper right: correlation (Pearson)."]
    shown = np.arange(len(X))
    if len(X) > sample:
        shown = np.sort(np.random.default_rng(seed).choice(len(X), sample, replace=False))
        run.note("TKW727", f"{whole(sample)} of {whole(len(X))} rows are drawn, taken at random.")
        captions.append(f"{whole(sample)} of {whole(len(X))} rows are drawn; histograms and correlations are of all.")
    if not kept.all():
        captions.append(f"{whole(int((~kept).sum()))} rows without a value in one of the columns are left out.")
    r = correlations(X)
    drawing = _Matrix(numbers, X, shown, every, colors, r)
    return finished(
        drawing.chart(),
        title="Scatter matrix",
        text=_said(numbers, len(X), r),
        heading=title,
        caption=captions,
        width=SIDE,
    )


def correlations(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Pearson's correlations; NaN for columns without variation."""
    centred = X - X.mean(axis=0)
    widest = np.abs(centred).max(axis=0)
    widest[np.ptp(X, axis=0) == 0] = np.nan
    centred /= widest  # the square of 1e200 is no number
    unit = centred / np.sqrt((centred**2).sum(axis=0))
    return np.asarray(np.einsum("ni,nj->ij", unit, unit))


def _said(names: list[str], n: int, r: NDArray[np.float64]) -> str:
    pairs = [(abs(r[i, j]), i, j) for i in range(len(names)) for j in range(i + 1, len(names)) if np.isfinite(r[i, j])]
    text = f"Scatter matrix of {', '.join(names)}: {count(n, 'row')}."
    if not pairs:
        return text
    _, i, j = max(pairs, key=lambda p: p[0])
    return f"{text} Strongest correlation: {names[i]} and {names[j]} {r[i, j]:.2f}."


class _Matrix:
    def __init__(
        self,
        names: list[str],
        X: NDArray[np.float64],
        shown: NDArray[np.int64],
        every: Table,
        colors: Coloring | None,
        r: NDArray[np.float64],
    ) -> None:
        self.names, self.X, self.r, self.colors = names, X, r, colors
        self.side = (SIDE - 10 * (len(names) - 1)) // len(names)
        self.reach = [widened(float(c.min()), float(c.max()), 0.06) for c in X.T]
        drawn = every.take(shown)
        fields: dict[str, Any] = {f"c{i}": rounded(X[shown, i]) for i in range(len(names))}
        fields["id"] = drawn.ids.to_list()
        if colors is not None:
            fields["k"] = colors.of(drawn)
        # Mixed, always alike: in sorted rows the last class would cover the others.
        order = np.random.default_rng(0).permutation(len(shown)).tolist()
        self.points = data_of({name: [cells[i] for i in order] for name, cells in fields.items()})
        size = 26.0 if len(shown) <= 200 else 14.0 if len(shown) <= 1000 else 7.0
        self.mark: dict[str, Any] = {
            "filled": True,
            "size": size * (self.side / 200) ** 0.6,
            "opacity": 0.8 if len(shown) <= 1000 else 0.5,
        }

    def chart(self) -> Any:
        import altair as alt

        n = len(self.names)
        panels = [self._panel(i, j) for i in range(n) for j in range(n)]
        return alt.concat(*panels, columns=n, spacing=10, align="each").resolve_scale(x="independent", y="independent")

    def _panel(self, i: int, j: int) -> alt.LayerChart:
        if i == j:
            return layered(self._histogram(i), self.side, self.side)
        if i < j:
            return layered([self._correlation(i, j)], self.side, self.side, bare=True)
        return layered([self._cloud(i, j)], self.side, self.side)

    def _placed(self, i: int, j: int) -> dict[str, Any]:
        """Return both axes of the panel in row i and column j, with words only along the left and the bottom."""
        import altair as alt

        found: dict[str, Any] = {}
        for key, kind, at, words in (("x", alt.X, j, i == len(self.names) - 1), ("y", alt.Y, i, j == 0)):
            axis = alt.Axis(
                tickCount=4, labels=words, ticks=words, labelFontSize=9.5, titleFontSize=11, gridOpacity=0.6
            )
            title = shorten(self.names[at], 22) if words else None
            scale = alt.Scale(domain=list(self.reach[at]), nice=False, zero=False)
            found[key] = kind(f"c{at}:Q", scale=scale, axis=axis, title=title)
        return found

    def _cloud(self, i: int, j: int) -> alt.Chart:
        import altair as alt

        color: dict[str, Any] = {"color": alt.value(_theme.ACCENT)}
        if self.colors is not None:
            kind = "N" if isinstance(self.colors, Categories) else "Q"
            color = {"color": alt.Color(f"k:{kind}", scale=self._scale(), legend=self._legend())}
        chart = alt.Chart(self.points).mark_point(**self.mark)
        layer: alt.Chart = chart.encode(**self._placed(i, j), tooltip=[tip("id:N", "row id")], **color)
        return layer

    def _scale(self) -> alt.Scale:
        import altair as alt

        if isinstance(self.colors, Categories):
            return alt.Scale(domain=list(self.colors.names), range=self.colors.colors)
        assert self.colors is not None
        return self.colors.scale()

    def _legend(self) -> alt.Legend:
        if isinstance(self.colors, Categories):
            return self.colors.legend(symbolType="circle", symbolSize=80)
        assert self.colors is not None
        return self.colors.legend()

    def _histogram(self, i: int) -> list[alt.Chart]:
        import altair as alt

        edges = interval_edges(self.X[:, i], None)
        if len(edges) > BINS + 1:
            edges = interval_edges(self.X[:, i], BINS)
        counts = np.histogram(self.X[:, i], edges)[0]
        at = np.flatnonzero(counts)
        data = {"a": rounded(edges[at]), "b": rounded(edges[at + 1]), "n": counts[at].tolist(), "z": [0] * len(at)}
        last, first = i == len(self.names) - 1, i == 0
        axis = alt.Axis(tickCount=4, labels=last, ticks=last, labelFontSize=9.5, titleFontSize=11, grid=False)
        name = shorten(self.names[i], 22)
        scale = alt.Scale(domain=list(self.reach[i]), nice=False, zero=False)
        x = alt.X("a:Q", scale=scale, axis=axis, title=name if last else None)
        top = alt.Scale(domain=[0, float(counts.max()) * 1.08], nice=False)
        plain = alt.Axis(labels=False, ticks=False, grid=False, titleFontSize=11)
        y = alt.Y("z:Q", scale=top, axis=plain, title=name if first else None)
        bars = alt.Chart(data_of(data)).mark_rect(color=_theme.LINE, stroke="white", strokeWidth=0.5)
        return [bars.encode(x=x, x2="b:Q", y=y, y2="n:Q")]

    def _correlation(self, i: int, j: int) -> alt.Chart:
        import altair as alt

        r = float(self.r[i, j])
        known = np.isfinite(r)
        data = data_of({"t": [f"{round(r, 2) + 0.0:.2f}" if known else "none"]})  # no -0.00
        strength = abs(r) if known else 0.0
        size = max(11.0, min(24.0, self.side * 0.16)) * (0.75 + 0.4 * strength)
        ink = _theme.MISSING if strength < 0.3 else _theme.SOFT if strength < 0.6 else _theme.INK
        text = alt.Chart(data).mark_text(fontSize=size, color=ink, fontWeight="bold" if strength >= 0.6 else "normal")
        layer: alt.Chart = text.encode(text="t:N", x=alt.value(self.side / 2), y=alt.value(self.side / 2))
        return layer
