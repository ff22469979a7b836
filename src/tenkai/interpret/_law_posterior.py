"""Draws from the posterior of a law by emcee, with what says whether they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.extras import needed
from tenkai.kernels.power_law import Law, Posterior
from tenkai.step import Run

Array = NDArray[np.float64]
WALKERS, ROUND, ROUNDS = 32, 1000, 24
INDEPENDENT = 50
"""Lengths of memory (autocorrelation times) a chain needs before its end is believed."""
_KEPT = 20_000


@dataclass(frozen=True)
class Draws:
    """Draws from a posterior.

    Parameters
    ----------
    law : draws of the law
    best : the most probable law (MAP)
    memory : steps after which a walker has forgotten where it was (autocorrelation time, of the slowest number)
    steps : steps of every walker, those left out at the beginning included
    acceptance : share of the moves accepted
    """

    law: Law
    best: Law
    memory: float
    steps: int
    acceptance: float

    @property
    def settled(self) -> bool:
        """Say whether the chain is long against its memory."""
        return self.steps >= INDEPENDENT * self.memory


def draws_of(density: Posterior, start: Law, seed: int, run: Run) -> Draws:
    """Draw laws from a posterior, until the chain is long against its memory or has had its time.

    Raises
    ------
    TenkaiError
        TK311 without emcee.
    """
    emcee = needed("emcee", "bayes", "Draws from a posterior")
    random = np.random.default_rng(seed)
    theta = _first(density, start, random)
    # Steps along differences of walkers follow the narrow, bent ridge on which L0, a and b trade.
    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler = emcee.EnsembleSampler(WALKERS, theta.shape[1], density, vectorize=True, moves=moves)
    sampler.random_state = np.random.RandomState(seed).get_state()
    memory, state = np.inf, theta
    for turn in range(ROUNDS):
        run.progress(turn, ROUNDS, "rounds of the posterior")
        state = sampler.run_mcmc(state, ROUND)
        memory = float(np.max(sampler.get_autocorr_time(tol=0)))
        steps = (turn + 1) * ROUND
        if np.isfinite(memory) and steps >= INDEPENDENT * memory and turn > 0:
            break
    run.progress(1, 1, "rounds of the posterior")
    # The beginning is left out: half of a chain that has not settled, five memories of one that has.
    skip = steps // 2 if not steps >= INDEPENDENT * memory else int(5 * memory)
    chain = sampler.get_chain(discard=skip, flat=True)
    density_of = sampler.get_log_prob(discard=skip, flat=True)
    thin = max(1, len(chain) // _KEPT)
    kept = chain[::thin]
    floor, amplitude, power = (np.ascontiguousarray(c) for c in kept.T[:3])
    law = Law(floor, amplitude, power, density.middle)
    best = _climbed(density, chain[int(density_of.argmax())])
    return Draws(law, best, memory, steps, float(np.mean(sampler.acceptance_fraction)))


def _first(density: Posterior, start: Law, random: np.random.Generator) -> Array:
    """Walkers around the least squares, all where the density is not 0."""
    most = float(density.y.max())
    left = (density.y - start.at(density.n)[0]) / density.scale
    size = np.log(max(float(np.sqrt((left**2).mean())), 1e-9 * most))
    power = min(max(float(start.power[0]), 0.02), 0.95 * density.highest)
    middle = np.array([start.floor[0], start.amplitude[0], power, size])
    spread = np.array([0.02 * most, 0.1 * max(float(start.amplitude[0]), 1e-3 * most), 0.1 * power, 0.2])
    theta = np.empty((0, 4))
    while len(theta) < WALKERS:
        some = middle + spread * random.normal(size=(4 * WALKERS, 4))
        some[:, :3] = np.abs(some[:, :3])
        theta = np.concatenate([theta, some[np.isfinite(density(some))]])
    return theta[:WALKERS]


def _climbed(density: Posterior, theta: Array) -> Law:
    """Go from the best draw to the top of the density."""
    from scipy.optimize import minimize

    found = minimize(
        lambda x: -float(density(x[None, :])[0]),
        theta,
        method="Nelder-Mead",
        options={"maxiter": 4000, "xatol": 1e-10, "fatol": 1e-12},
    )
    best = found.x if found.fun <= -float(density(theta[None, :])[0]) else theta
    return Law(best[:1], best[1:2], best[2:3], density.middle)
