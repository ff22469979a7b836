import pytest

import tenkai as tk
from tenkai.errors import TenkaiError


def ranks() -> tk.Table:
    return tk.Table.from_(
        {
            "rank": [1, 2, 3],
            "auc": [0.6, 0.78, 0.8],
            "auc_se": [0.02, 0.03, 0.04],
            "auc_low": [0.5, 0.6, 0.7],
            "auc_popularity": [0.55, 0.55, 0.55],
            "chosen": [False, True, False],
        }
    )


@pytest.mark.row("L22")
def test_curve_error_baselines_and_the_chosen_rank(look, pixels):
    figure = tk.interpret.rank_curve(ranks())
    seen = look(figure)
    (line,) = seen.marks("line")
    assert [r["v"] for r in seen.rows(line)] == [0.6, 0.78, 0.8]
    bars = seen.rows(seen.marks("rule")[-1])
    assert [(r["lo"], r["hi"]) for r in bars] == [(0.58, 0.62), (0.75, 0.81), (0.76, 0.84)]
    assert set(seen.texts()) == {"popularity", "chance"}
    assert [(r["k"], r["v"]) for r in seen.rows(seen.marks("point")[-1])] == [(2, 0.78)]
    assert figure.text == "auc against rank, 1 to 3: highest 0.8 at rank 3; chosen: rank 2 with 0.78."
    assert "Ring: rank 2, the smallest within one standard error of the best." in seen.caption
    assert pixels(seen.picture(), "#d55e00") > 50


def test_another_measure(look):
    found = tk.learn.recommend(tk.Table.from_({"a": [1, 1, 0], "b": [1, 0, 1], "c": [0, 1, 1]}), ranks=2, repeats=3)
    seen = look(tk.interpret.rank_curve(found.ranks, measure="recall"))
    assert len(seen.rows(seen.marks("line")[0])) == 2
    assert "chance" not in seen.texts()


def held_out() -> tk.Table:
    """As learn.ranks gives them."""
    return tk.Table.from_(
        {
            "rank": [10, 20, 30, 40],
            "error": [2.0, 1.05, 1.0, 1.2],
            "error_sd": [0.1, 0.1, 0.1, 0.1],
            "error_se": [0.1, 0.1, 0.1, 0.1],
            "training_error": [1.8, 0.9, 0.7, 0.5],
            "explained": [0.5, 0.8, 0.85, 0.7],
            "stability": [1.0, 0.98, None, 0.7],
            "chosen": [False, True, False, False],
        }
    )


@pytest.mark.row("L22")
def test_errors_of_cells_held_out_and_fitted_and_the_stability(look, pixels):
    figure = tk.interpret.rank_curve(held_out(), title="Held out")
    seen = look(figure)
    said = "lowest 1 at rank 30; chosen: rank 20 with 1.05, stability 0.98."
    assert figure.text == f"error against rank, 10 to 40: {said}"
    fitted, held, stable = ([r["v"] for r in seen.rows(line)] for line in seen.marks("line"))
    assert (held, fitted, stable) == ([2.0, 1.05, 1.0, 1.2], [1.8, 0.9, 0.7, 0.5], [1.0, 0.98, 0.7])
    limit, bars = (seen.rows(rule) for rule in seen.marks("rule"))
    assert [r["v"] for r in limit] == [1.1]
    assert (bars[0]["lo"], bars[0]["hi"]) == (1.9, 2.1)
    assert set(seen.texts()) == {"cells held out", "cells fitted"}
    rings = [seen.rows(view)[0] for view in seen.marks("point") if not view["mark"]["filled"]]
    assert [(r["k"], r["v"]) for r in rings] == [(20, 1.05), (20, 0.98)]
    assert "the best (dotted line)" in seen.caption
    assert "how alike the parts" in seen.caption
    for color in ("#0072b2", "#009e73"):
        assert pixels(seen.picture(), color) > 100


def test_without_stability_there_is_one_panel(look):
    table = held_out().frame.with_columns(stability=None)
    seen = look(tk.interpret.rank_curve(tk.Table.from_(table), measure="error"))
    assert len(seen.marks("line")) == 2
    assert "alike" not in seen.caption
    assert tk.interpret.rank_curve(held_out().take([1])).text.startswith("error against rank, 20 to 20: lowest 1.05")


def test_refusals():
    with pytest.raises(TenkaiError, match=r"TK751 .*Did you mean 'auc'"):
        tk.interpret.rank_curve(ranks(), measure="aux")
    with pytest.raises(TenkaiError, match=r"TK751 .*no measure with a standard error.*give the output 'ranks'"):
        tk.interpret.rank_curve(tk.Table.from_({"rank": [1.0]}))
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.rank_curve(tk.Table.from_({"auc": [1.0]}))
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.rank_curve(ranks().take([]))
