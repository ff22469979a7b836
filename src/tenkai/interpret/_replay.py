"""Kept iterations of a factorization, read and drawn: as one picture with a slider, and as stills."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, problem
from tenkai.interpret import _theme
from tenkai.interpret._curve_chart import PLAIN, decades
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import number, whole
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

Array = NDArray[np.float64]

LOSS = 120  # points of height of the curve
LOG_FROM = 20.0  # losses that differ by more than this factor are drawn on a log axis


class Course:
    """Some of the kept iterations (m,) and what they lowered: `losses` (m,) of these, `curve` of all of them."""

    iterations: NDArray[np.int64]
    losses: Array
    curve: tuple[Array, Array]

    @property
    def measure(self) -> str:
        """Return the name of what is lowered, as it is written in pictures."""
        return "loss"

    def spans(self) -> list[tuple[int, int]]:
        """Return from and to which iteration each is the latest one."""
        ends = [*(self.iterations[1:] - 1).tolist(), int(self.iterations[-1])]
        return list(zip(self.iterations.tolist(), ends, strict=True))

    def said(self, frame: int) -> str:
        """Name an iteration with its loss, where that is known."""
        name, loss = f"Iteration {whole(int(self.iterations[frame]))}", float(self.losses[frame])
        return f"{name}, {self.measure} {loss_text(loss)}" if math.isfinite(loss) else name


@dataclass(frozen=True)
class Kept(Course):
    """Kept factors: W (m, n, k) and H (m, k, p), parts in falling order of what they add at last."""

    iterations: NDArray[np.int64]
    W: Array
    H: Array
    losses: Array
    curve: tuple[Array, Array]

    def some(self, index: Sequence[int]) -> Kept:
        """Return some of them."""
        at = np.asarray(index, np.int64)
        return Kept(self.iterations[at], self.W[at], self.H[at], self.losses[at], self.curve)


def read_kept(replay: Table, history: Table, most: int, rows: int, width: int) -> Kept:
    """Return at most so many kept iterations, evenly spread, the first and the last among them.

    Raises
    ------
    TenkaiError
        TK201, TK202 when the tables are no replay; TK205 when nothing was kept; TK713 when they do not fit.
    """
    replay.require(["iteration"], ("number",))
    replay.require(["coordinates", "parts"], ("image",))
    history.require(["iteration", "loss"], ("number",))
    history.require_complete(["iteration", "loss"])
    if replay.height == 0:
        remedy = "Set history: 1 in learn.nmf; it keeps the factors of every iteration."
        raise problem("TK205", "the table of 'replay' holds no iteration.", remedy=remedy)
    n, k = replay.layout(["coordinates"]).shapes[0]
    k2, p = replay.layout(["parts"]).shapes[0]
    if (n, p) != (rows, width) or k != k2:
        raise problem(
            "TK713",
            f"the replay is that of {n} rows of {p} numbers, the data have {rows} rows of {width}.",
            allowed="The rows and columns that learn.nmf was given.",
            remedy="Name the same columns, or give the same table.",
            setting="columns",
        )
    at = np.unique(np.linspace(0, replay.height - 1, min(most, replay.height)).round().astype(np.int64))
    some = replay.take(at)
    W = some.matrix(["coordinates"]).reshape(len(at), n, k)
    H = some.matrix(["parts"]).reshape(len(at), k, p)
    order = np.argsort(-W[-1].sum(axis=0) * H[-1].sum(axis=1), kind="stable")
    iterations = some.matrix(["iteration"])[:, 0].astype(np.int64)
    steps, losses = history.matrix(["iteration"])[:, 0], history.matrix(["loss"])[:, 0]
    loss_of = dict(zip(steps.astype(np.int64).tolist(), losses.tolist(), strict=True))
    lost = [i for i in iterations.tolist() if i not in loss_of]
    if lost:
        known = f"{whole(len(steps))} from {listing([str(i) for i in list(loss_of)[:3]])} on"
        raise problem(
            "TK713",
            f"the history has no loss of iteration {lost[0]}.",
            allowed=f"Its iterations: {known}.",
            remedy="Give history and replay of the same learn.nmf.",
        )
    found = np.array([loss_of[i] for i in iterations.tolist()])
    return Kept(iterations, W[:, :, order], H[:, order], found, (steps, losses))


def loss_text(loss: float) -> str:
    """Write a loss: large ones as whole numbers.

    >>> loss_text(390214.7), loss_text(1.49384), loss_text(0.0)
    ('390,215', '1.494', '0')
    """
    return whole(round(loss)) if 1e4 <= loss < 1e9 else number(loss)


def stills_of(kept: Course, wanted: int) -> list[int]:
    """Return the first, the last, and some between them: many early ones, where most changes."""
    last = len(kept.iterations) - 1
    if last + 1 <= wanted:
        return list(range(last + 1))
    if wanted == 2:
        return [0, last]
    spread = np.geomspace(1, last, wanted - 1).round().astype(int).tolist()
    # Rounding may give an early one twice: take the next ones instead.
    chosen = [0]
    for at in spread:
        chosen.append(max(at, chosen[-1] + 1))
    return sorted({min(at, last) for at in chosen})


def loss_panel(kept: Course, width: int) -> alt.LayerChart:
    """Return the loss of all iterations, with a mark at the one that is shown."""
    import altair as alt

    known = np.isfinite(kept.curve[1])
    steps, losses = (values[known] for values in kept.curve)
    low, high = float(losses.min()), float(losses.max())
    log = low > 0 and high / low > LOG_FROM
    # The mark stays inside the panel at both ends: outside, it would move what stands below.
    around = widened(float(np.log(low)), float(np.log(high)), 0.08) if log else widened(low, high, 0.08)
    ends = (float(np.exp(around[0])), float(np.exp(around[1]))) if log else around
    ticks = decades(*ends) if log else []
    axis = alt.Axis(values=ticks or alt.Undefined, labelExpr=PLAIN if log else alt.Undefined, tickCount=4)
    scale = alt.Scale(type="log" if log else "linear", domain=list(ends), nice=False, zero=False)
    y = alt.Y("y:Q", title=kept.measure, scale=scale, axis=axis)
    across = alt.Scale(domain=list(widened(float(steps.min()), float(steps.max()), 0.02)), nice=False, zero=False)
    x = alt.X("x:Q", title="iteration", scale=across, axis=alt.Axis(format="d", tickMinStep=1, tickCount=10))
    every = max(1, len(steps) // 1000)
    thin = sorted({*range(0, len(steps), every), len(steps) - 1})
    curve = data_of({"x": steps[thin].astype(int).tolist(), "y": rounded(losses[thin])})
    line = alt.Chart(curve).mark_line(color=_theme.SOFT, strokeWidth=2).encode(x=x, y=y)
    spans, at = kept.spans(), np.flatnonzero(np.isfinite(kept.losses)).tolist()
    marks = {
        "x": kept.iterations[at].tolist(), "y": rounded(kept.losses[at]),
        "i": [spans[k][0] for k in at], "j": [spans[k][1] for k in at],
    }  # fmt: skip
    dot = moving(alt.Chart(data_of(marks)).mark_point(filled=True, size=110, color=_theme.SECOND, opacity=1))
    tips = [tip("x:Q", "iteration"), tip("y:Q", kept.measure, format=".5g")]
    return layered([line, dot.encode(x=x, y=y, tooltip=tips)], width, LOSS)


def open_curve(measure: str, log: bool) -> Figure:
    """Return a curve without data: whoever shows it fills the sets ``curve`` and ``shown`` with x and y."""
    import altair as alt

    axis = alt.Axis(labelExpr=PLAIN if log else alt.Undefined, tickCount=4)
    scale = alt.Scale(type="log" if log else "linear", nice=False, zero=False, padding=8)
    y = alt.Y("y:Q", title=measure, scale=scale, axis=axis)
    across = alt.Scale(nice=False, zero=False, padding=8)
    x = alt.X("x:Q", title="iteration", scale=across, axis=alt.Axis(format="d", tickMinStep=1, tickCount=5))
    line = alt.Chart(alt.NamedData("curve")).mark_line(color=_theme.SOFT, strokeWidth=2, clip=True)
    dot = alt.Chart(alt.NamedData("shown")).mark_point(filled=True, size=110, color=_theme.SECOND, opacity=1)
    tips = [tip("x:Q", "iteration"), tip("y:Q", measure, format=".5g")]
    layers = [line.encode(x=x, y=y), dot.encode(x=x, y=y, tooltip=tips)]
    return _theme.finished(layered(layers, 300, LOSS), title=measure, text=f"The {measure} by iteration.")


def counter(kept: Course, width: int) -> alt.LayerChart:
    """Return the iteration shown and its loss, as the title above the panels."""
    import altair as alt

    spans = kept.spans()
    texts = [kept.said(k) for k in range(len(spans))]
    data = data_of({"t": texts, "i": [a for a, _ in spans], "j": [b for _, b in spans]})
    style: dict[str, Any] = {"align": "left", "baseline": "middle", "fontSize": 15, "fontWeight": "bold"}
    chart = moving(alt.Chart(data).mark_text(**style, color=_theme.INK))
    return layered([chart.encode(text="t:N", x=alt.value(0), y=alt.value(8))], width, 16, bare=True)


def moving(chart: alt.Chart) -> alt.Chart:
    """Draw of many records those of the iteration that is shown."""
    kept: alt.Chart = chart.transform_filter("datum.i <= shown && shown <= datum.j")
    return kept


def moved(spec: dict[str, Any], kept: Course) -> dict[str, Any]:
    """Return a specification with the parameter that the reader moves; without a reader the last iteration is drawn.

    A film needs no frame between iterations that are kept: they are listed.
    """
    first, last = int(kept.iterations[0]), int(kept.iterations[-1])
    steps = np.diff(kept.iterations)
    even = len(steps) > 0 and (steps == steps[0]).all()
    step = int(steps[0]) if even else 1
    bind = {"input": "range", "min": first, "max": last, "step": step, "name": "iteration "}
    param = {"name": "shown", "value": last, **({"bind": bind} if last > first else {})}
    return {**spec, "params": [param], "usermeta": {**spec["usermeta"], "frames": kept.iterations.tolist()}}
