"""process.unfold: a tensor as a table, with any of its axes as rows."""

from __future__ import annotations

from math import prod
from typing import Annotated, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.process._preparation import marked
from tenkai.process._rows import MOST_COLUMNS, too_large
from tenkai.step import Help, Length, Rows, step
from tenkai.values import Identity, Table, Tensor
from tenkai.values.hashing import digest_json


@step("process.unfold", version=1, title="Tensor as a table", rows=Rows(same=("table",)))
def unfold(
    tensor: Annotated[Tensor, Help("numbers along two or more axes")],
    *,
    rows: Annotated[list[str], Length(1), Help("axes whose labels name the rows; the others name the columns")],
    columns: Annotated[list[str] | None, Length(1), Help("the other axes, in another order")] = None,
    empty: Annotated[
        Literal["drop", "keep"], Help("drop: leave out rows and columns in which no row of the data stands")
    ] = "drop",
    order: Annotated[Literal["sorted", "axes"], Help("sorted: by name; axes: as the labels stand")] = "sorted",
    separator: Annotated[str, Help("what joins the labels of a name")] = "^",
) -> Table:
    """Lay a tensor out as a table: some axes name the rows, the others the columns.

    The same tensor gives any matrix: pairs by prototypes, elements by everything else. What `process.tensor` and
    `process.unfold` make of a table is what `process.existence` makes of it.

    Raises
    ------
    TenkaiError
        TK218 for an axis that is not there, stands on both sides or is left over, and when none is left for the
        columns; TK207 when two rows or columns get the same name; TK212 for too many columns.

    Notes
    -----
    A row carries the identity of the rows of data whose cells it holds. A tensor of low rank has the rows that
    its data have, so that both tables can be laid side by side.

    Source
    ------
    T. Kolda, B. Bader, SIAM Rev. 51, 455 (2009), section 2.4 (matricization).

    Example
    -------
    >>> import tenkai as tk
    >>> x = tk.Tensor.from_([[[1, 2], [3, 4]]], {"a": ["In"], "b": ["P", "Sb"], "group": ["F-43m", "Pmmn"]})
    >>> m = tk.process.unfold(x, rows=["a", "b"])
    >>> m.ids.to_list(), m.columns, m.frame.rows()
    (['In^P', 'In^Sb'], ['F-43m', 'Pmmn'], [(1, 2), (3, 4)])
    """
    sides = _sides(tensor, rows, columns)
    lengths = [prod(tensor.shape[a] for a in side) for side in sides]
    values = tensor.values.transpose([*sides[0], *sides[1]]).reshape(lengths)
    places = np.unravel_index(tensor.cells, tensor.shape)
    at = [np.ravel_multi_index([places[a] for a in side], [tensor.shape[a] for a in side]) for side in sides]
    names: list[list[str]] = []
    kept: list[NDArray[np.int64]] = []
    for side, length, used in zip(sides, lengths, at, strict=True):
        some = np.unique(used) if empty == "drop" else np.arange(length)
        if names and len(some) > MOST_COLUMNS:
            raise too_large("column", len(some), MOST_COLUMNS, "Take more axes as rows.")
        called = _names(tensor, side, some, separator)
        if len(set(called)) < len(called):
            twice = next(n for n in called if called.count(n) > 1)
            fact = f"two {'columns' if names else 'rows'} would be called '{twice}'."
            raise problem("TK207", fact, remedy="Choose another separator.", setting="separator")
        if order == "sorted":
            by = np.argsort(np.array(called, dtype=object), kind="stable")
            some, called = some[by], [called[i] for i in by]
        names.append(called)
        kept.append(some)
    cells = values[np.ix_(kept[0], kept[1])]
    if np.isfinite(cells).all() and np.abs(cells).max(initial=0) < 2**53 and (cells == np.round(cells)).all():
        cells = cells.astype(np.int64)
    place = np.full(lengths[0], -1, np.int64)
    place[kept[0]] = np.arange(len(kept[0]))
    frame = pl.DataFrame({name: cells[:, j] for j, name in enumerate(names[1])}).fill_nan(None)
    return Table(
        frame,
        pl.Series("row id", names[0], dtype=pl.String),
        dict.fromkeys(frame.columns, "number"),
        _identity(tensor, place[at[0]], names[0]),
        tensor.influences,
        marked("process.unfold", frame.columns, [i.digest for i in tensor.every_influence]),
        tensor.notes,
    )


def _identity(tensor: Tensor, row: NDArray[np.int64], names: list[str]) -> Identity:
    """Return the rows of data in every row; one in which no data stand is an observation of its own: nothing."""
    bare = np.setdiff1d(np.arange(len(names)), row)
    if not len(bare):
        return tensor.identity.gathered(row, np.arange(len(row)), len(names))
    source = digest_json(["process.unfold", tensor.axes, [names[i] for i in bare]])
    every = Identity.concat([tensor.identity, Identity.fresh(source, len(bare))])
    return every.gathered(np.concatenate([row, bare]), np.arange(len(row) + len(bare)), len(names))


def _sides(tensor: Tensor, rows: list[str], columns: list[str] | None) -> tuple[list[int], list[int]]:
    """Return the numbers of the axes on each side."""
    others = [a for a in tensor.axes if a not in rows] if columns is None else columns
    for setting, side in (("rows", rows), ("columns", others)):
        for name in side:
            if name not in tensor.axes:
                raise problem(
                    "TK218",
                    f"there is no axis '{name}'.",
                    allowed=f"Axes: {listing(tensor.axes)}.",
                    remedy=nearest(name, tensor.axes),
                    setting=setting,
                )
    used = [*rows, *others]
    twice = next((n for n in used if used.count(n) > 1), None)
    left = [a for a in tensor.axes if a not in used]
    if twice is not None or left or not others:
        fact = (
            f"axis '{twice}' stands twice." if twice is not None
            else f"axis '{left[0]}' stands on no side." if left else "no axis is left for the columns."
        )  # fmt: skip
        allowed = f"Each of {listing(tensor.axes)} once, one or more on either side."
        raise problem("TK218", fact, allowed=allowed, setting="rows" if columns is None else "columns")
    return [tensor.axes.index(n) for n in rows], [tensor.axes.index(n) for n in others]


def _names(tensor: Tensor, side: list[int], some: NDArray[np.int64], separator: str) -> list[str]:
    """Join the labels of some places along several axes."""
    places = np.unravel_index(some, [tensor.shape[a] for a in side])
    texts = [[tensor.labels[a][i] for i in where] for a, where in zip(side, places, strict=True)]
    return [separator.join(parts) for parts in zip(*texts, strict=True)]
