"""The three zincblende studies: scores of rows seen and unseen, recomputed with NumPy and scikit-learn."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression
from sklearn.metrics import f1_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from tenkai.run.results import RunResult
from tenkai.values import Figure, Scores, Sweep, Table

RunStudy = Callable[[str], RunResult]


@pytest.fixture(scope="module")
def compounds(data_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    frame = pl.read_csv(data_dir / "mi/ZB_WZ_dE_rawdescriptor.csv")
    return frame.drop("ZA", "ZB", "A", "B", "dE").cast(pl.Float64).to_numpy(), frame["dE"].to_numpy()


@pytest.fixture(scope="module")
def stability(run_study: RunStudy) -> RunResult:
    return run_study("zincblende-stability")


@pytest.fixture(scope="module")
def lasso(run_study: RunStudy) -> RunResult:
    return run_study("zincblende-lasso")


@pytest.fixture(scope="module")
def descriptors(run_study: RunStudy) -> RunResult:
    return run_study("zincblende-descriptors")


def figures(result: RunResult, name: str, figure: str) -> np.ndarray:
    swept = result.value(name)
    assert isinstance(swept, Sweep)
    return np.array([scores.figures[figure] for scores in swept.items])


@pytest.mark.row("T1", "T3", "L6", "L7")
def test_only_the_training_score_has_seen_its_rows(stability: RunResult) -> None:
    lens = stability.lens()
    assert lens["train_f1"]["fitted"] == lens["train_f1"]["scored"] == 57
    for name, rows in (("oof_f1", 57), ("test_f1", 25), ("test_f1_median", 200 * 25)):
        assert lens[name] == {"scored": rows, "prepared": 0, "fitted": 0, "chosen": 0}
    results = stability.figures()
    assert results["train_f1"] == 1
    assert results["train_f1"] > results["oof_f1"]
    assert results["train_f1"] > results["test_f1_median"]


@pytest.mark.row("T1", "I4")
def test_the_three_scores_stand_side_by_side(stability: RunResult) -> None:
    table = stability.value("side_by_side")
    assert isinstance(table, Table)
    assert table.ids.to_list() == ["rows fitted on", "held out in turn", "one test part"]
    assert table["fitted"].to_list() == [57, 0, 0]
    matrices = [stability.value(name) for name in ("train_matrix", "oof_matrix")]
    assert next(m.text for m in matrices if isinstance(m, Figure)) == "57 of 57 rows are predicted right."


@pytest.mark.row("I20", "L6")
def test_one_split_is_one_case(stability: RunResult, compounds: tuple[np.ndarray, np.ndarray]) -> None:
    X, dE = compounds
    found = figures(stability, "scores", "f1")
    expected = []
    for seed in range(20):
        a, b, ya, yb = train_test_split(X, dE >= 0, test_size=0.3, random_state=seed)
        scaler = StandardScaler().fit(a)
        model = LogisticRegression(C=100, max_iter=10_000, tol=1e-8).fit(scaler.transform(a), ya)
        expected.append(f1_score(yb, model.predict(scaler.transform(b))))
    np.testing.assert_allclose(found[:20], expected, atol=1e-12)
    # The page counts them: splits with 0, 1, 2 and more errors.
    errors = np.round(25 * (1 - figures(stability, "scores", "accuracy"))).astype(int)
    assert np.bincount(errors.clip(max=3)).tolist() == [51, 82, 47, 20]


@pytest.mark.row("L10", "T3")
def test_a_penalty_chosen_on_test_rows_promises_more(lasso: RunResult) -> None:
    lens, results = lasso.lens(), lasso.figures()
    assert lens["r2_median"] == {"scored": 5000, "prepared": 0, "fitted": 0, "chosen": 0}
    assert lens["r2_median_chosen_on_test"] == {"scored": 5000, "prepared": 0, "fitted": 0, "chosen": 5000}
    for end in ("median", "low", "high"):
        assert results[f"r2_{end}_chosen_on_test"] > results[f"r2_{end}"]
    # One of the same six penalties, so that the choice on the test rows is never worse.
    assert (figures(lasso, "best", "r2") >= figures(lasso, "scores", "r2") - 1e-9).all()


@pytest.mark.row("L10", "F11")
def test_the_sweep_of_penalties_is_that_of_scikit_learn(
    lasso: RunResult, compounds: tuple[np.ndarray, np.ndarray]
) -> None:
    X, dE = compounds
    seen = lasso.value("seen_scores")
    assert isinstance(seen, Sweep)
    for draw, alpha in ((0, 0.001), (7, 0.01), (199, 0.1)):
        a, b, ya, yb = train_test_split(X, dE, test_size=25, random_state=draw)
        scaler = StandardScaler().fit(a)
        model = Lasso(alpha=alpha, max_iter=100_000, tol=1e-10).fit(scaler.transform(a), ya)
        expected = r2_score(yb, model.predict(scaler.transform(b)))
        assert seen.at(draw=draw, alpha=alpha).figures["r2"] == pytest.approx(expected, abs=1e-6)
    curve = lasso.value("curve")
    assert isinstance(curve, Figure)
    assert "1200 points" in curve.text


@pytest.mark.row("L10", "L11", "I20")
@pytest.mark.parametrize(
    ("name", "with_carbon", "without"), [("zincblende-lasso", 0.83, 0.74), ("zincblende-descriptors", 0.981, 0.943)]
)
def test_r2_depends_on_where_carbon_falls(name: str, with_carbon: float, without: float, run_study: RunStudy) -> None:
    result = run_study(name)
    tables = result.value("guess" if name == "zincblende-lasso" else "guesses")
    assert isinstance(tables, Sweep)
    tested = np.array(["C^C" in set(table.ids) for table in tables.items])
    r2 = figures(result, "scores", "r2")
    assert tested.sum() == 63
    assert np.median(r2[tested]) == pytest.approx(with_carbon, abs=0.005)
    assert np.median(r2[~tested]) == pytest.approx(without, abs=0.005)


@pytest.mark.row("L11", "P6")
def test_three_formulas_are_those_of_the_file(descriptors: RunResult, data_dir: Path) -> None:
    given = pl.read_csv(data_dir / "mi/ZB_WZ_dE_3var.csv")
    table = descriptors.value("formulas")
    assert isinstance(table, Table)
    d = table.matrix(["d1", "d2", "d3"])
    np.testing.assert_allclose(d, given.select("desc1", "desc2", "desc3").to_numpy(), rtol=1e-6)
    y = given["dE"].to_numpy()
    expected = LinearRegression().fit(d, y).score(d, y)
    assert descriptors.figures()["r2_all_rows"] == pytest.approx(expected, abs=1e-9)
    assert expected == pytest.approx(0.971, abs=0.0005)


@pytest.mark.row("L12")
def test_carbon_is_predicted_from_the_others(descriptors: RunResult) -> None:
    table = descriptors.value("formulas")
    assert isinstance(table, Table)
    d, y = table.matrix(["d1", "d2", "d3"]), table["dE"].to_numpy()
    carbon = table.ids.to_list().index("C^C")
    others = np.arange(len(y)) != carbon
    expected = LinearRegression().fit(d[others], y[others]).predict(d[[carbon]])[0]
    results = descriptors.figures()
    assert results["cc_predicted"] == pytest.approx(expected, abs=1e-9)
    assert results["cc_predicted"] == pytest.approx(2.70, abs=0.01)
    assert descriptors.lens()["cc_predicted"]["fitted"] == 0
    row = descriptors.value("cc")
    assert isinstance(row, Scores)
    assert row.figures["far"] == "yes"


@pytest.mark.row("P5", "L13")
def test_regression_is_read_as_classes_and_as_questions(descriptors: RunResult) -> None:
    parity, tree = descriptors.value("apart_parity"), descriptors.value("tree_picture")
    assert isinstance(parity, Figure)
    assert isinstance(tree, Figure)
    assert any("At or above 0: 41 predicted so of 41 observed" in line for line in parity.spec["usermeta"]["caption"])
    assert tree.text.startswith("Decision tree of 7 nodes: d1 ≤ 10.29?")
    r2 = [point["value"] for point in descriptors.figures()["r2_trees_leave_one_out"]]
    assert r2 == sorted(r2)
    assert r2[-1] < descriptors.figures()["r2_leave_one_out"]
