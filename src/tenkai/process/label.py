"""process.label: a number turned into classes by thresholds."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import count, listing, problem
from tenkai.process._rows import missing
from tenkai.step import Column, Help, Length, Of, Rows, Run, step
from tenkai.values import Fitted, Schema, Table


class Labeler:
    """Turns a number into the name of the interval it lies in.

    Parameters
    ----------
    edges : list of float, ascending
    names : list of str, one more than edges
    into : str
        The column written.
    """

    def __init__(self, edges: list[float], names: list[str], into: str) -> None:
        self.edges = edges
        self.names = names
        self.into = into

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the column of classes."""
        column = frame.to_series()
        values = column.cast(pl.Float64).to_numpy()
        # side="right": a value on an edge belongs to the class above it.
        classes = pl.Series(self.names, dtype=pl.String).gather(np.searchsorted(self.edges, values, side="right"))
        known = pl.Series(~missing(column))
        return pl.select(pl.when(known).then(classes).alias(self.into))


@step("process.label", version=1, title="Classes by thresholds", rows=Rows(same=("table",)))
def label(
    table: Annotated[Table, Help("rows with a number to classify")],
    *,
    column: Annotated[Column, Of("table", ("number",)), Help("the number")],
    edges: Annotated[list[float], Length(1, 100), Help("thresholds, ascending; a value on one counts above it")],
    names: Annotated[list[str] | None, Help("class names from low to high, one more than edges")] = None,
    into: Annotated[str | None, Help("column for the classes; otherwise they replace the number")] = None,
    run: Run,
) -> Table:
    """Turn a number into classes: below the first edge, from there to the next, and so on.

    A value equal to an edge belongs to the class above it (value >= edge). Without `names` the classes say
    their interval.

    Raises
    ------
    TenkaiError
        TK111 when edges do not ascend or names do not fit, TK201 or TK202 for the column.

    Notes
    -----
    A classification near a threshold is a regression seen coarsely: rows close to an edge are as good as on
    the other side. Show the edge in the parity plot of the regression beside it.

    Source
    ------
    numpy.searchsorted.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"dE": [-0.1, 0.0, 0.4]})
    >>> tk.process.label(t, column="dE", edges=[0.0], names=["rocksalt", "zincblende"])["dE"].to_list()
    ['rocksalt', 'zincblende', 'zincblende']
    """
    table.require([column], ("number",), "column")
    target = into or column
    classes = names or interval_names(edges)
    fitted = Fitted.on(
        table,
        Labeler(edges, classes, target),
        step="process.label",
        features=[column],
        outputs=[target],
        learned=None,
        kinds={target: "category"},
    )
    out = fitted.apply(table)
    empty = [name for name in classes if not (out.frame[target] == name).any()]
    if empty:
        run.note(
            "TKW213", f"no row falls in {count(len(empty), 'class', 'classes')} of '{target}': {listing(empty, 6)}."
        )
    return out


def interval_names(edges: list[float]) -> list[str]:
    """Name the intervals between edges.

    >>> interval_names([0.0, 1.5])
    ['< 0', '0 to < 1.5', '≥ 1.5']
    """
    between = [f"{a:.12g} to < {b:.12g}" for a, b in pairwise(edges)]
    return [f"< {edges[0]:.12g}", *between, f"≥ {edges[-1]:.12g}"]


@label.schema
def _schema(
    table: Schema | None, *, column: Column, edges: list[float], names: list[str] | None, into: str | None
) -> Schema | None:
    if table is None:
        return None
    table.require([column], ("number",), "column")
    return table.add({into or column: "category"})


@label.check
def _check(*, column: Column, edges: list[float], names: list[str] | None, into: str | None) -> None:
    if any(a >= b for a, b in pairwise(edges)):
        raise problem(
            "TK111", f"{edges} does not ascend.", allowed="Each edge is above the one before.", setting="edges"
        )
    if names is not None and (len(names) != len(edges) + 1 or len(set(names)) != len(names)):
        raise problem(
            "TK111",
            f"{names} does not fit {count(len(edges), 'edge')}.",
            allowed=f"Give {len(edges) + 1} different names.",
            setting="names",
        )
