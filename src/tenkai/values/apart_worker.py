"""A worker process of `tenkai.values.apart`: reads orders from standard input, writes one answer per item.

The kernel ends this process when an item takes more processor time than allowed, whatever library is at work.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

from tenkai.values.apart import Refused

MEMORY = 4 << 30
"""Bytes of addresses: an item that needs more is refused."""


def serve(orders: Iterable[str], write: Callable[[bytes], Any]) -> None:
    """Answer orders until the input ends."""
    warm: set[str] = set()
    for line in orders:
        order = json.loads(line)
        module, name = order["work"].split(":")
        work = getattr(importlib.import_module(module), name)
        if order["work"] not in warm:
            answer(work, order["warm_up"], order["common"])
            warm.add(order["work"])
        write(b'{"ready": true}\n')
        for item in order["items"]:
            signal.setitimer(signal.ITIMER_PROF, order["seconds"])
            said = answer(work, item, order["common"])
            signal.setitimer(signal.ITIMER_PROF, 0)
            write(json.dumps(said).encode() + b"\n")


def answer(work: Callable[[Any, Any], Any], item: Any, common: Any) -> dict[str, Any]:
    """Return the value or the reason. Other faults than those an item can cause end the process."""
    try:
        return {"value": work(item, common)}
    except MemoryError:
        return {"reason": "it takes too much memory"}
    except Refused as error:  # in our own words
        return {"reason": str(error)}
    except (ValueError, RuntimeError, ArithmeticError) as error:  # the errors of libraries in C++
        # Two lines say it; below them RDKit prints where in its own code it was.
        lines = [text for line in str(error).splitlines() if (text := " ".join(line.strip("*- ").split()))]
        return {"reason": ": ".join(lines[:2])[:300] or type(error).__name__}


def main() -> None:
    """Set the limits and serve."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash is no news: no memory dump on disk
    # What libraries print must not end up between the answers.
    answers = os.dup(1)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the orders
    serve(sys.stdin, lambda data: os.write(answers, data))


if __name__ == "__main__":
    main()
