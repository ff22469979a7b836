"""How a table lies in files: Arrow IPC for the columns, npy for the lineage, folders for its preparation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tenkai.errors import Note
from tenkai.values.hashing import OLDEST, canonical
from tenkai.values.lineage import Identity, Influence
from tenkai.values.value import Folder

if TYPE_CHECKING:
    from tenkai.values.table import Table


def write_table(table: Table, folder: Folder) -> dict[str, Any]:
    """Write the files of a table and return its header."""
    from tenkai.values.fitted import write_chain  # fitted steps know tables, so they come second

    canonical(table.frame).write_ipc(folder.path("columns.arrow"), compression="uncompressed", compat_level=OLDEST)
    canonical(table.ids.to_frame()).write_ipc(folder.path("ids.arrow"), compression="uncompressed", compat_level=OLDEST)
    np.save(folder.path("keys.npy"), table.identity.keys)
    if table.identity.offsets is not None:
        np.save(folder.path("offsets.npy"), table.identity.offsets)
    return {
        "kinds": dict(table.kinds),
        "grouped": table.identity.offsets is not None,
        "influences": write_influences(table.influences, folder),
        "preparation": write_chain(table.preparation, folder),
    }


def read_table(folder: Folder, header: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Table`."""
    from tenkai.values.fitted import read_chain

    frame = pl.read_ipc(folder.path("columns.arrow"))
    ids = pl.read_ipc(folder.path("ids.arrow")).to_series()
    offsets = np.load(folder.path("offsets.npy"), allow_pickle=False) if header["grouped"] else None
    keys = np.load(folder.path("keys.npy"), allow_pickle=False)
    kinds = {n: header["kinds"][n] for n in frame.columns}
    return {
        "frame": frame,
        "ids": ids,
        "kinds": kinds,
        "identity": Identity(keys, offsets),
        "influences": read_influences(header["influences"], folder),
        "preparation": read_chain(folder, header["preparation"]),
        "notes": tuple(Note(c, t) for c, t in header["notes"]),
    }


def write_influences(influences: tuple[Influence, ...], folder: Folder) -> list[list[str]]:
    """Write the row sets as npy; return step and kind of each."""
    for i, influence in enumerate(influences):
        np.save(folder.path(f"influence{i}.npy"), influence.rows)
    return [[i.step, i.kind] for i in influences]


def read_influences(header: list[list[str]], folder: Folder) -> tuple[Influence, ...]:
    """Read what `write_influences` wrote."""
    return tuple(
        Influence(step, kind, np.load(folder.path(f"influence{i}.npy"), allow_pickle=False))  # type: ignore[arg-type]
        for i, (step, kind) in enumerate(header)
    )
