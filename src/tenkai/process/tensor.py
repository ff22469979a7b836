"""process.tensor: a table of keys as an array of several axes."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.process._folded import KEY_KINDS, Order, folded_key
from tenkai.process._rows import missing, no_rows
from tenkai.step import Column, Help, Length, Of, step
from tenkai.values import Schema, Table, Tensor
from tenkai.values.tensor import require_axes, require_size

Axes = Annotated[
    list[Column | Annotated[list[Column], Length(1)]],
    Length(2, 12),
    Of("table", KEY_KINDS),
    Help("parts of the key, one axis each; a list of parts is one axis, their values joined"),
]


@step("process.tensor", version=1, title="Tensor of keys")
def tensor(
    table: Annotated[Table, Help("one row per thing that exists or was measured, its key in several columns")],
    *,
    axes: Axes,
    cells: Annotated[
        Literal["exists", "count", "mean"], Help("exists: 0 or 1; count: rows with this key; mean: of a value")
    ] = "exists",
    value: Annotated[
        Column | None, Of("table", ("number",)), Help("column whose mean stands in the cells; none, no value: missing")
    ] = None,
    order: Annotated[Order, Help("of the labels on every axis")] = "sorted",
    separator: Annotated[str, Help("what joins the parts of a label, and of the name of an axis")] = "^",
) -> Tensor:
    """Fold keys of several parts into an array with one axis per part, or per group of parts.

    A cell is 1 where the table has such a key, and 0 where it has none, which means "absent or never looked at".
    Parts left out are summed over. With mean, a cell without a row is missing, not 0.

    Raises
    ------
    TenkaiError
        TK216 when a column stands on two axes, or mean comes without a value (or a value without mean); TK217 for
        a tensor that would not fit, which it says before it takes memory; TK205 without rows; TK208 where a part
        is missing; TK201, TK202 for the columns.

    Notes
    -----
    The axes decide what a decomposition can share. Element by element by prototype shares what an element does
    with any partner; pairs by prototypes (`process.existence`, or two parts in one axis) only what a pair does.
    `process.unfold` lays a tensor out as a table, with any axes as rows.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": ["In", "In"], "b": ["P", "Sb"], "x": [5, 5], "y": [5, 5], "group": ["F-43m", "Pmmn"]})
    >>> tk.process.tensor(t, axes=["a", "b", ["x", "y", "group"]])
    Tensor(axes=a 1 x b 2 x x^y^group 2, cells=4)
    >>> tk.process.tensor(t, axes=["b", "group"]).values.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    groups = _groups(axes)
    every = [c for parts in groups for c in parts]
    table.require(every, KEY_KINDS)
    table.require_complete(every, "axes")
    names = [separator.join(parts) for parts in groups]
    kept = table
    if value is not None:
        table.require([value], ("number",))
        kept = table.take(~missing(table.frame[value]))
    if kept.height == 0:
        raise no_rows("the table has no rows to fold." if table.height == 0 else f"no row has a value of '{value}'.")
    folded = [folded_key(table, parts, order, separator) for parts in groups]
    labels = [tuple(of) for of, _ in folded]
    require_axes(names, labels)
    shape = tuple(len(of) for of in labels)
    require_size(shape)
    at = np.ravel_multi_index([places for _, places in folded], shape).astype(np.int64)
    if value is not None:
        at = at[~missing(table.frame[value])]
    counts = np.bincount(at, minlength=int(np.prod(shape)))
    if value is not None:
        sums = np.bincount(at, kept.matrix([value])[:, 0], minlength=len(counts))
        filled = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    else:
        filled = (np.minimum(counts, 1) if cells == "exists" else counts).astype(np.float64)
    return Tensor(filled.reshape(shape), tuple(names), tuple(labels), kept.identity, at, table.influences, table.notes)


def _groups(axes: list[Column | list[Column]]) -> list[list[str]]:
    return [[str(a)] if isinstance(a, str) else [str(c) for c in a] for a in axes]


@tensor.check
def _check(*, axes: list[Column | list[Column]], cells: str, value: Column | None, **_: object) -> None:
    every = [c for parts in _groups(axes) for c in parts]
    twice = next((c for c in every if every.count(c) > 1), None)
    if twice is not None:
        fact = f"'{twice}' stands on two axes, or twice on one."
        raise problem("TK216", fact, remedy="Name every column once.", setting="axes")
    if (cells == "mean") != (value is not None):
        fact = (
            "the mean of which column is not said." if value is None else f"'value' is given, and 'cells' is {cells}."
        )
        raise problem("TK216", fact, remedy="Give cells: mean and value: a column of numbers.", setting="value")


@tensor.schema
def _schema(table: Schema | None, *, axes: list[Column | list[Column]], **_: object) -> Schema | None:
    if table is not None:
        table.require([c for parts in _groups(axes) for c in parts], KEY_KINDS)
    return None
