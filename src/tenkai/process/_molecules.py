"""What the steps on molecules share: rows that cannot be read are set aside with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tenkai.errors import count, problem
from tenkai.step import Run
from tenkai.values import Kind, Schema, Table
from tenkai.values.apart import Answer
from tenkai.values.molecules import KINDS, molecule_column

REASON = "reason"


@dataclass(frozen=True)
class Sorted:
    """Rows with an answer and rows without, and the answers of the first."""

    table: Table
    rejected: Table
    answers: list[Answer]


def told(run: Run, text: str) -> Callable[[float, float], None]:
    """Return a function that reports progress under a name."""
    return lambda done, total: run.progress(done, total, text)


def set_aside(table: Table, answers: Sequence[Answer], column: str, setting: str, run: Run) -> Sorted:
    """Split the rows by whether there is an answer; the others carry the reason in a column of their own.

    Raises
    ------
    TenkaiError
        TK205 without rows, TK222 where no row has an answer.
    """
    if table.height == 0:
        raise problem("TK205", "the table has no rows.")
    good = np.array([not a.reason for a in answers])
    bad = np.flatnonzero(~good).tolist()
    rejected = table.take(bad)
    reasons = [answers[i].reason for i in bad]
    place = free_name(table.columns, REASON)
    frame = rejected.frame.with_columns(pl.Series(place, reasons, pl.String))
    rejected = rejected.with_columns(frame, {place: "text"})
    if not good.any():
        raise problem(
            "TK222",
            f"no cell of column '{column}' can be read as a molecule; at row '{table.ids[0]}' {_cell(table, column)}: "
            f"{reasons[0]}.",
            allowed="Allowed: SMILES, such as CCO or c1ccccc1.",
            remedy="Choose the column that holds SMILES.",
            setting=setting,
        )
    if len(bad):
        first = f"first '{table.ids[bad[0]]}' {_cell(rejected, column)}: {reasons[0]}"
        run.note("TKW215", f"{count(len(bad), 'row')} of {table.height} set aside as unreadable, {first}.")
    kept = table if good.all() else table.take(np.flatnonzero(good))
    return Sorted(kept, rejected, [a for a in answers if not a.reason])


def free_name(columns: Sequence[str], name: str) -> str:
    """Return the name, with a number where a column has it already."""
    number = 2
    free = name
    while free in columns:
        free, number = f"{name} ({number})", number + 1
    return free


def refuse_taken(columns: Sequence[str], names: Sequence[str]) -> None:
    """Refuse new columns that are there already. Raises TK210."""
    taken = [n for n in names if n in columns]
    if taken:
        fact = f"the table already has a column '{taken[0]}'."
        raise problem("TK210", fact, remedy="Choose another name, or leave that column out first.", setting="name")


def chosen_column(table: Table | Schema, name: str | None, setting: str) -> str:
    """Return the column of molecules of a table or schema. Raises TK220, TK201, TK202."""
    kinds = table.kinds if isinstance(table, Table) else table.columns
    column = molecule_column(kinds, name, setting)
    (table.schema if isinstance(table, Table) else table).require([column], KINDS, setting)
    return column


def with_reason(schema: Schema) -> Schema:
    """Return the schema of the rows set aside."""
    text: Kind = "text"
    return schema.add({free_name(list(schema.columns), REASON): text})


def _cell(table: Table, column: str) -> str:
    value = table.frame[column][0]
    if value is None:
        return "(nothing)"
    text = str(value)
    return f"('{text if len(text) <= 60 else text[:59] + '…'}')"
