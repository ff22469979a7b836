"""learn.nmf: non-negative matrix factorization."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._cells import read_cells, require_parts
from tenkai.learn._device import Device, DeviceChoice, chosen, fingerprint, refuse
from tenkai.learn._rows import RowMatrix, axis_names, fit_map, map_schema, own_rows_scores
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table
from tenkai.values.matrix import array_column, write_matrix

if TYPE_CHECKING:
    from tenkai.kernels.nmf import Factors
    from tenkai.learn._device import Gpu
    from tenkai.learn._nmf import NonNegativeFactors, Prepared

# A cell of a part below this share of its largest cell counts as zero.
NOTHING = 1e-3
FIGURES = {
    "error": "root of the sum of squares of what the parts leave (Kullback-Leibler: of twice the divergence)",
    "relative_error": "error as a share of that of no parts at all (Kullback-Leibler: of one mean for every cell)",
    "iterations": "iterations of the best start",
    "converged": "1 where the loss had settled, 0 where the iterations ran out",
}


class Parts(Outputs):
    """Coordinates of the rows, the parts, and how the loss fell."""

    table: Annotated[Table, Shape("n rank"), Help("how much of each part is in each row, and the columns not used")]
    fitted: Annotated[Fitted, Help("to write new rows in the same parts")]
    parts: Annotated[Table, Shape("rank p"), Help("one part per row, of length 1, with the columns it is made of")]
    shares: Annotated[Table, Help("share of each part in all rows as rebuilt, falling; share of its cells near 0")]
    history: Annotated[Table, Help("loss before the first and after every iteration of the best start")]
    replay: Annotated[Table, Help("coordinates and parts of every kept iteration, each as one matrix per row")]
    figures: Annotated[
        Scores,
        Keys("error", "relative_error", "iterations", "converged"),
        Help("error, relative_error, iterations, converged"),
    ]


@step("learn.nmf", version=2, title="Non-negative parts (NMF)", rows=Rows(same=("table",), learns="prepared"))
def nmf(
    table: Annotated[Table, Shape("n p"), Help("rows of numbers of 0 or more")],
    given: Annotated[Table | None, Help("parts to start from, one per row; else `start` says how")] = None,
    *,
    columns: Annotated[Columns, Help("columns to write as parts")] = ALL_NUMBERS,
    rank: Annotated[int, Range(1, "min(n, p)"), SweepHint(10, 200, 10), Help("number of parts")] = 10,
    loss: Annotated[
        Literal["frobenius", "kullback_leibler"], Help("squares of the differences, or divergence of counts")
    ] = "frobenius",
    solver: Annotated[
        Literal["auto", "extrapolated", "accelerated", "hals", "coordinate", "multiplicative"],
        Help("auto: extrapolated, the fastest; for kullback_leibler multiplicative, the only one"),
    ] = "auto",
    start: Annotated[
        Literal["random", "uniform", "nndsvd", "nndsvda", "nndsvdar"],
        Help("first factors: random numbers of the size of the data or from 0 to 1, or from singular vectors"),
    ] = "random",
    restarts: Annotated[int, Range(1, 1000), Help("starts, of which the best is kept")] = 1,
    iterations: Annotated[int, Range(1, 1_000_000), Help("at most")] = 4000,
    tolerance: Annotated[
        float, Range(0, 1), Help("stop when ten iterations lower the error by less than this share of the first one")
    ] = 1e-4,
    l1_coordinates: Annotated[float, Range(0), Advanced, Help("penalty on the sum of the coordinates")] = 0.0,
    l1_parts: Annotated[float, Range(0), Advanced, Help("penalty on the sum of the parts")] = 0.0,
    l2_coordinates: Annotated[float, Range(0), Advanced, Help("penalty on the squares of the coordinates")] = 0.0,
    l2_parts: Annotated[float, Range(0), Advanced, Help("penalty on the squares of the parts")] = 0.0,
    missing: Annotated[
        Literal["refuse", "leave_out"], Help("leave_out: fit the known cells, and let the parts fill the others")
    ] = "refuse",
    history: Annotated[
        int | None, Range(1, 1_000_000), Help("keep coordinates and parts of every so many iterations; null: of none")
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the start")] = 0,
    device: DeviceChoice = "auto",
    run: Run,
) -> Parts:
    """Write each row as a sum of a few parts, with weights of 0 or more.

    New rows are written in the same parts with `process.apply`, which finds their best weights.

    Raises
    ------
    TenkaiError
        TK620 for a cell below 0; TK634 for a row or column without a known cell; TK111 when the rank exceeds the
        rows or columns; TK203 when all cells are 0; TK208 where cells are missing; TK622 for a solver that
        cannot minimize the loss; TK623 when the parts given do not fit; TK604 when the table has a column part1
        that is not used; TK670, TK671, TK672 for the device cuda without a GPU, for what it cannot do, or when its
        memory is too small.

    Notes
    -----
    Parts add up and never cancel, so they often look like pieces: strokes, noses, phases. Use it where zero
    means "nothing there": counts, images, spectra, compositions. Numbers with signs, or whose zero is a mere
    convention, are for `learn.pca`.

    Only a local optimum is found, another one from another seed: look at several, or set `restarts`. No number
    of parts is right; the error always falls with it, that of cells held out does not (`learn.ranks`). Parts
    have no order of their own: here each has length 1 (root of its sum of squares), so that weights are in the
    unit of the data and compare, and they are sorted by what they add to all rows together.

    The weights are the best ones for the final parts, also after few iterations; `replay` holds the factors of
    each iteration as they were. Zeros of `nndsvd` stay zero under the multiplicative solver. Penalties are
    multiplied by the number of columns (coordinates) or rows (parts), as in scikit-learn.

    The same seed gives the same bits for any number of threads. On a GPU it gives the same start and the same
    iteration, up to rounding; weights of the rows are found on the processor.

    Source
    ------
    D. Lee, H. Seung, Nature 401, 788 (1999). Accelerated: N. Gillis, F. Glineur, Neural Comput. 24, 1085
    (2012). Extrapolated: A. Ang, N. Gillis, Neural Comput. 31, 417 (2019). Coordinate: C. Hsieh, I. Dhillon,
    KDD (2011). Starts: C. Boutsidis, E. Gallopoulos, Pattern Recognit. 41, 1350 (2008).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2.0, 0.0], "b": [1.0, 2.0, 0.0], "c": [0.0, 0.0, 3.0]})
    >>> found = tk.learn.nmf(t, rank=2)
    >>> found.parts.matrix().round(2).tolist()
    [[0.71, 0.71, 0.0], [0.0, 0.0, 1.0]]
    """
    settings = {
        "loss": loss, "solver": solver, "start": start, "restarts": restarts, "iterations": iterations,
        "tolerance": tolerance, "l1_coordinates": l1_coordinates, "l1_parts": l1_parts,
        "l2_coordinates": l2_coordinates, "l2_parts": l2_parts, "missing": missing, "history": history,
        "device": device,
    }  # fmt: skip
    return nmf_ranks(table, given, columns=columns, rank=[rank], seed=[seed], run=run, **settings)[0]


@nmf.shared("rank", "seed")
def nmf_ranks(
    table: Table,
    given: Table | None,
    *,
    columns: Columns,
    rank: Sequence[int],
    seed: Sequence[int],
    run: Run,
    **others: Any,
) -> list[Parts]:
    """Read, norm and lay out the data once; all ranks, seeds and restarts run side by side."""
    from tenkai.learn._nmf import NonNegativeFactors, fit_all

    rows, known = read_cells(table, columns, others["missing"])
    require_parts(rows, known)
    n, p = rows.shape
    for wanted in rank:
        if wanted > min(n, p):
            raise problem(
                "TK111",
                f"{wanted} is not allowed.",
                allowed=f"{count(n, 'row')} and {count(p, 'column')}: 1 to {min(n, p)} parts.",
                setting="rank",
            )
    parts = None if given is None else _parts_given(given, rows, rank)
    estimators = [
        NonNegativeFactors(
            k, loss=others["loss"], solver=others["solver"], init=others["start"], n_init=others["restarts"],
            max_iter=others["iterations"], tol=others["tolerance"], l1_W=others["l1_coordinates"],
            l1_H=others["l1_parts"], l2_W=others["l2_coordinates"], l2_H=others["l2_parts"],
            missing=others["missing"], keep_every=others["history"] or 0, random_state=s,
        )
        for k, s in zip(rank, seed, strict=True)
    ]  # fmt: skip
    gpu = _gpu(rows, known, estimators, others["device"])
    with gpu.computing() if gpu else nullcontext():
        prepared, notes = _prepared(rows, known, others["loss"], gpu)
        found = fit_all(estimators, prepared, run, [(None, parts)] * len(estimators))
    return [
        _told(rows, prepared, e, f, W, others["history"], notes) for e, (f, W) in zip(estimators, found, strict=True)
    ]


def _parts_given(given: Table, rows: RowMatrix, rank: Sequence[int]) -> Any:
    """Return the parts to start from, (rank, p)."""
    for name in rows.names:
        given.require([name], ("number", "vector", "image"), "columns")
    H = given.complete_matrix(rows.names)
    wrong = next((k for k in rank if k != len(H)), None)
    fact = (
        f"{count(len(H), 'part')} are given for a rank of {wrong}." if wrong is not None
        else f"the parts given have {H.shape[1]} numbers, the rows {rows.shape[1]}." if H.shape[1] != rows.shape[1]
        else f"the parts given hold {H.min():g}." if H.min() < 0
        else ""
    )  # fmt: skip
    if fact:
        raise problem(
            "TK623",
            fact,
            allowed="As many parts as the rank, of the same columns, with numbers of 0 or more.",
            remedy="Give the output `parts` of another learn.nmf on these columns.",
            setting="rank",
        )
    return H


def _gpu(rows: RowMatrix, known: Any, estimators: Sequence[NonNegativeFactors], device: Device) -> Gpu | None:
    if known is not None:
        refuse("a table with missing cells", device, "Set device: cpu, or fill the cells with process.impute.")
        return None
    if estimators[0].solver == "coordinate":
        return None
    n, p = rows.shape
    # Few fits need more than some hundred iterations.
    work = sum(8.0 * n * p * e.n_components * min(e.max_iter, 200) * e.n_init for e in estimators)
    return chosen(device, work=work, size=4.0 * rows.X.nbytes)


def _prepared(rows: RowMatrix, known: Any, loss: str, gpu: Gpu | None) -> tuple[Prepared, list[Note]]:
    from tenkai.learn._nmf import prepare
    from tenkai.learn._threads import one_thread

    with one_thread():
        prepared = prepare(rows.X, loss, known, gpu)  # type: ignore[arg-type]  # one of the two words
    cells = rows.X if known is None else np.where(known, rows.X, 0.0)
    empty = np.flatnonzero(~cells.any(axis=1))
    notes = [gpu.note] if gpu else []
    if len(empty):
        first = rows.table.ids[int(empty[0])]
        text = f"{len(empty)} of {len(cells)} rows hold nothing but zeros, first '{first}': their weights are 0."
        notes.append(Note("TKW620", text))
    return prepared, notes


def _told(
    rows: RowMatrix,
    prepared: Prepared,
    estimator: NonNegativeFactors,
    found: Factors,
    W: Any,
    every: int | None,
    notes: Sequence[Note],
) -> Parts:
    names = axis_names("part", estimator.n_components)
    notes = list(notes)
    if not estimator.converged_ and estimator.tol > 0:
        text = f"with {len(names)} parts the loss still fell after {found.iterations} iterations."
        notes.append(Note("TKW640", text))
    gone = [name for name, share in zip(names, estimator.shares_, strict=True) if share == 0]
    if gone:
        notes.append(Note("TKW621", f"{len(gone)} of {len(names)} parts are in no row, first {gone[0]}."))
    if every and found.kept_every != every:
        text = f"factors are kept every {found.kept_every} iterations, not every {every}: memory would not hold more."
        notes.append(Note("TKW622", text))
    fitted = fit_map(rows, estimator, step="learn.nmf", axes=names, notes=notes)

    def beside(frame: pl.DataFrame, ids: Sequence[str] | None = None, **more: Any) -> Table:
        return Table.from_(frame, ids=ids, notes=notes, **more).influenced(fitted.influences)

    H = estimator.components_
    blank = pl.DataFrame({rows.names[0]: np.zeros(len(H))})
    kinds = {n: rows.table.kinds[n] for n in rows.names}
    largest = np.maximum(H.max(axis=1, keepdims=True), np.finfo(H.dtype).tiny)
    share = pl.DataFrame({"share": estimator.shares_, "zeros": (H / largest <= NOTHING).mean(axis=1)})
    losses = pl.DataFrame({"iteration": np.arange(len(found.losses)), "loss": found.losses})
    figures = {
        "error": estimator.reconstruction_err_,
        "relative_error": estimator.reconstruction_err_ / prepared.size if prepared.size else 0.0,
        "iterations": float(found.iterations),
        "converged": float(estimator.converged_),
    }
    return Parts(
        fitted.transform(rows.table, W),
        fitted,
        beside(write_matrix(blank, rows.table.layout(rows.names), H).select(rows.names), names, kinds=kinds),
        beside(share, names),
        beside(losses),
        beside(_replay(found, rows.shape, len(names))),
        own_rows_scores(figures, FIGURES, rows, fitted),
    )


def _replay(found: Factors, shape: tuple[int, int], rank: int) -> pl.DataFrame:
    """One row per kept iteration, with its factors as they were: neither scaled nor sorted."""
    n, p = shape
    kept = found.kept
    W = np.stack([k[1] for k in kept]) if kept else np.empty((0, n, rank))
    H = np.stack([k[2] for k in kept]) if kept else np.empty((0, rank, p))
    iterations = pl.Series("iteration", [k[0] for k in kept], pl.Int64)
    return pl.DataFrame([iterations, array_column("coordinates", W), array_column("parts", H)])


@nmf.fingerprint
def _fingerprint(*, device: Device, **_: object) -> str:
    return fingerprint(device)


@nmf.check
def _check(*, loss: str, solver: str, device: Device, **_: object) -> None:
    if solver == "coordinate":
        refuse("the solver coordinate", device, "Leave solver out, or set device: cpu.")
    if loss == "kullback_leibler" and solver not in ("auto", "multiplicative"):
        raise problem(
            "TK622",
            f"the solver {solver} cannot minimize the loss kullback_leibler.",
            allowed="Allowed for it: multiplicative (or auto).",
            remedy="Leave solver out, or set loss: frobenius.",
            setting="solver",
        )


@nmf.schema
def _schema(
    table: Schema | None, given: Schema | None = None, *, columns: Columns, rank: int, **_: object
) -> dict[str, Schema | None]:
    coordinates = map_schema(table, columns, axis_names("part", rank, "rank"))
    used = None if table is None else {n: table.columns[n] for n in columns.resolve(table.columns)}
    return {
        "table": coordinates,
        "parts": None if used is None else Schema(used),
        "shares": Schema({"share": "number", "zeros": "number"}),
        "history": Schema({"iteration": "number", "loss": "number"}),
        "replay": Schema({"iteration": "number", "coordinates": "image", "parts": "image"}),
    }
