"""interpret.fingerprint_microscope: the atoms and substructures behind the bits of a fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import count, listing, problem
from tenkai.interpret._microscope import Seen, Shared, collisions, look_at
from tenkai.interpret._microscope_chart import WIDTH, clashes, microscope_chart
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import positions_of
from tenkai.step import Advanced, Column, Help, Keys, Length, Of, Outputs, Range, Run, Unit, step
from tenkai.values import Figure, Kind, Schema, Scores, Table
from tenkai.values.apart import SECONDS
from tenkai.values.fingerprints import LENGTH, RADIUS, Recipe
from tenkai.values.molecules import KINDS, molecule_column, texts_of

BITS: dict[str, Kind | None] = {
    "row": "category",
    "bit": "number",
    "atom": "number",
    "element": "category",
    "radius": "number",
    "substructure": "text",
    "identifier": "number",
    "others": "number",
}
COLLISIONS: dict[str, Kind | None] = {
    "bit": "number",
    "substructure": "text",
    "radius": "number",
    "rows": "number",
    "example": "text",
    "identifier": "number",
}


class Microscope(Outputs):
    """The picture, what each bit stands for, and which substructures share a bit."""

    figure: Annotated[Figure, Help("each bit lit on the molecule, and the bits of all atoms put together")]
    bits: Annotated[Table, Help("atom, radius, substructure and unfolded identifier behind every bit of the rows")]
    collisions: Annotated[Table, Help("bits that stand for several substructures in the whole table, and for which")]
    counts: Annotated[
        Scores,
        Keys("bits_on", "substructures", "bits_shared", "share_shared"),
        Help("how full the fingerprint is over the whole table, and how much is shared"),
    ]


@step("interpret.fingerprint_microscope", version=1, title="Fingerprint microscope")
def fingerprint_microscope(
    table: Annotated[Table, Help("rows with molecules")],
    *,
    rows: Annotated[
        list[str] | None, Length(1, 6), Help("row ids of the molecules to look at; default: the first")
    ] = None,
    molecule: Annotated[
        Column | None, Of("table", KINDS), Help("column of SMILES; default: the only one of kind molecule")
    ] = None,
    method: Annotated[Literal["morgan", "feature-morgan"], Help("as in process.fingerprint")] = "morgan",
    radius: Annotated[int, Range(0, 6), Help("bonds around each atom")] = RADIUS,
    length: Annotated[int, Range(1, 1_048_576), Help("number of bits")] = LENGTH,
    chirality: Annotated[bool, Help("tell mirror images and cis/trans forms apart")] = False,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    seconds: Annotated[
        float, Range(0.1, 3600), Unit("s"), Help("processor time one molecule may take"), Advanced
    ] = SECONDS,
    run: Run,
) -> Microscope:
    """Show which atoms, and what around them, set each bit of a circular fingerprint.

    Raises
    ------
    TenkaiError
        TK703 for a row id that does not exist; TK760 for a chosen molecule that cannot be read, or a table without
        rows; TK220 where the column of molecules is not clear; TK311 without RDKit.

    Notes
    -----
    Every atom is described alone (radius 0), with its neighbors (radius 1), with theirs (radius 2), and so on. Each
    description is a number of up to ten digits, the *identifier*; folded to the length (the rest of the division) it
    is the bit. A bit of the molecule is on when any atom sets it (OR). A description that covers the same bonds as
    one before is left out, so large radii add little to small molecules.

    Two substructures whose identifiers fold to one bit cannot be told apart by a model: see the output
    `collisions`, which looks at all rows of the table, and choose a length. In the picture bits that clash within
    the molecule have an orange frame. Substructures are written with the hydrogen of each atom, the atom in the
    middle first: an atom at the rim with fewer hydrogens has more bonds than are shown.

    Source
    ------
    D. Rogers, M. Hahn, J. Chem. Inf. Model. 50, 742 (2010), figures 2 and 3; S1 p79-85.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"smiles": ["CCO"]}, ids=["ethanol"])
    >>> seen = tk.interpret.fingerprint_microscope(t, length=2048).bits
    >>> list(zip(seen["bit"], seen["substructure"]))[:3]
    [(1057, '[CH3]'), (80, '[CH2]'), (807, '[OH]')]
    """
    column = molecule_column(table.kinds, molecule, "molecule")
    table.require([column], KINDS, "molecule")
    if table.height == 0:
        raise problem("TK760", "the table has no rows to look at.")
    recipe = Recipe(method, radius, length, "bits", chirality)
    texts = texts_of(table.frame[column])
    at = positions_of(rows, table, "table", "rows") if rows is not None else np.array([0])
    names = [table.ids[int(i)] for i in at]
    seen = look_at(names, [texts[i] for i in at], recipe, seconds)
    shared, used, different, unread = collisions(texts, recipe, seconds, run)
    if unread:
        run.note("TKW760", f"{count(len(unread), 'row')} of {table.height} cannot be read and does not count.")
    chart, cut = microscope_chart(seen, recipe, seconds)
    figure = finished(
        chart,
        title="Fingerprint microscope",
        text=_told(seen, recipe),
        heading=title,
        caption=[*_caption(seen), *cut],
        width=WIDTH,
    )
    counts = _counts(table, recipe, used, different, shared)
    return Microscope(figure, _bits(table, at, seen, shared), _collisions(table, shared), counts)


def _bits(table: Table, at: np.ndarray, seen: Sequence[Seen], shared: Sequence[Shared]) -> Table:
    """Return one row per atom and radius."""
    together: dict[int, int] = {}
    for one in shared:
        together[one.bit] = together.get(one.bit, 0) + 1
    every = [(int(place), one, e) for place, one in zip(at, seen, strict=True) for e in one.environments]
    frame = pl.DataFrame(
        {
            "row": pl.Series([one.row for _, one, _ in every], dtype=pl.String),
            "bit": pl.Series([e.bit for *_, e in every], dtype=pl.Int64),
            "atom": pl.Series([e.atom for *_, e in every], dtype=pl.Int64),
            "element": pl.Series([one.symbols[e.atom] for _, one, e in every], dtype=pl.String),
            "radius": pl.Series([e.radius for *_, e in every], dtype=pl.Int64),
            "substructure": pl.Series([e.substructure for *_, e in every], dtype=pl.String),
            "identifier": pl.Series([e.identifier for *_, e in every], dtype=pl.Int64),
            "others": pl.Series([max(0, together.get(e.bit, 1) - 1) for *_, e in every], dtype=pl.Int64),
        }
    )
    ids = [f"{one.row}^{e.atom}^{e.radius}" for _, one, e in every]
    return _made(table, [place for place, *_ in every], frame, ids, BITS)


def _collisions(table: Table, shared: Sequence[Shared]) -> Table:
    """Return one row per substructure that shares its bit."""
    frame = pl.DataFrame(
        {
            "bit": pl.Series([s.bit for s in shared], dtype=pl.Int64),
            "substructure": pl.Series([s.substructure for s in shared], dtype=pl.String),
            "radius": pl.Series([s.radius for s in shared], dtype=pl.Int64),
            "rows": pl.Series([s.rows for s in shared], dtype=pl.Int64),
            "example": pl.Series([table.ids[s.first] for s in shared], dtype=pl.String),
            "identifier": pl.Series([s.identifier for s in shared], dtype=pl.Int64),
        }
    )
    return _made(table, [s.first for s in shared], frame, [f"{s.bit}^{s.identifier}" for s in shared], COLLISIONS)


def _made(
    table: Table, places: Sequence[int], frame: pl.DataFrame, ids: Sequence[str], kinds: dict[str, Kind | None]
) -> Table:
    rows = table.take(np.array(places, np.int64)).with_columns(frame, {n: k for n, k in kinds.items() if k})
    return replace(rows, ids=pl.Series(table.ids.name, ids, pl.String), preparation=())


def _counts(table: Table, recipe: Recipe, used: int, different: int, shared: Sequence[Shared]) -> Scores:
    bits = len({s.bit for s in shared})
    figures = {
        "bits_on": used,
        "substructures": different,
        "bits_shared": bits,
        "share_shared": bits / used if used else 0.0,
    }
    about = {
        "bits_on": f"of {recipe.width} bits, those that are on in some row",
        "substructures": "different substructures (identifiers) in the table",
        "bits_shared": "bits that stand for two or more of them",
        "share_shared": "bits_shared as a share of bits_on",
    }
    return Scores.scored(figures, rows=table.identity, influences=table.influences, about=about)


def _told(seen: Sequence[Seen], recipe: Recipe) -> str:
    parts = [f"{one.row} with {count(len(one.bits), 'bit')}" for one in seen]
    return f"The bits of {listing(parts).replace(chr(39), '')} of {whole(recipe.width)}, lit on the molecule."


def _caption(seen: Sequence[Seen]) -> list[str]:
    lines = [
        "Blue: the atom in the middle. Orange: what the bit stands for. Pale blue: other atoms that look the same. "
        "Lines: the bits each atom sets; OR: on where any atom sets it."
    ]
    for one in seen:
        if both := clashes(one):
            bits = f"bit {both[0]} stands" if len(both) == 1 else f"bits {', '.join(str(b) for b in both)} stand"
            lines.append(f"{one.row}: {bits} for several of its substructures (orange frames).")
    return lines


@fingerprint_microscope.schema
def _schema(table: Schema | None, *, molecule: str | None, **_: object) -> dict[str, Schema | None]:
    if table is not None:
        column = molecule_column(table.columns, molecule, "molecule")
        table.require([column], KINDS, "molecule")
    return {"bits": Schema(dict(BITS)), "collisions": Schema(dict(COLLISIONS))}
