r"""Two-body symmetry functions of atoms: sums over neighbors of a Gaussian in the distance, cut off smoothly.

    G_i = sum_j exp(-eta (r_ij - r_s)^2) f(r_ij),    f(r) = (cos(pi r / r_c) + 1) / 2 for r < r_c

(Behler and Parrinello 2007, G2). Neighbors are all atoms nearer than the cutoff, images included.

Atoms are sorted into bins of about half the cutoff; only bins within reach are looked at. Every pair is found once and
counts for both its atoms, so that half of the distances and exponentials suffice. A crystal is computed by one thread:
the bits do not depend on how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange

__all__ = ["Cells", "cells_of", "pair_functions"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LANES = 8
"""Exponentials computed side by side."""

_MAGIC = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to a whole number, which then stands in the lowest bits
_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10


@dataclass(frozen=True)
class Cells:
    """Crystals one after the other, their atoms sorted into bins.

    Parameters
    ----------
    offsets : (m + 1,) atoms of crystal s are ``offsets[s]:offsets[s + 1]``
    atoms : (n,) which atom of the input stands at each place
    positions : (n, 3) inside of the cell
    bins : (n, 3) bin of each atom
    starts : first atom of each bin, counted within the crystal; one list after the other
    start_offsets : (m + 1,) where the list of each crystal begins
    counts, reach : (m, 3) bins along each vector, and how many of them the cutoff reaches
    vectors : (m, 3, 3) the cells
    periodic : (m, 3)
    """

    offsets: Ints
    atoms: Ints
    positions: Floats
    bins: Ints
    starts: Ints
    start_offsets: Ints
    counts: Ints
    reach: Ints
    vectors: Floats
    periodic: NDArray[np.bool_]


def cells_of(
    positions: Sequence[Floats], vectors: Sequence[Floats], periodic: Sequence[Sequence[bool]], cutoff: float
) -> Cells:
    """Sort the atoms of crystals into bins.

    Parameters
    ----------
    positions : m arrays (n_s, 3)
    vectors : m arrays (3, 3), one vector per row, not in one plane
    periodic : m times three: along which vectors the atoms repeat
    """
    parts = [_binned(p, v, np.array(r, np.bool_), cutoff) for p, v, r in zip(positions, vectors, periodic, strict=True)]
    lengths = [len(p) for p in positions]
    return Cells(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([p[0] + start for p, start in zip(parts, np.cumsum([0, *lengths[:-1]]), strict=True)]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
        np.concatenate([p[3] for p in parts]),
        np.concatenate([[0], np.cumsum([len(p[3]) for p in parts])]).astype(np.int64),
        np.array([p[4] for p in parts], np.int64),
        np.array([p[5] for p in parts], np.int64),
        np.array([p[6] for p in parts]),
        np.array([list(r) for r in periodic], np.bool_),
    )


def _binned(positions: Floats, vectors: Floats, periodic: NDArray[np.bool_], cutoff: float) -> tuple[Any, ...]:
    inverse = np.linalg.inv(vectors)
    fractions = positions @ inverse
    shift = np.floor(fractions) * periodic
    inside = positions - shift @ vectors
    fractions -= shift
    low, span = np.zeros(3), np.ones(3)
    if not periodic.all():
        low = np.where(periodic, 0.0, fractions.min(axis=0))
        span = np.where(periodic, 1.0, np.maximum(np.ptp(fractions, axis=0), 1e-9))
    widths = span / np.sqrt((inverse * inverse).sum(axis=0))  # between opposite faces
    # More bins than atoms would only be empty; their number is bounded for cells with much empty space.
    most = max(1, math.ceil(len(positions) ** (1 / 3) * 2))
    counts = np.minimum(np.maximum((widths / (cutoff / 2)).astype(np.int64), 1), most)
    # A hair more: rounding must not lose a neighbor at the edge of the last bin.
    reach = np.ceil(cutoff * (1 + 1e-9) * counts / widths).astype(np.int64)
    reach = np.where(periodic, reach, np.minimum(reach, counts - 1))
    bins = np.minimum(np.maximum(((fractions - low) / span * counts).astype(np.int64), 0), counts - 1)
    flat = (bins[:, 0] * counts[1] + bins[:, 1]) * counts[2] + bins[:, 2]
    order = np.argsort(flat, kind="stable")
    starts = np.searchsorted(flat[order], np.arange(int(counts.prod()) + 1))
    return order, inside[order], bins[order], starts, counts, reach, vectors


@jit(inline=True)
def _exp(x: float) -> float:
    """Return e^x for x <= 0, right to about one unit in the last place, in steps that can be vectorized."""
    x = max(x, -700.0)
    shifted = x * _LOG2E + _MAGIC
    n = shifted - _MAGIC
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    p = 1.6059043836821613e-10  # 1/13!, 1/12!, ...
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 1.984126984126984e-04
    p = p * r + 1.3888888888888889e-03
    p = p * r + 8.333333333333333e-03
    p = p * r + 4.1666666666666664e-02
    p = p * r + 1.6666666666666666e-01
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    power = (np.float64(shifted).view(np.int64) << 52) + (1023 << 52)
    return p * np.int64(power).view(np.float64)


@jit()
def _crystal(
    positions: Floats, bins: Ints, starts: Ints, counts: Ints, reach: Ints, vectors: Floats, periodic: Any,
    kinds: Ints, eta: Floats, centers: Floats, cutoff: float, out: Floats,
) -> float:  # fmt: skip
    """Add the functions of one crystal to `out` (n, kinds, functions); return the smallest distance squared."""
    functions = len(eta)
    value = np.empty(functions)
    limit = cutoff * cutoff
    nearest = np.inf
    c0, c1, c2 = counts[0], counts[1], counts[2]
    for i in range(len(positions)):
        x0, y0, z0 = positions[i, 0], positions[i, 1], positions[i, 2]
        for u in range(bins[i, 0] - reach[0], bins[i, 0] + reach[0] + 1):
            iu = u // c0
            if iu != 0 and not periodic[0]:
                continue
            for v in range(bins[i, 1] - reach[1], bins[i, 1] + reach[1] + 1):
                iv = v // c1
                if iv != 0 and not periodic[1]:
                    continue
                for w in range(bins[i, 2] - reach[2], bins[i, 2] + reach[2] + 1):
                    iw = w // c2
                    if iw != 0 and not periodic[2]:
                        continue
                    place = ((u - iu * c0) * c1 + (v - iv * c1)) * c2 + (w - iw * c2)
                    after = starts[place + 1]
                    if after <= i:
                        continue
                    sx = iu * vectors[0, 0] + iv * vectors[1, 0] + iw * vectors[2, 0] - x0
                    sy = iu * vectors[0, 1] + iv * vectors[1, 1] + iw * vectors[2, 1] - y0
                    sz = iu * vectors[0, 2] + iv * vectors[1, 2] + iw * vectors[2, 2] - z0
                    for j in range(max(starts[place], i), after):
                        # Of an atom and its own images every second one: its opposite is counted with it.
                        if j == i and not (iu > 0 or (iu == 0 and (iv > 0 or (iv == 0 and iw > 0)))):
                            continue
                        dx, dy, dz = positions[j, 0] + sx, positions[j, 1] + sy, positions[j, 2] + sz
                        squared = dx * dx + dy * dy + dz * dz
                        if squared >= limit:
                            continue
                        nearest = min(nearest, squared)
                        r = math.sqrt(squared)
                        smooth = 0.5 * (math.cos(math.pi * r / cutoff) + 1.0)
                        for e in range(functions):
                            d = r - centers[e]
                            value[e] = _exp(-eta[e] * d * d) * smooth
                        a, b = kinds[i], kinds[j]
                        for e in range(functions):
                            out[i, b, e] += value[e]
                        for e in range(functions):
                            out[j, a, e] += value[e]
    return nearest


@jit(parallel=True)
def _all(
    offsets: Ints, positions: Floats, bins: Ints, starts: Ints, start_offsets: Ints, counts: Ints, reach: Ints,
    vectors: Floats, periodic: Any, kinds: Ints, eta: Floats, centers: Floats, cutoff: float, out: Floats, near: Floats,
) -> None:  # fmt: skip
    for s in prange(len(offsets) - 1):
        at = slice(offsets[s], offsets[s + 1])
        near[s] = _crystal(
            positions[at], bins[at], starts[start_offsets[s] : start_offsets[s + 1]], counts[s], reach[s], vectors[s],
            periodic[s], kinds[at], eta, centers, cutoff, out[at],
        )  # fmt: skip


def pair_functions(
    cells: Cells, kinds: Ints, n_kinds: int, eta: Floats, centers: Floats, cutoff: float, threads: int = 1
) -> tuple[Floats, Floats]:
    """Return the functions of every atom, and the smallest distance in every crystal.

    Parameters
    ----------
    cells : made with the same cutoff
    kinds : (n,) from 0: the kind of each atom, by which its neighbors sum; all 0 sums over all neighbors
    n_kinds : number of kinds K
    eta, centers : (E,) eta >= 0 and r_s of each function
    cutoff : r_c > 0

    Returns
    -------
    functions : (n, K, E), atoms in the order given to `cells_of`
    nearest : (m,) smallest distance between two atoms below the cutoff; infinity where there is none
    """
    # Whole vectors: a rest computed one by one would cost more than the functions left out in the end.
    width = -(-len(eta) // LANES) * LANES
    etas, rs = np.zeros(width), np.zeros(width)
    etas[: len(eta)], rs[: len(eta)] = eta, centers
    sorted_out = np.zeros((len(cells.atoms), n_kinds, width))
    near = np.empty(len(cells.offsets) - 1)
    with parallel_region(threads):
        _all(
            cells.offsets, cells.positions, cells.bins, cells.starts, cells.start_offsets, cells.counts, cells.reach,
            cells.vectors, cells.periodic, kinds[cells.atoms], etas, rs, float(cutoff), sorted_out, near,
        )  # fmt: skip
    out = np.empty((len(cells.atoms), n_kinds, len(eta)))
    out[cells.atoms] = sorted_out[:, :, : len(eta)]
    return out, np.sqrt(near)
