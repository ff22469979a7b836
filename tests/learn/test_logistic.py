"""learn.logistic and its estimator, against scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.learn._families import predict_folds
from tenkai.learn._logistic import LogisticClassifier, candidates_of, dealt_folds
from tenkai.values import Folder, load

TIGHT = {"solver": "newton-cholesky", "tol": 1e-10, "max_iter": 1000}


@parametrize_with_checks(
    [LogisticClassifier(), LogisticClassifier("elastic_net", "cv", multi_class="one_vs_rest", cv=2)]
)
def test_scikit_learn_accepts_our_classifier(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def elements(data_dir) -> tk.Table:
    """103 elements with their crystal structure, standardized."""
    table = tk.collect.csv(path=str(data_dir / "mi" / "mono_structure_str.csv"))
    return tk.process.standardize(table, columns={"except": ["Z"]}).table


@pytest.fixture(scope="module")
def iris() -> tuple[np.ndarray, np.ndarray]:
    data = load_iris()
    return (data.data - data.data.mean(axis=0)) / data.data.std(axis=0), data.target


@pytest.mark.row("L9")
@pytest.mark.parametrize("weight", [None, "balanced"])
def test_one_class_against_the_rest_as_in_scikit_learn(iris, weight):
    X, y = iris
    ours = LogisticClassifier(C=2.0, multi_class="one_vs_rest", class_weight=weight).fit(X, y)
    peer = OneVsRestClassifier(LogisticRegression(C=2.0, class_weight=weight, **TIGHT)).fit(X, y)
    assert_allclose(ours.coef_, np.concatenate([e.coef_ for e in peer.estimators_]), atol=1e-6)
    assert_allclose(ours.predict_proba(X), peer.predict_proba(X), atol=1e-7)
    assert_array_equal(ours.predict(X), peer.predict(X))


@pytest.mark.parametrize("weight", ["balanced", {0: 3.0, 2: 0.5}])
def test_weights_of_classes_as_in_scikit_learn(iris, weight):
    ours = LogisticClassifier(class_weight=weight).fit(*iris)
    peer = LogisticRegression(class_weight=weight, **TIGHT).fit(*iris)
    assert_allclose(ours.coef_, peer.coef_, atol=1e-6)
    assert_allclose(ours.decision_function(iris[0]), peer.decision_function(iris[0]), atol=1e-6)


@pytest.mark.row("L6")
@pytest.mark.parametrize("scoring", ["log_loss", "accuracy"])
def test_the_choice_of_c_is_that_of_scikit_learn_on_the_same_folds(iris, scoring):
    X, y = iris
    tried = [0.01, 0.1, 1.0, 30.0]
    ours = LogisticClassifier(C="cv", candidates=tried[::-1], scoring=scoring, random_state=4).fit(X, y)
    peer = LogisticRegressionCV(
        Cs=tried,
        l1_ratios=(0,),
        cv=dealt_folds(y, 5, 4),
        scoring="neg_log_loss" if scoring == "log_loss" else "accuracy",
        use_legacy_attributes=False,
        **TIGHT,
    ).fit(X, y)
    sign = -1 if scoring == "log_loss" else 1
    each = sign * peer.scores_[:, 0, :]
    assert_allclose(ours.tried_[:, 0], tried)
    assert_allclose(ours.tried_[:, 1], each.mean(axis=0), atol=1e-7)
    assert_allclose(ours.tried_[:, 2], each.std(axis=0, ddof=1) / np.sqrt(5), atol=1e-7)
    assert pytest.approx(peer.C_) == ours.C_
    # One refit on all rows.
    assert_allclose(ours.coef_, LogisticClassifier(C=ours.C_).fit(X, y).coef_, atol=0)


def test_one_standard_error_takes_a_stronger_penalty(iris):
    best, simple = (LogisticClassifier("l1", "cv", rule=r).fit(*iris) for r in ("best", "one_standard_error"))
    at = list(best.tried_[:, 0]).index(best.C_)
    limit = best.tried_[at, 1] + best.tried_[at, 2]
    within = best.tried_[:, 0][best.tried_[:, 1] <= limit]
    assert within[0] == simple.C_ < best.C_


def test_folds_keep_the_shares_of_classes():
    codes = np.repeat([0, 1, 2], [50, 31, 3])
    folds = dealt_folds(codes, 5, 0)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(84))
    for k in range(3):
        each = [int((codes[test] == k).sum()) for _, test in folds]
        assert max(each) - min(each) <= 1


@pytest.mark.parametrize("threads", [1, 2])
def test_folds_together_are_separate_fits(iris, threads):
    X, y = iris
    members = [
        LogisticClassifier(C=0.1),
        LogisticClassifier("l1", 3.0),
        LogisticClassifier("elastic_net", "cv", cv=3, candidates=[0.1, 1.0]),
        LogisticClassifier(C=7.0, multi_class="one_vs_rest", class_weight="balanced"),
        LogisticClassifier(C=40.0),
    ]
    folds = dealt_folds(y, 4, 1)
    for (train, test), told in zip(folds, predict_folds(members, X, y, folds, threads=threads), strict=True):
        for e, answer in zip(members, told, strict=True):
            alone = LogisticClassifier(**e.get_params()).fit(X[train], y[train]).predict_proba(X[test])
            assert_array_equal(alone, answer)


@pytest.mark.row("L8")
def test_the_loss_falls_from_the_intercept_alone(iris):
    X, y = iris
    found = LogisticClassifier("l1", 5.0).fit(X, y)
    curve = found.loss_[0]
    assert curve[0] == pytest.approx(np.log(3))  # three classes of 50 rows
    assert (np.diff(curve) <= 1e-14).all()
    penalty = np.abs(found.coef_).sum() / (5.0 * len(y))
    assert curve[-1] == pytest.approx(log_loss(y, found.predict_proba(X)) + penalty, rel=1e-12)


def test_a_class_that_an_inner_fold_lacks(refused):
    """One row of class b: without it the other class is certain, and nothing breaks."""
    table = tk.Table.from_({"x": np.arange(9.0), "kind": ["a"] * 8 + ["b"]})
    found = tk.learn.logistic(table, target="kind", C="cv", folds=3)
    assert np.isfinite(found.search["mean"].to_numpy()).all()
    pair = tk.Table.from_({"x": np.arange(9.0), "kind": list("abababaab")})
    model = tk.learn.logistic(pair, target="kind", C="cv", folds=9).model
    assert "8 rows" in refused("TK211", tk.learn.cross_validate, pair, model, folds=9)


def test_warnings_of_the_estimator(iris):
    with pytest.warns(ConvergenceWarning, match="1 steps were not enough"):
        LogisticClassifier(max_iter=1).fit(*iris)
    with pytest.warns(ConvergenceWarning, match="can be separated"):
        LogisticClassifier("none").fit(iris[0][:100], iris[1][:100])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LogisticClassifier().fit(iris[0][:100], iris[1][:100])


@pytest.mark.parametrize("wrong", [{"penalty": "L1"}, {"C": -1.0}, {"C": "CV"}, {"l1_ratio": 2.0}, {"scoring": "f1"}])
def test_the_estimator_refuses(iris, wrong):
    with pytest.raises(ValueError, match="Allowed"):
        LogisticClassifier(**wrong).fit(*iris)


# ---- the step -----------------------------------------------------------------------------------


@pytest.mark.row("L8")
def test_the_step_tells_coefficients_loss_and_probabilities(elements, tmp_path):
    found = tk.learn.logistic(elements, target="crystal_structure", columns={"except": ["Z"]}, C=0.5)
    table = found.coefficients
    assert table.height == 4 * 13
    assert table.columns == ["column", "class", "coefficient", "scaled", "odds_ratio"]
    assert table.ids[1] == "min_oxidation_state (bcc)"
    # The columns are standardized, so a scaled coefficient is the coefficient; one model of all classes has no odds.
    slopes = table.frame.filter(table["column"] != "intercept")
    assert_allclose(slopes["scaled"], slopes["coefficient"], rtol=1e-9)
    assert table["odds_ratio"].null_count() == table.height
    # The coefficients are those of scikit-learn on the same rows.
    names = [c for c in elements.choose("numbers") if c != "Z"]
    peer = LogisticRegression(C=0.5, **TIGHT).fit(elements.matrix(names), elements["crystal_structure"].to_numpy())
    assert_allclose(slopes["coefficient"].to_numpy().reshape(4, 12), peer.coef_, atol=1e-6)
    assert (np.diff(found.loss["loss"]) <= 1e-14).all()
    told = tk.learn.predict(elements, found.model)
    assert_allclose(told.matrix([f"P({c})" for c in peer.classes_]).sum(axis=1), 1.0)
    assert found.figures["accuracy"] == (told["predicted"] == elements["crystal_structure"]).mean()
    assert found.figures.lens.fitted == 103
    # Stored and read back, it says the same of new rows.
    found.model.save(tmp_path)
    again = tk.learn.predict(elements.take(np.arange(5)), load(Folder(tmp_path)))
    assert again.frame.equals(told.take(np.arange(5)).frame)


def test_two_classes_have_odds_ratios():
    """Odds of 1/4 and 3: the ratio is 12."""
    x = np.repeat([0.0, 1.0], [5, 4])
    kind = ["b", "a", "a", "a", "a", "b", "b", "b", "a"]
    found = tk.learn.logistic(tk.Table.from_({"x": x, "kind": kind}), target="kind", penalty="none").coefficients
    assert found["class"].to_list() == ["b", "b"]
    assert found["odds_ratio"].to_list() == pytest.approx([0.25, 12.0], rel=1e-8)


@pytest.mark.row("L9")
def test_one_vs_rest_has_a_curve_and_odds_per_class(elements):
    found = tk.learn.logistic(elements, target="crystal_structure", classes="one_vs_rest", penalty="l1")
    assert found.loss["class"].unique(maintain_order=True).to_list() == ["bcc", "fcc", "hcp", "misc"]
    assert found.coefficients["odds_ratio"].null_count() == 0


@pytest.mark.row("L6")
def test_a_chosen_c_shows_what_was_tried(elements):
    found = tk.learn.logistic(elements, target="crystal_structure", penalty="l1", C="cv", seed=1)
    search = found.search
    assert search.columns == ["C", "mean", "se", "chosen", "score"]
    assert search.height == 25
    best = search.frame.filter(search["chosen"])
    assert best["C"].to_list() == [found.figures["C"]]
    assert best["mean"][0] == search["mean"].min()
    assert tk.learn.logistic(elements, target="crystal_structure").search.height == 0
    edge = tk.learn.logistic(elements, target="crystal_structure", C="cv", candidates=[1e-4, 1e-3])
    assert [n.code for n in edge.model.notes] == ["TKW660"]
    assert "0.001, is the largest" in edge.model.notes[0].text


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_no_bit(elements, run_with, assert_same, threads):
    settings = {"target": "crystal_structure", "C": "cv", "candidates": [0.1, 1.0]}
    first = run_with(tk.learn.logistic, elements, 1, **settings)
    assert_same(run_with(tk.learn.logistic, elements, threads, **settings), first)


def test_unsettled_coefficients_are_told(elements):
    found = tk.learn.logistic(elements, target="crystal_structure", iterations=1)
    assert [n.code for n in found.coefficients.notes] == ["TKW640"]


def test_cross_validation_weights_classes_by_name(elements):
    """The weights of one class pull rows to it, also in the folds."""
    plain = tk.learn.logistic(elements, target="crystal_structure").model
    heavy = tk.learn.logistic(elements, target="crystal_structure", class_weight={"fcc": 50.0}).model
    hits = [(tk.learn.cross_validate(elements, m)["predicted"] == "fcc").sum() for m in (plain, heavy)]
    assert hits[1] > hits[0] + 20


@pytest.mark.row("T9")
def test_the_penalty_of_textbooks(elements, refused):
    text = refused("TK111", tk.learn.logistic, elements, target="crystal_structure", penalty="L1")
    assert text == (
        "TK111 learn.logistic penalty: 'L1' is not allowed. Allowed: one of l2, l1, elastic_net, none. "
        "Did you mean 'l1'?"
    )


def test_refusals(elements, refused):
    def no(code, table=elements, **settings):
        return refused(code, tk.learn.logistic, table, **{"target": "crystal_structure", **settings})

    assert "without an error" in no("TK652", penalty="none")
    assert "At most 103 folds" in no("TK211", C="cv", folds=104)
    assert "Did you mean 'fcc'?" in no("TK650", class_weight={"fc": 2.0})
    assert "process.label" in no("TK611", target="IP")
    same = elements.take(np.flatnonzero((elements["crystal_structure"] == "fcc").to_numpy()))
    assert "one class 'fcc'" in no("TK610", same)
    no("TK111", C=-1)
    no("TK202", columns=["symbol", "IP"])
    holes = tk.Table.from_({"x": [1.0, None, 3.0], "crystal_structure": ["a", "b", "a"]})
    no("TK208", holes)


def test_candidates_are_a_log_grid():
    tried = candidates_of(LogisticClassifier())
    assert (len(tried), tried[0], tried[-1]) == (25, 1e-4, pytest.approx(1e4))
    assert_allclose(np.diff(np.log10(tried)), 1 / 3)


def test_the_plan_knows_the_tables():
    schema = tk.Table.from_({"x": [0.0, 1.0], "kind": ["a", "b"]}).schema
    settings = tk.learn.logistic.convert({"target": "kind"})
    told = tk.learn.logistic.flow({"table": schema}, settings)
    assert list(told["coefficients"].columns) == ["column", "class", "coefficient", "scaled", "odds_ratio"]
