"""process.symmetric_keys: A-B and B-A as one, or as two."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.process._rows import made_unique
from tenkai.step import Column, Help, Length, Of, Run, step
from tenkai.values import Kind, Schema, Table

KINDS: tuple[Kind, ...] = ("text", "category", "number")


@step("process.symmetric_keys", version=1, title="Symmetric keys")
def symmetric_keys(
    table: Annotated[Table, Help("rows whose key names two things in either order")],
    *,
    first: Annotated[list[Column], Length(1), Of("table", KINDS), Help("columns of the one, such as el1, ratio1")],
    second: Annotated[list[Column], Length(1), Of("table", KINDS), Help("of the other, in the same order")],
    keep: Annotated[Literal["one", "both"], Help("one: the smaller name first; both: each row also mirrored")] = "one",
    within: Annotated[
        list[Column] | None, Of("table", KINDS), Help("further columns of the key; rows with equal keys are one")
    ] = None,
    run: Run,
) -> Table:
    """Write pairs whose order means nothing in one order, or in both.

    With one, the pair stands in the order of its names; rows whose keys are then equal become the first of them.
    With both, every row is followed by its mirror, unless the mirror is a row already.

    Raises
    ------
    TenkaiError
        TK210 when `first` and `second` do not match; TK208 where a name is missing; TK201, TK202 for the columns.

    Notes
    -----
    A compound has no first element: a matrix with rows A^B and B^A holds it twice, and whatever is hidden in one
    place stands in the other. Keep one, or keep both and let learn.recommend merge them.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": ["P", "Sn", "In"], "x": [8, 2, 5], "b": ["Sn", "P", "Sb"], "y": [2, 8, 5]})
    >>> tk.process.symmetric_keys(t, first=["a", "x"], second=["b", "y"]).frame.rows()
    [('P', 8, 'Sn', 2), ('In', 5, 'Sb', 5)]
    >>> tk.process.symmetric_keys(t, first=["a", "x"], second=["b", "y"], keep="both").frame["a"].to_list()
    ['P', 'Sn', 'In', 'Sb']
    """
    every = [*first, *second, *(within or [])]
    table.require(every, KINDS)
    table.require_complete(every, "first")
    _check_pairs(first, second, table.schema)
    frame = table.frame
    swapped = frame.with_columns(
        *(pl.col(b).alias(a) for a, b in zip(first, second, strict=True)),
        *(pl.col(a).alias(b) for a, b in zip(first, second, strict=True)),
    )
    keys, mirrors = (list(zip(*(f[c].to_list() for c in every), strict=True)) for f in (frame, swapped))
    if keep == "one":
        turn = np.array([m < k for k, m in zip(keys, mirrors, strict=True)], bool)
        both = pl.concat([frame, swapped])
        chosen = both[np.where(turn, np.arange(len(turn)) + len(turn), np.arange(len(turn)))]
        ordered = [m if t else k for k, m, t in zip(keys, mirrors, turn, strict=True)]
        at = _first(ordered)
        run.note("TKW214", f"{int(turn.sum())} rows were turned round; {len(keys) - len(at)} had an equal key.")
        return table.with_columns(chosen).take(at)
    have = set(keys)
    rows: list[int] = []
    for i, (key, mirror) in enumerate(zip(keys, mirrors, strict=True)):
        rows.append(i)
        if mirror not in have and mirror != key:
            rows.append(i + len(keys))
            have.add(mirror)
    place = np.array(rows, np.int64)
    mirrored = table.take(place % max(len(keys), 1))
    made = mirrored.with_columns(pl.concat([frame, swapped])[place])
    ids, _ = made_unique(mirrored.ids, pl.Series(["mirror"] * len(rows), dtype=pl.String))
    return replace(made, ids=ids)


def _first(keys: list[tuple[object, ...]]) -> list[int]:
    """Return where each key appears first."""
    found: dict[tuple[object, ...], int] = {}
    for i, key in enumerate(keys):
        found.setdefault(key, i)
    return list(found.values())


def _check_pairs(first: list[Column], second: list[Column], schema: Schema) -> None:
    if len(first) != len(second) or set(first) & set(second):
        raise problem(
            "TK210",
            f"'first' names {len(first)} and 'second' {len(second)} columns, which do not make pairs.",
            allowed="As many in both, in the same order, none twice.",
            setting="second",
        )
    for a, b in zip(first, second, strict=True):
        kinds = {schema.columns[a], schema.columns[b]} - {None}
        if ("number" in kinds) and len(kinds) > 1:
            raise problem("TK210", f"'{a}' holds numbers and '{b}' names, or the other way round.", setting="second")


@symmetric_keys.schema
def _schema(
    table: Schema | None, *, first: list[Column], second: list[Column], keep: str, within: list[Column] | None
) -> Schema | None:
    if table is not None:
        table.require([*first, *second, *(within or [])], KINDS)
        _check_pairs(first, second, table)
    return table
