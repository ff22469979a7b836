"""interpret.cluster_stability: agreement over seeds and over subsamples."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

import tenkai as tk

rng = np.random.default_rng(0)
APART = tk.Table.from_(np.concatenate([rng.normal(size=(30, 2)), rng.normal(size=(30, 2)) + 12]))
ONE = tk.Table.from_(rng.uniform(size=(150, 2)))


def clusters(*names, ids=None):
    return tk.Table.from_({"cluster": list(names)}, ids=ids)


@pytest.mark.row("L17")
def test_by_hand():
    a, b = clusters("1", "1", "2", "2"), clusters("1", "2", "1", "2")
    # No pair is together in both: (0 - 2 * 2 / 6) / (2 - 2 * 2 / 6).
    found = tk.interpret.cluster_stability([a, b, a])
    assert found.scores["ari_min"] == pytest.approx(-0.5)
    assert found.scores["ari_mean"] == pytest.approx((1 - 0.5 - 0.5) / 3)
    assert found.scores["clusterings"] == 3
    noise = tk.interpret.cluster_stability([clusters("1", "1", None, None), a])
    assert noise.scores["ari_mean"] == 1  # noise is a group


@pytest.mark.row("L17", "I20")
def test_seeds_agree_on_groups_that_are_there(look):
    sure = tk.interpret.cluster_stability(tk.learn.k_means(APART, clusters=2, starts=1, seed=tk.sweep(seeds=4)))
    sweep = tk.learn.k_means(ONE, clusters=7, starts=1, seed=tk.sweep(seeds=4))
    unsure = tk.interpret.cluster_stability(sweep)
    assert sure.scores["ari_min"] == 1
    assert unsure.scores["ari_mean"] < 0.9
    first, second = sweep.items[:2]
    expected = adjusted_rand_score(first["cluster"].to_list(), second["cluster"].to_list())
    cells = {(r["a"], r["b"]): r["v"] for r in look(unsure.figure).rows(look(unsure.figure).marks("rect")[0])}
    assert cells["0", "1"] == pytest.approx(expected, rel=1e-4)
    assert unsure.scores.lens.fitted == 150
    assert [n.code for n in unsure.figure.notes] == ["TKW741"]


@pytest.mark.row("L17")
def test_subsamples_are_compared_on_the_rows_they_share():
    parts = [tk.process.sample(APART, rows=40, seed=s) for s in range(3)]
    found = tk.interpret.cluster_stability([tk.learn.k_means(p, clusters=2).table for p in parts])
    assert found.scores["ari_min"] == 1
    shared = [len(set(a.ids) & set(b.ids)) for a, b in ((parts[0], parts[1]), (parts[0], parts[2]), parts[1:])]
    assert found.scores["common_rows"] == min(shared) < 40


def test_what_cannot_be_compared():
    a = clusters("1", "1", "2", "2")
    for given, told in (
        ([a], "there is 1 clustering"),
        ([a, clusters("1", "2", ids=["x", "y"])], "have 0 rows in common"),
    ):
        with pytest.raises(tk.TenkaiError, match=f"TK708.*{told}"):
            tk.interpret.cluster_stability(given)
    with pytest.raises(tk.TenkaiError, match="TK201"):
        tk.interpret.cluster_stability([a, a], cluster="group")
