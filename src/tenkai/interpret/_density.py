"""Many points as a fine grid of cells: how many rows, the commonest label, or the mean number of each cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._color import Categories, Coloring
from tenkai.interpret._plane import Plane, Window
from tenkai.interpret._records import data_of, rounded, tip

if TYPE_CHECKING:
    import altair as alt

CELL = 4  # points
LEVELS = 5  # strengths of a label's color
FAINTEST = 0.4
OVER = 1.12  # cells overlap a little: renderers leave hairlines between cells that only touch


@dataclass(frozen=True)
class Cells:
    """The occupied cells of a grid: column, row and number of rows of each; `where`: the cell of each row."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    counts: NDArray[np.int64]
    where: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.counts)


def counted(plane: Plane, window: Window, across: int, up: int) -> Cells:
    """Count rows in a grid laid over a window that holds all of them."""
    x0, x1, y0, y1 = window
    i = np.minimum(((plane.xy[:, 0] - x0) / (x1 - x0) * across).astype(np.int64), across - 1)
    j = np.minimum(((plane.xy[:, 1] - y0) / (y1 - y0) * up).astype(np.int64), up - 1)
    cells, where, counts = np.unique(i * up + j, return_inverse=True, return_counts=True)
    return Cells(cells // up, cells % up, counts.astype(np.int64), where.astype(np.int64))


def density(
    plane: Plane, colors: Coloring | None, window: Window, width: int, height: int, *, legend: bool = True
) -> tuple[alt.Chart, int]:
    """Return the layer of cells and the number of rows in the fullest one."""
    import altair as alt

    across, up = width // CELL, height // CELL
    cells = counted(plane, window, across, up)
    fullest = int(cells.counts.max())
    columns: dict[str, list[Any]] = {"i": cells.i.tolist(), "j": cells.j.tolist(), "n": cells.counts.tolist()}
    tooltip = [tip("n:Q", "rows")]
    encoding: dict[str, Any]
    derived: dict[str, str] = {}
    if colors is None:
        scale = alt.Scale(
            type="log", domain=[1, max(fullest, 2)], scheme=alt.SchemeParams(**_theme.VIRIDIS), nice=False
        )
        bar = alt.Legend(title="rows per cell", type="gradient", gradientLength=180, gradientThickness=12, tickCount=4)
        encoding = {"color": alt.Color("n:Q", scale=scale, legend=bar if legend else None)}
    elif isinstance(colors, Categories):
        columns["k"], derived = _label_codes(plane, colors, cells, fullest)
        encoding = {"fill": alt.Fill("h:N", scale=None)}
        tooltip.append(tip("c:N", f"most rows: {colors.title}"))
    else:
        columns["c"] = _means(plane, colors, cells)
        encoding = {"color": alt.Color("c:Q", scale=colors.scale(), legend=colors.legend() if legend else None)}
        tooltip.append(tip("c:Q", f"mean {colors.title}", format=".4g"))
    chart = _placed(columns, window, across, up, derived).mark_rect(strokeWidth=0)
    return chart.encode(x2="x2:Q", y2="y2:Q", tooltip=tooltip, **encoding), fullest


def faint_density(plane: Plane, window: Window, width: int, height: int) -> alt.Chart:
    """Return many new rows as a gray ground, darker where more rows are."""
    import altair as alt

    across, up = width // CELL, height // CELL
    cells = counted(plane, window, across, up)
    strength = _levels(cells.counts, int(cells.counts.max()))
    tints = [_mixed(_theme.NEW, 0.12 + 0.4 * level / (LEVELS - 1)) for level in range(LEVELS)]
    columns = {"i": cells.i.tolist(), "j": cells.j.tolist(), "n": cells.counts.tolist(), "k": strength.tolist()}
    chart = _placed(columns, window, across, up, {"h": f"{json.dumps(tints)}[datum.k]"}).mark_rect(strokeWidth=0)
    fill = alt.Fill("h:N", scale=None)
    tooltip = [tip("n:Q", "new rows")]
    layer: alt.Chart = chart.encode(x2="x2:Q", y2="y2:Q", fill=fill, tooltip=tooltip)
    return layer


def _placed(columns: dict[str, list[Any]], window: Window, across: int, up: int, derived: dict[str, str]) -> alt.Chart:
    import altair as alt

    x0, x1, y0, y1 = window
    step_x, step_y = (x1 - x0) / across, (y1 - y0) / up
    edges = {
        "x": f"{x0!r} + datum.i * {step_x!r}",
        "x2": f"{x0!r} + (datum.i + {OVER}) * {step_x!r}",
        "y": f"{y0!r} + datum.j * {step_y!r}",
        "y2": f"{y0!r} + (datum.j + {OVER}) * {step_y!r}",
    }
    return alt.Chart(data_of(columns)).transform_calculate(**edges, **derived)


def _label_codes(plane: Plane, colors: Categories, cells: Cells, fullest: int) -> tuple[list[int], dict[str, str]]:
    """Code each cell by its commonest label and strength; return also how a code becomes name and color."""
    names = list(colors.names)
    at = {name: k for k, name in enumerate(names)}
    votes = np.zeros((len(cells), len(names)), np.int64)
    names_of = np.array([at[name] for name in colors.of(plane.table)], np.int64)
    np.add.at(votes, (cells.where, names_of), 1)
    codes = votes.argmax(axis=1) * LEVELS + _levels(cells.counts, fullest)
    strengths = [FAINTEST + (1 - FAINTEST) * level / (LEVELS - 1) for level in range(LEVELS)]
    tints = [_mixed(color, strength) for color in colors.colors for strength in strengths]
    return codes.tolist(), {
        "c": f"{json.dumps(names, ensure_ascii=False)}[floor(datum.k / {LEVELS})]",
        "h": f"{json.dumps(tints)}[datum.k]",
    }


def _levels(counts: NDArray[np.int64], fullest: int) -> NDArray[np.int64]:
    share = np.log(counts) / np.log(max(fullest, 2))
    return np.asarray(np.rint(share * (LEVELS - 1)), dtype=np.int64)


def _means(plane: Plane, colors: Coloring, cells: Cells) -> list[float | None]:
    values = np.array([np.nan if v is None else v for v in colors.of(plane.table)], np.float64)
    known = np.isfinite(values)
    total = np.bincount(cells.where[known], values[known], len(cells))
    having = np.bincount(cells.where[known], minlength=len(cells))
    means = rounded(total / np.maximum(having, 1))
    return [mean if n else None for mean, n in zip(means, having.tolist(), strict=True)]


def _mixed(color: str, share: float) -> str:
    """Mix a color with white."""
    parts = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in parts)
