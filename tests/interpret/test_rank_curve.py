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
    assert "Marked: rank 2, the smallest within one standard error of the best." in seen.caption
    assert pixels(seen.picture(), "#d55e00") > 50


def test_another_measure(look):
    found = tk.learn.recommend(tk.Table.from_({"a": [1, 1, 0], "b": [1, 0, 1], "c": [0, 1, 1]}), ranks=2, repeats=3)
    seen = look(tk.interpret.rank_curve(found.ranks, measure="recall"))
    assert len(seen.rows(seen.marks("line")[0])) == 2
    assert "chance" not in seen.texts()


def test_refusals():
    with pytest.raises(TenkaiError, match=r"TK751 .*Did you mean 'auc'"):
        tk.interpret.rank_curve(ranks(), measure="aux")
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.rank_curve(tk.Table.from_({"auc": [1.0]}))
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.rank_curve(ranks().take([]))
