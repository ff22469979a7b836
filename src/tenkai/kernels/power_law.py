"""The law of a learning curve: error = L0 + a n^-b, by least squares, many resamples at once, and as a density.

For a given b the law is linear in L0 and a, so the best of both is known in closed form, and the whole fit is a search
along one line: a grid of b, then golden sections around its best point. That finds the best fit of all where a solver
started somewhere finds one near its start. L0 is an error and is held at 0 or above.

Inside, n is measured from the geometric mean of the sizes, m: the amplitude is A = a m^-b, which keeps A and b apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["HIGHEST", "LOWEST", "Law", "Posterior", "fitted", "shortest", "sums_over"]

Array = NDArray[np.float64]

LOWEST, HIGHEST = 0.005, 4.0
"""Ends of the search for b; at the lower one the law is a logarithm, at the upper one a step."""
_GRID, _SECTIONS = 240, 48
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Law:
    """Laws of d resamples, or of d draws.

    Parameters
    ----------
    floor : (d,) L0
    amplitude : (d,) A, the part of the error at the size `middle` that more rows remove
    power : (d,) b
    middle : the size amplitudes speak of
    """

    floor: Array
    amplitude: Array
    power: Array
    middle: float

    @property
    def factor(self) -> Array:
        """Return a."""
        with np.errstate(over="ignore"):
            return np.asarray(self.amplitude * self.middle**self.power)

    def at(self, n: Array) -> Array:
        """Return errors (d, k) at sizes (k,)."""
        return np.asarray(self.floor[:, None] + self.amplitude[:, None] * (n / self.middle) ** -self.power[:, None])

    def needed(self, error: float) -> Array:
        """Return the rows (d,) that reach an error; infinite where L0 is not below it."""
        above = error - self.floor
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            rows = self.middle * (self.amplitude / above) ** (1.0 / self.power)
        return np.where((above > 0) & (self.amplitude > 0), rows, np.inf)


def sums_over(weights: Array, n: Array, y: Array, powers: Array, middle: float) -> tuple[Array, ...]:
    """Weighted sums of 1, t, t^2, y, t y, y^2 for resamples (d, k) and powers (d, m) or (1, m); t = (n / middle)^-b."""
    t = np.exp(-powers[..., None] * np.log(n / middle))
    each = "dk,dmk->dm" if len(powers) > 1 else "dk,mk->dm"
    t = t if len(powers) > 1 else t[0]
    return (
        weights.sum(axis=1)[:, None],
        np.einsum(each, weights, t),
        np.einsum(each, weights, t * t),
        (weights * y).sum(axis=1)[:, None],
        np.einsum(each, weights, t * y),
        (weights * y * y).sum(axis=1)[:, None],
    )


def _linear(sums: tuple[Array, ...]) -> tuple[Array, Array, Array]:
    """Return the best L0 of 0 or more, the best A, and the weighted sum of squares they leave."""
    s1, st, stt, sy, sty, syy = sums
    spread = s1 * stt - st * st
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(spread > 1e-14 * s1 * stt, (stt * sy - st * sty) / spread, 0.0)
    floor = np.maximum(floor, 0.0)
    amplitude = (sty - floor * st) / stt
    left = syy - 2 * (floor * sy + amplitude * sty) + floor**2 * s1 + 2 * floor * amplitude * st + amplitude**2 * stt
    return floor, amplitude, left


def fitted(n: Array, y: Array, weights: Array) -> Law:
    """Fit the law to errors y (k,) at sizes n (k,), for weights (d, k) of the squares.

    Returns
    -------
    Law
        One law per row of weights. An amplitude below 0 says that errors rise.
    """
    n, y, weights = np.asarray(n, np.float64), np.asarray(y, np.float64), np.atleast_2d(weights)
    middle = float(np.exp(np.log(n).mean()))
    grid = np.geomspace(LOWEST, HIGHEST, _GRID)
    parts = [_of(weights[i : i + 64], n, y, grid, middle) for i in range(0, len(weights), 64)]
    floor, amplitude, power = (np.concatenate(p) for p in zip(*parts, strict=True))
    return Law(floor, amplitude, power, middle)


def _of(weights: Array, n: Array, y: Array, grid: Array, middle: float) -> tuple[Array, Array, Array]:
    def left(powers: Array) -> Array:
        return _linear(sums_over(weights, n, y, powers, middle))[2]

    best = left(grid[None, :]).argmin(axis=1)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_inner, at_outer = left(inner[:, None])[:, 0], left(outer[:, None])[:, 0]
    for _ in range(_SECTIONS):
        down = at_inner <= at_outer
        low, high = np.where(down, low, inner), np.where(down, outer, high)
        new = np.where(down, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        at_new = left(new[:, None])[:, 0]
        inner, outer = np.where(down, new, outer), np.where(down, inner, new)
        at_inner, at_outer = np.where(down, at_new, at_outer), np.where(down, at_inner, at_new)
    power = (low + high) / 2.0
    floor, amplitude, _ = _linear(sums_over(weights, n, y, power[:, None], middle))
    return floor[:, 0], amplitude[:, 0], power


@dataclass(frozen=True)
class Posterior:
    """Logarithm of the density of (L0, A, b, ln s) given errors with normal deviations s * scale.

    Flat in L0 from 0 to the largest error, in A from 0 to twice that, in b from `LOWEST` to `highest`, and in ln s.
    """

    n: Array
    y: Array
    scale: Array
    middle: float
    highest: float

    def __call__(self, theta: Array) -> Array:
        """Return the logarithms (d,) for parameters (d, 4), up to a constant; -inf outside."""
        found = np.empty(len(theta))
        most = float(self.y.max())
        _density(
            np.ascontiguousarray(theta), np.log(self.n / self.middle), self.y, self.scale, most, self.highest, found
        )
        return found


@jit()
def _density(theta: Array, along: Array, y: Array, scale: Array, most: float, highest: float, found: Array) -> None:
    for d in range(len(theta)):
        floor, amplitude, power, size = theta[d]
        inside = 0.0 <= floor <= most and 0.0 <= amplitude <= 2.0 * most and LOWEST <= power <= highest
        if not (inside and abs(size - np.log(most)) < 25.0):
            found[d] = -np.inf
            continue
        total = 0.0
        for i in range(len(y)):
            total += ((y[i] - floor - amplitude * np.exp(-power * along[i])) / scale[i]) ** 2
        found[d] = -len(y) * size - 0.5 * total * np.exp(-2.0 * size)


def shortest(samples: Array, share: float) -> tuple[float, float]:
    """Return the shortest interval that holds a share of the samples (highest density interval)."""
    ordered = np.sort(samples)
    held = max(1, int(np.ceil(share * len(ordered))))
    widths = ordered[held - 1 :] - ordered[: len(ordered) - held + 1]
    widths = np.where(np.isnan(widths), np.inf, widths)
    at = int(widths.argmin())
    return float(ordered[at]), float(ordered[at + held - 1])
