"""A map of one's own data: a look at the file, and a workflow that one can read, edit and rerun."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, count, listing, problem
from tenkai.mapping._build import Chain, build, show
from tenkai.mapping._guess import Roles, guess_roles, reasons
from tenkai.mapping._source import Source, find_source
from tenkai.mapping._things import Things, compared, find_things
from tenkai.mapping._things import width as things_width
from tenkai.mapping._yaml import workflow_text
from tenkai.values import Table

FEWEST_ROWS = 5
MOST_BLANK = 100


@dataclass(frozen=True)
class MapPlan:
    """The workflow written, and what was found and guessed, in sentences."""

    path: Path
    said: list[str]


def make_workflow(
    source: Path,
    folder: Path,
    *,
    color: str | None = None,
    row_id: str | None = None,
    skip: Sequence[str] = (),
    seed: int = 0,
) -> MapPlan:
    """Look at a table, arrays or pictures, and write the workflow that maps them.

    Parameters
    ----------
    source
        A file, or a folder of pictures.
    folder
        Where the workflow goes; what is there is never overwritten.
    color
        Column that colors the map; otherwise it is guessed.
    row_id
        Column that names the rows; otherwise it is guessed.
    skip
        Columns that are not compared.
    seed
        Seed of t-SNE and UMAP.

    Raises
    ------
    TenkaiError
        TK503 to TK508 for what no map can be made of; what the reading step raises.
    """
    source = source.absolute()
    reader = find_source(source)
    table = reader.read(source)
    things, lacking = find_things(table)
    few = things is not None and 0 < table.height < FEWEST_ROWS
    if not few:
        _enough_rows(table, source)
    roles = guess_roles(table, color=color, row_id=row_id, skip=skip, thing=things.column if things else "")
    if things is not None:
        things = compared(table, roles, things)
    described = things is not None and things.described
    if not roles.features and not described:
        raise _no_numbers(roles, source)
    width = things_width(things) if things and described else table.layout(roles.features).width
    blank = _blank_rows(table, roles)
    if table.height - len(blank) < FEWEST_ROWS:
        blank = []
    if roles.label and roles.classes and table.frame[roles.label].dtype.is_numeric():
        reader.settings["kinds"] = {roles.label: "category"}  # numbers that name classes
    images = [n for n, kind in table.kinds.items() if kind == "image"]
    chain = Chain(table.height, seed, replace(roles, incomplete=_incomplete(table, roles, blank)), things)
    # Only tables read from text, workbooks and Parquet files have columns that can name rows.
    can_name = reader.step in ("collect.csv", "collect.excel", "collect.parquet", "collect.sdf")
    ids = roles.ids if can_name or (reader.step == "collect.smiles" and roles.ids == ("name",)) else ()
    path = _written_path(source, folder)
    if things is not None and few:
        show(reader, path, chain, things, ids=ids)
    else:
        image = images[0] if len(images) == 1 else things.name if things and not images else ""
        build(reader, path, chain, width=width, blank=blank, image=image, ids=ids)
    said = [*_read_said(table, reader, ids), *([lacking] if lacking else [])]
    said += [] if few else [*_said(table, roles, width, things), *chain.said]
    text = workflow_text(
        head=_head(source, said),
        title=f"{things.kind.capitalize()}s of {source.name}" if things and few else f"Map of {source.name}",
        description=_description(chain, width, few=few),
        steps=chain.steps,
        results=chain.results,
    )
    target, kept = _place(folder, source, text)
    return MapPlan(target, said + kept)


def _description(chain: Chain, width: int, *, few: bool) -> str:
    if few:
        return f"{count(chain.rows, 'row')}: a map needs {FEWEST_ROWS} or more."
    return (
        f"PCA, UMAP and t-SNE of {count(chain.rows, 'row')} by {count(width, 'number')} each, and figures that say "
        "how far each map can be trusted."
    )


def _head(source: Path, said: Sequence[str]) -> list[str]:
    return [
        f"Maps of {source.name}, written by `tenkai map`.",
        "Edit what you like, then: tenkai run THIS_FILE --out FOLDER. Only what an edit touches is computed again. "
        "`tenkai steps NAME` tells all settings of a step.",
        "",
        *(f"- {line}" for line in said),
    ]


# ---- looking ------------------------------------------------------------------------------------


def _enough_rows(table: Table, source: Path) -> None:
    if table.height >= FEWEST_ROWS:
        return
    rows = count(table.height, "row") if table.height else "no rows"
    raise problem(
        "TK505",
        f"'{source.name}' has {rows}.",
        allowed=f"A map needs {FEWEST_ROWS} or more.",
        remedy="If rows and columns are exchanged, use process.transpose in a workflow." if table.height else "",
    )


def _no_numbers(roles: Roles, source: Path) -> TenkaiError:
    why = [f"'{n}': {reason}" for n, reason in list(roles.left_out.items())[:6]]
    if roles.unused:
        why.append(f"{listing(roles.unused, 4)} {'holds' if len(roles.unused) == 1 else 'hold'} no numbers")
    return problem(
        "TK504",
        f"'{source.name}' has no numbers to compare rows by" + (f" ({'; '.join(why)})." if why else "."),
        allowed="A map needs at least one number column that varies.",
        remedy="Turn texts into numbers first, or leave out fewer columns.",
    )


def _blank_rows(table: Table, roles: Roles) -> list[int]:
    """Return rows, counted from 1, that miss more than half of their numbers; none where they are very many."""
    gaps = _gaps(table, roles)
    plain = sum(not isinstance(table.frame[n].dtype, pl.Array) for n in roles.features)
    if not len(gaps) or not plain:
        return []
    found = np.flatnonzero(gaps.sum(axis=1) > plain / 2) + 1
    return [int(i) for i in found] if len(found) <= MOST_BLANK else []


def _gaps(table: Table, roles: Roles) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    columns = [table.frame[n] for n in roles.incomplete]
    if not columns:
        return np.zeros((0, 0), bool)
    return np.column_stack([np.isnan(c.cast(pl.Float64).fill_null(float("nan")).to_numpy()) for c in columns])


def _incomplete(table: Table, roles: Roles, blank: Sequence[int]) -> dict[str, int]:
    """Return the columns that still miss cells once the blank rows are set aside."""
    gaps = _gaps(table, roles)
    if not len(gaps):
        return {}
    left = np.delete(gaps, [i - 1 for i in blank], axis=0).sum(axis=0)
    return {n: int(k) for n, k in zip(roles.incomplete, left, strict=True) if k}


# ---- saying -------------------------------------------------------------------------------------


def _read_said(table: Table, reader: Source, ids: Sequence[str]) -> list[str]:
    said = [f"{count(table.height, 'row')}; read with {reader.step}.", *reader.said]
    said += [note.text for note in table.notes]
    if ids:
        joined = " and ".join(f"'{n}'" for n in ids)
        said.append(f"rows are named by {joined}; --row-id COLUMN names them otherwise.")
    elif not reader.named:
        said.append("no column names the rows: they are Row0, Row1, ...; --row-id COLUMN names one.")
    return said


def _said(table: Table, roles: Roles, width: int, things: Things | None) -> list[str]:
    said = [_label_said(table, roles)]
    what = "picture" if roles.features and table.kinds[roles.features[0]] == "image" else ""
    if what:
        said.append(f"pictures are compared by their {width} pixel values.")
    elif things and things.described:
        said.append(f"{things.kind}s are compared by {count(width, 'number')} made of '{things.column}'.")
    else:
        said.append(f"rows are compared by {count(width, 'number')}: {listing(roles.features, 8)}.")
    said += [f"not compared: {reason}." for reason in reasons(roles.left_out)]
    if things and not things.described:
        said.append(f"'{things.column}' holds {things.kind}s, which are drawn.")
    others = [n for n in roles.unused if table.kinds[n] != "image" and not (things and n == things.column)]
    if others:
        said.append(f"{listing(others, 6)} {'is' if len(others) == 1 else 'are'} carried along.")
    return said


def _label_said(table: Table, roles: Roles) -> str:
    if not roles.label:
        return "no column looks like classes; --color COLUMN colors the map."
    column = table.frame[roles.label]
    known = column.drop_nulls()
    how = f"{count(known.n_unique(), 'class', 'classes')}" if roles.classes else "a number"
    lacking = f"; {column.null_count()} of {len(column)} rows have none" if column.null_count() else ""
    return f"the map is colored by '{roles.label}' ({how}{lacking}); --color COLUMN colors it otherwise."


# ---- writing ------------------------------------------------------------------------------------


def _written_path(source: Path, folder: Path) -> str:
    """Return the source as seen from the folder, so that both can be moved together; else its full path."""
    try:
        relative = Path(os.path.relpath(source, folder.absolute())).as_posix()
    except ValueError:  # another drive
        return source.as_posix()
    return relative if relative.count("../") <= 2 else source.as_posix()


def _place(folder: Path, source: Path, text: str) -> tuple[Path, list[str]]:
    """Write the workflow; a file with other content stays, and the new one gets the next free name."""
    stem = source.name.split(".")[0] or "map"
    first = folder / f"{stem}.yaml"
    target, number = first, 1
    while target.exists() and target.read_bytes() != text.encode():
        number += 1
        target = folder / f"{stem}-{number}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode())
    if number == 1:
        return target, []
    return target, [f"{first.name} was there with other content and is kept: this workflow is {target.name}."]
