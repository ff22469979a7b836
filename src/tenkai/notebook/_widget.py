"""The widget behind tk.explore. What the browser shows comes as bytes; names and pictures are sent when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, nearest, problem
from tenkai.report.explored import Explored
from tenkai.values import Table

MOST_ASKED = 100_000
"""Rows whose names are sent in one answer."""
MOST_PICTURES = 4096
SIDES = (8, 512)


@lru_cache(maxsize=2)
def static_text(name: str) -> str:
    """Return a built file of the explorer."""
    return (files("tenkai.report") / "static" / name).read_text(encoding="utf-8")


def _taken(value: Any, widget: Any) -> bytes:
    """What the browser sends comes as a view of memory."""
    return bytes(value)


class Explorer(anywidget.AnyWidget):
    """A map in a notebook.

    Attributes
    ----------
    selection : list of str
        Row ids of the rows selected, in the order of the table. Setting it highlights them.
    selected : Table
        The rows selected, with all columns.
    color : str
        The column that gives the color; empty for none.
    """

    _x = traitlets.Bytes().tag(sync=True)
    _y = traitlets.Bytes().tag(sync=True)
    _about = traitlets.Dict().tag(sync=True)
    _said = traitlets.Dict().tag(sync=True)
    _cells = traitlets.Bytes().tag(sync=True)
    _bits = traitlets.Bytes().tag(sync=True, from_json=_taken)
    color = traitlets.Unicode().tag(sync=True)
    selection: Any = traitlets.List()

    def __init__(
        self, explored: Explored, *, color: str | None, selection: Sequence[str], height: int, language: str
    ) -> None:
        self._explored = explored
        self._esm, self._css = static_text("widget.js"), static_text("explorer.css")
        x, y = explored.coordinates().astype("<f4")
        chosen = color or ""
        said, cells = self._colors(chosen)
        super().__init__(
            _x=x.tobytes(),
            _y=y.tobytes(),
            _about={
                "x": explored.x,
                "y": explored.y,
                "label": f"{explored.table.height} rows.",
                "columns": explored.columns,
                "pictures": explored.pictures is not None,
                "language": language,
                "height": height,
            },
            _said=said,
            _cells=cells,
            color=chosen,
            _bits=self._packed([]),
        )
        self.selection = list(selection)
        self.on_msg(self._asked)

    # ---- selection ----------------------------------------------------------------------------

    @property
    def selected(self) -> Table:
        """The rows selected, as a table."""
        return self._explored.table.take(self._positions())

    def _positions(self) -> NDArray[np.int64]:
        bits = np.unpackbits(np.frombuffer(self._bits, np.uint8), bitorder="little")
        return np.flatnonzero(bits[: self._explored.table.height])

    def _packed(self, positions: Sequence[int] | NDArray[np.int64]) -> bytes:
        bits = np.zeros(self._explored.table.height, np.uint8)
        bits[positions] = 1
        return np.packbits(bits, bitorder="little").tobytes()

    @traitlets.validate("_bits")
    def _check_bits(self, proposal: Mapping[str, Any]) -> bytes:
        """A page that sends another number of rows shows another map."""
        bits = bytes(proposal["value"])
        if len(bits) != (self._explored.table.height + 7) // 8:
            raise traitlets.TraitError("the selection is one of another map")
        return bits

    @traitlets.observe("_bits")
    def _bits_changed(self, change: Mapping[str, Any]) -> None:
        self.selection = self._explored.table.ids.gather(self._positions()).to_list()

    @traitlets.validate("selection")
    def _check_selection(self, proposal: Mapping[str, Any]) -> list[str]:
        """Row ids become positions; they are kept in the order of the table."""
        ids = self._explored.table.ids
        wanted = list(dict.fromkeys(map(str, proposal["value"])))
        found = np.flatnonzero(ids.is_in(wanted).to_numpy())
        if len(found) < len(wanted):
            there = set(ids.gather(found).to_list())
            missing = next(i for i in wanted if i not in there)
            raise problem(
                "TK571",
                f"the map has no row '{missing}' ({len(wanted) - len(found)} of {len(wanted)} are not there).",
                allowed=f"Its rows: '{ids[0]}' to '{ids[-1]}'.",
                remedy=nearest(missing, ids.head(5000).to_list()),
                setting="selection",
            )
        return list(ids.gather(found).to_list())

    @traitlets.observe("selection")
    def _selection_changed(self, change: Mapping[str, Any]) -> None:
        ids = self._explored.table.ids
        self._bits = self._packed(np.flatnonzero(ids.is_in(change["new"]).to_numpy()))

    # ---- color --------------------------------------------------------------------------------

    def _colors(self, column: str) -> tuple[dict[str, Any], bytes]:
        return self._explored.colored(column) if column else ({}, b"")

    @traitlets.validate("color")
    def _check_color(self, proposal: Mapping[str, Any]) -> str:
        column: str = proposal["value"]
        if column:
            self._explored.table.require([column], setting="color")
        return column

    @traitlets.observe("color")
    def _color_changed(self, change: Mapping[str, Any]) -> None:
        said, cells = self._colors(change["new"])
        # Together: the browser draws when the words come, and must have the numbers then.
        with self.hold_sync():
            self._cells, self._said = cells, said

    # ---- questions ----------------------------------------------------------------------------

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """Answer a question of the browser; one that makes no sense is not answered."""
        if not isinstance(content, dict) or not isinstance(content.get("number"), int):
            return
        positions = content.get("positions")
        height = self._explored.table.height
        most = MOST_PICTURES if content.get("ask") == "pictures" else MOST_ASKED
        if not isinstance(positions, list) or not 0 < len(positions) <= most:
            return
        if not all(isinstance(p, int) and 0 <= p < height for p in positions):
            return
        answer: dict[str, Any] = {"to": content["number"]}
        sheets: list[bytes] = []
        try:
            if content.get("ask") == "rows":
                answer["rows"] = self._rows(positions)
            elif content.get("ask") == "pictures":
                side = content.get("side")
                if not isinstance(side, int) or not SIDES[0] <= side <= SIDES[1]:
                    return
                sheets = [self._explored.sheet(positions, side)]
        except TenkaiError as error:
            answer["error"] = str(error)
        self.send(answer, buffers=sheets)

    def _rows(self, positions: list[int]) -> list[dict[str, Any]]:
        shown = [self.color] if self.color else []
        ids = self._explored.table.ids.gather(positions).to_list()
        cells = self._explored.cells(positions, shown) if shown else [[]] * len(ids)
        return [
            {"id": i, "cells": [[n, t] for n, t in zip(shown, row, strict=True)]}
            for i, row in zip(ids, cells, strict=True)
        ]

    def __repr__(self) -> str:
        what = f"rows={self._explored.table.height}, x={self._explored.x!r}, y={self._explored.y!r}"
        return f"Explorer({what}, color={self.color!r}, selected={len(self._positions())})"
