"""The logistic classifier: penalties solved to a tight optimum, many at once, C given or by cross-validation."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.errors import count, problem
from tenkai.kernels.gram import predicted
from tenkai.kernels.logistic import CONVERGED, SEPARABLE, UNFINISHED, Design, Solution, design, penalty_path
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Fold = tuple[NDArray[Any], NDArray[Any]]

CROSS_VALIDATED = "cv"
SMALLEST_C, LARGEST_C, CANDIDATES = 1e-4, 1e4, 25
_TINY = 1e-15
_TOGETHER = 16


class LogisticClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression with C as scikit-learn counts it: C times the sum of the losses, plus the penalty.

    Parameters
    ----------
    penalty : l2, l1, elastic_net or none
    C : a number, or "cv" to choose among `candidates` by stratified, shuffled k-fold cross-validation
    l1_ratio : share of the absolute penalty in the elastic net
    multi_class : multinomial or one_vs_rest; with two classes both are the same
    class_weight : None, "balanced", or weights by class
    max_iter, tol : Newton steps; violation of the optimality conditions, relative
    candidates : values of C to try; None for 25 from 1e-4 to 1e4
    rule : "best", or "one_standard_error" for the smallest C within one standard error of it
    cv, scoring, random_state : folds, log_loss or accuracy, seed of the folds

    Attributes
    ----------
    coef_, intercept_ : (1, p) and (1,) for two classes, else (K, p) and (K,)
    C_ : the C used
    loss_ : (problems, steps + 1), mean loss and penalty per row after each step; NaN after the last
    status_ : largest of the kernel's UNFINISHED, CONVERGED, SEPARABLE over the problems, unfinished first
    tried_ : (candidates, 3), C, mean score, standard error; empty without cross-validation
    """

    def __init__(
        self,
        penalty: str = "l2",
        C: float | str = 1.0,
        l1_ratio: float = 0.5,
        multi_class: str = "multinomial",
        class_weight: dict[Any, float] | str | None = None,
        max_iter: int = 100,
        tol: float = 1e-8,
        candidates: Sequence[float] | None = None,
        rule: str = "best",
        cv: int = 5,
        scoring: str = "log_loss",
        random_state: int = 0,
    ) -> None:
        self.penalty = penalty
        self.C = C
        self.l1_ratio = l1_ratio
        self.multi_class = multi_class
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.tol = tol
        self.candidates = candidates
        self.rule = rule
        self.cv = cv
        self.scoring = scoring
        self.random_state = random_state

    # ---- fitting ------------------------------------------------------------------------------

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to rows X (n, p) and their classes y (n,)."""
        self.fit_together([self], X, y)
        if self.status_ == UNFINISHED:
            text = f"{self.max_iter} steps were not enough; raise max_iter, or standardize the columns."
            warnings.warn(text, ConvergenceWarning, stacklevel=2)
        if self.status_ == SEPARABLE:
            text = "the classes can be separated, and without a penalty no coefficients are the best ones."
            warnings.warn(text, ConvergenceWarning, stacklevel=2)
        return self

    @classmethod
    def fit_together(
        cls, estimators: Sequence[LogisticClassifier], X: ArrayLike, y: ArrayLike, *, threads: int = 1
    ) -> list[LogisticClassifier]:
        """Fit estimators on the same rows; those that differ in C only share one path of penalties."""
        estimators = list(estimators)
        first = estimators[0]
        checked, labels = validate_data(first, X, y, dtype=np.float64, ensure_min_samples=2)
        check_classification_targets(labels)
        for e in estimators:
            _check(e)
            e.n_features_in_ = first.n_features_in_
            if hasattr(first, "feature_names_in_"):
                e.feature_names_in_ = first.feature_names_in_
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y has one class, {classes[0]!r}. A classifier needs rows of 2 classes or more.")
        codes = codes.astype(np.int64)
        chosen: dict[int, tuple[float, Array]] = {}
        with one_thread():
            for i, e in enumerate(estimators):
                chosen[i] = _choose(e, checked, codes, classes, threads)
            wanted = [_Wanted(e, chosen[i][0], classes) for i, e in enumerate(estimators)]
            for i, (e, answer) in enumerate(zip(estimators, _solve(wanted, checked, codes, threads), strict=True)):
                e.classes_ = classes
                e.C_, e.tried_ = chosen[i]
                e._keep(answer)
        return estimators

    def _keep(self, found: list[Solution]) -> None:
        self.coef_ = np.concatenate([s.coef for s in found])
        self.intercept_ = np.concatenate([s.intercept for s in found])
        self.loss_ = np.full((len(found), max(s.curve.size for s in found)), np.nan)
        for row, s in zip(self.loss_, found, strict=True):
            row[: s.curve.size] = s.curve
        self.n_iter_ = max(1, *(s.iterations for s in found))
        states = {s.status for s in found}
        self.status_ = UNFINISHED if UNFINISHED in states else SEPARABLE if SEPARABLE in states else CONVERGED

    @classmethod
    def predict_folds(
        cls,
        estimators: Sequence[LogisticClassifier],
        X: ArrayLike,
        y: ArrayLike,
        folds: Sequence[Fold],
        *,
        threads: int = 1,
    ) -> Iterator[Array]:
        """Yield for every fold the probabilities (estimators, n_test, K) of its held-out rows."""
        rows = np.asarray(X, dtype=np.float64)
        classes, codes = np.unique(np.asarray(y), return_inverse=True)
        codes = codes.astype(np.int64)
        for e in estimators:
            _check(e)

        def one(fold: Fold) -> Array:
            train, test = fold
            wanted = []
            for e in estimators:
                C, _ = _choose(e, rows[train], codes[train], classes, 1)
                wanted.append(_Wanted(e, C, classes))
            return _answers(wanted, rows, codes, train, test, len(classes))

        # Some at a time: a limit on threads costs milliseconds, and must not last while others work.
        for start in range(0, len(folds), _TOGETHER):
            with one_thread():
                found = list(_in_order(one, folds[start : start + _TOGETHER], threads))
            yield from found

    # ---- predicting ---------------------------------------------------------------------------

    def decision_function(self, X: ArrayLike) -> Array:
        """Return log-odds: (n,) of the second of two classes, else (n, K)."""
        check_is_fitted(self)
        checked = validate_data(self, X, dtype=np.float64, reset=False)
        eta = _log_odds(checked, self.coef_, self.intercept_)
        return np.asarray(eta[:, 0]) if len(self.coef_) == 1 else eta

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probability of every class, (n, K)."""
        eta = self.decision_function(X)
        return chances(eta.reshape(len(eta), -1), self.multi_class)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable class of every row."""
        eta = self.decision_function(X)
        codes = (eta > 0).astype(np.int64) if eta.ndim == 1 else eta.argmax(axis=1)
        return np.asarray(self.classes_[codes])


def _log_odds(X: Array, coef: Array, intercept: Array) -> Array:
    """Return (m, k); those of a row do not depend on the rows beside it."""
    return predicted(X, coef).T + intercept


def chances(eta: Array, multi_class: str) -> Array:
    """Turn log-odds (n, 1) or (n, K) into probabilities (n, K) that add up to 1."""
    if eta.shape[1] == 1:
        second = _sigmoid(eta[:, 0])
        return np.column_stack([_sigmoid(-eta[:, 0]), second])
    if multi_class == "one_vs_rest":
        alone = _sigmoid(eta)
        total = alone.sum(axis=1, keepdims=True)
        even = np.full_like(alone, 1.0 / alone.shape[1])
        return np.asarray(np.divide(alone, total, out=even, where=total > 0))
    mass = np.exp(eta - eta.max(axis=1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def _sigmoid(eta: Array) -> Array:
    small = np.exp(-np.abs(eta))
    return np.asarray(np.where(eta >= 0, 1.0, small) / (1.0 + small))


_CHOICES = {
    "penalty": ("l2", "l1", "elastic_net", "none"),
    "multi_class": ("multinomial", "one_vs_rest"),
    "rule": ("best", "one_standard_error"),
    "scoring": ("log_loss", "accuracy"),
}


def _check(e: LogisticClassifier) -> None:
    """Refuse settings. Raises ValueError."""
    for name, allowed in _CHOICES.items():
        if getattr(e, name) not in allowed:
            raise ValueError(f"{name} is {getattr(e, name)!r}. Allowed: {', '.join(allowed)}.")
    strengths = [e.C] if e.C != CROSS_VALIDATED else list(e.candidates or [])
    if not all(isinstance(c, int | float | np.number) and 0 < c < np.inf for c in strengths):
        raise ValueError(f"C or a candidate is not allowed: {strengths}. Allowed: numbers above 0, or C='cv'.")
    if not 0 <= e.l1_ratio <= 1:
        raise ValueError(f"l1_ratio is {e.l1_ratio}. Allowed: 0 to 1.")


# ---- solving ------------------------------------------------------------------------------------


class _Wanted(NamedTuple):
    """One estimator's wish: everything but the rows."""

    estimator: LogisticClassifier
    C: float
    classes: NDArray[Any]

    @property
    def ratio(self) -> float:
        penalty = self.estimator.penalty
        return {"l2": 0.0, "none": 0.0, "l1": 1.0}.get(penalty, self.estimator.l1_ratio)

    @property
    def strength(self) -> float:
        return float("inf") if self.estimator.penalty == "none" else self.C

    def kin(self) -> str:
        """Name those that can share a path: equal in everything but C."""
        e = self.estimator
        weights = sorted(e.class_weight.items()) if isinstance(e.class_weight, dict) else e.class_weight
        return repr((self.ratio, e.multi_class, weights, e.max_iter, e.tol))


def _solve(wanted: Sequence[_Wanted], X: Array, codes: Codes, threads: int) -> list[list[Solution]]:
    """Solve every wish: one solution, or one per class."""
    groups: dict[str, list[int]] = {}
    for i, w in enumerate(wanted):
        groups.setdefault(w.kin(), []).append(i)
    designs = {flag: design(X, turned=flag) for flag in {_may_turn(w.ratio, X) for w in wanted}}

    def one(members: list[int]) -> dict[int, list[Solution]]:
        first = wanted[members[0]]
        rows = designs[_may_turn(first.ratio, X)]
        found = _problems(first, rows, codes, [wanted[i].strength for i in members])
        return dict(zip(members, found, strict=True))

    answers: dict[int, list[Solution]] = {}
    for part in _in_order(one, list(groups.values()), threads):
        answers.update(part)
    return [answers[i] for i in range(len(wanted))]


def _may_turn(ratio: float, X: Array) -> bool:
    return ratio == 0 and X.shape[1] > X.shape[0]


def _problems(first: _Wanted, rows: Design, codes: Codes, Cs: list[float]) -> list[list[Solution]]:
    e, k = first.estimator, len(first.classes)

    def path(labels: Codes, count: int) -> list[Solution]:
        weights = _weights(first, labels, count, codes)
        return penalty_path(rows, labels, count, weights, Cs, first.ratio, tolerance=e.tol, iterations=e.max_iter)

    if k == 2 or e.multi_class == "multinomial":
        return [[s] for s in path(codes, k)]
    each = [path((codes == c).astype(np.int64), 2) for c in range(k)]
    return [list(one) for one in zip(*each, strict=True)]


def _weights(first: _Wanted, labels: Codes, k: int, codes: Codes) -> Array:
    """Weights of the rows; balanced anew in each problem of one class against the rest."""
    asked = first.estimator.class_weight
    if asked is None:
        return np.ones(len(labels))
    if asked == "balanced":
        return np.asarray(len(labels) / (k * np.bincount(labels, minlength=k)))[labels]
    assert isinstance(asked, dict)
    return np.array([float(asked.get(c, 1.0)) for c in first.classes])[codes]


def _answers(
    wanted: Sequence[_Wanted], X: Array, codes: Codes, train: NDArray[Any], test: NDArray[Any], k: int
) -> Array:
    """Probabilities (wishes, n_test, k) from the training rows; a class they lack has none."""
    met, new = np.unique(codes[train], return_inverse=True)
    known = [w._replace(classes=w.classes[met]) for w in wanted]
    found = np.zeros((len(wanted), len(test), k))
    if len(met) == 1:  # the one row of the other class is held out
        found[:, :, met] = 1.0
        return found
    for i, solutions in enumerate(_solve(known, X[train], new.astype(np.int64), 1)):
        coef = np.concatenate([s.coef for s in solutions])
        eta = _log_odds(X[test], coef, np.concatenate([s.intercept for s in solutions]))
        found[i][:, met] = chances(eta, wanted[i].estimator.multi_class)
    return found


# ---- choosing C ---------------------------------------------------------------------------------


def candidates_of(e: LogisticClassifier) -> list[float]:
    """Return the values of C to try, rising."""
    if e.candidates is None:
        return [float(c) for c in np.logspace(np.log10(SMALLEST_C), np.log10(LARGEST_C), CANDIDATES)]
    return sorted({float(c) for c in e.candidates})


def _choose(e: LogisticClassifier, X: Array, codes: Codes, classes: NDArray[Any], threads: int) -> tuple[float, Array]:
    """Return C, and for a chosen one the table of candidates."""
    if e.C != CROSS_VALIDATED or e.penalty == "none":
        return (1.0 if e.C == CROSS_VALIDATED else float(e.C)), np.empty((0, 3))
    tried = candidates_of(e)
    if e.cv > len(codes):
        raise problem(
            "TK211",
            f"{count(len(codes), 'row')} to learn from cannot be divided into {e.cv} folds, to choose C.",
            allowed=f"At most {len(codes)} folds.",
            setting="folds",
        )
    wanted = [_Wanted(e, C, classes) for C in tried]
    folds = dealt_folds(codes, e.cv, e.random_state)

    def one(fold: Fold) -> Array:
        told = _answers(wanted, X, codes, *fold, len(classes))
        return _score(told, codes[fold[1]], e.scoring)

    each = np.array(list(_in_order(one, folds, threads)))
    mean = each.mean(axis=0)
    error = each.std(axis=0, ddof=1) / np.sqrt(len(each))
    cost = mean if e.scoring == "log_loss" else -mean
    # The first of equals has the strongest penalty: the simplest model.
    best = int(cost.argmin())
    if e.rule == "one_standard_error":
        best = int(np.flatnonzero(cost <= cost[best] + error[best])[0])
    return tried[best], np.column_stack([tried, mean, error])


def dealt_folds(codes: Codes, folds: int, seed: int) -> list[Fold]:
    """Shuffle the rows and deal them out class by class: shares are kept to a row, and rare classes do no harm."""
    order = np.random.default_rng(seed).permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    place = np.empty(len(codes), np.int64)
    place[order] = np.arange(len(codes)) % folds
    return [(np.flatnonzero(place != f), np.flatnonzero(place == f)) for f in range(folds)]


def _score(told: Array, codes: Codes, scoring: str) -> Array:
    """Score of each wish (wishes,) on the held-out rows."""
    if scoring == "accuracy":
        return np.asarray((told.argmax(axis=2) == codes).mean(axis=1))
    own = told[:, np.arange(len(codes)), codes]
    return np.asarray(-np.log(np.maximum(own, _TINY)).mean(axis=1))


def _in_order(job: Any, items: Sequence[Any], threads: int) -> Iterator[Any]:
    """Do jobs, side by side where there are threads, and yield their results in order."""
    if threads <= 1 or len(items) <= 1:
        yield from map(job, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(job, items)
