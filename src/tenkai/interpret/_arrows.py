"""Points of a plane with the parts they are made of as arrows from the origin, at one or many iterations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._plane import Window, widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import columns_of, short_names, shorten

if TYPE_CHECKING:
    import altair as alt

Points = NDArray[np.float64]

COLORS = (*_theme.EIGHT[1:4], *_theme.EIGHT[4:7])
HEAD = 130.0  # area of the square around the head of an arrow
# Not an even triangle: turned by 60° it would seem to point back.
HEAD_SHAPE = "M0,-1L0.62,0.85L0,0.5L-0.62,0.85Z"
AHEAD = 0.5 * HEAD**0.5  # points from the middle of a head to its tip
LABEL = 11.0  # points from the tip to the middle of its name
EQUAL = 3.0  # extents that differ by no more than this factor get the same unit along both axes


@dataclass(frozen=True)
class Shot:
    """One state: what the parts rebuild (n, 2), and the parts (k, 2); `first` to `last`: when it is shown."""

    rebuilt: Points
    parts: Points
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Scene:
    """What all shots share: names of axes, parts and rows, the data (n, 2), the window and its size in points.

    `moving`: only the shot whose `first` to `last` holds the parameter `shown` is drawn.
    """

    x: str
    y: str
    names: Sequence[str]
    ids: Sequence[str]
    data: Points
    window: Window
    width: int
    height: int
    moving: bool = False

    def position(self) -> dict[str, Any]:
        """Return the encodings of x and y."""
        import altair as alt

        x0, x1, y0, y1 = self.window
        ticks = max(3, self.width // 50)

        def channel(kind: Any, field: str, title: str, low: float, high: float) -> Any:
            scale = alt.Scale(domain=[low, high], nice=False, zero=False)
            return kind(field, title=shorten(title, self.width // 7), scale=scale, axis=alt.Axis(tickCount=ticks))

        return {"x": channel(alt.X, "x:Q", self.x, x0, x1), "y": channel(alt.Y, "y:Q", self.y, y0, y1)}

    def chosen(self, chart: alt.Chart) -> alt.Chart:
        """Draw of many shots the one that is shown."""
        if not self.moving:
            return chart
        kept: alt.Chart = chart.transform_filter("datum.i <= shown && shown <= datum.j")
        return kept


def panel_title(text: str) -> alt.TitleParams:
    """Return the title of a panel, above its frame rather than above the numbers of its axis."""
    import altair as alt

    return alt.TitleParams(text, fontSize=12, offset=6, frame="group")


def framed(parts: Sequence[Points], width: int, tallest: int) -> tuple[Window, int]:
    """Return a window around points and the origin, and the height of its panel.

    One unit is as long across as up, unless one extent would leave the other without room.
    """
    xy = np.concatenate([*parts, np.zeros((1, 2))])
    # Names stand beyond the tips: room at the far ends, and a little before the origin.
    (x0, x1), (y0, y1) = (widened(float(v.min()), float(v.max()), 0.09) for v in xy.T)
    ratio = (y1 - y0) / (x1 - x0)
    if not 1 / EQUAL <= ratio <= EQUAL:
        return (x0, x1, y0, y1), tallest
    height = round(min(max(width * ratio, 0.55 * width), tallest))
    unit = max((x1 - x0) / width, (y1 - y0) / height)
    return (x0, x0 + unit * width, y0, y0 + unit * height), height


def equal(parts: Points, data: Points) -> Points:
    """Return parts of one length, 0.4 of the usual length of the rows; parts of zeros stay so."""
    lengths = np.linalg.norm(parts, axis=1, keepdims=True)
    usual = float(np.sqrt(np.square(data).sum(axis=1).mean()))
    return np.asarray(parts / np.where(lengths > 0, lengths, 1.0) * (0.4 * usual or 1.0))


def faint_layer(scene: Scene) -> alt.Chart:
    """Return the data as a faint ground."""
    import altair as alt

    data = data_of({"x": rounded(scene.data[:, 0]), "y": rounded(scene.data[:, 1])})
    chart: alt.Chart = alt.Chart(data).mark_point(filled=True, size=_size(scene), color=_theme.LINE, opacity=0.55)
    return chart.encode(**scene.position())


def point_layer(scene: Scene, shots: Sequence[Shot] | None = None) -> alt.Chart:
    """Return the data as points, or what the parts rebuild."""
    import altair as alt

    blocks = [scene.data] if shots is None else [s.rebuilt for s in shots]
    xy = np.concatenate(blocks)
    columns: dict[str, Sequence[Any]] = {
        "x": rounded(xy[:, 0]), "y": rounded(xy[:, 1]), "id": list(scene.ids) * len(blocks)
    }  # fmt: skip
    if shots is not None and scene.moving:
        n = len(scene.data)
        columns |= {"i": np.repeat([s.first for s in shots], n).tolist()}
        columns |= {"j": np.repeat([s.last for s in shots], n).tolist()}
    color = _theme.SOFT if shots is None else _theme.ACCENT
    chart = alt.Chart(data_of(columns)).mark_point(
        filled=True, size=_size(scene), color=color, opacity=0.85, stroke="white", strokeWidth=0.5
    )
    chart = chart if shots is None else scene.chosen(chart)
    tips = [tip("id:N", "row id"), tip("x:Q", scene.x, format=".4g"), tip("y:Q", scene.y, format=".4g")]
    layer: alt.Chart = chart.encode(tooltip=tips, **scene.position())
    return layer


def _size(scene: Scene) -> float:
    area = 34.0 if len(scene.data) <= 200 else 16.0 if len(scene.data) <= 1000 else 7.0
    return area * min(1.0, scene.width / 300)


def arrow_layers(scene: Scene, shots: Sequence[Shot], *, rays: bool = True) -> list[alt.Chart]:
    """Return the parts as arrows: row k of the parts is arrow k, whatever the other rows hold.

    Faint rays go on to the edge: sums of parts with weights of 0 or more lie between the outermost two.
    """
    import altair as alt

    x0, x1, y0, y1 = scene.window
    unit = np.array([scene.width / (x1 - x0), scene.height / (y1 - y0)])  # points on paper per unit
    long: dict[str, list[Any]] = {n: [] for n in ("x", "y", "x2", "y2", "c", "i", "j")}
    heads: dict[str, list[Any]] = {n: [] for n in ("x", "y", "a", "c", "t", "i", "j", "vx", "vy")}
    names: dict[str, dict[str, list[Any]]] = {
        side: {n: [] for n in ("x", "y", "t", "c", "i", "j")} for side in ("right", "left", "center")
    }
    beyond: dict[str, list[Any]] = {n: [] for n in ("x", "y", "x2", "y2", "c", "i", "j")}
    short = short_names(scene.names, 12)
    for shot in shots:
        for k, vector in enumerate(shot.parts):
            on_paper = vector * unit
            length = float(np.hypot(*on_paper))
            if length < 1:  # a part that died out has no direction
                continue
            when = {"i": shot.first, "j": shot.last, "c": COLORS[k % len(COLORS)]}
            ahead = on_paper / length / unit
            middle = vector - min(AHEAD, length) * ahead
            turned = float(np.degrees(np.arctan2(on_paper[0], on_paper[1])))
            _add(long, when, x=0.0, y=0.0, x2=middle[0], y2=middle[1])
            _add(heads, when, x=middle[0], y=middle[1], a=turned, t=scene.names[k], vx=vector[0], vy=vector[1])
            side, place = _beside(shot.parts, k, scene, columns_of(short[k]) * 6.2)
            _add(names[side], when, x=place[0], y=place[1], t=short[k])
            far = _edge(vector, scene.window)
            if far > 1:
                _add(beyond, when, x=vector[0], y=vector[1], x2=far * vector[0], y2=far * vector[1])
    position = scene.position()
    color = alt.Color("c:N", scale=None)
    layers = []
    if rays and beyond["x"]:
        dashed = alt.Chart(data_of(beyond)).mark_rule(strokeDash=[3, 4], strokeWidth=1, opacity=0.6)
        layers.append(scene.chosen(dashed).encode(x2="x2:Q", y2="y2:Q", color=color, **position))
    if not long["x"]:
        return layers
    shaft = alt.Chart(data_of(long)).mark_rule(strokeWidth=2.4)
    layers.append(scene.chosen(shaft).encode(x2="x2:Q", y2="y2:Q", color=color, **position))
    head = alt.Chart(data_of(heads)).mark_point(filled=True, shape=HEAD_SHAPE, size=HEAD, opacity=1)
    turn = alt.Angle("a:Q", scale=None)
    tips = [tip("t:N", "part"), tip("vx:Q", scene.x, format=".4g"), tip("vy:Q", scene.y, format=".4g")]
    layers.append(scene.chosen(head).encode(angle=turn, color=color, tooltip=tips, **position))
    for side, columns in names.items():
        if columns["x"]:
            text: dict[str, Any] = {"fontSize": 11, "fontWeight": "bold", "baseline": "middle", "align": side}
            halo = alt.Chart(data_of(columns)).mark_text(**text, stroke="white", strokeWidth=3.5, strokeJoin="round")
            ink = alt.Chart(data_of(columns)).mark_text(**text)
            layers.append(scene.chosen(halo).encode(text="t:N", **position))
            layers.append(scene.chosen(ink).encode(text="t:N", color=color, **position))
    return layers


def _beside(parts: Points, k: int, scene: Scene, room: float) -> tuple[str, Points]:
    """Return where the name of an arrow stands, and how it is aligned: on the side away from the other arrows."""
    x0, x1, y0, y1 = scene.window
    unit = np.array([scene.width / (x1 - x0), scene.height / (y1 - y0)])
    on_paper = parts * unit
    angles = np.arctan2(on_paper[:, 1], on_paper[:, 0])
    order = np.argsort(angles, kind="stable").tolist().index(k)
    upper = 2 * order >= len(parts)
    turn = 1 if upper else -1
    direction = np.array([np.cos(angles[k]), np.sin(angles[k])])
    place = on_paper[k] + LABEL * turn * np.array([-direction[1], direction[0]])
    left, below = place - np.array([x0, y0]) * unit
    fits = 9 <= below <= scene.height - 9 and (room + 4 <= left if upper else left <= scene.width - room - 4)
    if fits:
        return ("right" if upper else "left"), place / unit
    return "center", (on_paper[k] + (LABEL + 4) * direction + (0, LABEL)) / unit


def _add(columns: dict[str, list[Any]], when: dict[str, Any], **cells: Any) -> None:
    for name, values in columns.items():
        value = cells.get(name, when.get(name))
        values.append(float(f"{value:.6g}") if isinstance(value, float) else value)


def _edge(vector: Points, window: Window) -> float:
    """Return how many times a vector fits from the origin to the edge of a window."""
    x0, x1, y0, y1 = window
    ends = [(x1 if v > 0 else x0) / v for v, (x0, x1) in zip(vector, ((x0, x1), (y0, y1)), strict=True) if v]
    return float(min(ends))
