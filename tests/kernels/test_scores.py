"""Oracle: sklearn.metrics; resamples: a loop that draws and scores one at a time."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from tenkai.kernels import scores


def one(found):
    return {name: float(values[0]) for name, values in found.items()}


@given(st.integers(0, 10_000), st.integers(2, 60), st.floats(-1e6, 1e6))
def test_numbers_score_as_in_scikit_learn(seed, n, offset):
    random = np.random.default_rng(seed)
    y = random.normal(size=n) + offset
    p = y + random.normal(size=n)
    found = one(scores.regression(y, p))
    assert found["r2"] == pytest.approx(metrics.r2_score(y, p), rel=1e-7, abs=1e-7)
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(y, p))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(y, p))
    assert found["mape"] == pytest.approx(100 * metrics.mean_absolute_percentage_error(y, p))


@given(st.integers(0, 10_000), st.integers(1, 50), st.integers(2, 5))
def test_classes_score_as_in_scikit_learn(seed, n, k):
    random = np.random.default_rng(seed)
    y, p = random.integers(0, k, n), random.integers(0, k, n)
    matrix = scores.confusion(y, p, k)
    assert matrix[0].tolist() == metrics.confusion_matrix(y, p, labels=range(k)).tolist()
    found = one(scores.classification(matrix, 0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found["accuracy"] == pytest.approx(metrics.accuracy_score(y, p))
        assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(y, p))
        for name, score in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        ):
            for average in ("macro", "weighted"):
                wanted = score(y, p, average=average, zero_division=0)
                assert found[f"{name}_{average}"] == pytest.approx(wanted)
            assert found[name] == pytest.approx(score(y, p, labels=[0], average="macro", zero_division=0))
        if len({*y.tolist(), *p.tolist()}) > 1:
            assert found["kappa"] == pytest.approx(metrics.cohen_kappa_score(y, p), abs=1e-12)
        else:
            assert np.isnan(found["kappa"])


@given(st.integers(0, 10_000), st.integers(4, 60))
def test_areas_and_losses_as_in_scikit_learn_with_ties(seed, n):
    random = np.random.default_rng(seed)
    y = np.concatenate([[0, 1], random.integers(0, 2, n)])
    score = random.integers(0, 6, n + 2) / 5  # many equal
    area = scores.roc_auc([scores.Ranking(score, y == 1)], np.ones((1, n + 2)))
    assert area[0] == pytest.approx(metrics.roc_auc_score(y, score))
    P = random.dirichlet(np.ones(3), n + 3)
    three = np.concatenate([[0, 1, 2], random.integers(0, 3, n)])
    several = scores.roc_auc([scores.Ranking(P[:, k], three == k) for k in range(3)], np.ones((1, n + 3)))
    assert several[0] == pytest.approx(metrics.roc_auc_score(three, P, multi_class="ovr", average="weighted"))
    assert scores.row_log_loss(three, P).mean() == pytest.approx(metrics.log_loss(three, P))


def test_intervals_are_those_of_a_loop_over_resamples():
    random = np.random.default_rng(0)
    y = random.normal(size=30)
    p = y + random.normal(size=30)
    c, g = random.integers(0, 3, 30), random.integers(0, 3, 30)
    P = random.dirichlet(np.ones(3), 30)
    rankings = [scores.Ranking(P[:, k], c == k) for k in range(3)]

    def score(W):
        found = scores.regression(y, p, W)
        found |= scores.classification(scores.confusion(c, g, 3, W))
        return found | {"roc_auc": scores.roc_auc(rankings, W)}

    found = scores.intervals(score, 30, resamples=400, seed=7, level=0.9)
    draws = np.random.default_rng(7)
    loop = {name: [] for name in ("r2", "mae", "f1_macro", "kappa", "roc_auc")}
    for _ in range(400):
        at = draws.integers(0, 30, 30)
        loop["r2"].append(metrics.r2_score(y[at], p[at]))
        loop["mae"].append(metrics.mean_absolute_error(y[at], p[at]))
        loop["f1_macro"].append(metrics.f1_score(c[at], g[at], average="macro"))
        loop["kappa"].append(metrics.cohen_kappa_score(c[at], g[at]))
        loop["roc_auc"].append(metrics.roc_auc_score(c[at], P[at], multi_class="ovr", average="weighted"))
    for name, values in loop.items():
        assert found[name] == pytest.approx(np.quantile(values, [0.05, 0.95])), name


def test_blocks_of_many_rows_draw_the_same_as_one_at_a_time(monkeypatch):
    monkeypatch.setattr(scores, "_KEPT", 0)
    monkeypatch.setattr(scores, "_CELLS", 70)
    blocks = list(scores.counted(20, 11, 5))
    assert [len(b) for b in blocks] == [3, 3, 3, 2]
    draws = np.random.default_rng(5)
    wanted = [np.bincount(draws.integers(0, 20, 20), minlength=20) for _ in range(11)]
    assert np.array_equal(np.concatenate(blocks), wanted)


def test_what_is_undefined_is_nan():
    y, p = np.array([2.0, 2.0]), np.array([1.0, 2.0])
    assert np.isnan(one(scores.regression(y, p))["r2"])
    assert np.isnan(one(scores.regression(y[:1], p[:1]))["r2"])
    assert np.isnan(one(scores.regression(np.array([0.0, 1.0]), p))["mape"])
    assert np.isnan(scores.roc_auc([scores.Ranking(p, np.array([True, True]))], np.ones((1, 2)))[0])
    # Of two rows every second resample has only one of them.
    low, high = scores.intervals(lambda W: scores.regression(p, y, W), 2, resamples=200, seed=0, level=0.9)["r2"]
    assert np.isnan(low) and np.isnan(high)
