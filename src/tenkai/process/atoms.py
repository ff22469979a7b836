"""process.atoms: one row per atom of crystals."""

from __future__ import annotations

from typing import Annotated

from tenkai.process._atoms import ATOMS, atom_table, kept_columns
from tenkai.process._rows import no_rows
from tenkai.step import Column, Help, Of, Shape, step
from tenkai.values import Schema, Table
from tenkai.values.crystal_columns import crystal_column, crystals_of


@step("process.atoms", version=1, title="Atoms of crystals")
def atoms(
    table: Annotated[Table, Shape("n"), Help("rows with crystals")],
    *,
    crystal: Annotated[Column | None, Of("table", ("crystal",)), Help("default: the only column of crystals")] = None,
    keep: Annotated[list[Column] | None, Of("table"), Help("columns of the crystal to repeat for its atoms")] = None,
) -> Table:
    """Make one row of each atom of the crystals.

    Columns: `crystal`, the row id of the crystal; `atom`, its number in the cell from 0; `element`; `x`, `y`, `z` in
    ångström. The new row id is that of the crystal and the number, joined with ``^``: ``Fe-bcc^0``.

    Raises
    ------
    TenkaiError
        TK230 where there is no column of crystals, TK231 for a text that is no crystal, TK208 where one is missing;
        TK201 for columns to keep, TK210 where such a name is taken; TK205 without rows.

    Notes
    -----
    The way back is `process.group` by `crystal` (mean, min, max, std ... of what the atoms have), and `process.join`
    of the groups with the crystals by row id. For the leak lens an atom is its crystal: a model fitted on one atom
    has seen all of them.

    Source
    ------
    The tables of atoms in the tutorials of nim-hrkn (``Carbon8_descriptor``), whose row ids are made in this way.

    Example
    -------
    >>> import tenkai as tk
    >>> iron = tk.collect.generate.crystals(polytypes=["bcc"], elements=["Fe"], a=2.87)
    >>> atoms = tk.process.atoms(iron, keep=["polytype"])
    >>> atoms.ids.to_list(), atoms["z"].to_list(), atoms["polytype"].to_list()
    (['Fe-bcc^0', 'Fe-bcc^1'], [0.0, 1.435], ['bcc', 'bcc'])
    """
    name = crystal_column(table.schema, crystal)
    wanted = kept_columns(table.schema, name, keep or [])
    if not table.height:
        raise no_rows("the table has no crystals.")
    return atom_table("process.atoms", table, list(crystals_of(table, name)), wanted)


@atoms.schema
def _schema(table: Schema | None, *, crystal: Column | None, keep: list[Column] | None) -> Schema | None:
    if table is None:
        return None
    wanted = kept_columns(table, crystal_column(table, crystal), keep or [])
    return Schema({**ATOMS, **{n: table.columns[n] for n in wanted}})
