"""The pairs of features under the operators of two arguments that may score well, made on the fly and never stored."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.formula_scan import GROUP, PAIRS, scan
from tenkai.kernels.formula_strips import LANES, NARROW, ROOM

__all__ = ["Hits", "Packed", "Pairs", "hits"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
USUAL = 512
"""Hits of a group of features there is room for at first."""


@dataclass(frozen=True)
class Hits:
    """Pairs whose score may reach a bar, and how many were scored.

    Parameters
    ----------
    i, j, o : features, j before i, and the operation
    bound : (hits,) float32, not below the score
    """

    i: Numbers
    j: Numbers
    o: Numbers
    bound: Floats
    scored: int


@dataclass(frozen=True)
class Pairs:
    """Features whose pairs are scored, those with few operators first, among them those of one unit side by side.

    Parameters
    ----------
    V : (p, n) values
    unit, size : (p,) numbers of the units, numbers of operators; `size` rises
    fresh : (p,) of the last rung; a pair has at least one of these
    wanted : (6,) operations of PAIRS; j / i goes with i / j
    most : operators a feature may have
    """

    V: Array
    unit: Numbers
    size: Numbers
    fresh: Flags
    wanted: Flags
    most: int

    def partners(self) -> Numbers:
        """Return for every feature i how many features j < i are not too large for it."""
        fit = np.searchsorted(self.size, self.most - self.size, side="left")
        return np.minimum(np.arange(len(self.size)), fit)


class Packed:
    """Pairs in float32 as strips take them, with targets.

    Parameters
    ----------
    T : (k, n) targets of mean 0 and length 1
    """

    def __init__(self, pairs: Pairs, T: Array, threads: int = 1) -> None:
        self.pairs, self.T, V = pairs, T, pairs.V
        p, n = V.shape
        scale, away = _spreads(V)
        # About a row where features are close to their means little is lost to rounding.
        typical = int(away.argmin())
        order = np.concatenate([[typical], np.delete(np.arange(n), typical), np.full(-n % 4, typical)])
        self.base = np.ascontiguousarray(V[:, typical])
        wide, narrow = -(-p // LANES), -(-p // NARROW)
        self.X, self.Y, self.D = (np.empty((p, len(order)), np.float32) for _ in range(3))
        self.products = _lines(wide, len(order), 2, LANES)
        self.differences = _lines(narrow, len(order), NARROW)
        self.scale, sums = np.empty((p, 2), np.float32), np.empty((p, 2))
        self.products[-1], self.differences[-1] = 0.0, 0.0  # which may not be full
        with parallel_region(threads):
            _pack(V, scale, order, self.X, self.Y, self.D, self.products, self.differences, self.scale, sums)
        self.products, self.differences = self.products.reshape(wide, -1), self.differences.reshape(narrow, -1)
        extra = np.zeros((1 - len(T) % 2, n))
        W = np.concatenate([T, extra])
        self.W = W[:, order].astype(np.float32)
        self.W[:, n:] = 0.0
        self.sums = np.concatenate([sums, V @ W.T], axis=1).astype(np.float32)
        self.scales, self.their = _strips(self.scale, LANES), _strips(self.sums, NARROW)
        self.bases = np.concatenate([self.base, np.zeros(-p % NARROW)]).reshape(narrow, NARROW)
        self.units = _ranges(pairs.unit, NARROW)
        roundings = len(order) / 4 + 6
        self.A, self.B = np.float32(8 * roundings * 6e-8), np.float32(16 * 6e-8)

    def hits(self, rows: Numbers, bar: float, threads: int = 1) -> Hits:
        """Score all pairs of features i in `rows` and their partners; return those that may reach a bar.

        A score is the largest squared correlation with a target.
        """
        partners = self.pairs.partners()
        found, scored, codes, bounds = self._scanned(rows, partners[rows], bar, USUAL, threads)
        over = found > USUAL
        parts = [_unrolled(np.where(over, 0, found), codes, bounds)]
        if over.any():  # looked through once more, with room for what they have
            again = rows[np.repeat(over, GROUP)[: len(rows)]]
            found, _, codes, bounds = self._scanned(again, partners[again], bar, int(found.max()), threads)
            parts.append(_unrolled(found, codes, bounds))
        code, bound = parts[0] if len(parts) == 1 else (np.concatenate(part) for part in zip(*parts, strict=True))
        return Hits(*_split(code, len(partners)), bound, int(scored.sum()))

    def _scanned(
        self, rows: Numbers, partners: Numbers, bar: float, room: int, threads: int
    ) -> tuple[Numbers, Numbers, Numbers, Floats]:
        """Return of each group of rows how many hits and scores it has, and of the first `room` hits what and how good.

        Room for each row would be a page of memory for each row, and these take their time.
        """
        groups = -(-len(rows) // GROUP)
        codes, bounds = np.empty((groups, room), np.int64), np.empty((groups, room), np.float32)
        found, scored = np.empty(groups, np.int64), np.empty(groups, np.int64)
        rooms = _lines(groups, ROOM + 3 * LANES)
        with parallel_region(threads):
            scan(
                self.pairs.V, self.pairs.unit, self.pairs.fresh, self.pairs.wanted, self.T, rows, partners,
                self.X, self.Y, self.D, self.base, self.W, self.scale, self.sums,
                self.products, self.scales, self.differences, self.bases, self.their, self.units,
                self.A, self.B, np.float32(bar), rooms, codes, bounds, found, scored,
            )  # fmt: skip
        return found, scored, codes, bounds


def hits(rows: Numbers, bounds: Floats, bar: float) -> Hits:
    """Return which of the bounds (rows, partners, 6) reach a bar of 0 or more; below 0 is what has no score."""
    place, j, o = np.nonzero(bounds >= bar)
    return Hits(rows[place], j, o, bounds[place, j, o], int(np.count_nonzero(bounds >= 0)))


def _lines(*shape: int) -> Floats:
    """Return room for vectors that lie in one line of the cache each; across two, loads take twice as long."""
    size = math.prod(shape)
    room = np.empty(size + 16, np.float32)
    start = -room.ctypes.data % 64 // 4
    return room[start : start + size].reshape(shape)


@jit()
def _unrolled(found: Numbers, codes: Numbers, bounds: Floats) -> tuple[Numbers, Floats]:
    """Put the hits of groups behind each other."""
    total, at = found.sum(), 0
    code, bound = np.empty(total, np.int64), np.empty(total, np.float32)
    for group in range(len(found)):
        for k in range(found[group]):
            code[at], bound[at] = codes[group, k], bounds[group, k]
            at += 1
    return code, bound


@jit()
def _split(code: Numbers, p: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return i, j and operation of (i p + j) 6 + operation."""
    i, j, o = np.empty_like(code), np.empty_like(code), np.empty_like(code)
    for k in range(len(code)):
        pair = code[k] // len(PAIRS)
        o[k] = code[k] - pair * len(PAIRS)
        i[k] = pair // p
        j[k] = pair - i[k] * p
    return i, j, o


@jit(fast=True)
def _spreads(V: Array) -> tuple[Array, Array]:
    """Root mean square of every row of V, and how far each column is from the means of rows, in standard deviations."""
    p, n = V.shape
    scale, away = np.empty(p), np.zeros(n)
    for i in range(p):
        s = q = 0.0
        for r in range(n):
            s += V[i, r]
            q += V[i, r] * V[i, r]
        mean, scale[i] = s / n, np.sqrt(q / n)
        share = 1.0 / max(1e-12 * q / n, q / n - mean * mean)
        for r in range(n):
            away[r] += (V[i, r] - mean) * (V[i, r] - mean) * share
    return scale, away


@jit(fast=True, parallel=True)
def _pack(
    V: Array, scale: Array, order: Numbers, X: Floats, Y: Floats, D: Floats, products: Floats, differences: Floats,
    scales: Floats, sums: Array,
) -> None:  # fmt: skip
    """Write values, reciprocals and differences from the first row of `order`, by feature and by strip."""
    p, n = V.shape
    for strip in prange((p + LANES - 1) // LANES):
        y = np.empty(n)
        for i in range(strip * LANES, min(p, (strip + 1) * LANES)):
            q, none = 0.0, False
            for r in range(n):
                y[r] = 1.0 / V[i, r]
                q += y[r] * y[r]
                none |= V[i, r] == 0.0
            turned = np.sqrt(q / n)
            # What has a 0 has no reciprocal; of sizes that float32 does not hold, nothing can be said in it.
            fit = 1e-30 < turned < 1e30
            scales[i, 0], scales[i, 1] = scale[i], turned if fit else (0.0 if none else np.nan)
            x_, y_, base = 1.0 / scale[i], 1.0 / turned if fit else 0.0, V[i, order[0]]
            s = q = 0.0
            for r in range(n):
                d = V[i, r] - base
                s += d
                q += d * d
            sums[i, 0], sums[i, 1] = s, q
            wide, narrow, at, place = i // LANES, i // NARROW, i % LANES, i % NARROW
            for k in range(len(order)):
                r = order[k]
                v, w, d = V[i, r] * x_, y[r] * y_ if fit else 0.0, V[i, r] - base
                X[i, k], Y[i, k], D[i, k] = v, w, d
                products[wide, k, 0, at], products[wide, k, 1, at], differences[narrow, k, place] = v, w, d


def _strips(values: Floats, lanes: int) -> Floats:
    """Return (p, ...) numbers as (strips, ... x lanes): the partners of a strip next to each other."""
    p = len(values)
    flat = np.zeros((-(-p // lanes) * lanes, values.size // p), np.float32)
    flat[:p] = values.reshape(p, -1)
    return np.ascontiguousarray(flat.reshape(-1, lanes, flat.shape[1]).transpose(0, 2, 1)).reshape(
        len(flat) // lanes, -1
    )


def _ranges(unit: Numbers, lanes: int) -> Numbers:
    """Return the smallest and the largest unit of each strip."""
    starts = np.arange(0, len(unit), lanes)
    return np.stack([np.minimum.reduceat(unit, starts), np.maximum.reduceat(unit, starts)], axis=1)
