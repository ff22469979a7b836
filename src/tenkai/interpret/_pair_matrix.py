"""How alike several results are, pair by pair, as a matrix of colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, split_by, tip
from tenkai.interpret._sweeps import Member, written
from tenkai.interpret._text import shorten
from tenkai.values import Table

if TYPE_CHECKING:
    import altair as alt

NUMBERED = 12  # with more results the cells are too small for numbers


def pair_names(found: list[Member[Table]], thing: str) -> tuple[list[str], str]:
    """Return short names and what they are: the values of a setting where one is swept, else numbers."""
    settings = {name for m in found for name in m.point}
    names = [shorten(written(v), 12) for m in found for v in m.point.values()]
    if len(settings) == 1 and len(set(names)) == len(found):
        return names, settings.pop()
    return [str(i + 1) for i in range(len(found))], thing


def pair_matrix(similar: NDArray[np.float64], names: list[str], title: str, meaning: str) -> alt.LayerChart:
    """Return one cell per pair; `meaning` names the number in it."""
    import altair as alt

    n = len(names)
    rows, columns = (k.ravel().tolist() for k in np.indices((n, n)))
    values = rounded(similar.ravel())
    inks = [_theme.ink_on(_theme.shade(_theme.ON_VIRIDIS, float(np.clip(v, 0, 1)))) for v in similar.ravel()]
    pairs: dict[str, list[Any]] = {"a": [names[i] for i in rows], "b": [names[j] for j in columns], "v": values}
    data = data_of(pairs)
    axis = alt.Axis(grid=False, ticks=False, labelAngle=0, labelOverlap=True)
    place = {
        "x": alt.X("b:N", sort=names, title=title, axis=axis),
        "y": alt.Y("a:N", sort=names, title=title, axis=axis),
    }
    scale = alt.Scale(domain=[0, 1], clamp=True, scheme=alt.SchemeParams(**_theme.VIRIDIS))
    legend = alt.Legend(title=meaning, type="gradient", gradientLength=150, gradientThickness=12, values=[0, 0.5, 1])
    cells = alt.Chart(data).mark_rect(stroke="white", strokeWidth=1.5)
    tooltip = [tip(f"{k}:N", title) for k in "ab"] + [tip("v:Q", meaning, format=".3f")]
    layers = [cells.encode(**place, color=alt.Color("v:Q", scale=scale, legend=legend), tooltip=tooltip)]
    if n <= NUMBERED:
        for ink, some in split_by(pairs, inks):
            text = alt.Chart(data_of(some)).mark_text(color=ink, fontSize=11 if n <= 8 else 9.5)
            layers.append(text.encode(**place, text=alt.Text("v:Q", format=".2f")))
    side = int(np.clip(n * 42, 150, 420))
    return layered(layers, side, side)
