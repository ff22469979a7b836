"""process.composition: formulas as elements and whole ratios."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import polars as pl

from tenkai.errors import TenkaiError, problem
from tenkai.process._composition import read_formula, whole_ratios
from tenkai.step import Column, Help, Of, Range, Rows, step
from tenkai.values import Kind, Schema, Table

TEXTS: tuple[Kind, ...] = ("text", "category")


@step("process.composition", version=1, title="Elements and ratios", rows=Rows(same=("table",)))
def composition(
    table: Annotated[Table, Help("rows with a chemical formula")],
    *,
    formula: Annotated[Column, Of("table", TEXTS), Help("formulas such as Sn4P3, In1.5Sn0.5 or Al2(SO4)3")],
    elements: Annotated[int, Range(1, 10), Help("elements a formula has")] = 2,
    total: Annotated[int, Range(1, 1000), Help("sum of the ratios")] = 10,
) -> Table:
    """Read formulas as elements and whole ratios with a fixed sum.

    New columns: ``element1``, ``element2``, ... in the order of the formula, and ``ratio1``, ``ratio2``, ... Together
    with a space group they are the key of one cell of an existence matrix (`process.existence`).

    Raises
    ------
    TenkaiError
        TK215 for what is no formula, or has another number of elements; TK208 where it is missing; TK210 when the
        table has one of the new columns; TK201, TK202 for the column.

    Notes
    -----
    Ratios are rounded, halves to the even number, so that nearby compositions meet: Sn4P3 and Sn4P2.65 are both
    6 to 4. A small amount may round to 0. Where the sum is off, the ratio rounded most is moved by one.

    Source
    ------
    The rounding of the compound table of Al, Si, P, Ga, Ge, As, In, Sn, Sb (nim-hrkn/mi_knime_tutorial), which it
    repeats.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"formula": ["InP3", "In1.5Sn0.5"]})
    >>> tk.process.composition(t, formula="formula").frame.rows()
    [('InP3', 'In', 'P', 2, 8), ('In1.5Sn0.5', 'In', 'Sn', 8, 2)]
    """
    table.require([formula], TEXTS, "formula")
    table.require_complete([formula], "formula")
    _check_free(new_names(elements), table.columns)
    found = [_read(str(v), table.ids[i], formula, elements) for i, v in enumerate(table.frame[formula])]
    ratios = [whole_ratios(list(amounts.values()), total) for amounts in found]
    columns = [pl.Series(f"element{k + 1}", [list(a)[k] for a in found], pl.String) for k in range(elements)]
    columns += [pl.Series(f"ratio{k + 1}", [r[k] for r in ratios], pl.Int64) for k in range(elements)]
    kinds = {f"element{k + 1}": "category" for k in range(elements)}
    return table.with_columns(table.frame.with_columns(columns), kinds)  # type: ignore[arg-type]  # words of Kind


def new_names(elements: int) -> list[str]:
    """Return the names of the new columns."""
    return [f"{what}{k + 1}" for what in ("element", "ratio") for k in range(elements)]


def _check_free(names: list[str], columns: list[str]) -> None:
    taken = [n for n in names if n in columns]
    if taken:
        raise problem("TK210", f"the table already has a column '{taken[0]}'.", remedy="Leave it out first.")


def _read(text: str, row: str, formula: str, elements: int) -> dict[str, Fraction]:
    found = read_formula(text)
    if found is None:
        raise _wrong(f"'{text}' in column '{formula}' at row '{row}' is no formula.", "Allowed: as in Al2(SO4)3.")
    if len(found) != elements:
        fact = f"'{text}' in column '{formula}' at row '{row}' has {len(found)} elements."
        raise _wrong(fact, f"Allowed: {elements} (setting elements).")
    return found


def _wrong(fact: str, allowed: str) -> TenkaiError:
    return problem("TK215", fact, allowed=allowed, remedy="Drop such rows with process.filter.", setting="formula")


@composition.schema
def _schema(table: Schema | None, *, formula: Column, elements: int, total: int) -> Schema | None:
    if table is None:
        return None
    table.require([formula], TEXTS, "formula")
    _check_free(new_names(elements), list(table.columns))
    new = {n: "category" if n.startswith("element") else "number" for n in new_names(elements)}
    return Schema({**table.columns, **new})  # type: ignore[dict-item]  # words of Kind
