"""The tables of a formula search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.kernels.formula_domains import FoundDomains
from tenkai.kernels.formula_markup import latex, mathml, row, sign
from tenkai.kernels.formula_screen import standardized
from tenkai.kernels.formula_search import Found, Model
from tenkai.kernels.formula_terms import Term, size, text, values
from tenkai.values.formula_names import written

Array = NDArray[np.float64]
MATHML = "http://www.w3.org/1998/Math/MathML"
MOST_TERMS = 4
MOST_MEMBERS = 30
"""Members of a family that are told."""


class Named(Protocol):
    """A model of either kind: what its tables ask."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """Its formulas."""

    @property
    def places(self) -> tuple[int, ...]:
        """Their places among those screened."""

    @property
    def size(self) -> int:
        """Their operators."""


class AnyFound(Protocol):
    """A search of either kind."""

    @property
    def models(self) -> tuple[tuple[Named, ...], ...]:
        """Per number of terms, best first."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """The formulas screened."""

    @property
    def values(self) -> Array:
        """Their values (m, n)."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Their operators."""


@dataclass(frozen=True)
class Fold:
    """A search without some rows: the best models of 1, 2, ... terms, and what they say of these rows.

    Parameters
    ----------
    said : (models, test rows); best : what the largest model says
    """

    train: NDArray[np.int64]
    test: NDArray[np.int64]
    models: tuple[Named, ...]
    said: Array
    best: Array

    def of_fewer_terms(self, terms: int) -> Fold:
        """Return what a search for fewer terms found."""
        if terms >= len(self.models):
            return self
        return replace(self, models=self.models[:terms], said=self.said[:terms], best=self.said[terms - 1])


def formula_table(found: Found, names: Sequence[str], y: Array, alike: float) -> pl.DataFrame:
    """Return one row per model listed: how it is written, and how well it fits the rows searched."""
    spread = float(y.std())
    families = _families(found, alike)
    rows = []
    for models in found.models:
        for rank, model in enumerate(models, start=1):
            said = [text(t, lambda i: written(names[i])) for t in model.terms]
            empty = [None] * (MOST_TERMS - len(said))
            rows.append(
                {
                    "terms": len(said),
                    "rank": rank,
                    "formula": _sum([f"{b:.4g}" for b in (model.intercept, *model.coefficients)], said),
                    "rmse": model.rmse,
                    "r2": 1 - (model.rmse / spread) ** 2,
                    "max_error": model.worst,
                    "complexity": model.size,
                    "alike": sum(families[i] for i in model.places),
                    "intercept": model.intercept,
                    **{f"c{k}": b for k, b in enumerate([*model.coefficients, *empty], start=1)},
                    **{f"f{k}": f for k, f in enumerate([*said, *empty], start=1)},
                    "code": _sum([repr(b) for b in (model.intercept, *model.coefficients)], said),
                    "python": _python(model, names),
                    "latex": _latex(model, names),
                    "mathml": _mathml(model, names),
                }
            )
    kinds: dict[str, Any] = {"terms": pl.Int64, "rank": pl.Int64, "complexity": pl.Int64, "alike": pl.Int64}
    kinds |= {f"f{k}": pl.String for k in range(1, MOST_TERMS + 1)} | {f"c{k}": pl.Float64 for k in range(1, 5)}
    schema = {n: kinds.get(n, pl.String if n in _TEXTS else pl.Float64) for n in _COLUMNS}
    return pl.DataFrame(rows, schema=schema)


_TEXTS = ("formula", "code", "python", "latex", "mathml")
_COLUMNS = (
    *("terms", "rank", "formula", "rmse", "r2", "max_error", "complexity", "alike", "intercept"),
    *(f"c{k}" for k in range(1, MOST_TERMS + 1)),
    *(f"f{k}" for k in range(1, MOST_TERMS + 1)),
    *_TEXTS[1:],
)


def _sum(numbers: Sequence[str], said: Sequence[str]) -> str:
    """Write a constant and coefficients times formulas."""
    out = numbers[0]
    for b, f in zip(numbers[1:], said, strict=True):
        out += f" {'-' if b.startswith('-') else '+'} {b.removeprefix('-')} * ({f})"
    return out


def _python(model: Model, names: Sequence[str]) -> str:
    said = [text(t, lambda i: f"table[{names[i]!r}]", "np.") for t in model.terms]
    return _sum([repr(b) for b in (model.intercept, *model.coefficients)], said)


def _latex(model: Model, names: Sequence[str]) -> str:
    out = _power_of_ten(f"{model.intercept:.4g}")
    for b, t in zip(model.coefficients, model.terms, strict=True):
        said = latex(t, lambda i: names[i])
        simple = rf"\left({said}\right)" if isinstance(t, tuple) and t[0] in ("+", "-") else said
        out += f" {'-' if b < 0 else '+'} {_power_of_ten(f'{abs(b):.4g}')} \\, {simple}"
    return out


def _power_of_ten(number: str) -> str:
    head, e, power = number.partition("e")
    return rf"{head} \times 10^{{{int(power)}}}" if e else head


def _mathml(model: Model, names: Sequence[str]) -> str:
    parts = [f"<mn>{model.intercept:.4g}</mn>"]
    for b, t in zip(model.coefficients, model.terms, strict=True):
        said = mathml(t, lambda i: names[i])
        if isinstance(t, tuple) and t[0] in ("+", "-"):
            said = row(sign("("), said, sign(")"))
        parts += [sign("−" if b < 0 else "+"), f"<mn>{abs(b):.4g}</mn>", sign("·"), said]
    return f'<math xmlns="{MATHML}">{row(*parts)}</math>'


def _families(found: AnyFound, alike: float) -> dict[int, int]:
    """Return for every formula of the models listed how many others screened say nearly the same."""
    Z = standardized(found.values) if len(found.terms) else found.values
    used = {place for models in found.models for model in models for place in model.places}
    return {i: int((np.abs(Z @ Z[i]) > 1 - alike).sum()) - 1 for i in used}


def domain_table(
    found: FoundDomains, names: Sequence[str], alike: float, accuracy: Sequence[Sequence[float]]
) -> pl.DataFrame:
    """Return one row per model of classes listed."""
    families = _families(found, alike)
    rows = []
    for models, right in zip(found.models, accuracy, strict=True):
        for rank, (model, share) in enumerate(zip(models, right, strict=True), start=1):
            said = [_said(t, names) for t in model.terms]
            both = said + [None] * (2 - len(said))
            python = [text(t, lambda i: f"table[{names[i]!r}]", "np.") for t in model.terms]
            tex = [latex(t, lambda i: names[i]) for t in model.terms]
            marks = [mathml(t, lambda i: names[i]) for t in model.terms]
            rows.append(
                {
                    "terms": len(said),
                    "rank": rank,
                    "formula": "; ".join(said),
                    "mixed": model.mixed,
                    "accuracy": share,
                    "gap": model.gap,
                    "complexity": model.size,
                    "alike": sum(families[i] for i in model.places),
                    "f1": both[0],
                    "f2": both[1],
                    "python": ", ".join(python),
                    "latex": r", \; ".join(tex),
                    "mathml": "".join(f'<math xmlns="{MATHML}">{m}</math>' for m in marks),
                }
            )
    kinds = dict.fromkeys(("terms", "rank", "mixed", "complexity", "alike"), pl.Int64)
    real = dict.fromkeys(("accuracy", "gap"), pl.Float64)
    order = ("terms", "rank", "formula", "mixed", "accuracy", "gap", "complexity", "alike", "f1", "f2")
    schema: dict[str, Any] = {n: (kinds | real).get(n, pl.String) for n in (*order, "python", "latex", "mathml")}
    return pl.DataFrame(rows, schema=schema)


def family_table(found: AnyFound, names: Sequence[str], alike: float) -> pl.DataFrame:
    """Return, for every formula of the best models, the screened formulas correlated with it by more than 1 - alike."""
    rows = []
    if found.models:
        Z = standardized(found.values)
        best = list(dict.fromkeys(i for models in found.models for i in models[0].places))
        for i in best:
            r = Z @ Z[i]
            near = np.flatnonzero(np.abs(r) > 1 - alike)
            near = near[np.lexsort((near, found.sizes[near], -np.round(np.abs(r[near]), 10)))]
            for j in [i, *(int(j) for j in near if j != i)][:MOST_MEMBERS]:
                rows.append(
                    (
                        _said(found.terms[i], names),
                        _said(found.terms[j], names),
                        float(r[j]),
                        int(found.sizes[j]),
                        len(near),
                    )
                )
    schema = {
        "of": pl.String,
        "formula": pl.String,
        "correlation": pl.Float64,
        "complexity": pl.Int64,
        "members": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def stability_table(found: AnyFound, folds: Sequence[Fold], names: Sequence[str], X: Array) -> pl.DataFrame:
    """Return how often folds chose the same model, the same formula, or one that says nearly the same."""
    rows = []
    for k in range(len(found.models) if folds else 0):
        final = found.models[k][0]
        chosen = [f.models[k] for f in folds if len(f.models) > k]
        models = Counter(tuple(sorted(m.terms, key=str)) for m in chosen)
        terms = Counter((t,) for m in chosen for t in m.terms)
        for kind, counts in (("model", models), ("formula", terms)):
            for parts, times in sorted(counts.items(), key=lambda c: (-c[1], str(c[0]))):
                said = "; ".join(_said(t, names) for t in parts)
                same = set(parts) == set(final.terms) if kind == "model" else parts[0] in final.terms
                near = None if kind == "model" else _nearest(parts[0], final, X)
                rows.append(
                    (k + 1, kind, said, times, times / len(folds), "yes" if same else "no", near, sum(map(size, parts)))
                )
    schema = {
        "terms": pl.Int64,
        "what": pl.String,
        "formula": pl.String,
        "folds": pl.Int64,
        "share": pl.Float64,
        "in_model": pl.String,
        "correlation": pl.Float64,
        "complexity": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _said(term: Term, names: Sequence[str]) -> str:
    return text(term, lambda i: written(names[i]))


def _nearest(term: Term, final: Named, X: Array) -> float | None:
    """Return the largest |correlation| of a formula with one of the model of all rows; None where it has no value."""
    own = values(term, X)
    if not np.isfinite(own).all():
        return None
    with np.errstate(all="ignore"):
        every = [abs(float(np.corrcoef(own, values(t, X))[0, 1])) for t in final.terms]
    return max(every)
