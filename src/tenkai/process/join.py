"""process.join: rows of two tables side by side."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import count, listing, problem
from tenkai.process._pairs import How, Positions, index, pairs, strangers
from tenkai.process._preparation import combined
from tenkai.process._rows import made_unique, no_rows
from tenkai.step import Column, Help, Length, Of, Run, step
from tenkai.values import Identity, Kind, Schema, Table
from tenkai.values.lineage import united


@step("process.join", version=1, title="Join two tables")
def join(
    left: Annotated[Table, Help("rows that give the order")],
    right: Annotated[Table, Help("rows to put beside them")],
    *,
    on: Annotated[
        list[Column] | None,
        Length(1),
        Of("left", ("number", "category", "text")),
        Help("columns equal in both; otherwise the row ids"),
    ] = None,
    how: Annotated[How, Help("left: all left rows; inner: those with a partner; cross: every pair")] = "left",
    suffix: Annotated[str, Help("added to right columns whose name is taken")] = "_right",
    lookup: Annotated[bool, Help("the right table only adds properties: rows stay those of the left")] = False,
    run: Run,
) -> Table:
    """Put the rows of two tables side by side where columns, or the row ids, are equal.

    Rows come in the order of the left table, partners of one row in the order of the right. Where a row has
    several partners (and in a cross join) the row id is that of both, joined with ``^``.

    Raises
    ------
    TenkaiError
        TK201 or TK202 for the columns, TK205 when no row finds a partner (inner), TK207 when a `lookup` finds
        several partners for a row, TK210 when names are taken, TK212 when the result is too large.

    Notes
    -----
    A joined row counts as both its rows: a score will say "seen" of a test row whose partner was in the
    training part, which is right for measurements of one sample. Where the right table only adds known
    properties (element values to compounds), set `lookup`: rows then stay the rows of the left table. A
    missing cell equals nothing.

    Source
    ------
    polars, DataFrame.join.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"element": ["Al", "Si", "Al"]})
    >>> elements = tk.Table.from_({"element": ["Al", "Si"], "Z": [13, 14]})
    >>> tk.process.join(t, elements, on=["element"], lookup=True)["Z"].to_list()
    [13, 14, 13]
    """
    at, partner = pairs(left, right, on, how)
    found = partner >= 0
    if not len(at):
        raise no_rows(strangers(left, right, on))
    if how == "left" and not found.all():
        first = left.ids[int(at[np.argmin(found)])]
        run.note("TKW208", f"{count(int((~found).sum()), 'row')} of {left.height} found no partner, first '{first}'.")
    names = _names(left.schema, right.schema, on, how, suffix)
    rows = left.take(at)
    beside = index(partner)
    gathered = [right.frame[old].gather(beside).alias(new) for old, new in names.items()]
    kinds: dict[str, Kind] = {**left.kinds, **{new: right.kinds[old] for old, new in names.items()}}
    repeated = len(np.unique(at)) < len(at)
    if lookup and repeated:
        raise _several_partners(left, at, on)
    ids, identity = rows.ids, rows.identity
    if repeated:
        theirs = right.ids.gather(beside)
        both = pl.select(pl.when(theirs.is_null()).then(ids).otherwise(ids + "^" + theirs)).to_series()
        ids, _ = made_unique(both.alias(rows.ids.name), pl.Series(partner))
    if not lookup:
        partners = right.identity.gathered(np.flatnonzero(found), partner[found], len(at))
        identity = Identity.merged(rows.identity, partners)
        _tell_shared(partner[found], run)
    origins = {name: [(left, name)] for name in left.columns}
    origins |= {new: [(right, old)] for old, new in names.items()}
    return Table(
        rows.frame.hstack(gathered),
        ids,
        kinds,
        identity,
        united(left.influences, right.influences),
        combined("process.join", origins),
    )


def _names(left: Schema, right: Schema, on: list[Column] | None, how: How, suffix: str) -> dict[str, str]:
    """Return the right columns that come along, with their new names."""
    keys = [] if on is None or how == "cross" else on
    names = {old: old + suffix if old in left else old for old in right.names if old not in keys}
    taken = [new for old, new in names.items() if new in left or (new != old and new in names)]
    if taken:
        raise problem(
            "TK210",
            f"the name '{taken[0]}' is taken.",
            remedy="Choose another suffix, or select columns first.",
            setting="suffix",
        )
    return names


def _tell_shared(partner: Positions, run: Run) -> None:
    uses = np.bincount(partner)
    shared = int((uses > 1).sum())
    if shared:
        run.note(
            "TKW209",
            f"{count(shared, 'row')} of the right table serve several rows: such rows count as seen together. Set "
            "'lookup' if the right table only adds properties.",
        )


def _several_partners(left: Table, at: Positions, on: list[Column] | None) -> Exception:
    twice = at[1:][at[1:] == at[:-1]][0]
    where = f"with {listing(on)} equal" if on else "with this row id"
    return problem(
        "TK207",
        f"row '{left.ids[int(twice)]}' has several partners {where}.",
        allowed="With 'lookup' every row has one partner at most.",
        remedy="Group the right table first, or leave 'lookup' out.",
        setting="lookup",
    )


@join.schema
def _schema(
    left: Schema | None, right: Schema | None, *, on: list[Column] | None, how: How, suffix: str, lookup: bool
) -> Schema | None:
    for schema in (left, right):
        if schema is not None:
            schema.require(on or [], ("number", "category", "text"), "on")
    if left is None or right is None:
        return None
    names = _names(left, right, on, how, suffix)
    return left.add({new: right.columns[old] for old, new in names.items()})


@join.check
def _check(*, on: list[Column] | None, how: How, suffix: str, lookup: bool) -> None:
    if how == "cross" and (on is not None or lookup):
        wrong = "on" if on is not None else "lookup"
        raise problem(
            "TK111", f"'{wrong}' is given for a cross join, which pairs every row with every row.", setting=wrong
        )
