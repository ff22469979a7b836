"""process.fingerprint: molecules as bits or counts of their substructures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from tenkai.errors import count, problem
from tenkai.process._fingerprints import Fingerprinter
from tenkai.process._molecules import chosen_column, refuse_taken, set_aside, told, with_reason
from tenkai.process._rows import MOST_COLUMNS, too_large
from tenkai.step import Advanced, Column, Help, Of, Outputs, Range, Rows, Run, Unit, step
from tenkai.step.constraints import SweepHint
from tenkai.values import Fitted, Schema, Table
from tenkai.values.apart import SECONDS, Answer
from tenkai.values.fingerprints import CellValues, Method, Recipe, fingerprints, matrix_of
from tenkai.values.matrix import MOST_CELLS
from tenkai.values.molecules import KINDS, texts_of


class Fingerprints(Outputs):
    """The rows with their fingerprints, and the rows that have none."""

    table: Annotated[Table, Help("all rows that could be read, with one column of vectors more")]
    rejected: Annotated[Table, Help("rows whose molecule could not be read, with the reason")]


@step("process.fingerprint", version=1, title="Fingerprints of molecules", rows=Rows(apart=("table", "rejected")))
def fingerprint(
    table: Annotated[Table, Help("rows with molecules")],
    *,
    molecule: Annotated[
        Column | None, Of("table", KINDS), Help("column of SMILES; default: the only one of kind molecule")
    ] = None,
    method: Annotated[Method, Help("which substructures are looked at")] = "morgan",
    radius: Annotated[
        int, Range(0, 10), SweepHint(0, 4, 1), Help("bonds around each atom (morgan, feature-morgan)")
    ] = 2,
    length: Annotated[
        int | None, Range(1, 1_048_576), Help("number of bits or counts; default: 1024, for maccs 167")
    ] = None,
    values: Annotated[CellValues, Help("bits: is it there; counts: how often")] = "bits",
    chirality: Annotated[bool, Help("tell mirror images and cis/trans forms apart")] = False,
    name: Annotated[str, Help("of the new column")] = "fingerprint",
    expand: Annotated[bool, Help("a named number column per bit instead of one column of vectors")] = False,
    seconds: Annotated[
        float, Range(0.1, 3600), Unit("s"), Help("processor time one molecule may take"), Advanced
    ] = SECONDS,
    run: Run,
) -> Fingerprints:
    """Describe each molecule by the substructures in it, folded to a row of bits or counts.

    Raises
    ------
    TenkaiError
        TK220 where the column of molecules is not clear; TK221 for settings the method does not know; TK222 when
        no molecule can be read; TK210 for a name that is taken; TK212 for too many values; TK311 without RDKit.

    Notes
    -----
    Methods: ``morgan`` (ECFP: radius 2 is ECFP4), ``feature-morgan`` (FCFP: atoms by what they do, not what they
    are), ``rdkit`` (paths and branches up to 7 bonds, as Daylight), ``atom-pair``, ``torsion``, ``maccs`` (167
    fixed questions), ``avalon``. Bits of atom pairs and torsions also tell how often, four bits for each.

    Different substructures may share a bit: the shorter the fingerprint, the more. `interpret.fingerprint_microscope`
    shows which. Bits equal those of RDKit's generators for any number of threads. The column is one vector of
    whole numbers 0 to 255 per row: models, maps and distances take it as it is.

    A molecule that cannot be read, or takes more time than allowed, is set aside: see the port `rejected`. Models
    made from fingerprints take new rows with the column of SMILES.

    Source
    ------
    D. Rogers, M. Hahn, J. Chem. Inf. Model. 50, 742 (2010); RDKit, rdFingerprintGenerator.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"smiles": ["CCO", "c1ccccc1", "C1CC"]}, ids=["ethanol", "benzene", "broken"])
    >>> found = tk.process.fingerprint(t, length=64)
    >>> found.table["fingerprint"].arr.sum().to_list(), found.rejected["reason"].to_list()
    ([6, 3], ['unclosed ring'])
    """
    recipe = Recipe(method, radius, length, values, chirality)
    return _together(table, [recipe], molecule, name, expand, seconds, run)[0]


@fingerprint.shared("method", "radius", "length", "values", "chirality")
def _fingerprints(
    table: Table,
    *,
    molecule: str | None,
    method: Sequence[Method],
    radius: Sequence[int],
    length: Sequence[int | None],
    values: Sequence[CellValues],
    chirality: Sequence[bool],
    name: str,
    expand: bool,
    seconds: float,
    run: Run,
) -> list[Fingerprints]:
    """Read each molecule once for all of them."""
    recipes = [Recipe(*r) for r in zip(method, radius, length, values, chirality, strict=True)]
    return _together(table, recipes, molecule, name, expand, seconds, run)


def _together(
    table: Table, recipes: Sequence[Recipe], molecule: str | None, name: str, expand: bool, seconds: float, run: Run
) -> list[Fingerprints]:
    column = chosen_column(table, molecule, "molecule")
    for recipe in recipes:
        recipe.check()
        _check_size(recipe, expand, table.height)
    texts = texts_of(table.frame[column])
    said = fingerprints(texts, recipes, threads=run.threads, seconds=seconds, progress=told(run, "fingerprints"))
    found: list[Fingerprints] = []
    for i, recipe in enumerate(recipes):
        found.append(
            _finished(table, column, recipe, said[i], Fingerprinter(asdict(recipe), name, expand, seconds), run)
        )
        said[i] = []
    return found


def _finished(
    table: Table, column: str, recipe: Recipe, answers: Sequence[Answer], maker: Fingerprinter, run: Run
) -> Fingerprints:
    refuse_taken([n for n in table.columns if n != column], maker.outputs)
    ready = set_aside(table, answers, column, "molecule", run)
    matrix, cut = matrix_of(ready.answers, recipe)
    if cut:
        run.note("TKW216", f"{count(cut, 'count')} above 255 became 255.")
    fitted = Fitted.on(
        ready.table,
        maker,
        step="process.fingerprint",
        features=[column],
        outputs=maker.outputs,
        learned=None,
        kinds={} if maker.expand else {maker.name: "vector"},
    )
    frame = ready.table.frame.with_columns(maker.frame_of(matrix).get_columns())
    out = ready.table.with_columns(frame, fitted.kinds).influenced(fitted.influences).prepared_by(fitted)
    return Fingerprints(out, ready.rejected)


def _check_size(recipe: Recipe, expand: bool, rows: int) -> None:
    if expand and recipe.width > MOST_COLUMNS:
        raise too_large("column", recipe.width, MOST_COLUMNS, "Keep one column of vectors (expand: false).")
    if rows * recipe.width > MOST_CELLS:
        raise problem(
            "TK212",
            f"{rows} fingerprints of length {recipe.width} are {rows * recipe.width / 1e9:.1f} billion values.",
            allowed=f"At most {MOST_CELLS / 1e9:.1f} billion.",
            remedy="Take a shorter length, or fewer rows.",
            setting="length",
        )


@fingerprint.check
def _check(
    *,
    method: Method,
    radius: int,
    length: int | None,
    values: CellValues,
    chirality: bool,
    expand: bool,
    **_: object,
) -> None:
    recipe = Recipe(method, radius, length, values, chirality)
    recipe.check()
    _check_size(recipe, expand, 0)


@fingerprint.schema
def _schema(
    table: Schema | None, *, molecule: str | None, name: str, expand: bool, **settings: object
) -> dict[str, Schema | None]:
    if table is None:
        return {"table": None, "rejected": None}
    column = chosen_column(table, molecule, "molecule")
    method, length = settings["method"], settings["length"]
    recipe = Recipe(method=method, length=length)  # type: ignore[arg-type]  # checked before
    names = Fingerprinter(asdict(recipe), name, expand, SECONDS).outputs
    refuse_taken([n for n in table.columns if n != column], names)
    return {"table": table.add(dict.fromkeys(names, "number" if expand else "vector")), "rejected": with_reason(table)}
