"""Descriptors of crystals as columns: one row per crystal, or one per atom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.process._atoms import ATOMS, atom_table, kept_columns
from tenkai.process._rows import MOST_COLUMNS, no_rows, too_large
from tenkai.values import Kind, Schema, Table
from tenkai.values.crystal_columns import crystal_column, crystals_of
from tenkai.values.crystals import Crystal
from tenkai.values.matrix import array_column

Per = Literal["crystal", "atom"]


def described_crystals(table: Table, crystal: str | None) -> tuple[str, list[Crystal]]:
    """Return the column of crystals and what it holds. Raises TK205 without rows, TK230, TK231, TK208."""
    name = crystal_column(table.schema, crystal)
    if not table.height:
        raise no_rows("the table has no crystals.")
    return name, list(crystals_of(table, name))


def described(
    step: str,
    table: Table,
    column: str,
    crystals: Sequence[Crystal],
    values: NDArray[np.float64],
    names: Sequence[str] | str,
    per: Per,
    keep: Sequence[str] | None,
) -> Table:
    """Return the table with descriptors: `values` has one row per crystal or atom; one name makes a vector of them."""
    if isinstance(names, str):
        new = pl.DataFrame([array_column(names, values)])
        kinds: dict[str, Kind] = {names: "vector"}
    else:
        if len(names) > MOST_COLUMNS:
            raise too_large("column", len(names), MOST_COLUMNS, "Take them as a vector (output: vector).")
        new = pl.DataFrame({n: np.ascontiguousarray(values[:, k]) for k, n in enumerate(names)})
        kinds = dict.fromkeys(names, "number")
    if per == "atom":
        kept = kept_columns(table.schema, column, keep or [])
        refuse_taken([*ATOMS, *kept], new.columns)
        return atom_table(step, table, crystals, kept, new)
    refuse_taken(table.columns, new.columns)
    return table.with_columns(pl.concat([table.frame, new], how="horizontal"), kinds)


def described_schema(
    table: Schema | None, crystal: str | None, names: Mapping[str, Kind], per: Per, keep: Sequence[str] | None
) -> Schema | None:
    """Return the schema of `described`."""
    if table is None:
        return None
    column = crystal_column(table, crystal)
    if per == "crystal":
        refuse_taken(table.names, list(names))
        return table.add(names)
    kept = kept_columns(table, column, keep or [])
    return Schema({**ATOMS, **{n: table.columns[n] for n in kept}, **names})


def refuse_taken(old: Sequence[str], new: Sequence[str]) -> None:
    """Raise TK210 when a column has the name of a descriptor."""
    taken = [n for n in new if n in old]
    if taken:
        raise problem(
            "TK210",
            f"the table already has a column '{taken[0]}'"
            + (f" ({count(len(taken), 'column')} in all)." if len(taken) > 1 else "."),
            remedy="Leave it out with process.select first.",
        )
