"""Threads of numeric libraries: how many a step may use, and one where the bits depend on their number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from tenkai.kernels._blas import controller
from tenkai.step import Glimpse, Look, Run

_lock = threading.Lock()
_asked: list[int] = []
_limits: list[Any] = []


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Let BLAS and OpenMP use at most `count` threads while the block runs.

    The limit holds for the whole process, and steps run side by side: while several ask, the fewest wins, so
    a step that needs one thread for its bits keeps it. The first state returns with the last one out.
    """
    with _lock:
        _asked.append(count)
        _take_control()
        _limits.append(controller().limit(limits=min(_asked)))
    try:
        yield
    finally:
        with _lock:
            _asked.remove(count)
            _take_control()
            if _asked:
                controller().limit(limits=min(_asked))
            else:
                first = _limits[0]
                _limits.clear()
                first.restore_original_limits()
                _take_control()


def _take_control() -> None:
    """Let this thread set the limits of OpenBLAS, and then any other.

    threadpoolctl 3.8 silently ignores every thread but the first one that sets a limit; here a lock keeps them
    in order.
    """
    from threadpoolctl import OpenBLASController

    clear = getattr(OpenBLASController, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let kernels (numba) and BLAS use `count` threads while the block runs.

    For code whose bits do not depend on the number of threads.
    """
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(max(1, min(count, _most())))
    try:
        with blas_threads(count):
            yield
    finally:
        numba.set_num_threads(before)


def _most() -> int:
    import numba

    return int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]  # set when numba starts


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS and LAPACK on one thread: their sums round differently with two."""
    with blas_threads(1):
        yield


T = TypeVar("T")
Job = Callable[[Run], T]


def side_by_side(jobs: Sequence[Job[T]], run: Run, *, together: int = 1) -> list[T]:
    """Do jobs, at most `together` at the same time, and return their results in order.

    Each gets a `Run` with its share of the threads; their progress is added up, and all stop when one fails or
    the run is cancelled. Whoever watches sees one after the other, not all at once.
    """
    shares = [0.0] * len(jobs)
    ended = [False] * len(jobs)
    stop = threading.Event()

    def looking(i: int) -> Look | None:
        def look(make: Callable[[], Glimpse]) -> None:
            if ended.index(False) == i:
                run.glimpse(lambda: replace(make(), part=i, parts=len(jobs)))

        return None if run.look is None else look

    def part(i: int, count: int) -> Run:
        def report(done: float, total: float, text: str) -> None:
            shares[i] = done / total if total else 1.0
            run.progress(sum(shares), len(shares), text)

        return Run(count, report, stop.is_set, run.notes, looking(i), run.work)

    def done(i: int, count: int) -> T:
        try:
            return jobs[i](part(i, count))
        finally:
            ended[i] = True

    if len(jobs) == 1:
        return [jobs[0](run)]
    together = max(1, min(together, len(jobs), run.threads))
    if together == 1:
        return [done(i, run.threads) for i in range(len(jobs))]
    with ThreadPoolExecutor(together) as pool:
        tasks = [pool.submit(done, i, max(1, run.threads // together)) for i in range(len(jobs))]
        try:
            return [task.result() for task in tasks]
        finally:
            stop.set()
            for task in tasks:
                task.cancel()
