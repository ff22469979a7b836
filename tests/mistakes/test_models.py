"""Hard tables for models: refused in one clear message, or learned from; no traceback for any of them."""

import datetime
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Table

N = 24
_random = np.random.default_rng(0)
A, B, Y = (_random.normal(size=N) for _ in range(3))
CLASSES = ["u", "v", "w"] * 8
DAYS = [datetime.date(2020, 1, 1) + datetime.timedelta(i) for i in range(N)]


def table(**columns: Any) -> Table:
    return Table.from_(pl.DataFrame({"a": A, "b": B, "y": Y, "c": CLASSES, **columns}))


def told(call: Callable[[], Any]) -> str:
    with pytest.raises(TenkaiError) as caught:
        call()
    return str(caught.value)


# What it is, the table, the target, how the message begins for every model (None: it is learned from).
TABLES: dict[str, tuple[Callable[[], Table], str, str | None]] = {
    "no rows": (lambda: table().take(np.arange(0)), "c", "TK205 learn.{}: 0 rows cannot teach a model."),
    "one row": (lambda: table().take(np.arange(1)), "c", "TK205 learn.{}: 1 row cannot teach a model."),
    "one column": (lambda: Table.from_({"c": CLASSES}), "c", "TK204 learn.{} columns: "),
    "infinite": (lambda: table(a=np.r_[np.inf, A[1:]]), "c", "TK203 learn.{} columns: column 'a' holds inf at"),
    "1e300": (lambda: table(a=A * 1e300), "c", "TK203 learn.{} columns: column 'a' holds 1.2573e+299 at row 'Row0'."),
    "not a number": (lambda: table(a=np.r_[np.nan, A[1:]]), "c", "TK208 learn.{} columns: column 'a' misses 1 of 24"),
    "no value at all": (lambda: table(a=pl.Series([None] * N, dtype=pl.Float64)), "c", "TK208 learn.{} columns: "),
    "a row without class": (lambda: table(c=[None, *CLASSES[1:]]), "c", "TK208 learn.{} target: column 'c' misses"),
    "a class without name": (lambda: table(c=["u", "", "w"] * 8), "c", "TK208 learn.{} target: the class of row"),
    "equal rows": (lambda: table(a=[1.0] * N, b=[2.0] * N, y=[0.0] * N), "c", None),
    "duplicated columns": (lambda: table(b=A), "c", None),
    "1e-300": (lambda: table(a=A * 1e-300, b=B * 1e-300), "c", None),
    "dates beside": (lambda: table(b=DAYS), "c", None),
    "true and false": (lambda: table(c=[True, False] * 12, b=[False, True] * 12), "c", None),
    "Japanese": (lambda: Table.from_({"長さ": A, "幅": B, "種類": ["炭素", "ケイ素", "鉄"] * 8}), "種類", None),
    "brackets": (lambda: Table.from_({"a (nm), [x]": A, "P(x)": B, "c": ["a(b", "c),d", "'q\""] * 8}), "c", None),
    "more columns than rows": (
        lambda: Table.from_({**{f"f{i}": _random.normal(size=8) for i in range(40)}, "c": ["u", "v"] * 4}), "c", None),
    "one row of a class": (lambda: table(c=["u"] * 23 + ["z"]), "c", None),
    "2 rows": (lambda: table().take(np.array([0, 1])), "c", None),
}  # fmt: skip
MODELS: dict[str, dict[str, Any]] = {
    "tree": {}, "k_nearest": {"neighbors": 1}, "svm": {}, "forest": {"trees": 2}, "logistic": {},
}  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", TABLES)
def test_hard_tables(name: str, model: str) -> None:
    make, target, message = TABLES[name]
    rows, learn = make(), getattr(tk.learn, model)
    if message is not None:
        assert told(lambda: learn(rows, target=target, **MODELS[model])).startswith(message.format(model))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = tk.learn.predict(rows, learn(rows, target=target, **MODELS[model]).model)
    assert set(said["predicted"].to_list()) <= {str(v).lower() for v in rows[target].to_list()} | set(rows[target])
    scores = tk.interpret.classification_scores(said, target=target, interval="never").scores
    assert 0 <= scores["accuracy"] <= 1


def test_targets_that_are_no_numbers() -> None:
    days = table(y=DAYS)
    assert "is of kind text, and this predicts numbers" in told(lambda: tk.learn.ridge(days, target="y"))
    notes = tk.learn.tree(days, target="y").model.notes
    assert "TKW651: 'y' has 24 classes in 24 rows: fewer than 2 rows of a class to learn from, on average." in [
        str(n) for n in notes
    ]
    huge = table(y=Y * 1e300)
    assert "TK203 learn.lasso target: column 'y' holds" in told(lambda: tk.learn.lasso(huge, target="y"))


def test_new_rows_that_no_model_can_take() -> None:
    model = tk.learn.tree(table(), target="c", columns=["a", "b"]).model
    text = told(lambda: tk.learn.predict(table(a=A * 1e300), model))
    assert "column 'a' holds 1.2573e+299 at row 'Row0'. Allowed: numbers up to 1e+37 in size" in text
    text = told(lambda: tk.learn.predict(Table.from_({"A": A}), model))
    assert text == (
        "TK201 learn.predict: there are no columns 'a', 'b', which learn.tree was fitted on. The table has 'A'. "
        "Did you mean 'A'?"
    )


def test_folds_that_leave_too_little() -> None:
    few = table().take(np.arange(8))
    chosen = tk.learn.lasso(few, target="y", columns=["a", "b"], alpha="cv").model
    text = told(lambda: tk.learn.cross_validate(few, chosen, folds=2))
    assert "learn.lasso chooses alpha in 5 folds, but when a fold is held out, 4 rows are left to learn from." in text
    sure = tk.learn.svm(table(), target="c", columns=["a", "b"], probabilities=True).model
    text = told(lambda: tk.learn.cross_validate(table(), sure, folds=2))
    assert "probabilities of learn.svm are calibrated in 5 folds. Needed: 5 rows of every class" in text
    rare = table(c=["u"] * 23 + ["z"])
    found = tk.learn.logistic(rare, target="c", columns=["a", "b"], C="cv", candidates=[0.1, 1.0])
    assert found.search["mean"].is_finite().all()


def test_huge_numbers_before_a_model() -> None:
    text = told(lambda: tk.process.standardize(table(a=A * 1e300)))
    assert text.startswith("TK203 process.standardize columns: column 'a' holds 1.2573e+299 at row 'Row0'.")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tk.interpret.scatter_matrix(table(a=A * 1e300, b=B * 1e-300), columns=["a", "b"])


@pytest.mark.row("T9")
@pytest.mark.parametrize(
    ("step", "written", "meant"),
    [
        ("logistic", {"penalty": "L1"}, "l1"),
        ("logistic", {"penalty": "ElasticNet"}, "elastic_net"),
        ("logistic", {"max_iter": 100}, "iterations"),
        ("ridge", {"lambda": 1}, "alpha"),
        ("forest", {"n_estimators": 100}, "trees"),
        ("forest", {"maxLevels": 10}, "depth"),
        ("k_nearest", {"n_neighbors": 3}, "neighbors"),
        ("k_nearest", {"k": 3}, "neighbors"),
        ("svm", {"random_state": 3}, "seed"),
    ],
)
def test_words_of_textbooks_and_other_programs_are_taught(step: str, written: dict[str, Any], meant: str) -> None:
    text = told(lambda: getattr(tk.learn, step)(table(), target="c", **written))
    assert f"Did you mean '{meant}'?" in text


NOTES: list[tuple[str, Callable[[], Any], list[str]]] = [
    ("constant column, least squares", lambda: tk.learn.least_squares(
        table(b=[3.0] * N), target="y").model, ["TKW655"]),
    ("constant column, standardized", lambda: tk.process.standardize(
        table(b=[3.0] * N)).table, ["TKW201: 1 column without variation became 0: 'b'."]),
    ("scores of one row", lambda: tk.interpret.regression_scores(
        Table.from_({"y": [1.0], "predicted": [2.0], "baseline": [0.0]}), target="y").scores,
        ["TKW721: R² of one row is undefined: it takes two different observed values."]),
    ("a class the model never met", lambda: tk.interpret.classification_scores(
        tk.learn.predict(table(c=["x", "v", "w"] * 8), tk.learn.tree(table(), target="c", columns=["a", "b"]).model),
        target="c", interval="never").scores, ["TKW721: The model does not know 'x': log loss is undefined."]),
    ("a row to score without target", lambda: tk.interpret.regression_scores(
        Table.from_({"y": [1.0, 2.0, None], "predicted": [2.0, 3.0, 1.0], "baseline": [0.0, 0.0, 0.0]}),
        target="y", interval="never").scores, ["TKW702: 1 row without 'y' of 3 do not count."]),
]  # fmt: skip


@pytest.mark.parametrize(("make", "notes"), [n[1:] for n in NOTES], ids=[n[0] for n in NOTES])
def test_what_is_told_beside_a_result(make: Callable[[], Any], notes: list[str]) -> None:
    said = [str(n) for n in make().notes]
    for note in notes:
        assert any(s.startswith(note) for s in said), said


def test_r2_of_one_row_is_missing() -> None:
    one = Table.from_({"y": [1.0], "predicted": [2.0], "baseline": [0.0]})
    scores = tk.interpret.regression_scores(one, target="y").scores
    assert scores["r2"] is None or np.isnan(scores["r2"])
    assert scores["rmse"] == 1.0
