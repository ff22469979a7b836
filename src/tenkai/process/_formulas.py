"""Several formulas as one estimator: it learns nothing, so new rows can always be taken through it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from tenkai.errors import Place, TenkaiError
from tenkai.process._formula import Node, names_in, parse
from tenkai.process._formula_types import Type, Types, type_of
from tenkai.process._formula_values import Evaluation
from tenkai.values import Kind


class FormulaTransformer:
    """Computes new columns from formulas, one after the other; a later one may use an earlier one.

    Parameters
    ----------
    formulas : dict of column name to formula
    """

    def __init__(self, formulas: dict[str, str]) -> None:
        self.formulas = formulas

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the new columns for the columns the formulas read."""
        for name, text in self.formulas.items():
            column = Evaluation(frame.to_dict(), frame.height).value(parse(text, frame.columns))
            frame = frame.with_columns(column.alias(name))
        return frame.select(list(self.formulas))


def read_formula(text: str, columns: Collection[str], name: str = "") -> Node:
    """Read one formula; a mistake names the column it was written for."""
    try:
        return parse(text, columns)
    except TenkaiError as error:
        raise named(error, name) from None


def read_formulas(formulas: Mapping[str, str], columns: Types | None) -> tuple[list[str], dict[str, Type | None]]:
    """Read and check formulas; return the columns of the table they use, and the type of each result.

    All mistakes are told at once. `columns` is None where the table is not known yet.

    Raises
    ------
    TenkaiError
        TK209 for a mistake in a formula, TK201 for a column that is not there.
    """
    known = dict(columns or {})
    used: dict[str, None] = {}
    results: dict[str, Type | None] = {}
    problems: list[TenkaiError] = []
    for name, text in formulas.items():
        kind: Type | None = None
        try:
            node = read_formula(text, known, name)
            if columns is not None:
                kind = type_of(node, text, known)
            used |= {n.name: None for n in names_in(node) if n.name not in results}
        except TenkaiError as error:
            problems.append(named(error, name))
        results[name] = known[name] = kind
    if problems:
        raise TenkaiError(*(p for error in problems for p in error.problems))
    return list(used), results


def named(error: TenkaiError, name: str) -> TenkaiError:
    """Say which formula a mistake is in."""
    if not name:
        return error
    place = Place(setting="formulas")
    return TenkaiError(
        *(p if p.place.setting else replace(p, fact=f"'{name}': {p.fact}", place=place) for p in error.problems)
    )


def kind_of(result: Type | None, node: Node, kinds: Mapping[str, Kind]) -> Kind:
    """Return the kind of a computed column: a copy keeps its kind, texts and truths are categories."""
    if result == "number":
        return "number"
    names = [n.name for n in names_in(node)]
    return kinds.get(names[0], "category") if names == [getattr(node, "name", None)] else "category"
