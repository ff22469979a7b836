"""learn.cp: a tensor as a sum of products of one weight per axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, problem
from tenkai.learn._tensor_figures import FIGURES
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Seed, SweepHint, step
from tenkai.values import Scores, Table, Tensor

if TYPE_CHECKING:
    from tenkai.learn._tensor import Fit

# Parts that grow against each other are larger than all together (degeneracy); orthogonal ones never are.
_CANCEL = 2.0


class Parts(Outputs):
    """The low-rank tensor, what it leaves, and the parts behind it."""

    tensor: Annotated[Tensor, Help("the low-rank tensor: same axes, every cell")]
    difference: Annotated[Tensor, Help("low-rank tensor minus data; missing where the data are")]
    factors: Annotated[Table, Help("axis, label, and one weight per part; the squares of an axis add up to 1")]
    parts: Annotated[Table, Help("the weight of every part, falling, and how alike it is to the nearest other")]
    figures: Annotated[Scores, Keys(*FIGURES), Help("how well the known cells are kept, and how the starts ended")]


@step(
    "learn.cp", version=1, title="Parts of a tensor (CP)", rows=Rows(same=("tensor", "difference"), learns="prepared")
)
def cp(
    tensor: Annotated[Tensor, Help("numbers along two or more axes")],
    *,
    rank: Annotated[int, Range(1), SweepHint(1, 10, 1), Help("parts")] = 2,
    nonnegative: Annotated[bool, Help("no weight below 0, so that parts only add up")] = False,
    missing: Annotated[
        Literal["refuse", "fill"], Help("fill: learn from the known cells, and let the parts say the others")
    ] = "refuse",
    starts: Annotated[int, Range(1, 1000), Help("starts; the best is kept")] = 5,
    penalty: Annotated[float, Range(0), Advanced, Help("what large weights cost; 0.001 stops parts that cancel")] = 0.0,
    iterations: Annotated[int, Range(1, 100_000), Advanced, Help("at most, per start")] = 500,
    tolerance: Annotated[float, Range(0, 1), Advanced, Help("stop when the relative error changes by less")] = 1e-8,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of every start but the first")] = 0,
) -> Parts:
    """Write a tensor as a sum of parts; each part is a product of one weight per label of every axis.

    The canonical polyadic decomposition (CP, PARAFAC). For a table, a tensor of two axes, it is the low-rank table
    of `learn.svd`; with more axes its parts are unique where those of a table can be turned into each other.

    Raises
    ------
    TenkaiError
        TK111 for more parts than any such tensor needs; TK208 where cells are missing and `missing` is refuse;
        TK634 for a label without a known cell; TK620 for a cell below 0 with `nonnegative`; TK624 for a tensor of
        zeros; TK626 where it would not fit into memory; TK203 for infinite cells; TK311 without TensorLy.

    Notes
    -----
    The best of several starts is kept; `agreeing` tells how many came as near. The first start is made of the
    singular vectors of the unfoldings, the others are random. One start that is best alone may not be the best
    there is: take more.

    Two parts can grow against each other without end while their sum hardly changes; a note says so, and such
    parts mean nothing by themselves. Take fewer, a `penalty`, or `nonnegative`.

    There are no new rows here: a label that was not in the data has no weight. Decompose again with it.

    Source
    ------
    F. Hitchcock, J. Math. Phys. 6, 164 (1927); J. Carroll, J. Chang, Psychometrika 35, 283 (1970); T. Kolda, B.
    Bader, SIAM Rev. 51, 455 (2009), section 3. Fitted by TensorLy: J. Kossaifi et al., J. Mach. Learn. Res. 20, 1
    (2019). Missing cells: G. Tomasi, R. Bro, Chemom. Intell. Lab. Syst. 75, 163 (2005).

    Example
    -------
    >>> import tenkai as tk
    >>> x = tk.Tensor.from_([[[1.0, 2.0], [2.0, 4.0]], [[3.0, 6.0], [6.0, 12.0]]])
    >>> found = tk.learn.cp(x, rank=1)
    >>> round(found.figures["share"], 6), found.parts["weight"].round(3).to_list()
    (1.0, [15.811])
    >>> found.factors.ids[0], round(found.factors["CP1"][0], 3)
    ('axis1 1', 0.316)
    """
    from tenkai.kernels.tensors import alike
    from tenkai.learn._tensor import fit_cp, most_parts
    from tenkai.learn._tensor_told import Told, read_tensor

    X = read_tensor(tensor, missing, rank)
    most = most_parts(X.shape)
    if rank > most:
        allowed = f"A tensor of this shape has at most {most}."
        raise problem("TK111", f"{rank} is not allowed.", allowed=allowed, setting="rank")
    if nonnegative:
        _require_positive(tensor)
    fit = fit_cp(
        X, rank, nonnegative=nonnegative, penalty=penalty, starts=starts, seed=seed, iterations=iterations,
        tolerance=tolerance,
    )  # fmt: skip
    cosines = alike(fit.factors)
    size = float(np.sqrt((fit.low**2).sum()))
    told = Told(tensor, "learn.cp", _notes(fit, size, rank))
    others = np.where(np.eye(rank, dtype=bool), 0.0, cosines)
    nearest = others[np.arange(rank), np.abs(others).argmax(axis=0)]
    parts = pl.DataFrame({"component": np.arange(1, rank + 1), "weight": fit.core, "cosine": nearest})
    return Parts(
        told.cells(fit.low),
        told.cells(fit.low - X),
        told.factors(fit.factors, "CP"),
        told.beside(parts, [f"CP{k + 1}" for k in range(rank)]),
        told.figures(X, fit, {}, {}),
    )


def _require_positive(tensor: Tensor) -> None:
    from tenkai.learn._tensor_told import said

    below = np.argwhere(tensor.values < 0)
    if len(below):
        raise problem(
            "TK620",
            f"the cell {said(tensor, below[0])} holds {tensor.values[tuple(below[0])]:g}.",
            allowed="Allowed: 0 or more.",
            remedy="Set nonnegative: false.",
            setting="nonnegative",
        )


def _notes(fit: Fit, size: float, rank: int) -> list[Note]:
    notes = []
    if not fit.converged:
        notes.append(Note("TKW640", f"the parts still changed after {fit.iterations} iterations at rank {rank}."))
    if fit.core[0] > _CANCEL * size:
        text = (
            f"part CP1 is {fit.core[0] / size:.3g} times as large as all parts together: parts cancel each other, and "
            "mean little by themselves. Take fewer, a penalty, or nonnegative."
        )
        notes.append(Note("TKW623", text))
    return notes
