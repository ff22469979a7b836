"""learn.search against scikit-learn's searches over the same folds."""

from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, LeaveOneOut, StratifiedKFold
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tenkai as tk
from tenkai.run.project import load
from tenkai.values import Scores

ALPHAS = [0.01, 1.0, 10.0, 100.0, 1000.0]
search = tk.learn.search


@pytest.fixture(scope="module")
def rows() -> tk.Table:
    """Sixty rows whose columns are of very different size, so that scaling matters."""
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 5)) * 10.0 ** np.arange(-2, 3)
    y = X @ (np.array([1, 2, 0, -1, 0.5]) / 10.0 ** np.arange(-2, 3)) + 1.5 * random.normal(size=60)
    return tk.Table.from_({**{f"x{i}": X[:, i] for i in range(5)}, "y": y, "c": np.where(y > 0, "up", "down")})


def prepared(rows: tk.Table):
    return tk.process.standardize(rows, columns={"match": "x*"}).table


@pytest.fixture(scope="module")
def ridge(rows):
    return tk.learn.ridge(prepared(rows), target="y", columns={"match": "x*"}).model


@pytest.fixture(scope="module")
def logistic(rows):
    return tk.learn.logistic(prepared(rows), target="c", columns={"match": "x*"}).model


def arrays(rows: tk.Table, target: str = "y"):
    return rows.matrix([f"x{i}" for i in range(5)]), rows[target].to_numpy()


# ---- the numbers ----------------------------------------------------------------------------------


@pytest.mark.row("F6", "L7")
def test_a_grid_is_that_of_scikit_learn(rows, ridge):
    found = search(rows, ridge, space={"alpha": ALPHAS}, seed=3)
    X, y = arrays(rows)
    pipe = make_pipeline(StandardScaler(), Ridge())
    oracle = GridSearchCV(pipe, {"ridge__alpha": ALPHAS}, cv=KFold(5, shuffle=True, random_state=3)).fit(X, y)
    trials = found.trials
    assert trials["alpha"].to_list() == ALPHAS
    np.testing.assert_allclose(trials["score"], oracle.cv_results_["mean_test_score"], rtol=1e-9)
    np.testing.assert_allclose(trials["sd"], oracle.cv_results_["std_test_score"] * np.sqrt(5 / 4), rtol=1e-9)
    np.testing.assert_allclose(trials["se"], trials["sd"] / np.sqrt(5))
    assert trials["rank"].to_list() == oracle.cv_results_["rank_test_score"].tolist()
    assert [c == "yes" for c in trials["chosen"]] == [i == oracle.best_index_ for i in range(5)]
    assert found.best["alpha"] == oracle.best_params_["ridge__alpha"]
    assert found.best["score"] == pytest.approx(oracle.best_score_)
    assert found.best["trials"] == 5
    # used for the final fit, on all rows
    said = tk.learn.predict(rows, found.model)
    np.testing.assert_allclose(said["predicted"], oracle.predict(X), rtol=1e-9)
    assert found.model.settings["alpha"] == found.best["alpha"]
    # which settings each fold alone would take
    per_fold = np.stack([oracle.cv_results_[f"split{k}_test_score"] for k in range(5)])
    assert found.fold_settings["alpha"].to_list() == [ALPHAS[i] for i in per_fold.argmax(axis=1)]
    np.testing.assert_allclose(found.fold_settings["score"], per_fold.max(axis=1), rtol=1e-9)
    # out-of-fold predictions are those of cross-validation with the settings chosen
    again = tk.learn.cross_validate(rows, found.model, seed=3)
    assert found.predictions.frame.equals(again.frame)


@pytest.mark.row("L6", "F6")
@pytest.mark.parametrize("by", ["accuracy", "f1_weighted", "balanced_accuracy", "log_loss", "roc_auc"])
def test_classes_are_searched_by_any_score(rows, logistic, by):
    space = {"C": [0.01, 0.1, 1.0, 10.0]}
    found = search(rows, logistic, space=space, by=by, folds=4, stratify="c")
    X, y = arrays(rows, "c")
    pipe = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-10, max_iter=10_000))
    folds = StratifiedKFold(4, shuffle=True, random_state=0)
    scoring = {"log_loss": "neg_log_loss"}.get(by, by)
    oracle = GridSearchCV(pipe, {"logisticregression__C": space["C"]}, cv=folds, scoring=scoring).fit(X, y)
    wanted = oracle.cv_results_["mean_test_score"] * (-1 if by == "log_loss" else 1)
    np.testing.assert_allclose(found.trials["score"], wanted, rtol=1e-5)
    assert found.best["C"] == oracle.best_params_["logisticregression__C"]


def test_repeats_and_leave_one_out(rows, ridge):
    X, y = arrays(rows)
    pipe = make_pipeline(StandardScaler(), Ridge())
    grid = {"ridge__alpha": ALPHAS}
    repeated = search(rows, ridge, space={"alpha": ALPHAS}, folds=3, repeats=2, by="mae")
    # repeats draw with seeds 0 and 1
    folds = [f for s in (0, 1) for f in KFold(3, shuffle=True, random_state=s).split(X)]
    oracle = GridSearchCV(pipe, grid, cv=folds, scoring="neg_mean_absolute_error").fit(X, y)
    np.testing.assert_allclose(repeated.trials["score"], -oracle.cv_results_["mean_test_score"], rtol=1e-9)
    assert repeated.predictions.height == 120
    single = search(rows, ridge, space={"alpha": ALPHAS}, folds="leave_one_out", by="rmse")
    oracle = GridSearchCV(pipe, grid, cv=LeaveOneOut(), scoring="neg_root_mean_squared_error").fit(X, y)
    np.testing.assert_allclose(single.trials["score"], -oracle.cv_results_["mean_test_score"], rtol=1e-9)


@pytest.mark.row("F8")
def test_several_settings_in_order_and_kinds(rows):
    model = tk.learn.k_nearest(prepared(rows), target="y", columns={"match": "x*"}).model
    space = {"neighbors": {"range": [1, 9, 4]}, "weights": ["uniform", "distance"]}
    found = search(rows, model, space=space, by="rmse", folds=3)
    settings = list(product([1, 5, 9], ["uniform", "distance"]))
    assert list(zip(found.trials["neighbors"], found.trials["weights"], strict=True)) == settings
    X, y = arrays(rows)
    pipe = make_pipeline(StandardScaler(), KNeighborsRegressor())
    grid = {"kneighborsregressor__n_neighbors": [1, 5, 9], "kneighborsregressor__weights": ["uniform", "distance"]}
    folds = KFold(3, shuffle=True, random_state=0)
    oracle = GridSearchCV(pipe, grid, cv=folds, scoring="neg_root_mean_squared_error").fit(X, y)
    np.testing.assert_allclose(found.trials["score"], -oracle.cv_results_["mean_test_score"], rtol=1e-9)
    assert found.best["weights"] == oracle.best_params_["kneighborsregressor__weights"]


@pytest.mark.row("L15")
def test_maximize_and_minimize(rows, ridge):
    low = search(rows, ridge, space={"alpha": ALPHAS}, by="rmse")
    assert low.best["score"] == pytest.approx(low.trials["score"].min())
    worst = search(rows, ridge, space={"alpha": ALPHAS}, by="rmse", goal="maximize")
    assert worst.best["score"] == pytest.approx(low.trials["score"].max())
    assert search(rows, ridge, space={"alpha": ALPHAS}).trials["by"][0] == "r2"
    about = worst.best.about["score"]
    assert about == "mean rmse over the folds with the settings chosen; the highest was sought"


def test_settings_in_blocks_are_the_same(rows, ridge, monkeypatch):
    options = {"space": {"alpha": ALPHAS}, "folds": 3}
    whole = search(rows, ridge, **options)
    monkeypatch.setattr("tenkai.learn._search.MOST_CELLS", 45)  # two at once
    assert search(rows, ridge, **options).trials.frame.equals(whole.trials.frame)


# ---- nested ---------------------------------------------------------------------------------------


@pytest.mark.row("L7")
def test_nested_is_the_whole_search_inside_each_outer_fold(rows, ridge):
    found = search(rows, ridge, space={"alpha": ALPHAS}, nested=4, folds=3, seed=7)
    X, y = arrays(rows)
    pipe = make_pipeline(StandardScaler(), Ridge())
    predicted, chosen, inner = np.empty(60), [], []
    for train, test in KFold(4, shuffle=True, random_state=7).split(X):
        scores = []
        for alpha in ALPHAS:
            folds = KFold(3, shuffle=True, random_state=7).split(train)
            one = clone(pipe).set_params(ridge__alpha=alpha)
            scores.append(
                np.mean([one.fit(X[train[a]], y[train[a]]).score(X[train[b]], y[train[b]]) for a, b in folds])
            )
        chosen.append(ALPHAS[int(np.argmax(scores))])
        inner.append(max(scores))
        predicted[test] = clone(pipe).set_params(ridge__alpha=chosen[-1]).fit(X[train], y[train]).predict(X[test])
    assert found.fold_settings["alpha"].to_list() == chosen
    np.testing.assert_allclose(found.fold_settings["score"], inner, rtol=1e-9)
    np.testing.assert_allclose(found.predictions["predicted"], predicted, rtol=1e-9)
    assert found.predictions.ids.to_list() == rows.ids.to_list()
    # the model for new rows is that of the search over all rows
    plain = search(rows, ridge, space={"alpha": ALPHAS}, folds=3, seed=7)
    assert found.best.figures == plain.best.figures
    assert found.model.digest == plain.model.digest


# ---- the rule -------------------------------------------------------------------------------------


@pytest.mark.row("F6")
def test_the_simplest_within_one_standard_error(rows, ridge):
    alphas = [0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0]
    settings = {"space": {"alpha": alphas}, "by": "rmse", "rule": "one_standard_error"}
    found = search(rows, ridge, simplest={"alpha": "largest"}, **settings)
    t = found.trials.frame
    best = t.filter(pl.col("rank") == 1)
    near = t.filter(pl.col("score") <= best["score"][0] + best["se"][0])
    assert best["alpha"][0] < near["alpha"].max() < 1000
    assert found.best["alpha"] == near["alpha"].max()
    assert t.filter(pl.col("chosen") == "yes")["alpha"].to_list() == [near["alpha"].max()]
    assert found.best["score"] > best["score"][0]
    small = search(rows, ridge, simplest={"alpha": "smallest"}, **settings)
    assert small.best["alpha"] == near["alpha"].min()


def test_no_limit_is_not_simple():
    """A depth of null is the largest of all."""
    from tenkai.learn._search import Tried, _choice

    scores = np.array([[0.7, 0.9], [0.8, 0.9], [0.8, 0.89]])
    tried = Tried([{"depth": None}, {"depth": 5}, {"depth": 2}], scores, True, 0)
    # best 0.85 +- 0.05: all are near
    assert _choice(tried, {}) == 1
    assert _choice(tried, {"depth": "smallest"}) == 2
    assert _choice(tried, {"depth": "largest"}) == 0


# ---- random and adaptive --------------------------------------------------------------------------


@pytest.mark.row("F6")
@pytest.mark.parametrize("method", ["random", "adaptive"])
def test_draws_repeat_with_the_seed(rows, ridge, method):
    options = {"space": {"alpha": {"log": [0.001, 1e4]}}, "method": method, "trials": 12, "folds": 3}
    first, again, other = (search(rows, ridge, seed=s, **options) for s in (1, 1, 2))
    assert first.trials.frame.equals(again.trials.frame)
    assert first.trials["alpha"].to_list() != other.trials["alpha"].to_list()
    drawn = first.trials["alpha"]
    assert drawn.n_unique() == 12
    assert drawn.min() >= 0.001 and drawn.max() <= 1e4
    # every score is that of the grid with these settings
    grid = search(rows, ridge, seed=1, space={"alpha": drawn.to_list()}, folds=3)
    assert grid.trials["score"].to_list() == first.trials["score"].to_list()


def test_adaptive_learns_from_what_it_tried(rows, ridge):
    options = {"space": {"alpha": {"log": [1e-6, 1e9]}}, "by": "rmse", "trials": 30}
    found = search(rows, ridge, method="adaptive", **options)
    late = np.log10(found.trials["alpha"].to_numpy()[15:])
    best = np.log10(found.best["alpha"])
    # at random, 5 of 15 would lie within 2.5 decades of the best
    assert (np.abs(late - best) < 2.5).sum() >= 10
    assert found.trials["chosen"].to_list().count("yes") == 1


def test_a_small_space_is_tried_in_full_and_each_once(rows):
    model = tk.learn.k_nearest(prepared(rows), target="y", columns={"match": "x*"}).model
    space = {"neighbors": {"range": [2, 4]}, "weights": ["uniform", "distance"]}
    grid = search(rows, model, space=space, folds=3)
    wanted = set(zip(grid.trials["neighbors"], grid.trials["weights"], strict=True))
    for method in ("random", "adaptive"):
        found = search(rows, model, space=space, folds=3, method=method, trials=40)
        tried = list(zip(found.trials["neighbors"], found.trials["weights"], strict=True))
        assert len(tried) == 6 and set(tried) == wanted
        assert found.best["score"] == grid.best["score"]
    few = search(rows, model, space=space, folds=3, method="random", trials=4)
    assert few.trials.height == 4
    whole = search(rows, model, space={"neighbors": {"log": [1, 30, 9]}}, folds=3)
    assert whole.trials["neighbors"].to_list() == [1, 2, 4, 5, 8, 13, 20, 30]  # whole numbers, each once
    drawn = search(rows, model, space={"neighbors": {"log": [1, 30]}}, folds=3, method="random", trials=8)
    assert drawn.trials["neighbors"].is_between(1, 30).all() and drawn.trials["neighbors"].dtype == pl.Int64


# ---- lineage --------------------------------------------------------------------------------------


@pytest.mark.row("F6", "L7")
def test_the_lens_says_chosen_and_nested_does_not(rows, ridge):
    def seen(table):
        return tk.interpret.regression_scores(table, target="y", interval="never").scores.lens.counts()

    plain = search(rows, ridge, space={"alpha": ALPHAS})
    assert seen(plain.predictions) == {"scored": 60, "prepared": 0, "fitted": 0, "chosen": 60}
    nested = search(rows, ridge, space={"alpha": ALPHAS}, nested=3)
    assert seen(nested.predictions) == {"scored": 60, "prepared": 0, "fitted": 0, "chosen": 0}
    # the model, wherever it is used
    assert seen(tk.learn.cross_validate(rows, plain.model))["chosen"] == 60
    assert seen(tk.learn.predict(rows, plain.model)) == {"scored": 60, "prepared": 60, "fitted": 60, "chosen": 60}
    # and what it reached
    assert isinstance(plain.best, Scores)
    assert plain.best.lens.counts() == {"scored": 60, "prepared": 0, "fitted": 0, "chosen": 60}
    # a search on other rows says nothing of these
    parts = tk.process.split(rows, test=20)
    apart = search(parts.train, ridge, space={"alpha": ALPHAS})
    assert seen(tk.learn.predict(parts.test, apart.model)) == dict.fromkeys(("prepared", "fitted", "chosen"), 0) | {
        "scored": 20
    }
    # rows that were scaled together are prepared, and the choice saw them all
    together = search(prepared(rows).take(np.arange(40)), ridge, space={"alpha": ALPHAS})
    assert seen(together.predictions) == {"scored": 40, "prepared": 40, "fitted": 0, "chosen": 40}
    assert seen(tk.learn.predict(rows.take(np.arange(40, 60)), together.model))["chosen"] == 20


FLOW = """
steps:
  rows: {collect.csv: {path: rows.csv}}
  scaled: {process.standardize: {table: rows, columns: {except: [y]}}}
  model: {learn.ridge: {table: scaled, target: y}}
  tuned: {learn.search: {table: rows, model: model, space: {alpha: [0.1, 1, 10]}}}
  tuned_scores: {interpret.regression_scores: {table: tuned.predictions, target: y}}
  final: {learn.ridge: {table: scaled, target: y, alpha: {from: tuned.best.alpha}}}
  said: {learn.predict: {table: rows, model: final}}
  scores: {interpret.regression_scores: {table: said, target: y}}
  path: {interpret.search_path: {trials: tuned.trials}}
results: {alpha: tuned.best.alpha, r2: tuned_scores.r2, r2_final: scores.r2}
"""


@pytest.mark.row("F9", "F6")
def test_the_best_setting_feeds_the_final_fit(tmp_path: Path, cache_dir: Path):
    random = np.random.default_rng(0)
    X = random.normal(size=(30, 2))
    pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": X.sum(axis=1)}).write_csv(tmp_path / "rows.csv")
    (tmp_path / "w.yaml").write_text(FLOW)
    result = load(tmp_path / "w.yaml").run()
    assert result.ok
    told = result.to_json()
    assert told["results"]["alpha"] == 0.1
    assert {n: (lens["fitted"], lens["chosen"]) for n, lens in told["lens"].items()} == {
        "alpha": (0, 30),
        "r2": (0, 30),
        "r2_final": (30, 30),
    }
    # the lens speaks of the names in the workflow
    names = {step for step, _, _ in result.value("scores").lens.by} | {
        s for s, _, _ in result.value("tuned_scores").lens.by
    }
    assert names == {"scaled", "final", "tuned"}
    assert {i.step for i in result.value("tuned").influences} == {"scaled", "tuned"}


# ---- tables of settings ---------------------------------------------------------------------------


def test_progress_ends_and_can_be_stopped(rows, ridge):
    from tenkai.step import Cancelled, Run

    told = []
    run = Run(report=lambda done, total, text: told.append((done, total)))
    inputs = {"table": rows, "model": ridge}
    search.run(inputs, search.convert({"space": {"alpha": ALPHAS}, "nested": 3}), run)
    assert told == [(k, 20) for k in range(1, 21)]
    with pytest.raises(Cancelled):
        search.run(inputs, search.convert({"space": {"alpha": ALPHAS}}), Run(cancelled=lambda: True))
