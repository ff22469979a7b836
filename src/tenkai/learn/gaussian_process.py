"""learn.gaussian_process: a smooth function that says how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, listing, problem
from tenkai.learn._model import Kindred, Learned, fit_model, model_schema
from tenkai.learn._told import FeatureColumns, TargetColumn, own_scores, told_table
from tenkai.step import Advanced, Column, Help, Keys, Outputs, Range, Rows, Run, Seed, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._gaussian_process import GaussianProcess

MOST_ROWS = 5_000


class Process(Outputs):
    """The model, and the kernel it found."""

    model: Annotated[Fitted, Help("predicts the target of new rows, and its standard deviation (predicted_sd)")]
    kernel: Annotated[Table, Help("signal and noise in the unit of the target; lengths in the unit of the columns")]
    figures: Annotated[Scores, Keys("r2", "rmse", "log_likelihood", "noise_sd"), Help("of the rows it was fitted on")]


@step("learn.gaussian_process", version=1, title="Gaussian process", rows=Rows(learns="fitted"))
def gaussian_process(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    kernel: Annotated[
        Literal["matern52", "matern32", "rbf", "rational_quadratic"],
        Help("how smooth: rbf is smoothest, matern32 roughest; rational_quadratic mixes lengths"),
    ] = "matern52",
    per_column: Annotated[bool, Help("fit a length for every column instead of one for all")] = False,
    restarts: Annotated[int, Range(0, 100), Advanced, Help("further starts of the search for the kernel")] = 2,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of these starts")] = 0,
    run: Run,
) -> Process:
    """Predict a number by the likeliest smooth function, with a standard deviation for every prediction.

    Size of the signal, length over which it changes, and noise are fitted to the rows. `predicted_sd` is that of a
    new measurement, noise included: it grows away from the training rows.

    Raises
    ------
    TenkaiError
        TK611 for a target that is no number, TK610 for one that does not vary, TK212 for more than 5 000 rows,
        TK111 for lengths per column with the rational_quadratic kernel, TK208 where cells are missing.

    Notes
    -----
    Bring columns to one scale first (`process.standardize`), or fit a length per column: a long length then says
    that a column hardly matters. The standard deviations hold if the kernel fits; check them on rows held out.
    A parameter at the edge of its search is named in a warning.

    Source
    ------
    C. Rasmussen, C. Williams, Gaussian Processes for Machine Learning (2006), through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0, 4.0], "y": [0.0, 0.8, 0.9, 0.1, -0.8]})
    >>> model = tk.learn.gaussian_process(t, target="y").model
    >>> said = tk.learn.predict(tk.Table.from_({"x": [1.5, 9.0]}), model)
    >>> bool(said["predicted_sd"][0] < said["predicted_sd"][1])
    True
    """
    if table.height > MOST_ROWS:
        raise problem(
            "TK212",
            f"{count(table.height, 'row')} are too many: the work grows with their third power.",
            allowed=f"At most {MOST_ROWS} rows.",
            remedy="Take a part with process.sample, or use learn.kernel_ridge.",
        )
    settings = {"kernel": kernel, "per_column": per_column, "restarts": restarts, "seed": seed}
    learned = fit_model(
        table,
        step="learn.gaussian_process",
        target=target,
        columns=columns,
        settings=settings,
        run=run,
        only="regression",
    )
    found = learned.estimator
    told, notes = _kernel(learned)
    figures = {"log_likelihood": found.log_likelihood_, "noise_sd": found.noise_sd_}
    about = {
        "log_likelihood": "of the standardized target under the kernel found",
        "noise_sd": "standard deviation of the noise, in the unit of the target",
    }
    scores = own_scores(learned, figures, about).with_notes(notes)
    return Process(learned.model.with_notes(notes), told, scores)


@gaussian_process.estimator
def _estimator(*, task: Kindred, kernel: str, per_column: bool, restarts: int, seed: int) -> GaussianProcess:
    from tenkai.learn._gaussian_process import GaussianProcess

    return GaussianProcess(kernel, per_column=per_column, restarts=restarts, random_state=seed)


@gaussian_process.check
def _check(*, kernel: str, per_column: bool, **settings: Any) -> None:
    if per_column and kernel == "rational_quadratic":
        raise problem(
            "TK111",
            "true is not allowed with the kernel rational_quadratic, which has one length.",
            remedy="Use matern52, matern32 or rbf.",
            setting="per_column",
        )


def _kernel(learned: Learned) -> tuple[Table, list[Note]]:
    found: GaussianProcess = learned.estimator
    many = len(found.length_) > 1
    lengths = [f"length of {n}" for n in learned.lesson.names] if many else ["length"]
    names = ["signal", *lengths, "noise"]
    values = [found.signal_sd_, *found.length_.tolist(), found.noise_sd_]
    plain = ["signal", *([f"length {j}" for j in range(len(lengths))] if many else lengths), "noise"]
    if np.isfinite(found.mixture_):
        names, plain, values = [*names, "mixture"], [*plain, "mixture"], [*values, found.mixture_]
    edge = [n in found.at_edge_ for n in plain]
    notes = []
    ends = [n for n, e in zip(names, edge, strict=True) if e]
    if ends:
        notes.append(Note("TKW660", f"the search for the kernel ended at its edge for {listing(ends, 4)}."))
    columns = {"parameter": names, "value": values, "at_edge": pl.Series(edge, dtype=pl.Boolean)}
    return told_table(learned, columns, kinds={"parameter": "text", "at_edge": "category"}, notes=notes), notes


@gaussian_process.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return {"kernel": Schema({"parameter": "text", "value": "number", "at_edge": "category"})}
