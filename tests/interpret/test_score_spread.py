import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Axis, Identity, Influence, Scores, Sweep


def swept(values, **more):
    axis = Axis("seed", "parts", "seed", tuple(range(len(values))))
    points = tuple({"seed": i} for i in range(len(values)))
    return Sweep((axis,), points, tuple(Scores({"r2": v, **more}) for v in values))


@pytest.mark.row("I20")
def test_the_middle_and_the_ends_are_quantiles_of_the_passes():
    values = np.random.default_rng(0).normal(0.8, 0.1, 200)
    found = tk.interpret.score_spread(swept(values.tolist()), by="r2", mark=0.835)
    figures = found.scores.figures
    # NumPy, quantile with linear interpolation; the share counted by hand.
    assert figures["median"] == np.quantile(values, 0.5)
    assert (figures["low"], figures["high"]) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])), abs=1e-15)
    assert figures["share_reaching"] == sum(v >= 0.835 for v in values) / 200
    assert figures["passes"] == 200
    assert found.table["r2"].to_list() == values.tolist()
    assert found.figure.text.startswith("Spread of r2: 200 passes: median ")


def test_the_lens_counts_every_row_once_per_pass():
    axis = Axis("seed", "parts", "seed", (0, 1))
    rows = Identity.fresh("file", 10)
    parts = []
    for test in ([0, 1, 2], [2, 3, 4]):
        train = rows.take(np.setdiff1d(np.arange(10), test))
        parts.append(
            Scores.scored(
                {"r2": 0.5}, rows=rows.take(np.array(test)), influences=[Influence("m", "fitted", train.union())]
            )
        )
    leaky = Scores.scored({"r2": 1.0}, rows=rows, influences=[Influence("m", "fitted", rows.union())])
    clean = Sweep((axis,), ({"seed": 0}, {"seed": 1}), tuple(parts))
    assert tk.interpret.score_spread(clean, by="r2").scores.lens.counts() == {
        "scored": 6, "prepared": 0, "fitted": 0, "chosen": 0,
    }  # fmt: skip
    mixed = Sweep((axis,), ({"seed": 0}, {"seed": 1}), (parts[0], leaky))
    assert tk.interpret.score_spread(mixed, by="r2").scores.lens.counts()["fitted"] == 10


def test_passes_without_the_score_are_left_out_and_told():
    found = tk.interpret.score_spread(swept([0.5, None, 0.7]), by="r2")
    assert found.scores.figures["passes"] == 2
    assert "1 pass without 'r2' left out." in [n.text for n in found.scores.notes]


def test_refusals():
    with pytest.raises(TenkaiError, match="TK709"):
        tk.interpret.score_spread(swept([0.5, 0.6]), by="rmse")
    with pytest.raises(TenkaiError, match="TK709"):
        tk.interpret.score_spread(swept([None, None]), by="r2")
    with pytest.raises(TenkaiError, match="TK708"):
        tk.interpret.score_spread(swept([0.5]), by="r2")


def test_the_words_of_the_lines_stay_in_the_picture(look):
    # A long tail to the left: median and mark lie near the right edge, the mark to the left of the median.
    values = [-3.0, *np.linspace(0.1, 0.3, 39).tolist()]
    seen = look(tk.interpret.score_spread(swept(values), by="r2", mark=0.162).figure)
    texts = {seen.rows(m)[0]["t"]: m["mark"] for m in seen.marks("text")}
    median, mark = (next(v for k, v in texts.items() if k.startswith("median") == wanted) for wanted in (True, False))
    assert median["align"] == mark["align"] == "right"
    assert mark["dy"] > median["dy"]
