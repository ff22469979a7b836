"""The child process of a run: runs a workflow and tells what happens, one JSON document per line.

Ctrl-C (SIGINT) stops it as it stops `tenkai run`; when its input ends, the server is gone, and it stops too. A
line ``look`` asks for a glimpse of the step that learns.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tenkai.data import Places
from tenkai.errors import TenkaiError
from tenkai.plan.workflow import parse_workflow
from tenkai.run.events import Event
from tenkai.run.project import Project
from tenkai.run.wire import encode, problems_to_json
from tenkai.workbench.live import Window


class Speaker:
    """Writes messages, whole lines at a time."""

    def __init__(self, answers: TextIO) -> None:
        self.answers = answers
        self._lock = threading.Lock()

    def __call__(self, message: dict[str, Any]) -> None:
        """Say something."""
        with self._lock:
            self.answers.write(encode(message))
            self.answers.flush()


class Spaced:
    """Lets through what is not too soon after the last of its kind: steps may tell thousands of times a second."""

    def __init__(self, between: float = 0.1) -> None:
        self.between = between
        self._last: dict[str, float] = {}

    def due(self, kind: str, always: bool = False) -> bool:
        """Say whether to let it through now."""
        now = time.monotonic()
        if not always and now - self._last.get(kind, -self.between) < self.between:
            return False
        self._last[kind] = now
        return True


def run(order: dict[str, Any], say: Speaker, window: Window) -> None:
    """Run a workflow and tell how it went."""
    progress = Spaced()

    def listen(event: Event) -> None:
        if event.kind != "progress" or progress.due(event.task, event.done >= event.total):
            say({"event": asdict(event)})

    try:
        path = Path(order["path"])
        workflow = parse_workflow(order["text"], path.stem, path=path, shown=path.name)
        places = Places(workflow.folder, Path(order["data"]) if order["data"] else None, Path(order["fence"]))
        project = Project(workflow, {}, places, Path(order["cache"]) if order["cache"] else None)
        result = project.run(to=order["to"], threads=order["threads"], listener=listen, watcher=window.watch)
    except TenkaiError as error:
        stopped = any(p.code == "TK404" for p in error.problems)
        say({"end": "cancelled" if stopped else "failed", "problems": problems_to_json(error), "failed": {}})
        return
    failed = {
        result.outcome.expansion.tasks[task].node: problems_to_json(error)
        for task, error in result.outcome.failed.items()
    }
    say({"end": "failed" if failed else "finished", "problems": [], "failed": failed})


def _hear(requests: TextIO, window: Window) -> None:
    while line := requests.readline():
        if line == "look\n":
            window.ask()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    # What libraries print must not end up between the messages.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # A shell starts what runs in the background with SIGINT ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    first = json.loads(sys.stdin.readline())
    say = Speaker(out)
    window = Window(say)
    threading.Thread(target=_hear, args=(sys.stdin, window), daemon=True).start()
    run(first, say, window)
    out.flush()
    # A library may still be deep in its work after a stop: what is finished is stored, the rest is not waited for.
    os._exit(0)
