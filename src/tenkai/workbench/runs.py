"""The runs under way: a child process each, heard line by line."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenkai.errors import Problem, TenkaiError, problem
from tenkai.run.wire import problems_from_json
from tenkai.workbench.live import Seen
from tenkai.workbench.session import Session

Say = Callable[[dict[str, Any]], None]
LONGEST_LINE = 1 << 24
PATIENCE = 3.0  # seconds from a wish to stop to the end of the process
_NODE = re.compile(r"[^\W\d][\w-]*")


@dataclass
class RunUnderWay:
    """A child process that runs a workflow."""

    name: str
    session: Session
    process: asyncio.subprocess.Process
    cancelled: bool = False
    begun: dict[str, float] = field(default_factory=dict)
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)
    listening: asyncio.Task[None] | None = None
    seen: Seen = field(default_factory=Seen)
    asked: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Runs:
    """Starts, hears and stops runs; one per workflow at a time.

    Parameters
    ----------
    say : takes messages for the pages
    changed : called with a session when the state of its nodes has changed
    """

    def __init__(self, say: Say, changed: Callable[[Session], None]) -> None:
        self.say, self.changed = say, changed
        self._runs: dict[Session, RunUnderWay] = {}

    def under_way(self, session: Session) -> RunUnderWay | None:
        """Return the run of a workflow."""
        return self._runs.get(session)

    async def start(self, session: Session, to: Sequence[str] | None, threads: int | None, text: str) -> str:
        """Start a run of a workflow as `text` has it, and return its name.

        Raises
        ------
        TenkaiError
            TK545 when the workflow runs already; all problems of a workflow that is not sound.
        """
        if session in self._runs:
            raise problem("TK545", f"{session.path.name} is running.", remedy="Stop that run, or wait for its end.")
        if session.problems:
            raise TenkaiError(*session.problems)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tenkai.workbench.runner",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE, env=environment,
            start_new_session=True,
        )  # fmt: skip
        order = {
            "path": str(session.path.resolve()), "text": text, "to": list(to) if to else None,
            "threads": threads, "data": str(session.data) if session.data else None,
            "cache": str(session.cache) if session.cache else None, "fence": str(session.fence),
        }  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        await process.stdin.drain()
        run = RunUnderWay(uuid.uuid4().hex[:12], session, process)
        self._runs[session] = run
        session.running = True
        self.say({"type": "run", "file": session.path.name, "state": "started"})
        run.listening = asyncio.create_task(self._listen(run))
        return run.name

    async def look(self, session: Session, after: int, patience: float) -> Seen | None:
        """Return a newer glimpse of the step that learns than the one with this number; None: there is none yet.

        Asking makes the process of the run tell one more: while nobody asks, none is made.
        """
        run = self._runs.get(session)
        until = time.monotonic() + patience
        while run is not None and self._runs.get(session) is run:
            if run.seen.number > after:
                return run.seen
            if not run.asked and run.process.stdin is not None and not run.process.stdin.is_closing():
                run.asked = True
                run.process.stdin.write(b"look\n")
            run.news.clear()
            try:
                await asyncio.wait_for(run.news.wait(), until - time.monotonic())
            except TimeoutError:
                return None
        return None

    def progress_of(self, session: Session) -> list[dict[str, Any]]:
        """Return what was said last of each node that computes now, for a page that comes later."""
        run = self._runs.get(session)
        return list(run.progress.values()) if run is not None else []

    def running(self) -> list[str]:
        """Return the workflow files that run now."""
        return [session.path.name for session in list(self._runs)]

    async def cancel(self, session: Session) -> None:
        """Ask a run to stop; what is finished stays. It is ended where it does not."""
        run = self._runs.get(session)
        if run is None or run.cancelled:
            return
        run.cancelled = True
        _signal(run.process, signal.SIGINT)
        asyncio.get_running_loop().call_later(PATIENCE, _signal, run.process, signal.SIGKILL)

    async def close(self) -> None:
        """Stop all runs: the server ends."""
        for session in list(self._runs):
            await self.cancel(session)
        waiting = [r.listening for r in self._runs.values() if r.listening is not None]
        if waiting:
            await asyncio.wait(waiting, timeout=PATIENCE + 1)

    async def _listen(self, run: RunUnderWay) -> None:
        end: dict[str, Any] = {}
        assert run.process.stdout is not None
        try:
            while line := await run.process.stdout.readline():
                message = json.loads(line)
                if "event" in message:
                    self._heard(run, message["event"])
                elif "glimpse" in message:
                    self._glimpsed(run, message["glimpse"])
                else:
                    end = message
            await run.process.wait()
        finally:
            self._runs.pop(run.session, None)
            run.session.running = False
            run.news.set()
            self._ended(run, end)

    def _heard(self, run: RunUnderWay, event: dict[str, Any]) -> None:
        file, node = run.session.path.name, _node_of(event["task"])
        kind = event["kind"]
        now = time.monotonic()
        if kind == "start":
            run.begun[event["task"]] = now
            message = {"type": "progress", "done": 0, "total": 0, "text": "", "rate": None, "left": None}
            run.progress[node] = {**message, "file": file, "node": node, "task": event["task"]}
            self.say(run.progress[node])
        elif kind == "progress":
            passed = now - run.begun.setdefault(event["task"], now)
            done, total = float(event["done"]), float(event["total"])
            rate = done / passed if done > 0 and passed > 0.2 else None
            left = (total - done) / rate if rate and total > done else None
            run.progress[node] = {
                "type": "progress", "file": file, "node": node, "task": event["task"], "done": done, "total": total,
                "text": event["text"], "rate": rate, "left": left,
            }  # fmt: skip
            self.say(run.progress[node])
        elif kind == "done":
            run.progress.pop(node, None)
            self.say({"type": "log", "file": file, "node": node, "text": f"{event['task']}: {event['seconds']:.2f} s"})
            self.changed(run.session)
        elif kind in ("failed", "message"):
            if kind == "failed":
                run.progress.pop(node, None)
            self.say({"type": "log", "file": file, "node": node, "text": event["text"]})

    def _glimpsed(self, run: RunUnderWay, content: str) -> None:
        run.asked = False
        run.seen.hear(content, _node_of)
        run.news.set()
        told = {
            k: run.seen.facts[k] for k in ("node", "kind", "iteration", "total", "measure", "value", "part", "parts")
        }
        self.say({"type": "frame", "file": run.session.path.name, "number": run.seen.number, **told})

    def _ended(self, run: RunUnderWay, end: dict[str, Any]) -> None:
        file = run.session.path.name
        how = end.get("end", "cancelled" if run.cancelled else "failed")
        problems = list(problems_from_json(end.get("problems", [])).problems)
        if not end and not run.cancelled:
            fact = f"the process that ran {file} ended by itself (code {run.process.returncode})."
            problems.append(Problem("TK546", fact, remedy="What is finished is kept. Run again; it may lack memory."))
        self._remember_failures(run.session, end)
        if how == "cancelled":
            problems = []
        told = [
            {**p.__dict__, "place": p.place.__dict__} for p in problems
        ]  # fmt: skip
        self.say({"type": "run", "file": file, "state": how, "problems": told})
        self.changed(run.session)

    def _remember_failures(self, session: Session, end: dict[str, Any]) -> None:
        from tenkai.run.store import Store
        from tenkai.workbench.state import planned

        failed = end.get("failed", {})
        session.failed = {}
        if not failed:
            return
        outcome = planned(session, Store(session.cache))
        for node, told in failed.items():
            tasks = outcome.expansion.of_node.get(node, ())
            keys = frozenset(outcome.keys[t].digest for t in tasks)
            session.failed[node] = (keys, problems_from_json(told).problems)


def _node_of(task: str) -> str:
    found = _NODE.match(task)
    return found.group() if found else ""


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        try:
            process.send_signal(number)
        except ProcessLookupError:
            pass
