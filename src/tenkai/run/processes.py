"""The executor of local processes: as many workers as asked for, each with its share of the threads."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

from tenkai.data import Places
from tenkai.errors import Place, Problem, TenkaiError
from tenkai.plan.graph import Graph
from tenkai.run.engine import Engine, Outcome, _Live, cores, job_name
from tenkai.run.events import Event, Listener, ignore
from tenkai.run.execute import Job
from tenkai.run.store import Store
from tenkai.run.wire import encode, finished_from_json, order_for, problems_from_json
from tenkai.step import Cancelled


class Worker:
    """One worker process and the thread that listens to it."""

    def __init__(self, order: Mapping[str, Any], heard: Queue[tuple[Worker, dict[str, Any]]]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tenkai.run.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self.job: Job | None = None
        self.ready = False
        self.started = 0.0
        self._heard = heard
        self.send(order)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; a worker that has died is noticed by its listener."""
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(encode(message))
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def give(self, job: Job) -> None:
        """Give it a job."""
        self.job, self.started = job, time.perf_counter()
        self.send({"tasks": [t.id for t in job.tasks], "shared": job.shared})

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._heard.put((self, json.loads(line)))
        self._heard.put((self, {"died": self.process.wait()}))

    def stop(self) -> None:
        """End the process at once; what it has finished is stored."""
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what was not yet sent
                    pipe.close()


class Processes(Engine):
    """Runs jobs in several processes. A worker that dies fails its job, not the run."""

    def __init__(
        self,
        store: Store,
        places: Places,
        listener: Listener = ignore,
        *,
        workers: int,
        overrides: Mapping[str, Any],
    ) -> None:
        super().__init__(store, places, listener, threads=max(1, cores() // workers))
        self.count = workers
        self.overrides = overrides
        self.graph: Graph | None = None

    def run(self, graph: Graph, wanted: Iterable[str] | None = None) -> Outcome:
        """Run the nodes wanted and what they need."""
        self.graph = graph
        return super().run(graph, wanted)

    def carry_out(self, work: list[Job], outcome: Outcome, live: _Live) -> None:
        """Give every job whose inputs are ready to an idle worker."""
        if not work or self.graph is None:
            return
        heard: Queue[tuple[Worker, dict[str, Any]]] = Queue()
        order = order_for(self.graph, self.overrides, self.store.root, self.places, self.threads)
        workers = [Worker(order, heard) for _ in range(min(self.count, len(work)))]
        idle: list[Worker] = []
        waiting = list(work)
        try:
            while waiting or any(w.job for w in workers):
                busy = {outcome.keys[t.id].digest for w in workers if w.job for t in w.job.tasks}
                waiting = self._hand_out(waiting, idle, busy, outcome, live)
                if not waiting and not any(w.job for w in workers):
                    return
                if self.cancel:
                    raise Cancelled
                try:
                    worker, message = heard.get(timeout=0.1)
                except Empty:
                    continue
                if "died" in message:
                    workers.remove(worker)
                    worker.stop()
                    if not worker.ready:  # the next one would not start either
                        raise _stillborn(message["died"])
                    if worker.job is not None:
                        waiting.extend(self.fail(worker.job, _death(worker.job, message["died"]), outcome))
                    idle = [w for w in idle if w is not worker]
                    workers.append(Worker(order, heard))
                    continue
                waiting.extend(self._hear(worker, message, outcome, idle))
        finally:
            for worker in workers:
                worker.stop()

    def _hand_out(
        self, waiting: list[Job], idle: list[Worker], busy: set[str], outcome: Outcome, live: _Live
    ) -> list[Job]:
        """Give what is ready to idle workers; return the rest. `busy`: the keys being computed."""
        left: list[Job] = []
        for each in waiting:
            if not idle:
                left.append(each)
                continue
            ready = all(s.task in outcome.finished for t in each.tasks for s in t.sources())
            job = self._left(each, outcome, live) if ready else each
            if job is None or self._blocked(job, outcome):
                continue
            keys = {outcome.keys[t.id].digest for t in job.tasks}
            if ready and not keys & busy:
                busy |= keys
                idle.pop().give(job)
                self.listener(Event("start", job_name(job), job.tasks[0].step.name, total=len(job.tasks)))
            else:
                left.append(job)
        return left

    def _hear(self, worker: Worker, message: dict[str, Any], outcome: Outcome, idle: list[Worker]) -> list[Job]:
        """Take what a worker says; return jobs to do instead of one that failed."""
        job = worker.job
        if job is None:
            worker.ready = True
            idle.append(worker)
            return []
        name, step = job_name(job), job.tasks[0].step.name
        if "progress" in message:
            done, total, text = message["progress"]
            self.listener(Event("progress", name, step, done, total, text))
            return []
        worker.job = None
        idle.append(worker)
        if "failed" in message:
            error = problems_from_json(message["failed"])
            for note in message["notes"]:
                error.add_note(note)
            return self.fail(job, error, outcome)
        for task, data in zip(job.tasks, message["finished"], strict=True):
            outcome.finished[task.id] = finished_from_json(data)
            outcome.computed.append(task.id)
        seconds = time.perf_counter() - worker.started
        self.listener(Event("done", name, step, len(job.tasks), seconds=seconds))
        return []


def _stillborn(code: int) -> TenkaiError:
    fact = f"a worker process ended before it took any work (exit code {code})."
    return TenkaiError(Problem("TK401", fact, remedy="Run with --on local to see why."))


def _death(job: Job, code: int) -> TenkaiError:
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    remedy = "It may have run out of memory: try fewer workers or fewer rows." if code == -9 else ""
    place = Place(step=job.tasks[0].step.name)
    return TenkaiError(Problem("TK401", f"the worker process of this step ended {how}.", remedy=remedy, place=place))
