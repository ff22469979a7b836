"""States of an iterative method, kept as it goes on: the first, every so many iterations, and the last."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BUDGET", "Frame", "Frames"]

#: Bytes that kept states may take.
BUDGET = 1 << 29


class Frame(NamedTuple):
    """A state after so many iterations, and what the method lowers."""

    iteration: int
    value: float
    arrays: tuple[NDArray[np.generic], ...]


class Frames:
    """Keeps copies of states.

    Parameters
    ----------
    every
        Iterations between two states that are kept.
    budget
        Bytes they may take. Where they would take more, every second one is dropped, and twice as many
        iterations lie between the next ones; `every` says how many.
    """

    def __init__(self, every: int, budget: int = BUDGET) -> None:
        self.every, self.budget = every, budget
        self.kept: list[Frame] = []

    def due(self, iteration: int) -> bool:
        """Say whether the state after so many iterations is to be kept."""
        return iteration % self.every == 0

    def left(self, iteration: int) -> int:
        """Return how many iterations there are to the next state that is kept."""
        return self.every - iteration % self.every

    def add(self, iteration: int, value: float, *arrays: NDArray[np.generic]) -> None:
        """Copy a state when it is its turn."""
        if not self.due(iteration):
            return
        if self.kept and (len(self.kept) + 1) * sum(a.nbytes for a in arrays) > self.budget:
            self.every *= 2
            self.kept = [k for k in self.kept if self.due(k.iteration)]
            if not self.due(iteration):
                return
        self._put(iteration, value, arrays)

    def end(self, iteration: int, value: float, *arrays: NDArray[np.generic]) -> None:
        """Copy the last state, whatever its turn."""
        if self.kept and self.kept[-1].iteration == iteration:
            self.kept.pop()
        self._put(iteration, value, arrays)

    def _put(self, iteration: int, value: float, arrays: tuple[NDArray[np.generic], ...]) -> None:
        self.kept.append(Frame(iteration, value, tuple(a.copy() for a in arrays)))
