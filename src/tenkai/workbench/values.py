"""Computed values as the page takes them: facts, typed arrays, sets of rows."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import OrderedDict
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
from tenkai.workbench.wide import Part, Wide, places_of, relatives

MOST_KEPT = 24  # values in memory
MOST_WIDE = 4  # of which it is known what stands beside them
MISSING_CODE = 65535
MOST_CODES = MISSING_CODE


@dataclass(frozen=True)
class Found:
    """A value of a run, where it stands in its sweep, and its id in the store."""

    value: Value
    id: str
    ref: Ref
    outcome: Outcome
    task: str


class Values:
    """Reads values from the store; the last ones stay in memory."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: OrderedDict[str, Value] = OrderedDict()
        self._wide: OrderedDict[tuple[str, ...], Wide] = OrderedDict()
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
        return Found(self._read(finished, ref.output), finished.outputs[ref.output], ref, outcome, tasks[point])

    def wide(self, found: Found) -> Wide:
        """Return a table with the columns of all computed tables about the same rows. Raises TK548 for another type."""
        table = table_of(found)
        others = [
            (near, task, finished, name)
            for near, task, finished in relatives(found.outcome, found.task)
            for name, output in task.step.outputs.items()
            if name in finished.outputs
            and issubclass(output.type, Table)
            # Beside the value stand tables of the very same rows only: others would be chance.
            and (near == "upstream" or finished.figures.get(name, {}).get("rows") == table.height)
        ]
        key = (found.id, str(found.ref), *(f"{t.id} {f.outputs[n]}" for _, t, f, n in others))
        with self._lock:
            if key in self._wide:
                self._wide.move_to_end(key)
                return self._wide[key]
            parts = [Part(str(found.ref), 0, "own", table, None)]
            rows = rows_key(table)
            for near, task, finished, name in others:
                other = self._read(finished, name)
                if not isinstance(other, Table):
                    continue
                same = other.height == table.height and rows_key(other) == rows
                places = None if same else places_of(table, other) if near == "upstream" else None
                if same or places is not None:
                    first = name == next(iter(task.step.outputs))
                    point = found.outcome.expansion.of_node[task.node].index(task.id)
                    parts.append(Part(task.node if first else f"{task.node}.{name}", point, near, other, places))
            wide = self._wide[key] = Wide(parts)
            while len(self._wide) > MOST_WIDE:
                self._wide.popitem(last=False)
            return wide

    def _read(self, finished: Finished, output: str) -> Value:
        identity = finished.outputs[output]
        with self._lock:
            if identity not in self._kept:
                self._kept[identity] = self.store.read(finished, output)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(identity)
            return self._kept[identity]


def tables(session: Session, store: Store) -> list[dict[str, Any]]:
    """Return which computed values are tables, and what kinds of columns they have, without reading their numbers."""
    with session.lock:
        graph, outcome = session.graph, planned(session, store)
    found: list[dict[str, Any]] = []
    for name, bound in graph.nodes.items():
        tasks = outcome.expansion.of_node.get(name, ())
        for output in bound.step.outputs.values():
            made = [outcome.finished[t].outputs.get(output.name) if t in outcome.finished else None for t in tasks]
            first = next((i for i in made if i is not None), None)
            if first is None or not issubclass(output.type, Table):
                continue
            kinds = list(dict(store.header(first)["kinds"]).values())
            points = [
                {
                    "point": i,
                    "at": {outcome.expansion.axes[k].name: plain(v) for k, v in outcome.expansion.tasks[t].point},
                    "height": outcome.finished[t].figures.get(output.name, {}).get("rows"),
                }
                for i, (t, identity) in enumerate(zip(tasks, made, strict=True))
                if identity is not None
            ]
            found.append({
                "ref": f"{name}.{output.name}", "node": name, "output": output.name, "step": bound.step.name,
                "title": bound.step.title, "stage": bound.step.stage, "kinds": {k: kinds.count(k) for k in kinds},
                "points": points,
            })  # fmt: skip
    return found


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
