"""Newton's method for the penalised log loss: the steps from a start to the optimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.logistic_steps import conjugate_gradients, factor, signed_minimum, solve_factored

__all__ = ["CONVERGED", "SEPARABLE", "UNFINISHED", "loss_of", "newton", "penalty_of"]

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

UNFINISHED, CONVERGED, SEPARABLE = 0, 1, 2
_DENSE = 256  # coordinates of W up to which the Hessian of several classes is formed
_LARGEST = 1500  # with more, the proximal form takes the classes in turn
_STILL = 1e-3
_FAR = 0.03  # until then the model of the objective is rough, and so may be its minimum
_ROUGH, _EXACT = 2, 400


@jit()
def loss_of(eta: Array, codes: Codes, share: Array, chance: Array) -> float:
    """Mean log loss of eta (k, n); leaves the probabilities in `chance`."""
    k, n = eta.shape
    total = 0.0
    for i in range(n):
        if k == 1:
            at = eta[0, i]
            small = np.exp(-abs(at))
            chance[0, i] = 1.0 / (1.0 + small) if at >= 0 else small / (1.0 + small)
            total += share[i] * (np.log1p(small) + max(at, 0.0) - codes[i] * at)
        else:
            top = eta[0, i]
            for c in range(1, k):
                top = max(top, eta[c, i])
            mass = 0.0
            for c in range(k):
                chance[c, i] = np.exp(eta[c, i] - top)
                mass += chance[c, i]
            for c in range(k):
                chance[c, i] /= mass
            total += share[i] * (np.log(mass) + top - eta[codes[i], i])
    return total


@jit()
def _residual(chance: Array, codes: Codes, share: Array) -> Array:
    k, n = chance.shape
    found = np.empty((k, n))
    for c in range(k):
        for i in range(n):
            hit = codes[i] == c if k > 1 else codes[i] == 1
            found[c, i] = share[i] * (chance[c, i] - (1.0 if hit else 0.0))
    return found


@jit()
def _separates(eta: Array, codes: Codes) -> bool:
    """Say whether every row has its own class on top: proof that classes can be separated."""
    k, n = eta.shape
    for i in range(n):
        if k == 1:
            if (eta[0, i] if codes[i] == 1 else -eta[0, i]) <= 0.0:
                return False
        else:
            for c in range(k):
                if c != codes[i] and eta[c, i] >= eta[codes[i], i]:
                    return False
    return True


@jit()
def penalty_of(W: Array, l1: Array, l2: Array) -> float:
    """Penalty of W (k, q) with weights (q,) of its absolute values and squares."""
    total = 0.0
    for c in range(W.shape[0]):
        for j in range(W.shape[1]):
            total += l1[j] * abs(W[c, j]) + 0.5 * l2[j] * W[c, j] * W[c, j]
    return total


@jit()
def _violations(W: Array, slope: Array, l1: Array, l2: Array) -> Array:
    """How far each coordinate is from its optimality condition, (k, q)."""
    found = np.empty(W.shape)
    for c in range(W.shape[0]):
        for j in range(W.shape[1]):
            at = slope[c, j] + l2[j] * W[c, j]
            if l1[j] == 0.0:
                found[c, j] = abs(at)
            elif W[c, j] == 0.0:
                found[c, j] = max(abs(at) - l1[j], 0.0)
            else:
                found[c, j] = abs(at + l1[j] * np.sign(W[c, j]))
    return found


@jit()
def _hessian(XT: Array, chance: Array, share: Array, classes: Codes, columns: Codes) -> Array:
    """Second derivatives for the coordinates (classes[a], columns[a]), sorted by class."""
    k = chance.shape[0]
    a = classes.size
    found = np.empty((a, a))
    starts = np.searchsorted(classes, np.arange(k + 1))
    for c in range(k):
        mine = XT[columns[starts[c] : starts[c + 1]]]
        if mine.shape[0] == 0:
            continue
        for d in range(c, k):
            theirs = XT[columns[starts[d] : starts[d + 1]]]
            if theirs.shape[0] == 0:
                continue
            if c == d:
                curve = share * chance[c] * (1.0 - chance[c])
            else:
                curve = -share * chance[c] * chance[d]
            scaled = np.empty(mine.shape)
            for r in range(mine.shape[0]):
                scaled[r] = mine[r] * curve
            block = np.dot(scaled, theirs.T)
            for r in range(block.shape[0]):
                for s in range(block.shape[1]):
                    found[starts[c] + r, starts[d] + s] = block[r, s]
                    found[starts[d] + s, starts[c] + r] = block[r, s]
    return found


@jit()
def _direction(
    X: Array,
    XT: Array,
    chance: Array,
    share: Array,
    W: Array,
    slope: Array,
    off: Array,
    l1: Array,
    l2: Array,
    closeness: float,
    turn: int,
) -> Array:
    """Where the quadratic model has its minimum, seen from W: (k, q)."""
    k, q = W.shape
    squared = True
    for j in range(q):
        squared = squared and l1[j] == 0.0
    if squared and k > 1 and k * q > _DENSE:
        return conjugate_gradients(X, XT, chance, share, l2, slope + l2 * W, closeness, 4 * q)
    near = (W != 0.0) | (off > 0.0)
    for j in range(q):
        if l1[j] == 0.0:
            near[:, j] = True
    if k > 1 and near.sum() > _LARGEST:
        for c in range(k):
            if c != turn % k:
                near[c] = False
    classes, columns = np.nonzero(near)
    a = classes.size
    Q = _hessian(XT, chance, share, classes, columns)
    b, lam, v = np.empty(a), np.empty(a), np.empty(a)
    for i in range(a):
        Q[i, i] += l2[columns[i]]
        v[i] = W[classes[i], columns[i]]
        b[i] = slope[classes[i], columns[i]] + l2[columns[i]] * v[i]
        lam[i] = l1[columns[i]]
    step = np.zeros((k, q))
    if squared:
        L = np.zeros((a, a))
        factor(Q, L)
        b = -b
        solve_factored(L, b)
        for i in range(a):
            step[classes[i], columns[i]] = b[i]
        return step
    old = v.copy()
    signed_minimum(Q, b - np.dot(Q, v), lam, v, _ROUGH if closeness > _FAR else _EXACT)
    for i in range(a):
        step[classes[i], columns[i]] = v[i] - old[i]
    return step


@jit()
def newton(
    X: Array,
    XT: Array,
    codes: Codes,
    share: Array,
    spread: Array,
    l1: Array,
    l2: Array,
    first: float,
    W: Array,
    tolerance: float,
    iterations: int,
    curve: Array,
) -> tuple[int, int]:
    """Solve from W, in place. Returns the number of steps and the status; `curve` receives the objective."""
    q = W.shape[1]
    free = l1.max() == 0.0 and l2.max() == 0.0
    eta = np.dot(W, XT)
    chance = np.empty(eta.shape)
    trial = np.empty(eta.shape)
    value = loss_of(eta, codes, share, chance) + penalty_of(W, l1, l2)
    curve[0] = value
    moved, flat = 0.0, 0
    for step in range(iterations + 1):
        if free and _separates(eta, codes):
            return step, SEPARABLE
        slope = np.dot(_residual(chance, codes, share), X)
        off = _violations(W, slope, l1, l2)
        largest = np.abs(W[:, 1:]).max() if q > 1 else 0.0
        close, relative = True, 0.0
        for j in range(q):
            if spread[j] == 0.0:
                continue
            allowed = tolerance * first
            if j > 0 and not free:
                allowed = min(allowed, tolerance * (l1[j] + l2[j] * largest) / spread[j])
            allowed = max(allowed, 1e-15)
            worst = off[:, j].max() / spread[j]
            close = close and worst <= allowed
            relative = max(relative, worst / first)
        if close and (not free or moved <= _STILL):
            return step, CONVERGED
        if close and relative <= 1e-12:
            # The slope has gone and the steps have not: a part of the rows is separated.
            return step, SEPARABLE
        if step == iterations:
            break
        toward = _direction(X, XT, chance, share, W, slope, off, l1, l2, min(0.1, np.sqrt(relative)), step)
        along = np.dot(toward, XT)
        before = penalty_of(W, l1, l2)
        gain = np.sum(slope * toward) + penalty_of(W + toward, l1, l2) - before
        size = 1.0
        better = False
        for _ in range(40):
            trial[:] = eta + size * along
            new = W + size * toward
            found = loss_of(trial, codes, share, chance) + penalty_of(new, l1, l2)
            if found <= value + 1e-4 * size * gain + 4e-16 * value:
                better = True
                break
            size *= 0.5
        if not better:
            return step, CONVERGED if relative <= 1e-6 else UNFINISHED
        moved = size * np.abs(along).max()
        W[:] = new
        # Summed anew, so that errors of many small steps do not add up.
        eta = np.dot(W, XT)
        # Two steps that change no digit of the objective: the conditions hold as far as numbers reach.
        flat = flat + 1 if value - found <= 1e-14 * value and relative <= 1e-6 else 0
        value = found
        curve[step + 1] = value
        if flat == 2 and not free:
            return step + 1, CONVERGED
    return iterations, UNFINISHED
