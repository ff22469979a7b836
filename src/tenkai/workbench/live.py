"""Looks at steps while they learn: asked for by a page, made by the process of the run, never stored."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret._replay_maps import measure_of
from tenkai.step import Glimpse
from tenkai.workbench.packing import finite, packed, spread, unpacked

BETWEEN = 0.2  # seconds between two looks
MOST_NUMBERS = 2_000_000  # of factors that are sent
MOST_VALUES = 20_000  # losses remembered of one step


class Window:
    """In the process of a run: tells what a step has so far, when it is asked to, and at most five times a second.

    Parameters
    ----------
    say : takes the message
    """

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        self.say = say
        self._wanted = threading.Event()
        self._last = -BETWEEN

    def ask(self) -> None:
        """Let the next glimpse be told."""
        self._wanted.set()

    def watch(self, task: str, make: Callable[[], Glimpse]) -> None:
        """Take an offer, or leave it: then it costs next to nothing."""
        if not self._wanted.is_set() or time.monotonic() - self._last < BETWEEN:
            return
        self._wanted.clear()
        self._last = time.monotonic()
        facts, arrays = told(make())
        content = packed({**facts, "task": task}, arrays)
        self.say({"glimpse": base64.b64encode(content).decode()})


def told(glimpse: Glimpse) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what is sent of a glimpse: single precision, and of many rows some."""
    arrays: dict[str, NDArray[Any]] = {}
    rows = 0
    if glimpse.kind == "parts":
        W, H = (np.asarray(glimpse.arrays[n], np.float32) for n in ("W", "H"))
        rows = len(W)
        if W.size + H.size <= MOST_NUMBERS:
            arrays = {"W": W, "H": H}
    else:
        name = "points" if glimpse.kind == "map" else "labels"
        rows = len(glimpse.arrays[name])
        some = np.asarray(glimpse.arrays[name])[spread(rows)]
        if glimpse.kind == "map":
            arrays["points"] = some.astype(np.float32)
        else:
            # Clusters are counted from 1; their numbers may still change.
            arrays["labels"] = (some + 1).astype(np.uint16)
            arrays["centers"] = np.asarray(glimpse.arrays["centers"], np.float32)
    facts = {
        "kind": glimpse.kind, "iteration": glimpse.iteration, "total": glimpse.total, "measure": glimpse.measure,
        "value": finite(glimpse.value), "rows": rows, "part": glimpse.part, "parts": glimpse.parts,
    }  # fmt: skip
    return facts, arrays


@dataclass
class Seen:
    """In the server: the last glimpse of a run. `number` counts them; `values`: what the step lowered, as seen."""

    number: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    values: list[tuple[int, float]] = field(default_factory=list)

    def hear(self, content: str, node: Callable[[str], str]) -> None:
        """Take what the process of the run has told."""
        facts, arrays = unpacked(base64.b64decode(content))
        facts["node"] = node(facts["task"])
        del facts["arrays"]
        same = all(self.facts.get(k) == facts[k] for k in ("task", "part"))
        if not same or (self.values and self.values[-1][0] >= facts["iteration"]):
            self.values = []
        if facts["value"] is not None and len(self.values) < MOST_VALUES:
            self.values.append((facts["iteration"], facts["value"]))
        self.number += 1
        self.facts, self.arrays = facts, arrays

    def answer(self) -> bytes:
        """Return it for the page; factors are drawn by the server."""
        arrays = {} if self.facts["kind"] == "parts" else self.arrays
        return packed({**self.facts, "name": measure_of(self.facts["measure"]), "number": self.number}, arrays)
