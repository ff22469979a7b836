"""learn.lasso and its estimator, against scikit-learn and refits."""

import numpy as np
import polars as pl
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model
from sklearn.model_selection import KFold
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.learn._linear import LeastSquares
from tenkai.learn._penalized import ElasticNet, Lasso
from tenkai.learn._ridge import Ridge
from tenkai.step import Run
from tenkai.values.estimator_files import StoredEstimator, write_estimator

EVERY = [
    Lasso(),
    Lasso("cv"),
    ElasticNet(),
    ElasticNet("cv", rule="one_standard_error"),
    Ridge(),
    Ridge("cv"),
    LeastSquares(),
]


@parametrize_with_checks(EVERY)
def test_scikit_learn_accepts_our_linear_models(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def compounds(data_dir) -> tuple[np.ndarray, np.ndarray]:
    """The 16 element values of 82 compounds, standardized, and dE."""
    frame = pl.read_csv(data_dir / "mi" / "ZB_WZ_dE_rawdescriptor.csv")
    X = frame.drop("ZA", "ZB", "A", "B", "dE").to_numpy().astype(np.float64)
    return (X - X.mean(axis=0)) / X.std(axis=0), frame["dE"].to_numpy()


@pytest.mark.row("L10")
@pytest.mark.parametrize("alpha", [0.5, 0.05, 1e-3])
@pytest.mark.parametrize("intercept", [True, False])
def test_equal_to_scikit_learn(compounds, alpha, intercept):
    X, y = compounds
    ours = Lasso(alpha, fit_intercept=intercept).fit(X + 1, y)
    peer = linear_model.Lasso(alpha, tol=1e-12, max_iter=1_000_000, fit_intercept=intercept).fit(X + 1, y)
    assert_allclose(ours.coef_, peer.coef_, atol=1e-7)
    assert ours.intercept_ == pytest.approx(peer.intercept_, abs=1e-7)
    assert ours.converged_ and ours.violation_ < 1e-12 and ours.dual_gap_ < 1e-14
    assert_allclose(ours.predict(X), peer.predict(X), atol=1e-7)


@pytest.mark.row("L10")
def test_the_choice_is_that_of_scikit_learns_cross_validation(compounds):
    X, y = compounds
    alphas = np.logspace(-0.5, -3, 12)
    ours = Lasso("cv", candidates=list(alphas[::-1]), seed=3).fit(X, y)
    cv = KFold(5, shuffle=True, random_state=3)
    peer = linear_model.LassoCV(alphas=alphas, cv=cv, tol=1e-12, max_iter=1_000_000).fit(X, y)
    assert_array_equal(ours.alphas_, alphas)
    assert_allclose(ours.errors_, peer.mse_path_, rtol=1e-8)
    assert ours.alpha_ == peer.alpha_ and ours.error_[ours.chosen_] == ours.error_.min()
    # The refit is the plain fit with this penalty, to the bit.
    assert_array_equal(ours.coef_, Lasso(ours.alpha_).fit(X, y).coef_)
    simpler = Lasso("cv", candidates=list(alphas), seed=3, rule="one_standard_error").fit(X, y)
    within = ours.error_ <= ours.error_.min() + ours.error_se_[ours.chosen_]
    assert simpler.alpha_ == alphas[within].max() > ours.alpha_


def test_candidates_begin_where_no_column_is_used(compounds):
    X, y = compounds
    found = Lasso("cv").fit(X, y)
    assert len(found.alphas_) == 50 and found.alphas_[-1] / found.alphas_[0] == pytest.approx(1e-4)
    assert found.nonzero_[0] <= 1 and found.nonzero_[-1] > 10
    assert found.alphas_[0] == pytest.approx(np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y))


@pytest.mark.row("L7")
@pytest.mark.parametrize("kind", [Lasso, ElasticNet, Ridge])
@pytest.mark.parametrize("threads", [1, 2])
def test_families_give_the_bits_of_each_alone(compounds, kind, threads):
    X, y = compounds
    family = [kind(a, fit_intercept=c) for a, c in [(0.3, True), (0.01, True), (0.02, False), (1.0, True), (0.0, True)]]
    family.append(kind("cv", candidates=[0.1, 0.01, 0.5]))
    together = kind.fit_together([*map(_copy, family)], X, y, threads=threads)
    random = np.random.default_rng(0)
    folds = [(p[20:], p[:20]) for p in (random.permutation(82) for _ in range(3))]
    said = list(kind.predict_folds(family, X, y, folds, threads=threads))
    for i, e in enumerate(family):
        alone = _copy(e).fit(X, y)
        assert_array_equal(alone.coef_, together[i].coef_)
        assert alone.intercept_ == together[i].intercept_ and alone.alpha_ == together[i].alpha_
        for k, (train, test) in enumerate(folds):
            (mine,) = list(kind.predict_folds([e], X, y, folds))[k]
            assert_array_equal(mine, said[k][i])
            refit = _copy(e).fit(X[train], y[train])
            assert_allclose(mine, refit.predict(X[test]), rtol=1e-6, atol=1e-8)


def _copy(e):
    return type(e)(**e.get_params())


@pytest.mark.parametrize("kind", [Lasso, Ridge])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_families_of_large_tables_too(kind, as_sparse):
    random = np.random.default_rng(0)
    X = (random.random((2500, 220)) < 0.05).astype(float)
    if not as_sparse:
        X += 1e-3 * random.normal(size=X.shape)
    y = X @ random.normal(size=220) + random.normal(size=2500)
    rows = scipy.sparse.csr_matrix(X) if as_sparse else X
    family = [kind(a) for a in (0.5, 0.02, 0.001)]
    order = random.permutation(2500)
    folds = [(order[600:], order[:600]), (np.sort(order[:1500]), order[1500:1600])]
    one = kind.fit_together([*map(_copy, family)], rows, y, threads=1)
    two = kind.fit_together([*map(_copy, family[::-1])], rows, y, threads=2)[::-1]
    said = [list(kind.predict_folds(family, rows, y, folds, threads=t)) for t in (1, 2)]
    for i, e in enumerate(family):
        assert_array_equal(one[i].coef_, two[i].coef_)
        assert_array_equal(one[i].coef_, _copy(e).fit(rows, y).coef_)
        for k, (train, test) in enumerate(folds):
            assert_array_equal(said[0][k][i], said[1][k][i])
            refit = _copy(e).fit(rows[train], y[train])
            assert_allclose(said[0][k][i], refit.predict(rows[test]), atol=1e-9)


def test_sparse_rows_are_the_same_rows():
    random = np.random.default_rng(1)
    X = (random.random((90, 30)) < 0.2) * random.normal(size=(90, 30))
    X[:, 3] = 1e6 + random.normal(size=90)  # a full column far from 0 among sparse ones
    y = X[:, 0] + X[:, 3] + random.normal(size=90)
    for e in (Lasso(0.05), Lasso("cv"), ElasticNet(0.05), Ridge(2.0), Ridge("cv"), LeastSquares()):
        dense, sparse = _copy(e).fit(X, y), _copy(e).fit(scipy.sparse.csc_matrix(X), y)
        assert_allclose(sparse.coef_, dense.coef_, atol=1e-8)
        assert_allclose(sparse.predict(scipy.sparse.csr_matrix(X)), dense.predict(X), atol=1e-6)


@pytest.mark.parametrize("e", EVERY, ids=str)
def test_stored_and_read(e, compounds, tmp_path):
    from tenkai.values.value import Folder

    X, y = compounds
    fitted = _copy(e).fit(X, y)
    write_estimator(fitted, Folder(tmp_path))
    back = StoredEstimator(Folder(tmp_path), type(e).__name__).read()
    assert_array_equal(back.predict(X), fitted.predict(X))


def test_settings_that_do_not_fit_are_named(compounds):
    X, y = compounds
    for e, text in [
        (Lasso(-1.0), "alpha is -1.0. Allowed: a number, 0 or more, or 'cv'."),
        (Lasso("best"), "alpha is 'best'"),
        (Lasso("cv", folds=83), "83 folds of 82 rows are not possible. Allowed: 2 to 82."),
        (Lasso("cv", candidates=[]), "candidates are empty"),
        (Lasso("cv", rule="2"), "rule is '2'. Allowed: best, one_standard_error."),
        (ElasticNet(l1_ratio=1.5), "l1_ratio is 1.5. Allowed: 0 to 1."),
        (ElasticNet("cv", l1_ratio=0), "give candidates"),
        (Ridge(float("nan")), "alpha is nan"),
    ]:
        with pytest.raises(ValueError, match=text.replace("(", "\\(")):
            e.fit(X, y)


# ---- the step -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table() -> tk.Table:
    random = np.random.default_rng(0)
    X = random.normal(size=(40, 4)) * [1, 10, 1, 1]
    return tk.Table.from_({**{f"x{i}": X[:, i] for i in range(4)}, "y": 2 * X[:, 0] + 0.3 * X[:, 1] + 1})


@pytest.mark.row("L10")
def test_the_step_tells_coefficients_the_search_and_what_was_used(table):
    found = tk.learn.lasso(table, target="y", alpha="cv", candidates=[1.0, 0.1, 0.5], folds=4)
    told = found.coefficients
    assert told.ids.to_list() == ["intercept", "x0", "x1", "x2", "x3"]
    assert told["scaled"][0] is None
    assert told["scaled"][2] == pytest.approx(told["coefficient"][2] * table["x1"].std(ddof=0))
    assert found.search["alpha"].to_list() == [1.0, 0.5, 0.1]
    assert found.search["chosen"].to_list() == [False, False, True]
    assert found.figures["alpha"] == 0.1 and found.figures["used"] == found.search["used"][2]
    assert found.figures["cv_error"] == found.search["mean"][2]
    assert any(n.code == "TKW660" and "0.1, is the smallest" in n.text for n in found.figures.notes)
    # The lens: figures of the rows it was fitted on.
    assert found.figures.lens.fitted == 40
    predicted = tk.learn.predict(table, found.model)["predicted"].to_numpy()
    left = table["y"].to_numpy() - predicted
    assert found.figures["rmse"] == pytest.approx(np.sqrt((left**2).mean()))


def test_a_number_needs_no_search(table):
    found = tk.learn.lasso(table, target="y", alpha=0)
    assert found.search.height == 0 and "cv_error" not in found.figures.figures
    assert_allclose(found.coefficients["coefficient"], [1, 2, 0.3, 0, 0], atol=1e-12)


@pytest.mark.row("L10", "I7")
def test_a_sweep_of_penalties_is_one_family(table):
    alphas = [3.0, 0.3, 0.03]
    swept = tk.learn.lasso(table, target="y", alpha=tk.sweep(alphas))
    for (_, model), alpha in zip(swept, alphas, strict=True):
        alone = tk.learn.lasso(table, target="y", alpha=alpha)
        assert_array_equal(model.estimator.estimator.coef_, alone.coefficients["coefficient"].to_numpy()[1:])


def test_cross_validation_chooses_inside_every_fold(table):
    model = tk.learn.lasso(table, target="y", alpha="cv", folds=4).model
    told = tk.learn.cross_validate(table, model, folds=4)
    X, y = table.matrix(["x0", "x1", "x2", "x3"]), table["y"].to_numpy()
    for fold in range(1, 5):
        out = np.asarray(told["fold"].to_list()) == fold
        order = [told.ids.to_list().index(i) for i in table.ids]
        held = out[order]
        again = Lasso("cv", folds=4).fit(X[~held], y[~held]).predict(X[held])
        assert_allclose(told["predicted"].to_numpy()[order][held], again, rtol=1e-8)


def test_bad_settings_have_one_message(table, refused):
    text = refused("TK111", tk.learn.lasso, table, target="y", alpha=-1)
    assert "alpha: -1 is not allowed. Allowed: a number, 0 or more, or cv." in text
    text = refused("TK211", tk.learn.lasso, table, target="y", alpha="cv", folds=41)
    assert "40 rows cannot be divided into 41 folds" in text
    classes = table.with_columns(table.frame.with_columns(y=pl.lit("a")))
    assert "predicts numbers" in refused("TK611", tk.learn.lasso, classes, target="y")


def test_threads_do_not_change_the_step(table):
    from tenkai.step import get_step

    step = get_step("learn.lasso")
    settings = step.convert({"target": "y", "alpha": "cv"})
    one, two = (step.run({"table": table}, settings, Run(t)) for t in (1, 2))
    assert_array_equal(one["coefficients"]["coefficient"], two["coefficients"]["coefficient"])
