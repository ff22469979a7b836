"""How a table lies in files: Arrow IPC for the columns, folders for its preparation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from tenkai.errors import Note
from tenkai.values.hashing import canonical
from tenkai.values.lineage_files import read_identity, read_influences, write_identity, write_influences
from tenkai.values.value import Folder

if TYPE_CHECKING:
    from tenkai.values.table import Table


IDS = "\0row id"
"""The column of row ids in the file; no text file can name a column so."""


def write_table(table: Table, folder: Folder) -> dict[str, Any]:
    """Write the files of a table and return its header."""
    from tenkai.values.fitted import write_chain  # fitted steps know tables, so they come second

    folder.write_frame("rows.arrow", canonical(pl.DataFrame([table.ids.alias(IDS), *table.frame])))
    return {
        "kinds": dict(table.kinds),
        "ids": table.ids.name,
        "identity": write_identity(table.identity, folder),
        "influences": write_influences(table.influences, folder),
        "preparation": write_chain(table.preparation, folder),
    }


def read_table(folder: Folder, header: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Table`."""
    from tenkai.values.fitted import read_chain

    frame = folder.read_frame("rows.arrow")
    ids, frame = frame[IDS].alias(header["ids"]), frame.drop(IDS)
    kinds = {n: header["kinds"][n] for n in frame.columns}
    return {
        "frame": frame,
        "ids": ids,
        "kinds": kinds,
        "identity": read_identity(header["identity"], folder),
        "influences": read_influences(header["influences"], folder),
        "preparation": read_chain(folder, header["preparation"]),
        "notes": tuple(Note(c, t) for c, t in header["notes"]),
    }
