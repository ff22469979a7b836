"""Atoms of crystals as rows, linked to the rows of the crystals by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.process._rows import MOST_ROWS, new_rows, too_large
from tenkai.values import Kind, Schema, Table
from tenkai.values.crystals import Crystal

ATOMS: Mapping[str, Kind] = {
    "crystal": "category",
    "atom": "number",
    "element": "category",
    "x": "number",
    "y": "number",
    "z": "number",
}


def atom_table(
    step: str, table: Table, crystals: Sequence[Crystal], keep: Sequence[str], more: pl.DataFrame | None = None
) -> Table:
    """Return one row per atom: `ATOMS`, then columns of the crystals that are repeated, then `more` (one row per atom).

    An atom is the same row as its crystal: what was learned from one atom has seen the crystal.
    """
    lengths = np.array([len(c) for c in crystals], np.int64)
    if lengths.sum() > MOST_ROWS:
        raise too_large("atom", int(lengths.sum()), MOST_ROWS, "Take fewer crystals.")
    at = np.repeat(np.arange(len(crystals)), lengths)
    number = np.arange(len(at)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions = np.concatenate([c.positions for c in crystals])
    ids = table.ids.gather(at)
    columns = {
        "crystal": ids,
        "atom": pl.Series(number),
        "element": pl.Series([s for c in crystals for s in c.symbols], dtype=pl.String),
        **{name: pl.Series(np.ascontiguousarray(positions[:, k])) for k, name in enumerate("xyz")},
    }
    frame = pl.DataFrame({name: column.alias(name) for name, column in columns.items()})
    parts = [frame, *([table.frame.select(keep)[at]] if keep else []), *([more] if more is not None else [])]
    kinds: dict[str, Kind | None] = {**ATOMS, **{n: table.kinds[n] for n in keep}}
    names = ids + "^" + pl.Series(number).cast(pl.String)
    whole = pl.concat(parts, how="horizontal")
    return new_rows(step, table, whole, names, table.identity.take(at), kinds)


def kept_columns(schema: Schema, crystal: str, wanted: Sequence[str]) -> list[str]:
    """Return the columns of the crystals that are repeated for each atom. Raises TK201, TK210 for a name taken."""
    schema.require(wanted, (), "keep")
    taken = [n for n in wanted if n in ATOMS]
    if taken:
        raise problem("TK210", f"a table of atoms has a column '{taken[0]}' of its own.", setting="keep")
    return [str(n) for n in wanted if n != crystal]
