"""learn.svm: scikit-learn's machines in our words."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.svm import SVC, SVR

import tenkai as tk


@pytest.fixture(scope="module")
def flowers() -> tk.Table:
    data = load_iris()
    names = ["setosa", "versicolor", "virginica"]
    columns = {f"x{j}": data.data[:, j] for j in range(4)}
    return tk.Table.from_({**columns, "kind": [names[c] for c in data.target]})


@pytest.mark.parametrize("kernel", ["rbf", "linear", "polynomial"])
def test_classes_as_in_scikit_learn(flowers, kernel):
    found = tk.learn.svm(flowers, target="kind", kernel=kernel, C=3.0, degree=2)
    X, y = flowers.matrix(flowers.choose("numbers")), flowers["kind"].to_numpy()
    peer = SVC(kernel={"polynomial": "poly"}.get(kernel, kernel), C=3.0, degree=2).fit(X, y)
    told = tk.learn.predict(flowers, found.model)
    assert told["predicted"].to_list() == peer.predict(X).tolist()
    assert not [c for c in told.columns if c.startswith("P(")]
    assert found.figures["support_vectors"] == len(peer.support_)


def test_numbers_as_in_scikit_learn(flowers):
    found = tk.learn.svm(flowers, target="x3", columns=["x0", "x1", "x2"], C=10.0, gamma=0.4, epsilon=0.05)
    X, y = flowers.matrix(["x0", "x1", "x2"]), flowers["x3"].to_numpy()
    peer = SVR(C=10.0, gamma=0.4, epsilon=0.05).fit(X, y)
    assert_allclose(tk.learn.predict(flowers, found.model)["predicted"], peer.predict(X))


def test_the_widest_margin_by_hand():
    """Two points: the border lies half way, the support vectors are both."""
    table = tk.Table.from_({"x": [0.0, 2.0], "kind": ["a", "b"]})
    found = tk.learn.svm(table, target="kind", kernel="linear", C=1e6)
    new = tk.Table.from_({"x": [0.99, 1.01]})
    assert tk.learn.predict(new, found.model)["predicted"].to_list() == ["a", "b"]
    assert found.figures["support_vectors"] == 2


def test_probabilities_are_calibrated(flowers):
    found = tk.learn.svm(flowers, target="kind", probabilities=True, seed=2)
    chance = tk.learn.predict(flowers, found.model).matrix(["P(setosa)", "P(versicolor)", "P(virginica)"])
    assert_allclose(chance.sum(axis=1), 1.0)
    # On average they say how many rows there are of each class.
    assert_allclose(chance.mean(axis=0), 1 / 3, atol=0.02)
    out = tk.learn.cross_validate(flowers, found.model, folds=3)
    assert (out["predicted"] == out["kind"]).mean() > 0.9


def test_notes_and_refusals(flowers, refused):
    unfinished = tk.learn.svm(flowers, target="kind", C=1e6, iterations=3)
    assert [n.code for n in unfinished.model.notes] == ["TKW640"]
    few = flowers.take([*range(20), 60, 61, 62])
    text = refused("TK211", tk.learn.svm, few, target="kind", probabilities=True)
    assert "class 'versicolor' of 'kind' has 3 rows" in text
    refused("TK611", tk.learn.svm, flowers, target="kind", task="regression")
    assert "Did you mean 'linear'?" in refused("TK111", tk.learn.svm, flowers, target="kind", kernel="Linear")
    holes = tk.Table.from_({"x": [1.0, None, 3.0], "kind": ["a", "b", "a"]})
    refused("TK208", tk.learn.svm, holes, target="kind")
