"""The picture of what each rank reaches: on hidden cells, on fitted ones, and how alike its parts come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT, LOW = 460, 290, 110  # points; the panel of the stability is lower
MOST_TICKS = 20
STABLE = _theme.EIGHT[2]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A measure against the rank.

    Parameters
    ----------
    name, title : of the measure
    k, value, error : ranks, the measure, its standard error
    others : levels of methods that have no rank
    chosen : place of the rank chosen, None for none
    fitted : the same measure of the cells fitted, None for none
    limit : what the rank chosen had to reach, None where it is not drawn
    stability : of each rank, NaN where it is not known; None for no panel
    """

    name: str
    title: str
    k: Numbers
    value: Numbers
    error: Numbers
    others: dict[str, float] = field(default_factory=dict)
    chosen: int | None = None
    fitted: Numbers | None = None
    limit: float | None = None
    stability: Numbers | None = None

    def chart(self) -> alt.LayerChart | alt.VConcatChart:
        """Return the picture."""
        import altair as alt

        stable = self.stability
        if stable is None or not np.isfinite(stable).any():
            return layered(self._measure(), WIDTH, HEIGHT)
        panels = (layered(self._measure(titled=False), WIDTH, HEIGHT), layered(self._stable(stable), WIDTH, LOW))
        chart: alt.VConcatChart = alt.vconcat(*panels, spacing=10)
        return chart

    def _x(self, titled: bool = True) -> alt.X:
        import altair as alt

        k = self.k
        ticks = k.tolist() if len(k) <= MOST_TICKS else []
        axis = alt.Axis(values=ticks or alt.Undefined, format="d", grid=False, labelOverlap=True)
        pad = 0.4 * float(np.diff(k).min()) if len(k) > 1 else 0.4
        scale = alt.Scale(domain=[k[0] - pad, k[-1] + pad], nice=False, zero=False)
        return alt.X("k:Q", title="rank" if titled else None, axis=axis, scale=scale)

    def _measure(self, titled: bool = True) -> list[alt.Chart]:
        import altair as alt

        value, error = self.value, self.error
        coin = [0.5] if self.name == "auc" else []
        ends = [*(value - error), *(value + error), *self.others.values(), *coin]
        ends += [] if self.fitted is None else self.fitted.tolist()
        low, high = widened(float(min(ends)), float(max(ends)), 0.06 if self.fitted is None else 0.09)
        x = self._x(titled)
        y = alt.Y("v:Q", title=self.title, scale=alt.Scale(domain=[low, high], nice=False, zero=False))
        layers = self._levels(coin, x, y)
        if self.fitted is not None:
            layers += self._line(self.fitted, _theme.SOFT, x, y, dash=[4, 3])
            layers += self._names(self.fitted, high - low, high, x, y)
        data = data_of({"k": self.k.tolist(), "lo": rounded(value - error), "hi": rounded(value + error)})
        bars = alt.Chart(data).mark_rule(color=_theme.ACCENT, opacity=0.5, strokeWidth=1.2)
        layers.append(bars.encode(x=x, y=alt.Y("lo:Q"), y2="hi:Q"))
        layers += self._line(value, _theme.ACCENT, x, y)
        layers += self._dots(value, _theme.ACCENT, self.name, x, y)
        return layers

    def _levels(self, coin: Sequence[float], x: alt.X, y: alt.Y) -> list[alt.Chart]:
        """Lines across: methods without a rank, chance, and what the rank chosen had to reach."""
        import altair as alt

        tints = {"popularity": _theme.SECOND, "chance": _theme.LINE}
        layers: list[alt.Chart] = []
        for name, level in [*self.others.items(), *(("chance", c) for c in coin)]:
            color = tints.get(name, STABLE)
            line = data_of({"v": rounded(np.array([level])), "k": [self._end()], "t": [name]})
            rule = alt.Chart(line).mark_rule(color=color, strokeDash=[5, 3], strokeWidth=1.3)
            layers.append(rule.encode(y=y))
            text = alt.Chart(line).mark_text(align="right", dy=-6, fontSize=10.5, color=color)
            layers.append(text.encode(x=x, y=y, text="t:N"))
        if self.limit is not None:
            line = data_of({"v": rounded(np.array([self.limit]))})
            layers.append(alt.Chart(line).mark_rule(color=_theme.LINE, strokeDash=[2, 3], strokeWidth=1.2).encode(y=y))
        return layers

    def _end(self) -> float:
        return float(self.k[-1]) + (0.35 * float(np.diff(self.k).min()) if len(self.k) > 1 else 0.35)

    def _names(self, fitted: Numbers, span: float, high: float, x: alt.X, y: alt.Y) -> list[alt.Chart]:
        """Write the names of both lines at their ends: above the bar, and between the lines where there is room."""
        import altair as alt

        top = float(self.value[-1] + self.error[-1])
        above = high - top > 0.08 * span
        between = float(self.value[-1] - self.error[-1] - fitted[-1]) > 0.1 * span
        ends = (
            ("cells held out", top if above else float(self.value[-1] - self.error[-1]), above, _theme.ACCENT),
            ("cells fitted", float(fitted[-1]), between, _theme.SOFT),
        )
        layers = []
        for name, level, over, color in ends:
            data = data_of({"k": [self._end()], "v": rounded(np.array([level])), "t": [name]})
            text = alt.Chart(data).mark_text(align="right", dy=-14 if over else 14, fontSize=10.5, color=color)
            layers.append(text.encode(x=x, y=y, text="t:N"))
        return layers

    def _line(self, values: Numbers, color: str, x: alt.X, y: alt.Y, dash: Sequence[float] = ()) -> list[alt.Chart]:
        import altair as alt

        there = np.isfinite(values)
        data = data_of({"k": self.k[there].tolist(), "v": rounded(values[there])})
        look: dict[str, Any] = {"strokeDash": list(dash)} if dash else {}
        return [alt.Chart(data).mark_line(color=color, strokeWidth=1.8 if not dash else 1.4, **look).encode(x=x, y=y)]

    def _dots(self, values: Numbers, color: str, name: str, x: alt.X, y: alt.Y) -> list[alt.Chart]:
        import altair as alt

        there = np.isfinite(values)
        data = data_of({"k": self.k[there].tolist(), "v": rounded(values[there])})
        tooltip = [tip("k:Q", "rank"), tip("v:Q", name, format=".4g")]
        points = alt.Chart(data).mark_point(filled=True, size=42, opacity=1, color=color)
        layers = [points.encode(x=x, y=y, tooltip=tooltip)]
        if self.chosen is not None and there[self.chosen]:
            at = data_of({"k": [float(self.k[self.chosen])], "v": rounded(values[[self.chosen]])})
            ring = alt.Chart(at).mark_point(filled=False, size=190, strokeWidth=2, color=_theme.INK)
            layers.append(ring.encode(x=x, y=y))
        return layers

    def _stable(self, values: Numbers) -> list[alt.Chart]:
        import altair as alt

        low = float(np.nanmin(values))
        span = max(1.0 - low, 0.02)
        scale = alt.Scale(domain=[max(0.0, low - 0.12 * span), 1 + 0.12 * span], nice=False, zero=False)
        x, y = self._x(), alt.Y("v:Q", title="stability", scale=scale, axis=alt.Axis(tickCount=4))
        return [*self._line(values, STABLE, x, y), *self._dots(values, STABLE, "stability", x, y)]
