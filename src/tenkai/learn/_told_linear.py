"""What the steps of linear models share: settings of a penalty, and tables of coefficients and of the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from tenkai.errors import Note, problem
from tenkai.learn._model import LEAST_ROWS, Learned
from tenkai.learn._told import deviations, told_table
from tenkai.step import Help, Length, Range, SweepHint
from tenkai.values import Kind, Schema, Table

INTERCEPT = "intercept"
Strength = Annotated[float, Range(0), SweepHint(1e-4, 1, 10, log=True)]
Candidates = Annotated[list[Strength], Length(1, 1000)] | None
Rule = Annotated[
    Literal["best", "one_standard_error"], Help("the best penalty, or the largest within one standard error of it")
]
COEFFICIENTS: dict[str, Kind | None] = {"column": "text", "coefficient": "number", "scaled": "number"}
SEARCH: dict[str, Kind | None] = {"alpha": "number", "mean": "number", "se": "number", "chosen": "category"}


def coefficient_table(
    learned: Learned, notes: Sequence[Note], more: Mapping[str, ArrayLike] | None = None, *, left_out: ArrayLike = ()
) -> Table:
    """One row per column, the intercept first. `more` are further columns, with the intercept; NaN is empty."""
    found = learned.estimator
    value = np.concatenate([[found.intercept_], found.coef_])
    value[1:][np.asarray(left_out, np.int64)] = np.nan
    scaled = value * np.concatenate([[np.nan], deviations(learned.lesson.X)])
    columns: dict[str, Any] = {"column": [INTERCEPT, *learned.lesson.names], "coefficient": value, "scaled": scaled}
    columns |= {name: np.asarray(values, np.float64) for name, values in (more or {}).items()}
    frame = pl.DataFrame(columns, nan_to_null=True)
    kinds: dict[str, Kind] = {**dict.fromkeys(frame.columns, "number"), "column": "text"}
    ids = _ids(columns["column"])
    return told_table(learned, frame.to_dict(), ids=ids, kinds=kinds, notes=notes, name="coefficients")


def _ids(names: Sequence[str]) -> list[str]:
    """Row ids that do not repeat, where a column is itself called intercept."""
    return [names[0] + "_" * sum(n.rstrip("_") == names[0] for n in names[1:]), *names[1:]]


def search_table(learned: Learned, notes: Sequence[Note], more: Mapping[str, ArrayLike] | None = None) -> Table:
    """Every penalty tried, its mean squared error on rows held out, and which was chosen; empty without a choice."""
    found = learned.estimator
    chosen = np.arange(len(found.alphas_)) == found.chosen_
    columns = {"alpha": found.alphas_, "mean": found.error_, "se": found.error_se_, **(more or {}), "chosen": chosen}
    frame = pl.DataFrame(columns, schema_overrides={"chosen": pl.Boolean})
    return told_table(learned, frame.to_dict(), kinds={"chosen": "category"}, notes=notes, name="search")


def choice_notes(learned: Learned) -> list[Note]:
    """Say where the chosen penalty lies at the end of those tried."""
    found = learned.estimator
    if len(found.alphas_) < 2 or found.chosen_ not in (0, len(found.alphas_) - 1):
        return []
    end = "largest" if found.chosen_ == 0 else "smallest"
    return [Note("TKW660", f"the chosen alpha, {found.alpha_:g}, is the {end} that was tried.")]


def check_folds(rows: int, folds: int) -> None:
    """Refuse more folds than rows. Raises TK211. Fewer than 2 rows are refused with the model itself."""
    if folds > rows >= LEAST_ROWS:
        raise problem(
            "TK211",
            f"{rows} rows cannot be divided into {folds} folds.",
            allowed=f"At most {rows} folds.",
            remedy=f"Give folds: {rows}, or more rows.",
            setting="folds",
        )


def told_schema(*, search: Mapping[str, Kind | None] | None, more: Sequence[str] = ()) -> dict[str, Schema | None]:
    """Columns of the tables about a model, before data."""
    tables: dict[str, Schema | None] = {"coefficients": Schema({**COEFFICIENTS, **dict.fromkeys(more, "number")})}
    if search is not None:
        tables["search"] = Schema(dict(search))
    return tables
