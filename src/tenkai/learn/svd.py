"""learn.svd: a table of low rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._device import Device, DeviceChoice, chosen, fingerprint
from tenkai.learn._rows import RowMatrix, axis_names, check_kinds, own_rows_scores
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table
from tenkai.values.matrix import LARGEST

if TYPE_CHECKING:
    from tenkai.kernels.low_rank import Array, Filled
    from tenkai.learn._svd import LowRank

FIGURES = {
    "matrix_rank": "singular values above rounding",
    "error": "root of the sum of squares of the difference, over the known cells",
    "relative_error": "error as a share of that of no table at all",
    "share": "share of the sum of squares that the low-rank table keeps",
}


class LowRankTable(Outputs):
    """The low-rank table, what it leaves, and the vectors and values behind it."""

    table: Annotated[Table, Shape("n p"), Help("the low-rank table: same rows, same columns")]
    fitted: Annotated[Fitted, Help("to write new rows with the same vectors")]
    difference: Annotated[Table, Shape("n p"), Help("low-rank table minus data; missing where the data are")]
    U: Annotated[Table, Shape("n rank"), Help("left singular vectors: one weight of each row")]
    S: Annotated[Table, Help("all singular values, falling; their share of the sum of squares")]
    V: Annotated[Table, Shape("p rank"), Help("right singular vectors: one weight of each column")]
    figures: Annotated[Scores, Keys(*FIGURES), Help("matrix_rank, error, relative_error, share")]


@step("learn.svd", version=1, title="Low-rank table (SVD)", rows=Rows(same=("table", "difference"), learns="prepared"))
def svd(
    table: Annotated[Table, Shape("n p"), Help("rows of numbers")],
    *,
    columns: Annotated[Columns, Help("columns to write with few vectors")] = ALL_NUMBERS,
    rank: Annotated[int, Range(1, "min(n, p)"), SweepHint(1, 10, 1), Help("singular vectors kept")] = 2,
    center: Annotated[bool, Help("take the mean of each column off first, and add it again")] = False,
    missing: Annotated[
        Literal["refuse", "fill"], Help("fill: learn from the known cells, and let the low rank say the others")
    ] = "refuse",
    shrink: Annotated[float, Range(0), Advanced, Help("taken off every singular value, down to 0 (soft-impute)")] = 0.0,
    method: Annotated[
        Literal["auto", "exact", "randomized"], Advanced, Help("auto: exact, except for very large tables")
    ] = "auto",
    iterations: Annotated[int, Range(1, 100_000), Advanced, Help("at most, to fill missing cells")] = 500,
    tolerance: Annotated[
        float, Range(0, 1), Advanced, Help("stop when filled cells change by less, relatively")
    ] = 1e-5,
    device: DeviceChoice = "auto",
    run: Run,
) -> LowRankTable:
    """Write a table as a sum of a few products of a row weight and a column weight.

    The low-rank table is the nearest one of its rank, in squares. New rows are written with the same vectors by
    `process.apply`; their missing cells are filled where `missing` is fill.

    Raises
    ------
    TenkaiError
        TK111 for a rank beyond the rows or columns; TK208 where cells are missing and `missing` is refuse;
        TK634 for a row or column without a known cell; TK202, TK203 for cells that are no finite numbers; TK670,
        TK672 for the device cuda without a GPU, or with too little memory.

    Notes
    -----
    A small rank keeps what many rows share; the difference to the data shows what it would expect and is not
    there. No rank is right: small for few data, larger as data grow, and best chosen by hidden cells
    (`learn.ranks`; of what exists `learn.recommend`). The mean is not taken off by default, so that 0 stays 0;
    `learn.pca` takes it off. The sign of a vector means nothing; it is chosen so that the largest column weight
    is positive.

    Missing cells are filled in turn with the low rank until both agree; that is a local solution, and a `shrink`
    above 0 makes it more careful. They are found for each rank by itself.

    Source
    ------
    C. Eckart, G. Young, Psychometrika 1, 211 (1936). Missing cells: R. Mazumder, T. Hastie, R. Tibshirani, J.
    Mach. Learn. Res. 11, 2287 (2010). Randomized: N. Halko, P. Martinsson, J. Tropp, SIAM Rev. 53, 217 (2011),
    through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 1.0, 0.0], "b": [1.0, 0.0, 0.0], "c": [0.0, 0.0, 3.0]})
    >>> found = tk.learn.svd(t, rank=1)
    >>> found.S["value"].round(4).to_list()
    [3.0, 1.618, 0.618]
    >>> found.table.matrix().round(6).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 3.0]]
    """
    others = {
        "center": center, "missing": missing, "shrink": shrink, "method": method, "iterations": iterations,
        "tolerance": tolerance, "device": device,
    }  # fmt: skip
    return svd_ranks(table, columns=columns, rank=[rank], run=run, **others)[0]


@svd.shared("rank")
def svd_ranks(table: Table, *, columns: Columns, rank: Sequence[int], run: Run, **others: Any) -> list[LowRankTable]:
    """One decomposition for all ranks."""
    from tenkai.learn._svd import LowRank, fit_ranks

    rows = _read(table, columns, others["missing"])
    n, p = rows.shape
    for wanted in rank:
        if wanted > min(n, p):
            raise problem(
                "TK111",
                f"{wanted} is not allowed.",
                allowed=f"{count(n, 'row')} and {count(p, 'column')}: a rank of 1 to {min(n, p)}.",
                setting="rank",
            )
    estimators = [
        LowRank(
            k, center=others["center"], shrink=others["shrink"], missing=others["missing"],
            method=others["method"], max_iter=others["iterations"], tol=others["tolerance"],
        )
        for k in rank
    ]  # fmt: skip
    # Filling decomposes once per iteration.
    times = 1 if not np.isnan(rows.X).any() else 100 * len(rank)
    gpu = chosen(others["device"], work=4.0 * n * p * min(n, p) * times, size=8.0 * 5 * n * p)
    if gpu:
        run.note(gpu.note.code, gpu.note.text)
    found = fit_ranks(estimators, rows.X, gpu)
    return [_told(rows, e, filled, values) for e, (filled, values) in zip(estimators, found, strict=True)]


def _read(table: Table, columns: Columns, missing: str) -> RowMatrix:
    names = table.choose(columns)
    if table.height == 0:
        raise problem("TK205", "the table has no rows.", allowed="Needed: 1 or more.")
    if missing == "refuse":
        return RowMatrix(table, names, table.complete_matrix(names, largest=LARGEST))
    table.require(names, ("number", "vector", "image"), "columns")
    X = table.matrix(names)
    features = table.layout(names).features()
    wrong = np.argwhere(np.abs(X) > LARGEST)
    if len(wrong):
        row, at = (int(i) for i in wrong[0])
        fact = f"column '{features[at]}' holds {X[row, at]:g} at row '{table.ids[row]}'."
        raise problem("TK203", fact, allowed=f"Allowed: numbers up to {LARGEST:g} in size.", setting="columns")
    for axis, (what, how, called) in enumerate(
        (("row", "filter", table.ids.to_list()), ("column", "select", features))
    ):
        empty = np.flatnonzero(np.isnan(X).all(axis=1 - axis))
        if len(empty):
            raise problem(
                "TK634",
                f"{what} '{called[empty[0]]}' has no known cell.",
                allowed=f"One or more in every {what}.",
                remedy=f"Leave such {what}s out with process.{how}.",
                setting="missing",
            )
    return RowMatrix(table, names, X)


def _told(rows: RowMatrix, estimator: LowRank, filled: Filled, values: Array) -> LowRankTable:
    table, names, X = rows.table, rows.names, rows.X
    found, k = filled.found, estimator.rank
    notes = []
    if not found.exact:
        notes.append(Note("TKW630", f"the table is large: the first {len(found.S)} singular values are estimated."))
    if not filled.converged:
        notes.append(Note("TKW640", f"filled cells still changed after {filled.iterations} iterations at rank {k}."))
    features = table.layout(names).features()
    fitted = Fitted.on(table, estimator, step="learn.svd", features=names, outputs=names).with_notes(notes)

    def beside(frame: pl.DataFrame, ids: Sequence[str]) -> Table:
        return Table.from_(frame, ids=ids, notes=notes).influenced(fitted.influences)

    axes = axis_names("SVD", k)
    size = float((found.S**2).sum()) if found.exact else float((filled.cells**2).sum())
    shares = found.S**2 / (size or 1.0)
    spectrum = pl.DataFrame(
        {
            "component": np.arange(1, len(found.S) + 1),
            "value": found.S,
            "share": shares,
            "cumulative": np.minimum(np.cumsum(shares), 1.0),
        }
    )
    left = Table(
        pl.DataFrame({a: found.U[:, i] for i, a in enumerate(axes)}),
        table.ids,
        dict.fromkeys(axes, "number"),
        table.identity,
        notes=tuple(notes),
    )
    error = float(np.sqrt(np.nansum((values - X) ** 2)))
    whole = float(np.sqrt(np.nansum(X**2)))
    figures = {
        "matrix_rank": float(found.matrix_rank(rows.shape)),
        "error": error,
        "relative_error": error / whole if whole else 0.0,
        "share": 1 - (error / whole) ** 2 if whole else 1.0,
    }
    low = table.with_matrix(names, values).influenced(fitted.influences).prepared_by(fitted).with_notes(notes)
    difference = table.with_matrix(names, values - X).influenced(fitted.influences).with_notes(notes)
    return LowRankTable(
        low,
        fitted,
        difference,
        left.influenced(fitted.influences),
        beside(spectrum, axis_names("SVD", len(found.S))),
        beside(pl.DataFrame({a: found.V[i] for i, a in enumerate(axes)}), features),
        own_rows_scores(figures, FIGURES, rows, fitted),
    )


@svd.fingerprint
def _fingerprint(*, device: Device, **_: object) -> str:
    return fingerprint(device)


@svd.schema
def _schema(table: Schema | None, *, columns: Columns, rank: int, **_: object) -> dict[str, Schema | None]:
    if table is not None:
        check_kinds(table, columns.resolve(table.columns))
    axes: dict[str, Any] = dict.fromkeys(axis_names("SVD", rank, "rank"), "number")
    shares: dict[str, Any] = dict.fromkeys(("component", "value", "share", "cumulative"), "number")
    return {"table": table, "difference": table, "U": Schema(axes), "S": Schema(shares), "V": Schema(axes)}
