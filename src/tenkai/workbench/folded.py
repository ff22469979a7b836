"""The rows behind the cells of a tensor: those that were folded into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.plan.tasks import Task
from tenkai.values import Table, Tensor
from tenkai.workbench.behind import Behind, first_source, place_of, task_of
from tenkai.workbench.session import Session
from tenkai.workbench.values import Found, Values

FOLDS = "process.tensor"
Rows = NDArray[np.bool_]


def rows_of_tensor(
    values: Values, session: Session, found: Found, marks: Sequence[Mapping[str, Any]]
) -> tuple[Behind, Rows]:
    """Return the table that was folded into the tensor of a recommender, and its rows behind some marks.

    A mark is a label on an axis (`axis`, counted from 0, and `label`), or a known cell as the evidence writes it
    (`known`). A recommended cell has no rows: it is not known.

    Raises
    ------
    TenkaiError
        TK548 for a tensor that no rows of the workflow were folded into, and for marks that are none of its own.
    """
    task = task_of(found)
    tensor, folding = _folding(values, session, found, task)
    source = None if folding is None else first_source(folding.inputs["table"])
    if folding is None or source is None:
        raise problem("TK548", f"'{found.ref}' has no rows behind its cells.", allowed=f"A tensor made by {FOLDS}.")
    ref, point = place_of(found.outcome.expansion, source)
    behind = Behind(values.find(session, ref, point), ref, point)
    table = behind.table
    folded = _folded(table, folding.settings["value"])
    inside = np.zeros(len(tensor.cells), bool)
    for mark in marks:
        inside |= _known(task, tensor, str(mark["known"])) if "known" in mark else _with_label(tensor, mark)
    rows = np.zeros(table.height, bool)
    rows[folded[inside]] = True
    return behind, rows


def _folding(values: Values, session: Session, found: Found, task: Task) -> tuple[Tensor, Task | None]:
    """Return the tensor that a recommender was given, and the task that folded it."""
    expansion = found.outcome.expansion
    source = first_source(task.inputs["tensor"])
    assert source is not None
    given = values.find(session, *place_of(expansion, source)).value
    assert isinstance(given, Tensor)
    maker = expansion.tasks[source.task]
    return given, maker if maker.step.name == FOLDS else None


def _folded(table: Table, value: str | None) -> NDArray[np.int64]:
    """Return the positions of the rows that were folded: where a mean is taken, those that have a value."""
    from tenkai.process._rows import missing

    if value is None:
        return np.arange(table.height)
    return np.flatnonzero(~missing(table.frame[value]))


def _with_label(tensor: Tensor, mark: Mapping[str, Any]) -> Rows:
    axis, label = mark.get("axis"), mark.get("label")
    if not isinstance(axis, int) or not 0 <= axis < len(tensor.axes) or label not in tensor.labels[axis]:
        raise problem("TK548", f"there is no label '{label}' on axis {axis}.", allowed="Labels of this tensor.")
    places = np.unravel_index(tensor.cells, tensor.values.shape)[axis]
    return np.asarray(places == tensor.labels[axis].index(str(label)))


def _known(task: Task, tensor: Tensor, text: str) -> Rows:
    """Return the rows of a known cell, of its mirror too where both are one."""
    from tenkai.learn._recommend import Names, find_cells

    names = Names(tensor.labels, task.settings["separator"], tensor.axes)
    cells, _ = find_cells(names, tensor.values, task.settings["mirrors"] == "merge")
    group = cells.group.ravel()
    meant = [group[a] for a in np.flatnonzero(tensor.values > 0) if names.said(int(a)) == text]
    if not meant:
        raise problem("TK548", f"there is no known cell '{text}'.", allowed="Known cells of this tensor.")
    return np.isin(group[tensor.cells], meant)
