"""process.molecule_descriptors: molecules as numbers with a name."""

from __future__ import annotations

from typing import Annotated, Literal

from tenkai.errors import count, listing
from tenkai.process._descriptors import Describer, chosen_names, descriptors_of
from tenkai.process._molecules import chosen_column, refuse_taken, set_aside, told, with_reason
from tenkai.step import Advanced, Column, Help, Length, Of, Outputs, Range, Rows, Run, Unit, step
from tenkai.values import Fitted, Schema, Table
from tenkai.values.apart import SECONDS
from tenkai.values.molecules import KINDS, molecules_apart, texts_of


class Described(Outputs):
    """The rows with their descriptors, and the rows that have none."""

    table: Annotated[Table, Help("all rows that could be read, with a number column per descriptor")]
    rejected: Annotated[Table, Help("rows whose molecule could not be read, with the reason")]


@step(
    "process.molecule_descriptors", version=1, title="Descriptors of molecules", rows=Rows(apart=("table", "rejected"))
)
def molecule_descriptors(
    table: Annotated[Table, Help("rows with molecules")],
    *,
    molecule: Annotated[
        Column | None, Of("table", KINDS), Help("column of SMILES; default: the only one of kind molecule")
    ] = None,
    names: Annotated[
        Literal["usual", "all"] | Annotated[list[str], Length(1)],
        Help("RDKit's names of descriptors; usual: twelve well-known ones; all: over 200"),
    ] = "usual",
    seconds: Annotated[
        float, Range(0.1, 3600), Unit("s"), Help("processor time one molecule may take"), Advanced
    ] = SECONDS,
    run: Run,
) -> Described:
    """Compute numbers that chemists know: mass, logP, polar surface, rings, bonds that turn.

    Raises
    ------
    TenkaiError
        TK220 where the column of molecules is not clear; TK222 when no molecule can be read; TK223 for a name RDKit
        does not know; TK210 when the table has a column of that name; TK311 without RDKit.

    Notes
    -----
    The usual ones: mass (MolWt, g/mol), atoms other than hydrogen, logP and molar refractivity by Crippen's
    contributions (MolLogP, MolMR), polar and accessible surface (TPSA, LabuteASA, Å²), donors and acceptors of
    hydrogen bonds, rotatable bonds, rings, aromatic rings, share of sp3 carbon. They are computed from the formula
    on paper: nothing is measured.

    Where a descriptor has no finite value (partial charges of metals, for example), the cell is missing and a note
    counts them; `process.impute` or `process.filter` take it from there. Models made from descriptors take new
    rows with the column of SMILES.

    Source
    ------
    RDKit, Chem.Descriptors; S. Wildman, G. Crippen, J. Chem. Inf. Comput. Sci. 39, 868 (1999).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"smiles": ["CCO", "c1ccccc1"]})
    >>> found = tk.process.molecule_descriptors(t, names=["MolWt", "RingCount"]).table
    >>> found["MolWt"].round(2).to_list(), found["RingCount"].to_list()
    ([46.07, 78.11], [0.0, 1.0])
    """
    column = chosen_column(table, molecule, "molecule")
    wanted = chosen_names(names)
    refuse_taken(table.columns, wanted)
    answers = molecules_apart(
        descriptors_of,
        texts_of(table.frame[column]),
        wanted,
        threads=run.threads,
        seconds=seconds,
        progress=told(run, "descriptors"),
    )
    ready = set_aside(table, answers, column, "molecule", run)
    maker = Describer(wanted, seconds)
    made = maker.frame_of(ready.answers)
    lost = {n: made[n].null_count() for n in wanted if made[n].null_count()}
    if lost:
        parts = listing([f"{n} ({count(k, 'row')})" for n, k in lost.items()], 4)
        run.note("TKW218", f"{count(len(lost), 'descriptor')} without a value in some rows: {parts}.")
    fitted = Fitted.on(
        ready.table,
        maker,
        step="process.molecule_descriptors",
        features=[column],
        outputs=wanted,
        learned=None,
    )
    frame = ready.table.frame.with_columns(made.get_columns())
    out = ready.table.with_columns(frame, dict.fromkeys(wanted, "number"))
    return Described(out.influenced(fitted.influences).prepared_by(fitted), ready.rejected)


@molecule_descriptors.check
def _check(*, names: str | list[str], **_: object) -> None:
    if isinstance(names, list):
        chosen_names(names)


@molecule_descriptors.schema
def _schema(
    table: Schema | None, *, molecule: str | None, names: str | list[str], **_: object
) -> dict[str, Schema | None]:
    if table is None:
        return {"table": None, "rejected": None}
    chosen_column(table, molecule, "molecule")
    wanted = chosen_names(names)
    refuse_taken(list(table.columns), wanted)
    return {"table": table.add(dict.fromkeys(wanted, "number")), "rejected": with_reason(table)}
