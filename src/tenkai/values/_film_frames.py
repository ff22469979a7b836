"""The frames of a film, drawn by processes of their own.

vl-convert holds Python's lock while it draws, so threads would wait for each other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tenkai.errors import TenkaiError, problem

MOST_WORKERS = 6  # each takes about 0.2 GB
WORTH = 4  # frames for which one more process pays its start of 0.6 s

_SCRIPT = Path(__file__).with_name("_film_worker.py")


def frames(
    spec: dict[str, Any], name: str, places: Sequence[float], scale: float, side: int, workers: int | None = None
) -> Generator[bytes, None, None]:
    """Return the pictures as PNG, one per place of the slider `name`, in their order.

    `scale`: pixels per point, less where the longer side would be above `side` pixels; `workers`: processes, by
    default as many as pay. The pictures are the same for any number.

    Raises
    ------
    TenkaiError
        TK520 when the figure cannot be drawn.
    """
    n = len(places)
    count = workers or max(1, min(_cores(), MOST_WORKERS, n // WORTH))
    order = {"spec": spec, "name": name, "places": list(places), "scale": scale, "side": side}
    # -P: the script's folder is no place to import from.
    command = [sys.executable, "-P", str(_SCRIPT)]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for k in range(min(count, n)):
            running.append(_started(command))
            _send(running[-1], {**order, "mine": list(range(k, n, count))})
        # Each draws every count-th frame, so waiting for them in turn keeps all of them busy.
        for k in range(n):
            yield _received(running[k % count])
    finally:
        for process in running:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing)


def _send(process: subprocess.Popen[bytes], order: dict[str, Any]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # a process that has died is noticed when its picture is waited for
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.close()


def _received(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    head = process.stdout.read(4)
    length = int.from_bytes(head, "big")
    picture = process.stdout.read(length) if length else process.stdout.read()
    if length and len(picture) == length:
        return picture
    raise _not_drawn(process, picture if len(head) == 4 and not length else b"")


def _not_drawn(process: subprocess.Popen[bytes], told: bytes) -> TenkaiError:
    if told:
        # Behind the first line that starts with "at" stands what only the authors of the library need.
        text = told.decode("utf-8", "replace").split("\n    at ")[0]
        return problem("TK520", f"a frame of the film cannot be drawn: {' '.join(text.split())[:300]}")
    remedy = "It may have run out of memory: try a smaller scale or fewer frames."
    return problem("TK520", f"the process that draws a film ended with exit code {process.wait()}.", remedy=remedy)
