"""A map that a report carries whole, to be explored offline: packed small, and bounded, with what is left out said."""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.plan.graph import Bound
from tenkai.plan.references import Ref
from tenkai.report.chosen import Pinned
from tenkai.report.explored import MISSING_CODE, Explored, picture_columns, sheet_of
from tenkai.run.results import RunResult
from tenkai.values import Table

MOST_ROWS = 200_000
"""Points that a page carries; of more, so many are drawn at random."""
MOST_COLORS = 6
"""Columns that give the color where none are chosen."""
MOST_THUMBS, THUMB_BYTES = 4000, 1_000_000
SIDES = {"image": 32, "drawing": 64}
"""Pixels of a small picture."""
HEIGHT = 460


@dataclass(frozen=True)
class Live:
    """A map inside a page. `data`: all of it as text; `left_out`: what is not in it."""

    data: str
    rows: int
    left_out: tuple[str, ...]


def can_live(bound: Bound) -> bool:
    """Say whether a figure is one of a single map: its step takes a map, and one at a time."""
    wire = bound.wires.get("map")
    return wire is not None and not wire.listed and not wire.port.gathers


def live_map(
    result: RunResult, bound: Bound, columns: Sequence[str], pinned: Sequence[Pinned], language: str = "en"
) -> Live:
    """Pack the map behind a figure.

    Parameters
    ----------
    columns : columns that can give the color; none: the one of the figure, and some more
    pinned : notes on rows of the map

    Raises
    ------
    TenkaiError
        TK548 for a figure of no map, or of a sweep of maps; TK201, TK202 for columns that do not fit.
    """
    tasks = result.outcome.expansion.of_node.get(bound.name, ())
    if not can_live(bound) or len(tasks) != 1:
        why = "shows no single map" if not can_live(bound) else f"is one of {len(tasks)} of a sweep"
        raise problem("TK548", f"the figure '{bound.name}' {why}.", allowed="Figures of one map can be explored.")
    (ref,) = bound.wires["map"].refs
    table = result.at(ref)
    assert isinstance(table, Table)
    settings = {name: bound.settings.get(name) for name in ("x", "y", "color")}
    things = None if picture_columns(table) else _things(result, ref, table)
    whole = Explored.of(table, x=settings["x"], y=settings["y"], things=things)
    chosen = list(columns) or _usual(whole, settings["color"])
    left_out: list[str] = []
    explored = _some_rows(whole, left_out)
    rest = len([c for c in whole.columns if c not in (*chosen, whole.x, whole.y)])
    if rest:
        left_out.append(f"{count(rest, 'further column')} not in this file")
    if "new" in bound.wires:
        left_out.append("new rows are in the printed figure only")
    color = settings["color"] if settings["color"] in chosen else (chosen[0] if chosen else "")
    return Live(_packed(explored, chosen, color, pinned, language, left_out), explored.table.height, tuple(left_out))


def _usual(explored: Explored, color: str | None) -> list[str]:
    """Return the color of the figure, then categories, then numbers; coordinates are seen anyway."""
    own = (explored.x, explored.y)
    able = [c for c in explored.columns if c not in own and explored.table.kinds[c] != "text"]
    able.sort(key=lambda c: (c != color, explored.table.kinds[c] != "category"))
    return able[:MOST_COLORS]


def _things(result: RunResult, ref: Ref, table: Table) -> Table | None:
    """Return the nearest table upstream that has pictures of the rows of a map."""
    for source in _upstream(result, ref):
        value = result.at(source)
        if isinstance(value, Table) and picture_columns(value):
            first = value.with_columns(value.frame.select(picture_columns(value)[0]), value.kinds)
            if first.ids.is_in(table.ids.implode()).any():
                return first
    return None


def _upstream(result: RunResult, ref: Ref) -> Iterator[Ref]:
    graph, seen, open_ = result.graph, {ref}, [ref]
    while open_:
        bound = graph.nodes[open_.pop(0).node]
        for wire in bound.wires.values():
            for source in wire.refs:
                single = len(result.outcome.expansion.of_node.get(source.node, ())) == 1
                if source in seen or not single or source.node not in graph.nodes:
                    continue
                seen.add(source)
                open_.append(source)
                if issubclass(graph.nodes[source.node].step.outputs[source.output].type, Table):
                    yield source


def _some_rows(explored: Explored, left_out: list[str]) -> Explored:
    height = explored.table.height
    if height <= MOST_ROWS:
        return explored
    left_out.append(f"{MOST_ROWS:,} of {height:,} rows, drawn at random")
    kept = np.sort(np.random.default_rng(0).permutation(height)[:MOST_ROWS])
    table = explored.table.take(kept)
    found = explored.pictures
    return replace(explored, table=table, pictures=None if found is None else replace(found, table=table))


def _packed(
    explored: Explored,
    columns: Sequence[str],
    color: str,
    pinned: Sequence[Pinned],
    language: str,
    left_out: list[str],
) -> str:
    table = explored.table
    xs, ys = explored.coordinates()
    (x_codes, x_scale), (y_codes, y_scale) = _codes(xs), _codes(ys)
    said, cells = [], []
    for column in columns:
        words, content = explored.colored(column)
        said.append(words)
        cells.append(content)
    side, rows, sheet = _thumbs(explored, left_out)
    notes = [
        {"text": n.text, "positions": np.flatnonzero(table.ids.is_in(list(n.ids)).to_numpy()).tolist()} for n in pinned
    ]
    head = {
        "n": table.height,
        "x": explored.x,
        "y": explored.y,
        "label": f"{table.height} rows.",
        "language": language,
        "height": HEIGHT,
        "scale": {"x": x_scale, "y": y_scale},
        "columns": said,
        "color": color,
        "thumbs": {"side": side, "rows": len(rows)} if len(rows) else None,
        "notes": notes,
        "left_out": left_out,
    }
    ids = "\n".join(i.replace("\n", " ") for i in table.ids.to_list()).encode()
    parts = [
        json.dumps(head, ensure_ascii=False, allow_nan=False).encode(),
        x_codes.tobytes(), y_codes.tobytes(), ids, rows.astype("<u4").tobytes(), sheet, *cells,
    ]  # fmt: skip
    block = b"".join(len(part).to_bytes(4, "little") + part for part in parts)
    return base64.b64encode(zlib.compress(block, 9)).decode()


def _codes(values: NDArray[np.float32]) -> tuple[NDArray[np.uint16], list[float]]:
    """Return coordinates in steps of a sixteenth bit of their extent, 65535 where there is none."""
    known = np.isfinite(values)
    wide = values.astype(np.float64)
    low = float(wide[known].min()) if known.any() else 0.0
    high = float(wide[known].max()) if known.any() else 0.0
    step = (high - low) / (MISSING_CODE - 1) or 1.0
    codes = np.full(len(values), MISSING_CODE, "<u2")
    codes[known] = np.rint((wide[known] - low) / step)
    return codes, [low, step]


def _thumbs(explored: Explored, left_out: list[str]) -> tuple[int, NDArray[np.int64], bytes]:
    """Return small pictures of the rows, of as many as have room: their side, their rows, and the sheet (WebP)."""
    found = explored.pictures
    if found is None:
        return 0, np.empty(0, np.int64), b""
    height = explored.table.height
    side = SIDES["drawing"] if found.draw is not None else min(SIDES["image"], max(found.shape[:2], default=32))
    side = max(side, 8)
    order = np.random.default_rng(0).permutation(height)
    room = min(height, MOST_THUMBS)
    while True:
        rows = np.sort(order[:room])
        content = _webp(sheet_of(found.of(rows.tolist(), side), side))
        if len(content) <= THUMB_BYTES or room < 32:
            break
        room = int(room * min(0.9, THUMB_BYTES / len(content)))
    if len(rows) < height:
        left_out.append(f"pictures of {len(rows):,} of {height:,} rows, drawn at random")
    return side, rows, content


def _webp(sheet: Any) -> bytes:
    """Write a sheet pixel by pixel where that has room, else as photographs are written."""
    exact, near = io.BytesIO(), io.BytesIO()
    sheet.save(exact, "WEBP", lossless=True, quality=50, method=2)
    if exact.tell() <= THUMB_BYTES:
        return exact.getvalue()
    sheet.save(near, "WEBP", quality=75, method=4)
    return near.getvalue()
