"""A value with the columns of all other values about the same rows beside its own.

A map has two coordinates and what was carried along; what a researcher asks of its points (labels, measurements,
pictures) mostly stands in the tables it was made from. Rows are matched by row id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.plan.tasks import Gathered, Task
from tenkai.run.engine import Outcome
from tenkai.run.store import Finished
from tenkai.values import Kind, Table

Near = Literal["own", "upstream", "beside"]
Places = NDArray[np.int64]

MOST_COLUMNS = 20_000
_MOST_COMPARED = 4096
"""Cells of pictures and vectors that are looked at to see whether two columns are the same."""
_AUTOMATIC = r"^Row\d+$"


@dataclass(frozen=True, eq=False)
class Part:
    """A table about some or all of the rows.

    Parameters
    ----------
    ref, point : what it is called
    places : where each row of the value stands in it, -1 where it is not there; None: the same rows in the same order
    """

    ref: str
    point: int
    near: Near
    table: Table
    places: Places | None

    @property
    def height(self) -> int:
        """How many rows the value has."""
        return self.table.height if self.places is None else len(self.places)

    @property
    def matched(self) -> int:
        """How many rows of the value are in it."""
        return self.table.height if self.places is None else int((self.places >= 0).sum())

    def series(self, column: str, at: Places | None) -> pl.Series:
        """Return a column in the order of the value, or at some of its rows; missing where the table lacks a row."""
        found = self.table.frame[column]
        if self.places is None:
            return found if at is None else found.gather(pl.Series(at))
        places = self.places if at is None else self.places[at]
        return found.gather(pl.select(pl.when(pl.lit(pl.Series(places)) >= 0).then(pl.Series(places))).to_series())


@dataclass(frozen=True)
class WideColumn:
    """A column under the name it has here: its own, with the table in brackets where that is taken."""

    name: str
    column: str
    part: Part


class Wide:
    """Columns of a value and of related ones; a column is put in order only when it is asked for."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self.own = parts[0].table
        self.columns: dict[str, WideColumn] = {}
        self.pictures: dict[str, Any] = {}
        """What is known of columns of pictures: kept by those who draw them."""
        for part in parts:
            for column in part.table.columns:
                self._add(part, column)

    def _add(self, part: Part, column: str) -> None:
        taken = [c for c in self.columns.values() if c.column == column]
        if len(self.columns) >= MOST_COLUMNS or any(_same(c.part, part, column) for c in taken):
            return
        name = column if column not in self.columns else f"{column} ({part.ref})"
        if name not in self.columns:
            self.columns[name] = WideColumn(name, column, part)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.own.height

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kind of each column."""
        return {name: c.part.table.kinds[c.column] for name, c in self.columns.items()}

    def choose(self, kinds: Iterable[Kind], near: Iterable[Near] = ("own", "upstream", "beside")) -> list[str]:
        """Return the names of columns of some kinds."""
        wanted, allowed = set(kinds), set(near)
        return [n for n, c in self.columns.items() if self.kinds[n] in wanted and c.part.near in allowed]

    def pick(self, names: Sequence[str], at: Places | None = None) -> Table:
        """Return a table with some of the columns, at some or all rows. Raises TK201 for a column that is not there."""
        for name in names:
            if name not in self.columns:
                self.own.require([name])  # says which columns there are
        rows = self.own if at is None else self.own.take(at)
        found = {n: self.columns[n].part.series(self.columns[n].column, at).alias(n) for n in names}
        kinds = self.kinds
        return replace(rows, frame=pl.DataFrame(found), kinds={n: kinds[n] for n in names})


def alone(table: Table, ref: str = "", point: int = 0) -> Wide:
    """Return a value with its own columns only."""
    return Wide([Part(ref, point, "own", table, None)])


def _same(here: Part, there: Part, column: str) -> bool:
    """Say whether a column of two tables holds the same for these rows, as what is carried along does."""
    dtype = here.table.frame[column].dtype
    if dtype != there.table.frame[column].dtype:
        return False
    height, at = here.height, None
    if isinstance(dtype, pl.Array | pl.List) and height > _MOST_COMPARED:
        at = np.linspace(0, height - 1, _MOST_COMPARED).astype(np.int64)
    return here.series(column, at).equals(there.series(column, at), null_equal=True)


def places_of(table: Table, other: Table) -> Places | None:
    """Return where the rows of a table stand in another, -1 where they are not there; None when none is there.

    Names that were only counted (Row0, Row1, ...) say nothing: then the rows must also come from one source.
    """
    if not table.height or not other.height:
        return None
    if _counted(table.ids) and _counted(other.ids) and not _one_source(table, other):
        return None
    index = pl.DataFrame({"id": other.ids, "at": np.arange(other.height)})
    joined = table.ids.alias("id").to_frame().join(index, on="id", how="left", maintain_order="left")["at"]
    places = joined.fill_null(-1).cast(pl.Int64).to_numpy()
    return places if bool((places >= 0).any()) else None


def _counted(ids: pl.Series) -> bool:
    return bool(ids.str.contains(_AUTOMATIC).all())


def _one_source(table: Table, other: Table) -> bool:
    return bool(np.isin(table.identity.keys, other.identity.keys).any())


def relatives(outcome: Outcome, task: str) -> list[tuple[Near, Task, Finished]]:
    """Return the finished tasks whose tables may be about the rows of a task: its sources first, then others.

    Of a node with several tasks that fit (a sweep) none is taken: which one would be meant?
    """
    tasks = outcome.expansion.tasks
    above: dict[str, None] = {}
    waiting = [task]
    while waiting:
        for source in _single_sources(tasks[waiting.pop()]):
            if source not in above:
                above[source] = None
                waiting.append(source)
    point = dict(tasks[task].point)
    found: list[tuple[Near, Task, Finished]] = []
    for near in ("upstream", "beside"):
        for node, ids in outcome.expansion.of_node.items():
            up = [t for t in ids if t in above]
            if near == "upstream":
                fit = up
            elif up or node == tasks[task].node:
                continue
            else:
                fit = [t for t in ids if all(point.get(k, v) == v for k, v in tasks[t].point)]
            if len(fit) == 1 and fit[0] in outcome.finished:
                found.append((near, tasks[fit[0]], outcome.finished[fit[0]]))
    return found


def _single_sources(task: Task) -> list[str]:
    found = [source.task for source, _ in task.froms.values()]
    for value in task.inputs.values():
        for item in value if isinstance(value, tuple) else (value,):
            found += [s.task for s in item.sources] if isinstance(item, Gathered) else [item.task]
    return found


def told(wide: Wide) -> dict[str, Any]:
    """Return what the page is told of the columns, and of the tables they come from."""
    return {
        "columns": [
            {"name": n, "column": c.column, "ref": c.part.ref, "near": c.part.near, "kind": wide.kinds[n],
             "dtype": str(c.part.table.frame[c.column].dtype)}
            for n, c in wide.columns.items()
        ],
        "tables": [
            {"ref": p.ref, "point": p.point, "near": p.near, "height": p.table.height, "matched": p.matched}
            for p in wide.parts
        ],
    }  # fmt: skip
