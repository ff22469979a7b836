"""Computing one job: a task, or the tasks of a sweep that share their work. The same in every executor."""

from __future__ import annotations

import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenkai.data import Places, looking_in
from tenkai.errors import Place, Problem, TenkaiError, listing, nearest
from tenkai.kernels._blas import controller
from tenkai.plan.tasks import Gathered, Source, Task
from tenkai.run.keys import Key
from tenkai.run.store import Finished, Store
from tenkai.step import Cancelled, Run
from tenkai.values import Fitted, Influence, Scores, Sweep, Table, Tensor, Value
from tenkai.values.lineage import united


@dataclass(frozen=True)
class Job:
    """Tasks computed by one call. `shared`: the settings and ports in which they differ."""

    tasks: tuple[Task, ...]
    shared: tuple[str, ...] | None = None


Fetch = Callable[[Source], Value]


def compute(job: Job, fetch: Fetch, run: Run) -> list[dict[str, Value]]:
    """Call the step and return the outputs of every task."""
    first = job.tasks[0]
    together = job.shared or ()
    inputs = {port: _value(given, fetch) for port, given in first.inputs.items() if port not in together}
    settings = dict(first.settings)
    for name, (source, figure) in first.froms.items():
        settings[name] = first.step.settings[name].convert(_figure(fetch(source), figure, name))
    if first.froms:
        settings = first.step.convert(dict(settings.items()))
    if job.shared is None:
        results = [first.step.run(inputs, settings, run)]
    else:
        points = [{n: _at(task, n, fetch) for n in job.shared} for task in job.tasks]
        results = first.step.run_shared(job.shared, points, inputs, settings, run)
    chosen = _chosen(first, fetch)
    return [{n: _named(v, task, chosen) for n, v in r.items()} for task, r in zip(job.tasks, results, strict=True)]


def carry_out(
    job: Job, keys: Mapping[str, Key], store: Store, fetch: Fetch, run: Run, places: Places
) -> list[tuple[Finished, dict[str, Value]]]:
    """Compute a job and store what it made, each task by itself.

    Raises
    ------
    TenkaiError
        What the step says, or TK401 with the words of the library that failed below it.
    """
    try:
        return _carry_out(job, keys, store, fetch, run, places)
    except (TenkaiError, Cancelled):
        raise
    except Exception as error:  # a step may call any library: what that raises fails this job only
        raise library_error(job, error) from error


def _carry_out(
    job: Job, keys: Mapping[str, Key], store: Store, fetch: Fetch, run: Run, places: Places
) -> list[tuple[Finished, dict[str, Value]]]:
    start = time.perf_counter()
    with looking_in(places), limited(run.threads):
        outputs = compute(job, fetch, run)
    seconds = (time.perf_counter() - start) / len(job.tasks)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    work: dict[str, tuple[float, float]] = {}
    for what, count, spent in run.work:
        done, before = work.get(what, (0.0, 0.0))
        work[what] = done + count, before + spent
    made: list[tuple[Finished, dict[str, Value]]] = []
    for task, values in zip(job.tasks, outputs, strict=True):
        key = keys[task.id]
        notes = tuple(dict.fromkeys((n.code, n.text) for n in run.notes))
        finished = Finished(
            key.digest,
            task.node,
            task.step.name,
            {n: store.put(v) for n, v in values.items()},
            seconds,
            memory,
            {n: figures for n, v in values.items() if (figures := v.measures())},
            notes,
            work,
        )
        store.finish(finished, key.parts)
        made.append((finished, values))
    return made


def library_error(job: Job, error: Exception) -> TenkaiError:
    """Turn what a library raised into a problem; where it arose is told with --debug."""
    text = " ".join(str(error).split())
    found = Problem(
        "TK401",
        f"the step failed: {type(error).__name__}{f': {text}' if text else ''}{'' if text.endswith('.') else '.'}",
        remedy="Run with --debug to see where it arose.",
        place=Place(step=job.tasks[0].step.name),
    )
    wrapped = TenkaiError(found)
    wrapped.add_note("".join(traceback.format_exception(error)))
    return wrapped


def limited(threads: int) -> AbstractContextManager[Any]:
    """Limit the threads of the numeric libraries that are loaded."""
    return controller().limit(limits=threads)  # type: ignore[no-any-return]


def _value(given: Any, fetch: Fetch) -> Any:
    if isinstance(given, Source):
        return fetch(given)
    if isinstance(given, Gathered):
        return Sweep(given.axes, tuple(dict(p) for p in given.points), tuple(fetch(s) for s in given.sources))
    return [_value(g, fetch) for g in given]


def _at(task: Task, name: str, fetch: Fetch) -> Any:
    """Return what a task has for a setting or port that a shared variant takes as a list."""
    if name in task.settings:
        return task.settings[name]
    return _value(task.inputs[name], fetch) if name in task.inputs else None


def _figure(value: Value, figure: str, setting: str) -> Any:
    figures = value.measures()
    if figure not in figures:
        raise TenkaiError(
            Problem(
                "TK108",
                f"'{setting}' comes from '{figure}', which is not there.",
                f"There is {listing(figures)}.",
                nearest(figure, figures),
            )
        )
    return figures[figure]


def _chosen(task: Task, fetch: Fetch) -> tuple[Influence, ...]:
    """A setting that comes from a score was chosen on the rows behind the score."""
    found: list[Influence] = []
    for source, _ in task.froms.values():
        value = fetch(source)
        if isinstance(value, Scores):
            found.extend(i for i in value.influences if i.kind == "chosen")
            seen = value.looked_at()
            if seen:
                found.append(Influence(source.task.split("[")[0], "chosen", np.unique(np.concatenate(seen))))
    return united(found)


def _named(value: Value, task: Task, chosen: tuple[Influence, ...]) -> Value:
    """Influences speak of the name in the workflow, which the user knows, instead of the kind of step."""
    if isinstance(value, Fitted):
        value = value.called(task.node)
        return value if not chosen else value.influenced(chosen)
    if isinstance(value, Table | Tensor):
        value = value.called(task.step.name, task.node)
        return value if not chosen else value.influenced(chosen)
    if isinstance(value, Scores):
        return value.called(task.step.name, task.node)
    return value
