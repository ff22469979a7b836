"""process.filter: the rows a condition holds for, and beside them the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Place, TenkaiError, count, listing, nearest, problem
from tenkai.process._formula import Name, Node, Operation, names_in, parse
from tenkai.process._formula_text import wrong
from tenkai.process._formula_types import Types, type_of, types_of
from tenkai.process._formula_values import Evaluation
from tenkai.process._rows import missing as missing_cells
from tenkai.process._rows import no_rows, plain_numbers
from tenkai.step import Help, Outputs, Rows, Run, step
from tenkai.values import Columns, Schema, Table

Mask = NDArray[np.bool_]

# Names are compared with the nearest only among so many: it takes a moment each.
MOST_COMPARED = 5000

FEW = 0.1  # share of the rows


class Filtered(Outputs):
    """The rows kept, and the rows set aside."""

    table: Annotated[Table, Help("the rows that pass")]
    dropped: Annotated[Table, Help("the others: unusual, not wrong")]


@step("process.filter", version=1, title="Filter rows", rows=Rows(apart=("table", "dropped")))
def filter(
    table: Annotated[Table, Help("rows to choose from")],
    *,
    where: Annotated[str | None, Help("condition, such as: target < 30 and `band gap` is not missing")] = None,
    rows: Annotated[list[str] | None, Help("row ids to keep")] = None,
    missing: Annotated[Columns | None, Help("set rows aside that miss a cell in these columns")] = None,
    run: Run,
) -> Filtered:
    """Keep the rows a condition holds for; the others stay reachable on the port `dropped`.

    Several of `where`, `rows` and `missing` may be given: a row passes when it passes all of them.

    Raises
    ------
    TenkaiError
        TK205 when no row passes; TK209 for a mistake in the condition, with its place; TK201 for a column
        that is not there, TK214 for a row id.

    Notes
    -----
    The condition is written as in `process.formula`: ``< <= > >= == !=``, ``1 < x < 5``, ``and or not``,
    ``phase in ('fcc', 'bcc')``, ``is missing``, arithmetic and functions. ``row_number`` (from 1) and ``row_id``
    stand for the row itself; a column of that name is written in backticks. Where a missing cell leaves the
    condition open the row is set aside, and a warning counts such rows. A row far from the others is unusual,
    not wrong: look at `dropped` before you forget it.

    Source
    ------
    Own condition parser (see `process.formula`); polars for the rows.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"target": [12.0, 137.0, 26.4]})
    >>> parts = tk.process.filter(t, where="target < 30")
    >>> parts.table["target"].to_list(), parts.dropped.ids.to_list()
    ([12.0, 26.4], ['Row1'])
    """
    passes = np.ones(table.height, bool)
    if where is not None:
        passes &= _holds(table, where, run)
    if rows is not None:
        passes &= _named(table, rows)
    if missing is not None:
        for name in table.choose(missing, "missing"):
            passes &= ~missing_cells(table.frame[name])
    told = _told(where, rows, missing)
    if not passes.any():
        raise no_rows(f"none of {count(table.height, 'row')} passes ({told}).", _range_of(table, where))
    aside = int((~passes).sum())
    if aside:
        be = "was" if aside == 1 else "were"
        # A few rows set aside are outliers to somebody; most of the rows set aside are a choice.
        unusual = ": perhaps unusual, not wrong" if aside <= FEW * table.height else ""
        run.note(
            "TKW205",
            f"{count(aside, 'row')} of {table.height} {be} set aside ({told}){unusual}; see the output 'dropped'.",
        )
    return Filtered(table.take(passes), table.take(~passes))


def _holds(table: Table, where: str, run: Run) -> Mask:
    node = _condition(where, types_of(table))
    number, name = _row_names(table.columns)
    positions = pl.int_range(1, table.height + 1, dtype=pl.Int64, eager=True)
    columns = {**table.frame.to_dict(), number: positions, name: table.ids}
    answer = Evaluation(columns, table.height).value(node)
    undecided = answer.is_null()
    if undecided.any():
        run.note(
            "TKW206",
            f"'{where}' stays open for {count(int(undecided.sum()), 'row')} with a missing value, first "
            f"'{table.ids[int(undecided.arg_max() or 0)]}': set aside.",
        )
    return np.asarray(answer.fill_null(False).to_numpy(), bool)


def _condition(where: str, types: Types | None) -> Node:
    """Read and check a condition; `types` is None where the table is not known. Raises TK209, TK201."""
    try:
        node = parse(where, types or ())
        if types is None:
            return node
        number, name = _row_names(types)
        node = _row_words(node, {"row_number": number, "row_id": name})
        result = type_of(node, where, {**types, number: "number", name: "text"})
        if result not in ("truth", None):
            told = "numbers" if result == "number" else f"{result}s"
            raise wrong(where, 0, f"this gives {told}, not a condition.", remedy="Compare it: target < 30.")
        return node
    except TenkaiError as error:
        raise error.at(Place(setting="where")) from None


def _row_names(columns: Collection[str]) -> list[str]:
    """Return under which names row number and row id stand beside the columns."""
    return [word if word not in columns else f"{word} of the row" for word in ("row_number", "row_id")]


def _row_words(node: Node, words: Mapping[str, str]) -> Node:
    if isinstance(node, Name) and not node.quoted:
        return replace(node, name=words.get(node.name, node.name))
    if isinstance(node, Operation):
        return replace(node, arguments=tuple(_row_words(a, words) for a in node.arguments))
    return node


def _named(table: Table, rows: list[str]) -> Mask:
    known = table.ids.is_in(rows)
    unknown = sorted(set(rows) - set(table.ids.filter(known)))
    if unknown:
        told = f"there is no row '{unknown[0]}'."
        if len(unknown) > 1:
            told = f"{len(unknown)} rows are not there: {listing(unknown, 6)}."
        raise problem(
            "TK214",
            told,
            allowed=f"Row ids: {listing(table.ids.to_list(), 6)}.",
            remedy=nearest(unknown[0], table.ids.to_list()[:MOST_COMPARED]),
            setting="rows",
        )
    return np.asarray(known.to_numpy(), bool)


def _told(where: str | None, rows: list[str] | None, missing: Columns | None) -> str:
    told = [where] if where is not None else []
    if rows is not None:
        told.append(f"{count(len(rows), 'row id')} given")
    if missing is not None:
        told.append("no cell missing")
    return "; ".join(told)


def _range_of(table: Table, where: str | None) -> str:
    """Say which values the columns of a condition have, when no row passes."""
    said: list[str] = []
    for name in {n.name: None for n in names_in(parse(where or "true"))}:
        if name not in table.columns:
            continue
        column = plain_numbers(table.frame[name]).drop_nulls()
        if column.dtype.is_numeric() and len(column):
            values = column.to_numpy()
            said.append(f"'{name}' goes from {values.min():g} to {values.max():g}.")
        elif table.kinds.get(name) == "category":
            said.append(f"'{name}' is {listing(column.unique(maintain_order=True).cast(pl.String).to_list(), 6)}.")
    return " ".join(said)


@filter.schema
def _schema(
    table: Schema | None, *, where: str | None, rows: list[str] | None, missing: Columns | None
) -> dict[str, Schema | None]:
    if where is not None:
        _condition(where, types_of(table) if table is not None else None)
    if missing is not None and table is not None:
        missing.resolve(table.columns, "missing")
    return {"table": table, "dropped": table}


@filter.check
def _check(*, where: str | None, rows: list[str] | None, missing: Columns | None) -> None:
    if where is None and rows is None and missing is None:
        raise problem("TK107", "there is nothing to filter by.", allowed="Give 'where', 'rows' or 'missing'.")
