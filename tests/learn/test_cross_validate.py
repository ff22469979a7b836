import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold, LeaveOneOut, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import Run
from tenkai.values import Scores, Table

FEATURES = [
    *("IP_A", "EA_A", "EN_A", "Highest_occ_A", "Lowest_unocc_A", "rs_A", "rp_A", "rd_A"),
    *("IP_B", "EA_B", "EN_B", "Highest_occ_B", "Lowest_unocc_B", "rs_B", "rp_B", "rd_B"),
]


@pytest.fixture
def compounds(data_dir) -> Table:
    return tk.collect.csv(path=str(data_dir / "mi" / "ZB_WZ_dE_rawdescriptor.csv"))


def lens(table: Table) -> dict[str, int]:
    return Scores.scored({}, rows=table.identity, influences=table.influences).lens.counts()


@pytest.mark.row("L7")
@pytest.mark.row("C3")
def test_everything_is_learned_again_in_every_fold(compounds):
    """Oracle: scikit-learn's cross_val_predict of a pipeline, with the same folds."""
    X, y = compounds.matrix(FEATURES), compounds["dE"].to_numpy()
    scaled = tk.process.standardize(compounds, columns=FEATURES).table
    reduced = tk.learn.pca(scaled, columns=FEATURES, components=5).map
    axes = [f"PCA{i}" for i in range(1, 6)]
    model = tk.learn.ridge(reduced, target="dE", columns=axes, alpha=2.0).model
    found = tk.learn.cross_validate(compounds, model, folds=5, seed=3)
    pipeline = make_pipeline(StandardScaler(), PCA(5), Ridge(2.0))
    expected = cross_val_predict(pipeline, X, y, cv=KFold(5, shuffle=True, random_state=3))
    assert found["predicted"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert found.ids.to_list() == compounds.ids.to_list()
    assert lens(found) == {"scored": 82, "prepared": 0, "fitted": 0, "chosen": 0}


@pytest.mark.row("T3")
def test_rows_that_were_scaled_before_are_not_scaled_again_and_the_lens_says_so(compounds):
    X, y = compounds.matrix(FEATURES), compounds["dE"].to_numpy()
    scaled = tk.process.standardize(compounds, columns=FEATURES).table
    model = tk.learn.ridge(scaled, target="dE", columns=FEATURES).model
    found = tk.learn.cross_validate(scaled, model, folds=4)
    all_at_once = StandardScaler().fit_transform(X)
    expected = cross_val_predict(Ridge(), all_at_once, y, cv=KFold(4, shuffle=True, random_state=0))
    assert found["predicted"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert lens(found) == {"scored": 82, "prepared": 82, "fitted": 0, "chosen": 0}


@pytest.mark.row("L7")
def test_both_kinds_of_prediction_are_told_apart(compounds):
    model = tk.learn.least_squares(compounds, target="dE", columns=FEATURES).model
    remembered = tk.learn.predict(compounds, model)
    held_out = tk.learn.cross_validate(compounds, model, folds="leave_one_out")
    assert lens(remembered) == {"scored": 82, "prepared": 0, "fitted": 82, "chosen": 0}
    assert lens(held_out) == {"scored": 82, "prepared": 0, "fitted": 0, "chosen": 0}
    X, y = compounds.matrix(FEATURES), compounds["dE"].to_numpy()
    line = LinearRegression().fit(X, y)
    assert remembered["predicted"].to_numpy() == pytest.approx(line.predict(X), abs=1e-9)
    # Closed form: the residual without a row is its residual over one minus its leverage.
    A = np.c_[np.ones(82), X]
    leverage = np.diag(A @ np.linalg.pinv(A))
    assert held_out["predicted"].to_numpy() == pytest.approx(y - (y - line.predict(X)) / (1 - leverage), abs=1e-7)
    assert held_out["fold"].to_list() == list(range(1, 83))


def test_the_baseline_is_what_the_other_folds_would_guess(compounds):
    y = compounds["dE"].to_numpy()
    found = tk.learn.cross_validate(compounds, tk.learn.ridge(compounds, target="dE", columns=FEATURES).model, folds=5)
    for train, test in KFold(5, shuffle=True, random_state=0).split(y):
        assert found["baseline"].to_numpy()[test] == pytest.approx(np.full(len(test), y[train].mean()))


def classed(table: Table) -> Table:
    return tk.process.label(table, column="dE", edges=[0.0], names=["low", "high"])


def test_classes_keep_their_shares_and_their_order(compounds):
    table = classed(compounds)
    model = tk.learn.logistic(table, target="dE", columns=FEATURES, C=1.0).model
    found = tk.learn.cross_validate(table, model, folds=5, stratify="dE", seed=1)
    sizes = found.frame.group_by("fold", "dE").len().sort("fold", "dE")["len"].to_list()
    codes = (table["dE"] == "low").to_numpy().astype(int)
    expected = [
        int((codes[test] == c).sum())
        for _, test in StratifiedKFold(5, shuffle=True, random_state=1).split(codes, codes)
        for c in (0, 1)
    ]
    assert sizes == expected
    both = found["P(high)"].to_numpy() + found["P(low)"].to_numpy()
    assert both == pytest.approx(np.ones(82))
    more_likely = np.where(found["P(high)"].to_numpy() > 0.5, "high", "low").tolist()
    assert found["predicted"].to_list() == more_likely


def test_groups_stay_together_and_repeats_are_rows_of_their_own(compounds):
    model = tk.learn.ridge(compounds, target="dE", columns=FEATURES).model
    grouped = tk.learn.cross_validate(compounds, model, folds=4, groups="A", seed=2)
    assert grouped.frame.group_by("A").agg(pl.col("fold").n_unique())["fold"].unique().to_list() == [1]
    assert sorted(grouped["fold"].unique().to_list()) == [1, 2, 3, 4]
    twice = tk.learn.cross_validate(compounds, model, folds=5, repeats=2, seed=7)
    assert twice.height == 164
    assert twice.ids.n_unique() == 164
    assert lens(twice) == {"scored": 164, "prepared": 0, "fitted": 0, "chosen": 0}
    first, second = (tk.learn.cross_validate(compounds, model, folds=5, seed=s) for s in (7, 8))
    assert twice.frame.filter(pl.col("fold") <= 5)["predicted"].to_list() == first["predicted"].to_list()
    assert twice.frame.filter(pl.col("fold") > 5)["predicted"].to_list() == second["predicted"].to_list()


def test_models_together_say_what_each_says_alone(compounds, assert_same):
    scaled = tk.process.standardize(compounds, columns=FEATURES).table
    models = [
        *(tk.learn.ridge(scaled, target="dE", columns=FEATURES, alpha=a).model for a in (0.1, 10.0)),
        *(tk.learn.lasso(scaled, target="dE", columns=FEATURES, alpha=a).model for a in (0.01, 0.001)),
        tk.learn.lasso(compounds, target="dE", columns=FEATURES, alpha=0.01).model,
    ]
    step, settings = tk.learn.cross_validate, tk.learn.cross_validate.convert({"folds": 5})
    points = [{"model": m} for m in models]
    together = step.run_shared(("model",), points, {"table": compounds}, settings, Run(2))
    for model, found in zip(models, together, strict=True):
        assert_same(found, step.run({"table": compounds, "model": model}, settings, Run(1)))


def test_leave_one_out_is_that_of_scikit_learn(compounds):
    X, y = compounds.matrix(FEATURES), compounds["dE"].to_numpy()
    model = tk.learn.ridge(compounds, target="dE", columns=FEATURES, alpha=0.5).model
    found = tk.learn.cross_validate(compounds, model, folds="leave_one_out")
    assert found["predicted"].to_numpy() == pytest.approx(
        cross_val_predict(Ridge(0.5), X, y, cv=LeaveOneOut()), abs=1e-8
    )


def test_refusals(compounds):
    model = tk.learn.ridge(compounds, target="dE", columns=FEATURES).model

    def refused(code: str, *values, **settings) -> str:
        with pytest.raises(TenkaiError, match=code) as caught:
            tk.learn.cross_validate(*values, **settings)
        return str(caught.value)

    assert "83 folds need 83 rows; there are 82" in refused("TK211", compounds, model, folds=83)
    assert "Drop or merge classes with a single row" in refused(
        "TK211", classed(compounds), model, folds=9, stratify="A"
    )
    refused("TK111", compounds, model, stratify="A", groups="B")
    refused("TK111", compounds, model, folds="leave_one_out", repeats=3)
    refused("TK211", compounds.take(np.arange(1)), model)
    refused("TK611", classed(compounds), model)
    scaler = tk.process.standardize(compounds, columns=FEATURES).fitted
    assert "predicts nothing" in refused("TK613", compounds, scaler)
    refused("TK614", tk.learn.predict(compounds, model), model)
    few = tk.process.label(compounds, column="dE", edges=[2.6], names=["other", "diamond"])
    lonely = tk.learn.logistic(few, target="dE", columns=FEATURES).model
    assert "does not vary" in refused("TK211", few, lonely, folds=2)
