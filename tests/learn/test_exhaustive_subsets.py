"""learn.exhaustive_subsets against scikit-learn on every subset."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.learn._subsets import SubsetRegressor
from tenkai.step import Run, get_step

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 6)) @ RNG.normal(size=(6, 6)) + 100 * RNG.random(6)
Y = X[:, 1] - 2 * X[:, 4] + RNG.normal(size=30)
NAMES = ["p", "q", "r", "s", "t", "u"]


def table() -> tk.Table:
    return tk.Table.from_({n: X[:, j] for j, n in enumerate(NAMES)} | {"y": Y})


def by_scikit_learn(folds: Any) -> dict[tuple[int, ...], float]:
    errors = {}
    for size in range(7):
        for some in combinations(range(6), size):
            if size:
                said = cross_val_predict(LinearRegression(), X[:, list(some)], Y, cv=folds)
            else:
                said = np.empty(30)
                for train, test in folds.split(X):
                    said[test] = Y[train].mean()
            errors[some] = float(np.sqrt(np.mean((said - Y) ** 2)))
    return errors


@parametrize_with_checks([SubsetRegressor(folds=3)])
def test_scikit_learn_accepts_the_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.row("L12")
def test_all_subsets_score_as_scikit_learn_scores_them() -> None:
    errors = by_scikit_learn(KFold(5, shuffle=True, random_state=2))
    found = tk.learn.exhaustive_subsets(table(), target="y", folds=5, seed=2, listed=64)
    frame = found.subsets.frame
    assert frame.height == 64 == found.figures["subsets"]
    for row in frame.iter_rows(named=True):
        some = tuple(NAMES.index(n) for n in row["subset"].split(", ")) if row["columns"] else ()
        assert row["cv_rmse"] == pytest.approx(errors[some], rel=1e-9)
        if some:
            peer = LinearRegression().fit(X[:, list(some)], Y)
            own = [row[f"coefficient of {NAMES[j]}"] for j in some]
            np.testing.assert_allclose(own, peer.coef_, rtol=1e-8)
            assert row["intercept"] == pytest.approx(peer.intercept_, rel=1e-8)
    assert frame["cv_rmse"].is_sorted()
    assert frame["subset"][0] == ", ".join(NAMES[j] for j in min(errors, key=lambda s: errors[s]))
    assert found.figures["cv_rmse"] == pytest.approx(min(errors.values()), rel=1e-9)


@pytest.mark.row("L12")
def test_effects_and_density_count_every_subset() -> None:
    found = tk.learn.exhaustive_subsets(table(), target="y", folds=5, seed=2)
    errors = by_scikit_learn(KFold(5, shuffle=True, random_state=2))
    for row in found.effects.frame.iter_rows(named=True):
        j = NAMES.index(row["column"])
        with_ = [e for s, e in errors.items() if j in s]
        assert row["best_with"] == pytest.approx(min(with_), rel=1e-9)
        assert row["median_with"] == pytest.approx(np.median(with_), rel=1e-9)
        assert row["best_without"] == pytest.approx(min(e for s, e in errors.items() if j not in s), rel=1e-9)
    density = found.density.frame
    counts = density.group_by("part", "item", "side").agg(pl.col("subsets").sum())
    beyond = sum(e > density["high"].max() for e in errors.values())
    assert counts.filter(pl.col("part") == "all")["subsets"][0] == 64 - beyond
    by_size = counts.filter(pl.col("part") == "number of columns")["subsets"].sum()
    by_column = counts.filter((pl.col("part") == "column") & (pl.col("item") == "q"))["subsets"].sum()
    assert by_size == by_column == 64 - beyond


def test_most_and_leave_one_out() -> None:
    found = tk.learn.exhaustive_subsets(table(), target="y", folds="leave_one_out", most=2, listed=100)
    assert found.figures["subsets"] == 1 + 6 + 15
    row = found.subsets.frame.filter(pl.col("subset") == "q, t").row(0, named=True)
    # Closed form: residual over 1 - leverage.
    A = np.column_stack([np.ones(30), X[:, [1, 4]]])
    H = A @ np.linalg.pinv(A)
    assert row["cv_rmse"] == pytest.approx(np.sqrt(np.mean(((Y - H @ Y) / (1 - np.diag(H))) ** 2)), rel=1e-9)


def test_dependent_columns_are_left_out_and_told() -> None:
    twice = table()
    twice = twice.with_columns(twice.frame.with_columns(v=pl.col("p") * 2 - 5))
    found = tk.learn.exhaustive_subsets(twice, target="y", folds=5)
    assert [str(n) for n in found.subsets.notes] == [
        "TKW683: 32 subsets of 128 left out: columns depend on each other in a fold."
    ]
    assert found.figures["subsets"] == 96


def test_the_model_is_searched_again_in_folds_and_predicts_raw_rows() -> None:
    found = tk.learn.exhaustive_subsets(table(), target="y", folds=5)
    said = tk.learn.predict(table(), found.model)["predicted"].to_numpy()
    assert np.sqrt(np.mean((said - Y) ** 2)) == pytest.approx(found.figures["rmse"], rel=1e-12)
    outside = tk.learn.cross_validate(table(), found.model, folds=3, seed=1)["predicted"].to_numpy()
    own = np.empty(30)
    for train, test in KFold(3, shuffle=True, random_state=1).split(X):
        own[test] = SubsetRegressor(5).fit(X[train], Y[train]).predict(X[test])
    np.testing.assert_array_equal(outside, own)


@pytest.mark.row("L12")
def test_the_same_for_any_number_of_threads() -> None:
    step = get_step("learn.exhaustive_subsets")
    settings = step.convert({"target": "y"})
    one, two = (step.run({"table": table()}, settings, Run(t)) for t in (1, 2))
    for name in ("subsets", "effects", "density"):
        assert one[name].frame.equals(two[name].frame)


def test_too_many_columns_and_too_few_rows_are_refused(refused: Any) -> None:
    wide = tk.Table.from_({f"x{i}": RNG.random(40) for i in range(25)} | {"y": RNG.random(40)})
    text = refused("TK684", tk.learn.exhaustive_subsets, wide, target="y")
    assert "25 columns have 3.4e+07 subsets. At most 24 columns" in text
    few = table().take(np.arange(9))
    text = refused("TK685", tk.learn.exhaustive_subsets, few, target="y", folds=3)
    assert "without a fold 6 rows are left, too few for least squares on 6 columns and a constant." in text
    assert "Give most: 4 or fewer, or more folds." in text
    tk.learn.exhaustive_subsets(few, target="y", folds=3, most=4)
