"""What is checked before a formula search: units, rows, and whether it fits into memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from tenkai.errors import count, listing, nearest, problem

if TYPE_CHECKING:
    from tenkai.kernels.formula_search import Plan
    from tenkai.kernels.formula_space import Rules
    from tenkai.kernels.formula_units import Unit
    from tenkai.learn._model import Lesson
    from tenkai.step import Run

MOST_FEATURES, MOST_MODELS = 2e11, 1e13
"""About an hour of two cores each."""


def check_units(units: Mapping[str, str] | None) -> None:
    """Refuse units that cannot be read. Raises TK680."""
    from tenkai.kernels.formula_units import read_unit

    for column, text in (units or {}).items():
        try:
            read_unit(text)
        except ValueError as error:
            raise problem(
                "TK680",
                f"the unit '{text}' of '{column}' cannot be read: {error}.",
                allowed="Unit words with powers, such as eV, eV/Å^2, kg m^2 s^-2; 1 for a plain number.",
                setting="units",
            ) from None


def unit_list(units: Mapping[str, str] | None, features: Sequence[str]) -> list[str] | None:
    """Return the unit of every feature, in their order. Raises TK680 for a unit of something else."""
    if units is None:
        return None
    for column in units:
        if column not in features:
            raise problem(
                "TK680",
                f"a unit is given for '{column}', which is none of the columns searched.",
                allowed=f"Searched: {listing(features)}.",
                remedy=nearest(column, features),
                setting="units",
            )
    return [units.get(name, "1") for name in features]


def check_terms(terms: int) -> None:
    """Refuse more dimensions than domains are drawn in. Raises TK686."""
    if terms > 2:
        raise problem(
            "TK686",
            f"the domains of classes are drawn in 1 or 2 formulas, not in {terms}.",
            remedy="Give terms: 2.",
            setting="terms",
        )


def check_search(
    plan: Plan,
    units: Sequence[Unit],
    lesson: Lesson,
    memory: float,
    folds: int | Literal["leave_one_out"] | None,
    run: Run,
) -> None:
    """Refuse what cannot be searched, before it begins.

    Raises
    ------
    TenkaiError
        TK681, TK682, TK683.
    """
    if lesson.target.classes:
        check_terms(plan.terms)
    n = len(lesson.X)
    fewest = n if folds is None else n - 1 if folds == "leave_one_out" else n - math.ceil(n / folds)
    if fewest < plan.terms + 2:
        where = "are left to learn from when a fold is held out" if folds is not None else "are there"
        raise problem(
            "TK682",
            f"{count(fewest, 'row')} {where}, and a model of {count(plan.terms, 'term')} and a constant fits "
            f"{plan.terms + 1} rows whatever they hold.",
            allowed=f"{plan.terms + 2} rows or more.",
            remedy="Give fewer terms, or more rows.",
            setting="terms",
        )
    _check_matches(plan.rules, units, lesson.features, run)
    _check_size(plan, units, n, memory)


def _check_matches(rules: Rules, units: Sequence[Unit], features: Sequence[str], run: Run) -> None:
    """Refuse units under which nothing can be combined, and tell of operators that never apply."""
    from tenkai.kernels.formula_size import features_at_most
    from tenkai.kernels.formula_space import Rules as Some
    from tenkai.kernels.formula_units import write_unit

    if features_at_most(units, rules, 1)[-1] == len(features):
        said = ", ".join(f"{name}: {write_unit(u)}" for name, u in list(zip(features, units, strict=True))[:6])
        more = ", ..." if len(features) > 6 else ""
        raise problem(
            "TK681",
            f"these units leave nothing to combine with {', '.join(rules.operators)} ({said}{more}).",
            allowed="+ - |-| take columns of the same unit; exp exp- log sin cos take plain numbers.",
            remedy="Give operators such as * or /, write equal units alike, or set strict_units: false.",
            setting="units",
        )
    if not any(units):
        return
    idle = []
    for name in rules.operators:
        # Products and powers may make units fit one rung later; two rungs tell nearly all of it.
        others = tuple(o for o in rules.operators if o != name)
        most = Some(rules.operators, rules.strict, 3)
        if features_at_most(units, most, 2) == features_at_most(units, Some(others, rules.strict, 3), 2):
            idle.append(name)
    if idle:
        run.note("TKW680", f"With these units {listing(idle)} never applies in two rungs.")


def _check_size(plan: Plan, units: Sequence[Unit], n: int, memory: float) -> None:
    from tenkai.kernels.formula_size import bytes_needed, features_at_most

    def needs(rung: int, most: int) -> tuple[float, float]:
        counts = features_at_most(units, _with(plan.rules, most), rung)
        return float(counts[-1]), bytes_needed(counts, n, screened) / 1e9

    screened = plan.screened * (1 if plan.fixed else plan.terms)
    models = float(math.comb(screened, plan.terms))
    features, size = needs(plan.rung, plan.rules.most)
    if features <= MOST_FEATURES and size <= memory and models <= MOST_MODELS:
        return
    facts = f"rung {plan.rung} of {count(len(units), 'column')} has up to {features:.2g} formulas"
    facts += f" and {models:.2g} models, and needs {size:.2g} GB."
    raise problem(
        "TK683",
        facts,
        allowed=f"At most {memory:g} GB (memory), {MOST_FEATURES:.0e} formulas and {MOST_MODELS:.0e} models.",
        remedy=_what_fits(plan, needs, memory, models),
        setting="rung" if features > MOST_FEATURES or size > memory else "screened",
    )


def _with(rules: Rules, most: int) -> Rules:
    from dataclasses import replace

    return replace(rules, most=most)


def _what_fits(plan: Plan, needs: object, memory: float, models: float) -> str:
    fitting = []
    for rung in range(plan.rung, 0, -1):
        for most in range(min(plan.rules.most, 2**rung - 1), 0, -1):
            features, size = needs(rung, most)  # type: ignore[operator]
            if features <= MOST_FEATURES and size <= memory:
                fitting.append(f"rung: {rung} with complexity: {most} ({features:.2g} formulas, {size:.2g} GB)")
                break
    fewer = plan.screened
    while fewer > 1 and math.comb(fewer * (1 if plan.fixed else plan.terms), plan.terms) > MOST_MODELS:
        fewer = fewer * 9 // 10
    if models > MOST_MODELS:
        fitting.append(f"screened: {fewer}")
    return (
        f"What fits: {'; or '.join(fitting)}." if fitting else "Choose fewer columns, operators or screened formulas."
    )
