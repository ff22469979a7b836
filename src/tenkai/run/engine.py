"""Running a plan: what is stored is not computed, what shares its work is computed together."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenkai.data import Places
from tenkai.errors import Problem, TenkaiError
from tenkai.plan.graph import Graph
from tenkai.plan.tasks import Expansion, Source, Task, expand
from tenkai.run.events import Event, Listener, ignore
from tenkai.run.execute import Job, carry_out
from tenkai.run.keys import Key, task_keys
from tenkai.run.store import Finished, Store
from tenkai.step import Cancelled, Glimpse, Look, Run
from tenkai.values import Value

MOST_REPAIRS = 5

Watcher = Callable[[str, Callable[[], Glimpse]], None]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Outcome:
    """What a run did: one record per task, what failed, what was computed and what was there."""

    expansion: Expansion
    keys: Mapping[str, Key]
    finished: dict[str, Finished] = field(default_factory=dict)
    failed: dict[str, TenkaiError] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False


class Engine:
    """Runs tasks of a graph against a store.

    Parameters
    ----------
    store : Store
    places : Places
        Where files are looked for.
    listener : callable(Event)
    threads : int
        Threads a step may use; never changes a result.
    """

    watcher: Watcher | None = None
    """Who watches steps learn, told the name of the job with each offer."""

    def __init__(
        self, store: Store, places: Places, listener: Listener = ignore, *, threads: int | None = None
    ) -> None:
        self.store, self.places, self.listener = store, places, listener
        self.threads = threads or cores()
        self.cancel = False
        self.outcome: Outcome | None = None
        """What the run under way has done so far."""

    def run(self, graph: Graph, wanted: Iterable[str] | None = None) -> Outcome:
        """Run the nodes wanted (default: all) and what they need.

        Problems of single tasks do not stop the others; they are in the outcome.
        """
        start = time.perf_counter()
        outcome = self._run_once(graph, wanted)
        # A damaged file in the store is no reason to bother the user: its task is computed again.
        for _ in range(MOST_REPAIRS):
            if not any(p.code == "TK403" for e in outcome.failed.values() for p in e.problems):
                break
            for finished in outcome.finished.values():  # where one file is damaged, others may be
                self.store.check(finished)
            again = self._run_once(graph, wanted)
            again.computed[:0] = [t for t in outcome.computed if t not in again.computed]
            outcome = again
        self.store.index.touch([f.key for f in outcome.finished.values()])
        outcome.seconds = time.perf_counter() - start
        return outcome

    def _run_once(self, graph: Graph, wanted: Iterable[str] | None) -> Outcome:
        self.outcome = outcome = self.plan(graph, wanted)
        waiting = [t for t in outcome.expansion.tasks if t not in outcome.finished]
        self.listener(Event("plan", total=len(outcome.expansion.tasks), cached=len(outcome.finished)))
        live = _Live(self.store, outcome, waiting)
        try:
            self.carry_out(jobs(outcome.expansion, waiting), outcome, live)
        except Cancelled:
            outcome.interrupted = True
        return outcome

    def plan(self, graph: Graph, wanted: Iterable[str] | None = None) -> Outcome:
        """Find out what there is to do, without doing it."""
        from tenkai.data import looking_in

        with looking_in(self.places):
            expansion = expand(graph)
            if wanted is not None:
                needed = graph.upstream(wanted)
                tasks = {k: t for k, t in expansion.tasks.items() if t.node in needed}
                expansion = Expansion(
                    tasks, {n: i for n, i in expansion.of_node.items() if n in needed}, expansion.axes
                )
            keys = task_keys(expansion, graph.workflow.place)
        outcome = Outcome(expansion, keys)
        for task in expansion.tasks:
            found = self.store.find(keys[task].digest)
            if found is not None:
                outcome.finished[task] = found
        return outcome

    def carry_out(self, work: list[Job], outcome: Outcome, live: _Live) -> None:
        """Compute jobs one after the other in this process."""
        waiting = deque(work)
        while waiting:
            if self.cancel:
                raise Cancelled
            job = self._left(waiting.popleft(), outcome, live)
            if job is None or self._blocked(job, outcome):
                continue
            name = job_name(job)
            self.listener(Event("start", name, job.tasks[0].step.name, total=len(job.tasks)))
            start = time.perf_counter()
            run = Run(self.threads, self._reporter(name, job), lambda: self.cancel, look=self._looker(name))
            try:
                made = carry_out(job, outcome.keys, self.store, live.fetch, run, self.places)
            except TenkaiError as error:
                waiting.extendleft(reversed(self.fail(job, error, outcome)))
                continue
            for task, (finished, values) in zip(job.tasks, made, strict=True):
                outcome.finished[task.id] = finished
                outcome.computed.append(task.id)
                live.keep(task.id, values)
            self.listener(
                Event("done", name, job.tasks[0].step.name, len(job.tasks), seconds=time.perf_counter() - start)
            )

    def fail(self, job: Job, error: TenkaiError, outcome: Outcome) -> list[Job]:
        """Record that a job failed. Values computed together are tried one by one instead: return those jobs."""
        self.listener(Event("failed", job_name(job), job.tasks[0].step.name, text=str(error)))
        if job.shared is not None:
            return [Job((task,)) for task in job.tasks]
        for task in job.tasks:
            outcome.failed[task.id] = error
        return []

    def _left(self, job: Job, outcome: Outcome, live: _Live) -> Job | None:
        """Return the part of a job that nobody has finished meanwhile: an equal task here, or another process."""
        left: list[Task] = []
        for task in job.tasks:
            found = self.store.find(outcome.keys[task.id].digest)
            if found is None:
                left.append(task)
            else:
                outcome.finished[task.id] = found
                live.keep(task.id, {})
        return Job(tuple(left), job.shared if len(left) > 1 else None) if left else None

    def _blocked(self, job: Job, outcome: Outcome) -> bool:
        bad = {*outcome.failed, *outcome.skipped}
        if any(s.task in bad for t in job.tasks for s in t.sources()):
            outcome.skipped.extend(t.id for t in job.tasks)
            return True
        return False

    def _reporter(self, name: str, job: Job) -> Any:
        step = job.tasks[0].step.name

        def report(done: float, total: float, text: str) -> None:
            self.listener(Event("progress", name, step, done, total, text))

        return report

    def _looker(self, name: str) -> Look | None:
        watcher = self.watcher

        def look(make: Callable[[], Glimpse]) -> None:
            if watcher is not None:
                watcher(name, make)

        return None if watcher is None else look


def jobs(expansion: Expansion, waiting: list[str]) -> list[Job]:
    """Group tasks that differ only in what a shared variant computes together; keep the order of the plan."""
    groups: dict[Any, list[Task]] = {}
    shared: dict[Any, tuple[str, ...] | None] = {}
    for name in waiting:
        task = expansion.tasks[name]
        sharing = None if task.froms else task.step.sharing({*task.own, *_swept_ports(task, expansion)})
        if sharing is None:
            groups[name] = [task]
            shared[name] = None
            continue
        settings = {k: v for k, v in task.settings.items() if k not in sharing}
        inputs = {k: v for k, v in task.inputs.items() if k not in sharing}
        group = (task.node, sharing, repr(settings), repr(inputs))
        groups.setdefault(group, []).append(task)
        shared[group] = sharing
    return [Job(tuple(tasks), shared[g] if len(tasks) > 1 else None) for g, tasks in groups.items()]


def _swept_ports(task: Task, expansion: Expansion) -> list[str]:
    """Return the ports that receive another value at other points of a sweep."""
    return [
        port for port, given in task.inputs.items() if isinstance(given, Source) and expansion.tasks[given.task].point
    ]


def job_name(job: Job) -> str:
    """Write the name shown for a job."""
    if len(job.tasks) == 1:
        return job.tasks[0].id
    return f"{job.tasks[0].node} ({len(job.tasks)} values of {', '.join(job.shared or ())} together)"


class _Live:
    """Values in memory while somebody still needs them; others are read from the store."""

    def __init__(self, store: Store, outcome: Outcome, waiting: list[str]) -> None:
        self.store, self.outcome = store, outcome
        self.values: dict[tuple[str, str], Value] = {}
        self.needed: dict[tuple[str, str], int] = {}
        for name in waiting:
            for source in outcome.expansion.tasks[name].sources():
                self.needed[source.task, source.output] = self.needed.get((source.task, source.output), 0) + 1

    def fetch(self, source: Source) -> Value:
        """Return a value."""
        at = (source.task, source.output)
        if at not in self.values:
            outputs = self.outcome.finished[source.task].outputs
            if source.output not in outputs:
                fact = f"'{source.task}' has no output '{source.output}' for these rows and settings."
                raise TenkaiError(Problem("TK108", fact))
            self.values[at] = self.store.read(self.outcome.finished[source.task], source.output)
        return self.values[at]

    def keep(self, task: str, values: Mapping[str, Value]) -> None:
        """Keep what is still needed, drop what no longer is."""
        for name, value in values.items():
            if self.needed.get((task, name)):
                self.values[task, name] = value
        for source in self.outcome.expansion.tasks[task].sources():
            at = (source.task, source.output)
            self.needed[at] -= 1
            if self.needed[at] == 0:
                self.values.pop(at, None)
