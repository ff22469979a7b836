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
    w = weights[:, None, :]
    return (
        weights.sum(axis=1)[:, None],
        (w * t).sum(axis=2),
        (w * t * t).sum(axis=2),
        (weights * y).sum(axis=1)[:, None],
        (w * t * y).sum(axis=2),
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
    # Measured from the mean error, so that the sums of squares keep their digits.
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
        floor, amplitude, power, size = theta.T
        most = float(self.y.max())
        inside = (floor >= 0) & (floor <= most) & (amplitude >= 0) & (amplitude <= 2 * most)
        inside &= (power >= LOWEST) & (power <= self.highest) & (np.abs(size - np.log(most)) < 25)
        law = Law(floor, amplitude, np.where(inside, power, 1.0), self.middle)
        with np.errstate(over="ignore", invalid="ignore"):
            off = ((self.y - law.at(self.n)) / self.scale) ** 2
            found = -len(self.y) * size - 0.5 * off.sum(axis=1) * np.exp(-2 * size)
        return np.where(inside & np.isfinite(found), found, -np.inf)


def shortest(samples: Array, share: float) -> tuple[float, float]:
    """Return the shortest interval that holds a share of the samples (highest density interval)."""
    ordered = np.sort(samples)
    held = max(1, int(np.ceil(share * len(ordered))))
    widths = ordered[held - 1 :] - ordered[: len(ordered) - held + 1]
    widths = np.where(np.isnan(widths), np.inf, widths)
    at = int(widths.argmin())
    return float(ordered[at]), float(ordered[at + held - 1])
