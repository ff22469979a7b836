"""A map beside the table it was made from: the same rows, matched by row id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import listing, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import Plane, reduction
from tenkai.interpret._records import data_of, rounded
from tenkai.interpret._text import whole
from tenkai.interpret._things import positions_of
from tenkai.step import Run
from tenkai.values import Columns, Fitted, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

_NARROW = (pl.Float32, pl.Int8, pl.UInt8, pl.Int16, pl.UInt16, pl.Boolean)
_MANY_CELLS = 20_000_000


def same_rows(plane: Plane, data: Table, run: Run) -> Table:
    """Return the rows of `data` in the order of the map.

    Raises
    ------
    TenkaiError
        TK703 when a row of the map is not in the data; TK706 when the data have further rows.
    """
    at = positions_of(plane.table.ids, data, "data")
    if data.height != len(plane):
        rest = sorted(set(data.ids.to_list()) - set(plane.table.ids.to_list()))
        raise problem(
            "TK706",
            f"the map has {whole(len(plane))} rows, the data {whole(data.height)}.",
            allowed=f"Neighbors are sought among the same rows in both; not on the map: {listing(rest, 3)}.",
            remedy="Give the table the map was made from.",
            setting="data",
        )
    rows = data.take(at)
    if not np.array_equal(rows.identity.union(), plane.table.identity.union()):
        run.note("TKW705", "Map and data come from different sources: their rows are matched by row id only.")
    return rows


def features_of(plane: Plane, data: Table, columns: Columns | None, run: Run) -> list[str]:
    """Return the columns the map was made from: as chosen, else as the map remembers, else all numbers."""
    made = reduction(plane.table)
    if columns is not None:
        names = data.choose(columns)
    elif made is not None and all(name in data.kinds for name in made.features):
        names = list(made.features)
    else:
        names = data.choose("numbers")
    if made is not None and set(names) == set(made.features):
        wanted = {f.digest for f in made.preparation}
        had = {f.digest for f in data.preparation if set(f.outputs) & set(names)}
        if wanted != had:
            text = f"The map was made from rows that went through {_steps(made.preparation)}; these data went through "
            run.note("TKW706", f"{text}{_steps(data.preparation)}. Quality is measured against these data.")
    return names


def _steps(chain: Sequence[Fitted]) -> str:
    return ", ".join(f.step for f in chain) or "no preparation"


def numbers_of(rows: Table, names: list[str]) -> NDArray[Any]:
    """Return columns as a matrix of finite numbers; pictures and large tables as float32, which halves them."""
    dtypes = [rows.frame[name].dtype for name in names]
    narrow = all(isinstance(d, pl.Array) and _cell(d) in _NARROW for d in dtypes)
    if rows.height * rows.layout(names).width > _MANY_CELLS:
        narrow = True
    return rows.complete_matrix(names, np.float32 if narrow else np.float64)


def _cell(dtype: Any) -> Any:
    while isinstance(dtype, pl.Array):
        dtype = dtype.inner
    return dtype


def card(
    shown: Sequence[str], figures: Mapping[str, float], about: Mapping[str, str], marks: Mapping[str, float]
) -> alt.LayerChart:
    """Return a panel with a bar from 0 to 1, the value and one line of meaning per figure; `marks`: by chance."""
    import altair as alt

    height, width = 58, 460
    index = list(range(len(shown)))
    scale = alt.Scale(domain=[-0.55, len(shown) - 0.4], reverse=True, nice=False, zero=False)
    y = alt.Y("i:Q", axis=None, scale=scale)
    x = alt.X("v:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    values = rounded(np.array([figures[name] for name in shown]))

    def texts(words: list[str], at: float, **style: Any) -> alt.Chart:
        data = data_of({"i": index, "v": [at] * len(index), "t": words})
        chart: alt.Chart = alt.Chart(data).mark_text(**style).encode(x=x, y=y, text="t:N")
        return chart

    track = alt.Chart(data_of({"i": index, "v": [0] * len(index), "w": [1] * len(index)}))
    bar = alt.Chart(data_of({"i": index, "v": [0] * len(index), "w": values}))
    layers = [
        track.mark_bar(size=8, color=_theme.GRID, cornerRadius=2).encode(x=x, x2="w:Q", y=y),
        bar.mark_bar(size=8, color=_theme.ACCENT, cornerRadius=2).encode(x=x, x2="w:Q", y=y),
    ]
    known = [(i, marks[name]) for i, name in enumerate(shown) if name in marks]
    if known:
        data = data_of({"i": [i for i, _ in known], "v": rounded(np.array([v for _, v in known]))})
        layers.append(
            alt.Chart(data).mark_tick(color=_theme.SECOND, thickness=2, size=12, orient="vertical").encode(x=x, y=y)
        )
    names = [name.replace("_", " ") for name in shown]
    layers += [
        texts(names, 0, align="left", dy=-15, fontSize=12, fontWeight="bold", color=_theme.INK),
        texts(
            [f"{figures[n]:.3f}" for n in shown],
            1,
            align="right",
            dy=-15,
            fontSize=12,
            fontWeight="bold",
            color=_theme.INK,
        ),
        texts([about[n] for n in shown], 0, align="left", dy=15, fontSize=10, color=_theme.SOFT),
    ]
    return layered(layers, width, height * len(shown), bare=True)
