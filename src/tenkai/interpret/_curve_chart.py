"""The picture of scores along a setting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.interpret import _theme
from tenkai.interpret._curve import Group, is_number, series_of
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._repeats import repeats
from tenkai.interpret._sweeps import written
from tenkai.interpret._text import number, shorten

if TYPE_CHECKING:
    import altair as alt

# Settings as people write them: 100 and 0.001, not 1e+2.
PLAIN = (
    "datum.value === 0 || (abs(datum.value) >= 1e-4 && abs(datum.value) < 1e6) "
    "? format(datum.value, '~r') : format(datum.value, '~e')"
)
LOG_FROM = 15.0  # a range of settings wider than this factor is drawn on a log axis
MOST_MARKS = 40  # settings from which the line needs no points on it


class Curve:
    """The layers of the curve, with the encodings they share."""

    def __init__(
        self,
        groups: Sequence[Group],
        across: str,
        name: str,
        scale: str,
        score_scale: Literal["linear", "log"],
        reach: tuple[float, float],
    ) -> None:
        import altair as alt

        self.groups, self.name, self.across = groups, name, across
        self.bottom = reach[0] / 1.1 if score_scale == "log" else -math.inf  # a log axis has no zero
        self.numeric = all(is_number(g.setting) for g in groups)
        self.x = _number_axis(groups, across, scale) if self.numeric else _text_axis(groups, across)
        ends = (reach[0] / 1.1, reach[1] * 1.1) if score_scale == "log" else widened(*reach, 0.08)
        domain = alt.Scale(type=score_scale, domain=list(ends), nice=False, zero=False, clamp=False)
        axis = alt.Axis(tickCount=6, labelExpr=PLAIN if score_scale == "log" else alt.Undefined)
        self.y = alt.Y("y:Q", title=shorten(name.replace("_", " "), 40), scale=domain, axis=axis)
        self.series = series_of(groups)
        self.color: dict[str, Any] = {}
        self.fixed: dict[str, Any] = {"color": _theme.ACCENT}
        if len(self.series) > 1:
            legend = alt.Legend(title=None, symbolSize=90, symbolType="circle", symbolOpacity=1)
            tints = alt.Scale(domain=self.series, range=_theme.palette(len(self.series)))
            self.color, self.fixed = {"color": alt.Color("s:N", scale=tints, legend=legend)}, {}

    def layers(self, banded: bool, guess: list[tuple[Any, float]], mark: float | None) -> list[alt.Chart]:
        """Return the layers, back to front."""
        import altair as alt

        layers: list[alt.Chart] = []
        if banded:
            layers += [self._band(0, 4, 0.16), self._band(1, 3, 0.24)]
        if mark is not None and self.numeric:
            rule = alt.Chart(data_of({"x": [mark]})).mark_rule(color=_theme.SOFT, strokeWidth=1.2, strokeDash=[2, 3])
            layers.append(rule.encode(x=self.x))
        if guess:
            data = data_of({"x": [self._at(s) for s, _ in guess], "y": rounded(np.array([v for _, v in guess]))})
            line = alt.Chart(data).mark_line(color=_theme.SOFT, strokeWidth=1.4, strokeDash=[6, 4])
            layers.append(line.encode(x=self.x, y=self.y))
        single = all(len(g.passes) == 1 for g in self.groups)
        if single:
            layers += self._bars()
        middle = self._data([(g, g.middle, "") for g in self.groups])
        if not (single and repeats(self.across)):  # a line from seed to seed would mean nothing
            line = alt.Chart(middle).mark_line(strokeWidth=2, **self.fixed)
            layers.append(line.encode(x=self.x, y=self.y, **self.color))
        layers += self._points(banded, single)
        return layers

    def _at(self, setting: Any) -> Any:
        return float(setting) if self.numeric else written(setting)

    def _data(self, some: Sequence[tuple[Group, float, str]]) -> alt.InlineData:
        return data_of(
            {
                "x": [self._at(g.setting) for g, _, _ in some],
                "y": rounded(np.array([v for _, v, _ in some])),
                "s": [g.series for g, _, _ in some],
                "id": [name for _, _, name in some],
            }
        )

    def _points(self, banded: bool, single: bool) -> list[alt.Chart]:
        import altair as alt

        if banded:
            some = [(g, g.middle, f"{written(g.setting)}, median of {len(g.passes)}") for g in self.groups]
        else:
            some = [(g, p.score, p.name) for g in self.groups for p in g.passes]
        size = 60 if single else 30 if banded else 40
        if banded and len(self.groups) > MOST_MARKS * len(self.series):
            size = 8
        dots = alt.Chart(self._data(some)).mark_point(
            filled=True, size=size, opacity=1 if single or banded else 0.5, **self.fixed
        )
        tooltip = [tip("id:N", "at"), tip("y:Q", self.name, format=".4g")]
        return [dots.encode(x=self.x, y=self.y, tooltip=tooltip, **self.color)]

    def _band(self, low: int, high: int, opacity: float) -> alt.Chart:
        import altair as alt

        ends = [g.quantiles for g in self.groups]
        columns = {
            "x": [self._at(g.setting) for g in self.groups],
            "y": rounded(np.array([e[low] for e in ends])),
            "z": rounded(np.array([e[high] for e in ends])),
            "s": [g.series for g in self.groups],
        }
        band = alt.Chart(data_of(columns))
        if not self.numeric:
            bars = band.mark_rule(strokeWidth=26 if low else 14, opacity=opacity, **self.fixed)
            layer: alt.Chart = bars.encode(x=self.x, y=self.y, y2="z:Q", **self.color)
            return layer
        area = band.mark_area(opacity=opacity, line=False, **self.fixed)
        layer = area.encode(x=self.x, y=self.y, y2="z:Q", **self.color)
        return layer

    def _bars(self) -> list[alt.Chart]:
        import altair as alt

        some = [g for g in self.groups if math.isfinite(g.passes[0].band[0])]
        if not some:
            return []
        columns = {
            "x": [self._at(g.setting) for g in some],
            "y": rounded(np.array([max(g.passes[0].band[0], self.bottom) for g in some])),
            "z": rounded(np.array([g.passes[0].band[1] for g in some])),
            "s": [g.series for g in some],
        }
        rules = alt.Chart(data_of(columns)).mark_rule(strokeWidth=1.2, opacity=0.45, **self.fixed)
        return [rules.encode(x=self.x, y=self.y, y2="z:Q", **self.color)]


def _number_axis(groups: Sequence[Group], across: str, scale: str) -> alt.X:
    import altair as alt

    values = sorted({float(g.setting) for g in groups})
    if scale == "log" and values[0] <= 0:
        fact = f"'{across}' has the value {number(values[0])}, which has no place on a log axis."
        raise problem("TK709", fact, remedy="Choose linear.", setting="scale")
    wide = values[0] > 0 and values[-1] / values[0] > LOG_FROM
    log = scale == "log" or (scale == "auto" and wide and not repeats(across))
    kind: Literal["log", "linear"] = "log" if log else "linear"
    ends = (values[0] / 1.15, values[-1] * 1.15) if log else widened(values[0], values[-1], 0.04)
    # The settings that were computed are the ticks, while there is room for them and they are short to write.
    short = len(values) <= 12 and all(len(f"{v:g}") <= 6 and float(f"{v:.3g}") == v for v in values)
    ticks = values if short else decades(*ends) if log else []
    axis = alt.Axis(values=ticks or alt.Undefined, labelExpr=PLAIN, labelOverlap=True)
    return alt.X(
        "x:Q",
        title=shorten(across, 60),
        scale=alt.Scale(type=kind, domain=list(ends), nice=False, zero=False),
        axis=axis,
    )


def decades(low: float, high: float) -> list[float]:
    """Return round numbers on a log axis: powers of ten, with 2 and 5 between them where they are few.

    >>> decades(0.05, 20.0), decades(0.9e-4, 2.0)
    ([0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0], [0.0001, 0.001, 0.01, 0.1, 1.0])
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if math.log10(high / low) < 3 else (1,)
    ticks = [float(f"{k}e{p}") for p in powers for k in steps]
    return [t for t in ticks if low <= t <= high]


def _text_axis(groups: Sequence[Group], across: str) -> alt.X:
    import altair as alt

    order = list(dict.fromkeys(written(g.setting) for g in groups))
    return alt.X(
        "x:N",
        title=shorten(across, 60),
        sort=order,
        axis=alt.Axis(labelAngle=0 if len(order) <= 8 else -40, labelLimit=120),
    )
