"""collect.array: a table from NumPy's files or from idx files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from numpy.typing import NDArray

from tenkai.collect._cells import check_kinds
from tenkai.collect._columns import plain, single_columns, table_columns
from tenkai.collect._file import NPY, ZIP, damaged, find_file, seen_file, unpacked
from tenkai.collect._idx import is_idx, label_file, read_idx
from tenkai.collect._npz import read_npy, read_npz
from tenkai.collect._rows import schema_of, to_table
from tenkai.errors import Note, problem
from tenkai.step import Advanced, DataPath, Help, Run, step
from tenkai.values import Kind, Schema, Table
from tenkai.values.hashing import digest_file

ArrayKind = Literal["number", "category", "text", "vector", "image"]


@step("collect.array", version=1, title="Read arrays (npy, npz, idx)")
def array(
    *,
    path: Annotated[DataPath, Help("the file: .npy, .npz or idx, also packed as .gz")],
    labels: Annotated[DataPath | None, Help("file with one label per row; beside idx images it is found")] = None,
    key: Annotated[str | None, Help("array of an npz file that has the rows; else what most arrays agree on")] = None,
    kinds: Annotated[dict[str, ArrayKind] | None, Help("kinds of some columns; the others are found"), Advanced] = None,
    run: Run,
) -> Table:
    """Read a table from arrays: NumPy's npy and npz files, or the idx files of MNIST.

    The first axis counts the rows. A list becomes a column; a matrix of up to 32 columns becomes as many, a
    wider one a vector; arrays with more axes become images. All arrays of an npz file with as many rows stand
    side by side.

    Raises
    ------
    TenkaiError
        TK302 for what is no such file, is damaged, or holds Python objects; TK307 for a file that says to hold
        more than 16 GB; TK308 for an array that is not there; TK309 where labels and rows differ in number or no
        array has rows.

    Notes
    -----
    In npz files whole numbers ``target`` beside texts ``target_names`` become classes of these names, as
    scikit-learn writes them, and ``feature_names`` name the columns of a matrix. The labels of
    ``train-images-idx3-ubyte`` are found in ``train-labels-idx1-ubyte``, and a note says so.

    Source
    ------
    NumPy, NEP 1; Y. LeCun, C. Cortes, C. Burges, The MNIST database.

    Example
    -------
    >>> import numpy as np
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "bands.npz"
    >>> np.savez(file, gap=[1.1, 0.7], target=[1, 0], target_names=["metal", "semiconductor"])
    >>> table = tk.collect.array(path=str(file))
    >>> table["gap"].to_list(), table["target"].to_list()
    ([1.1, 0.7], ['semiconductor', 'metal'])
    """
    file = find_file(path)
    columns, found, notes = _read(file, key)
    beside = _beside(file) if labels is None else find_file(labels)
    if beside is not None:
        columns.append(_labels(beside, columns))
        found["label"] = "category"
    if beside is not None and labels is None:
        run.note("TKW312", f"the labels were found in '{beside.name}'.")
    for note in notes:
        run.note(note.code, note.text)
    given: Mapping[str, Kind] = kinds or {}
    check_kinds(given, [column.name for column in columns])
    return to_table(pl.DataFrame(columns), row_id=None, source=digest_file(file), kinds={**found, **given})


@array.fingerprint
def _fingerprint(*, path: str, labels: str | None, **_: object) -> str:
    # The file beside is read too, though no setting names it.
    file = seen_file(path)
    beside = _beside(file) if file and labels is None else None
    return digest_file(beside) if beside else ""


@array.schema
def _schema(*, path: str, labels: str | None, key: str | None, kinds: Mapping[str, ArrayKind] | None) -> Schema | None:
    file = seen_file(path)
    if file is None:
        return None
    columns, found, _ = _read(file, key, outline=True)
    known = schema_of(pl.DataFrame(columns), exact=False, kinds=found, without=())
    if labels is not None or _beside(file) is not None:
        known = known.add({"label": "category"})
    check_kinds(kinds or {}, known.columns)
    return known.add(kinds or {})


def _read(file: Path, key: str | None, *, outline: bool = False) -> tuple[list[pl.Series], dict[str, Kind], list[Note]]:
    """Return columns, kinds and notes; as an outline only the first row, of zeros."""
    most = 1 if outline else None
    head = _head(file)
    if head.startswith(ZIP):
        return table_columns(read_npz(file, outline=outline), key, most=most)
    if key is not None:
        raise problem("TK308", f"'{file.name}' is no npz file and has no arrays with names.", setting="key")
    if head.startswith(NPY):
        return single_columns(read_npy(file, outline=outline), file.name, most=most), {}, []
    if is_idx(head):
        numbers = read_idx(file, outline=outline)
        if numbers.ndim == 1:
            return [_as_labels(numbers)], {"label": "category"}, []
        return single_columns(numbers, file.name, most=most), {}, []
    raise damaged(file, "a npy, npz or idx file", None)


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        raw = opened.read(4)
    if raw == ZIP:
        return raw
    with unpacked(file) as content:
        return content.read(8)


def _beside(file: Path) -> Path | None:
    if not is_idx(_head(file)):
        return None
    found = label_file(file)
    return found if found and is_idx(_head(found)) else None


def _labels(file: Path, columns: Sequence[pl.Series]) -> pl.Series:
    head = _head(file)
    if not is_idx(head) and not head.startswith(NPY):
        raise problem("TK302", f"'{file.name}' holds no labels.", allowed="Allowed: .npy and idx.", setting="labels")
    found = read_idx(file) if is_idx(head) else read_npy(file)
    if found.ndim != 1 or found.dtype.kind not in "biuSU":
        raise problem("TK309", f"'{file.name}' holds no list of whole numbers or texts.", setting="labels")
    if len(found) != len(columns[0]):
        raise problem("TK309", f"there are {len(found)} labels for {len(columns[0])} rows.", setting="labels")
    if any(column.name == "label" for column in columns):
        raise problem("TK309", "the arrays have a column 'label' already.", setting="labels")
    return _as_labels(found)


def _as_labels(values: NDArray[Any]) -> pl.Series:
    return pl.Series("label", plain(values)).cast(pl.String)
