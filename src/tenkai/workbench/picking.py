"""Which rows stand behind marks of a picture: a point, a cell of a confusion matrix or heat map, a recommendation."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.plan.tasks import Task
from tenkai.step import Run
from tenkai.values import Table
from tenkai.workbench.behind import Behind, feeding, task_of
from tenkai.workbench.folded import rows_of_tensor
from tenkai.workbench.session import Session
from tenkai.workbench.values import Found, Values, rows_key

MOST_MARKS = 100_000
Mark = Mapping[str, Any]
"""What a mark of a picture carries: `id` of a row; `o` and `p` of a confusion matrix; `r` and `c` of a heat map.

In lists: `row` of a recommended cell of a matrix; `axis` and `label`, or `known`, of a tensor."""
Rows = NDArray[np.bool_]


def pick(values: Values, session: Session, found: Found, marks: Sequence[Mark]) -> dict[str, Any]:
    """Return the rows behind marks of a picture or list: of which value, and which of its rows.

    Without a mark this says whether marks of this value have rows, and in which table.

    Raises
    ------
    TenkaiError
        TK548 for a value without rows behind it, or marks that are none of its own.
    """
    if len(marks) > MOST_MARKS:
        raise problem("TK548", f"{len(marks)} marks come at once.", allowed=f"At most {MOST_MARKS}.")
    task = task_of(found)
    if task.step.name == "learn.recommend_tensor":
        behind, rows = rows_of_tensor(values, session, found, marks)
    else:
        behind = _behind(values, session, found, task)
        rows = _WAYS.get(task.step.name, _by_id)(task, behind.table, marks)
    return {
        "ref": behind.ref,
        "point": behind.point,
        "rows": rows_key(behind.table),
        "bits": base64.b64encode(np.packbits(rows, bitorder="little").tobytes()).decode(),
        "n": int(rows.sum()),
        "height": behind.table.height,
    }


def _behind(values: Values, session: Session, found: Found, task: Task) -> Behind:
    """Return the table whose rows the marks are: the first that came in."""
    for port in task.inputs:
        behind = feeding(values, session, found, port)
        if behind is not None and isinstance(behind.found.value, Table):
            return behind
    raise problem("TK548", f"'{found.ref}' has no rows behind its marks.", allowed="A figure made from a table.")


def _by_id(task: Task, table: Table, marks: Sequence[Mark]) -> Rows:
    return _with_ids(table, _texts(marks, "id"))


def _with_ids(table: Table, ids: Sequence[str]) -> Rows:
    return np.asarray(table.ids.is_in(pl.Series(list(ids), dtype=pl.String).implode()).to_numpy())


def _texts(marks: Sequence[Mark], field: str) -> list[str]:
    found = [m.get(field) for m in marks]
    if any(v is None for v in found):
        raise problem("TK548", f"a mark has no '{field}': it stands for no row.", allowed="Marks of this figure.")
    return [str(v) for v in found]


def _cells_of_classes(task: Task, table: Table, marks: Sequence[Mark]) -> Rows:
    """Rows of some observed and some predicted class, as the figure counted them."""
    from tenkai.interpret._predictions import read_labels
    from tenkai.interpret.confusion_matrix import class_names

    given = task.settings
    labels = read_labels(table, given["target"], given["predicted"], given["order"], Run())
    place = {name: i for i, name in enumerate(class_names(labels.classes))}
    pairs = list(zip(_texts(marks, "o"), _texts(marks, "p"), strict=True))
    unknown = next((name for pair in pairs for name in pair if name not in place), None)
    if unknown is not None:
        raise problem("TK548", f"there is no class '{unknown}'.", allowed="Marks of this figure.")
    inside = np.zeros(len(labels), bool)
    for observed, predicted in pairs:
        inside |= (labels.observed == place[observed]) & (labels.predicted == place[predicted])
    return _with_ids(table, labels.table.ids.filter(pl.Series(inside)).to_list())


def _cells_of_heatmap(task: Task, table: Table, marks: Sequence[Mark]) -> Rows:
    """Rows by the names that stand at the axis, which are short; or by their number in a large picture."""
    from tenkai.interpret._heatmap_cells import Cells

    window = task.settings["window"]
    start, stop = (window[0] - 1, window[1]) if window is not None else (0, table.height)
    if all("at" in m for m in marks):
        at = [int(m["at"]) for m in marks]
        if any(not start <= i < stop for i in at):
            raise problem("TK548", "a row is not there.", allowed=f"{start} to {stop - 1}.")
        rows = np.zeros(table.height, bool)
        rows[at] = True
        return rows
    ids = table.ids.to_list()[start:stop]
    names = dict(zip(Cells.of(ids, []).rows, ids, strict=True))
    return _with_ids(table, [names.get(t, t) for t in _texts(marks, "r")])


def _recommended(task: Task, table: Table, marks: Sequence[Mark]) -> Rows:
    return _with_ids(table, _texts(marks, "row"))


_WAYS: Mapping[str, Callable[[Task, Table, Sequence[Mark]], Rows]] = {
    "interpret.confusion_matrix": _cells_of_classes,
    "interpret.heatmap": _cells_of_heatmap,
    "learn.recommend": _recommended,
}
