"""The law of a learning curve: planted laws are found, and what cannot be told is said."""

import itertools
import sys

import numpy as np
import pytest
from scipy.optimize import curve_fit

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.kernels.power_law import Posterior, fitted, shortest

SIZES = [100, 300, 1000, 3000, 10_000, 30_000]


def points(law=(0.4, 2.0, 0.4), sizes=SIZES, seeds=4, scatter=0.0, seed=0, **more):
    random = np.random.default_rng(seed)
    n, d = (np.array(v) for v in zip(*itertools.product(sizes, range(seeds)), strict=True))
    y = law[0] + law[1] * n ** -law[2] + scatter * random.normal(size=len(n))
    return tk.Table.from_({"training_rows": n, "seed": d, "mae": y, **{k: [v] * len(n) for k, v in more.items()}})


@pytest.mark.row("L28")
def test_a_planted_law_is_found():
    found = tk.interpret.power_law(points()).scores
    assert [found[k] for k in ("L0", "a", "b")] == pytest.approx([0.4, 2.0, 0.4], rel=1e-6)
    assert (found["from_n"], found["to_n"], found["sizes"], found["points"]) == (100, 30_000, 6, 24)


@pytest.mark.row("L28")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_least_squares_are_those_of_scipy(seed, weighted):
    """Oracle: scipy.optimize.curve_fit started at the planted law."""
    random = np.random.default_rng(seed)
    n = np.repeat(SIZES, 4).astype(float)
    y = 0.4 + 2.0 * n**-0.5 + 0.005 * random.normal(size=24)
    w = random.random(24) + 0.5 if weighted else np.ones(24)
    law = fitted(n, y, w[None, :])
    peer = curve_fit(
        lambda n, c, a, b: c + a * n**-b, n, y, p0=[0.4, 2, 0.5], sigma=1 / np.sqrt(w), xtol=1e-14, ftol=1e-14
    )[0]
    assert [law.floor[0], law.factor[0], law.power[0]] == pytest.approx(peer, rel=1e-5)


def test_l0_is_no_error_below_zero():
    n = np.repeat(SIZES, 2).astype(float)
    y = 2.0 * n**-0.3 - 0.02
    law = fitted(n, y, np.ones((1, 12)))
    assert law.floor[0] == 0.0
    table = points((-0.02, 2.0, 0.3), seeds=2)
    codes = {note.code: note.text for note in tk.interpret.power_law(table).scores.notes}
    assert "L0 is 0, the least it can be" in codes["TKW694"]


def test_many_fits_are_those_of_one_at_a_time():
    random = np.random.default_rng(0)
    n, y = np.repeat(SIZES, 4).astype(float), 0.4 + 2.0 * np.repeat(SIZES, 4) ** -0.5 + 0.01 * random.normal(size=24)
    weights = random.integers(0, 3, (130, 24)).astype(float)
    together = fitted(n, y, weights)
    for k in (0, 63, 64, 129):
        alone = fitted(n, y, weights[k : k + 1])
        assert [alone.floor[0], alone.amplitude[0], alone.power[0]] == [
            together.floor[k],
            together.amplitude[k],
            together.power[k],
        ]


@pytest.mark.row("L28")
def test_the_interval_of_seeds_drawn_anew():
    """A seed that lies above by a constant moves L0 by its share: the interval holds that and no more."""
    table = points(seeds=10)
    lifted = table.frame["mae"].to_numpy() + 0.01 * (table["seed"].to_numpy() - 4.5)
    moved = tk.Table.from_({"training_rows": table["training_rows"], "seed": table["seed"], "mae": lifted})
    found = tk.interpret.power_law(moved, bootstrap=4000, level=0.9).scores
    spread = 0.01 * np.std(np.arange(10)) / np.sqrt(10)
    assert found["L0_high"] - found["L0_low"] == pytest.approx(2 * 1.645 * spread, rel=0.1)
    assert found["b_high"] - found["b_low"] == pytest.approx(0, abs=1e-6)
    assert found.notes == ()


@pytest.mark.row("L29")
def test_the_posterior_holds_the_planted_law():
    table = points(scatter=0.004)
    one = tk.interpret.power_law(table, method="bayes", seed=3).scores
    for name, true in (("L0", 0.4), ("a", 2.0), ("b", 0.4)):
        assert one[f"{name}_low"] < true < one[f"{name}_high"]
        assert one[f"{name}_low"] < one[name] < one[f"{name}_high"]
    assert one["steps"] > 50 * one["memory"]
    assert 0.1 < one["acceptance"] < 0.7
    # The most probable law has the least squares: priors are flat, and the deviation is the same for all.
    least = tk.interpret.power_law(table).scores
    assert [one[k] for k in ("L0", "a", "b")] == pytest.approx([least[k] for k in ("L0", "a", "b")], rel=1e-3)


@pytest.mark.row("L29")
def test_the_posterior_is_that_of_a_grid():
    """Oracle: the density summed on a grid of L0, A and b, with the deviation summed out in closed form."""
    table = points((0.4, 3.0, 0.6), scatter=0.01, seeds=3)
    found = tk.interpret.power_law(table, method="bayes").scores
    n, y = table["training_rows"].to_numpy().astype(float), table["mae"].to_numpy()
    middle = np.exp(np.log(n).mean())
    floor, amplitude, power = np.meshgrid(
        np.linspace(0.34, 0.44, 90), np.linspace(0.0, 0.12, 120), np.linspace(0.2, 1.4, 90), indexing="ij"
    )
    t = (n / middle) ** -power[..., None]
    rss = ((y - floor[..., None] - amplitude[..., None] * t) ** 2).sum(axis=-1)
    weight = np.exp(-0.5 * len(n) * (np.log(rss) - np.log(rss.min())))
    drawn = np.random.default_rng(0).choice(weight.size, 200_000, p=weight.ravel() / weight.sum())
    for name, values in (("L0", floor), ("b", power)):
        sample = values.ravel()[drawn] + (np.random.default_rng(1).random(len(drawn)) - 0.5) * np.ptp(values) / 89
        low, high = shortest(sample, 0.94)
        assert found[f"{name}_low"] == pytest.approx(low, abs=0.15 * (high - low))
        assert found[f"{name}_high"] == pytest.approx(high, abs=0.1 * (high - low))


def test_the_density_is_nothing_outside():
    density = Posterior(np.array([1.0, 2.0]), np.array([0.5, 0.4]), np.ones(2), 1.4, 4.0)
    inside, *outside = density(
        np.array(
            [[0.3, 0.1, 0.5, -3], [-0.1, 0.1, 0.5, -3], [0.3, -0.1, 0.5, -3], [0.3, 0.1, 9, -3], [0.6, 0.1, 0.5, -3]]
        )
    )
    assert np.isfinite(inside)
    assert outside == [-np.inf] * 4


def test_the_shortest_interval():
    assert shortest(np.array([0.0, 10.0, 10.1, 10.2, 99.0]), 0.6) == (10.0, 10.2)


@pytest.mark.row("L28")
def test_rows_that_an_error_needs():
    table = points((0.4, 2.0, 0.5), scatter=0.001, seeds=10)
    found = tk.interpret.power_law(table, reach=0.41).scores
    assert found["rows_needed"] == pytest.approx(40_000, rel=0.3)
    assert found["rows_needed_low"] < 40_000 < found["rows_needed_high"]
    assert found["reachable"] == 1.0
    told = tk.interpret.power_law(table, reach=0.3)
    assert told.scores["rows_needed"] is None
    assert told.scores["reachable"] == 0.0
    assert "An error of 0.3 is not reachable: L0 is 0.401; 0% of the laws drawn reach it." in " ".join(
        told.figure.spec["usermeta"]["caption"]
    )


def hump():
    n, d = (
        np.array(v)
        for v in zip(*itertools.product([100, 400, 1000, 2500, 5000, 20_000, 80_000], range(3)), strict=True)
    )
    y = np.select([n == 100, n == 400, n == 1000], [0.8, 0.9, 1.2], 0.4 + 2.0 * n**-0.5)
    return tk.Table.from_({"training_rows": n, "seed": d, "mae": y + 0.001 * d, "columns": [1024] * len(n)})


@pytest.mark.row("I19")
def test_the_hump_is_marked_and_left_out(look):
    told = tk.interpret.power_law(hump())
    assert (told.scores["hump_rows"], told.scores["hump"]) == (1000, pytest.approx(1.201))
    assert told.scores["from_n"] == 2500
    assert told.scores["b"] == pytest.approx(0.5, rel=1e-3)
    assert (
        "fitted from 2,500 rows on, 2 times the 1,024 columns" in {n.code: n.text for n in told.figure.notes}["TKW691"]
    )
    seen = look(told.figure)
    assert {"hump, 1,000 rows", "rows = columns (1,024)", "L₀ = 0.401"} <= set(seen.texts())
    hollow, full, ring = (seen.rows(v) for v in seen.marks("point")[:3])
    assert {r["x"] for r in hollow} == {100, 400, 1000}
    assert {r["x"] for r in full} == {2500, 5000, 20_000, 80_000}
    assert [(r["x"], r["y"]) for r in ring] == [(1000, 1.201)]
    assert told.figure.text == "mae = 0.401 + 2 n^-0.5."


@pytest.mark.row("I19")
def test_the_range_is_chosen_by_hand():
    told = tk.interpret.power_law(hump(), from_n=5000, to_n=80_000)
    assert (told.scores["from_n"], told.scores["sizes"]) == (5000, 3)
    assert "TKW691" not in [n.code for n in told.figure.notes]


@pytest.mark.row("I19")
def test_the_picture(look, pixels):
    told = tk.interpret.power_law(points(scatter=0.004, seeds=10), title="A law", beside=[0.39, 2.0, 0.4])
    seen = look(told.figure)
    assert pixels(seen.picture(), "#0072b2") > 200
    (band,) = seen.marks("area")
    assert all(r["y"] <= r["z"] for r in seen.rows(band))
    assert "Gray: 0.39 + 2 n^-0.4, given to compare." in seen.caption


@pytest.mark.row("L28")
def test_several_curves_in_one_picture(look):
    told = tk.interpret.power_law([points(), points((0.2, 2.0, 0.4))], names=["bits", "counts"], reach=0.3)
    assert told.laws["curve"].to_list() == ["bits", "counts"]
    assert told.laws["L0"].to_numpy() == pytest.approx([0.4, 0.2], rel=1e-5)
    assert told.laws["rows_needed"].to_list()[0] is None
    assert told.laws["rows_needed"][1] == pytest.approx(20**2.5, rel=1e-3)
    assert told.figure.text.startswith("bits: mae = 0.4")
    assert look(told.figure).picture().shape[0] > 100


def test_weights_of_the_rows_that_score():
    table = points(scatter=0.01, test_rows=50)
    assert tk.interpret.power_law(table, weights="test_rows").scores["L0"] == tk.interpret.power_law(table).scores["L0"]


def test_what_few_seeds_and_short_chains_cannot_tell(monkeypatch):
    codes = {n.code: n.text for n in tk.interpret.power_law(points(seeds=4, scatter=0.01)).scores.notes}
    assert codes["TKW692"] == "4 seeds are few to draw from: the interval of the bootstrap is rough."
    one = tk.interpret.power_law(points(seeds=1, scatter=0.01))
    assert one.scores["L0_low"] is None
    assert "One seed tells no scatter" in {n.code: n.text for n in one.scores.notes}["TKW692"]
    monkeypatch.setattr("tenkai.interpret._law_posterior.ROUND", 60)
    monkeypatch.setattr("tenkai.interpret._law_posterior.ROUNDS", 2)
    short, again, other = (tk.interpret.power_law(points(scatter=0.01), method="bayes", seed=s) for s in (3, 3, 4))
    assert short.scores.figures == again.scores.figures != other.scores.figures
    assert "times their memory; 50 are wanted" in {n.code: n.text for n in short.scores.notes}["TKW693"]


def refused(*given, **settings):
    with pytest.raises(TenkaiError) as caught:
        tk.interpret.power_law(*given, **settings)
    return str(caught.value)


@pytest.mark.row("L28")
def test_fewer_than_three_sizes_make_no_law():
    assert refused(points(), from_n=5000) == (
        "TK768 interpret.power_law from_n: a law needs 3 sizes; the range holds 2. Sizes (rows learned from): 100, "
        "300, 1,000, 3,000, 10,000, 30,000. Begin lower with from_n, or compute more sizes."
    )


def test_rising_errors_make_no_law():
    assert refused(points((2.0, -0.5, 0.3))) == (
        "TK768 interpret.power_law from_n: the errors do not fall: 1.874 at 100 rows, 1.977 at 30,000. A law L0 + "
        "a n^-b falls. Choose a range beyond the hump with from_n, or add seeds."
    )


def test_what_is_no_curve():
    assert (
        "TK769 interpret.power_law points: the table holds no points of a learning curve: it lacks 'training_rows'"
        in refused(tk.Table.from_({"x": [1.0]}))
    )
    assert "TK769" in refused(points().take([]))
    assert (
        "TK769 interpret.power_law metric: the points have no error 'mea'. Errors here: 'mae'. Did you mean 'mae'?"
        in refused(points(), metric="mea")
    )
    assert "'r2' is no error that falls as rows are added." in refused(points(r2=0.5), metric="r2")
    assert "TK769" in refused(points(), weights="test_rows")
    assert "TK708" in refused([points()], names=["a", "b"])
    assert "TK708" in refused([])
    assert "TK111" in refused(points(), from_n=5000, to_n=100)


@pytest.mark.row("L29")
def test_without_emcee_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "emcee", None)
    text = refused(points(scatter=0.01), method="bayes")
    assert "TK311" in text
    assert "Install it with: pip install 'tenkai[bayes]'" in text
