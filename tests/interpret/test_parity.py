import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Influence


@pytest.fixture
def numbers(energies):
    return energies.with_columns(
        energies.frame.drop("predicted", "baseline").rename({"energy": "predicted", "guess": "baseline"}),
        {"predicted": "number", "baseline": "number"},
    )


def subtitle(seen):
    (inner,) = seen.spec["vconcat"]
    return inner["title"]["text"]


@pytest.mark.row("I6")
def test_predicted_stands_over_observed_with_the_line_of_equals(numbers, look):
    seen = look(tk.interpret.parity(numbers, target="dE", color="A"))
    drawn = {r["id"]: (r["x"], r["y"]) for r in seen.points()}
    assert len(drawn) == 25
    row = numbers.ids[0]
    assert drawn[row] == pytest.approx((numbers["dE"][0], numbers["predicted"][0]), rel=1e-4)
    line = next(r for v in seen.marks("rule") for r in seen.rows(v) if "x2" in r)
    assert line["x"] == line["y"] and line["x2"] == line["y2"]
    window = seen.marks("point")[0]["encoding"]
    assert window["x"]["scale"]["domain"] == window["y"]["scale"]["domain"]
    scores = tk.interpret.regression_scores(numbers, target="dE").scores
    (facts,) = subtitle(seen)
    assert facts.startswith(f"R² {scores['r2']:.3g}, RMSE {scores['rmse']:.3g} (baseline {scores['r2_baseline']:.2f}")
    assert facts.endswith("25 rows")
    worst = numbers.ids[int(np.abs((numbers["dE"] - numbers["predicted"]).to_numpy()).argmax())]
    assert worst in seen.texts() and seen.figure.text.endswith(f"Largest error at {worst}.")
    assert "None of the 25 rows scored was seen before." in seen.caption


@pytest.mark.row("P5")
def test_a_threshold_makes_it_a_classification(numbers, look):
    seen = look(tk.interpret.parity(numbers, target="dE", threshold=0, names=0))
    y, p = numbers["dE"].to_numpy() >= 0, numbers["predicted"].to_numpy() >= 0
    counts = [int((y & p).sum()), int((y & ~p).sum()), int((~y & p).sum()), int((~y & ~p).sum())]
    assert seen.texts() == [str(n) for n in counts]
    hit, lost, false, rest = counts
    assert (
        f"At or above 0: {hit} predicted so of {hit + lost} observed; below: {rest} of {false + rest}." in seen.caption
    )
    rules = [r for v in seen.marks("rule") for r in seen.rows(v)]
    assert {"x": 0.0} in rules and {"y": 0.0} in rules


def test_deviation_bars_far_rows_and_the_lens(numbers, look, pixels):
    far = np.arange(25) < 4
    frame = numbers.frame.with_columns(predicted_sd=0.1, far=far)
    own = Influence("line", "fitted", numbers.identity.union())
    seen = look(tk.interpret.parity(numbers.with_columns(frame).influenced([own]), target="dE"))
    bars = next(seen.rows(v) for v in seen.marks("rule") if "y2" in v["encoding"] and "x2" not in v["encoding"])
    assert len(bars) == 25 and all(r["y2"] - r["y"] == pytest.approx(0.2, abs=1e-3) for r in bars)
    assert "Bars: one standard deviation, as the model gives it." in seen.caption
    assert "Rings: 4 rows far from the training rows." in seen.caption
    assert "line was fitted on 25 of the 25 rows scored." in seen.caption
    assert pixels(seen.picture(), "#0072b2") > 100


def test_many_rows_are_a_density_and_japanese_names_draw(look):
    x = np.linspace(0, 1, 25_000)
    table = tk.Table.from_({"エネルギー差": x, "predicted": x + np.sin(40 * x) / 9, "predicted_sd": x})
    figure = tk.interpret.parity(table, target="エネルギー差", title="表題")
    seen = look(figure)
    assert "25,000 rows drawn as density" in seen.caption
    assert any(n.code == "TKW727" for n in figure.notes)
    assert seen.spec["vconcat"][0]["title"]["subtitle"][0].endswith("25,000 rows")
    assert figure.to_png(1.0)[:4] == b"\x89PNG"


@pytest.mark.row("I6")
def test_residuals_are_observed_minus_predicted(numbers, look):
    seen = look(tk.interpret.residuals(numbers, target="dE"))
    drawn = {r["id"]: (r["x"], r["y"]) for r in seen.points()}
    left = (numbers["dE"] - numbers["predicted"]).to_numpy()
    assert drawn[numbers.ids[3]] == pytest.approx((numbers["predicted"][3], left[3]), rel=1e-3)
    bars = next(seen.rows(v) for v in seen.marks("rect"))
    assert sum(r["n"] for r in bars) == 25
    text = f"mean {left.mean():.3g}, standard deviation {left.std(ddof=1):.3g}"
    assert text in seen.figure.text
    against = look(tk.interpret.residuals(numbers, target="dE", against="rp_A", color="EN_A"))
    assert {r["id"]: r["x"] for r in against.points()}[numbers.ids[3]] == numbers["rp_A"][3]


def test_one_row_draws_too(look):
    table = tk.Table.from_({"y": [1.0], "predicted": [1.0]})
    for make in (tk.interpret.parity, tk.interpret.residuals):
        seen = look(make(table, target="y"))
        assert len(seen.points()) == 1 and subtitle(seen) == ["R² missing, RMSE 0 · 1 row"]


def test_mistakes_are_told_with_the_remedy(numbers):
    for make in (tk.interpret.parity, tk.interpret.residuals):
        with pytest.raises(TenkaiError, match=r"TK711 .*Run learn\.predict"):
            make(numbers.with_columns(numbers.frame.drop("predicted")), target="dE")
        with pytest.raises(TenkaiError, match=r"TK202 .*target: the target 'A' is of kind"):
            make(numbers, target="A")
        with pytest.raises(TenkaiError, match=r"TK201 .*there is no column 'dF'"):
            make(numbers, target="dF")
