"""What a run gives: results by name, values by step, the record of what happened."""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenkai.errors import Note, Problem, TenkaiError, listing, nearest
from tenkai.plan.graph import Graph
from tenkai.plan.references import Ref, resolve
from tenkai.run.engine import Outcome
from tenkai.run.store import Store
from tenkai.values import Scores, Sweep, Value


@dataclass
class RunResult:
    """A finished run, lazily read from the store. `again`: runs once more, should a stored file be damaged."""

    graph: Graph
    outcome: Outcome
    store: Store
    threads: int = 1
    on: str = "local"
    again: Callable[[], Outcome] | None = None

    @property
    def ok(self) -> bool:
        """Say whether every task finished."""
        return not self.outcome.failed and not self.outcome.interrupted

    @property
    def error(self) -> TenkaiError | None:
        """All problems of failed tasks, each once."""
        place = self.graph.workflow.place
        problems = [
            replace(p, place=p.place.within(place(self.outcome.expansion.tasks[task].node, p.place.setting)))
            for task, error in self.outcome.failed.items()
            for p in error.problems
        ]
        return TenkaiError(*dict.fromkeys(problems)) if problems else None

    def value(self, reference: str) -> Value:
        """Return the value of ``step`` or ``step.output``; a Sweep when the step is swept.

        Raises
        ------
        TenkaiError
            TK108 when there is no such output.
        """
        steps = {n: b.step for n, b in self.graph.nodes.items()}
        found = resolve(reference, steps, figure=False)
        if isinstance(found, Problem):
            raise TenkaiError(found)
        return self.at(found)

    def at(self, ref: Ref) -> Value:
        """Return the value of a resolved reference."""
        expansion = self.outcome.expansion
        tasks = [expansion.tasks[t] for t in expansion.of_node.get(ref.node, ()) if t in self.outcome.finished]
        if not tasks:
            raise self.outcome.failed.get(ref.node) or TenkaiError(
                Problem("TK401", f"'{ref}' was not computed in this run.", remedy="Run the step it needs first.")
            )
        missing = [t for t in tasks if ref.output not in self.outcome.finished[t.id].outputs]
        if missing:
            made = listing(self.outcome.finished[missing[0].id].outputs)
            raise TenkaiError(Problem("TK108", f"'{ref}' was not made for these rows and settings.", f"Made: {made}."))
        values = [self._get(t.id, ref.output) for t in tasks]
        if len(tasks) == 1 and not tasks[0].point:
            return values[0]
        used = [k for k in expansion.axes if any(k in dict(t.point) for t in tasks)]
        points = tuple({expansion.axes[k].name: v for k, v in t.point} for t in tasks)
        return Sweep(tuple(expansion.axes[k] for k in used), points, tuple(values))

    def parts(self, ref: Ref) -> Iterator[tuple[dict[str, Any], Value]]:
        """Read one by one what did finish of an output, each with its point of the sweep ({} where none is)."""
        expansion, finished = self.outcome.expansion, self.outcome.finished
        for task in expansion.of_node.get(ref.node, ()):
            if task in finished and ref.output in finished[task].outputs:
                point = {expansion.axes[k].name: v for k, v in expansion.tasks[task].point}
                yield point, self._get(task, ref.output)

    def _get(self, task: str, output: str) -> Value:
        try:
            return self.store.read(self.outcome.finished[task], output)
        except TenkaiError as error:
            if self.again is None or any(p.code != "TK403" for p in error.problems):
                raise
            self.outcome = self.again()
            if task not in self.outcome.finished:
                raise self.outcome.failed.get(task, error) from None
            return self.store.read(self.outcome.finished[task], output)

    def figures(self) -> dict[str, Any]:
        """Return the results named in the workflow; a swept one is a list of points and values."""
        return {name: self._figure(name, ref) for name, ref in self.graph.results.items() if self._there(ref)}

    def figure(self, name: str) -> Any:
        """Return one result; raises TK115 when the value it quotes has no such figure."""
        return self._figure(name, self.graph.results[name])

    def _there(self, ref: Ref) -> bool:
        tasks = self.outcome.expansion.of_node.get(ref.node, ())
        return bool(tasks) and all(t in self.outcome.finished for t in tasks)

    def _figure(self, name: str, ref: Ref) -> Any:
        expansion = self.outcome.expansion
        found: list[dict[str, Any]] = []
        for task in expansion.of_node[ref.node]:
            figures = self.outcome.finished[task].figures.get(ref.output, {})
            if ref.key not in figures:
                place = self.graph.workflow.document.place(("results", name))
                fact = f"the result '{name}' quotes '{ref}', which is not there."
                there = f"There is {listing(figures)}."
                raise TenkaiError(Problem("TK115", fact, there, nearest(ref.key, figures), place))
            point = {expansion.axes[k].name: v for k, v in expansion.tasks[task].point}
            found.append({"at": point, "value": figures[ref.key]})
        return found[0]["value"] if len(found) == 1 and not found[0]["at"] else found

    def lens(self) -> dict[str, dict[str, int]]:
        """Return, for every result that is a score, how many of the scored rows had been seen."""
        found: dict[str, dict[str, int]] = {}
        for name, ref in self.graph.results.items():
            if not self._there(ref) or not issubclass(self.graph.nodes[ref.node].step.outputs[ref.output].type, Scores):
                continue
            value = self.at(ref)
            scores = [v for _, v in value] if isinstance(value, Sweep) else [value]
            lenses = [s.lens for s in scores if isinstance(s, Scores) and s.lens is not None]
            if lenses:
                # Of a sweep the most seen point is told: the lens never flatters.
                worst = max(lenses, key=lambda lens: (lens.fitted, lens.chosen, lens.prepared))
                found[name] = worst.counts()
        return found

    def notes(self) -> list[Note]:
        """Return the warnings of the plan and of every step, each once."""
        notes = [Note(c, t) for f in self.outcome.finished.values() for c, t in f.notes]
        return list(dict.fromkeys((*self.graph.warnings, *notes)))

    def work(self) -> dict[str, dict[str, float]]:
        """Return, for every task that counted what it worked through, how many, how many per second, and its seconds.

        They are those of the run that computed the task.
        """
        found: dict[str, dict[str, float]] = {}
        for name, finished in self.outcome.finished.items():
            if finished.work:
                told: dict[str, float] = {}
                for what, (count, spent) in finished.work.items():
                    told |= {what: int(count), f"{what}_per_second": float(f"{count / max(spent, 1e-9):.3g}")}
                found[name] = {**told, "seconds": round(finished.seconds, 3)}
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``tenkai run --json``."""
        document: dict[str, Any] = {
            "workflow": self.graph.workflow.name,
            "run": self.record_name(),
            "results": _plain(self.figures()),
            "lens": self.lens(),
            "warnings": [str(n) for n in self.notes()],
            "seconds": round(self.outcome.seconds, 3),
            "computed": len(self.outcome.computed),
            "cached": len(self.outcome.finished) - len(self.outcome.computed),
        }
        if work := self.work():
            document["work"] = work
        if self.error is not None:
            document["problems"] = [str(p) for p in self.error.problems]
        return document

    def record_name(self) -> str:
        """Name of the record of this run in the store."""
        if not hasattr(self, "_record_name"):
            self._record_name = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06d}"
        return self._record_name

    def tasks(self) -> list[Mapping[str, Any]]:
        """Return one row per task: settings, seeds, seconds, memory, whether it was there already."""
        rows: list[Mapping[str, Any]] = []
        for name, task in self.outcome.expansion.tasks.items():
            finished = self.outcome.finished.get(name)
            parts = self.outcome.keys[name].parts
            rows.append(
                {
                    "task": name,
                    "step": parts["step"],
                    "settings": {
                        **parts["settings"],
                        **{n: {"from": f"{s.task}.{k}"} for n, (s, k) in task.froms.items()},
                    },
                    "seed": task.settings.get("seed"),
                    "key": self.outcome.keys[name].digest,
                    "state": self._state(name),
                    "seconds": round(finished.seconds, 4) if finished else None,
                    "memory": finished.memory if finished else None,
                    "libraries": parts["libraries"],
                }
            )
        return rows

    def _state(self, name: str) -> str:
        if name in self.outcome.failed:
            return "failed"
        if name in self.outcome.computed:
            return "computed"
        return "cached" if name in self.outcome.finished else "not run"


def _plain(value: Any) -> Any:
    """JSON knows no NaN and no infinity: they become null."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_record(result: RunResult) -> None:
    """Write the record of a run into the store: settings, versions, seeds, times, memory, warnings."""
    from tenkai import __version__

    record = {
        "workflow": result.graph.workflow.name,
        "tenkai": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "executor": result.on,
        "threads": result.threads,
        "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "seconds": result.outcome.seconds,
        "interrupted": result.outcome.interrupted,
        "tasks": result.tasks(),
        "problems": [str(p) for p in result.error.problems] if result.error else [],
        "warnings": [str(n) for n in result.notes()],
        "text": result.graph.workflow.document.text,
    }
    path = result.store.root / "runs" / f"{result.record_name()}.json"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
