"""Selections too large for the text of a workflow: their row ids in a file beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tenkai.errors import problem

FOLDER = "data_calculated"
SELECTED_ID = "row"


def write_selection(folder: Path, name: str, ids: Sequence[str]) -> str:
    """Write row ids as a CSV file with a second column that holds the name of the selection.

    Returns
    -------
    str
        The path, as a workflow in the folder names it. A file of that name with other rows is left as it is.

    Raises
    ------
    TenkaiError
        TK544 when it cannot be written.
    """
    content = pl.DataFrame({SELECTED_ID: list(ids), "selection": [name] * len(ids)}).write_csv().encode()
    place, number = f"{name}.csv", 1
    try:
        (folder / FOLDER).mkdir(exist_ok=True)
        if (folder / FOLDER).resolve().parent != folder.resolve():
            raise OSError(None, "it leads out of the open folder")
        while (target := folder / FOLDER / place).exists() and target.read_bytes() != content:
            number += 1
            place = f"{name}-{number}.csv"
        handle, temporary = tempfile.mkstemp(dir=folder / FOLDER, prefix=".selection-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except OSError as error:
        raise problem("TK544", f"{FOLDER}/{place} cannot be written: {error.strerror or error}.") from None
    return f"{FOLDER}/{place}"
