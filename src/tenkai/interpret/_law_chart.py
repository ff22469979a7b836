"""The picture of learning curves with their laws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tenkai.interpret import _theme
from tenkai.interpret._curve_chart import PLAIN, decades
from tenkai.interpret._law import Told
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import number, whole

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 520, 340
STEPS = 120
TITLES = {
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "error": "share of wrong classes",
}


class Chart:
    """The layers of the picture, with the encodings they share."""

    def __init__(
        self,
        told: Sequence[Told],
        metric: str,
        scale: Literal["log", "linear"],
        level: float,
        beside: Sequence[float] | None,
    ) -> None:
        import altair as alt

        self.told, self.level, self.beside = told, level, beside
        n = np.concatenate([t.series.n for t in told])
        low, high = float(n.min()) / 1.25, float(n.max()) * 1.6
        self.reach = high
        ticks = decades(low, high)
        self.x = alt.X(
            "x:Q",
            title="rows learned from",
            scale=alt.Scale(type="log", domain=[low, high], nice=False),
            axis=alt.Axis(values=ticks, labelExpr="format(datum.value, ',')", labelOverlap=True, grid=False),
        )
        y = np.concatenate([t.series.y for t in told])
        floors = [float(t.law.floor[0]) for t in told]
        positive = [f for f in floors if f > 0]
        if scale == "log":
            # A law whose L0 is far below all errors keeps it out of the picture.
            near = [f for f in positive if f > 0.4 * float(y.min())]
            ends = [min([float(y.min()), *near]) / 1.06, float(y.max()) * 1.08]
            axis = alt.Axis(values=_log_ticks(*ends), labelExpr=PLAIN)
        else:
            bottom, top = min(float(y.min()), *floors), float(y.max())
            ends = [max(bottom - 0.08 * (top - bottom), 0.0), top + 0.08 * (top - bottom)]
            axis = alt.Axis(tickCount=6)
        self.ends = ends
        title = TITLES.get(metric, metric.replace("_", " "))
        self.y = alt.Y("y:Q", title=title, scale=alt.Scale(type=scale, domain=ends, nice=False, zero=False), axis=axis)
        self.names = [t.series.name or "points" for t in told]
        self.tints = _theme.palette(len(told))
        self.several = len(told) > 1

    def drawn(self) -> alt.LayerChart:
        """Return the picture."""
        layers = [
            *self._columns(),
            *self._bands(),
            *self._floors(),
            *self._beside(),
            *self._medians(),
            *self._laws(),
            *self._points(),
        ]
        return layered([*layers, *self._humps(), *self._legend()], WIDTH, HEIGHT)

    def _columns(self) -> list[alt.Chart]:
        """A line where rows are as many as columns."""
        import altair as alt

        layers = []
        low, high = float(self.told[0].series.n.min()), self.reach
        known = sorted({t.series.columns for t in self.told if low < t.series.columns < high})
        for p in known:
            data = data_of({"x": [p], "t": [f"rows = columns ({whole(p)})"]})
            line = alt.Chart(data).mark_rule(color=_theme.LINE, strokeDash=[2, 3], strokeWidth=1.3)
            layers.append(line.encode(x=self.x))
            words = alt.Chart(data).mark_text(align="left", dx=5, fontSize=10.5, color=_theme.SOFT)
            layers.append(words.encode(x=self.x, y=alt.value(HEIGHT - 10), text="t:N"))
        return layers[:6]

    def _grid(self, t: Told, last: float) -> Any:
        used = t.series.n[t.series.used]
        return np.geomspace(used.min(), last, STEPS)

    def _bands(self) -> list[alt.Chart]:
        import altair as alt

        layers = []
        for t, tint in zip(self.told, self.tints, strict=True):
            if t.draws is None:
                continue
            n = self._grid(t, self.reach)
            tail = (1 - self.level) / 2
            low, high = np.quantile(t.draws.at(n), [tail, 1 - tail], axis=0)
            inside = [np.clip(v, self.ends[0], self.ends[1]) for v in (low, high)]
            data = data_of({"x": rounded(n), "y": rounded(inside[0]), "z": rounded(inside[1])})
            area = alt.Chart(data).mark_area(color=tint, opacity=0.18, line=False)
            layers.append(area.encode(x=self.x, y=self.y, y2="z:Q"))
        return layers

    def _floors(self) -> list[alt.Chart]:
        import altair as alt

        layers = []
        for t, tint in zip(self.told, self.tints, strict=True):
            floor = float(t.law.floor[0])
            if not self.ends[0] < floor < self.ends[1]:
                continue
            data = data_of(
                {"y": rounded(np.array([floor])), "x": [float(t.series.n.min())], "t": [f"L₀ = {number(floor, 3)}"]}
            )
            rule = alt.Chart(data).mark_rule(color=tint, strokeDash=[6, 4], strokeWidth=1.3, opacity=0.85)
            layers.append(rule.encode(y=self.y))
            if not self.several:
                text = alt.Chart(data).mark_text(align="left", baseline="bottom", dy=-3, fontSize=11, color=tint)
                layers.append(text.encode(x=self.x, y=self.y, text="t:N"))
        return layers

    def _medians(self) -> list[alt.Chart]:
        import altair as alt

        layers = []
        for t, tint in zip(self.told, self.tints, strict=True):
            # Up to where the law takes over.
            shown = t.series.sizes <= t.series.n[t.series.used].min()
            data = data_of({"x": rounded(t.series.sizes[shown]), "y": rounded(t.series.medians[shown])})
            line = alt.Chart(data).mark_line(color=tint, strokeWidth=1.1, opacity=0.75)
            layers.append(line.encode(x=self.x, y=self.y))
        return layers

    def _laws(self) -> list[alt.Chart]:
        import altair as alt

        layers = []
        for t, tint in zip(self.told, self.tints, strict=True):
            last = float(t.series.n[t.series.used].max())
            for ends, dash in ((self._grid(t, last), [1, 0]), (np.geomspace(last, self.reach, 20), [3, 3])):
                values = t.law.at(ends)[0]
                kept = (values >= self.ends[0]) & (values <= self.ends[1])
                data = data_of({"x": rounded(ends[kept]), "y": rounded(values[kept])})
                line = alt.Chart(data).mark_line(color=tint, strokeWidth=2.4, strokeDash=dash)
                layers.append(line.encode(x=self.x, y=self.y))
        return layers

    def _beside(self) -> list[alt.Chart]:
        """The law given to compare."""
        import altair as alt

        if self.beside is None:
            return []
        floor, factor, power = self.beside
        n = np.geomspace(min(float(t.series.n[t.series.used].min()) for t in self.told), self.reach, STEPS)
        values = floor + factor * n**-power
        kept = np.isfinite(values) & (values >= self.ends[0]) & (values <= self.ends[1])
        data = data_of({"x": rounded(n[kept]), "y": rounded(values[kept])})
        line = alt.Chart(data).mark_line(color=_theme.SOFT, strokeWidth=1.8, strokeDash=[8, 3])
        return [line.encode(x=self.x, y=self.y)]

    def _points(self) -> list[alt.Chart]:
        import altair as alt

        layers = []
        tooltip = [
            tip("s:N", "curve"),
            tip("x:Q", "rows learned from", format=","),
            tip("d:N", "seed"),
            tip("y:Q", "error", format=".4g"),
        ]
        for t, tint, name in zip(self.told, self.tints, self.names, strict=True):
            for used in (False, True):
                at = t.series.used == used
                if not at.any():
                    continue
                data = data_of(
                    {
                        "x": rounded(t.series.n[at]),
                        "y": rounded(t.series.y[at]),
                        "d": [str(v) for v in t.series.seed[at].tolist()],
                        "s": [name] * int(at.sum()),
                    }
                )
                look: dict[str, Any] = {"filled": used, "size": 34, "color": tint, "opacity": 0.75 if used else 0.6}
                dots = alt.Chart(data).mark_point(strokeWidth=1.1, **look)
                layers.append(dots.encode(x=self.x, y=self.y, tooltip=tooltip))
        return layers

    def _humps(self) -> list[alt.Chart]:
        import altair as alt

        layers = []
        for t in self.told:
            hump = t.series.hump
            if hump is None or t.series.columns <= 0 or not 1 / 4 < hump[0] / t.series.columns < 4:
                continue
            at: dict[str, list[Any]] = {
                "x": [hump[0]],
                "y": rounded(np.array([hump[1]])),
                "t": [f"hump, {whole(int(hump[0]))} rows"],
            }
            ring = alt.Chart(data_of(at)).mark_point(filled=False, size=260, strokeWidth=1.6, color=_theme.INK)
            layers.append(ring.encode(x=self.x, y=self.y))
            if not self.several:
                right = math.log(hump[0]) < math.log(self.reach) - 3
                text = alt.Chart(data_of(at)).mark_text(
                    align="left" if right else "right", dx=13 if right else -13, dy=-2, fontSize=11, color=_theme.INK
                )
                layers.append(text.encode(x=self.x, y=self.y, text="t:N"))
        return layers

    def _legend(self) -> list[alt.Chart]:
        """The names of the curves: a legend of points that are drawn already."""
        import altair as alt

        if not self.several:
            return []
        t = self.told[0].series
        data = data_of(
            {"x": [float(t.n[-1])] * len(self.names), "y": rounded(np.full(len(self.names), t.y[-1])), "s": self.names}
        )
        legend = alt.Legend(title=None, symbolSize=90, symbolType="circle", symbolOpacity=1, labelLimit=300)
        color = alt.Color("s:N", scale=alt.Scale(domain=self.names, range=self.tints), legend=legend)
        return [alt.Chart(data).mark_point(filled=True, size=0).encode(x=self.x, y=self.y, color=color)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers between the ends, close enough for a log axis of less than a decade."""
    for step in (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01):
        unit = step * 10 ** math.floor(math.log10(high))
        ticks = [float(f"{k * unit:.6g}") for k in range(math.ceil(low / unit), math.floor(high / unit) + 1)]
        if len(ticks) >= 5:
            return ticks if len(ticks) <= 12 else decades(low, high)
    return decades(low, high)
