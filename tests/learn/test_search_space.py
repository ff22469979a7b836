"""learn.search: spaces, tables of settings, and what is refused."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import RidgeClassifier

import tenkai as tk

ALPHAS = [0.01, 1.0, 10.0, 100.0, 1000.0]
search = tk.learn.search


@pytest.fixture(scope="module")
def rows() -> tk.Table:
    """Sixty rows whose columns are of very different size, so that scaling matters."""
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 5)) * 10.0 ** np.arange(-2, 3)
    y = X @ (np.array([1, 2, 0, -1, 0.5]) / 10.0 ** np.arange(-2, 3)) + 1.5 * random.normal(size=60)
    return tk.Table.from_({**{f"x{i}": X[:, i] for i in range(5)}, "y": y, "c": np.where(y > 0, "up", "down")})


def prepared(rows: tk.Table):
    return tk.process.standardize(rows, columns={"match": "x*"}).table


@pytest.fixture(scope="module")
def ridge(rows):
    return tk.learn.ridge(prepared(rows), target="y", columns={"match": "x*"}).model


@pytest.fixture(scope="module")
def logistic(rows):
    return tk.learn.logistic(prepared(rows), target="c", columns={"match": "x*"}).model


@pytest.mark.row("L15", "F9")
def test_a_space_as_a_table(rows):
    model = tk.learn.k_nearest(prepared(rows), target="y", columns={"match": "x*"}).model
    table = tk.Table.from_({"name": ["neighbors"], "start": [2], "stop": [10], "step": [4], "type": ["integer"]})
    found = search(rows, model, table, folds=3)
    assert found.trials["neighbors"].to_list() == [2, 6, 10]
    ridge = tk.learn.ridge(prepared(rows), target="y", columns={"match": "x*"}).model
    log = tk.Table.from_({"name": ["alpha"], "start": [0.1], "stop": [10.0], "step": [3], "type": ["log"]})
    assert search(rows, ridge, log).trials["alpha"].to_list() == [0.1, 1.0, 10.0]
    plain = tk.Table.from_({"name": ["alpha"], "start": [0.5], "stop": [1.0], "step": [0.25]})
    assert search(rows, ridge, plain).trials["alpha"].to_list() == [0.5, 0.75, 1.0]


@pytest.mark.row("F9")
def test_one_row_per_combination(rows):
    model = tk.learn.k_nearest(prepared(rows), target="y", columns={"match": "x*"}, neighbors=4).model
    table = tk.Table.from_({"neighbors": [2, None, 7], "weights": ["distance", "uniform", None]})
    found = search(rows, model, table, folds=3)
    assert found.trials["weights"].to_list() == ["distance", "uniform", None]
    own = search(rows, model, folds=3, space={"neighbors": [4], "weights": ["uniform"]})
    assert found.trials["score"][1] == own.trials["score"][0]  # a missing cell: as the model has it
    for method in ("random", "adaptive"):
        drawn = search(rows, model, table, folds=3, method=method, trials=3)
        assert sorted(drawn.trials["score"]) == sorted(found.trials["score"])
    crossed = search(
        rows, model, tk.Table.from_({"neighbors": [2, 7]}), folds=3, space={"weights": ["uniform", "distance"]}
    )
    assert list(zip(crossed.trials["neighbors"], crossed.trials["weights"], strict=True)) == list(
        product([2, 7], ["uniform", "distance"])
    )


# ---- mistakes -------------------------------------------------------------------------------------


def test_a_best_at_the_edge_is_noted(rows, ridge):
    found = search(rows, ridge, space={"alpha": [1e3, 1e4, 1e5]})
    (note,) = found.best.notes
    assert note.code == "TKW660"
    assert note.text == "The best alpha, 1000, lies at the edge of what was searched (1000 to 100000): widen it."
    assert not search(rows, ridge, space={"alpha": ALPHAS}).best.notes
    # one neighbor is the least there is: no wider space could help
    nearest = tk.learn.k_nearest(prepared(rows), target="y", columns={"match": "x*"}).model
    twice = rows.take(np.repeat(np.arange(60), 2))
    found = search(twice, nearest, space={"neighbors": [1, 20, 40]}, by="rmse")
    assert found.best["neighbors"] == 1 and not found.best.notes


def test_all_mistakes_of_a_space_are_told_at_once(rows, ridge):
    with pytest.raises(tk.TenkaiError) as caught:
        search(rows, ridge, space={"alpha": [1.0, -1.0], "alhpa": [1], "target": ["y"]})
    found = {p.code: str(p) for p in caught.value.problems}
    assert len(caught.value.problems) == 3
    assert "'alpha' cannot be -1.0. Allowed: " in found["TK111"]
    assert any("no setting 'alhpa'" in str(p) and "Did you mean 'alpha'?" in str(p) for p in caught.value.problems)
    assert any("no setting 'target'" in str(p) for p in caught.value.problems)


@pytest.mark.parametrize(
    ("space", "code", "told"),
    [
        (None, "TK660", "there is nothing to search through."),
        ({}, "TK660", "there is nothing to search through."),
        ({"alpha": []}, "TK660", "'alpha' has no values."),
        ({"alpha": 3}, "TK660", "'alpha' is 3. Allowed: a list of values, {range: [low, high, step]}"),
        ({"alpha": {"rnage": [1, 2]}}, "TK660", "'alpha' is {'rnage': [1, 2]}."),
        ({"alpha": {"log": [1, 10]}}, "TK660", "the log of 'alpha' is [1, 10]."),
        ({"alpha": {"log": [0, 10, 3]}}, "TK660", "a log range from 0 to 10 is impossible. Allowed: above 0."),
        ({"alpha": {"range": [5, 1, 1]}}, "TK660", "never ends with steps of 1"),
        ({"alpha": {"range": ["a", 1]}}, "TK660", "the range of 'alpha' is ['a', 1]."),
        ({"alpha": [1, 1.0]}, "TK660", "'alpha' has the value 1.0 twice."),
        ({"alpha": ["large"]}, "TK111", "'alpha' cannot be 'large'."),
        ({"alpha": {"range": [1, 99_000]}, "rule": ["best", "one_standard_error"]}, "TK661", "198000 settings"),
    ],
)
def test_spaces_that_are_refused(rows, ridge, refused, space, code, told):
    assert told in refused(code, search, rows, ridge, space=space)


def test_other_mistakes(rows, ridge, logistic, refused):
    good = {"space": {"alpha": ALPHAS}}
    assert "61 folds need 61 rows; there are 60." in refused("TK211", search, rows, ridge, folds=61, **good)
    assert "61 folds need 61 rows" in refused("TK211", search, rows, ridge, nested=61, **good)
    text = refused("TK662", search, rows, ridge, by="accuracy", **good)
    assert "the model predicts numbers; accuracy is no score of them." in text
    assert "'r2', 'rmse'" in text
    refused("TK662", search, rows, logistic, by="rmse", space={"C": [1.0]})
    text = refused("TK662", search, rows, ridge, folds="leave_one_out", **good)
    assert "r2 is undefined in fold 1, which holds 1 of the rows." in text
    refused("TK111", search, rows, ridge, by="r3", **good)
    refused("TK111", search, rows, ridge, rule="one_standard_error", **good)
    refused("TK111", search, rows, ridge, simplest={"alpha": "largest"}, **good)
    text = refused("TK111", search, rows, ridge, rule="one_standard_error", simplest={"alpa": "largest"}, **good)
    assert "'alpa' is not searched." in text and "Did you mean 'alpha'?" in text
    refused("TK111", search, rows, ridge, stratify="c", groups="c", **good)
    scaler = tk.process.standardize(rows).fitted
    assert "predicts nothing" in refused("TK613", search, rows, scaler, **good)
    refused("TK201", search, rows.with_columns(rows.frame.drop("y")), ridge, **good)
    said = tk.learn.predict(rows, ridge)
    refused("TK614", search, said, ridge, **good)


def test_tables_of_settings_that_are_refused(rows, ridge, refused):
    def text(code, columns, **settings):
        return refused(code, search, rows, ridge, tk.Table.from_(columns), **settings)

    start = {"name": ["alpha"], "start": [1.0], "stop": [2.0]}
    assert "there is no type 'whole'" in text("TK660", {**start, "type": ["whole"]})
    assert "are no whole numbers" in text("TK660", {**start, "step": [0.5], "type": ["integer"]})
    assert "start or stop is missing" in text("TK660", {**start, "stop": pl.Series([None], dtype=pl.Float64)})
    assert "'alpha' is given twice." in text("TK660", start, space={"alpha": [1.0]})
    assert "no setting 'score'" in text("TK106", {"alpha": [1.0], "score": [0.5]})
    assert "'alpha' of row 'Row1' cannot be -1.0." in text("TK111", {"alpha": [1.0, -1.0]})
    assert "also a column of the table of settings" in text("TK660", {"alpha": [1.0]}, space={"alpha": [2.0]})
    assert "has no rows" in text("TK205", {"alpha": pl.Series([], dtype=pl.Float64)})


def test_settings_that_do_not_fit_together_are_told_before_fitting(rows, refused):
    model = tk.learn.elastic_net(prepared(rows), target="y", columns={"match": "x*"}).model
    text = refused("TK111", search, rows, model, space={"alpha": [1.0, "cv"], "l1_ratio": [0.0, 0.5]})
    assert "with alpha = cv, l1_ratio = 0: without an absolute penalty" in text


def test_a_score_of_probabilities_needs_them(rows, logistic, refused, monkeypatch):
    monkeypatch.setattr("tenkai.learn._out_of_fold.build", lambda *_: RidgeClassifier())
    text = refused("TK662", search, rows, logistic, space={"C": [1.0, 2.0]}, by="roc_auc")
    assert "roc_auc needs probabilities" in text and "'accuracy'" in text
