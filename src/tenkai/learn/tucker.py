"""learn.tucker: a tensor as a small core and one set of directions per axis."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._tensor_figures import FIGURES
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Seed, SweepHint, step
from tenkai.values import Identity, Scores, Table, Tensor
from tenkai.values.hashing import digest_array


class Core(Outputs):
    """The low-rank tensor, what it leaves, and the core and factors behind it."""

    tensor: Annotated[Tensor, Help("the low-rank tensor: same axes, every cell")]
    difference: Annotated[Tensor, Help("low-rank tensor minus data; missing where the data are")]
    factors: Annotated[Table, Help("axis, label, and one weight per component; columns of an axis are orthogonal")]
    core: Annotated[Tensor, Help("how much the components of all axes go together")]
    components: Annotated[Table, Help("per axis: size of every component, falling, and its share")]
    figures: Annotated[Scores, Keys(*FIGURES), Help("how well the known cells are kept, and how the starts ended")]


@step(
    "learn.tucker", version=1, title="Core of a tensor (Tucker)",
    rows=Rows(same=("tensor", "difference"), learns="prepared"),
)  # fmt: skip
def tucker(
    tensor: Annotated[Tensor, Help("numbers along two or more axes")],
    *,
    rank: Annotated[
        int | Annotated[list[Annotated[int, Range(1)]], Length(2)],
        Range(1),
        SweepHint(1, 10, 1),
        Help("components of every axis, as far as it is long enough; or one number per axis"),
    ] = 2,
    missing: Annotated[
        Literal["refuse", "fill"], Help("fill: learn from the known cells, and let the low rank say the others")
    ] = "refuse",
    starts: Annotated[int, Range(1, 1000), Help("starts; the best is kept")] = 3,
    iterations: Annotated[int, Range(1, 100_000), Advanced, Help("at most, per start")] = 500,
    tolerance: Annotated[float, Range(0, 1), Advanced, Help("stop when the relative error changes by less")] = 1e-8,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of every start but the first")] = 0,
) -> Core:
    """Write a tensor as a small core, stretched along every axis by a few orthogonal components.

    The Tucker decomposition: principal components for all axes at once. Every axis has its own number of
    components, and the core tells which go together.

    Raises
    ------
    TenkaiError
        TK625 for ranks that do not fit the axes; TK208 where cells are missing and `missing` is refuse; TK634 for
        a label without a known cell; TK624 for a tensor of zeros; TK626 where it would not fit into memory; TK203
        for infinite cells; TK311 without TensorLy.

    Notes
    -----
    Components of an axis fall in size, and slices of the core are orthogonal, so that the answer is the same from
    every start that finds it; the largest weight of a component is positive. Unlike the parts of `learn.cp` they
    are no things by themselves: a core can be turned.

    Missing cells are filled in turn with the low rank, one iteration of TensorLy in between, until it changes by
    less than `tolerance` of itself; that is a local solution.

    There are no new rows here: a label that was not in the data has no weight. Decompose again with it.

    Source
    ------
    L. Tucker, Psychometrika 31, 279 (1966); order and orthogonality of the core: L. De Lathauwer, B. De Moor, J.
    Vandewalle, SIAM J. Matrix Anal. Appl. 21, 1253 (2000); iteration: 21, 1324 (2000), by TensorLy (J. Kossaifi et
    al., J. Mach. Learn. Res. 20, 1 (2019)). Missing cells: H. Kiers, Psychometrika 62, 251 (1997).

    Example
    -------
    >>> import tenkai as tk
    >>> x = tk.Tensor.from_([[[1.0, 2.0], [2.0, 4.0]], [[3.0, 6.0], [6.0, 12.0]]])
    >>> found = tk.learn.tucker(x, rank=[1, 1, 1])
    >>> found.core.values.round(3).tolist(), round(found.figures["share"], 6)
    ([[[15.811]]], 1.0)
    """
    from tenkai.learn._tensor import fit_tucker
    from tenkai.learn._tensor_told import Told, read_tensor

    ranks = _ranks(tensor.shape, rank)
    X = read_tensor(tensor, missing, max(ranks))
    fit = fit_tucker(X, ranks, starts=starts, seed=seed, iterations=iterations, tolerance=tolerance)
    notes = []
    if not fit.converged:
        notes.append(Note("TKW640", f"the core still changed after {fit.iterations} iterations at ranks {ranks}."))
    told = Told(tensor, "learn.tucker", notes)
    labels = tuple(tuple(f"T{k + 1}" for k in range(n)) for n in ranks)
    # A cell of the core is made of all rows; it is no observation, and no row of the data stands in it.
    core = Tensor(fit.core, tensor.axes, labels, Identity.fresh(digest_array(fit.core), 0), np.empty(0, np.int64))
    return Core(
        told.cells(fit.low),
        told.cells(fit.low - X),
        told.factors(fit.factors, "T"),
        core.influenced([*tensor.every_influence, told.own]).with_notes(notes),
        told.beside(*_components(tensor, fit.core, float(np.nansum(X**2)))),
        told.figures(X, fit, {}, {}),
    )


def _components(tensor: Tensor, core: np.ndarray[tuple[int, ...], np.dtype[np.float64]], size: float) -> tuple[
    pl.DataFrame, list[str]
]:  # fmt: skip
    """Return the size of the core's slices along every axis: the singular values of the unfoldings."""
    axis, component, value = [], [], []
    for i, name in enumerate(tensor.axes):
        slices = np.sqrt((core**2).sum(axis=tuple(j for j in range(core.ndim) if j != i)))
        axis += [name] * len(slices)
        component += list(range(1, len(slices) + 1))
        value += slices.tolist()
    share = np.array(value) ** 2 / size
    frame = pl.DataFrame({"axis": axis, "component": component, "value": value, "share": share})
    return frame, [f"{a} T{k}" for a, k in zip(axis, component, strict=True)]


def _ranks(shape: tuple[int, ...], rank: int | list[int]) -> list[int]:
    from tenkai.learn._tensor import fitting_ranks

    if isinstance(rank, int):
        return fitting_ranks(shape, rank)
    if len(rank) != len(shape):
        fact = f"{count(len(rank), 'rank')} for {len(shape)} axes."
        raise problem("TK625", fact, allowed="One per axis, or one number for all.", setting="rank")
    for axis, (k, n) in enumerate(zip(rank, shape, strict=True)):
        others = int(np.prod([r for i, r in enumerate(rank) if i != axis]))
        if k > min(n, others):
            why = f"{n} labels" if n <= others else f"{others} combinations of the other ranks"
            fact = f"{k} components on axis {axis + 1}, which has {why}."
            raise problem("TK625", fact, allowed=f"At most {min(n, others)}.", setting="rank")
    return list(rank)
