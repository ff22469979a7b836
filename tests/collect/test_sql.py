import sqlite3
from pathlib import Path

import pytest

import tenkai as tk
from tenkai.collect._database import query_server
from tenkai.errors import TenkaiError
from tenkai.step import Run
from tenkai.step.run_context import Cancelled

ROWS = [("Si", 1.12, "dia", b"\x00"), ("Ge", 0.67, "dia", b"\x01"), ("GaAs", 1.42, None, None)]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "bands.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE gaps (name TEXT, gap, lattice, raw BLOB)")
        connection.executemany("INSERT INTO gaps VALUES (?, ?, ?, ?)", ROWS)
    connection.close()
    return path


def error(**settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        tk.collect.sql(**settings)
    return str(caught.value)


def test_worked_example(base: Path):
    table = tk.collect.sql(source=str(base), query="SELECT * FROM gaps ORDER BY gap; -- up", row_id="name")
    assert table.ids.to_list() == ["Ge", "Si", "GaAs"]
    assert table.frame.rows() == [(0.67, "dia"), (1.12, "dia"), (1.42, None)]
    assert [str(n) for n in table.notes] == ["TKW308: 1 column of raw bytes left out: 'raw'."]
    assert tk.collect.sql(source=f"sqlite:///{base}", query="SELECT name FROM gaps").height == 3


def test_types_come_from_all_rows(base: Path):
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
    table = tk.collect.sql(source=str(base), query=many + "SELECT i, CASE i WHEN 500 THEN 0.5 ELSE i END AS x FROM n")
    assert table["x"][-1] == 0.5
    assert table["i"].to_list() == list(range(1, 501))


def test_the_file_is_only_read(base: Path):
    before = base.read_bytes()
    for query in (
        "DELETE FROM gaps",
        "PRAGMA journal_mode=wal",
        "ATTACH 'x.db' AS x",
        "  -- a\n/* b */ DROP TABLE gaps",
    ):
        assert error(source=str(base), query=query).startswith("TK310 collect.sql query: the query does not read.")
    hidden = "WITH x AS (SELECT 1) INSERT INTO gaps SELECT 'x', 1, 'y', NULL"
    assert "Queries may only read." in error(source=str(base), query=hidden)
    assert "one statement at a time" in error(source=str(base), query="SELECT 1; DROP TABLE gaps")
    assert base.read_bytes() == before
    assert sorted(p.name for p in base.parent.iterdir()) == ["bands.db"]


def test_errors(base: Path, tmp_path: Path):
    text = tmp_path / "text.db"
    text.write_text("a,b\n")
    cases = [
        ({"query": "SELECT * FROM gasp"}, "TK310 collect.sql query: the data base says: no such table: gasp."),
        ({"query": "SELECT name, name FROM gaps"}, "Give the columns different names (AS)."),
        ({"query": "SELECT * FROM gaps WHERE gap > 9"}, "TK205 collect.sql query: the query gives no rows."),
        ({"query": "SELECT * FROM gaps", "row_id": "nmae"}, "Did you mean 'name'?"),
        ({"query": ""}, "TK310"),
        ({"source": str(text), "query": "SELECT 1"}, "TK302 collect.sql source: 'text.db' is no SQLite data base."),
        ({"source": "missing.db", "query": "SELECT 1"}, "TK301"),
        ({"source": "nosuch://host/base", "query": "SELECT 1"}, "TK311 collect.sql source: no package here connects"),
        ({"source": "bands", "query": "SELECT 1", "driver": "adbc"}, "TK310 collect.sql source: the source is no URL."),
    ]
    for settings, text_ in cases:
        assert text_ in error(**{"source": str(base), **settings})


@pytest.mark.parametrize("driver", ["sqlalchemy", "adbc"])
def test_servers_by_url(base: Path, driver: str):
    url = f"sqlite:///{base}" if driver == "sqlalchemy" else f"sqlite:////{base}"
    table = tk.collect.sql(source=url, query="SELECT name, gap FROM gaps ORDER BY gap", driver=driver)
    assert table.frame.rows() == [("Ge", 0.67), ("Si", 1.12), ("GaAs", 1.42)]
    assert "TKW307" in "".join(map(str, table.notes))
    with pytest.raises(TenkaiError, match=r"TK310 query: the data base says: .*no such table"):
        query_server(url, "SELECT * FROM absent", driver)


def test_what_a_server_writes_is_undone(base: Path):
    with pytest.raises(TenkaiError, match="TK310"):
        query_server(
            f"sqlite:///{base}", "WITH x AS (SELECT 1) INSERT INTO gaps SELECT 'x', 1, 'y', NULL", "sqlalchemy"
        )
    assert tk.collect.sql(source=str(base), query="SELECT name FROM gaps").height == 3


def test_the_password_is_not_shown():
    text = error(source="postgresql://user:secret@localhost:1/base", query="SELECT 1")
    assert "TK31" in text
    assert "secret" not in text


def test_the_fingerprint_follows_the_file(base: Path):
    settings = tk.collect.sql.convert({"source": str(base), "query": "SELECT 1"})
    first = tk.collect.sql.outside(settings)
    assert tk.collect.sql.outside(settings) == first
    with sqlite3.connect(base) as connection:
        connection.execute("DELETE FROM gaps")
    connection.close()
    assert tk.collect.sql.outside(settings) != first
    server = {**settings, "source": "postgresql://localhost/base"}
    assert tk.collect.sql.outside(server) != tk.collect.sql.outside(server)
    missing = {**settings, "source": "missing.db"}
    assert tk.collect.sql.outside(missing) == tk.collect.sql.outside(missing)


def test_the_schema_comes_from_the_query(base: Path):
    step = tk.collect.sql
    settings = step.convert({"source": str(base), "query": "SELECT name, gap * 2 AS g FROM gaps;", "row_id": "name"})
    assert dict(step.flow({}, settings)["table"].columns) == {"g": None}
    assert step.flow({}, {**settings, "source": "missing.db"})["table"] is None
    assert step.flow({}, {**settings, "source": "postgresql://localhost/base"})["table"] is None


def test_a_long_query_stops_when_asked(base: Path):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    step = tk.collect.sql
    with pytest.raises(Cancelled):
        step.run({}, step.convert({"source": str(base), "query": endless}), Run(cancelled=lambda: True))
