"""A worker process: reads jobs from standard input, computes them, stores what they make, tells the run.

Values never travel through the pipe: they lie in the store.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

from tenkai.data import Places
from tenkai.errors import TenkaiError, problem
from tenkai.plan.graph import bind
from tenkai.plan.tasks import Source
from tenkai.plan.workflow import parse_workflow
from tenkai.run.engine import Engine
from tenkai.run.execute import Job, carry_out
from tenkai.run.store import Store
from tenkai.run.wire import encode, problems_to_json
from tenkai.step import Run
from tenkai.values import Value


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until the input ends."""
    order = json.loads(requests.readline())
    path = Path(order["path"]) if order["path"] else None
    workflow = parse_workflow(order["text"], order["name"], path=path, shown=order["shown"])
    graph = bind(workflow, order["overrides"])
    if graph.problems:  # the run has none: this process does not see the same steps
        raise TenkaiError(*graph.problems)
    places = Places(*(Path(p) if p else None for p in order["places"]))
    store = Store(Path(order["root"]))
    outcome = Engine(store, places).plan(graph)

    def say(message: dict[str, Any]) -> None:
        answers.write(encode(message))
        answers.flush()

    def fetch(source: Source) -> Value:
        finished = outcome.finished.get(source.task) or store.find(outcome.keys[source.task].digest)
        if finished is None:
            # removed since the run began: the run computes it again
            raise problem("TK403", f"what '{source.task}' made is no longer stored.", remedy="Run once more.")
        return store.read(finished, source.output)

    say({"ready": os.getpid()})
    for line in requests:
        request = json.loads(line)
        shared = tuple(request["shared"]) if request["shared"] else None
        job = Job(tuple(outcome.expansion.tasks[t] for t in request["tasks"]), shared)
        run = Run(order["threads"], lambda done, total, text: say({"progress": [done, total, text]}))
        try:
            made = carry_out(job, outcome.keys, store, fetch, run, places)
        except TenkaiError as error:
            say({"failed": problems_to_json(error), "notes": getattr(error, "__notes__", [])})
        else:
            say({"finished": [f.__dict__ for f, _ in made]})


if __name__ == "__main__":
    # What libraries print must not end up between the messages.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Ctrl-C reaches all processes of a terminal; the run decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin, answers)
