"""Typed access to numba, and the one rule for parallel kernels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba

__all__ = ["jit", "parallel_region", "prange"]

F = TypeVar("F", bound=Callable[..., object])

prange = numba.prange

# Rows are summed in vector order: any reassociation stays inside one row, so it cannot depend on
# the number of threads. NaN and infinity keep their meaning ("nnan" and "ninf" are left out).
FAST = {"reassoc", "contract", "arcp", "nsz"}

_one_region = threading.Lock()


def _most_threads() -> int:
    return int(vars(numba.config)["NUMBA_NUM_THREADS"])


def jit(
    *, parallel: bool = False, fast: bool = False, fused: bool = False, inline: bool = False, borrow: bool = False
) -> Callable[[F], F]:
    """Compile with numba, keep the machine code on disk, release the GIL.

    Parameters
    ----------
    parallel
        Allow `prange`. Call such functions inside `parallel_region`.
    fast
        Allow reassociation inside a loop (see `FAST`).
    fused
        Allow a product and a sum in one rounding, and nothing else: sums keep the order they are written in.
    inline
        Ask LLVM to inline the function into its callers.
    borrow
        Do not count the owners of arrays, which costs an atomic operation per array and call: for small
        functions that make no array and are called often, from a function that keeps the arrays alive.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    if parallel:
        options["parallel"] = True
    if fast:
        options["fastmath"] = FAST
    elif fused:
        options["fastmath"] = {"contract"}
    if borrow:
        options["_nrt"] = False
    if inline:
        options["forceinline"] = True

    def decorate(function: F) -> F:
        return cast("F", numba.njit(**options)(function))

    return decorate


@contextmanager
def parallel_region(threads: int | None = None) -> Iterator[None]:
    """Let one Python thread at a time run parallel kernels.

    numba's fallback thread pool ends the process when two Python threads enter it together, and a
    sweep runs its configurations in threads.

    Parameters
    ----------
    threads
        Threads to use inside; None keeps numba's current number.

    Raises
    ------
    ValueError
        When `threads` is below 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}. Allowed: 1 or more.")
    with _one_region:
        before = numba.get_num_threads()
        if threads is not None:
            numba.set_num_threads(min(threads, _most_threads()))
        try:
            yield
        finally:
            numba.set_num_threads(before)
