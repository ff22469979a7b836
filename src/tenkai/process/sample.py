"""process.sample: some rows, drawn at random."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.errors import count, problem
from tenkai.process._draw import classes_of, shares
from tenkai.process._rows import no_rows
from tenkai.step import Column, Help, Of, Range, Seed, SweepHint, step
from tenkai.values import Schema, Table


@step("process.sample", version=1, title="Random sample of rows")
def sample(
    table: Annotated[Table, Help("rows to draw from")],
    *,
    rows: Annotated[int | None, Range(1, "n"), SweepHint(100, 10_000, 10, log=True), Help("how many rows")] = None,
    fraction: Annotated[float | None, Range(0, 1, open_low=True), Help("or which share of the rows")] = None,
    stratify: Annotated[
        Column | None, Of("table", ("category", "text", "number")), Help("keep the shares of these classes")
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("another seed draws other rows")] = 0,
) -> Table:
    """Draw rows at random, each at most once; they stay in their order.

    The same seed draws the same rows, and without classes a larger sample contains the smaller one: a
    learning curve over `rows` grows row by row.

    Raises
    ------
    TenkaiError
        TK111 when more rows are asked for than there are, TK211 when a class would get none, TK208 when the
        class of a row is missing.

    Notes
    -----
    One seed is one case: sweep the seed before you trust a difference.

    Source
    ------
    numpy.random.Generator.permutation.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": range(100)})
    >>> len(tk.process.sample(t, rows=10, seed=1))
    10
    """
    n = table.height
    if n == 0:
        raise no_rows("the table has no rows to draw from.")
    wanted = rows if rows is not None else max(1, round(float(fraction or 0) * n))
    if wanted > n:
        raise problem("TK111", f"{wanted} is not allowed.", allowed=f"The table has {count(n, 'row')}.", setting="rows")
    generator = np.random.default_rng(seed)
    if stratify is None:
        return table.take(np.sort(generator.permutation(n)[:wanted]))
    names, code = classes_of(table, stratify)
    if wanted < len(names):
        raise problem(
            "TK211",
            f"{count(wanted, 'row')} cannot hold {len(names)} classes of '{stratify}'.",
            remedy="Draw more rows, or draw without classes.",
            setting="stratify",
        )
    sizes = np.bincount(code, minlength=len(names))
    parts = [generator.permutation(np.flatnonzero(code == i))[:size] for i, size in enumerate(shares(sizes, wanted))]
    return table.take(np.sort(np.concatenate(parts)))


@sample.schema
def _schema(
    table: Schema | None, *, rows: int | None, fraction: float | None, stratify: Column | None, seed: int
) -> Schema | None:
    if table is not None and stratify is not None:
        table.require([stratify], ("category", "text", "number"), "stratify")
    return table


@sample.check
def _check(*, rows: int | None, fraction: float | None, stratify: Column | None, seed: int) -> None:
    if (rows is None) == (fraction is None):
        given = "neither 'rows' nor 'fraction' is" if rows is None else "both 'rows' and 'fraction' are"
        raise problem("TK111", f"{given} given.", allowed="Give one of them.", setting="rows")
