"""learn.boosting: scikit-learn's histogram boosting, with its curve of learning."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

import tenkai as tk
from tenkai.step import Run

FEW = {"trees": 12, "min_leaf": 4}


@pytest.fixture(scope="module")
def waves() -> tk.Table:
    table = tk.collect.generate.sine(rows=150, noise=0.2)
    kind = np.where(table["y"] > 0.4, "high", np.where(table["y"] < -0.4, "low", "middle"))
    return tk.Table.from_({"x": table["x"], "y": table["y"], "kind": kind})


def test_numbers_as_in_scikit_learn(waves):
    found = tk.learn.boosting(waves, target="y", l2=0.5, depth=3, **FEW)
    peer = HistGradientBoostingRegressor(
        max_iter=12, min_samples_leaf=4, l2_regularization=0.5, max_depth=3, early_stopping=False, random_state=0
    )
    X, y = waves.matrix(["x"]), waves["y"].to_numpy()
    peer.fit(X, y)
    assert_allclose(tk.learn.predict(waves, found.model)["predicted"], peer.predict(X), rtol=1e-6, atol=1e-9)
    expected = [((y - said) ** 2).mean() for said in peer.staged_predict(X)]
    assert_allclose(found.loss["loss"], expected, rtol=1e-5)
    assert found.figures["rmse"] == pytest.approx(np.sqrt(expected[-1]), rel=1e-5)
    assert (np.diff(found.loss["loss"]) < 0).all()


def test_classes_as_in_scikit_learn(waves):
    found = tk.learn.boosting(waves, target="kind", columns=["x"], class_weight={"low": 3.0}, **FEW)
    names, codes = np.unique(waves["kind"].to_numpy(), return_inverse=True)
    peer = HistGradientBoostingClassifier(
        max_iter=12, min_samples_leaf=4, class_weight={0: 1.0, 1: 3.0, 2: 1.0}, early_stopping=False, random_state=0
    ).fit(waves.matrix(["x"]), codes)
    told = tk.learn.predict(waves, found.model)
    assert_allclose(told.matrix([f"P({c})" for c in names]), peer.predict_proba(waves.matrix(["x"])), atol=1e-6)
    assert found.loss["loss"][-1] == pytest.approx(found.figures["log_loss"])


@pytest.mark.parametrize("target", ["y", "kind"])
def test_early_stopping_shows_the_rows_held_out(waves, target):
    settings = {"columns": ["x"], "early_stopping": True, "held_out": 0.3, "patience": 3, "min_leaf": 2}
    found = tk.learn.boosting(waves, target=target, trees=400, **settings)
    rounds = int(found.figures["trees"])
    assert rounds < 400
    assert found.loss.height == rounds
    held = found.loss["held_out"].to_numpy()
    assert np.isfinite(held).all()
    # The last rounds brought no gain for the rows held out; in the unit of the loss beside it.
    assert held.argmin() < rounds - 1
    assert held.min() / found.loss["loss"].min() < 30
    assert tk.learn.boosting(waves, target="y", **FEW).loss["held_out"].null_count() == 12


def test_threads_change_no_bit(waves, assert_same):
    settings = tk.learn.boosting.convert({"target": "y", **FEW})
    assert_same(*(tk.learn.boosting.run({"table": waves}, settings, Run(t)) for t in (1, 2)))


def test_notes_and_refusals(waves, refused):
    few = waves.take(np.arange(12))
    dull = tk.learn.boosting(few, target="y")
    assert [n.code for n in dull.model.notes] == ["TKW650"]
    assert "lower min_leaf" in dull.model.notes[0].text
    text = refused("TK211", tk.learn.boosting, few, target="y", early_stopping=True, held_out=0.05)
    assert "1 of 12 rows would be held out" in text
    lone = tk.Table.from_({"x": np.arange(9.0), "kind": ["a"] * 8 + ["b"]})
    refused("TK211", tk.learn.boosting, lone, target="kind", early_stopping=True, held_out=0.4)
    early = tk.learn.boosting(few, target="y", early_stopping=True, held_out=0.15).model
    text = refused("TK211", tk.learn.cross_validate, few, early, folds=2)
    assert "1 of 6 rows would be held out" in text
    refused("TK650", tk.learn.boosting, waves, target="kind", class_weight={"top": 1.0})
    refused("TK111", tk.learn.boosting, waves, target="kind", learning_rate=0)
