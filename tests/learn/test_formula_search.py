"""learn.formula_search and its estimator: what it tells can be used, and is true of rows it has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.kernels.folds import k_folds
from tenkai.learn._formula import FormulaRegressor
from tenkai.learn._formula_domains import FormulaClassifier
from tenkai.step import Run, get_step

RNG = np.random.default_rng(3)
PLANTED = {"E": "0.3 + 2 * abs(a - b) / r ** 2"}


def rows(n: int = 40, noise: float = 0.0) -> tk.Table:
    X = RNG.uniform(0.5, 3.0, (n, 4))
    columns = {"a": X[:, 0], "b": X[:, 1], "r": X[:, 2], "an `odd` name": X[:, 3]}
    table = tk.process.formula(tk.Table.from_(columns, ids=[f"row {i}" for i in range(n)]), formulas=PLANTED)
    if noise:
        table = table.with_columns(table.frame.with_columns(E=table["E"] + RNG.normal(size=n) * noise))
    return table


UNITS = {"a": "eV", "b": "eV", "r": "Å"}


@parametrize_with_checks(
    [FormulaRegressor(rung=1, terms=1, screened=10), FormulaRegressor(("*", "/"), rung=1, terms=2)]
)
def test_scikit_learn_accepts_the_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def noisy() -> tuple[tk.Table, Any]:
    table = rows(40, noise=0.05)
    found = tk.learn.formula_search(
        table, target="E", units=UNITS, terms=2, screened=30, folds=4, held_out=["row 3", "row 7"], listed=5
    )
    return table, found


@pytest.mark.row("L12")
def test_a_planted_formula_comes_back(refused: Any) -> None:
    found = tk.learn.formula_search(rows(), target="E", units=UNITS, terms=1)
    first = found.formulas.frame.row(0, named=True)
    assert first["f1"] == "abs(b - a) / r ** 2"
    assert first["formula"] == "0.3 + 2 * (abs(b - a) / r ** 2)"
    assert (first["terms"], first["rank"], first["complexity"]) == (1, 1, 3)
    assert first["rmse"] < 1e-12
    assert first["latex"] == (r"0.3 + 2 \, \frac{\left|\mathrm{b} - \mathrm{a}\right|}{\mathrm{r}^{2}}")
    assert first["mathml"].startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mn>0.3</mn>')
    assert found.figures["rmse_1"] == first["rmse"]


@pytest.mark.row("L12")
@pytest.mark.row("P6")
def test_formulas_are_settings_of_process_formula(noisy: tuple[tk.Table, Any]) -> None:
    table, found = noisy
    listed = found.formulas.frame
    assert listed.group_by("terms").len().sort("terms").rows() == [(1, 5), (2, 5)]
    for model in listed.iter_rows(named=True):
        formulas = {f"f{k}": model[f"f{k}"] for k in range(1, model["terms"] + 1)} | {"whole": model["code"]}
        by_step = tk.process.formula(table, formulas=formulas)
        said = model["intercept"] + sum(
            model[f"c{k}"] * by_step[f"f{k}"].to_numpy() for k in range(1, model["terms"] + 1)
        )
        np.testing.assert_allclose(by_step["whole"].to_numpy(), said, rtol=1e-12)
        kept = [i for i in range(40) if i not in (3, 7)]
        error = np.sqrt(np.mean((by_step["whole"].to_numpy() - table["E"].to_numpy())[kept] ** 2))
        assert error == pytest.approx(model["rmse"], rel=1e-9)
    best = listed.filter((pl.col("terms") == 2) & (pl.col("rank") == 1)).row(0, named=True)
    raw = table.frame.drop("E")
    by_model = tk.learn.predict(tk.Table.from_(raw), found.model)["predicted"].to_numpy()
    np.testing.assert_allclose(by_model, tk.process.formula(table, formulas={"w": best["code"]})["w"], rtol=1e-12)


@pytest.mark.row("L12")
def test_the_python_code_gives_the_same(noisy: tuple[tk.Table, Any]) -> None:
    table, found = noisy
    for model in found.formulas.frame.iter_rows(named=True):
        names: dict[str, Any] = {"table": {n: table[n].to_numpy() for n in table.columns}, "np": np}
        exec(f"out = {model['python']}", names)  # what a user does with it
        by_step = tk.process.formula(table, formulas={"w": model["code"]})["w"].to_numpy()
        np.testing.assert_allclose(names["out"], by_step, rtol=1e-12)


@pytest.mark.row("L12")
def test_every_operator_is_written_as_process_formula_reads_it() -> None:
    from tenkai.kernels.formula_terms import BINARY, OPERATORS, text, values
    from tenkai.values.formula_names import written

    table = rows()
    names = ["a", "b", "r", "an `odd` name"]
    X = table.matrix(names)
    terms: list[Any] = [0, 1, 3]
    for op in OPERATORS:
        terms += [(op, t, ("/", 2, ("+", 1, 0))) if op in BINARY else (op, t) for t in (0, ("-", 1, 3), ("exp-", 2))]
    for op in OPERATORS:
        terms += [(op, t, 3) if op in BINARY else (op, t) for t in terms[3:40:4]]
        terms += [(op, 3, t) for t in terms[3:40:5]] if op in BINARY else []
    for term in terms:
        said = text(term, lambda i: written(names[i]))
        with np.errstate(all="ignore"):
            wanted = values(term, X)
        got = tk.process.formula(table, formulas={"f": said})["f"].to_numpy()
        wanted = np.where(np.isfinite(wanted), wanted, np.nan)
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-300, err_msg=said)


@pytest.mark.row("L12")
def test_folds_repeat_the_whole_search(noisy: tuple[tk.Table, Any]) -> None:
    table, found = noisy
    kept = table.take([i for i in range(40) if i not in (3, 7)])
    assert found.predictions.ids.to_list() == kept.ids.to_list()
    names = ["a", "b", "r", "an `odd` name"]
    X, y = kept.matrix(names), kept["E"].to_numpy()
    alone = FormulaRegressor(units=["eV", "eV", "Å", "1"], terms=2, screened=30, listed=5)
    said, guess = np.empty(38), np.empty(38)
    for train, test in k_folds(38, 4, 0):
        said[test], guess[test] = alone.fit(X[train], y[train]).predict(X[test]), y[train].mean()
    np.testing.assert_array_equal(found.predictions["predicted"].to_numpy(), said)
    np.testing.assert_allclose(found.predictions["baseline"].to_numpy(), guess, rtol=1e-12)
    assert found.cv["rmse_2"] == pytest.approx(np.sqrt(np.mean((said - y) ** 2)), rel=1e-12)
    assert found.cv.lens.fitted == 0
    assert found.figures.lens.fitted == 38
    # learn.cross_validate does the same from the outside.
    outside = tk.learn.cross_validate(kept, found.model, folds=4, seed=0)
    np.testing.assert_array_equal(outside["predicted"].to_numpy(), said)


@pytest.mark.row("L12")
def test_rows_held_out_have_no_part_in_anything(noisy: tuple[tk.Table, Any]) -> None:
    table, found = noisy
    kept = table.take([i for i in range(40) if i not in (3, 7)])
    without = tk.learn.formula_search(kept, target="E", units=UNITS, terms=2, screened=30, folds=4, listed=5)
    assert found.formulas.frame.equals(without.formulas.frame)
    assert found.figures.figures == without.figures.figures
    assert found.held_out.ids.to_list() == ["row 3", "row 7"]
    said = tk.learn.predict(table.take([3, 7]), found.model)["predicted"]
    assert found.held_out["predicted"].to_list() == said.to_list() == found.held_out["predicted_2"].to_list()
    assert without.held_out.height == 0


@pytest.mark.row("L12")
def test_stability_and_families(noisy: tuple[tk.Table, Any]) -> None:
    _, found = noisy
    stable = found.stability.frame
    one = stable.filter((pl.col("terms") == 1) & (pl.col("what") == "formula"))
    assert one["formula"][0] == "abs(b - a) / r ** 2"
    assert one["folds"][0] == 4 and one["share"][0] == 1.0 and one["in_model"][0] == "yes"
    assert stable.filter(pl.col("what") == "formula").group_by("terms").agg(pl.col("folds").sum()).sort(
        "terms"
    ).rows() == [
        (1, 4),
        (2, 8),
    ]
    families = found.families.frame
    assert families["correlation"].abs().min() > 0.98
    first = families.filter(pl.col("of") == "abs(b - a) / r ** 2")
    assert first["formula"][0] == "abs(b - a) / r ** 2"
    assert first["members"][0] == first.height


@pytest.mark.row("L12")
def test_the_same_for_any_number_of_threads() -> None:
    step, table = get_step("learn.formula_search"), rows(30, 0.05)
    settings = step.convert({"target": "E", "units": UNITS, "screened": 40, "folds": 3})
    one, two = (step.run({"table": table}, settings, Run(t)) for t in (1, 2))
    for name in ("formulas", "predictions", "stability", "families"):
        assert one[name].frame.equals(two[name].frame)
    assert one["figures"].figures == two["figures"].figures
    assert one["model"].digest == two["model"].digest


def test_a_row_without_a_value_gets_no_prediction() -> None:
    table = rows()
    model = tk.learn.formula_search(table, target="E", units=UNITS, terms=1).model
    new = tk.Table.from_({"a": [1.0, 1.0], "b": [2.0, 2.0], "r": [0.0, 1.0], "an `odd` name": [1.0, 1.0]})
    said = tk.learn.predict(new, model)["predicted"].fill_nan(None)
    assert said.is_null().to_list() == [True, False]


def test_rows_held_out_without_a_value_are_told_and_do_not_count() -> None:
    # 1 / x is the target; only in the fold of the row with x = 0 ... its own search finds 1 / x and has no value there.
    x = np.array([0.0, *np.linspace(0.5, 4, 19)])
    y = np.divide(1.0, x, where=x > 0, out=np.full(20, 5.0))
    table = tk.Table.from_({"x": x, "y": y})
    found = tk.learn.formula_search(table, target="y", operators=["^-1"], rung=1, terms=1, folds="leave_one_out")
    assert [n.code for n in found.cv.notes] == ["TKW681"]
    assert "1 row held out have no value under a formula found without them" in str(found.cv.notes[0])
    assert found.predictions["predicted"].is_nan().to_list() == [True] + [False] * 19


def test_fewer_terms_than_asked_are_told() -> None:
    found = tk.learn.formula_search(rows(), target="E", units=UNITS, terms=3)
    assert [str(n) for n in found.formulas.notes] == [
        "TKW682: Models of 1 term are the largest found: they fit the target exactly."
    ]


def test_operators_without_work_are_told() -> None:
    table = rows()
    units = {"a": "eV", "b": "Å", "r": "K", "an `odd` name": "s"}
    found = tk.learn.formula_search(table, target="E", units=units, operators=["*", "exp", "^2"], terms=1)
    assert [str(n) for n in found.model.notes] == ["TKW680: With these units 'exp' never applies in two rungs."]


@pytest.mark.row("L12")
def test_units_that_cannot_be_read_or_match_are_refused(refused: Any) -> None:
    search, table = tk.learn.formula_search, rows()
    text = refused("TK680", search, table, target="E", units={"a": "eV//Å"})
    assert "the unit 'eV//Å' of 'a' cannot be read: a unit word is missing at '//Å'. Unit words with powers" in text
    text = refused("TK680", search, table, target="E", units={"q": "eV"})
    assert "a unit is given for 'q', which is none of the columns searched" in text
    units = {"a": "eV", "b": "Å", "r": "K", "an `odd` name": "s"}
    text = refused("TK681", search, table, target="E", units=units, operators=["+", "-", "exp"])
    assert "these units leave nothing to combine with +, -, exp (a: eV, b: Å, r: K, an `odd` name: s)" in text


def test_too_few_rows_are_refused(refused: Any) -> None:
    table = rows().take(np.arange(4))
    text = refused("TK682", tk.learn.formula_search, table, target="E", terms=3)
    assert (
        "4 rows are there, and a model of 3 terms and a constant fits 4 rows whatever they hold. 5 rows or more."
        in text
    )
    text = refused("TK682", tk.learn.formula_search, table, target="E", terms=2, folds=4)
    assert "3 rows are left to learn from when a fold is held out" in text


@pytest.mark.row("L12")
def test_a_search_that_does_not_fit_says_what_would(refused: Any) -> None:
    wide = tk.Table.from_({f"x{i}": RNG.random(50) for i in range(9)} | {"y": RNG.random(50)})
    text = refused("TK683", tk.learn.formula_search, wide, target="y", rung=3, memory=0.05)
    assert "rung 3 of 9 columns has up to" in text
    assert "What fits: rung: 3 with complexity: 2" in text
    # And it does fit.
    tk.learn.formula_search(wide, target="y", rung=3, complexity=2, terms=1, screened=5, memory=0.05)
    text = refused("TK683", tk.learn.formula_search, wide, target="y", rung=1, terms=4, screened=20_000, memory=256)
    assert "models" in text
    assert "screened: " in text


def test_further_mistakes(refused: Any) -> None:
    search, table = tk.learn.formula_search, rows()
    text = refused("TK214", search, table, target="E", held_out=["row 40"])
    assert "there is no row 'row 40' among 40 rows." in text
    flat = table.with_columns(table.frame.with_columns(E=pl.lit(1.0)))
    assert "the target 'E' has one value 1 in all 40 rows" in refused("TK610", search, flat, target="E")
    text = refused("TK111", search, table, target="E", operators=["+", "tanh"])
    assert "Allowed: a list of one of +, -, |-|, *, /, exp" in text


def ringed() -> tuple[tk.Table, np.ndarray]:
    """Two classes that no column tells apart, but a formula does; and a third beside them."""
    rng = np.random.default_rng(5)
    X = rng.uniform(1.0, 4.0, (60, 3))
    ratio = X[:, 0] / X[:, 1]
    names = np.where(ratio > 1.15, "high", np.where(ratio < 0.85, "low", "middle"))
    table = tk.Table.from_({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "phase": names.tolist()})
    return table, X


@parametrize_with_checks([FormulaClassifier(rung=1, terms=2, screened=8)])
def test_scikit_learn_accepts_the_classifier(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.row("L12")
def test_classes_are_told_apart_by_their_domains() -> None:
    table, _ = ringed()
    found = tk.learn.formula_search(table, target="phase", operators=["+", "/"], rung=1, terms=1, folds=5)
    first = found.formulas.frame.row(0, named=True)
    assert first["f1"] in ("a / b", "b / a")
    assert (first["mixed"], first["accuracy"]) == (0, 1.0)
    assert found.figures["mixed_1"] == 0
    said = found.predictions["predicted"].to_list()
    right = np.mean([s == p for s, p in zip(said, table["phase"].to_list(), strict=True)])
    assert found.cv["accuracy_1"] == pytest.approx(right)
    assert right > 0.9
    assert set(tk.learn.predict(table, found.model)["predicted"]) == {"high", "low", "middle"}
    outside = tk.learn.cross_validate(table, found.model, folds=5, seed=0)
    assert outside["predicted"].to_list() == said


@pytest.mark.row("L12")
def test_mixed_rows_are_counted_by_hand() -> None:
    x = [0.0, 1, 2, 3, 4, 5, 6, 7]
    # p lies in 0 .. 4, q in 3 .. 7: the rows at 3 and 4 are mixed.
    table = tk.Table.from_({"x": x, "k": ["p", "p", "p", "q", "p", "q", "q", "q"]})
    found = tk.learn.formula_search(table, target="k", operators=["abs"], rung=1, terms=1)
    assert found.figures["mixed_1"] == 2
    assert found.formulas["gap"][0] == pytest.approx(1 / np.std(x))


@pytest.mark.row("L12")
def test_two_formulas_separate_by_hulls_as_brute_force_does() -> None:
    from scipy.spatial import Delaunay

    from tenkai.kernels.formula_hulls import pair_domains

    rng = np.random.default_rng(1)
    Z, codes = rng.normal(size=(5, 40)), rng.integers(0, 3, 40)
    Z[0] += codes
    mixed, gap = pair_domains(Z, codes, 3)
    at = 0
    for i in range(5):
        for j in range(i):
            points = Z[[i, j]].T
            inside = np.zeros(40, bool)
            for k in range(3):
                other = codes != k
                inside[other] |= Delaunay(points[~other]).find_simplex(points[other]) >= 0
            apart = np.linalg.norm(points[:, None] - points[None], axis=2)[codes[:, None] != codes[None]].min()
            assert mixed[at] == inside.sum()
            assert gap[at] == pytest.approx(apart, rel=1e-12)
            at += 1


@pytest.mark.row("L12")
def test_a_second_formula_separates_what_one_cannot() -> None:
    rng = np.random.default_rng(2)
    X = rng.uniform(1, 3, (80, 3))
    names = np.where(X[:, 0] * X[:, 1] + 2 * X[:, 2] > 8, "metal", "insulator")
    table = tk.Table.from_({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "phase": names.tolist()})
    step = get_step("learn.formula_search")
    settings = {"target": "phase", "operators": ["*"], "rung": 1, "terms": 2, "held_out": ["Row1"], "folds": 4}
    one, two = (step.run({"table": table}, step.convert(settings), Run(t)) for t in (1, 2))
    figures = one["figures"].figures
    assert figures["mixed_2"] == 0 < figures["mixed_1"]
    terms = one["formulas"].frame.filter(pl.col("terms") == 2)["formula"][0]
    assert terms in ("b * a; c", "c; b * a")
    for name in ("formulas", "predictions", "stability", "families", "held_out"):
        assert one[name].frame.equals(two[name].frame)
    assert one["held_out"]["predicted"][0] in ("metal", "insulator")


def test_domains_have_two_dimensions_at_most(refused: Any) -> None:
    table, _ = ringed()
    text = refused("TK686", tk.learn.formula_search, table, target="phase", terms=3)
    assert "the domains of classes are drawn in 1 or 2 formulas, not in 3. Give terms: 2." in text


def test_a_row_without_a_value_has_no_class() -> None:
    table, _ = ringed()
    model = tk.learn.formula_search(table, target="phase", operators=["/"], rung=1, terms=1).model
    said = tk.learn.predict(tk.Table.from_({"a": [0.0, 1.0], "b": [0.0, 2.0], "c": [1.0, 1.0]}), model)["predicted"]
    assert said.to_list() == [None, "low"]


def test_a_sweep_of_terms_is_one_search_and_each_has_its_own_notes() -> None:
    """The table is one formula exactly: the search ends there, which only those who asked for more are told."""
    table, step = rows(), get_step("learn.formula_search")
    settings = step.convert({"target": "E", "units": UNITS, "folds": 4, "terms": 3})
    run = Run()
    points = step.run_shared(("terms",), [{"terms": k} for k in (1, 3)], {"table": table}, settings, run)
    assert [{n.code for n in point["model"].notes} for point in points] == [set(), {"TKW682"}]
    assert [what for what, _, _ in run.work] == ["features", "models"] * 5
    assert run.notes == []
    alone = Run()
    step.run({"table": table}, settings, alone)
    assert [n.code for n in alone.notes] == ["TKW682"]


def test_a_sweep_of_terms_of_classes_is_one_search() -> None:
    table, step = rows(60), get_step("learn.formula_search")
    kinds = np.where(table["E"].to_numpy() + RNG.normal(size=60) > 2, "high", "low")
    table = table.with_columns(table.frame.with_columns(E=pl.Series(kinds)))
    settings = step.convert({"target": "E", "rung": 1, "screened": 10, "folds": 3, "terms": 2})
    together = step.run_shared(("terms",), [{"terms": k} for k in (2, 1)], {"table": table}, settings)
    for k, point in zip((2, 1), together, strict=True):
        alone = step.run({"table": table}, {**settings, "terms": k})
        assert point["figures"].figures == alone["figures"].figures
        assert point["cv"].figures == alone["cv"].figures
        assert point["formulas"].frame.equals(alone["formulas"].frame)
        assert point["predictions"].frame.equals(alone["predictions"].frame)
