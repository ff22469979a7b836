"""Bounds of the scores of pairs of features, a strip of neighboring partners at a time, in float32.

Every number of a strip is a vector: the sums over the rows of all products of one feature with the partners of a strip
stay in the first cache, four rows are added at a time, and nothing is added up across a vector.

A product of two features is taken less its value v0 in one row. That changes neither its variance nor its product with
a target of mean 0; and since (v0 - mean)^2 is one of the squares of which the variance is the sum, little is lost in
sum of squares - (sum)^2 / n, however far the product lies from 0.

With d = n variance, q the sum of squares about v0, t that about 0, and c the product with a target of length 1, c^2 / d
is at most (c^2 + A q + B t) / d as computed: values are rounded once (B), products and sums of m rows m / 4 + 6 times
(A); a sum of two roots is at most what is under them, and an error in d counts like one in c^2, as c^2 <= d.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["LANES", "NARROW", "NONE", "ROOM", "UNSURE", "difference_strip", "product_strip"]

Floats = NDArray[np.float32]
Single = np.float32
LANES = 32
"""Partners in a strip of products."""
NARROW = 16
"""Partners in a strip of sums and differences, which only a unit's own features have."""
ROOM = 21 * LANES
"""Numbers a strip works with."""
NONE, UNSURE = np.float32(-1.0), np.float32(-2.0)
"""Of what has no value, or does not vary; and of what float32 cannot tell."""
LEAST, MOST = np.float32(1e-24), np.float32(1e24)
FLAT = np.float32(1e-10)
MARGIN = np.float32(1.1)
TINY = np.float32(1e-30)
"""Sums of squares below this lose digits, as float32 ends at 1e-38."""
_0, _1, _2 = np.float32(0.0), np.float32(1.0), np.float32(2.0)


@jit(fused=True, inline=True, borrow=True)
def _bound(best: Single, d: Single, error: Single, about: Single, more: Single, share: Single, size: Single) -> Single:
    """Return the bound of a squared correlation, NONE or UNSURE.

    Parameters
    ----------
    best : square of the product with a target
    d, about : n variance, sum of squares about 0; `error` is that of both
    more : what else adds to the bound
    share, size : 1 / n, and what values are to be multiplied by
    """
    square, spare = about * share * size * size, error * share * size * size
    known = (d - error > MARGIN * FLAT * about) & (square > MARGIN * LEAST) & (square * MARGIN < MOST) & (d > TINY)
    none = d + error < FLAT / MARGIN * about
    none |= ((square + spare) * MARGIN < LEAST) | (square - spare > MARGIN * MOST)
    none &= (about > TINY) | (size == _0)
    return (best + error + more) / d if known else (NONE if none else UNSURE)


# ---- a b, a / b, b / a ---------------------------------------------------------------------------------------


@jit(fused=True, inline=True, borrow=True)
def _four_products(x: Floats, y: Floats, w: Floats, B: Floats, sums: Floats) -> None:
    """Add four rows: values x and reciprocals y of a feature, those B of its partners, the target w."""
    x0, x1, x2, x3 = x[0], x[1], x[2], x[3]
    y0, y1, y2, y3 = y[0], y[1], y[2], y[3]
    w0, w1, w2, w3 = w[0], w[1], w[2], w[3]
    for j in range(LANES):
        b0, b1, b2, b3 = B[j], B[2 * LANES + j], B[4 * LANES + j], B[6 * LANES + j]
        d0, d1, d2, d3 = B[LANES + j], B[3 * LANES + j], B[5 * LANES + j], B[7 * LANES + j]
        k = sums[9 * LANES + j]
        v0, v1, v2, v3 = x0 * b0 - k, x1 * b1 - k, x2 * b2 - k, x3 * b3 - k
        sums[j] += v0 + v1 + v2 + v3
        sums[3 * LANES + j] += v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3
        sums[6 * LANES + j] += v0 * w0 + v1 * w1 + v2 * w2 + v3 * w3
        k = sums[10 * LANES + j]
        v0, v1, v2, v3 = x0 * d0 - k, x1 * d1 - k, x2 * d2 - k, x3 * d3 - k
        sums[LANES + j] += v0 + v1 + v2 + v3
        sums[4 * LANES + j] += v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3
        sums[7 * LANES + j] += v0 * w0 + v1 * w1 + v2 * w2 + v3 * w3
        k = sums[11 * LANES + j]
        v0, v1, v2, v3 = y0 * b0 - k, y1 * b1 - k, y2 * b2 - k, y3 * b3 - k
        sums[2 * LANES + j] += v0 + v1 + v2 + v3
        sums[5 * LANES + j] += v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3
        sums[8 * LANES + j] += v0 * w0 + v1 * w1 + v2 * w2 + v3 * w3


@jit(fused=True, inline=True, borrow=True)
def _two_targets(x: Floats, y: Floats, w: Floats, u: Floats, B: Floats, sums: Floats) -> None:
    """Add two rows of the products with two more targets."""
    x0, x1, y0, y1, w0, w1, u0, u1 = x[0], x[1], y[0], y[1], w[0], w[1], u[0], u[1]
    for j in range(LANES):
        b0, b1, d0, d1 = B[j], B[2 * LANES + j], B[LANES + j], B[3 * LANES + j]
        k = sums[9 * LANES + j]
        v0, v1 = x0 * b0 - k, x1 * b1 - k
        sums[15 * LANES + j] += v0 * w0 + v1 * w1
        sums[16 * LANES + j] += v0 * u0 + v1 * u1
        k = sums[10 * LANES + j]
        v0, v1 = x0 * d0 - k, x1 * d1 - k
        sums[17 * LANES + j] += v0 * w0 + v1 * w1
        sums[18 * LANES + j] += v0 * u0 + v1 * u1
        k = sums[11 * LANES + j]
        v0, v1 = y0 * b0 - k, y1 * b1 - k
        sums[19 * LANES + j] += v0 * w0 + v1 * w1
        sums[20 * LANES + j] += v0 * u0 + v1 * u1


@jit(fused=True, borrow=True)
def product_strip(
    x: Floats,
    y: Floats,
    own: Floats,
    B: Floats,
    scale: Floats,
    T: Floats,
    rows: int,
    A: Single,
    more: Single,
    sums: Floats,
    line: Floats,
) -> None:
    """Bound the scores of the products of a feature with a strip of partners.

    Parameters
    ----------
    x, y : (m,) values and reciprocals of mean square 1, the row they are taken about first, filled up with that row
    own : (2,) what x and y are to be multiplied by
    B : (m * 2 * LANES,) those of the partners: row by row LANES values, LANES reciprocals
    scale : (2 * LANES,) what they are to be multiplied by
    T : (k, m) targets; k is odd
    rows : without those filled up
    A, more : see above
    sums : (ROOM,) to work in
    line : (3 * LANES,) the bounds, NONE or UNSURE
    """
    for j in range(LANES):
        sums[9 * LANES + j] = x[0] * B[j]
        sums[10 * LANES + j] = x[0] * B[LANES + j]
        sums[11 * LANES + j] = y[0] * B[j]
    for j in range(9 * LANES):
        sums[j] = _0
    for r in range(0, len(x), 4):
        _four_products(x[r : r + 4], y[r : r + 4], T[0, r : r + 4], B[r * 2 * LANES : (r + 4) * 2 * LANES], sums)
    for j in range(3 * LANES):
        sums[12 * LANES + j] = sums[6 * LANES + j] * sums[6 * LANES + j]
    for k in range(1, len(T), 2):
        for j in range(6 * LANES):
            sums[15 * LANES + j] = _0
        for r in range(0, len(x), 2):
            _two_targets(
                x[r : r + 2],
                y[r : r + 2],
                T[k, r : r + 2],
                T[k + 1, r : r + 2],
                B[r * 2 * LANES : (r + 2) * 2 * LANES],
                sums,
            )
        for o in range(3):
            for j in range(LANES):
                c, d = sums[(15 + 2 * o) * LANES + j], sums[(16 + 2 * o) * LANES + j]
                sums[(12 + o) * LANES + j] = max(sums[(12 + o) * LANES + j], c * c, d * d)
    share, n = np.float32(1.0 / rows), np.float32(rows)
    for o in range(3):
        left, right = own[1 if o == 2 else 0], LANES if o == 1 else 0
        for j in range(LANES):
            s, q = sums[o * LANES + j], sums[(3 + o) * LANES + j]
            d = q - s * s * share
            mean = sums[(9 + o) * LANES + j] + s * share
            about, size = d + n * mean * mean, left * scale[right + j]
            line[o * LANES + j] = _bound(sums[(12 + o) * LANES + j], d, A * q, about, more * about, share, size)


# ---- a + b, a - b, |a - b| -----------------------------------------------------------------------------------


@jit(fused=True, inline=True, borrow=True)
def _four_differences(x: Floats, w: Floats, B: Floats, sums: Floats) -> None:
    """Add four rows: a feature x and its partners B, both less their values in the first row."""
    x0, x1, x2, x3 = x[0], x[1], x[2], x[3]
    w0, w1, w2, w3 = w[0], w[1], w[2], w[3]
    for j in range(NARROW):
        b0, b1, b2, b3 = B[j], B[NARROW + j], B[2 * NARROW + j], B[3 * NARROW + j]
        apart, k = sums[4 * NARROW + j], sums[5 * NARROW + j]
        v0, v1 = abs((x0 - b0) + apart) - k, abs((x1 - b1) + apart) - k
        v2, v3 = abs((x2 - b2) + apart) - k, abs((x3 - b3) + apart) - k
        sums[j] += x0 * b0 + x1 * b1 + x2 * b2 + x3 * b3
        sums[NARROW + j] += v0 + v1 + v2 + v3
        sums[2 * NARROW + j] += v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3
        sums[3 * NARROW + j] += v0 * w0 + v1 * w1 + v2 * w2 + v3 * w3


@jit(fused=True, inline=True, borrow=True)
def _two_more(x: Floats, w: Floats, u: Floats, B: Floats, sums: Floats) -> None:
    """Add two rows of the products of |a - b| with two more targets."""
    x0, x1, w0, w1, u0, u1 = x[0], x[1], w[0], w[1], u[0], u[1]
    for j in range(NARROW):
        apart, k = sums[4 * NARROW + j], sums[5 * NARROW + j]
        v0, v1 = abs((x0 - B[j]) + apart) - k, abs((x1 - B[NARROW + j]) + apart) - k
        sums[9 * NARROW + j] += v0 * w0 + v1 * w1
        sums[10 * NARROW + j] += v0 * u0 + v1 * u1


@jit(fused=True, borrow=True)
def difference_strip(
    x: Floats,
    base: float,
    own: Floats,
    B: Floats,
    bases: NDArray[np.float64],
    theirs: Floats,
    T: Floats,
    rows: int,
    A: Single,
    more: Single,
    sums: Floats,
    line: Floats,
) -> None:
    """Bound the scores of sums and differences of a feature with a strip of partners.

    Parameters
    ----------
    x : (m,) the feature less its value `base` in the first row
    own : (2 + k,) sum of x, of its squares, its products with the targets
    B, bases : (m * NARROW,), (NARROW,) those of the partners
    theirs : ((2 + k) * NARROW,) as `own`
    T, rows, A, more : as in product_strip
    sums : (ROOM,) to work in
    line : (3 * NARROW,) the bounds
    """
    for j in range(NARROW):
        sums[4 * NARROW + j] = np.float32(base - bases[j])
        sums[5 * NARROW + j] = abs(sums[4 * NARROW + j])
        sums[6 * NARROW + j] = np.float32(base + bases[j])
    for j in range(4 * NARROW):
        sums[j] = _0
    for r in range(0, len(x), 4):
        _four_differences(x[r : r + 4], T[0, r : r + 4], B[r * NARROW : (r + 4) * NARROW], sums)
    for j in range(NARROW):
        plus, minus = own[2] + theirs[2 * NARROW + j], own[2] - theirs[2 * NARROW + j]
        c = sums[3 * NARROW + j]
        sums[7 * NARROW + j], sums[8 * NARROW + j], sums[3 * NARROW + j] = plus * plus, minus * minus, c * c
    for k in range(1, len(T), 2):
        for j in range(2 * NARROW):
            sums[9 * NARROW + j] = _0
        for r in range(0, len(x), 2):
            _two_more(x[r : r + 2], T[k, r : r + 2], T[k + 1, r : r + 2], B[r * NARROW : (r + 2) * NARROW], sums)
        for j in range(NARROW):
            c, d = sums[9 * NARROW + j], sums[10 * NARROW + j]
            sums[3 * NARROW + j] = max(sums[3 * NARROW + j], c * c, d * d)
            for more_ in range(k, k + 2):
                plus = own[2 + more_] + theirs[(2 + more_) * NARROW + j]
                minus = own[2 + more_] - theirs[(2 + more_) * NARROW + j]
                sums[7 * NARROW + j] = max(sums[7 * NARROW + j], plus * plus)
                sums[8 * NARROW + j] = max(sums[8 * NARROW + j], minus * minus)
    share, n = np.float32(1.0 / rows), np.float32(rows)
    for j in range(NARROW):
        both = own[1] + theirs[NARROW + j]
        error = A * both
        s, q = own[0] + theirs[j], both + _2 * sums[j]
        d, mean = q - s * s * share, sums[6 * NARROW + j] + s * share
        about = d + n * mean * mean
        line[j] = _bound(sums[7 * NARROW + j], d, error, about, more * about, share, _1)
        s, q = own[0] - theirs[j], both - _2 * sums[j]
        d, mean = q - s * s * share, sums[4 * NARROW + j] + s * share
        about = d + n * mean * mean
        line[NARROW + j] = _bound(sums[8 * NARROW + j], d, error, about, more * about, share, _1)
        s, q, k_ = sums[NARROW + j], sums[2 * NARROW + j], sums[5 * NARROW + j]
        d, mean = q - s * s * share, k_ + s * share
        about = d + n * mean * mean
        line[2 * NARROW + j] = _bound(sums[3 * NARROW + j], d, error, about, more * (about + n * k_ * k_), share, _1)
