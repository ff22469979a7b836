import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


@pytest.fixture
def rows() -> tk.Table:
    x = np.linspace(0, 4, 9)
    return tk.Table.from_({"x": x, "z": x**2, "y": 2 * x + 1, "kind": ["a"] * 5 + ["b"] * 4})


def test_raw_rows_go_through_the_preparation_of_the_model(rows):
    scaled = tk.process.standardize(rows, columns=["x", "z"])
    model = tk.learn.least_squares(scaled.table, target="y", columns=["x", "z"]).model
    new = tk.Table.from_({"x": [10.0], "z": [100.0]})
    said = tk.learn.predict(new, model)
    # y = 2 x + 1 holds for any row; the mean of y over the rows fitted on is 5.
    assert said["predicted"].to_list() == pytest.approx([21.0])
    assert said["baseline"].to_list() == [5.0]
    assert said.columns == ["x", "z", "predicted", "baseline"]
    assert said["x"].to_list() == [10.0]
    assert tk.learn.predict(tk.process.apply(new, scaled.fitted), model)["predicted"].to_list() == pytest.approx([21.0])


def test_a_classifier_tells_probabilities_and_its_guess(rows):
    model = tk.learn.logistic(rows, target="kind", columns=["x"]).model
    said = tk.learn.predict(rows, model)
    assert said.columns[-4:] == ["predicted", "P(a)", "P(b)", "baseline"]
    assert said.kinds["predicted"] == "category"
    assert set(said["baseline"].to_list()) == {"a"}
    assert said["predicted"].to_list() == rows["kind"].to_list()


def test_numbers_as_classes_keep_their_order():
    table = tk.Table.from_({"x": np.arange(30.0), "y": [2] * 10 + [10] * 10 + [9] * 10})
    model = tk.learn.k_nearest(table, target="y", columns=["x"], task="classification", neighbors=1).model
    said = tk.learn.predict(table, model)
    assert [c for c in said.columns if c.startswith("P(")] == ["P(2)", "P(9)", "P(10)"]
    assert said["predicted"].to_list() == [str(v) for v in table["y"].to_list()]


def test_refusals(rows):
    model = tk.learn.least_squares(rows, target="y", columns=["x"]).model
    with pytest.raises(TenkaiError, match=r"TK613.*predicts nothing"):
        tk.learn.predict(rows, tk.process.standardize(rows, columns=["x"]).fitted)
    with pytest.raises(TenkaiError, match=r"TK614.*already has 'predicted'"):
        tk.learn.predict(tk.learn.predict(rows, model), model)
    with pytest.raises(TenkaiError, match="TK201"):
        tk.learn.predict(rows.with_columns(rows.frame.drop("x")), model)
    holes = rows.with_columns(rows.frame.with_columns(x=np.array([np.nan, *range(8)])))
    with pytest.raises(TenkaiError, match="TK208"):
        tk.learn.predict(holes, model)


@pytest.mark.parametrize(
    ("code", "change", "settings"),
    [
        ("TK610", {"y": np.full(9, 3.0)}, {}),
        ("TK611", {}, {"target": "kind"}),
        ("TK612", {}, {"columns": ["x", "y"]}),
        ("TK208", {"y": np.array([np.nan, *range(8)])}, {}),
        ("TK208", {"x": np.array([np.nan, *range(8)])}, {}),
        ("TK202", {}, {"columns": ["x", "kind"]}),
        ("TK201", {}, {"target": "w"}),
    ],
)
def test_what_no_model_can_learn_from(rows, code, change, settings):
    table = rows.with_columns(rows.frame.with_columns(**change))
    with pytest.raises(TenkaiError, match=code):
        tk.learn.ridge(table, **{"target": "y", "columns": ["x"], **settings})


def test_a_single_class_is_nothing_to_learn(rows):
    with pytest.raises(TenkaiError, match=r"TK610.*one class 'a' in all 5 rows"):
        tk.learn.logistic(rows.take(np.arange(5)), target="kind", columns=["x"])


def test_what_another_model_said_is_not_learned_from_unless_named(rows):
    said = tk.learn.predict(rows, tk.learn.least_squares(rows, target="y", columns=["x"]).model)
    assert tk.learn.least_squares(said, target="y").model.features == ("x", "z")
    assert tk.learn.least_squares(said, target="y", columns=["predicted"]).model.features == ("predicted",)
