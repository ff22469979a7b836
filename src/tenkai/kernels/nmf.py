"""Non-negative matrix factorization: X (n, p) near W H with W (n, k) >= 0 and H (k, p) >= 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._checks import check_count
from tenkai.kernels.arrays import copied, host, namespace, positive, wide
from tenkai.kernels.nmf_arrays import ArrayDivergence
from tenkai.kernels.nmf_data import Data, Half, Penalties, Workers
from tenkai.kernels.nmf_masked import Divergence, Masked, SparseDivergence

__all__ = ["Factors", "Solver", "factorize"]

Factor = NDArray[Any]
Solver = Literal["extrapolated", "accelerated", "hals", "coordinate", "multiplicative"]
Watch = Callable[[int, float], None]
Seen = Callable[[int, float, Factor, Factor], None]

# Iterations between two looks at the progress of the loss.
LOOK = 10
# Sweeps over the parts per half step. Gillis & Glineur balance them against the products with X; sweeps made of
# panels are so fast that the products always take most of the time.
_SWEEPS = {"hals": 1, "accelerated": 8, "extrapolated": 8, "coordinate": 2, "multiplicative": 1}
_STOP = 0.1
# Extrapolation of Ang & Gillis: first step, its growth, growth of its limit, decay where the loss rose.
_FIRST, _GROWTH, _LIMIT_GROWTH, _DECAY = 0.5, 1.05, 1.01, 1.5


@dataclass
class Factors:
    """What a factorization found.

    Parameters
    ----------
    W : (n, k)
    H : (k, p)
    losses : (iterations + 1,), loss and penalties at the start and after each iteration
    loss : of W and H, in float64, without penalties
    converged : the tolerance was met
    kept : (iteration, W, H) of every k-th iteration, the start included
    kept_every : k; 0 where none is kept
    """

    W: Factor
    H: Factor
    losses: NDArray[np.float64]
    loss: float
    converged: bool
    kept: list[tuple[int, Factor, Factor]] = field(default_factory=list)
    kept_every: int = 0

    @property
    def iterations(self) -> int:
        """Iterations done."""
        return len(self.losses) - 1


def factorize(
    data: Data,
    W: Factor,
    H: Factor,
    *,
    solver: Solver = "extrapolated",
    iterations: int = 200,
    tolerance: float = 1e-4,
    penalties: Penalties | None = None,
    sweeps: int | None = None,
    keep_every: int = 0,
    budget: int = 1 << 29,
    pool: Workers | None = None,
    watch: Watch | None = None,
    seen: Seen | None = None,
) -> Factors:
    """Improve W (n, k) and H (k, p) in turns, W first.

    Parameters
    ----------
    data
        From `nmf_read.data_of`; or, for arrays on another device, from `nmf_arrays.array_data_of`.
    W, H
        To start from; they are not changed. Arrays of the same kind, and on the same device, as the data.
    solver
        multiplicative: W *= X H' / (W H H'), then H *= W' X / (W' W H); the only one for Kullback-Leibler.
        hals: one exact step per part in turn. accelerated: several rounds of it before the products are
        renewed. extrapolated: the same, from a point a little beyond where the last step went.
        coordinate: for each row the coordinates that gain most.
    iterations
        At most.
    tolerance
        Ends when 10 iterations lower the loss by less than this share of the loss at the start; 0: never.
        The share is one of norms, sqrt(2 loss), as in scikit-learn.
    sweeps
        Rounds over the parts per half step, where the solver has them.
    keep_every
        Keep W and H of every so many iterations; 0: of none.
    budget
        Bytes that kept factors may take. Where they would take more, every second one is dropped, and twice as
        many iterations lie between the next ones; `Factors.kept_every` says how many.
    pool
        Threads; the result does not depend on them when BLAS uses one.
    watch
        Told the number of iterations done and the loss; may raise to stop.
    seen
        Told the same and W' (k, n) and H as they are, on their device; must not change them.

    Raises
    ------
    ValueError
        When shapes do not fit, a factor is negative, or the solver cannot minimize the loss.

    Notes
    -----
    The loss of each iteration comes from products that are at hand (the Gram identity); its rounding is of the
    order of the working precision times |X|². The loss of the result is summed in float64.

    Sources: D. Lee, H. Seung, Nature 401, 788 (1999); N. Gillis, F. Glineur, Neural Comput. 24, 1085 (2012);
    A. Ang, N. Gillis, Neural Comput. 31, 417 (2019); C. Hsieh, I. Dhillon, KDD (2011).
    """
    pool = pool or Workers()
    cost = penalties or Penalties()
    rows, columns = _halves(data, solver, cost, sweeps)
    Wt, Hk = _starts(data, W, H)
    check_count(iterations, "iterations", 1, 10**9)
    log = _Log(data.loss(Wt, Hk, pool) + cost.of(Wt, Hk), tolerance, keep_every, budget, watch, seen)
    log.keep(0, Wt, Hk)
    run = _extrapolate if solver == "extrapolated" else _alternate
    Wt, Hk = run(data, Wt, Hk, rows, columns, cost, iterations, log, pool)
    done = len(log.losses) - 1
    loss = data.loss(Wt, wide(Hk), pool)
    return Factors(
        np.ascontiguousarray(host(Wt).T), host(Hk), np.asarray(log.losses), loss, log.converged(done),
        log.kept, log.keep_every,
    )  # fmt: skip


def _halves(data: Data, solver: Solver, cost: Penalties, sweeps: int | None) -> tuple[Half, Half]:
    if solver not in get_args(Solver):
        raise ValueError(f"the solver is {solver!r}. Allowed: {', '.join(get_args(Solver))}.")
    divergence = isinstance(data, Divergence | SparseDivergence | ArrayDivergence)
    if divergence and solver != "multiplicative":
        raise ValueError(f"the solver is {solver!r}. Allowed for kullback_leibler: multiplicative.")
    method = (
        "multiplicative" if solver == "multiplicative"
        else "filled" if isinstance(data, Masked) and data.mostly_known
        else "greedy" if solver == "coordinate" and not isinstance(data, Masked)
        else "hals"
    )  # fmt: skip
    most = _SWEEPS[solver] if sweeps is None else check_count(sweeps, "sweeps", 1, 10**6)
    return (
        Half(method, cost.l1_rows, cost.l2_rows, most, _STOP),
        Half(method, cost.l1_columns, cost.l2_columns, most, _STOP),
    )


def _starts(data: Data, W: Factor, H: Factor) -> tuple[Factor, Factor]:
    n, p = data.shape
    k = H.shape[0]
    if W.shape != (n, k) or H.shape != (k, p):
        raise ValueError(f"W has shape {W.shape}, H {H.shape}. Allowed: ({n}, k) and (k, {p}).")
    for name, F in (("W", W), ("H", H)):
        if not (namespace(F).isfinite(F).all() and (F >= 0).all()):
            raise ValueError(f"the start of {name} holds negative numbers or NaN. Allowed: 0 or more.")
    return copied(W.T, data.dtype), copied(H, data.dtype)


class _Log:
    """Losses so far, kept factors, and whether it is time to stop."""

    def __init__(
        self, first: float, tolerance: float, keep_every: int, budget: int, watch: Watch | None, seen: Seen | None
    ) -> None:
        self.losses = [first]
        self.tolerance = tolerance
        self.keep_every = keep_every
        self.budget = budget
        self.watch, self.seen = watch, seen
        self.kept: list[tuple[int, Factor, Factor]] = []

    def keep(self, iteration: int, W: Factor, H: Factor) -> None:
        """Copy the factors when it is their turn."""
        if self.keep_every and iteration % self.keep_every == 0:
            if self.kept and (len(self.kept) + 1) * (W.nbytes + H.nbytes) > self.budget:
                self.keep_every *= 2
                self.kept = [k for k in self.kept if k[0] % self.keep_every == 0]
                if iteration % self.keep_every:
                    return
            self.kept.append((iteration, copied(host(W).T), copied(host(H))))

    def add(self, loss: float, W: Factor, H: Factor) -> bool:
        """Note the loss of one more iteration; say whether to stop."""
        self.losses.append(loss)
        done = len(self.losses) - 1
        self.keep(done, W, H)
        if self.watch is not None:
            self.watch(done, loss)
        if self.seen is not None:
            self.seen(done, loss, W, H)
        return self.converged(done)

    def converged(self, done: int) -> bool:
        """Compare the loss with that of ten iterations ago."""
        if not self.tolerance or done == 0 or done % LOOK:
            return False
        first, before, now = (np.sqrt(2 * self.losses[i]) for i in (0, done - LOOK, done))
        return bool(before - now < self.tolerance * first)


Result = tuple[Factor, Factor]


def _alternate(
    data: Data, W: Factor, H: Factor, rows: Half, columns: Half, cost: Penalties, most: int, log: _Log, pool: Workers
) -> Result:
    for _ in range(most):
        data.improve(W, H, True, rows, pool)
        loss = data.improve(H, W, False, columns, pool)
        if log.add(loss + cost.of(W, H), W, H):
            break
    return W, H


def _extrapolate(
    data: Data, W: Factor, H: Factor, rows: Half, columns: Half, cost: Penalties, most: int, log: _Log, pool: Workers
) -> Result:
    """Take each half step from a point beyond the last one; fall back where the loss rises.

    The loss is that of the extrapolated W with the new H: it needs no product of its own. This pair is kept.
    """
    beta, limit, before = _FIRST, 1.0, _FIRST
    last_W, last_H, ahead_W, ahead_H = W, H, W, H
    lowest = log.losses[0]
    for _ in range(most):
        new_W = copied(ahead_W)
        data.improve(new_W, ahead_H, True, rows, pool)
        beyond_W = _beyond(new_W, last_W, beta)
        new_H = copied(ahead_H)
        loss = data.improve(new_H, beyond_W, False, columns, pool) + cost.of(beyond_W, new_H)
        if loss <= lowest:
            W, H, lowest = beyond_W, new_H, loss
            ahead_W, ahead_H = beyond_W, _beyond(new_H, last_H, beta)
            last_W, last_H = new_W, new_H
            before, limit = beta, min(1.0, _LIMIT_GROWTH * limit)
            beta = min(limit, _GROWTH * beta)
        else:
            last_W, last_H, ahead_W, ahead_H = W, H, W, H
            limit, beta = before, beta / _DECAY
        if log.add(lowest, W, H):
            break
    return W, H


def _beyond(new: Factor, old: Factor, beta: float) -> Factor:
    ahead = new - old
    ahead *= beta
    ahead += new
    positive(ahead)
    return ahead
