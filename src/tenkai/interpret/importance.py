"""interpret.importance: which columns a model needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl

from tenkai.errors import count, problem
from tenkai.interpret import _theme
from tenkai.interpret._importance import ERRORS, Importance, Score, columns_read, judge_of, measure, noise_of
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._predictions import lens_of, lens_said
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import number, short_names
from tenkai.interpret._theme import finished
from tenkai.step import Advanced, Column, Help, Of, Outputs, Range, Run, Seed, Shape, step
from tenkai.values import Columns, Figure, Fitted, Kind, Schema, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH, ROW = 320, 20
COLUMNS: dict[str, Kind | None] = {
    "column": "text",
    "importance": "number",
    "low": "number",
    "high": "number",
    "noise": "number",
    "above_noise": "category",
}
SHARED = "Columns that tell the same share their importance: each looks small while the other is there."


class ColumnImportance(Outputs):
    """The picture, and the numbers in it."""

    figure: Annotated[Figure, Help("bars with intervals, the most important column first")]
    table: Annotated[Table, Shape("columns 6"), Help("one row per column: importance, interval, what noise shows")]


@step("interpret.importance", version=1, title="Importance of columns")
def importance(
    model: Annotated[Fitted, Help("a model")],
    table: Annotated[Table, Shape("n"), Help("rows to judge on: raw, with the target, best not trained on")],
    training: Annotated[Table | None, Help("the table the model was fitted on: adds a refit beside noise")] = None,
    *,
    target: Annotated[Column | None, Of("table"), Help("default: the target of the model")] = None,
    columns: Annotated[Columns | None, Of("table"), Help("columns to judge; default: all that the model reads")] = None,
    score: Annotated[Score, Help("auto: r2 for numbers, accuracy for classes")] = "auto",
    repeats: Annotated[int, Range(2, 500), Help("shuffles of each column")] = 10,
    limit: Annotated[int, Range(1, 200), Help("most columns drawn")] = 30,
    bootstrap: Annotated[int, Range(100, 100_000), Advanced, Help("resamples of the rows behind an interval")] = 1000,
    level: Annotated[float, Range(0.5, 0.999), Advanced, Help("share inside an interval, and below noise")] = 0.95,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of shuffles and resamples")] = 0,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> ColumnImportance:
    """Measure what a model's score loses when the values of one column are dealt to other rows.

    The columns are those of the raw table: what a scaler or formula makes of them goes along.

    Raises
    ------
    TenkaiError
        TK715 when the model cannot be judged on these rows; TK201 when the table misses columns or the target.

    Notes
    -----
    Importance belongs to this model and these rows: on training rows it shows what the model uses, on other rows
    what helps it. Intervals draw the rows anew and vary the shuffle. The mark is noise. Without `training`: what
    is lost by chance, when for every row a coin says which of its two predictions is the one after shuffling (a
    paired permutation test). With `training`: the most that one of three columns of random numbers is worth in a
    model fitted again beside them. A column whose bar does not pass the mark cannot be told from noise. Columns
    that tell the same share their importance, and may all look small. Shuffling also makes rows that cannot
    exist, on which a flexible model may answer anything.

    Source
    ------
    L. Breiman, Random Forests, Mach. Learn. 45, 5 (2001); A. Fisher, C. Rudin, F. Dominici, JMLR 20, 177 (2019).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0], "z": [1.0, 0.0, 1.0, 0.0], "y": [0.0, 2.0, 4.0, 6.0]})
    >>> model = tk.learn.least_squares(t, target="y").model
    >>> tk.interpret.importance(model, t).table["column"].to_list()
    ['x', 'z']
    """
    goal = target if target is not None else model.target
    if goal is None:
        raise problem(
            "TK715", f"{model.step} has no target: it is no model.", remedy="Give a model (learn.ridge, ...)."
        )
    table.require([goal], (), "target")
    lacking = table[goal].is_null().to_numpy()
    if table[goal].dtype.is_float():
        lacking = lacking | table[goal].is_nan().fill_null(True).to_numpy()
    if lacking.any():
        run.note("TKW702", f"{count(int(lacking.sum()), 'row')} without '{goal}' do not count.")
        table = table.take(~lacking)
    if table.height < 2:
        raise problem("TK205", f"{count(table.height, 'row')} with '{goal}' cannot tell what a column is worth.")
    rows = table.with_columns(table.frame.drop([c for c in model.outputs if c in table.kinds]))
    judge = judge_of(model, rows, goal, score)
    read = columns_read(model, rows)
    if columns is not None:
        chosen = table.choose(columns)
        read = [c for c in read if c in chosen]
        if not read:
            raise problem("TK204", "the model reads none of these columns.", setting="columns")
    noise = None
    if training is not None:
        noise = noise_of(model, training, rows, judge, repeats=max(repeats, 20), seed=seed, level=level, run=run)
    found, reached = measure(
        model, rows, judge, read, repeats=repeats, seed=seed, resamples=bootstrap, level=level, noise=noise, run=run
    )
    run.note("TKW726", SHARED)
    lens = lens_of(rows.influenced(model.influences))
    mark = (
        "a column of random numbers, in a model fitted again beside it"
        if training is not None
        else f"what shuffling shows by chance ({100 * level:g} %)"
    )
    loss = "Rise" if judge.name in ERRORS else "Drop"
    captions = [
        f"{loss} of {judge.name} (now {number(reached, 3)}) when the column is shuffled, mean of {repeats}; "
        f"line: {100 * level:g} % interval.",
        f"Mark: noise, {mark}.",
        SHARED,
        lens_said(lens),
    ]
    if len(found) > limit:
        captions.insert(0, f"The {limit} most important of {len(found)} columns.")
    figure = finished(
        _chart(found[:limit], judge.name, loss),
        title=f"Importance for {goal}",
        text=_said(found, goal, judge.name),
        heading=title,
        caption=captions,
        width=WIDTH + 150,
    )
    return ColumnImportance(figure, _table(found).influenced([*rows.influences, *model.influences]))


@importance.schema
def _schema(
    model: Schema | None, table: Schema | None, training: Schema | None = None, **settings: object
) -> dict[str, Schema | None]:
    return {"table": Schema(COLUMNS)}


def _said(found: Sequence[Importance], goal: str, score: str) -> str:
    above = [f for f in found if f.mean > f.noise]
    said = ", ".join(f"{f.column} {number(f.mean, 3)}" for f in found[:8])
    rest = f"Above noise: {len(above)} of {count(len(found), 'column')}."
    return f"Importance for {goal}, as loss of {score}: {said}. {rest}"


def _table(found: Sequence[Importance]) -> Table:
    frame = pl.DataFrame(
        {
            "column": [f.column for f in found],
            "importance": [f.mean for f in found],
            "low": [f.low if np.isfinite(f.low) else None for f in found],
            "high": [f.high if np.isfinite(f.high) else None for f in found],
            "noise": [f.noise for f in found],
            "above_noise": [f.mean > f.noise for f in found],
        },
        schema_overrides={"low": pl.Float64, "high": pl.Float64},
    )
    return Table.from_(frame, ids=[f.column for f in found], kinds={n: k for n, k in COLUMNS.items() if k})


def _chart(found: Sequence[Importance], score: str, loss: str) -> alt.LayerChart:
    import altair as alt

    names = short_names([f.column for f in found], 30)
    reach = np.array([v for f in found for v in (0.0, f.mean, f.low, f.high, f.noise) if np.isfinite(v)])
    low, high = widened(float(reach.min()), float(reach.max()), 0.04)
    x = alt.X(
        "v:Q",
        title=f"{loss.lower()} of {score.replace('_', ' ')}",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=alt.Axis(tickCount=6),
    )
    y = alt.Y("t:N", sort=names, title=None, axis=alt.Axis(grid=False, ticks=False, labelLimit=220))
    values = rounded(np.array([f.mean for f in found]))
    columns: dict[str, Any] = {
        "t": names,
        "v": values,
        "k": [f.mean > f.noise for f in found],
        "id": [f.column for f in found],
    }
    tints = alt.condition("datum.k", alt.value(_theme.ACCENT), alt.value(_theme.NEW))
    bars = alt.Chart(data_of(columns)).mark_bar(height=alt.RelativeBandSize(0.66))
    tooltip = [tip("id:N", "column"), tip("v:Q", "importance", format=".4g")]
    sure = [k for k, f in enumerate(found) if np.isfinite(f.low)]
    ends: dict[str, Any] = {
        "t": [names[k] for k in sure],
        "v": rounded(np.array([found[k].low for k in sure])),
        "w": rounded(np.array([found[k].high for k in sure])),
    }
    noise = data_of({"t": names, "v": rounded(np.array([f.noise for f in found]))})
    zero = alt.Chart(data_of({"v": [0]})).mark_rule(color=_theme.LINE, strokeWidth=1)
    layers = [
        bars.encode(x=x, y=y, color=tints, tooltip=tooltip),
        alt.Chart(data_of(ends)).mark_rule(color=_theme.INK, strokeWidth=1.1).encode(x=x, x2="w:Q", y=y),
        alt.Chart(noise).mark_tick(color=_theme.SECOND, thickness=2, size=14, orient="vertical").encode(x=x, y=y),
        zero.encode(x=x),
    ]
    return layered(layers, WIDTH, max(40, ROW * len(found)))
