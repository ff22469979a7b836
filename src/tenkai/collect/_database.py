"""Data bases, for reading only: SQLite files, and servers named by a URL."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl

from tenkai.collect._file import find_file, reading
from tenkai.data import find_data
from tenkai.errors import TenkaiError, problem
from tenkai.step import Run
from tenkai.values.hashing import digest_bytes, digest_file

_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
_COMMENT = re.compile(r"\s+|--[^\n]*(\n|$)|/\*.*?\*/|\(", re.DOTALL)
_READS = ("select", "with", "values", "from", "table", "show", "describe")


def check_query(query: str) -> None:
    """Check that a query reads, before the data base itself is asked to refuse the rest. Raises TK310."""
    at = 0
    while found := _COMMENT.match(query, at):
        at = found.end()
    word = re.match(r"[A-Za-z]*", query[at:])
    if not word or word.group().lower() not in _READS:
        raise problem(
            "TK310", "the query does not read.", allowed="Queries begin with SELECT or WITH.", setting="query"
        )


def local_file(source: str, *, must_exist: bool = True) -> LocalFile | None:
    """Return the SQLite file a source names; None for a server.

    Raises
    ------
    TenkaiError
        TK301, TK302 for a file that is missing or no SQLite data base.
    """
    name = source.removeprefix("sqlite:///")
    if "://" in name:
        return None
    if not must_exist:
        try:
            return LocalFile(find_data(name))
        except TenkaiError as error:
            if any(p.code != "TK301" for p in error.problems):
                raise  # it is there, and must not be read
            return LocalFile(Path(name))
    file = find_file(name)
    with reading(file), file.open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\0":
            raise problem("TK302", f"'{file.name}' is no SQLite data base.", setting="source")
    return LocalFile(file)


@dataclass(frozen=True)
class LocalFile:
    """An SQLite file."""

    path: Path

    def digest(self) -> str:
        """Hash what is in it, with what waits in its write-ahead log."""
        log = self.path.with_name(self.path.name + "-wal")
        parts = [digest_file(p) for p in (self.path, log) if p.is_file()]
        return digest_bytes(*(p.encode() for p in parts))

    def rows(self, query: str, run: Run) -> pl.DataFrame:
        """Return the rows of a query. Raises TK310."""
        with closing(self._open()) as base:
            # Long queries stop when the user asks: a handler that says 1 interrupts.
            base.set_progress_handler(lambda: int(run.cancelled is not None and run.cancelled()), 100_000)
            try:
                return pl.read_database(query, base, infer_schema_length=None)
            except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
                run.progress(0, 1)
                raise failed(error) from None

    def columns(self, query: str) -> list[str]:
        """Return the columns of a query without running it. Raises TK310."""
        with closing(self._open()) as base:
            try:
                found = base.execute(f"SELECT * FROM ({query.rstrip().rstrip(';')}\n) LIMIT 0")
            except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
                raise failed(error) from None
            return [column[0] for column in found.description]

    def _open(self) -> sqlite3.Connection:
        # Where nothing can be written SQLite cannot lock either; then nobody else can write.
        sealed = "&immutable=1" if not os.access(self.path.parent, os.W_OK) else ""
        try:
            base = sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro{sealed}", uri=True)
        except sqlite3.Error as error:
            raise failed(error) from None
        base.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        return base


def query_server(url: str, query: str, driver: str) -> pl.DataFrame:
    """Return the rows of a query to a server.

    Raises
    ------
    TenkaiError
        TK310 when it refuses or fails, TK311 when neither SQLAlchemy nor ADBC can reach such a server.
    """
    if "://" not in url:
        raise problem("TK310", "the source is no URL.", allowed="A URL begins like postgresql://.", setting="source")
    missing: list[str] = []
    for name, ask in (("sqlalchemy", _by_sqlalchemy), ("adbc", _by_adbc)):
        if driver in ("auto", name):
            try:
                return ask(url, query)
            except ImportError as error:
                missing.append(f"{name}: {str(error).splitlines()[0].rstrip('.')}")
    scheme = url.split("://", maxsplit=1)[0]
    raise problem(
        "TK311",
        f"no package here connects to {scheme} ({'; '.join(missing)}).",
        remedy="Install tenkai[sql] and the driver of your data base.",
        setting="source",
    )


def _by_sqlalchemy(url: str, query: str) -> pl.DataFrame:
    import sqlalchemy

    try:
        engine = sqlalchemy.create_engine(url)
        with closing(engine.connect()) as base:  # closing without commit undoes whatever a query did
            if engine.dialect.name == "postgresql":
                base = base.execution_options(postgresql_readonly=True)
            if engine.dialect.name == "sqlite":
                base.exec_driver_sql("PRAGMA query_only = ON")
            rows = base.execution_options(no_parameters=True).exec_driver_sql(query)
            if not rows.returns_rows:
                raise problem("TK310", "the query gives no table.", remedy="Queries may only read.", setting="query")
            return pl.DataFrame(rows.fetchall(), schema=list(rows.keys()), orient="row", infer_schema_length=None)
    except sqlalchemy.exc.NoSuchModuleError as error:
        raise ImportError(str(error)) from None
    except (sqlalchemy.exc.SQLAlchemyError, pl.exceptions.PolarsError) as error:
        raise failed(getattr(error, "orig", None) or error) from None


def _by_adbc(url: str, query: str) -> pl.DataFrame:
    import adbc_driver_manager

    try:
        return pl.read_database_uri(query, url, engine="adbc")
    except (adbc_driver_manager.Error, pl.exceptions.PolarsError) as error:
        raise failed(error) from None


def failed(error: BaseException) -> TenkaiError:
    """The error for a query that failed, in the words of the data base."""
    text = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    remedy = ""
    if "not authorized" in text:
        remedy = "Queries may only read."
    if "more than once" in text:
        remedy = "Give the columns different names (AS)."
    return problem("TK310", f"the data base says: {text}.", remedy=remedy, setting="query")
