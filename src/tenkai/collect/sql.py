"""collect.sql: a table from a data base query."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

import polars as pl

from tenkai.collect._database import LocalFile, check_query, local_file, query_server
from tenkai.collect._rows import id_columns, to_table
from tenkai.errors import count, listing, problem
from tenkai.step import Advanced, Column, Help, Length, Run, step
from tenkai.values import Schema, Table


@step("collect.sql", version=1, title="Query a data base (SQL)")
def sql(
    *,
    source: Annotated[str, Help("an SQLite file, or the URL of a data base server")],
    query: Annotated[str, Help("the query; it may only read")],
    row_id: Annotated[
        Column | Annotated[list[Column], Length(1)] | None,
        Help("column that names the rows; several are joined with ^"),
    ] = None,
    driver: Annotated[
        Literal["auto", "sqlalchemy", "adbc"], Help("what connects to the server of a URL"), Advanced
    ] = "auto",
    run: Run,
) -> Table:
    """Read the rows a query gives from a data base.

    An SQLite file is opened for reading only, and is read again when it has changed. A server is asked in
    every run, because nobody can tell whether it would answer as before.

    Raises
    ------
    TenkaiError
        TK301 and TK302 for a file that is missing or no SQLite data base; TK310 for a query that fails or
        would write; TK311 where the package for a server is missing; TK205 when there are no rows; TK201 for a
        row id column that is not there; TK207 where row ids repeat.

    Notes
    -----
    Sort in the query (``ORDER BY``): the order of rows is otherwise the server's choice. A URL may hold a
    password: prefer the server's own password file. Columns of raw bytes are left out with a note.

    Source
    ------
    SQLite; SQLAlchemy and ADBC through polars.

    Example
    -------
    >>> import sqlite3
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = str(Path(mkdtemp()) / "bands.db")
    >>> with sqlite3.connect(file) as base:
    ...     _ = base.execute("CREATE TABLE gaps (name, gap)")
    ...     _ = base.executemany("INSERT INTO gaps VALUES (?, ?)", [("Si", 1.1), ("Ge", 0.7)])
    >>> base.close()
    >>> tk.collect.sql(source=file, query="SELECT * FROM gaps ORDER BY gap", row_id="name").ids.to_list()
    ['Ge', 'Si']
    """
    check_query(query)
    file = local_file(source) if driver == "auto" else None
    if file is None:
        run.note("TKW307", "the rows come from a server, which is asked again in every run.")
        frame, identity = query_server(source, query, driver), None
    else:
        frame, identity = file.rows(query, run), f"{file.digest()}|{' '.join(query.split())}"
    if frame.height == 0:
        raise problem("TK205", "the query gives no rows.", setting="query")
    raw = [c.name for c in frame if c.dtype in (pl.Binary, pl.Object)]
    if raw:
        run.note("TKW308", f"{count(len(raw), 'column')} of raw bytes left out: {listing(raw, 6)}.")
    return to_table(frame.drop(raw), row_id=row_id, source=identity)


@sql.check
def _check(*, query: str, **_: object) -> None:
    check_query(query)


@sql.fingerprint
def _fingerprint(*, source: str, driver: str, **_: object) -> str:
    file = local_file(source, must_exist=False) if driver == "auto" else None
    return file.digest() if isinstance(file, LocalFile) else uuid.uuid4().hex


@sql.schema
def _schema(*, source: str, query: str, row_id: str | list[str] | None, driver: str) -> Schema | None:
    file = local_file(source, must_exist=False) if driver == "auto" else None
    if file is None or not file.path.is_file():
        return None
    names = file.columns(query)
    ids = id_columns(row_id, names)
    return Schema({n: None for n in names if n not in ids})
