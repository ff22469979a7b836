"""learn.least_squares: textbook values, numpy's formulas, columns that depend on others, the published case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import linregress

import tenkai as tk
from tenkai.learn._linear import LeastSquares

# F. J. Anscombe, Am. Stat. 27, 17 (1973), first set; the article gives 3.0 + 0.5 x, standard error of the slope
# 0.118, residual sum of squares 13.75 with 9 degrees of freedom, R2 0.667.
ANSCOMBE = {
    "x": [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0],
    "y": [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
}


def test_anscombes_first_set():
    found = tk.learn.least_squares(tk.Table.from_(ANSCOMBE), target="y")
    told = found.coefficients
    assert told["coefficient"].round(1).to_list() == [3.0, 0.5]
    assert round(told["standard_error"][1], 3) == 0.118
    assert found.figures["freedom"] == 9
    assert round(found.figures["residual_variance"] * 9, 1) == 13.8
    assert round(found.figures["r2"], 3) == 0.667
    peer = linregress(ANSCOMBE["x"], ANSCOMBE["y"])
    assert told["p"][1] == pytest.approx(peer.pvalue)
    assert told["standard_error"].to_list() == pytest.approx([peer.intercept_stderr, peer.stderr])
    assert told["t"][1] == pytest.approx(peer.slope / peer.stderr)
    assert told["scaled"].to_list() == [None, pytest.approx(peer.slope * np.std(ANSCOMBE["x"]))]


@given(st.integers(0, 2**31), st.integers(1, 5), st.booleans())
def test_equal_to_the_closed_form(seed, p, intercept):
    random = np.random.default_rng(seed)
    X = random.normal(size=(p + 6, p)) * 10.0 ** random.integers(-3, 4, p) + random.integers(0, 50, p)
    y = random.normal(size=p + 6)
    found = LeastSquares(intercept).fit(X, y)
    A = np.column_stack([X, np.ones(len(y))]) if intercept else X
    inverse = np.linalg.inv(A.T @ A)
    b = np.linalg.lstsq(A, y, rcond=None)[0]
    left = y - A @ b
    freedom = len(y) - A.shape[1]
    errors = np.sqrt(left @ left / freedom * np.diag(inverse))
    assert found.freedom_ == freedom
    assert_allclose(found.coef_, b[:p], rtol=1e-6, atol=1e-9)
    assert_allclose(found.standard_error_, errors[:p], rtol=1e-5)
    assert_allclose(found.leverage_, np.einsum("ij,jk,ik->i", A, inverse, A), rtol=1e-4, atol=1e-9)
    if intercept:
        assert found.intercept_error_ == pytest.approx(errors[p], rel=1e-4)
    assert ((found.p_ >= 0) & (found.p_ <= 1)).all()


def test_columns_that_depend_on_others_are_left_out_and_named():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 20))
    t = tk.Table.from_({"a": a, "flat": np.full(20, 0.1), "b": b, "sum": a + b, "y": a - b + random.normal(size=20)})
    found = tk.learn.least_squares(t, target="y")
    assert found.coefficients["coefficient"].is_null().to_list() == [False, False, True, False, True]
    (note,) = [n for n in found.coefficients.notes if n.code == "TKW655"]
    assert "'flat', 'sum'" in note.text
    without = tk.learn.least_squares(t, target="y", columns=["a", "b"])
    kept = found.coefficients.frame.drop_nulls("coefficient")
    assert_allclose(kept["coefficient"], without.coefficients["coefficient"])
    assert_allclose(kept["p"], without.coefficients["p"])
    assert found.figures["freedom"] == 17 and found.figures["used"] == 2


def test_as_many_columns_as_rows_mean_nothing():
    t = tk.Table.from_({"a": [0.0, 1.0, 0.0], "b": [0.0, 0.0, 1.0], "y": [1.0, 2.0, 4.0]})
    found = tk.learn.least_squares(t, target="y")
    assert found.coefficients["coefficient"].round(9).to_list() == [1, 1, 3]
    assert found.coefficients["standard_error"].to_list() == [None, None, None]
    assert found.figures["r2_adjusted"] is None
    assert any(n.code == "TKW656" for n in found.figures.notes)


def test_new_rows_and_threads():
    t = tk.Table.from_(ANSCOMBE)
    model = tk.learn.least_squares(t, target="y").model
    told = tk.learn.predict(tk.Table.from_({"x": [0.0, 10.0]}), model)
    assert told["predicted"].round(2).to_list() == [3.0, 8.0]
    assert told["baseline"].round(6).to_list() == [round(float(np.mean(ANSCOMBE["y"])), 6)] * 2
    X = np.random.default_rng(0).normal(size=(500, 60))
    assert_array_equal(LeastSquares().fit(X, X[:, 0] ** 2).coef_, LeastSquares().fit(X, X[:, 0] ** 2).coef_)


@pytest.mark.row("L11")
def test_three_formula_descriptors_explain_the_zincblende_energies(data_dir):
    """The descriptors of L. Ghiringhelli et al., Phys. Rev. Lett. 114, 105503 (2015); R2 0.971 by NumPy's lstsq."""
    t = tk.collect.csv(path=str(data_dir / "mi" / "ZB_WZ_dE_rawdescriptor.csv"))
    f = {n: t[n].to_numpy() for n in ("IP_B", "EA_B", "rp_A", "rs_A", "rp_B", "rs_B", "rd_A")}
    formulas = {
        "d1": np.abs(f["IP_B"] - f["EA_B"]) / f["rp_A"] ** 2,
        "d2": np.abs(f["rs_A"] - f["rp_B"]) / np.exp(f["rs_A"]),
        "d3": np.abs(f["rp_B"] - f["rs_B"]) / np.exp(f["rd_A"]),
    }
    table = tk.Table.from_({**formulas, "dE": t["dE"].to_numpy()})
    found = tk.learn.least_squares(table, target="dE")
    assert found.figures["r2"] == pytest.approx(0.971, abs=5e-4)
    A = np.column_stack([np.ones(82), *formulas.values()])
    assert_allclose(found.coefficients["coefficient"], np.linalg.lstsq(A, table["dE"].to_numpy(), rcond=None)[0])
    assert (found.coefficients["p"].to_numpy()[1:] < 1e-6).all()
