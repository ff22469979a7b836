import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError

NAMES = ["intercept", "mass", "金属半径", "charge", "gap"]


@pytest.fixture
def table():
    """By hand: scaled = coefficient × deviation of the column (2, 0.1, 1, 5)."""
    return tk.Table.from_(
        {
            "coefficient": [3.0, 0.5, -4.0, 0.0, 0.01],
            "scaled": [None, 1.0, -0.4, 0.0, 0.05],
            "standard_error": [0.1, 0.1, 1.0, None, 0.02],
        },
        ids=NAMES,
    )


@pytest.mark.row("L10")
def test_the_largest_first_with_errors_on_the_same_scale(table, look, pixels):
    seen = look(tk.interpret.coefficients(table))
    (bars,) = seen.marks("bar")
    assert bars["encoding"]["y"]["sort"] == ["mass", "金属半径", "gap"]
    assert {r["id"]: r["v"] for r in seen.rows(bars)} == {"mass": 1.0, "金属半径": -0.4, "gap": 0.05}
    errors = {r["t"]: (r["v"], r["w"]) for v in seen.marks("rule") for r in seen.rows(v) if "w" in r}
    assert errors["mass"] == (0.8, 1.2)  # 0.1 per unit, 2 units per deviation
    assert errors["金属半径"] == (-0.5, -0.3)
    assert (
        seen.caption == "1 column is 0. Bars: one standard error. Per standard deviation of the column. Intercept: 3."
    )
    plain = look(tk.interpret.coefficients(table, value="coefficient", limit=2))
    assert plain.marks("bar")[0]["encoding"]["y"]["sort"] == ["金属半径", "mass"]
    assert "The 2 largest of 3 are drawn." in plain.caption
    assert pixels(seen.picture(), "#0072b2") > 500 and pixels(seen.picture(), "#d55e00") > 200


def test_classes_stand_side_by_side_in_one_order(look):
    values = [1.0, -3.0, 2.0, 0.5]
    table = tk.Table.from_({"column": ["a", "b", "a", "b"], "class": ["x", "x", "y", "y"], "coefficient": values})
    seen = look(tk.interpret.coefficients(table))
    assert len(seen.marks("bar")) == 2
    assert all(b["encoding"]["y"]["scale"]["domain"] == ["b", "a"] for b in seen.marks("bar"))
    assert seen.figure.text == "Coefficients of 2 columns for 2 classes: b, a."
    one = look(tk.interpret.coefficients(table.take([0, 1])))
    assert "Above 0: towards 'x'." in one.caption


def test_the_coefficients_of_our_models_draw(look):
    random = np.random.default_rng(0)
    x = random.normal(size=(40, 3))
    y = x[:, 0] - 2 * x[:, 1] + random.normal(size=40) / 10
    table = tk.Table.from_({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y})
    fitted = tk.learn.least_squares(table, target="y")
    seen = look(tk.interpret.coefficients(fitted.coefficients))
    assert seen.marks("bar")[0]["encoding"]["y"]["sort"][:2] == ["b", "a"]
    assert "Bars: one standard error." in seen.caption and "Intercept: " in seen.caption


def test_the_intercepts_of_all_classes_are_told(look):
    names = [f"c{i}" for i in range(10)]
    table = tk.Table.from_(
        {"column": ["intercept", "a"] * 10, "class": [n for n in names for _ in (0, 1)], "coefficient": [0.5, 2.0] * 10}
    )
    caption = look(tk.interpret.coefficients(table)).caption
    assert "Intercepts: c0 0.5, c1 0.5, " in caption
    assert "c7 0.5 and 2 more." in caption


def test_mistakes_are_told_with_the_remedy(table):
    with pytest.raises(TenkaiError, match=r"TK201 interpret\.coefficients: there is no column 'coefficient'"):
        tk.interpret.coefficients(tk.Table.from_({"a": [1.0]}))
    with pytest.raises(TenkaiError, match=r"TK713 .* all coefficients are 0"):
        tk.interpret.coefficients(table.take([0, 3]))
    with pytest.raises(TenkaiError, match=r"TK201 .*value"):
        tk.interpret.coefficients(tk.Table.from_({"coefficient": [1.0]}), value="scaled")
