"""Work on texts from elsewhere in other processes, which may crash or hang without harm.

Libraries in C++ read molecules fast, but some texts end the process or keep it busy for hours. Here a worker
process does the work, one item after the other; the kernel ends it when an item takes too much time. The item at
fault is told with the reason, the others go on in a new worker. Results do not depend on the number of workers.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

SECONDS = 10.0
"""Time an item may take, if nothing else is said."""
_CHUNK = 256
_LOOK = (0.0005, 0.01)  # seconds between two looks at the answers: the first, and the longest
_TOLD = 0.1  # seconds between two reports
_SILENCE = 60.0  # seconds without an answer and without work, before a worker counts as stuck
_START = 600.0  # seconds to start in, on a machine that is busy with other things

Work = Callable[[Any, Any], Any]


class Refused(ValueError):
    """What a work function raises for an item it cannot use; the text is the reason."""


@dataclass(frozen=True)
class Answer:
    """The value made of an item, or the reason why there is none."""

    value: Any = None
    reason: str = ""


def apart(
    work: Work,
    items: Sequence[Any],
    common: Any = None,
    *,
    warm_up: Any,
    threads: int = 1,
    seconds: float = SECONDS,
    progress: Callable[[float, float], None] | None = None,
) -> list[Answer]:
    """Do the work on every item in worker processes.

    Parameters
    ----------
    work : a function of a module, called as ``work(item, common)``
    items, common : made of what JSON has: texts, numbers, lists, mappings
    warm_up : an item to begin with in every new worker: what must be imported is not counted
    threads : number of workers
    seconds : processor time an item may take
    progress : told how many of how many are done; what it raises stops the work

    Returns
    -------
    one answer per item, in order
    """
    found: list[Answer] = [Answer()] * len(items)
    size = max(1, min(_CHUNK, -(-len(items) // (4 * max(threads, 1)))))
    waiting = deque(range(start, min(start + size, len(items))) for start in range(0, len(items), size))
    order = {"work": f"{work.__module__}:{work.__qualname__}", "common": common, "warm_up": warm_up}
    order["seconds"] = seconds
    busy: list[Worker] = []
    done, told, pause = 0, 0.0, _LOOK[0]
    try:
        while waiting or busy:
            while waiting and len(busy) < max(threads, 1):
                busy.append(_borrowed())
                _give(busy[-1], waiting.popleft(), items, order)
            heard = 0
            for worker in list(busy):
                heard += worker.listen(found)
                if worker.left and worker.gone(seconds):
                    heard += worker.listen(found)  # what it wrote before it ended
                    if worker.left:
                        found[worker.left[0]] = Answer(reason=worker.verdict(seconds))
                        heard += 1
                        worker.left = worker.left[1:]
                    worker.stop()
                    busy.remove(worker)
                    if worker.left:
                        waiting.appendleft(worker.left)
                elif not worker.left and waiting:
                    _give(worker, waiting.popleft(), items, order)
                elif not worker.left:
                    busy.remove(worker)
                    _returned(worker)
            done += heard
            if progress is not None and (now := time.monotonic()) - told > _TOLD:
                progress(done, len(items))
                told = now
            pause = _LOOK[0] if heard else min(pause * 2, _LOOK[1])
            if busy:
                time.sleep(pause)
    finally:
        for worker in busy:
            worker.stop()
    if progress is not None:
        progress(len(items), len(items))
    return found


class Worker:
    """A worker process. Its answers come through a file, so that none is lost when it ends."""

    def __init__(self) -> None:
        # They live as long as the process.
        self._answers = tempfile.TemporaryFile()  # noqa: SIM115
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._read, self._rest = 0, b""
        self._since = time.monotonic()
        self._stuck = self._ready = False
        self.left = range(0)
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tenkai.values.apart_worker"],
            stdin=subprocess.PIPE,
            stdout=self._answers,
            stderr=self._errors,
            env={**os.environ, **single},
        )

    def give(self, places: range, message: bytes) -> None:
        """Give it items to work on, and remember where the answers belong."""
        self.left = places
        self._read, self._rest, self._since, self._ready = 0, b"", time.monotonic(), False
        self._answers.truncate(0)
        self._answers.seek(0)
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has died: seen when its answers are looked for
            self.process.stdin.write(message)
            self.process.stdin.flush()

    def listen(self, found: list[Answer]) -> int:
        """Put new answers in their places; return how many came."""
        before = len(self.left)
        while data := os.pread(self._answers.fileno(), 1 << 20, self._read):
            self._read += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                said = json.loads(line)
                if "ready" in said:
                    self._ready, self._since = True, time.monotonic()
                    continue
                found[self.left[0]] = Answer(said.get("value"), said.get("reason", ""))
                self.left = self.left[1:]
        if len(self.left) < before:
            self._since = time.monotonic()
        return before - len(self.left)

    def gone(self, seconds: float) -> bool:
        """Say whether it has ended. One that neither works nor answers is ended here."""
        if self.process.poll() is not None:
            return True
        if time.monotonic() - self._since > (_SILENCE + 20 * seconds if self._ready else _START):
            self._stuck = True
            self.process.kill()
            self.process.wait()
        return self._stuck

    def verdict(self, seconds: float) -> str:
        """Say why it ended, for the item it was at.

        Raises
        ------
        RuntimeError
            Where the fault is not in the item.
        """
        code = self.process.returncode
        if self._stuck or code == -signal.SIGPROF:
            return f"it takes longer than {seconds:g} s"
        if code < 0:
            return f"reading it ended the process ({signal.Signals(-code).name})"
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        raise RuntimeError(lines[-1] if lines else f"a worker process ended with exit code {code}")

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self._answers.close()
        self._errors.close()


def _give(worker: Worker, places: range, items: Sequence[Any], order: dict[str, Any]) -> None:
    message = json.dumps({**order, "items": [items[i] for i in places]})
    worker.give(places, message.encode() + b"\n")


# A process takes most of a second to start: those that are done wait for the next call.
_idle: list[Worker] = []
_lock = threading.Lock()


def _borrowed() -> Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.stop()
    return Worker()


def _returned(worker: Worker) -> None:
    with _lock:
        _idle.append(worker)


@atexit.register
def _stop_all() -> None:
    with _lock:
        while _idle:
            _idle.pop().stop()
