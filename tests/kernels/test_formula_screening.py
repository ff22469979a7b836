"""Screening in float32 against every formula made in float64."""

from __future__ import annotations

import numpy as np
import pytest

from tenkai.kernels import formula_pairs, formula_pool
from tenkai.kernels.formula_pairs import Packed, Pairs
from tenkai.kernels.formula_pool import Correlation, screen
from tenkai.kernels.formula_scan import PAIRS
from tenkai.kernels.formula_screen import sound, standardized
from tenkai.kernels.formula_singles import single_bounds
from tenkai.kernels.formula_space import Candidates, Rules, Space, first_rung
from tenkai.kernels.formula_terms import OPERATORS, values
from tenkai.kernels.formula_units import UNITLESS, Unit, read_unit

EVERY = tuple(OPERATORS)
RNG = np.random.default_rng(0)
X = RNG.uniform(0.5, 3.0, (40, 4)) * np.where(RNG.random((40, 4)) < 0.2, -1, 1)
Y = RNG.normal(size=40)
PLAIN: list[Unit] = [UNITLESS] * 4
MIXED = [read_unit(u) for u in ("eV", "eV", "Å", "1")]


def unit(y: np.ndarray) -> np.ndarray:
    left = y - y.mean()
    return left / np.linalg.norm(left)


def packed(space: Space, T: np.ndarray, fresh: np.ndarray | None = None) -> Packed:
    every = np.ones(len(space), bool) if fresh is None else fresh
    return Packed(Pairs(space.values, space.unit, space.size, every, np.ones(6, bool), 3), T)


@pytest.mark.parametrize("targets", [1, 2, 3, 6])
def test_bounds_of_pairs_are_just_above_their_squared_correlations(targets: int) -> None:
    T = np.array([unit(y) for y in np.random.default_rng(4).normal(size=(targets, 40))])
    space = first_rung(X, MIXED, Rules(EVERY, True, 3))
    hits = packed(space, T).hits(np.array([3, 1, 2]), -1.0)
    made = {(int(i), int(j), int(o)): float(b) for i, j, o, b in zip(hits.i, hits.j, hits.o, hits.bound, strict=True)}
    # a and b have one unit; of all pairs the product and the ratios can be made.
    assert {(i, j) for i, j, o in made if o < 3} == {(1, 0)}
    assert len(made) == hits.scored == 3 * 6 + 3
    for (i, j, o), bound in made.items():
        term = ("/", j, i) if PAIRS[o] == "\\" else (PAIRS[o], i, j)
        exact = max(np.corrcoef(values(term, X), t)[0, 1] ** 2 for t in T)
        assert 0 < bound - exact < 1e-4


@pytest.mark.parametrize("operators", [EVERY, ("exp-", "cbrt")])
@pytest.mark.parametrize("targets", [1, 3])
def test_bounds_of_features_of_one_argument_are_just_above_their_squared_correlations(
    operators: tuple[str, ...], targets: int
) -> None:
    T = np.array([unit(y) for y in np.random.default_rng(7).normal(size=(targets, 40))])
    wide = np.column_stack([X, 400 * X[:, 0], 20 * X[:, 1]])  # of which exp is no number, or of no size to work with
    space = first_rung(wide, [UNITLESS] * 6, Rules(operators, False, 3))
    some = Candidates.joined([space.stored(), *space.unary()])
    bounds = [single_bounds(space, some, T, threads) for threads in (1, 2)]
    assert bounds[0].tobytes() == bounds[1].tobytes()
    rows = space.compute(some)
    fit = sound(rows)
    assert 12 <= fit.sum() < len(some)
    exact = ((standardized(rows[fit]) @ T.T) ** 2).max(axis=1)
    assert (bounds[0][fit] > exact).all()
    assert (bounds[0][fit] < exact + 2e-6).all()


def test_what_float32_cannot_tell_is_scored_in_float64() -> None:
    grain = np.random.default_rng(5)
    x = grain.normal(size=40)
    columns = [
        1e3 + x,  # less the next one: a difference of 1e-7
        1e3 + x + 1e-7 * grain.normal(size=40),
        1 + 2e-5 * grain.normal(size=40),  # varies just enough; its product with the next one not
        1 / (1 + 2e-5 * grain.normal(size=40)),
        np.where(x > 0, 1e-11, 1e11) * (1 + grain.random(40)),  # its reciprocal, times itself, is 1
        np.where(x > 0, 3e-11, 2e11) * (1 + grain.random(40)),
        np.where(x > 0, 0.0, x),  # no reciprocal
        1e11 * (2 + x),  # products beyond what is allowed
        1e11 * (3 + x**2),
    ]
    space = first_rung(np.array(columns).T, [UNITLESS] * 9, Rules(EVERY, True, 3))
    assert len(space) == 9
    T = np.array([unit(x), unit(grain.normal(size=40))])
    hits = packed(space, T).hits(np.arange(1, 9), -1.0)
    made = {(int(i), int(j), int(o)): float(b) for i, j, o, b in zip(hits.i, hits.j, hits.o, hits.bound, strict=True)}
    V = space.values
    with np.errstate(all="ignore"):
        for i in range(9):
            for j in range(i):
                a, b = V[i], V[j]
                for o, v in enumerate((a + b, a - b, abs(a - b), a * b, a / b, b / a)):
                    assert ((i, j, o) in made) == bool(sound(v[None])[0]), (i, j, o)
                    if (i, j, o) in made:
                        z = standardized(v[None])[0]
                        assert made[i, j, o] >= ((T @ z) ** 2).max()
    assert hits.scored == len(made)


def test_only_pairs_with_a_feature_of_the_last_rung_are_made() -> None:
    space = first_rung(X, PLAIN, Rules(EVERY, True, 3))
    hits = packed(space, unit(Y)[None], np.array([False, False, True, False])).hits(np.arange(1, 4), -1.0)
    assert {(int(i), int(j)) for i, j in zip(hits.i, hits.j, strict=True)} == {(2, 0), (2, 1), (3, 2)}


def screened_by_hand(space: Space, T: np.ndarray, keep: int) -> tuple[list[tuple[float, int, np.ndarray]], int]:
    """The best features by their definition, in float64: all are made, scored and ordered; twins are dropped."""
    parts = [space.stored(), *space.unary()]
    counted = sum(map(len, parts))
    pairs = [*space.binary()]
    every = Candidates.joined([*parts, *pairs])
    rows = space.compute(every)
    with np.errstate(all="ignore"):
        square = (rows**2).mean(axis=1)
        fit = np.isfinite(rows).all(axis=1) & (square > 1e-24) & (square < 1e24)
        fit &= rows.var(axis=1) > 1e-10 * square
    counted += int(fit[-sum(map(len, pairs)) :].sum())
    Z = standardized(rows[fit])
    sizes = space.sizes(every)[fit]
    score = np.round(np.abs(Z @ T.T).max(axis=1), 10)
    made = every[fit]
    order = np.lexsort((made.b, made.a, made.op, sizes, -score))
    kept: list[int] = []
    for at in order:
        if len(kept) < keep and not (np.abs(Z[kept] @ Z[at]) > 1 - 1e-9).any():
            kept.append(int(at))
    return [(float(score[at]), int(sizes[at]), Z[at]) for at in kept], counted


@pytest.mark.row("L12")
@pytest.mark.parametrize("keep", [7, 100, 1500])
@pytest.mark.parametrize("targets", [1, 4])
def test_what_is_screened_is_what_brute_force_finds(keep: int, targets: int) -> None:
    # Two columns that say the same, and a product of columns, so that there are many twins; and units.
    grain = np.random.default_rng(6)
    X5 = np.column_stack([X[:, :3], 2 * X[:, 1], X[:, 0] * X[:, 2]])
    units = [read_unit(u) for u in ("eV", "eV", "Å", "eV", "eV Å")]
    rules = Rules(("+", "-", "|-|", "*", "/", "exp", "sqrt", "^2", "^-1"), False, 3)
    space = first_rung(X5, units, rules).grown()
    T = np.array([unit(y) for y in grain.normal(size=(targets, 40))])
    want, counted = screened_by_hand(space, T, keep)
    for threads in (1, 2):
        found, scored = screen(space, Correlation(T), keep, np.empty((0, 40)), threads=threads)
        assert scored == counted
        assert found.scores.tolist() == [score for score, _, _ in want]
        assert found.sizes.tolist() == [size_ for _, size_, _ in want]
        Z = standardized(found.values)
        assert all(abs(z @ w) > 1 - 1e-12 for z, (_, _, w) in zip(Z, want, strict=True))


def test_hits_for_which_there_was_no_room_are_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    space = first_rung(X, PLAIN, Rules(EVERY, True, 3)).grown()
    ready, rows = packed(space, unit(Y)[None]), np.arange(1, len(space))
    want = ready.hits(rows, 0.05)
    monkeypatch.setattr(formula_pairs, "USUAL", 150)
    some = ready.hits(rows, 0.05)
    each = [sorted(zip(h.i, h.j, h.o, h.bound, strict=True)) for h in (want, some)]
    assert each[0] == each[1]
    assert want.scored == some.scored > len(want.i) > 150


def test_a_bar_that_was_guessed_too_high_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    space = first_rung(X, MIXED, Rules(EVERY, False, 3)).grown()
    T = unit(Y)[None]
    want, _ = screen(space, Correlation(T), 200, np.empty((0, 40)))
    monkeypatch.setattr(formula_pool, "FEW", 500)
    monkeypatch.setattr(formula_pool, "GUESSED", 0.05)
    found, _ = screen(space, Correlation(T), 200, np.empty((0, 40)))
    assert found.scores.tobytes() == want.scores.tobytes()
    assert found.values.tobytes() == want.values.tobytes()
