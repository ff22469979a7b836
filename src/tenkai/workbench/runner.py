"""The child process of a run: runs a workflow and tells what happens, one JSON document per line.

Ctrl-C (SIGINT) stops it as it stops `tenkai run`; when its input ends, the server is gone, and it stops too.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tenkai.data import Places
from tenkai.errors import TenkaiError
from tenkai.plan.workflow import parse_workflow
from tenkai.run.events import Event
from tenkai.run.project import Project
from tenkai.run.wire import encode, problems_to_json


def run(order: dict[str, Any], answers: TextIO) -> None:
    """Run a workflow and tell how it went."""
    lock = threading.Lock()

    def say(message: dict[str, Any]) -> None:
        with lock:
            answers.write(encode(message))
            answers.flush()

    def listen(event: Event) -> None:
        say({"event": asdict(event)})

    try:
        path = Path(order["path"])
        workflow = parse_workflow(order["text"], path.stem, path=path, shown=path.name)
        places = Places(workflow.folder, Path(order["data"]) if order["data"] else None, Path(order["fence"]))
        project = Project(workflow, {}, places, Path(order["cache"]) if order["cache"] else None)
        result = project.run(to=order["to"], threads=order["threads"], listener=listen)
    except TenkaiError as error:
        stopped = any(p.code == "TK404" for p in error.problems)
        say({"end": "cancelled" if stopped else "failed", "problems": problems_to_json(error), "failed": {}})
        return
    failed = {
        result.outcome.expansion.tasks[task].node: problems_to_json(error)
        for task, error in result.outcome.failed.items()
    }
    say({"end": "failed" if failed else "finished", "problems": [], "failed": failed})


def _until_the_server_is_gone(requests: TextIO) -> None:
    while requests.readline():
        pass
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    # What libraries print must not end up between the messages.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    first = json.loads(sys.stdin.readline())
    threading.Thread(target=_until_the_server_is_gone, args=(sys.stdin,), daemon=True).start()
    run(first, out)
    out.flush()
    # A library may still be deep in its work after a stop: what is finished is stored, the rest is not waited for.
    os._exit(0)
