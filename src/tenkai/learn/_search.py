"""Comparing many settings of a model on the same folds, and choosing among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, problem
from tenkai.kernels.scores_fast import (
    BEST_LOW,
    CLASSIFICATION,
    OF_PROBABILITIES,
    REGRESSION,
    score_classes,
    score_numbers,
)
from tenkai.learn._families import Fold
from tenkai.learn._model import Target
from tenkai.learn._out_of_fold import Rounds, settings_of
from tenkai.learn._search_adaptive import adaptive
from tenkai.learn._space import Settings, Space
from tenkai.learn._space_read import require_fit
from tenkai.step import Run, Step
from tenkai.values import Fitted, Table
from tenkai.values.folds import Folds, draw_folds

Method = Literal["grid", "random", "adaptive"]
Simplest = Mapping[str, Literal["smallest", "largest"]]
MOST_CELLS = 100_000_000
"""Predictions held at once: 0.8 GB."""
FEW = 16
"""Fitted models held at once where they share nothing."""


@dataclass(frozen=True)
class Judge:
    """The score settings are compared by."""

    by: str
    maximize: bool
    target: Target

    def of(self, told: Sequence[NDArray[Any]], test: NDArray[Any]) -> NDArray[np.float64]:
        """Score what several models say of the rows at `test`."""
        answers, observed = np.stack(told), self.target.y[test]
        if self.target.classes:
            return score_classes(self.by, observed, answers, len(self.target.classes))
        return score_numbers(self.by, observed, answers.reshape(len(told), -1))


@dataclass
class Progress:
    """How far a search is: folds done, of all that are expected."""

    run: Run
    total: float
    done: float = 0

    def step(self, share: float = 1) -> None:
        """Tell of a fold (or a share of it)."""
        self.done = min(self.done + share, self.total)
        self.run.progress(self.done, self.total, "folds")


@dataclass(frozen=True)
class Contest:
    """How settings are proposed, compared and chosen."""

    space: Space
    method: Method
    trials: int
    by: str
    maximize: bool
    folds: Folds
    repeats: int = 1
    stratify: str | None = None
    groups: str | None = None
    seed: int = 0
    simplest: Simplest = field(default_factory=dict)  # empty: the best is taken

    def draw(self, table: Table) -> list[Fold]:
        """Return the folds in which settings are compared."""
        return draw_folds(table, self.folds, self.repeats, self.stratify, self.groups, self.seed)

    def rounds(self, n: int) -> int:
        """How many folds of n rows will be worked through."""
        folds = n if isinstance(self.folds, str) else self.folds * self.repeats
        return folds * (self.trials if self.method == "adaptive" else 1)


@dataclass(frozen=True)
class Tried:
    """Settings in the order tried, their scores (settings, folds), and which was chosen."""

    settings: list[Settings]
    scores: NDArray[np.float64]
    maximize: bool
    chosen: int

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean score over the folds."""
        return np.asarray(self.scores.mean(axis=1))

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Standard deviation over the folds."""
        return np.asarray(self.scores.std(axis=1, ddof=1))

    @property
    def error(self) -> NDArray[np.float64]:
        """Standard error of the mean."""
        return np.asarray(self.deviation / np.sqrt(self.scores.shape[1]))

    def ranks(self) -> list[int | None]:
        """Return 1 for the best, equal scores share a rank; None without a score."""
        losses = -self.mean if self.maximize else self.mean
        known = np.sort(losses[~np.isnan(losses)])
        return [None if np.isnan(v) else int(np.searchsorted(known, v)) + 1 for v in losses]

    def best_in(self, fold: int) -> int:
        """Return the settings that were best in one fold alone."""
        scores = self.scores[:, fold]
        return int(np.nanargmax(scores) if self.maximize else np.nanargmin(scores))


def compare(model: Fitted, step: Step, table: Table, contest: Contest, progress: Progress) -> Tried:
    """Score settings of a model on the folds of a table and choose among them.

    Raises
    ------
    TenkaiError
        TK211 for folds that cannot be drawn, TK662 for a score that is undefined, TK111 for settings that do not
        fit together.
    """
    folds = contest.draw(table)
    own = settings_of(model)
    base = step.convert({n: v for n, v in model.settings.items() if n in step.settings})
    rounds = Rounds(model, table, folds, progress.run, often=True)
    judge = Judge(contest.by, contest.maximize, rounds.target)
    known: dict[str, NDArray[np.float64]] = {}

    def scored(some: Sequence[Settings]) -> NDArray[np.float64]:
        require_fit(step, base, some)
        estimators = [rounds.build(step.name, {**own, **s}) for s in some]
        return _scores(estimators, rounds, judge, progress)

    def one(settings: Settings) -> float:
        known[repr(settings)] = scored([settings])[0]
        return float(known[repr(settings)].mean())

    if contest.method == "adaptive":
        settings = adaptive(contest.space, contest.trials, contest.seed, contest.maximize, one)
        scores = np.stack([known[repr(s)] for s in settings])
    else:
        grid = contest.method == "grid"
        settings = list(contest.space.grid()) if grid else contest.space.drawn(contest.trials, contest.seed)
        scores = scored(settings)
    _require_scores(scores, contest.by, folds)
    tried = Tried(settings, scores, contest.maximize, 0)
    return Tried(settings, scores, contest.maximize, _choice(tried, contest.simplest))


def _scores(estimators: Sequence[Any], rounds: Rounds, judge: Judge, progress: Progress) -> NDArray[np.float64]:
    """Return the score of every estimator in every fold; so many at once as memory allows."""
    longest = max(len(test) for _, test in rounds.folds) * max(1, len(rounds.target.classes))
    shares = any(hasattr(type(estimators[0]), name) for name in ("fit_together", "predict_folds"))
    together = max(1, MOST_CELLS // longest) if shares else FEW
    scores = np.empty((len(estimators), len(rounds.folds)))
    for start in range(0, len(estimators), together):
        some = estimators[start : start + together]
        for fold, (told, _) in enumerate(rounds.told(some)):
            if judge.by in OF_PROBABILITIES and told[0].ndim < 2:
                raise problem(
                    "TK662",
                    f"{judge.by} needs probabilities, and {rounds.model.step} gives none.",
                    allowed=f"Allowed here: {listing(n for n in CLASSIFICATION if n not in OF_PROBABILITIES)}.",
                    setting="by",
                )
            scores[start : start + together, fold] = judge.of(told, rounds.folds[fold][1])
            progress.step(len(some) / len(estimators))
    return scores


def _require_scores(scores: NDArray[np.float64], by: str, folds: Sequence[Fold]) -> None:
    """Refuse a score that no setting has in some fold, or that every setting lacks somewhere."""
    empty = np.isnan(scores).all(axis=0)
    if empty.any():
        at = int(empty.argmax())
        raise problem(
            "TK662",
            f"{by} is undefined in fold {at + 1}, which holds {len(folds[at][1])} of the rows.",
            allowed="r2 needs rows with different targets, mape targets other than 0, roc_auc rows of each kind.",
            remedy="Take another score, or fewer folds.",
            setting="by",
        )
    if np.isnan(scores).any(axis=1).all():
        raise problem("TK662", f"no setting has {by} in every fold.", remedy="Take another score.", setting="by")


def _choice(tried: Tried, simplest: Simplest) -> int:
    """Return the best settings, or the simplest of those within one standard error of it; the first of equals."""
    losses = -tried.mean if tried.maximize else tried.mean
    best = int(np.nanargmin(losses))
    if not simplest:
        return best
    near = [i for i in range(len(losses)) if losses[i] <= losses[best] + tried.error[best]]

    def order(i: int) -> tuple[float, ...]:
        own = [_size(n, tried.settings[i].get(n)) * (1 if way == "smallest" else -1) for n, way in simplest.items()]
        return (*own, float(losses[i]))

    return min(near, key=order)


def _size(name: str, value: Any) -> float:
    """Return a setting as a number; none at all means no limit."""
    if value is None:
        return float("inf")
    if not isinstance(value, int | float):
        fact = f"'{name}' has the value {value!r}, which is neither small nor large."
        raise problem("TK111", fact, allowed="Settings that are numbers.", setting="simplest")
    return float(value)


def goal_of(by: str, goal: str, classes: Sequence[str]) -> tuple[str, bool]:
    """Return the score to compare by, and whether the highest is the best.

    Raises
    ------
    TenkaiError
        TK662 for a score that does not fit the model.
    """
    allowed = CLASSIFICATION if classes else REGRESSION
    name = allowed[0] if by == "auto" else by
    if name not in allowed:
        what = "classes" if classes else "numbers"
        raise problem(
            "TK662", f"the model predicts {what}; {name} is no score of them.", allowed=f"Allowed: {listing(allowed)}.",
            setting="by",
        )  # fmt: skip
    return name, (name not in BEST_LOW if goal == "auto" else goal == "maximize")
