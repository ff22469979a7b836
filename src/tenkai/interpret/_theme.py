"""One look for all figures: fonts that hold Latin and Japanese, colors for all eyes, a quiet grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tenkai.interpret._records import unpacked
from tenkai.interpret._text import wrap
from tenkai.values import Figure

if TYPE_CHECKING:
    import altair as alt

# The first family found is taken; each line names one that has Japanese glyphs.
FONT = (
    "Noto Sans, Noto Sans CJK JP, Noto Sans JP, Hiragino Sans, Hiragino Kaku Gothic ProN, Yu Gothic, Meiryo, "
    "IPAexGothic, DejaVu Sans, sans-serif"
)

# M. Okabe and K. Ito (2002), with the pale yellow last.
EIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442")
# Found by search: no two of them come closer than CIEDE2000 15 in normal vision, protanopia, deuteranopia or
# tritanopia (tests/interpret/test_theme.py computes it).
TEN = (
    "#0591fd",
    "#ceab39",
    "#055825",
    "#d35c71",
    "#4c40a7",
    "#4ddcac",
    "#7d3156",
    "#6d7b00",
    "#8d719c",
    "#cdbbed",
)
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
VIRIDIS: dict[str, Any] = {"name": "viridis", "extent": [0.0, 0.95]}
ON_VIRIDIS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#dfe318")  # its quarters: what is written on it is chosen by
MISSING = "#989898"  # rows without a label; drawn as rings, because some eyes see pink as gray
NEW = "#8b9197"  # rows that are not observed
INK, SOFT, LINE, GRID = "#202428", "#5d646b", "#9aa1a8", "#e8ebee"
ACCENT, SECOND = EIGHT[0], EIGHT[1]
READABLE = 4.5  # WCAG 2.2, level AA

WIDTH, HEIGHT = 560, 460

_AXIS = {
    "domain": False,
    "gridColor": GRID,
    "gridWidth": 0.8,
    "labelColor": SOFT,
    "labelFontSize": 11,
    "labelPadding": 5,
    "tickColor": LINE,
    "tickSize": 4,
    "titleColor": INK,
    "titleFontSize": 12.5,
    "titleFontWeight": "normal",
    "titlePadding": 8,
}
_LEGEND = {
    "labelColor": INK,
    "labelFontSize": 11.5,
    "labelLimit": 0,
    "labelOffset": 6,
    "offset": 16,
    "rowPadding": 3.5,
    "symbolOpacity": 1,
    "symbolStrokeWidth": 0,
    "titleColor": INK,
    "titleFontSize": 12,
    "titleFontWeight": "bold",
    "titleLimit": 0,
    "titlePadding": 7,
}
CONFIG: dict[str, Any] = {
    # One description for the picture: names for each of its shapes would make it heavy and help nobody.
    "aria": False,
    "background": "white",
    "font": FONT,
    "padding": 12,
    "view": {"stroke": LINE, "strokeWidth": 0.8},
    "axis": _AXIS,
    "legend": _LEGEND,
    "header": {"labelColor": INK, "labelFontSize": 12, "titleColor": INK},
    "title": {"anchor": "start", "color": INK, "fontSize": 14, "fontWeight": "bold", "offset": 10},
    "concat": {"spacing": 22},
}


def palette(n: int) -> list[str]:
    """Return colors for n categories; above ten they repeat, in other pairs with the shapes."""
    base = EIGHT if n <= len(EIGHT) else TEN
    return [base[i % len(base)] for i in range(n)]


def shapes(n: int) -> list[str]:
    """Return shapes for n categories: with the colors, up to 40 pairs that are all different."""
    return [SHAPES[i % len(SHAPES)] for i in range(n)]


def shade(colors: Sequence[str], share: float) -> str:
    """Return the color at a share of a ramp, mixed between its neighbors as `interpolate: rgb` does."""
    at = np.linspace(0, 1, len(colors))
    channels = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colors], dtype=float)
    return "#" + "".join(f"{round(np.interp(share, at, channels[:, k])):02x}" for k in range(3))


def contrast(one: str, other: str) -> float:
    """Return how well two colors stand against each other: the ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(c) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(ground: str) -> str:
    """Return the color of a text on a ground: our ink or white where they can be read, else black, which then can."""
    return next((ink for ink in (INK, "#ffffff") if contrast(ink, ground) >= READABLE), "#000000")


def _luminance(color: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    shares = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


class Drawable(Protocol):
    """A chart, of Altair or written out."""

    def to_dict(self) -> dict[str, Any]:
        """Return the Vega-Lite specification, its data sets as JSON texts."""


def finished(
    chart: alt.TopLevelMixin | Drawable,
    *,
    title: str,
    text: str,
    heading: str | None = None,
    caption: Sequence[str] = (),
    subtitle: Sequence[str] = (),
    width: float = WIDTH,
) -> Figure:
    """Give a chart the look and make it a value: a heading where asked for, facts above, a caption below."""
    inner = chart.to_dict()
    spec: dict[str, Any] = {"$schema": inner.pop("$schema"), "description": text, "config": CONFIG}
    spec["datasets"] = unpacked(inner.pop("datasets", {}))
    inner.pop("config", None)
    facts = [line for part in subtitle for line in wrap(part, int(width / 6))]
    small = {"frame": "bounds", "fontSize": 12, "fontWeight": "normal", "lineHeight": 17}
    if heading:
        beneath = {"subtitle": facts, "subtitleFontSize": 12, "subtitleColor": INK} if facts else {}
        inner["title"] = {"text": wrap(heading, int(width / 7.6)), "frame": "bounds", **beneath}
    elif facts:
        inner["title"] = {"text": facts, **small}
    lines = [line for part in caption for line in wrap(part, int((width + 60) / 5.4))]
    if lines:
        spec["title"] = {
            "text": lines,
            "orient": "bottom",
            "anchor": "start",
            "frame": "bounds",
            "offset": 10,
            "color": SOFT,
            "fontSize": 10.5,
            "fontWeight": "normal",
            "lineHeight": 15,
        }
    spec["vconcat"] = [inner]
    # What the caption says already need not be said again beside the picture.
    spec["usermeta"] = {"caption": list(caption)}
    return Figure(spec, title=heading or title, text=text)
