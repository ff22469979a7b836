"""Computed values as the page takes them: facts, typed arrays, pages of rows, pictures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, listing, problem
from tenkai.plan.references import Ref, resolve
from tenkai.run.engine import Outcome
from tenkai.run.store import Finished, Store
from tenkai.values import Figure, Scores, Table, Value
from tenkai.workbench.session import Session
from tenkai.workbench.state import plain, planned

MOST_KEPT = 24  # values in memory
MOST_ROWS = 2000  # rows of one page
MOST_PICTURES = 4096  # tiles of one strip
PER_LINE = 32
MISSING_CODE = 65535
MOST_CODES = MISSING_CODE
LONGEST_CELL = 400


@dataclass(frozen=True)
class Found:
    """A value of a run, where it stands in its sweep, and its id in the store."""

    value: Value
    id: str
    ref: Ref
    outcome: Outcome


class Values:
    """Reads values from the store; the last ones stay in memory."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: OrderedDict[str, Value] = OrderedDict()
        self._lock = RLock()

    def find(self, session: Session, text: str, point: int) -> Found:
        """Return the value of a reference at a point of its sweep.

        Raises
        ------
        TenkaiError
            TK108 for a reference that leads nowhere; TK547 when it is not computed yet, or has no such point.
        """
        with session.lock:
            graph, outcome = session.graph, planned(session, self.store)
        ref = resolve(text, {n: b.step for n, b in graph.nodes.items()}, figure=False)
        if not isinstance(ref, Ref):
            raise TenkaiError(ref)
        tasks = outcome.expansion.of_node.get(ref.node, ())
        if not 0 <= point < max(len(tasks), 1):
            raise problem("TK547", f"'{text}' has no point {point}.", allowed=f"0 to {len(tasks) - 1}.")
        finished = outcome.finished.get(tasks[point]) if tasks else None
        if finished is None:
            raise problem("TK547", f"'{text}' is not computed yet.", remedy="Run it.")
        if ref.output not in finished.outputs:
            made = f"Made: {listing(finished.outputs)}."
            raise problem("TK108", f"'{text}' was not made for these rows and settings.", allowed=made)
        return Found(self._read(finished, ref.output), finished.outputs[ref.output], ref, outcome)

    def _read(self, finished: Finished, output: str) -> Value:
        identity = finished.outputs[output]
        with self._lock:
            if identity not in self._kept:
                self._kept[identity] = self.store.read(finished, output)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(identity)
            return self._kept[identity]


def info(found: Found) -> dict[str, Any]:
    """Return what a value is, before its numbers."""
    value, expansion = found.value, found.outcome.expansion
    tasks = [expansion.tasks[t] for t in expansion.of_node[found.ref.node]]
    points = [{expansion.axes[k].name: plain(v) for k, v in t.point} for t in tasks]
    columns: list[dict[str, Any]] = []
    if isinstance(value, Table):
        columns = [_column_info(value, name) for name in value.columns]
    return {
        "type": value.type_name,
        "title": value.title if isinstance(value, Figure) else "",
        "text": value.text if isinstance(value, Figure) else "",
        "notes": [{"code": n.code, "text": n.text} for n in value.notes],
        "summary": plain(value.summary()),
        "measures": plain(value.measures()),
        "lens": value.lens.sentences() if isinstance(value, Scores) and value.lens is not None else [],
        "height": value.height if isinstance(value, Table) else 0,
        "columns": columns,
        "points": points,
        "rows": rows_key(value) if isinstance(value, Table) else "",
        "axes": list(dict.fromkeys(n for p in points for n in p)),
        "id": found.id,
    }


def rows_key(table: Table) -> str:
    """Return a text that is equal for tables with the same row ids in the same order."""
    return hashlib.blake2b(table.ids.hash(7).to_numpy().tobytes(), digest_size=12).hexdigest()


def match(table: Table, rows: str, other: Table) -> dict[str, Any]:
    """Return which rows of another table have the row ids of some rows of this one, as a base64 bitset."""
    chosen = table.ids.filter(pl.Series(bitset(rows, table.height)))
    found = other.ids.is_in(chosen.implode()).to_numpy()
    packed = np.packbits(found, bitorder="little").tobytes()
    return {"rows": base64.b64encode(packed).decode(), "n": int(found.sum()), "height": other.height}


def _column_info(table: Table, name: str) -> dict[str, Any]:
    series = table.frame[name]
    shape = list(series.dtype.shape) if isinstance(series.dtype, pl.Array) else []
    gaps = series.null_count() + (int(series.is_nan().sum() or 0) if series.dtype.is_float() else 0)
    return {"name": name, "kind": table.kinds[name], "dtype": str(series.dtype), "shape": shape, "missing": gaps}


def table_of(found: Found) -> Table:
    """Return the value as a table. Raises TK548 for another type."""
    if not isinstance(found.value, Table):
        raise problem("TK548", f"'{found.ref}' is a {found.value.type_name}.", allowed="A table is needed here.")
    return found.value


def numbers(table: Table, column: str) -> bytes:
    """Return a number column as float32, NaN where it is missing."""
    table.require([column], ("number",), "column")
    series = table.frame[column].cast(pl.Float32, strict=False)
    return np.ascontiguousarray(series.fill_null(float("nan")).to_numpy(), "<f4").tobytes()


def codes(table: Table, column: str) -> tuple[NDArray[np.uint16], list[str]]:
    """Return the cells of a column as codes of its different values, in the order of their first row.

    Raises
    ------
    TenkaiError
        TK548 when there are too many different ones.
    """
    table.require([column], ("category", "text", "number"), "column")
    texts = table.frame[column].cast(pl.String)
    labels = texts.drop_nulls().unique(maintain_order=True)
    if len(labels) >= MOST_CODES:
        raise problem("TK548", f"column '{column}' has {len(labels)} different values.", allowed=f"Below {MOST_CODES}.")
    places = pl.DataFrame(
        {"t": labels, "c": np.arange(len(labels), dtype=np.uint16)}, schema_overrides={"t": pl.String}
    )
    joined = texts.to_frame("t").join(places, on="t", how="left", maintain_order="left")["c"]
    return np.ascontiguousarray(joined.fill_null(MISSING_CODE).to_numpy(), "<u2"), labels.to_list()


def bitset(text: str, height: int) -> NDArray[np.bool_]:
    """Return which rows a base64 bitset holds (bit 0 of byte 0 is the first row). Raises TK548."""
    try:
        raw = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        raise problem("TK548", "the set of rows is no base64 text.") from None
    bits = np.unpackbits(raw, bitorder="little")
    if not height <= len(bits) < height + 64:
        raise problem("TK548", f"the set of rows has {len(bits)} bits for {height} rows.")
    return bits[:height].astype(bool)


def page_of_rows(
    table: Table,
    start: int,
    count: int,
    *,
    columns: Sequence[str] | None = None,
    sort: tuple[str, bool] | None = None,
    filter: str = "",
    within: str | None = None,
) -> dict[str, Any]:
    """Return some rows of a table, as it is sorted and filtered; `filter`: text that a row id or cell holds.

    Raises
    ------
    TenkaiError
        TK201 for a column that is not there; TK548 for impossible numbers of rows.
    """
    if start < 0 or not 0 <= count <= MOST_ROWS:
        raise problem("TK548", f"{count} rows from {start} on cannot be shown.", allowed=f"At most {MOST_ROWS}.")
    names = list(columns) if columns is not None else table.columns
    table.require(names)
    at = np.arange(table.height) if within is None else np.flatnonzero(bitset(within, table.height))
    if filter:
        at = at[_holding(table, filter)[at]]
    if sort is not None:
        at = at[_order(table, sort[0], sort[1], at)]
    shown = at[start : start + count]
    part = table.take(shown)
    return {
        "total": len(at),
        "ids": part.ids.to_list(),
        "positions": shown.tolist(),
        "columns": {n: _cells(part.frame[n], part.kinds[n]) for n in names},
    }


def _holding(table: Table, text: str) -> NDArray[np.bool_]:
    wanted = text.casefold()
    found = table.ids.str.to_lowercase().str.contains(wanted, literal=True).to_numpy().copy()
    for name in table.columns:
        if table.kinds[name] in ("category", "text", "molecule"):
            cells = table.frame[name].cast(pl.String).str.to_lowercase().str.contains(wanted, literal=True)
            found |= cells.fill_null(False).to_numpy()
    return np.asarray(found)


def _order(table: Table, column: str, descending: bool, at: NDArray[np.int64]) -> NDArray[np.int64]:
    series = table.ids if column == "" else table[column]
    if isinstance(series.dtype, pl.Array | pl.List):
        raise problem("TK548", f"rows cannot be sorted by '{column}', whose cells are no single values.")
    if series.dtype.is_float():
        series = series.fill_nan(None)
    return series.gather(pl.Series(at)).arg_sort(descending=descending, nulls_last=True).cast(pl.Int64).to_numpy()


def _cells(series: pl.Series, kind: str) -> list[Any]:
    if kind in ("image", "crystal"):
        return [None] * len(series)  # pictures are asked for
    if isinstance(series.dtype, pl.Array | pl.List):
        return [None if v is None else f"{len(v)} numbers" for v in series.to_list()]
    cells = [plain(v) for v in series.to_list()]
    return [c if not isinstance(c, str) or len(c) <= LONGEST_CELL else c[:LONGEST_CELL] + "…" for c in cells]


def pictures_strip(table: Table, column: str, positions: Sequence[int], side: int) -> bytes:
    """Return the pictures of some rows as one PNG of square tiles, 32 per line.

    Raises
    ------
    TenkaiError
        TK548 for rows that are not there, or too many; TK702 for a column without pictures.
    """
    from PIL import Image

    from tenkai.interpret._things import pictures

    if not positions or len(positions) > MOST_PICTURES or not 8 <= side <= 512:
        raise problem("TK548", f"{len(positions)} pictures of {side} pixels cannot be sent.")
    if min(positions) < 0 or max(positions) >= table.height:
        raise problem("TK548", "a row is not there.", allowed=f"0 to {table.height - 1}.")
    images = pictures(table, column, False).of(positions)
    across = min(PER_LINE, len(images))
    sheet = Image.new("RGB", (across * side, -(-len(images) // across) * side), "white")
    for i, pixels in enumerate(images):
        picture = Image.fromarray(pixels)
        scale = side / max(picture.size)
        size = tuple(max(1, round(n * scale)) for n in picture.size)
        how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
        small = picture.resize((size[0], size[1]), how)
        x, y = (i % across) * side + (side - size[0]) // 2, (i // across) * side + (side - size[1]) // 2
        sheet.paste(small, (x, y))
    memory = io.BytesIO()
    sheet.save(memory, "PNG", compress_level=1)
    return memory.getvalue()


def structure(table: Table, column: str, position: int) -> dict[str, Any]:
    """Return a molecule or crystal for the 3-D drawer. Raises TK202, TK548."""
    table.require([column], ("molecule", "crystal"), "column")
    if not 0 <= position < table.height:
        raise problem("TK548", "a row is not there.", allowed=f"0 to {table.height - 1}.")
    kind = table.kinds[column]
    return {"kind": kind, "format": "smiles" if kind == "molecule" else "xyz", "text": table.frame[column][position]}
