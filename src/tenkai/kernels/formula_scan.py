"""The scan over pairs of features for those that may score well; what float32 cannot tell is made in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, prange
from tenkai.kernels.formula_screen import moments, row_is_sound, row_moments
from tenkai.kernels.formula_strips import LANES, NARROW, NONE, ROOM, UNSURE, difference_strip, product_strip

__all__ = ["GROUP", "PAIRS", "pair_values", "scan", "standard_rows"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Single = np.float32
PAIRS = ("+", "-", "|-|", "*", "/", "\\")
"""Operations of two features i > j in the order of the scores; the last is j / i."""
GROUP = 8
"""Features that are taken to a strip of partners one after the other, while it is in the first cache."""
CHUNK = 32
"""Rows that a thread makes at a time."""


@jit(inline=True, borrow=True)
def _value(o: int, a: float, b: float) -> float:
    if o == 0:
        return a + b
    if o == 1:
        return a - b
    if o == 2:
        return abs(a - b)
    if o == 3:
        return a * b
    return a / b if o == 4 else b / a


@jit()
def pair_values(V: Array, op: Numbers, i: Numbers, j: Numbers, out: Array) -> None:
    """Write the values of pairs of features (p, n), in float64; of operation -1 the feature i itself."""
    for k in range(len(op)):
        o = op[k]
        if o < 0:
            out[k] = V[i[k]]
        elif o < len(PAIRS) - 1:
            a, b = V[i[k]], V[j[k]]
            for r in range(len(a)):
                out[k, r] = _value(o, a[r], b[r])


@jit(parallel=True)
def standard_rows(V: Array, op: Numbers, i: Numbers, j: Numbers, Z: Array, fit: Flags) -> None:
    """Write pairs of features (p, n) with mean 0 and length 1 over Z, in float64, and which of them are sound.

    What has another operation than a pair stands in Z already, as it is.
    """
    for chunk in prange((len(op) + CHUNK - 1) // CHUNK):
        some = slice(chunk * CHUNK, min(len(op), (chunk + 1) * CHUNK))
        out, good = Z[some], fit[some]
        pair_values(V, op[some], i[some], j[some], out)
        mean, spread = moments(out)
        for k in range(len(out)):
            m, scale = mean[k], np.sqrt(spread[k] * out.shape[1])
            good[k] = row_is_sound(m, spread[k])
            for r in range(out.shape[1]):
                out[k, r] = (out[k, r] - m) / scale


@jit(borrow=True)
def _exact(a: Array, b: Array, o: int, T: Array, v: Array) -> float:
    """Return the largest squared correlation and a little, in float64; NONE for what has no value or does not vary."""
    n = len(a)
    for r in range(n):
        v[r] = _value(o, a[r], b[r])
    mean, spread = row_moments(v)
    if not row_is_sound(mean, spread):
        return -1.0
    best = 0.0
    for k in range(len(T)):
        c = 0.0
        for r in range(n):
            c += (v[r] - mean) * T[k, r]
        best = max(best, c * c / (spread * n))
    return best + 1e-6


@jit(fast=True, inline=True, borrow=True)
def _counted(line: Floats, bar: Single) -> tuple[Single, Single]:
    """Return how many bounds are scores, and how many have to be looked at; as numbers of the width of the bounds."""
    scored = worth = np.float32(0.0)
    for j in range(len(line)):
        scored += np.float32(1.0) if line[j] >= np.float32(0.0) else np.float32(0.0)
        worth += np.float32(1.0) if (line[j] >= bar) | (line[j] == UNSURE) else np.float32(0.0)
    return scored, worth


@jit(inline=True, borrow=True)
def _collected(
    line: Floats, lanes: int, start: int, stop: int, first: int, wanted: Flags, bar: Single,
    i: int, V: Array, T: Array, v: Array, codes: Numbers, bounds: Floats, at: int,
) -> tuple[int, int]:  # fmt: skip
    """Look through the bounds of one feature and a strip; return how many hits there are now, and how many scores."""
    for o in range(3):
        for j in range(stop if wanted[first + o] else 0, lanes):
            line[o * lanes + j] = NONE
    some, worth = _counted(line[: 3 * lanes], bar)
    scored = int(some)
    if worth > 0:
        for k in range(3 * lanes):
            bound = line[k]
            if bound >= bar or bound == UNSURE:
                o, j = first + k // lanes, start + k % lanes
                if bound == UNSURE:
                    bound = np.float32(_exact(V[i], V[j], o, T, v))
                    scored += 1 if bound >= 0 else 0
                if bound >= bar and bound >= 0:
                    if at < len(codes):
                        codes[at], bounds[at] = (i * len(V) + j) * len(PAIRS) + o, bound
                    at += 1
    return at, scored


# The functions below do not count the owners of arrays: threads would wait for each other at every slice.


@jit(borrow=True)
def _multiplied(
    first: int, last: int, V: Array, fresh: Flags, wanted: Flags, T: Array, rows: Numbers, partners: Numbers,
    X: Floats, Y: Floats, W: Floats, scale: Floats, products: Floats, scales: Floats, A: Single, B: Single, bar: Single,
    v: Array, room: Floats, line: Floats, codes: Numbers, bounds: Floats, at: int,
) -> tuple[int, int]:  # fmt: skip
    scored = widest = 0
    for place in range(first, last):
        widest = max(widest, partners[place])
    for strip in range((widest + LANES - 1) // LANES):
        start = strip * LANES
        for place in range(first, last):
            i, stop = rows[place], min(LANES, partners[place] - start)
            if stop <= 0:
                continue
            product_strip(X[i], Y[i], scale[i], products[strip], scales[strip], W, V.shape[1], A, B, room, line)
            if not fresh[i]:
                for j in range(stop):
                    if not fresh[start + j]:
                        line[j] = line[LANES + j] = line[2 * LANES + j] = NONE
            at, made = _collected(line, LANES, start, stop, 3, wanted, bar, i, V, T, v, codes, bounds, at)
            scored += made
    return at, scored


@jit(borrow=True)
def _added(
    first: int, last: int, V: Array, unit: Numbers, fresh: Flags, wanted: Flags, T: Array, rows: Numbers,
    partners: Numbers, D: Floats, base: Array, W: Floats, sums: Floats, differences: Floats, bases: Array,
    their: Floats, units: Numbers, A: Single, B: Single, bar: Single,
    v: Array, room: Floats, line: Floats, codes: Numbers, bounds: Floats, at: int,
) -> tuple[int, int]:  # fmt: skip
    scored = 0
    for place in range(first, last):
        i = rows[place]
        for strip in range((partners[place] + NARROW - 1) // NARROW):
            if unit[i] < units[strip, 0] or unit[i] > units[strip, 1]:
                continue
            start = strip * NARROW
            stop = min(NARROW, partners[place] - start)
            difference_strip(
                D[i], base[i], sums[i], differences[strip], bases[strip], their[strip], W, V.shape[1], A, B, room, line
            )
            for j in range(stop):
                if unit[start + j] != unit[i] or not (fresh[i] or fresh[start + j]):
                    line[j] = line[NARROW + j] = line[2 * NARROW + j] = NONE
            at, made = _collected(line, NARROW, start, stop, 0, wanted, bar, i, V, T, v, codes, bounds, at)
            scored += made
    return at, scored


@jit(parallel=True)
def scan(
    V: Array, unit: Numbers, fresh: Flags, wanted: Flags, T: Array, rows: Numbers, partners: Numbers,
    X: Floats, Y: Floats, D: Floats, base: Array, W: Floats, scale: Floats, sums: Floats,
    products: Floats, scales: Floats, differences: Floats, bases: Array, their: Floats, units: Numbers,
    A: Single, B: Single, bar: Single, rooms: Floats,
    codes: Numbers, bounds: Floats, found: Numbers, scored: Numbers,
) -> None:  # fmt: skip
    """Write the hits of features `rows` and their partners: arrays as in formula_pairs.Packed.

    Parameters
    ----------
    codes, bounds : (groups, some) of the first hits of each group (i p + j) 6 + operation, and the bound
    found, scored : (groups,) numbers of hits and of scores
    """
    for group in prange(len(rooms)):
        v, room, line = np.empty(V.shape[1]), rooms[group, :ROOM], rooms[group, ROOM:]
        first, last = group * GROUP, min(len(rows), (group + 1) * GROUP)
        code, bound = codes[group], bounds[group]
        at = all_ = 0
        if wanted[3] or wanted[4] or wanted[5]:
            at, all_ = _multiplied(
                first, last, V, fresh, wanted, T, rows, partners, X, Y, W, scale, products, scales, A, B, bar,
                v, room, line, code, bound, at,
            )  # fmt: skip
        if wanted[0] or wanted[1] or wanted[2]:
            at, more = _added(
                first, last, V, unit, fresh, wanted, T, rows, partners, D, base, W, sums, differences, bases, their,
                units, A, B, bar, v, room, line, code, bound, at,
            )  # fmt: skip
            all_ += more
        found[group], scored[group] = at, all_
