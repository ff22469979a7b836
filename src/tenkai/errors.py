"""Problems a user can meet: one shape for all; `error_codes` lists what each code means.

Every problem says: code, place (step and file:line), the fact, what is allowed, the remedy.
`TenkaiError` carries one or many, so that all mistakes of a workflow are told at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Place:
    """Where a problem stands: step kind, the name given to it in the workflow, setting, file and line."""

    step: str = ""
    name: str = ""
    setting: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = self.step
        if self.name:
            where += f' "{self.name}"' if where else f'"{self.name}"'
        if self.setting:
            where += f" {self.setting}" if where else self.setting
        if self.file:
            where += f" ({self.file}:{self.line})" if self.line else f" ({self.file})"
        return where.strip()

    def within(self, outer: Place) -> Place:
        """Fill what this place does not say from an outer one."""
        return Place(
            self.step or outer.step,
            self.name or outer.name,
            self.setting or outer.setting,
            self.file or outer.file,
            self.line or outer.line,
        )


@dataclass(frozen=True)
class Problem:
    """One problem, told in one message."""

    code: str
    fact: str
    allowed: str = ""
    remedy: str = ""
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        head = f"{self.code} {self.place}".strip()
        return " ".join(part for part in (f"{head}:", self.fact, self.allowed, self.remedy) if part)


class TenkaiError(Exception):
    """One or several problems. The text is for the user; no traceback is needed to act on it."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))

    def at(self, place: Place) -> TenkaiError:
        """The same problems, with missing parts of their place filled in."""
        return TenkaiError(*(replace(p, place=p.place.within(place)) for p in self.problems))

    def __reduce__(self) -> tuple[type[TenkaiError], tuple[Problem, ...]]:
        return TenkaiError, self.problems


def problem(code: str, fact: str, *, allowed: str = "", remedy: str = "", setting: str = "") -> TenkaiError:
    """Make an error of one problem; the place is filled in by whoever knows it.

    >>> str(problem("TK201", "there is no column 'Bnad'.", remedy=nearest("Bnad", ["Band", "A"])))
    "TK201: there is no column 'Bnad'. Did you mean 'Band'?"
    """
    return TenkaiError(Problem(code, fact, allowed, remedy, Place(setting=setting)))


OTHER_WORDS = {
    "cv": ("folds",),
    "ecfp": ("morgan",),
    "ecfp4": ("morgan",),
    "eps": ("radius",),
    "fcfp": ("feature-morgan",),
    "fpsize": ("length",),
    "k": ("neighbors", "clusters", "folds"),
    "lambda": ("alpha", "C"),
    "max_depth": ("depth",),
    "max_features": ("features",),
    "max_iter": ("iterations",),
    "max_leaf_nodes": ("leaves",),
    "maxlevels": ("depth",),
    "min_samples_leaf": ("min_leaf",),
    "min_samples_split": ("min_split",),
    "minnodesize": ("min_leaf",),
    "n_bits": ("length",),
    "n_clusters": ("clusters",),
    "n_components": ("components", "clusters"),
    "n_estimators": ("trees",),
    "n_init": ("starts",),
    "n_neighbors": ("neighbors",),
    "n_splits": ("folds",),
    "nbits": ("length",),
    "nrmodels": ("trees",),
    "random_state": ("seed",),
    "scoring": ("by", "score"),
    "test_size": ("test",),
    "tol": ("tolerance",),
    "y": ("target",),
}
"""What other programs call a setting, and what it is called here."""


def nearest(name: str, choices: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest choice, or an empty text.

    >>> nearest("n_estimators", ["features", "trees"])
    "Did you mean 'trees'?"
    """
    choices = list(choices)
    named = OTHER_WORDS.get(name.casefold(), ())
    for word in named:
        if word in choices:
            return f"Did you mean '{word}'?"
    # One letter is like every third word of three: no help.
    options = [option for option in choices if len(option) > 1 or len(name) < 3]
    folded = {option.casefold(): option for option in reversed(options)}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.75)
    if not found:
        # r2_score is r2, whatever other word has more of its letters.
        heads = [option for option in folded if name.casefold().startswith(option + "_")]
        found = [max(heads, key=len)] if heads else []
    if not found:
        found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
    if not found:
        tails = [option for option in options if name.casefold() and option.casefold().endswith("." + name.casefold())]
        return f"Did you mean '{tails[0]}'?" if tails else ""
    return f"Did you mean '{folded[found[0]]}'?"


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Write names as a readable list, cut after `limit`.

    >>> listing(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    names = list(names)
    shown = ", ".join(f"'{n}'" for n in names[:limit])
    more = len(names) - limit
    return f"{shown} and {more} more" if more > 0 else shown


def count(n: int, thing: str, things: str = "") -> str:
    """Write a number with its thing: ``1 row``, ``3 rows``.

    >>> count(1, "row"), count(3, "row")
    ('1 row', '3 rows')
    """
    return f"{n} {thing}" if n == 1 else f"{n} {things or thing + 's'}"


@dataclass(frozen=True)
class Note:
    """A warning or remark that stays attached to a value and appears under every figure made from it."""

    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"
