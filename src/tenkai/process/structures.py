"""process.structures: structure texts of a table as crystals."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import count, listing, problem
from tenkai.step import Column, Help, Of, Outputs, Rows, Run, Shape, step
from tenkai.values import Kind, Schema, Table
from tenkai.values.crystal_columns import CRYSTAL, FACTS, facts
from tenkai.values.crystal_files import read_structure
from tenkai.values.crystals import Crystal

TEXTS: tuple[Kind, ...] = ("text", "category", "crystal")


class Read(Outputs):
    """The rows whose text is a structure, and the others."""

    table: Annotated[Table, Shape("n"), Help("rows with their crystal, and what is told of it")]
    rejected: Annotated[Table, Help("rows whose text could not be read, with the reason")]


@step("process.structures", version=1, title="Crystals from texts", rows=Rows(apart=("table", "rejected")))
def structures(
    table: Annotated[Table, Shape("n"), Help("rows with a text of a structure file")],
    *,
    column: Annotated[Column, Of("table", TEXTS), Help("the texts: CIF, POSCAR, extended XYZ or XSF")],
    format: Annotated[  # the word of the field
        Literal["auto", "cif", "poscar", "extxyz", "xsf"], Help("form of the texts; auto: found for each")
    ] = "auto",
    keep: Annotated[bool, Help("keep the column of texts")] = False,
    run: Run,
) -> Read:
    r"""Read the structure texts in a column of a table as crystals.

    New columns: those of `collect.structures` (`crystal`, `formula`, `atoms`, `a` to `gamma`, `volume`, `density`). A
    column of the same name that the table has already is kept as it is, with a note.

    Raises
    ------
    TenkaiError
        TK201, TK202 for the column; TK232 where no text can be read, or the table has a column `crystal` already; TK311
        without ASE.

    Notes
    -----
    Rows without a text, and with one that cannot be read, go to `rejected` with the reason; the run goes on. A text of
    several structures counts as its first. 2 032 CIFs take about 4 s.

    Source
    ------
    As `collect.structures`.

    Example
    -------
    >>> import tenkai as tk
    >>> text = "iron\n2.87\n1 0 0\n0 1 0\n0 0 1\nFe\n2\nDirect\n0 0 0\n.5 .5 .5\n"
    >>> read = tk.process.structures(
    ...     tk.Table.from_({"poscar": [text, "iron"]}, kinds={"poscar": "text"}), column="poscar"
    ... )
    >>> read.table["formula"].to_list(), read.rejected["reason"].to_list()
    (['Fe'], ['it is neither CIF nor POSCAR, extended XYZ or XSF'])
    """
    table.require([column], TEXTS, "column")
    _refuse_taken(table.schema, column, keep)
    crystals: list[Crystal] = []
    reasons: list[str | None] = []
    texts = table.frame[column].to_list()
    for text in run.track(texts, len(texts), "reading structures"):
        try:
            if text is None:
                raise ValueError("there is no text")
            crystals.append(read_structure(str(text), format))
            reasons.append(None)
        except ValueError as error:
            reasons.append(str(error))
    good = np.array([r is None for r in reasons])
    if not good.any():
        why = f": row '{table.ids[0]}': {reasons[0]}" if reasons else ", since there are no rows"
        raise problem("TK232", f"no text in column '{column}' is a structure{why}.", setting="column")
    if not good.all():
        bad = [str(i) for i in table.ids.filter(pl.Series(~good))]
        run.note("TKW230", f"{count(len(bad), 'row')} of {len(good)} could not be read: {listing(bad, 3)}.")
    kept, lost = table.take(good), table.take(~good)
    old = kept.frame if keep else kept.frame.drop(column)
    told = facts(crystals)
    same = [name for name in told if name in old.columns]
    if same:
        run.note(
            "TKW231", f"The table has {listing(same)} already: kept as {'it is' if len(same) == 1 else 'they are'}."
        )
    new = pl.DataFrame({name: values for name, values in told.items() if name not in same})
    kinds = {name: kind for name, kind in FACTS.items() if name not in same}
    made = kept.with_columns(pl.concat([old, new], how="horizontal"), kinds)
    why_not = pl.Series("reason", [r for r in reasons if r is not None], dtype=pl.String)
    return Read(made, lost.with_columns(lost.frame.with_columns(why_not), {"reason": "text"}))


def _refuse_taken(schema: Schema, column: str, keep: bool) -> None:
    if CRYSTAL in schema and (keep or column != CRYSTAL):
        raise problem(
            "TK232", f"the table has a column '{CRYSTAL}' already.", remedy="Leave it out with process.select."
        )


@structures.schema
def _schema(table: Schema | None, *, column: Column, format: str, keep: bool) -> dict[str, Schema] | None:
    if table is None:
        return None
    table.require([column], TEXTS, "column")
    _refuse_taken(table, column, keep)
    old = table if keep else table.drop([column])
    new = {name: kind for name, kind in FACTS.items() if name not in old}
    return {"table": old.add(new), "rejected": table.add({"reason": "text"})}
