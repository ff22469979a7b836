"""process.molecules: texts as molecules."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.errors import count
from tenkai.process._molecules import chosen_column, refuse_taken, set_aside, told, with_reason
from tenkai.process._reading import MoleculeReader
from tenkai.step import Advanced, Column, Help, Of, Outputs, Range, Rows, Run, Unit, step
from tenkai.values import Fitted, Schema, Table
from tenkai.values.apart import SECONDS
from tenkai.values.molecules import KINDS, Form, forms, molecules_apart, texts_of


class Molecules(Outputs):
    """The rows with their molecules, and the rows that have none."""

    table: Annotated[Table, Help("all rows that could be read, with a column of molecules")]
    rejected: Annotated[Table, Help("rows whose SMILES could not be read, with the reason")]


@step("process.molecules", version=1, title="Texts as molecules", rows=Rows(apart=("table", "rejected")))
def molecules(
    table: Annotated[Table, Help("rows with SMILES")],
    *,
    smiles: Annotated[
        Column | None, Of("table", KINDS), Help("column of SMILES; default: the one that is called so")
    ] = None,
    form: Annotated[Form, Help("canonical: one way to write each molecule; or as it was written")] = "canonical",
    name: Annotated[str, Help("of the column of molecules; that of the SMILES is replaced")] = "molecule",
    drop_source: Annotated[bool, Help("leave the column of SMILES out")] = False,
    seconds: Annotated[
        float, Range(0.1, 3600), Unit("s"), Help("processor time one molecule may take"), Advanced
    ] = SECONDS,
    run: Run,
) -> Molecules:
    r"""Read a column of SMILES as molecules: checked, written in one way, drawn as pictures.

    Raises
    ------
    TenkaiError
        TK220 where the column of SMILES is not clear; TK222 when no cell can be read; TK210 for a name that is
        taken; TK201, TK202 for the column; TK311 without RDKit.

    Notes
    -----
    SMILES write atoms one after the other: branches stand in brackets (``CC(C)C``), small letters are aromatic
    (``c1ccccc1``), equal numbers close a ring (``C1CCCCC1``), ``=`` and ``#`` are double and triple bonds, ``/`` and
    ``\\`` tell cis from trans (``F/C=C\F``), ``@`` and ``@@`` tell mirror images apart. One molecule can be written
    in many ways; the canonical form is one of them, so that equal molecules have equal texts. Hydrogen is not
    written.

    A cell that cannot be read, or takes more time than allowed, is set aside with RDKit's reason: see the port
    `rejected`. Where a molecule stands in several rows, a note counts them: in a split or in folds, rows of one
    molecule on both sides are a leak. Keep them together with `groups` of the canonical column.

    Source
    ------
    D. Weininger, J. Chem. Inf. Comput. Sci. 28, 31 (1988); RDKit.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"smiles": ["OCC", "C(C)O", "C1CC"]})
    >>> found = tk.process.molecules(t)
    >>> found.table["molecule"].to_list(), found.rejected.ids.to_list()
    (['CCO', 'CCO'], ['Row2'])
    """
    column = chosen_column(table, smiles, "smiles")
    refuse_taken([n for n in table.columns if n != column], [name])
    answers = molecules_apart(
        forms,
        texts_of(table.frame[column]),
        form,
        threads=run.threads,
        seconds=seconds,
        progress=told(run, "reading molecules"),
    )
    ready = set_aside(table, answers, column, "smiles", run)
    made = pl.Series(name, [a.value for a in ready.answers], pl.String)
    if form == "canonical":
        _tell_repeated(made, run)
    fitted = Fitted.on(
        ready.table,
        MoleculeReader(name, form, seconds),
        step="process.molecules",
        features=[column],
        outputs=[name],
        learned=None,
        kinds={name: "molecule"},
    )
    frame = ready.table.frame.with_columns(made)
    if drop_source and column != name:
        frame = frame.drop(column)
    out = ready.table.with_columns(frame, fitted.kinds).influenced(fitted.influences).prepared_by(fitted)
    return Molecules(out, ready.rejected)


def _tell_repeated(made: pl.Series, run: Run) -> None:
    often = made.value_counts(sort=True)
    often = often.filter(pl.col("count") > 1).sort("count", made.name, descending=[True, False])
    if often.height:
        rows = int(often["count"].sum())
        known = f"'{often[made.name][0]}' in {often['count'][0]}"
        run.note(
            "TKW217",
            f"{count(often.height, 'molecule')} {'stands' if often.height == 1 else 'stand'} in several rows "
            f"({rows} rows; {known}): keep rows of one molecule on one side of a split.",
        )


@molecules.schema
def _schema(
    table: Schema | None, *, smiles: str | None, name: str, drop_source: bool, **_: object
) -> dict[str, Schema | None]:
    if table is None:
        return {"table": None, "rejected": None}
    column = chosen_column(table, smiles, "smiles")
    refuse_taken([n for n in table.columns if n != column], [name])
    kept = table.drop([column]) if drop_source and column != name else table
    return {"table": kept.add({name: "molecule"}), "rejected": with_reason(table)}
