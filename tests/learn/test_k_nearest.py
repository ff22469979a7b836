"""learn.k_nearest against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.learn._families import predict_folds
from tenkai.learn._k_nearest import NearestClassifier, NearestRegressor


@parametrize_with_checks([NearestClassifier(), NearestRegressor(weights="distance")])
def test_scikit_learn_accepts_our_estimators(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows without equal distances, their class, and a number."""
    data = load_iris()
    X = data.data + np.random.default_rng(0).normal(size=data.data.shape) / 50
    return X, data.target, X[:, 0] * X[:, 1]


@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("metric", ["euclidean", "cityblock", "cosine"])
@pytest.mark.parametrize("k", [1, 7, 40])
def test_scikit_learn_agrees(rows, k, weights, metric):
    X, codes, y = rows
    train, test = np.arange(0, 150, 2), np.arange(1, 150, 2)
    settings = {"n_neighbors": k, "weights": weights, "metric": metric}
    ours = NearestClassifier(**settings).fit(X[train], codes[train])
    peer = KNeighborsClassifier(**settings).fit(X[train], codes[train])
    assert_allclose(ours.predict_proba(X[test]), peer.predict_proba(X[test]), atol=1e-7)
    number = NearestRegressor(**settings).fit(X[train], y[train]).predict(X[test])
    assert_allclose(number, KNeighborsRegressor(**settings).fit(X[train], y[train]).predict(X[test]), rtol=1e-7)


def test_an_equal_row_decides_alone_and_ties_go_by_position():
    X, y = np.array([[0.0], [1.0], [1.0], [3.0], [5.0]]), np.array([0.0, 10.0, 20.0, 30.0, 50.0])
    assert NearestRegressor(3, "distance").fit(X, y).predict([[1.0]]) == pytest.approx([15.0])
    # Rows 3 and 5 are equally near to 4: the first counts.
    assert NearestRegressor(1).fit(X, y).predict([[4.0]]) == [30.0]
    # 1/0.5 and 1/1.5 count 3 to 1.
    assert NearestRegressor(2, "distance").fit(X[[0, 3]], y[[0, 3]]).predict([[0.75]]) == pytest.approx([7.5])


@pytest.mark.parametrize("threads", [1, 2])
def test_folds_together_are_separate_fits(rows, threads):
    X, codes, y = rows
    folds = [(np.flatnonzero(np.arange(150) % 3 != f), np.flatnonzero(np.arange(150) % 3 == f)) for f in range(3)]
    for kind, target in ((NearestClassifier, codes), (NearestRegressor, y)):
        members = [kind(3), kind(60, "distance"), kind(9, metric="cityblock")]
        for (train, test), told in zip(folds, predict_folds(members, X, target, folds, threads=threads), strict=True):
            for e, answer in zip(members, told, strict=True):
                fitted = kind(**e.get_params()).fit(X[train], target[train])
                alone = fitted.predict_proba(X[test]) if kind is NearestClassifier else fitted.predict(X[test])
                assert_array_equal(alone, answer)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_rows_left_out_are_scored_without_themselves(rows, task):
    X, codes, y = rows
    table = tk.Table.from_({**{f"x{j}": X[:, j] for j in range(4)}, "y": y, "kind": [f"k{c}" for c in codes]})
    target = "kind" if task == "classification" else "y"
    names = [f"x{j}" for j in range(4)]
    found = tk.learn.k_nearest(table, target=target, columns=names, neighbors=4)
    told = tk.learn.cross_validate(table, found.model, folds="leave_one_out")
    if task == "classification":
        assert found.figures["accuracy_left_out"] == (told["predicted"] == table["kind"]).mean()
    else:
        assert found.figures["rmse_left_out"] == pytest.approx(np.sqrt(((told["predicted"] - table["y"]) ** 2).mean()))
    assert found.figures.lens.fitted == 0


def test_all_rows_may_be_asked():
    table = tk.Table.from_({"x": [0.0, 1.0, 5.0], "y": [1.0, 2.0, 6.0]})
    found = tk.learn.k_nearest(table, target="y", neighbors=3)
    assert tk.learn.predict(tk.Table.from_({"x": [9.0]}), found.model)["predicted"].to_list() == [3.0]


def test_refusals(refused):
    table = tk.Table.from_({"x": [0.0, 1.0, 5.0], "z": [0.0, 2.0, 1.0], "y": [1.0, 2.0, 6.0], "word": ["a", "b", "c"]})
    text = refused("TK651", tk.learn.k_nearest, table, target="y", neighbors=4)
    assert text.startswith("TK651 learn.k_nearest neighbors: 4 neighbors were asked for, and there are 3 rows")
    model = tk.learn.k_nearest(table, target="y", neighbors=3).model
    assert "held out do not count" in refused("TK651", tk.learn.cross_validate, table, model, folds=3)
    text = refused("TK603", tk.learn.k_nearest, table, target="y", columns=["x", "z"], metric="cosine", neighbors=1)
    assert "row 'Row0' holds only zeros" in text
    model = tk.learn.k_nearest(table.take([1, 2]), target="y", columns=["x", "z"], metric="cosine", neighbors=1).model
    refused("TK603", tk.learn.predict, table, model)
    refused("TK202", tk.learn.k_nearest, table, target="y", columns=["word"])
    refused("TK611", tk.learn.k_nearest, table, target="word", task="regression")
