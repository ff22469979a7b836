"""interpret.score_spread: how a score falls over many splits or seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, count, problem
from tenkai.interpret._curve import score_named
from tenkai.interpret._sweeps import Member, members
from tenkai.interpret._text import number, whole
from tenkai.step import Help, Keys, Outputs, Range, Rows, Shape, step
from tenkai.values import Figure, Scores, Sweep, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

FEW = 10
WIDTH, HEIGHT = 500, 260


class Spread(Outputs):
    """The middle and the ends of a score over its passes."""

    scores: Annotated[
        Scores,
        Keys("median", "low", "high", "mean", "sd", "smallest", "largest", "passes"),
        Help("with a mark also share_reaching: passes that reach it"),
    ]
    figure: Annotated[Figure, Help("histogram of the passes")]
    table: Annotated[Table, Shape("passes"), Help("one row per pass: its settings and the score")]


@step("interpret.score_spread", version=1, title="Spread of a score", rows=Rows())
def score_spread(
    scores: Annotated[Sweep[Scores], Help("scores swept over seeds or splits")],
    *,
    by: Annotated[str, Help("which score")],
    level: Annotated[float, Range(0.1, 0.999), Help("share of the passes between low and high")] = 0.9,
    mark: Annotated[float | None, Help("a value to compare with, such as a published one")] = None,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Spread:
    """Show how a score falls when the split (or the seed) is drawn again and again.

    One split is one case: the median and the range of many say what to expect of the next one, and where a single
    published number stands among them.

    Raises
    ------
    TenkaiError
        TK708 without a sweep, TK709 for a score that no pass has.

    Notes
    -----
    `low` and `high` are quantiles over the passes (0.05 and 0.95 by default), not a confidence interval of the
    mean: passes of repeated splits share rows. A pass without the score (one test row has no R²) is left out, and
    the note says how many.

    Source
    ------
    C. Nadeau, Y. Bengio, Machine Learning 52, 239 (2003): repeated splits are not independent.

    Example
    -------
    >>> import tenkai as tk
    >>> from tenkai.values import Axis, Scores, Sweep
    >>> axis = Axis("seed", "parts", "seed", (0, 1, 2))
    >>> passes = tuple(Scores({"r2": v}) for v in (0.5, 0.9, 0.8))
    >>> scores = Sweep((axis,), ({"seed": 0}, {"seed": 1}, {"seed": 2}), passes)
    >>> tk.interpret.score_spread(scores, by="r2", mark=0.85).scores.figures["share_reaching"]
    0.3333333333333333
    """
    found: list[Member[Scores]] = members(scores)
    if len(found) < 2:
        raise problem(
            "TK708", "there are no scores to compare.", remedy="Sweep a seed of a step before.", setting="scores"
        )
    name = score_named(found, by, "by")
    every = [_number(m.value.figures.get(name)) for m in found]
    known = [(m, v) for m, v in zip(found, every, strict=True) if np.isfinite(v)]
    values = np.array([v for _, v in known])
    notes = []
    if len(known) < len(found):
        notes.append(Note("TKW702", f"{count(len(found) - len(known), 'pass', 'passes')} without '{name}' left out."))
    if len(known) < FEW:
        notes.append(Note("TKW713", f"{count(len(known), 'pass', 'passes')}: few to tell a spread from."))
    figures = _figures(values, level, mark)
    told = Scores.over([m.value for m, _ in known], figures, about=_about(name, level, mark)).with_notes(notes)
    axes = list(dict.fromkeys(axis for m, _ in known for axis in m.point))
    frame = pl.DataFrame({**{a: [m.point.get(a) for m, _ in known] for a in axes}, _free(name, axes): values})
    table = Table.from_(frame, ids=[m.name for m, _ in known], notes=notes).influenced(told.influences)
    return Spread(told, _picture(table, _free(name, axes), figures, mark, level, title), table)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else float("nan")


def _free(name: str, taken: list[str]) -> str:
    return f"{name} (score)" if name in taken else name


def _figures(values: NDArray[np.float64], level: float, mark: float | None) -> dict[str, Any]:
    tail = (1 - level) / 2
    low, middle, high = np.quantile(values, [tail, 0.5, 1 - tail])
    found: dict[str, Any] = {
        "median": float(middle),
        "low": float(low),
        "high": float(high),
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
        "smallest": float(values.min()),
        "largest": float(values.max()),
        "passes": len(values),
    }
    if mark is not None:
        found["share_reaching"] = float((values >= mark).mean())
    return found


def _about(name: str, level: float, mark: float | None) -> dict[str, str]:
    tail = 100 * (1 - level) / 2
    about = {
        "median": f"half of the passes have {name} above this",
        "low": f"{tail:g} of 100 passes lie below",
        "high": f"{tail:g} of 100 passes lie above",
        "mean": "mean of the passes",
        "sd": "standard deviation over the passes",
        "smallest": "the worst pass, or the best of an error",
        "largest": "the best pass, or the worst of an error",
        "passes": "how often it was computed",
    }
    if mark is not None:
        about["share_reaching"] = f"share of the passes at or above {number(mark)}"
    return about


def _side(place: float, text: str, left: bool, ends: tuple[float, float]) -> bool:
    """Say whether a line has its words on the left: where they are wanted, unless they would leave the picture."""
    low, high = ends
    at, width = WIDTH * (place - low) / (high - low), 6.5 * len(text) + 5
    if left:
        return at >= width
    return at + width > WIDTH and at >= width


def _picture(
    table: Table, name: str, figures: Mapping[str, Any], mark: float | None, level: float, title: str | None
) -> Figure:
    import altair as alt

    from tenkai.interpret import _theme
    from tenkai.interpret._panels import layered
    from tenkai.interpret._plane import widened
    from tenkai.interpret._records import data_of, tip
    from tenkai.interpret.histogram import interval_edges

    values = table[name].to_numpy()
    edges = interval_edges(values, None)
    counts = np.histogram(values, edges)[0]
    low, high = float(edges[0]), float(edges[-1])
    if mark is not None:
        low, high = min(low, mark), max(high, mark)
    domain = alt.Scale(domain=list(widened(low, high, 0.02)), nice=False, zero=False)
    x = alt.X("a:Q", title=name, scale=domain, axis=alt.Axis(grid=False, tickCount=8))
    top = alt.Scale(domain=[0, int(counts.max()) * 1.15], nice=False)
    y = alt.Y("n:Q", title="passes", scale=top, axis=alt.Axis(tickCount=min(6, int(counts.max())), format=",d"))
    bars = {"a": edges[:-1].tolist(), "b": edges[1:].tolist(), "n": counts.tolist(), "zero": [0] * len(counts)}
    tooltip = [tip("a:Q", "from", format=".4g"), tip("b:Q", "to", format=".4g"), tip("n:Q", "passes")]
    band = data_of({"a": [figures["low"]], "b": [figures["high"]]})
    layers = [
        alt.Chart(band).mark_rect(color=_theme.ACCENT, opacity=0.1).encode(x=x, x2="b:Q"),
        alt.Chart(data_of(bars))
        .mark_rect(color=_theme.ACCENT, opacity=0.8, stroke="white", strokeWidth=0.7)
        .encode(x=x, x2="b:Q", y=y, y2="zero:Q", tooltip=tooltip),
    ]
    median = figures["median"]
    # The words of two lines near each other stand on their outer sides.
    left = median > low + 0.7 * (high - low) if mark is None else median <= mark
    lines = [(median, f"median {number(median)}", _theme.INK, left)]
    if mark is not None:
        lines.append((mark, number(mark), _theme.SECOND, not left))
    sides: list[bool] = []
    for place, text, color, wanted in lines:
        on_left = _side(place, text, wanted, (low, high))
        below = 13 * sides.count(on_left)  # one that must change sides stands under the other
        sides.append(on_left)
        data = data_of({"a": [place], "t": [text]})
        layers.append(alt.Chart(data).mark_rule(color=color, strokeWidth=1.5, strokeDash=[5, 3]).encode(x=x))
        layers.append(
            alt.Chart(data)
            .mark_text(
                align="right" if on_left else "left",
                dx=-5 if on_left else 5,
                dy=8 + below,
                color=color,
                fontSize=11,
            )
            .encode(x=x, text="t:N", y=alt.value(4))
        )
    said = (
        f"{whole(figures['passes'])} passes: median {number(figures['median'])}, "
        f"{level:.0%} of them from {number(figures['low'])} to {number(figures['high'])}"
    )
    captions = [said + " (shaded)."]
    if mark is not None:
        captions.append(f"{figures['share_reaching']:.0%} of the passes reach {number(mark)}.")
    chart = layered(layers, WIDTH, HEIGHT)
    return _theme.finished(
        chart,
        title=f"Spread of {name}",
        text=f"Spread of {name}: {said}.",
        heading=title,
        caption=captions,
        width=WIDTH,
    )
