"""Crystals in tables: reading a column of them, and what is told of each beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, listing, problem
from tenkai.extras import needed
from tenkai.values.crystals import Crystal
from tenkai.values.extended_xyz import read_crystal
from tenkai.values.kinds import Kind
from tenkai.values.schema import Schema
from tenkai.values.table import Table

CRYSTAL = "crystal"
FACTS: Mapping[str, Kind] = {
    CRYSTAL: "crystal",
    "formula": "text",
    "atoms": "number",
    "a": "number",
    "b": "number",
    "c": "number",
    "alpha": "number",
    "beta": "number",
    "gamma": "number",
    "volume": "number",
    "density": "number",
}
"""The columns of a table of crystals: lengths in ångström, angles in degrees, volume in Å³, density in g/cm³."""

GRAMS_PER_CM3 = 1.66053906660  # of one dalton per Å³ (CODATA 2018)


def facts(crystals: Sequence[Crystal]) -> dict[str, pl.Series]:
    """Return the columns of `FACTS`. Crystals that do not repeat in all directions have no volume and density.

    Raises TK311 without ASE, which knows the masses.
    """
    masses = needed("ase.data", "crystals", "Crystals").atomic_masses
    lengths = np.array([c.lengths for c in crystals]).reshape(-1, 3)
    angles = np.array([c.angles for c in crystals]).reshape(-1, 3)
    volumes = [c.volume if all(c.periodic) else None for c in crystals]
    grams = [GRAMS_PER_CM3 * float(masses[c.numbers].sum()) for c in crystals]
    return {
        CRYSTAL: pl.Series([c.text() for c in crystals], dtype=pl.String),
        "formula": pl.Series([c.formula for c in crystals], dtype=pl.String),
        "atoms": pl.Series([len(c) for c in crystals], dtype=pl.Int64),
        **{name: pl.Series(lengths[:, k]) for k, name in enumerate("abc")},
        **{name: pl.Series(angles[:, k]) for k, name in enumerate(("alpha", "beta", "gamma"))},
        "volume": pl.Series(volumes, dtype=pl.Float64),
        "density": pl.Series([g / v if v else None for g, v in zip(grams, volumes, strict=True)], dtype=pl.Float64),
    }


def crystal_column(schema: Schema, column: str | None, setting: str = CRYSTAL) -> str:
    """Return the column of crystals: the one named, or the only one.

    Raises
    ------
    TenkaiError
        TK201, TK202 for a named column; TK230 where there is none, or several.
    """
    if column is not None:
        schema.require([column], ("crystal",), setting)
        return str(column)
    found = [n for n, kind in schema.columns.items() if kind == "crystal"]
    if len(found) == 1:
        return found[0]
    if found:
        raise problem(
            "TK230",
            "the table has several columns of crystals.",
            allowed=f"Choose one: {listing(found)}.",
            setting=setting,
        )
    raise problem(
        "TK230",
        "the table has no column of crystals.",
        allowed=f"It has {listing(schema.columns)}.",
        remedy="Read crystals with collect.structures, or from texts of a table with process.structures.",
        setting=setting,
    )


def crystals_of(table: Table, column: str, setting: str = CRYSTAL) -> Iterator[Crystal]:
    """Give the crystals of a column, row by row.

    Raises
    ------
    TenkaiError
        TK208 where one is missing, TK231 for a text that is no crystal, with its row.
    """
    table.require_complete([column], setting)
    for text, row in zip(table.frame[column], table.ids, strict=True):
        try:
            yield read_crystal(text)
        except ValueError as error:
            raise _unreadable(column, str(row), error, setting) from None


def _unreadable(column: str, row: str, reason: ValueError, setting: str) -> TenkaiError:
    return problem(
        "TK231",
        f"the text in column '{column}' at row '{row}' is no crystal: {reason}.",
        allowed="Allowed: extended XYZ of one frame.",
        remedy="Read other forms (CIF, POSCAR) with process.structures.",
        setting=setting,
    )
