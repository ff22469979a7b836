"""Any file, however damaged, gives a table or one message, never a traceback."""

import gzip
import io
import random
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from xlsxwriter import Workbook

import tenkai as tk
from tenkai.error_codes import CODES
from tenkai.errors import TenkaiError

TEXT = 'name;x;"y ""q""";z\n"a; b";1,5;"l1\nl2";-\nc;2;"";4\n;NA;3;試料\n'


def text(_: Path) -> bytes:
    return TEXT.encode("cp932") * 3


def packed(_: Path) -> bytes:
    return gzip.compress(TEXT.encode())


def parquet(_: Path) -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).write_parquet(out)
    return out.getvalue()


def workbook(_: Path) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [1, "x"])
    return out.getvalue()


def base(folder: Path) -> bytes:
    with sqlite3.connect(folder / "whole.db") as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.execute("INSERT INTO t VALUES (1, 'x')")
    connection.close()
    return (folder / "whole.db").read_bytes()


def arrays(_: Path) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, x=np.arange(30), y=np.zeros((30, 40)), x_names=[f"n{i}" for i in range(30)])
    return out.getvalue()


def array(_: Path) -> bytes:
    out = io.BytesIO()
    np.save(out, np.arange(12.0).reshape(3, 4))
    return out.getvalue()


def idx(_: Path) -> bytes:
    return b"\0\0\x08\x03" + bytes([0, 0, 0, 2] * 3) + bytes(8)


def pictures(_: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP"):
            file = io.BytesIO()
            Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3)).save(file, kind)
            archive.writestr(f"d/x.{kind.lower()}", file.getvalue())
    return out.getvalue()


CASES: list[tuple[str, Callable[[Path], bytes], dict[str, object]]] = [
    ("csv", text, {}),
    ("csv", packed, {}),
    ("parquet", parquet, {}),
    ("excel", workbook, {}),
    ("array", arrays, {}),
    ("array", array, {}),
    ("array", idx, {}),
    ("images", pictures, {}),
    ("sql", base, {"query": "SELECT * FROM t"}),
]


@pytest.mark.parametrize(("name", "make", "settings"), CASES, ids=[make.__name__ for _, make, _ in CASES])
def test_a_damaged_file_gives_a_table_or_a_message(tmp_path: Path, name: str, make, settings: dict[str, object]):
    step = getattr(tk.collect, name)
    whole = make(tmp_path)
    draw = random.Random(make.__name__)
    for i in range(40):
        file = tmp_path / f"{i}.{name}"
        file.write_bytes(damage(whole, draw) if i else whole)
        place = {"source" if name == "sql" else "path": str(file)}
        try:
            converted = step.convert({**place, **settings})
            step.flow({}, converted)
            step.run({}, converted)
        except TenkaiError as error:
            assert i > 0, error
            assert all(p.code in CODES and p.fact for p in error.problems)


def damage(whole: bytes, draw: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(draw.choice([1, 2, 5, 20])):
        at = draw.randrange(len(data)) if data else 0
        match draw.randrange(4):
            case 0:
                data[at : at + 1] = draw.randbytes(1)
            case 1:
                del data[at : at + draw.randrange(1, 40)]
            case 2:
                data[at:at] = draw.randbytes(draw.randrange(1, 9))
            case 3:
                data = data[:at] if draw.random() < 0.3 else data
    return bytes(data)
