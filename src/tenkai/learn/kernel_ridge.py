"""learn.kernel_ridge: a smooth function of all columns, with a penalty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.errors import count, problem
from tenkai.learn._model import Kindred, fit_model, model_schema
from tenkai.learn._told import FeatureColumns, TargetColumn, own_scores
from tenkai.step import Column, Help, Keys, Outputs, Range, Rows, Run, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._one_thread import CenteredRegressor

MOST_ROWS = 20_000


class KernelModel(Outputs):
    """The model."""

    model: Annotated[Fitted, Help("predicts the target of new rows")]
    figures: Annotated[Scores, Keys("r2", "rmse"), Help("of the rows it was fitted on")]


@step("learn.kernel_ridge", version=1, title="Kernel ridge regression", rows=Rows(learns="fitted"))
def kernel_ridge(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    kernel: Annotated[
        Literal["rbf", "laplacian", "linear", "polynomial"], Help("how the likeness of two rows is measured")
    ] = "rbf",
    alpha: Annotated[
        float, Range(1e-12, 1e12), SweepHint(1e-6, 10, 10, log=True), Help("the penalty; a larger one is smoother")
    ] = 1.0,
    gamma: Annotated[
        Annotated[float, Range(1e-12, 1e12), SweepHint(1e-4, 10, 10, log=True)] | None,
        Help("how near rows must be to count; empty: 1 / columns"),
    ] = None,
    degree: Annotated[int, Range(1, 20), Help("of the polynomial kernel")] = 3,
    run: Run,
) -> KernelModel:
    """Predict a number by a smooth function: a weighted sum of the likeness to every training row.

    The mean of the target is taken off before and added after, so far from all rows the rbf and laplacian kernels
    predict the mean.

    Raises
    ------
    TenkaiError
        TK611 for a target that is no number, TK610 for one that does not vary, TK212 for more than 20 000 rows,
        TK208 where cells are missing.

    Notes
    -----
    Bring columns to one scale first (`process.standardize`). alpha and gamma belong together: search both.
    `learn.gaussian_process` is the same function with its settings fitted, and says how sure it is.

    Source
    ------
    C. Saunders, A. Gammerman, V. Vovk, ICML 1998; scikit-learn, KernelRidge, with the target centered.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0], "y": [10.0, 11.0, 10.0]})
    >>> model = tk.learn.kernel_ridge(t, target="y", alpha=1e-9).model
    >>> tk.learn.predict(t, model)["predicted"].round(6).to_list()
    [10.0, 11.0, 10.0]
    """
    if table.height > MOST_ROWS:
        raise problem(
            "TK212",
            f"{count(table.height, 'row')} are too many: the likeness of all pairs is kept.",
            allowed=f"At most {MOST_ROWS} rows.",
            remedy="Take a part with process.sample, or use learn.boosting.",
        )
    settings = {"kernel": kernel, "alpha": alpha, "gamma": gamma, "degree": degree}
    learned = fit_model(
        table,
        step="learn.kernel_ridge",
        target=target,
        columns=columns,
        settings=settings,
        run=run,
        only="regression",
    )
    return KernelModel(learned.model, own_scores(learned))


@kernel_ridge.estimator
def _estimator(*, task: Kindred, kernel: str, alpha: float, gamma: float | None, degree: int) -> CenteredRegressor:
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.preprocessing import StandardScaler

    from tenkai.learn._one_thread import CenteredRegressor

    ridge = KernelRidge(alpha=alpha, kernel=kernel, gamma=gamma, degree=degree)
    return CenteredRegressor(regressor=ridge, transformer=StandardScaler(with_std=False))


@kernel_ridge.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return {}
