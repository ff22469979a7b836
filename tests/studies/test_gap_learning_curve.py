"""gap-learning-curve: 35 000 molecules, a hump where rows equal columns, and laws that disagree about the end."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import Lasso, Ridge

from tenkai.learn._curve_rows import drawn
from tenkai.run.results import RunResult
from tenkai.run.studies import study_text
from tenkai.values import Table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(run_study: Callable[[str], RunResult]) -> RunResult:
    return run_study("gap-learning-curve")


def points(study: RunResult, name: str) -> Table:
    table = study.value(f"{name}.points")
    assert isinstance(table, Table)
    return table


@pytest.mark.row("C8", "T6")
def test_the_axis_counts_the_molecules_learned_from(study: RunResult) -> None:
    for name in ("lasso_curve", "ridge_curve"):
        frame = points(study, name).frame
        assert (frame["training_rows"] == frame["rows"] * 7 // 10).all()
        assert (frame["training_rows"] + frame["test_rows"] == frame["rows"]).all()
        assert frame.height == 10 * 4
        assert frame["seen"].max() == 0
    page = study_text("gap-learning-curve")
    assert "N above 1 050 and seeds 1 to 5, its slides say N of 2 200 or more and seeds 1 to 4" in page


@pytest.mark.row("L27")
def test_at_fixed_n_and_seed_it_equals_scikit_learn(study: RunResult) -> None:
    """Oracle: Lasso with tol 1e-8 (cyclic descent, converged) and Ridge by Cholesky, on the same rows."""
    prints = study.value("prints.table")
    assert isinstance(prints, Table)
    for n in (5000, 10_000):
        draw = drawn(prints.height, [n], 2, 0.3, True, None, None)
        rows = np.concatenate([draw.train[: n * 7 // 10], draw.test[: n * 3 // 10]])
        some = prints.take(rows)
        X, y = scipy.sparse.csr_matrix(some.matrix(["fingerprint"])), some["gap_eV"].to_numpy()
        k = n * 7 // 10
        for name in ("lasso_curve", "ridge_curve"):
            frame = points(study, name).frame
            (ours,) = frame.filter((frame["rows"] == n) & (frame["seed"] == 2)).to_dicts()
            lasso = name == "lasso_curve"
            peer = Lasso(alpha=1e-4, tol=1e-8, max_iter=100_000) if lasso else Ridge(ours["alpha"])
            peer.fit(X[:k] if lasso else X[:k].toarray(), y[:k])
            error = np.abs(peer.predict(X[k:] if lasso else X[k:].toarray()) - y[k:])
            assert ours["mae"] == pytest.approx(error.mean(), abs=1e-4)


@pytest.mark.row("I19")
def test_the_hump_lies_where_rows_equal_columns(study: RunResult) -> None:
    figures = study.figures()
    assert 0.5 < figures["hump_rows"] / 1024 < 1.5
    assert figures["hump_mae"] > 1.9 * figures["lasso_mae"]
    frame = points(study, "ridge_curve").frame
    middle = [frame.filter(frame["rows"] == n)["mae"].median() for n in sorted(set(frame["rows"]))]
    assert middle == sorted(middle, reverse=True), "the ridge has no hump"


@pytest.mark.row("L28", "L29")
def test_the_published_law_lies_in_the_intervals(study: RunResult) -> None:
    """0.386 + 1.045 N^-0.252; 94 %: L0 0.20 to 0.46, b 0.084 to 0.42 (slides of the tutorial)."""
    found = study.figures()
    assert found["law_L0_low"] < 0.386 < found["law_L0_high"] == pytest.approx(0.46, abs=0.01)
    assert found["law_b_low"] < 0.252 < found["law_b_high"] == pytest.approx(0.42, abs=0.06)
    # In rows learned from, n = 0.7 N.
    assert pytest.approx(0.955, abs=1e-3) == 1.045 * 0.7**0.252
    assert "0.386 + 0.955 n^-0.252" in study_text("gap-learning-curve")


@pytest.mark.row("L28")
def test_more_bits_lower_the_limit_more_than_rows_do(study: RunResult) -> None:
    laws = study.value("descriptors.laws")
    assert isinstance(laws, Table)
    by_name = dict(zip(laws["curve"], laws["L0"], strict=True))
    assert by_name["2 048 bits"] < by_name["1 024 counts"] < by_name["1 024 bits"]
    both = study.value("both.laws")
    assert isinstance(both, Table)
    # What a million molecules would bring: the page names the two answers.
    million = [r["L0"] + r["a"] * 1e6 ** -r["b"] for r in both.frame.iter_rows(named=True)]
    assert million[0] == pytest.approx(0.46, abs=0.006)
