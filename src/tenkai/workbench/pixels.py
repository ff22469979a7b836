"""What stands behind the pixels of a large heat map, which is drawn as one image: names, numbers, rows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np

from tenkai.errors import problem
from tenkai.interpret._heatmap_plan import Plan
from tenkai.interpret._heatmap_raster import Raster, bands
from tenkai.values import Table
from tenkai.workbench.behind import place_of, sources_of, task_of
from tenkai.workbench.session import Session
from tenkai.workbench.state import plain
from tenkai.workbench.values import Found, Values, rows_key

MOST_KNOWN = 32
HEATMAP = "interpret.heatmap"
Places = tuple[tuple[str, int], ...]
"""Tables by reference and point."""


@dataclass(frozen=True)
class Image:
    """A heat map drawn as an image: its plan, its tables, and what a pixel shows of a block."""

    plan: Plan
    raster: Raster
    tables: Places
    shown: str
    rows: str


class Pixels:
    """Finds the cells behind pixels; how an image is laid out is found out once."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self._known: OrderedDict[tuple[str, Places], Image] = OrderedDict()
        self._lock = RLock()

    def image(self, session: Session, found: Found) -> dict[str, Any]:
        """Return how the image of a heat map is laid out: blocks of cells, one per pixel or more, down and across.

        Raises
        ------
        TenkaiError
            TK548 for what is no heat map, or is not drawn as an image.
        """
        known = self._find(session, found)
        part, raster = known.plan.part, known.raster
        ref, point = known.tables[0]
        return {
            "ref": ref, "point": point, "rows_key": known.rows, "panels": len(known.tables), "shown": known.shown,
            "rows": list(part.rows), "columns": list(part.columns),
            "down": {"block": raster.down.block, "blocks": raster.down.blocks},
            "across": {"block": raster.across.block, "blocks": raster.across.blocks},
        }  # fmt: skip

    def pixel(self, session: Session, found: Found, panel: int, down: int, across: int) -> dict[str, Any]:
        """Return the cells behind a block: names, the number shown, and the rows that a click means.

        Of several cells the extreme is one of them, whose row and column are told; a mean has no row of its own,
        and stands for all rows of its block.

        Raises
        ------
        TenkaiError
            TK581 for a block that is not there; what `image` raises.
        """
        known = self._find(session, found)
        plan, raster = known.plan, known.raster
        for what, at, most in (
            ("panel", panel, len(known.tables)),
            ("block down", down, raster.down.blocks),
            ("block across", across, raster.across.blocks),
        ):
            if not 0 <= at < most:
                raise problem("TK581", f"the image has no {what} {at}.", allowed=f"0 to {most - 1}.")
        r0 = plan.part.rows[0] + down * raster.down.block
        c0 = plan.part.columns[0] + across * raster.across.block
        r1 = min(r0 + raster.down.block, plan.part.rows[1])
        c1 = min(c0 + raster.across.block, plan.part.columns[1])
        ref, point = known.tables[panel]
        table = self.values.find(session, ref, point).value
        assert isinstance(table, Table)
        cells = np.concatenate([band[:, c0:c1] for band in bands(table, plan.names, (r0, r1))])
        told: dict[str, Any] = {
            "rows": [r0, r1], "columns": [c0, c1], "value": None, "row": None, "column": None,
            "first": {"row": table.ids[r0], "column": plan.features[c0]},
            "last": {"row": table.ids[r1 - 1], "column": plan.features[c1 - 1]},
        }  # fmt: skip
        if np.isnan(cells).all():
            return told
        if known.shown == "mean" and cells.size > 1:
            return {**told, "value": plain(float(np.nanmean(cells)))}
        place = _extreme(cells, plan.signed)
        row, column = r0 + place[0], c0 + place[1]
        one = {"row": {"at": row, "name": table.ids[row]}, "column": {"at": column, "name": plan.features[column]}}
        return {**told, **one, "value": plain(float(cells[place]))}

    def _find(self, session: Session, found: Found) -> Image:
        task = task_of(found)
        if task.step.name != HEATMAP:
            raise problem("TK548", f"'{found.ref}' is no heat map.", allowed="A heat map is needed here.")
        given = task.settings
        places = tuple(place_of(found.outcome.expansion, s) for s in sources_of(task.inputs["tables"]))
        key = (found.id, places)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        tables = [t for at in places if isinstance(t := self.values.find(session, *at).value, Table)]
        plan = Plan.of(tables, given["columns"], given["window"], given["scale"], given["most"])
        if plan.raster is None:
            allowed = "A heat map that is an image; marks of others carry their cells."
            raise problem("TK548", f"'{found.ref}' is drawn cell by cell.", allowed=allowed)
        image = Image(plan, plan.raster, places, str(given["pixels"]), rows_key(tables[0]))
        with self._lock:
            self._known[key] = image
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return image


def _extreme(cells: np.ndarray[Any, np.dtype[np.float64]], signed: bool) -> tuple[int, int]:
    """Return the place of the number that the pixel shows: the largest, or the one farthest from 0."""
    at = int(np.nanargmax(cells))
    if signed:
        low = int(np.nanargmin(cells))
        if -cells.flat[low] > cells.flat[at]:
            at = low
    row, column = np.unravel_index(at, cells.shape)
    return int(row), int(column)
