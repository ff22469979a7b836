"""Exact t-SNE: every pair, in vector registers, on one thread.

One call uses one core and releases the GIL, so a sweep runs one configuration per thread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["State", "advance", "exact_kl", "quick_kl"]

Float = NDArray[np.float32]

_MIN_GAIN = np.float32(0.01)
_MAX_STEP = np.float32(5.0)


class State:
    """Positions, updates, gains and forces of a run, one contiguous row per axis.

    Parameters
    ----------
    start : array of shape (n, d)
        First layout, d = 2 or 3.
    """

    def __init__(self, start: NDArray[np.float64]) -> None:
        self.points: Float = np.ascontiguousarray(start.T, dtype=np.float32)
        self.update: Float = np.zeros_like(self.points)
        self.gains: Float = np.ones_like(self.points)
        self.forces: Float = np.zeros_like(self.points)


@jit(fast=True)
def _repulsion_2d(x: Float, y: Float, fx: Float, fy: Float) -> float:
    """Push of all pairs, each pair once; returns the sum of similarities over ordered pairs.

    Four rows share one pass over the others, so their positions and forces are loaded once.
    """
    n = x.size
    one = np.float32(1.0)
    zero = np.float32(0.0)
    total = 0.0
    for i in range(0, n - 3, 4):
        xa, xb, xc, xd = x[i], x[i + 1], x[i + 2], x[i + 3]
        ya, yb, yc, yd = y[i], y[i + 1], y[i + 2], y[i + 3]
        ax, bx, cx, dx = zero, zero, zero, zero
        ay, by, cy, dy = zero, zero, zero, zero
        z = zero
        for j in range(i):
            xj, yj = x[j], y[j]
            ua, va = xa - xj, ya - yj
            ub, vb = xb - xj, yb - yj
            uc, vc = xc - xj, yc - yj
            ud, vd = xd - xj, yd - yj
            qa = one / (one + ua * ua + va * va)
            qb = one / (one + ub * ub + vb * vb)
            qc = one / (one + uc * uc + vc * vc)
            qd = one / (one + ud * ud + vd * vd)
            z += (qa + qb) + (qc + qd)
            qa *= qa
            qb *= qb
            qc *= qc
            qd *= qd
            ua *= qa
            ub *= qb
            uc *= qc
            ud *= qd
            va *= qa
            vb *= qb
            vc *= qc
            vd *= qd
            ax += ua
            bx += ub
            cx += uc
            dx += ud
            ay += va
            by += vb
            cy += vc
            dy += vd
            fx[j] -= (ua + ub) + (uc + ud)
            fy[j] -= (va + vb) + (vc + vd)
        fx[i] += ax
        fx[i + 1] += bx
        fx[i + 2] += cx
        fx[i + 3] += dx
        fy[i] += ay
        fy[i + 1] += by
        fy[i + 2] += cy
        fy[i + 3] += dy
        total += np.float64(z)
    for i in range(n):
        first = i // 4 * 4 if i < n // 4 * 4 else 0
        for j in range(first, i):  # pairs inside a group of four, and the rows left over
            u, v = x[i] - x[j], y[i] - y[j]
            q = one / (one + u * u + v * v)
            total += q
            q *= q
            fx[i] += q * u
            fy[i] += q * v
            fx[j] -= q * u
            fy[j] -= q * v
    return 2.0 * total


@jit(fast=True)
def _repulsion_3d(x: Float, y: Float, z: Float, fx: Float, fy: Float, fz: Float) -> float:
    """As `_repulsion_2d`, for three axes, row by row."""
    one = np.float32(1.0)
    zero = np.float32(0.0)
    total = 0.0
    for i in range(x.size):
        ax, ay, az, row = zero, zero, zero, zero
        for j in range(i):
            u, v, w = x[i] - x[j], y[i] - y[j], z[i] - z[j]
            q = one / (one + u * u + v * v + w * w)
            row += q
            q *= q
            ax += q * u
            ay += q * v
            az += q * w
            fx[j] -= q * u
            fy[j] -= q * v
            fz[j] -= q * w
        fx[i] += ax
        fy[i] += ay
        fz[i] += az
        total += np.float64(row)
    return 2.0 * total


@jit(fast=True)
def _attraction_2d(
    starts: NDArray[np.int32], others: NDArray[np.int32], p: Float, points: Float, forces: Float,
    exaggeration: np.float32, push: np.float32,
) -> None:  # fmt: skip
    """Turn the pushes in `forces` into gradients: pull by p, minus push times `push`."""
    x, y = points[0], points[1]
    one = np.float32(1.0)
    for i in range(x.size):
        ax, ay = np.float32(0.0), np.float32(0.0)
        for e in range(starts[i], starts[i + 1]):
            j = others[e]
            u, v = x[i] - x[j], y[i] - y[j]
            w = p[e] / (one + u * u + v * v)
            ax += w * u
            ay += w * v
        forces[0, i] = exaggeration * ax - push * forces[0, i]
        forces[1, i] = exaggeration * ay - push * forces[1, i]


@jit(fast=True)
def _attraction_3d(
    starts: NDArray[np.int32], others: NDArray[np.int32], p: Float, points: Float, forces: Float,
    exaggeration: np.float32, push: np.float32,
) -> None:  # fmt: skip
    x, y, z = points[0], points[1], points[2]
    one = np.float32(1.0)
    for i in range(x.size):
        ax, ay, az = np.float32(0.0), np.float32(0.0), np.float32(0.0)
        for e in range(starts[i], starts[i + 1]):
            j = others[e]
            u, v, w = x[i] - x[j], y[i] - y[j], z[i] - z[j]
            s = p[e] / (one + u * u + v * v + w * w)
            ax += s * u
            ay += s * v
            az += s * w
        forces[0, i] = exaggeration * ax - push * forces[0, i]
        forces[1, i] = exaggeration * ay - push * forces[1, i]
        forces[2, i] = exaggeration * az - push * forces[2, i]


@jit()
def _step(
    points: Float, update: Float, gains: Float, gradient: Float,
    rate: np.float32, momentum: np.float32,
) -> None:  # fmt: skip
    """Gradient step with gains and momentum, steps of at most 5, centred."""
    axes, n = points.shape
    for a in range(axes):
        for i in range(n):
            same = (update[a, i] > 0) == (gradient[a, i] > 0)
            gain = gains[a, i]
            gain = gain * np.float32(0.8) + _MIN_GAIN if same else gain + np.float32(0.2)
            gains[a, i] = gain
            update[a, i] = momentum * update[a, i] - rate * gain * gradient[a, i]
    for i in range(n):
        length = np.float32(0.0)
        for a in range(axes):
            length += update[a, i] * update[a, i]
        if length > _MAX_STEP * _MAX_STEP:
            shrink = _MAX_STEP / np.sqrt(length)
            for a in range(axes):
                update[a, i] *= shrink
    for a in range(axes):
        mean = 0.0
        for i in range(n):
            points[a, i] += update[a, i]
            mean += points[a, i]
        mean /= n
        for i in range(n):
            points[a, i] -= np.float32(mean)


@jit()
def advance(
    starts: NDArray[np.int32], others: NDArray[np.int32], p: Float,
    points: Float, update: Float, gains: Float, forces: Float,
    iterations: int, exaggeration: float, rate: float, momentum: float,
) -> None:  # fmt: skip
    """Run some iterations of t-SNE in place.

    Parameters
    ----------
    starts, others, p
        Joint probabilities as compressed rows.
    points, update, gains, forces : arrays of shape (d, n), float32
        State, d = 2 or 3.
    iterations, exaggeration, rate, momentum
        Settings of these iterations.

    Notes
    -----
    The constant 4 of the gradient is left out, as in openTSNE, so learning rates agree with it.

    Source: L. van der Maaten, G. Hinton, J. Mach. Learn. Res. 9 (2008) 2579, eq. 5; gains: R.
    Jacobs, Neural Networks 1 (1988) 295.
    """
    for _ in range(iterations):
        forces[:] = 0
        if points.shape[0] == 2:
            total = _repulsion_2d(points[0], points[1], forces[0], forces[1])
            push = np.float32(1.0 / total)
            _attraction_2d(starts, others, p, points, forces, np.float32(exaggeration), push)
        else:
            total = _repulsion_3d(points[0], points[1], points[2], forces[0], forces[1], forces[2])
            push = np.float32(1.0 / total)
            _attraction_3d(starts, others, p, points, forces, np.float32(exaggeration), push)
        _step(points, update, gains, forces, np.float32(rate), np.float32(momentum))


@jit(fast=True)
def exact_kl(
    starts: NDArray[np.int32], others: NDArray[np.int32], p: NDArray[np.float64],
    points: NDArray[np.float64],
) -> float:  # fmt: skip
    """Kullback-Leibler divergence of the map, over all pairs, in float64; points are (d, n)."""
    axes, n = points.shape
    total = 0.0
    for i in range(n):
        for j in range(i):
            d2 = 0.0
            for a in range(axes):
                d2 += (points[a, i] - points[a, j]) ** 2
            total += 2.0 / (1.0 + d2)
    divergence = 0.0
    for i in range(n):
        for e in range(starts[i], starts[i + 1]):
            if p[e] > 0:
                d2 = 0.0
                for a in range(axes):
                    d2 += (points[a, i] - points[a, others[e]]) ** 2
                divergence += p[e] * (np.log(p[e]) + np.log(1.0 + d2) + np.log(total))
    return divergence


@jit(fast=True)
def quick_kl(
    starts: NDArray[np.int32], others: NDArray[np.int32], p: NDArray[np.float64], points: Float, scratch: Float
) -> float:
    """As `exact_kl`, with the sum over all pairs in single precision: as quick as an iteration; (d, n)."""
    axes, n = points.shape
    scratch[:] = 0
    if axes == 2:
        total = _repulsion_2d(points[0], points[1], scratch[0], scratch[1])
    else:
        total = _repulsion_3d(points[0], points[1], points[2], scratch[0], scratch[1], scratch[2])
    divergence = 0.0
    for i in range(n):
        for e in range(starts[i], starts[i + 1]):
            if p[e] > 0:
                d2 = 0.0
                for a in range(axes):
                    d2 += np.float64(points[a, i] - points[a, others[e]]) ** 2
                divergence += p[e] * (np.log(p[e]) + np.log(1.0 + d2) + np.log(total))
    return divergence
