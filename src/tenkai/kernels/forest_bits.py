"""Sets of small integers as bits, and random numbers that belong to a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["drawn", "mark", "mixed", "ones", "ones_below", "take_marked"]


def _find_lowest(typing: Any, bits: Any) -> Any:
    """Position of the lowest set bit of a uint64 that is not 0."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), build


def _count_ones(typing: Any, bits: Any) -> Any:
    """Set bits of a uint64."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), build


_lowest = cast("Callable[[np.uint64], int]", intrinsic(_find_lowest))
ones = cast("Callable[[np.uint64], int]", intrinsic(_count_ones))


@jit(inline=True, borrow=True)
def mark(words: NDArray[np.uint64], tops: NDArray[np.uint64], value: int) -> None:
    """Put a value into the set."""
    words[value >> 6] |= np.uint64(1) << np.uint64(value & 63)
    tops[value >> 12] |= np.uint64(1) << np.uint64((value >> 6) & 63)


@jit(inline=True, borrow=True)
def take_marked(words: NDArray[np.uint64], tops: NDArray[np.uint64], found: NDArray[np.uint32]) -> int:
    """Write the values of the set in order, empty it, and return how many they were."""
    count = 0
    for top in range(tops.size):
        marks = tops[top]
        tops[top] = np.uint64(0)
        while marks != np.uint64(0):
            word = (top << 6) + _lowest(marks)
            marks &= marks - np.uint64(1)
            bits = words[word]
            words[word] = np.uint64(0)
            while bits != np.uint64(0):
                found[count] = np.uint32((word << 6) + _lowest(bits))
                bits &= bits - np.uint64(1)
                count += 1
    return count


@jit(inline=True, borrow=True)
def ones_below(word: np.uint64, value: int) -> int:
    """Set bits of a word below the place of a value in it."""
    return ones(word & ((np.uint64(1) << np.uint64(value & 63)) - np.uint64(1)))


@jit(inline=True, borrow=True)
def mixed(state: np.uint64) -> np.uint64:
    """Scramble 64 bits (splitmix64: G. Steele, D. Lea, C. Flood, OOPSLA 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@jit(inline=True, borrow=True)
def drawn(key: np.uint64, turn: int, below: int) -> int:
    """Draw number `turn` of a key: an integer from 0 to below - 1."""
    high = mixed(key ^ (np.uint64(turn) * np.uint64(0xD1342543DE82EF95))) >> np.uint64(32)
    return np.int64((high * np.uint64(below)) >> np.uint64(32))  # type: ignore[return-value]
