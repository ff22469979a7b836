import numpy as np
import polars as pl
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, r2_score

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret._importance import columns_read


@pytest.fixture(scope="module")
def rows():
    """y depends on a strongly, on b weakly, on c not at all; d is a formula of a and b."""
    random = np.random.default_rng(0)
    a, b, c = random.normal(size=(3, 240))
    y = 3 * a + 0.5 * b + random.normal(size=240) / 2
    names = np.where(y > 0, "上", "下")
    return tk.Table.from_({"a": a, "b": b, "c": c, "y": y, "side": names})


@pytest.fixture(scope="module")
def model(rows):
    return tk.learn.least_squares(rows.take(range(120)), target="y").model


def test_the_drop_is_that_of_scikit_learn_within_its_noise(rows, model):
    test = rows.take(range(120, 240))
    found = tk.interpret.importance(model, test, repeats=60).table
    X, y = test.matrix(["a", "b", "c"]), test["y"].to_numpy()
    fitted = LinearRegression().fit(rows.matrix(["a", "b", "c"])[:120], rows["y"].to_numpy()[:120])
    oracle = permutation_importance(fitted, X, y, scoring="r2", n_repeats=60, random_state=1)
    got = dict(zip(found["column"], found["importance"], strict=True))
    for k, name in enumerate("abc"):
        noise = 4 * oracle.importances_std[k] / np.sqrt(60)
        assert got[name] == pytest.approx(oracle.importances_mean[k], abs=2 * noise + 1e-6), name
    assert found["column"].to_list() == ["a", "b", "c"]
    assert found["above_noise"].to_list() == [True, True, False]
    assert found["low"][0] < got["a"] < found["high"][0]
    assert [n.code for n in found.notes] == ["TKW726"]


def test_a_loop_by_hand_gives_the_same_drop(rows, model):
    test = rows.take(range(120, 240))
    found = tk.interpret.importance(model, test, repeats=3, columns=["b"], seed=5).table
    draws = np.random.default_rng([5, 1])
    fitted = LinearRegression().fit(rows.matrix(["a", "b", "c"])[:120], rows["y"].to_numpy()[:120])
    X, y = test.matrix(["a", "b", "c"]), test["y"].to_numpy()
    drops = []
    for _ in range(3):
        other = X.copy()
        other[:, 1] = other[draws.permutation(120), 1]
        drops.append(r2_score(y, fitted.predict(X)) - r2_score(y, fitted.predict(other)))
    assert found["importance"].to_list() == pytest.approx([np.mean(drops)])


def test_raw_columns_are_shuffled_through_the_preparation(rows):
    train, test = rows.take(range(120)), rows.take(range(120, 240))
    scaled = tk.process.standardize(train, columns=["a", "b", "c"]).table
    model = tk.learn.least_squares(scaled, target="y", columns=["a", "b", "c"]).model
    assert columns_read(model, test) == ["a", "b", "c"]
    raw = tk.interpret.importance(model, test, repeats=3).table
    # A model without scaler gives the same predictions, so the same drops.
    plain = tk.learn.least_squares(train, target="y", columns=["a", "b", "c"]).model
    assert raw["importance"].to_list() == pytest.approx(
        tk.interpret.importance(plain, test, repeats=3).table["importance"].to_list()
    )


def test_classes_lose_accuracy(rows, look, pixels):
    train, test = rows.take(range(120)), rows.take(range(120, 240))
    model = tk.learn.logistic(train, target="side", columns=["a", "b", "c"]).model
    found = tk.interpret.importance(model, test, repeats=5)
    assert found.table["column"][0] == "a" and found.table["importance"][0] > 0.2
    answered = tk.learn.predict(test, model)
    seen = look(found.figure)
    assert f"Drop of accuracy (now {accuracy_score(test['side'], answered['predicted']):.3g})" in seen.caption
    assert "None of the 120 rows scored was seen before." in seen.caption
    assert (
        "learn.logistic was fitted on 120 of the 120 rows scored."
        in look(tk.interpret.importance(model, train, repeats=2).figure).caption
    )
    # Predictions that stand in the table already change nothing.
    again = tk.interpret.importance(model, answered, repeats=5)
    assert again.table.frame.equals(found.table.frame)
    balanced = tk.interpret.importance(model, test, repeats=2, score="balanced_accuracy").table
    assert balanced["column"][0] == "a"
    assert pixels(seen.picture(), "#0072b2") > 300


def test_beside_columns_of_noise_in_a_model_fitted_again(rows, model, look):
    train, test = rows.take(range(120)), rows.take(range(120, 240))
    found = tk.interpret.importance(model, test, train, repeats=5)
    assert found.table["noise"].n_unique() == 1 and 0 < found.table["noise"][0] < found.table["importance"][0]
    assert "a column of random numbers, in a model fitted again beside it" in look(found.figure).caption
    assert "noise 1" not in test.columns


def test_errors_rise_and_missing_targets_do_not_count(rows, model, look):
    gaps = rows.take(range(120, 240))
    gaps = gaps.with_columns(gaps.frame.with_columns(y=pl.when(pl.int_range(pl.len()) > 4).then("y")))
    found = tk.interpret.importance(model, gaps, score="rmse", repeats=2, limit=2, title="Rise")
    assert (found.table["importance"][0]) > 1
    assert any(n.text == "5 rows without 'y' do not count." for n in found.table.notes)
    seen = look(found.figure)
    assert "Rise of rmse" in seen.caption and "The 2 most important of 3 columns." in seen.caption
    flow = tk.interpret.importance.flow({}, {})
    assert flow["table"].columns == dict(found.table.kinds)


def test_mistakes_are_told_with_the_remedy(rows, model):
    def text(*values, **settings):
        with pytest.raises(TenkaiError) as caught:
            tk.interpret.importance(*values, **settings)
        return str(caught.value)

    scaler = tk.process.standardize(rows, columns=["a"]).fitted
    assert "TK715" in text(scaler, rows) and "it is no model" in text(scaler, rows)
    assert "TK715 interpret.importance score: the model predicts numbers." in text(model, rows, score="accuracy")
    assert "TK201" in text(model, rows.with_columns(rows.frame.drop("a")))
    assert "TK201 interpret.importance target" in text(model, rows.with_columns(rows.frame.drop("y")))
    assert "the model reads none of these columns" in text(model, rows, columns=["side"])
    assert "TK205" in text(model, rows.take([0]))
    same = rows.with_columns(rows.frame.with_columns(y=pl.lit(1.0)))
    assert "R² is undefined" in text(model, same)
