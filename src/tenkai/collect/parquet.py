"""collect.parquet: a table from a Parquet file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import polars as pl

from tenkai.collect._cells import CellKind, check_kinds
from tenkai.collect._file import damaged, find_file, reading, seen_file
from tenkai.collect._rows import id_columns, to_table
from tenkai.step import Advanced, Column, DataPath, Help, Length, Run, step
from tenkai.values import Schema, Table
from tenkai.values.hashing import digest_file
from tenkai.values.kinds import kind_of_dtype


@step("collect.parquet", version=1, title="Read a Parquet file")
def parquet(
    *,
    path: Annotated[DataPath, Help("the file")],
    row_id: Annotated[
        Column | Annotated[list[Column], Length(1)] | None,
        Help("column that names the rows; several are joined with ^"),
    ] = None,
    kinds: Annotated[dict[str, CellKind] | None, Help("kinds of some columns; the others are found"), Advanced] = None,
    run: Run,
) -> Table:
    """Read a table from a Parquet file.

    Parquet keeps the types of columns, so nothing is guessed but whether texts are categories. Lists of equal
    length become vectors.

    Raises
    ------
    TenkaiError
        TK302 for what is no Parquet file or is damaged; TK201 for a row id column that is not there; TK207
        where row ids repeat.

    Notes
    -----
    The format to choose for large tables: it is read many times faster than text, and exactly. The columns
    that make the row ids leave the table.

    Source
    ------
    Apache Parquet; pyarrow, ParquetFile.

    Example
    -------
    >>> import polars as pl
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "bands.parquet"
    >>> pl.DataFrame({"name": ["Si", "Ge"], "gap": [1.1, 0.7]}).write_parquet(file)
    >>> tk.collect.parquet(path=str(file), row_id="name")["gap"].to_list()
    [1.1, 0.7]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = find_file(path)
    # Arrow's reader answers damaged files with errors; polars' own may end the process.
    with reading(file):
        try:
            with pq.ParquetFile(file) as opened:
                content = opened.read(use_threads=run.threads > 1)
            content.validate(full=True)
            plain = pa.schema([field.remove_metadata() for field in content.schema])
            frame = pl.DataFrame(pa.Table.from_arrays(content.columns, schema=plain))
        except (pa.ArrowException, ValueError, pl.exceptions.PolarsError) as error:
            raise damaged(file, "a Parquet file", error) from None
    check_kinds(kinds or {}, frame.columns)
    return to_table(frame, row_id=row_id, source=digest_file(file), kinds=kinds)


@parquet.schema
def _schema(*, path: str, row_id: str | list[str] | None, kinds: Mapping[str, CellKind] | None) -> Schema | None:
    file = seen_file(path)
    if file is None:
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    with reading(file):
        try:
            with pq.ParquetFile(file) as opened:
                plain = pa.schema([field.remove_metadata() for field in opened.schema_arrow])
            found = pl.DataFrame(plain.empty_table()).schema
        except (pa.ArrowException, ValueError, pl.exceptions.PolarsError) as error:
            raise damaged(file, "a Parquet file", error) from None
    given = kinds or {}
    check_kinds(given, found)
    ids = id_columns(row_id, found)
    # Lists may become vectors: only their lengths tell.
    columns = {n: None if isinstance(t, pl.List) else kind_of_dtype(t) for n, t in found.items()}
    return Schema({n: given.get(n) or kind for n, kind in columns.items() if n not in ids})
