"""Histories of steps as the page takes them: what is kept, frames as arrays, figures and films of factors and maps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np
import polars as pl

from tenkai.errors import Place, Problem, TenkaiError, problem
from tenkai.interpret._replay import open_curve
from tenkai.interpret._replay_maps import kind_of, measure_of
from tenkai.plan.tasks import Source, Task
from tenkai.run.engine import Outcome
from tenkai.step import Run, get_step
from tenkai.values import Columns, Figure, Table
from tenkai.values.matrix import array_column
from tenkai.workbench.live import Seen
from tenkai.workbench.packing import MOST_ROWS, finite, packed, spread
from tenkai.workbench.session import Session
from tenkai.workbench.state import plain, planned
from tenkai.workbench.values import Values

MOST_BYTES = 32 << 20  # of one answer with frames
MOST_FRAMES = 200  # of a figure or a film
MOST_FIGURES = 4  # in memory


@dataclass(frozen=True)
class Learned:
    """A step that can keep a history, at a point of its sweep.

    Parameters
    ----------
    kind : ``map``, ``clusters`` or ``parts``
    output : the output that holds the history
    source : the rows it was given: a reference and the point of its sweep
    columns : the columns it learned from
    measure : the column of the history that says what is lowered
    """

    node: str
    point: int
    kind: str
    output: str
    source: tuple[str, int]
    columns: Columns
    measure: str
    outcome: Outcome


class Replays:
    """Finds histories of steps and draws them."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self._figures: OrderedDict[tuple[str, ...], Figure] = OrderedDict()
        self._lock = RLock()

    def find(self, session: Session, node: str, point: int) -> Learned:
        """Return a step that can keep a history.

        Raises
        ------
        TenkaiError
            TK108 for a step that is not there; TK547 for a point that it has not; TK576 where it keeps no history.
        """
        with session.lock:
            session.project.require_node(node)
            outcome = planned(session, self.values.store)
            step = session.graph.nodes[node].step
        output = next((n for n in ("replay", "history") if n in step.outputs), "")
        if "history" not in step.settings or not output or "table" not in step.ports:
            allowed = "Allowed: learn.nmf, learn.tsne, learn.umap, learn.k_means."
            raise problem("TK576", f"'{node}' ({step.name}) keeps no history.", allowed=allowed)
        tasks = outcome.expansion.of_node.get(node, ())
        if not tasks:
            fact = f"'{node}' cannot run: it, or what it needs, is not sound yet."
            raise problem("TK547", fact, remedy="Mend the workflow.")
        if not 0 <= point < len(tasks):
            raise problem("TK547", f"'{node}' has no point {point}.", allowed=f"0 to {len(tasks) - 1}.")
        task = outcome.expansion.tasks[tasks[point]]
        kind = "parts" if "parts" in step.outputs else "clusters" if "centers" in step.outputs else "map"
        columns, made = task.settings["columns"], step.flow({}, task.settings).get("history")
        measure = "" if made is None else next((n for n in made.columns if n != "iteration"), "")
        return Learned(node, point, kind, output, _source(task, outcome), columns, measure, outcome)

    def table(self, session: Session, learned: Learned, output: str = "") -> Table:
        """Return the history, or another table that the step has made. Raises TK547."""
        found = self.values.find(session, f"{learned.node}.{output or learned.output}", learned.point).value
        assert isinstance(found, Table)
        return found

    def facts(self, session: Session, node: str, point: int) -> dict[str, Any]:
        """Return what a step has kept, before the frames; `state`: kept, none (not asked for), missing (not run)."""
        learned = self.find(session, node, point)
        source, at = learned.source
        expansion = learned.outcome.expansion
        tasks = [expansion.tasks[t] for t in expansion.of_node[node]]
        facts: dict[str, Any] = {
            "node": node, "kind": learned.kind, "points": len(tasks),
            "settings": [{expansion.axes[k].name: plain(v) for k, v in t.point} for t in tasks],
            "data": {"ref": source, "point": at}, "most_rows": MOST_ROWS, "state": "missing",
            "measure": learned.measure, "name": measure_of(learned.measure),
            "iterations": [], "values": [], "curve": [], "rows": 0, "centers": 0,
            "features": self._features(session, learned) if learned.kind == "clusters" else [],
        }  # fmt: skip
        try:
            replay = self.table(session, learned)
        except TenkaiError as error:
            if any(p.code == "TK547" for p in error.problems):
                return facts
            raise
        if replay.height == 0:
            return {**facts, "state": "none"}
        assert kind_of(replay) == learned.kind
        curve = self.table(session, learned, "history") if learned.kind == "parts" else replay
        steps, lost = curve["iteration"].to_list(), [finite(v) for v in curve[learned.measure].to_list()]
        values = dict(zip(steps, lost, strict=True))
        iterations = replay["iteration"].to_list()
        column = "labels" if learned.kind == "clusters" else "coordinates"
        facts |= {
            "state": "kept", "iterations": iterations,
            "values": [values.get(i) for i in iterations], "curve": [list(p) for p in zip(steps, lost, strict=True)],
            "rows": replay.layout([column]).shapes[0][0],
        }  # fmt: skip
        if learned.kind == "clusters":
            facts["centers"] = replay.layout(["centers"]).shapes[0][0]
        return facts

    def _features(self, session: Session, learned: Learned) -> list[str]:
        """Return the names of the numbers that a step learned from; none while they are not computed."""
        try:
            data = self.values.find(session, *learned.source).value
        except TenkaiError as error:
            if all(p.code == "TK547" for p in error.problems):
                return []
            raise
        return data.layout(data.choose(learned.columns)).features() if isinstance(data, Table) else []

    def frames(self, session: Session, node: str, point: int, first: int, count: int) -> bytes:
        """Return kept states as arrays: `points` (m, n, 2), or `labels` (m, n) and `centers` (m, k, p).

        Fewer are sent where they would be too large: the facts say how many, and which rows.

        Raises
        ------
        TenkaiError
            TK577 for frames that are not there; what `find` and `table` raise.
        """
        learned = self.find(session, node, point)
        replay = self.table(session, learned)
        if learned.kind == "parts":
            raise problem("TK577", "factors are shown as a figure.", remedy="Ask for /api/replay/figure.")
        if not (0 <= first < replay.height and count >= 1):
            fact = f"there are no {count} frames from {first} on."
            raise problem("TK577", fact, allowed=f"0 to {replay.height - 1}." if replay.height else "None is kept.")
        clusters = learned.kind == "clusters"
        rows, *width = replay.layout(["labels" if clusters else "coordinates"]).shapes[0]
        if clusters:
            k, p = replay.layout(["centers"]).shapes[0]
        some = spread(rows)
        each = len(some) * 2 + 4 * k * p if clusters else len(some) * 8
        part = replay.take(range(first, min(replay.height, first + count, first + max(1, MOST_BYTES // each))))
        arrays: dict[str, Any]
        if clusters:
            labels = part.matrix(["labels"], np.float32 if k < 1 << 24 else np.float64)
            arrays = {
                "labels": labels[:, some].astype(np.uint16),
                "centers": part.matrix(["centers"]).reshape(part.height, k, p).astype(np.float32),
            }
        else:
            maps = part.matrix(["coordinates"], np.float32).reshape(part.height, rows, *width)
            arrays = {"points": np.ascontiguousarray(maps[:, some, :2])}
        return packed({"first": first, "count": part.height, "rows": rows}, arrays)

    def figure(self, session: Session, node: str, point: int, given: Mapping[str, Any]) -> Figure:
        """Return the figure of a history that moves, as interpret.replay draws it.

        Parameters
        ----------
        given : `color` of maps, `x` and `y` of clusters, `data` (a reference and a point) for other columns of the
            same rows, `frames` at most

        Raises
        ------
        TenkaiError
            TK543 for settings of a wrong form; what interpret.replay and `table` raise.
        """
        learned = self.find(session, node, point)
        source, at = learned.source
        other = given.get("data")
        if other is not None:
            source, at = str(other["ref"]), int(other["point"])
        data = self.values.find(session, source, at)
        replay = self.values.find(session, f"{node}.{learned.output}", point)
        settings = {n: given[n] for n in ("color", "x", "y") if given.get(n) is not None}
        settings["frames"] = max(2, min(MOST_FRAMES, int(given.get("frames") or MOST_FRAMES)))
        if other is None and learned.kind != "map":
            settings["columns"] = learned.columns.written()
        key = (data.id, replay.id, repr(sorted(settings.items())))
        with self._lock:
            if key not in self._figures:
                inputs = {"data": data.value, "replay": replay.value}
                if learned.kind == "parts":
                    inputs["history"] = self.table(session, learned, "history")
                self._figures[key] = drawn(inputs, settings)
                while len(self._figures) > MOST_FIGURES:
                    self._figures.popitem(last=False)
            self._figures.move_to_end(key)
            return self._figures[key]

    def live_figure(self, session: Session, seen: Seen) -> Figure:
        """Return the figure of factors as they are now, while the step runs.

        Raises
        ------
        TenkaiError
            TK576 where there is nothing to draw; TK713 for columns that cannot be drawn.
        """
        facts, W, H = seen.facts, seen.arrays.get("W"), seen.arrays.get("H")
        if W is None or H is None or not seen.values:
            raise problem("TK576", "there are no factors to be drawn.", allowed="At most 2,000,000 numbers.")
        with session.lock:
            outcome = planned(session, self.values.store)
        # Several tasks may be computed together: they have the same rows.
        task = outcome.expansion.tasks[outcome.expansion.of_node[facts["node"]][0]]
        data = self.values.find(session, *_source(task, outcome)).value
        iteration = pl.Series("iteration", [facts["iteration"]], pl.Int64)
        factors = [
            array_column("coordinates", W[None].astype(np.float64)),
            array_column("parts", H[None].astype(np.float64)),
        ]
        losses = pl.DataFrame(seen.values, schema={"iteration": pl.Int64, "loss": pl.Float64}, orient="row")
        inputs = {
            "data": data, "replay": Table.from_(pl.DataFrame([iteration, *factors])), "history": Table.from_(losses)
        }  # fmt: skip
        return drawn(inputs, {"columns": task.settings["columns"].written()})

    def film(self, session: Session, body: Mapping[str, Any], told: Callable[[int, int], None]) -> tuple[bytes, str]:
        """Return a film of a history and its format.

        Raises
        ------
        TenkaiError
            What `figure` and `Figure.to_film` raise.
        """
        figure = self.figure(session, str(body["node"]), int(body.get("point") or 0), body)
        form = str(body["form"])
        film = figure.to_film(form, fps=float(body.get("fps") or 10), scale=float(body.get("scale") or 1.5), told=told)
        return film, form


def drawn(inputs: Mapping[str, Any], settings: Mapping[str, Any]) -> Figure:
    """Return the player of interpret.replay."""
    step = get_step("interpret.replay")
    figure = step.run(inputs, step.convert(settings), Run())["player"]
    assert isinstance(figure, Figure)
    return figure


def curves(measure: str) -> dict[str, Any]:
    """Return the curve of a measure, without data, on a linear and on a log axis."""
    name = measure_of(measure)
    return {"name": name, "linear": open_curve(name, False).spec, "log": open_curve(name, True).spec}


def _source(task: Task, outcome: Outcome) -> tuple[str, int]:
    given = task.inputs.get("table")
    if not isinstance(given, Source):
        fact = "its rows are gathered from a sweep."
        raise TenkaiError(Problem("TK576", fact, place=Place(step=task.step.name, name=task.node)))
    node = outcome.expansion.tasks[given.task].node
    return f"{node}.{given.output}", outcome.expansion.of_node[node].index(given.task)
