"""process.formula: new columns from formulas."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import count, problem
from tenkai.process._formula import names_in, parse
from tenkai.process._formula_types import types_of
from tenkai.process._formula_values import BEYOND, Evaluation, plain
from tenkai.process._formulas import FormulaTransformer, kind_of, read_formulas
from tenkai.step import Help, Length, Rows, Run, step
from tenkai.values import Fitted, Kind, Schema, Table


@step("process.formula", version=1, title="Formula columns", rows=Rows(same=("table",)))
def formula(
    table: Annotated[Table, Help("rows to compute with")],
    *,
    formulas: Annotated[dict[str, str], Length(1, 200), Help("name of the new column: formula")],
    run: Run,
) -> Table:
    """Compute new columns from formulas.

    Formulas are computed in the order given; a later one may use an earlier one. A name that exists is
    replaced. New rows that go to a model or a map made from this table are taken through the same formulas.

    Raises
    ------
    TenkaiError
        TK209 for a mistake in a formula, with its place; TK201 for a column that is not there.

    Notes
    -----
    Signs: ``+ - * / **`` (also ``× ÷ ^``), comparisons ``< <= > >= == !=``, ``and or not``, ``in (...)``,
    ``is missing``, ``is not missing``. Functions: ``abs exp log log2 log10 sqrt cbrt sin cos tan floor ceil``,
    ``min(a, b, ...)``, ``max(a, b, ...)``, ``where(condition, value if true, value if false)``; ``log`` is the
    natural logarithm. Texts stand in quotes. A column name with spaces or signs stands in backticks:
    ```band gap` / 2``. Where a formula has no value (a division by zero, the logarithm of a negative number, a
    missing cell) the cell is missing; a warning counts them.

    Source
    ------
    Own parser over the operations named above; no text is run as code.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"band gap": [1.0, 4.0], "Z": [2, 0]})
    >>> tk.process.formula(t, formulas={"root": "sqrt(`band gap`)", "ratio": "root / Z"})["ratio"].to_list()
    [0.5, None]
    """
    types = types_of(table)
    used, results = read_formulas(formulas, types)
    if not used:
        name = next(iter(formulas))
        raise problem(
            "TK209", f"'{name}' uses no column.", allowed="Use at least one column of the table.", setting="formulas"
        )
    trees = {name: parse(text) for name, text in formulas.items()}
    kinds: dict[str, Kind] = {}
    for name, tree in trees.items():
        kinds[name] = kind_of(results[name], tree, {**table.kinds, **kinds})
    fitted = Fitted.on(
        table,
        FormulaTransformer(dict(formulas)),
        step="process.formula",
        features=used,
        outputs=list(formulas),
        learned=None,
        kinds=kinds,
    )
    out = fitted.apply(table)
    frame = table.frame.select(used)
    for name, tree in trees.items():
        _tell_missing(name, tree, frame, out, run)
        frame = frame.with_columns(out.frame[name])
    return out


def _tell_missing(name: str, tree: object, frame: pl.DataFrame, out: Table, run: Run) -> None:
    """Note the rows that have no value although no cell they use is missing."""
    gone = out.frame[name].is_null()
    if not gone.any():
        return
    for used in names_in(tree):  # type: ignore[arg-type]
        gone = gone & plain(frame[used.name]).is_not_null()
    lost = gone.to_numpy()
    if not lost.any():
        return
    work = Evaluation(frame.to_dict(), frame.height)
    work.value(tree)  # type: ignore[arg-type]
    causes = [cause for cause, rows in work.causes.items() if (rows & lost).any()] or [BEYOND]
    run.note(
        "TKW204",
        f"'{name}' has no value in {count(int(lost.sum()), 'row')} of {out.height} because of "
        f"{' or '.join(causes)}, first in row '{out.ids[int(np.argmax(lost))]}'.",
    )


@formula.schema
def _schema(table: Schema | None, *, formulas: dict[str, str]) -> Schema | None:
    if table is None:
        read_formulas(formulas, None)
        return None
    _, results = read_formulas(formulas, types_of(table))
    kinds: dict[str, Kind | None] = {n: "number" if kind == "number" else None for n, kind in results.items()}
    return table.add(kinds)
