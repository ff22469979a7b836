"""process.composition_statistics: element values over a formula."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import polars as pl

from tenkai.errors import count, listing, problem
from tenkai.process._composition import read_formula
from tenkai.process._described import refuse_taken
from tenkai.process._element_values import Statistic, given_values, known_values, statistics
from tenkai.step import Column, Help, Length, Of, Range, Rows, Run, Shape, step
from tenkai.values import Kind, Schema, Table
from tenkai.values.crystal_columns import crystals_of
from tenkai.values.elements import NUMBERS, SYMBOLS

SOURCES: tuple[Kind, ...] = ("text", "category", "crystal")
ALL: list[Statistic] = ["min", "max", "mean", "sd"]


@step("process.composition_statistics", version=1, title="Composition statistics", rows=Rows(same=("table",)))
def composition_statistics(
    table: Annotated[Table, Shape("n"), Help("rows with a formula or a crystal")],
    elements: Annotated[Table | None, Help("values of your own: rows named by elements, columns of numbers")] = None,
    *,
    column: Annotated[Column, Of("table", SOURCES), Help("formulas such as Al2(SO4)3, or crystals")],
    values: Annotated[
        Annotated[list[str], Length(1, 1000)] | None, Help("which values of the elements; default: all there are")
    ] = None,
    statistics_of: Annotated[
        Annotated[list[Statistic], Length(1, 5)], Help("what is told of each value; mean and sd weigh by amounts")
    ] = ALL,
    fractions: Annotated[bool, Help("also the share of every element that occurs: fraction_Fe")] = False,
    most: Annotated[
        int, Range(1, 118), Help("with fractions: elements that occur in most rows, at most so many")
    ] = 118,
    run: Run,
) -> Table:
    """Describe compositions by statistics of element values: smallest, largest, mean and standard deviation.

    New columns: ``min_mass``, ``max_mass``, ``mean_mass``, ``sd_mass`` and so on for every value. Values that come with
    tenkai: `number`, `mass`, `period`, `group`, `covalent_radius`, `vdw_radius`. Others, such as electronegativities,
    come from a table of your own through the port `elements`: row ids, or a column `element`, name the elements.

    Raises
    ------
    TenkaiError
        TK201, TK202 for the column; TK208 where a formula is missing, TK215 for what is none; TK231 for a text that is
        no crystal; TK235 for a value that is not known, or a table that does not name elements; TK210 where a name is
        taken; TK311 without ASE, which holds the values.

    Notes
    -----
    A row with an element whose value is not known has no statistics of that value; a note counts such rows. Statistics
    forget which element sits where: two compounds of one composition are the same row.

    Source
    ------
    The idea: L. Ward et al., npj Comput. Mater. 2, 16028 (2016). Values, as numbers from ASE (ase.data): atomic weights
    of IUPAC, J. Meija et al., Pure Appl. Chem. 88, 265 (2016); covalent radii, B. Cordero et al., Dalton Trans. 2832
    (2008); van der Waals radii, S. Alvarez, Dalton Trans. 42, 8617 (2013); number, period and group by counting.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"formula": ["NaCl", "SiO2"]}, kinds={"formula": "text"})
    >>> own = tk.Table.from_({"valence": [1, 7, 4, 6]}, ids=["Na", "Cl", "Si", "O"])
    >>> tk.process.composition_statistics(t, own, column="formula", statistics_of=["mean", "max"]).frame.rows()
    [('NaCl', 4.0, 7.0), ('SiO2', 5.333333333333333, 6.0)]
    """
    table.require([column], SOURCES, "column")
    known = known_values(values) if elements is None else given_values(elements, values)
    compositions = _compositions(table, column)
    told = statistics(compositions, known, list(dict.fromkeys(statistics_of)))
    found = {n: pl.Series(v).fill_nan(None) for n, v in told.items()}
    if fractions:
        found |= _fractions(compositions, most)
    refuse_taken(table.columns, list(found))
    frame = pl.DataFrame(found)
    gone = {n: frame[n].null_count() for n in frame.columns if frame[n].null_count()}
    if gone:
        unknown = sorted({e for c in compositions for e in c if known.lack(e)}, key=NUMBERS.__getitem__)
        rows = count(max(gone.values()), "row")
        run.note("TKW232", f"{rows} of {table.height} hold elements without a value: {listing(unknown, 8)}.")
    kinds: dict[str, Kind] = dict.fromkeys(found, "number")
    return table.with_columns(pl.concat([table.frame, frame], how="horizontal"), kinds)


def _compositions(table: Table, column: str) -> list[dict[str, float]]:
    if table.kinds[column] == "crystal":
        return [{s: float(n) for s, n in Counter(c.symbols).items()} for c in crystals_of(table, column, "column")]
    table.require_complete([column], "column")
    out: list[dict[str, float]] = []
    for text, row in zip(table.frame[column].cast(pl.String), table.ids, strict=True):
        read = read_formula(text)
        if read is None:
            raise problem(
                "TK215",
                f"'{text}' in column '{column}' at row '{row}' is no formula.",
                allowed="Allowed: as in Al2(SO4)3.",
                remedy="Drop such rows with process.filter.",
                setting="column",
            )
        amounts: dict[str, float] = {}
        for symbol, amount in read.items():
            plain = "H" if symbol == "D" else symbol
            amounts[plain] = amounts.get(plain, 0.0) + float(amount)
        out.append(amounts)
    return out


def _fractions(compositions: list[dict[str, float]], most: int) -> dict[str, pl.Series]:
    often = Counter(e for c in compositions for e in c)
    chosen = sorted(often, key=lambda e: (-often[e], NUMBERS[e]))[:most]
    ordered = [s for s in SYMBOLS if s in set(chosen)]
    totals = [sum(c.values()) for c in compositions]
    return {
        f"fraction_{e}": pl.Series([c.get(e, 0.0) / t for c, t in zip(compositions, totals, strict=True)])
        for e in ordered
    }


@composition_statistics.schema
def _schema(
    table: Schema | None,
    elements: Schema | None,
    *,
    column: Column,
    values: list[str] | None,
    statistics_of: list[Statistic],
    fractions: bool,
    **_: object,
) -> Schema | None:
    if table is None:
        return None
    table.require([column], SOURCES, "column")
    if fractions or values is None:
        return None  # which elements occur, and which columns a table of values has, is known later
    names = values
    new = [f"{s}_{n}" for n in names for s in dict.fromkeys(statistics_of)]
    refuse_taken(table.names, new)
    return table.add(dict.fromkeys(new, "number"))
