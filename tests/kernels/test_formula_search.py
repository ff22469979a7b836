"""Formula search against brute force, against what was planted, and against itself with more threads."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tenkai.kernels.formula_models import best_models
from tenkai.kernels.formula_pool import Correlation, screen
from tenkai.kernels.formula_screen import standardized, twins
from tenkai.kernels.formula_search import Found, Plan, search
from tenkai.kernels.formula_size import features_at_most
from tenkai.kernels.formula_space import Candidates, Rules, Space, first_rung
from tenkai.kernels.formula_terms import OPERATORS, size, text, values
from tenkai.kernels.formula_units import UNITLESS, Unit, read_unit

EVERY = tuple(OPERATORS)
RNG = np.random.default_rng(0)
X = RNG.uniform(0.5, 3.0, (40, 4)) * np.where(RNG.random((40, 4)) < 0.2, -1, 1)
Y = RNG.normal(size=40)
PLAIN: list[Unit] = [UNITLESS] * 4
MIXED = [read_unit(u) for u in ("eV", "eV", "Å", "1")]


def said(term: Any) -> str:
    return text(term, lambda i: "abcd"[i])


def unit(y: np.ndarray) -> np.ndarray:
    left = y - y.mean()
    return left / np.linalg.norm(left)


def all_by_hand(rules: Rules, X: np.ndarray, units: list[Unit]) -> list[Any]:
    """Every formula of two rungs, by plain loops over terms; units and values by the definition."""
    known: dict[Any, Unit] = dict(enumerate(units))
    fresh = dict(known)
    for _ in range(2):
        made: dict[Any, Unit] = {}
        pairs = [(a, b) for a in fresh for b in known if a not in known or a != b]
        pairs += [(b, a) for a, b in pairs]
        for name in rules.operators:
            if name in ("+", "-", "|-|", "*", "/"):
                for a, b in pairs:
                    if name in ("*", "/"):
                        sign = 1 if name == "*" else -1
                        powers = dict(known[a])
                        for word, power in known[b]:
                            powers[word] = powers.get(word, 0) + sign * power
                        made[name, a, b] = tuple(sorted((w, p) for w, p in powers.items() if p))
                    elif known[a] == known[b]:
                        made[name, a, b] = known[a]
            else:
                power = {"sqrt": 1 / 2, "cbrt": 1 / 3, "^2": 2, "^3": 3, "^-1": -1}.get(name)
                for a in fresh:
                    if power is not None:
                        made[name, a] = tuple((w, p * power) for w, p in known[a])
                    elif name == "abs":
                        made[name, a] = known[a]
                    elif not known[a] or not rules.strict:
                        made[name, a] = UNITLESS
        # Units are compared as numbers here: 1/3 * 3 is 1 only nearly.
        fresh = {t: tuple((w, round(float(p), 9)) for w, p in u if abs(p) > 1e-9) for t, u in made.items()}
        known = {t: tuple((w, round(float(p), 9)) for w, p in u) for t, u in known.items()} | fresh
    return [t for t in known if size(t) <= rules.most]


def distinct(terms: list[Any], X: np.ndarray) -> np.ndarray:
    """Standardized values of all terms that have values that vary."""
    found = np.array([values(t, X) for t in terms])
    with np.errstate(all="ignore"):
        square = (found**2).mean(axis=1)
        fit = np.isfinite(found).all(axis=1) & (square > 1e-24) & (square < 1e24)
        fit &= found.var(axis=1) > 1e-10 * square
    found = found[fit] - found[fit].mean(axis=1, keepdims=True)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.mark.row("L12")
@pytest.mark.parametrize(
    ("operators", "units", "strict"),
    [
        (("+", "-", "|-|", "*", "/", "exp", "sqrt", "^2"), MIXED, True),
        (("+", "|-|", "/", "exp-", "log", "cbrt", "^-1"), MIXED, False),
        (("-", "*", "abs", "sin", "cos", "^3"), PLAIN, True),
    ],
)
def test_the_best_models_are_those_of_brute_force(operators: tuple[str, ...], units: list[Unit], strict: bool) -> None:
    rules = Rules(operators, strict, 3)
    Z = distinct(all_by_hand(rules, X, units), X)
    scores = np.sort(np.abs(Z @ unit(Y)))[::-1]
    found = search(X, Y, units, Plan(rules, 2, 2, 60, True, 1, 5))
    # One term: the best of all features.
    by_lstsq = np.linalg.lstsq(np.column_stack([np.ones(40), Z[np.abs(Z @ unit(Y)).argmax()]]), Y, rcond=None)
    assert found.models[0][0].rmse == pytest.approx(np.sqrt(by_lstsq[1][0] / 40), rel=1e-9)
    assert np.sqrt(1 - scores[0] ** 2) * Y.std() == pytest.approx(found.models[0][0].rmse, rel=1e-9)
    # Two terms: the best pair of those screened, by least squares on every pair.
    errors = {}
    for pair in combinations(range(len(found.terms)), 2):
        A = np.column_stack([np.ones(40), *standardized(found.values[list(pair)])])
        errors[pair] = np.sqrt(np.mean((A @ np.linalg.lstsq(A, Y, rcond=None)[0] - Y) ** 2))
    best = min(errors, key=lambda p: errors[p])
    assert found.models[1][0].rmse == pytest.approx(errors[best], rel=1e-9)
    assert found.models[1][0].places == best


@pytest.mark.row("L12")
def test_every_pair_of_a_small_space_is_tried() -> None:
    rules = Rules(("+", "*", "/", "^2"), True, 1)
    Z = distinct([*range(4), *all_by_hand(Rules(rules.operators, True, 1), X, PLAIN)], X)
    found = search(X, Y, PLAIN, Plan(rules, 1, 2, 1000, True))
    errors = []
    for i, j in combinations(range(len(Z)), 2):
        if abs(Z[i] @ Z[j]) < 1 - 1e-9:
            A = np.column_stack([np.ones(40), Z[i], Z[j]])
            errors.append(np.sqrt(np.mean((A @ np.linalg.lstsq(A, Y, rcond=None)[0] - Y) ** 2)))
    assert found.models[1][0].rmse == pytest.approx(min(errors), rel=1e-9)


def test_three_and_four_terms_are_those_of_least_squares_on_every_choice() -> None:
    Z = standardized(np.random.default_rng(1).normal(size=(14, 30)))
    y = unit(np.random.default_rng(2).normal(size=30))
    for terms in (3, 4):
        gains = {}
        for some in combinations(range(14), terms):
            b = np.linalg.lstsq(Z[list(some)].T, y, rcond=None)[0]
            gains[some] = 1 - ((y - b @ Z[list(some)]) ** 2).sum()
        order = sorted(gains, key=lambda s: -gains[s])[:9]
        models, found = best_models(Z @ Z.T, Z @ y, terms, 9)
        assert [tuple(sorted(m)) for m in models.tolist()] == order
        np.testing.assert_allclose(found, [gains[s] for s in order], rtol=1e-10)


@pytest.mark.row("L12")
def test_units_decide_what_is_made() -> None:
    rules = Rules(("+", "exp", "/"), True, 1)
    space = first_rung(X, MIXED, rules).grown()
    made = {said(space.term(i)) for i in range(len(space))}
    # a, b are energies, c is a length, d a plain number.
    assert made == {
        *("a", "b", "c", "d", "exp(d)", "b + a"),
        *("b / a", "c / a", "c / b", "d / a", "d / b", "d / c", "a / b", "a / c", "b / c", "a / d", "b / d", "c / d"),
    }
    loose = first_rung(X, MIXED, Rules(("exp",), False, 1)).grown()
    assert [said(loose.term(i)) for i in range(len(loose))] == [
        "a",
        "b",
        "c",
        "d",
        "exp(a)",
        "exp(b)",
        "exp(c)",
        "exp(d)",
    ]


def test_twins_are_left_out_and_the_simplest_stays() -> None:
    X3 = np.column_stack([X[:, 0], -X[:, 0], X[:, 1], np.full(40, 2.0)])
    space = first_rung(X3, PLAIN, Rules(("abs", "*", "^2", "+"), True, 3))
    assert len(space) == 3  # the constant column is gone
    made = [said(space.grown().term(i)) for i in range(len(space.grown()))]
    # b is -a: |b| is |a|, b^2 is a^2, b + a does not vary; b a, c b and c + b are not a^2, c a and c + a.
    assert made == [
        "a",
        "b",
        "c",
        *("a ** 2", "c ** 2", "abs(a)", "abs(c)"),
        "c + a",
        "c + b",
        *("b * a", "c * a", "c * b"),
    ]
    same = twins(standardized(np.array([X[:, 0], 3 - 2 * X[:, 0], X[:, 1]])))
    assert same.tolist() == [False, True, False]


@pytest.mark.row("L12")
def test_numbers_are_counted_before_they_are_made() -> None:
    # 4 columns, + and *: rung 1 adds C(4, 2) of each; rung 2 the pairs with one of these 12: 12 * 4 + C(12, 2).
    assert features_at_most(PLAIN, Rules(("+", "*"), True, 7), 2) == [4, 16, 16 + 2 * (12 * 4 + 66)]
    # Units: a + b only; products of all; exp of d only. Limited to one operator there is no second rung.
    assert features_at_most(MIXED, Rules(("+", "*", "exp"), True, 1), 2) == [4, 12, 12]
    for rules in (Rules(EVERY, True, 3), Rules(EVERY, False, 2), Rules(("-", "sqrt", "log"), True, 3)):
        counts = features_at_most(MIXED, rules, 2)
        space = first_rung(X, MIXED, rules)
        grown = space.grown()
        assert len(space) + sum(map(len, [*space.unary(), *space.binary()])) == counts[1]
        assert len(grown) <= counts[1]
        _, scored = screen(grown, Correlation(unit(Y)[None]), 5, np.empty((0, 40)))
        assert scored <= counts[2]


@pytest.mark.row("L12")
def test_a_planted_formula_is_found() -> None:
    y = 2.0 - 3.0 * np.abs(X[:, 0] - X[:, 1]) / X[:, 2] ** 2 + 0.5 * np.exp(-X[:, 3]) * X[:, 2]
    found = search(X, y, MIXED, Plan(Rules(("|-|", "/", "*", "^2", "exp-"), True, 3), 2, 2, 50, residuals=5))
    best = found.best
    assert sorted(said(t) for t in best.terms) == ["abs(b - a) / c ** 2", "exp(-d) * c"]
    np.testing.assert_allclose(sorted(best.coefficients), [-3.0, 0.5], rtol=1e-9)
    assert best.intercept == pytest.approx(2.0, rel=1e-9)
    assert best.rmse < 1e-12


def test_an_exact_formula_ends_the_search() -> None:
    found = search(X, X[:, 0] * X[:, 1], PLAIN, Plan(Rules(("*",), True, 1), 1, 3, 20))
    assert len(found.models) == 1
    assert said(found.best.terms[0]) == "b * a"


def test_a_third_rung_is_searched() -> None:
    y = ((X[:, 0] + X[:, 1]) * X[:, 2]) ** 2
    plan = Plan(Rules(("+", "*", "^2"), True, 4), 3, 1, 10)
    found = search(X, y, PLAIN, plan)
    assert found.best.rmse < 1e-9
    assert size(found.best.terms[0]) in (3, 4)


def as_bits(found: Found) -> list[Any]:
    return [found.terms, found.values.tobytes(), [list(models) for models in found.models], found.scored]


@pytest.mark.row("L12")
@pytest.mark.parametrize("fixed", [True, False])
def test_the_same_bits_for_any_number_of_threads(fixed: bool) -> None:
    plan = Plan(Rules(EVERY, False, 3), 2, 3, 40, fixed, 5, 20)
    one, two = (search(X, Y, MIXED, plan, threads=t) for t in (1, 2))
    assert as_bits(one) == as_bits(two)


def test_progress_ends_and_can_stop_it() -> None:
    told: list[tuple[float, float, str]] = []
    search(X, Y, PLAIN, Plan(Rules(EVERY, True, 3), 2, 2, 30), tell=lambda *t: told.append(t))
    shares = [done / total for done, total, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("per second" in said_ for *_, said_ in told)

    def stop(done: float, total: float, said_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(X, Y, PLAIN, Plan(Rules(EVERY, True, 3), 2, 2, 30), tell=stop)


def test_the_space_names_what_it_makes() -> None:
    space: Space = first_rung(X, PLAIN, Rules(EVERY, True, 3)).grown()
    some = Candidates.joined([*space.unary()])[::7]
    for i, row in enumerate(space.compute(some)):
        np.testing.assert_array_equal(row, values(space.term_of(some, i), X))
