"""Forest estimators: averages of trees on resampled rows, whose sweeps share one growth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.forest import NO_LIMIT, Cut, Goal, Grown, Material, Rule, Trees, grow, predict_cuts

Array = NDArray[np.float64]
Fold = tuple[NDArray[Any], NDArray[Any]]

_ARRAYS = ("starts_", "feature_", "threshold_", "right_", "values_")


class _Forest(BaseEstimator):  # type: ignore[misc]
    """What forests of both tasks have in common.

    Parameters
    ----------
    trees : number of trees
    depth : most splits from root to leaf; None grows until leaves are pure
    min_leaf : fewest rows in a leaf
    min_split : fewest rows in a node that is split
    features : columns tried per split: auto, all, third, sqrt, a share below 1, or a number of columns from 1
        on; `auto` is all for values and sqrt for classes
    bootstrap : each tree learns from rows drawn with repeats, else from all rows
    count : "rows" counts a row once for `min_leaf` and `min_split`, "records" as often as it was drawn
    seed : random numbers belong to (seed, tree, path to the node): the first trees of a forest are the forest of
        so many trees, and cutting it at a depth gives the forest of that depth

    Attributes
    ----------
    feature_importances_ : (p,), mean over trees of the share of each column in what the splits gain; sums to 1
    importances_sd_ : (p,), standard deviation of that share over trees
    starts_, feature_, threshold_, right_, values_ : the trees, see `tenkai.kernels.forest.Trees`
    """

    _auto: ClassVar[str] = "all"

    def __init__(
        self,
        trees: int = 100,
        depth: int | None = None,
        min_leaf: int = 1,
        min_split: int = 2,
        features: str | float = "auto",
        bootstrap: bool = True,
        count: str = "rows",
        seed: int = 0,
    ) -> None:
        self.trees = trees
        self.depth = depth
        self.min_leaf = min_leaf
        self.min_split = min_split
        self.features = features
        self.bootstrap = bootstrap
        self.count = count
        self.seed = seed

    # ---- settings -----------------------------------------------------------------------------

    def _rule(self, columns: int) -> Rule:
        """Say what decides its splits."""
        if self.count not in ("rows", "records"):
            raise ValueError(f"count is {self.count!r}. Allowed: rows, records.")
        if not 0 <= self.seed < 1 << 63:
            raise ValueError(f"seed is {self.seed!r}. Allowed: 0 to 2^63 - 1.")
        _check("min_leaf", self.min_leaf, 1)
        tried = columns_tried(self._auto if self.features == "auto" else self.features, columns)
        return Rule(int(self.min_leaf), tried, bool(self.bootstrap), self.count == "records", int(self.seed))

    def _cut(self) -> Cut:
        """Say which part of a growth it is."""
        _check("trees", self.trees, 1)
        _check("min_split", self.min_split, 2)
        if self.depth is not None:
            _check("depth", self.depth, 1)
        return Cut(int(self.trees), NO_LIMIT if self.depth is None else int(self.depth), int(self.min_split))

    # ---- fitting ------------------------------------------------------------------------------

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Grow the trees on rows X (n, p) and their targets y (n,)."""
        return type(self).fit_together([self], X, y)[0]

    @classmethod
    def fit_together(cls, estimators: Sequence[Self], X: ArrayLike, y: ArrayLike, *, threads: int = 1) -> list[Self]:
        """Fit forests on the same rows; those that differ in trees, depth and min_split share one growth."""
        first = estimators[0]
        checked, targets = first._validated(X, y)
        goal = first._goal(targets)
        for estimator in estimators[1:]:
            estimator._like(first)
        material = Material.of(checked, threads=threads)
        groups = _grouped(estimators, checked.shape[1])
        grown = grow(
            material, np.arange(len(checked)), goal, [(r, _largest(cuts)) for r, cuts in groups], threads=threads
        )
        for (_, cuts), forest in zip(groups, grown, strict=True):
            for place, cut in cuts.items():
                estimators[place]._take(forest, cut, alone=len(cuts) == 1)
        return list(estimators)

    @classmethod
    def predict_folds(
        cls, estimators: Sequence[Self], X: ArrayLike, y: ArrayLike, folds: Sequence[Fold], *, threads: int = 1
    ) -> Iterator[Array]:
        """Fit on the first part of each fold and predict the second.

        Yields
        ------
        (estimators, n_test), or probabilities (estimators, n_test, K) in the order of ``np.unique(y)``.
        """
        matrix, targets = estimators[0]._validated(X, y)
        # The columns are ranked once, with all rows: inside a fold only the order counts.
        material = Material.of(matrix, threads=threads)
        groups = _grouped(estimators, matrix.shape[1])
        wanted = [(rule, _largest(cuts)) for rule, cuts in groups]
        for train, test in folds:
            goal = estimators[0]._goal(targets, np.asarray(train))
            forests = grow(material, np.asarray(train, np.int64), goal, wanted, threads=threads)
            cuts = [list(cuts.values()) for _, cuts in groups]
            parts = predict_cuts(material, np.asarray(test, np.int64), forests, cuts, threads=threads)
            found = np.empty((len(estimators), *parts[0].shape[1:]))
            for (_, places), part in zip(groups, parts, strict=True):
                found[list(places)] = part
            yield cls._answer(found)

    def _take(self, forest: Grown, cut: Cut, *, alone: bool) -> None:
        """Become a part of a growth; one of several keeps it, and cuts its trees off when they are asked for."""
        trees, shares = forest.cut(cut, self.n_features_in_)
        split = shares.sum(axis=1) > 0
        told = shares[split] if split.any() else shares
        mean = told.mean(axis=0)
        self.feature_importances_: Array = mean / mean.sum() if split.any() else mean
        self.importances_sd_: Array = told.std(axis=0)
        self.leaves_ = int((trees.feature < 0).sum())
        self.__dict__.pop("_source", None)
        if alone:
            self.__dict__.update(zip(_ARRAYS, trees, strict=True))
        else:
            for name in _ARRAYS:
                self.__dict__.pop(name, None)
            self._source = (forest, cut)

    def _own(self) -> Trees:
        """Return its trees."""
        check_is_fitted(self)
        source = self.__dict__.get("_source")
        if source is not None:
            forest, cut = source
            return Trees(*forest.cut(cut, self.n_features_in_)[0])
        return Trees(*(self.__dict__[name] for name in _ARRAYS))

    def __getattr__(self, name: str) -> Any:
        if name in _ARRAYS and "_source" in self.__dict__:
            return getattr(self._own(), name[:-1])
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __getstate__(self) -> dict[str, Any]:
        """Give what is stored: the same for a forest alone and for one of many that share a growth."""
        state = {k: v for k, v in self.__dict__.items() if k != "_source" and k not in _ARRAYS}
        if "_source" in self.__dict__ or _ARRAYS[0] in self.__dict__:
            state |= dict(zip(_ARRAYS, self._own(), strict=True))
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what was stored."""
        self.__dict__.update(state)

    # ---- answers ------------------------------------------------------------------------------

    def _mean(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        checked: Array = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return self._own().predict(checked)

    def out_of_bag(self, X: ArrayLike, *, threads: int = 1) -> Array:
        """Predict the rows it was fitted on, each by the trees that did not see it.

        Returns
        -------
        (n,) values or (n, K) probabilities, NaN for rows that every tree has seen. X must be the training rows
        in their order.
        """
        check_is_fitted(self)
        if not self.bootstrap:
            raise ValueError("bootstrap is off: every tree has seen every row.")
        checked: Array = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        if len(checked) != self.rows_:
            raise ValueError(f"{len(checked)} rows were given, the forest was fitted on {self.rows_}.")
        return self._answer(self._own().predict_unseen(checked, int(self.seed), threads=threads))

    # ---- what the tasks do differently ----------------------------------------------------------

    def _validated(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, NDArray[Any]]:
        raise NotImplementedError

    def _goal(self, targets: NDArray[Any], train: NDArray[Any] | slice = slice(None)) -> Goal:
        raise NotImplementedError

    @staticmethod
    def _answer(mean: Array) -> Array:
        raise NotImplementedError

    def _like(self, other: Self) -> None:
        """Take from another what the data say."""
        for name in ("n_features_in_", "feature_names_in_", "classes_", "rows_"):
            self.__dict__.pop(name, None)
            if name in other.__dict__:
                setattr(self, name, other.__dict__[name])


class ForestRegressor(RegressorMixin, _Forest):  # type: ignore[misc]
    """Random forest for numbers: splits lower the variance, the mean of the leaves is predicted."""

    _auto: ClassVar[str] = "all"

    def predict(self, X: ArrayLike) -> Array:
        """Return the mean over the trees, (n,)."""
        return self._answer(self._mean(X))

    def out_of_bag_score(self, X: ArrayLike, y: ArrayLike) -> float:
        """Return R² of the out-of-bag predictions, over the rows that have one."""
        told, true = self.out_of_bag(X), np.asarray(y, np.float64)
        known = np.isfinite(told)
        spread = ((true[known] - true[known].mean()) ** 2).sum()
        return float(1.0 - ((true[known] - told[known]) ** 2).sum() / spread)

    def _validated(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, NDArray[Any]]:
        checked, targets = validate_data(self, X, y, dtype=np.float64, order="C", y_numeric=True)
        self.rows_ = len(checked)
        return checked, np.asarray(targets, np.float64)

    def _goal(self, targets: NDArray[Any], train: NDArray[Any] | slice = slice(None)) -> Goal:
        return Goal.values(targets[train])

    @staticmethod
    def _answer(mean: Array) -> Array:
        return np.ascontiguousarray(mean[..., 0])


class ForestClassifier(ClassifierMixin, _Forest):  # type: ignore[misc]
    """Random forest for classes: splits lower the Gini impurity, shares in the leaves are averaged."""

    _auto: ClassVar[str] = "sqrt"

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the mean over the trees of the shares of the classes, (n, K)."""
        return self._mean(X)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable class, the first of equals, (n,)."""
        probabilities = self.predict_proba(X)
        found: NDArray[Any] = self.classes_[probabilities.argmax(axis=1)]
        return found

    def out_of_bag_score(self, X: ArrayLike, y: ArrayLike) -> float:
        """Return the accuracy of the out-of-bag predictions, over the rows that have one."""
        told = self.out_of_bag(X)
        known = np.isfinite(told[:, 0])
        return float(np.mean(self.classes_[told[known].argmax(axis=1)] == np.asarray(y)[known]))

    def _validated(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, NDArray[Any]]:
        checked, labels = validate_data(self, X, y, dtype=np.float64, order="C")
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self.rows_ = len(checked)
        return checked, codes.astype(np.int64)

    def _goal(self, targets: NDArray[Any], train: NDArray[Any] | slice = slice(None)) -> Goal:
        return Goal(targets[train], len(self.classes_))

    @staticmethod
    def _answer(mean: Array) -> Array:
        return mean


def columns_tried(features: str | float, columns: int) -> int:
    """Return how many columns a split may choose from."""
    if features == "all":
        return columns
    if features == "sqrt":
        return max(1, math.isqrt(columns))
    if features == "third":
        return max(1, columns // 3)
    if isinstance(features, str) or not features > 0 or (features > 1 and features != int(features)):
        raise ValueError(
            f"features is {features!r}. Allowed: auto, all, third, sqrt, a share above 0 and below 1, "
            "or a whole number of columns."
        )
    return max(1, int(features * columns)) if features < 1 else min(int(features), columns)


def _grouped(estimators: Sequence[_Forest], columns: int) -> list[tuple[Rule, dict[int, Cut]]]:
    """Put forests together that one growth can serve, by their place in the list."""
    groups: dict[Rule, dict[int, Cut]] = {}
    for place, estimator in enumerate(estimators):
        groups.setdefault(estimator._rule(columns), {})[place] = estimator._cut()
    return list(groups.items())


def _largest(cuts: dict[int, Cut]) -> Cut:
    """Return the growth that holds all cuts."""
    wanted = cuts.values()
    return Cut(max(c.trees for c in wanted), max(c.depth for c in wanted), min(c.min_split for c in wanted))


def _check(name: str, value: int, least: int) -> None:
    if value < least or int(value) != value:
        raise ValueError(f"{name} is {value!r}. Allowed: a whole number, {least} or more.")
