"""learn.formula_search: formulas of the columns that describe a target best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.learn._formula_checks import check_search, check_terms, check_units, unit_list
from tenkai.learn._model import BASELINE, PREDICTED, Kindred, Task, model_schema, read_lesson, refuse_taken
from tenkai.learn._out_of_fold import FOLD
from tenkai.learn._told import FeatureColumns, TargetColumn, TaskChoice
from tenkai.step import Column, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._formula import FormulaRegressor
    from tenkai.learn._formula_domains import FormulaClassifier

Operator = Literal[
    "+", "-", "|-|", "*", "/", "exp", "exp-", "log", "sqrt", "cbrt", "^2", "^3", "^-1", "abs", "sin", "cos"
]
DEFAULT: list[Operator] = ["+", "-", "|-|", "*", "/", "exp", "exp-", "sqrt", "^2", "^3", "^-1"]


class FormulaSearch(Outputs):
    """The best model, the formulas it was chosen from, and how far they can be trusted."""

    model: Annotated[Fitted, Help("the best model with most terms; predicts the target of new rows from raw columns")]
    formulas: Annotated[
        Table, Shape("models"), Help("the best models of 1, 2, ... terms as text, LaTeX, MathML, Python, with errors")
    ]
    predictions: Annotated[
        Table,
        Shape("n"),
        Help("every row predicted by a search that was repeated without its fold; empty without folds"),
    ]
    stability: Annotated[Table, Help("in how many folds a formula, or a whole model, was chosen again")]
    families: Annotated[Table, Help("for each formula of the best models, those screened that say nearly the same")]
    held_out: Annotated[Table, Help("the rows held out from everything, with what the best models say of them")]
    figures: Annotated[
        Scores,
        Keys("features", "screened", "models"),
        Help(
            "of the best models of 1, 2, ... terms, rows searched: rmse_1, r2_1; of classes mixed_1, accuracy_1; and "
            "the size of the search"
        ),
    ]
    cv: Annotated[
        Scores, Help("of rows held out of a search repeated without them: rmse_1, ... or accuracy_1, ...; with folds")
    ]


@step(
    "learn.formula_search",
    version=1,
    title="Formula search",
    rows=Rows(learns="fitted", clean=(("predictions", "folds"), ("cv", "folds"), ("held_out", "held_out"))),
)
def formula_search(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    task: TaskChoice = "auto",
    operators: Annotated[list[Operator], Length(1, 16), Help("what formulas are made of; exp- is exp(-x)")] = DEFAULT,
    units: Annotated[
        dict[str, str] | None,
        Help("unit of each column, such as {IP: eV, r: Å}; a column left out is a plain number; null: all are"),
    ] = None,
    strict_units: Annotated[
        bool, Help("exp, log, sin and cos take plain numbers only; false: the number of any unit, as in SISSO")
    ] = True,
    rung: Annotated[int, Range(1, 3), Help("how often operators are applied to what is there")] = 2,
    complexity: Annotated[
        int | None, Range(1, 7), Help("operators in one formula at most; null: what the rung allows")
    ] = None,
    terms: Annotated[int, Range(1, 4), Help("formulas in a model at most")] = 2,
    screened: Annotated[int, Range(1, 20_000), Help("formulas screened per term, of which all models are tried")] = 100,
    subspace: Annotated[
        Literal["iterative", "fixed"],
        Help("screen anew for each further term by what is left over; or once, by the target"),
    ] = "iterative",
    residuals: Annotated[int, Range(1, 100), Help("best models whose left-overs the next term is screened by")] = 10,
    listed: Annotated[int, Range(1, 1000), Help("models listed per number of terms")] = 20,
    folds: Annotated[
        Annotated[int, Range(2, "n")] | Literal["leave_one_out"] | None,
        Help("parts held out in turn, the whole search repeated without each; null: none"),
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the folds")] = 0,
    held_out: Annotated[list[str] | None, Length(1, 1000), Help("row ids kept from everything, to test on")] = None,
    alike: Annotated[float, Range(0, 0.5), Help("formulas are one family where |correlation| > 1 - this")] = 0.02,
    memory: Annotated[float, Range(0.05, 256), Help("GB that features may take")] = 2.0,
    run: Run,
) -> FormulaSearch:
    """Find formulas of the columns whose weighted sum describes a number best, or which tell classes apart.

    All formulas that `rung` rounds of operators make of the columns are scored by their correlation with the
    target, those without values or like others left out; of the best ones, all models of 1, 2, ... terms are tried.
    For classes the formulas are those in which the domains of the classes - intervals, of two formulas convex hulls -
    share fewest rows; a row is given to the class in whose domain it lies, or which is nearest.

    With `units`, only what has the same unit is added or subtracted, and what is no plain number is not put into
    exp, log, sin or cos.

    Raises
    ------
    TenkaiError
        TK680 for a unit that cannot be read, TK681 where the units leave nothing to combine, TK682 for fewer rows
        than terms + 2, TK683 for a search that does not fit into memory: it says what would; TK686 for more than 2
        terms of classes; TK214 for a row held out that is not there, TK610 for a target that does not vary, TK211
        for folds that cannot be drawn.

    Notes
    -----
    The error on the rows searched promises too much: among a million formulas some fit by chance. Those of
    `cv` come from searches repeated without each fold, and `stability` says how often the same formula came
    out again; where it did not, read the formula as one of a family, not as a law. `held_out` is the test beyond
    the data: these rows are kept from the search, its folds and its scales.

    Twins are left out: while the rungs are built, what has the same values; among the formulas screened, what is
    correlated by more than 1 - 1e-9, since a coefficient and a constant make them the same.
    The simplest stays. Models whose errors agree in 10 digits are listed with the simplest first. `code` of the
    table `formulas` is a formula for `process.formula`; f1, f2, ... are its terms. A row for which a formula has
    no value (division by zero) gets no prediction.

    A search of rung 3 is large: leave operators out, or limit `complexity`. Published descriptors with exp of a
    radius need ``strict_units: false``. Numbers are the same for any number of threads.

    Source
    ------
    R. Ouyang et al., Phys. Rev. Materials 2, 083802 (2018): screening by residuals. L. Ghiringhelli et al., Phys.
    Rev. Lett. 114, 105503 (2015): formulas as descriptors.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"m": [1.0, 2.0, 3.0, 4.0, 5.0], "v": [3.0, 1.0, 2.0, 5.0, 4.0]})
    >>> t = tk.process.formula(t, formulas={"energy": "0.5 * m * v ** 2"})
    >>> tk.learn.formula_search(t, target="energy", terms=1, units={"m": "kg", "v": "m/s"}).formulas["f1"][0]
    'v ** 2 * m'
    """
    return _searched(
        table, [terms], target, columns, task, operators, units, strict_units, rung, complexity, screened, subspace,
        residuals, listed, folds, seed, held_out, alike, memory, run,
    )[0]  # fmt: skip


@formula_search.shared("terms")
def formula_search_terms(table: Table, *, terms: Sequence[int], run: Run, **others: Any) -> list[FormulaSearch]:
    """One search for all numbers of terms: what is screened for a further term depends only on those before it."""
    return _searched(table, terms, run=run, **others)


def _searched(
    table: Table,
    terms: Sequence[int],
    target: Column,
    columns: Columns,
    task: Task,
    operators: list[Operator],
    units: dict[str, str] | None,
    strict_units: bool,
    rung: int,
    complexity: int | None,
    screened: int,
    subspace: str,
    residuals: int,
    listed: int,
    folds: int | Literal["leave_one_out"] | None,
    seed: int,
    held_out: list[str] | None,
    alike: float,
    memory: float,
    run: Run,
) -> list[FormulaSearch]:
    from tenkai.learn._formula import FormulaRegressor
    from tenkai.learn._formula_domains import FormulaClassifier
    from tenkai.learn._formula_result import found_formulas, without

    refuse_taken(table.columns, [PREDICTED, BASELINE, FOLD])
    rows, apart = without(table, held_out or [])
    lesson = read_lesson(rows, target, columns, task)
    rows.require(lesson.features, ("number",), "columns")
    kind = FormulaClassifier if lesson.target.classes else FormulaRegressor
    texts = unit_list(units, lesson.features)
    estimators = [
        kind(operators, texts, strict_units, rung, complexity, t, screened, subspace, residuals, listed) for t in terms
    ]
    largest = max(estimators, key=lambda e: e.terms)
    check_search(largest.plan, largest.units_of(len(lesson.features)), lesson, memory, folds, run)
    return [FormulaSearch(*told) for told in found_formulas(lesson, apart, estimators, folds, seed, alike, run)]


@formula_search.estimator
def _estimator(
    *,
    task: Kindred,
    feature_names: tuple[str, ...],
    operators: list[str],
    units: dict[str, str] | None,
    strict_units: bool,
    rung: int,
    complexity: int | None,
    terms: int,
    screened: int,
    subspace: str,
    residuals: int,
    listed: int,
    **_: Any,
) -> FormulaRegressor | FormulaClassifier:
    from tenkai.learn._formula import FormulaRegressor
    from tenkai.learn._formula_domains import FormulaClassifier

    texts = unit_list(units, feature_names)
    kind = FormulaClassifier if task == "classification" else FormulaRegressor
    return kind(operators, texts, strict_units, rung, complexity, terms, screened, subspace, residuals, listed)


@formula_search.check
def _check(*, units: dict[str, str] | None, complexity: int | None, rung: int, **_: object) -> None:
    check_units(units)


@formula_search.schema
def _schema(
    table: Schema | None,
    *,
    target: Column,
    columns: Columns,
    task: Task,
    units: dict[str, str] | None,
    terms: int,
    **_: object,
) -> dict[str, Schema | None]:
    if model_schema(table, target, columns, task) == "classification":
        check_terms(terms)
    if table is not None:
        refuse_taken(table.names, (PREDICTED, BASELINE, FOLD))
        unit_list(units, [n for n in columns.resolve(table.columns) if n != target])
    return {}
