"""learn.recommend_tensor: cells that a tensor of what exists would expect, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.learn._recommend_figures import FIGURES, check_asked
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, SweepHint, step
from tenkai.values import Scores, Table, Tensor
from tenkai.values.matrix import LARGEST

MOST_CELLS = 4_000_000
TAKEN = ("place", "mirror", "score", "low", "high", "share_top", "second")


class Recommendations(Outputs):
    """The list, the tensors behind it, what supports it, and how well hidden cells were found again."""

    list: Annotated[
        Table, Help("unknown cells, the highest score first: label on every axis, score, band over hidings")
    ]
    tensor: Annotated[Tensor, Help("the low-rank scores: same axes")]
    difference: Annotated[Tensor, Help("low-rank scores minus data")]
    evidence: Annotated[Table, Help("known cells that add most to the first of the list, and how much")]
    ranks: Annotated[Table, Help("per rank: what was found again, against popularity and neighbors")]
    evaluation: Annotated[Table, Help("per method at this rank: what was found again, with bands")]
    figures: Annotated[Scores, Keys(*FIGURES), Help("counts, and how well hidden cells are found again")]


@step(
    "learn.recommend_tensor", version=1, title="Recommended cells of a tensor",
    rows=Rows(same=("tensor", "difference"), learns="fitted"),
)  # fmt: skip
def recommend_tensor(
    tensor: Annotated[Tensor, Help("cells of 0 and 1 (exists, never seen), or counts, along two or more axes")],
    second: Annotated[Tensor | None, Help("a second such tensor, to look up what the first does not know")] = None,
    *,
    model: Annotated[Literal["cp", "tucker"], Help("how the tensor is written with few numbers")] = "cp",
    rank: Annotated[
        int | Literal["cv"],
        Range(1),
        SweepHint(1, 10, 1),
        Help("parts (cp), or components of every axis (tucker); cv: by hidden cells"),
    ] = "cv",
    ranks: Annotated[int, Range(1), Help("ranks 1 to this one are compared by hidden cells")] = 8,
    mirrors: Annotated[
        Literal["merge", "keep"], Help("merge: A, B and B, A are one, where the tensor holds every cell twice")
    ] = "merge",
    separator: Annotated[str, Advanced, Help("what joins the fields of a label")] = "^",
    repeats: Annotated[int, Range(2, 10_000), Help("how often known cells are hidden")] = 30,
    hidden: Annotated[float, Range(0, 1, open_low=True, open_high=True), Help("share of them hidden each time")] = 0.2,
    hide: Annotated[
        Literal["ones", "cells"],
        Help("ones: hidden cells become 0; cells: a share of all cells is left out of the fit"),
    ] = "ones",
    top: Annotated[int, Range(1), Help("length of the list for precision, recall and share_top")] = 10,
    neighbors: Annotated[int, Range(1), Advanced, Help("labels of the nearest-neighbor baseline")] = 5,
    explain: Annotated[int, Range(0, 1000), Help("cells of the list whose evidence is told")] = 10,
    cells: Annotated[
        dict[str, list[str]] | None, Length(1), Help("cells to quote as figures: name: [label on every axis]")
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of what is hidden")] = 0,
    run: Run,
) -> Recommendations:
    """Rank the cells that are not known by what a tensor of low rank expects there.

    What `learn.recommend` does with a matrix, along more axes: element by element by prototype shares what an
    element does with any partner, where a matrix of pairs only shares what a pair does. The same cells are hidden
    for the same seed and the same cells in the same order, so that a matrix (`process.unfold`) and its tensor can
    be compared hiding by hiding.

    Raises
    ------
    TenkaiError
        TK630 for a cell below 0; TK631 when fewer than two cells are known, or all; TK111 for a rank beyond any
        such tensor; TK632 for a cell in `cells` that does not exist or is known; TK636 for a second tensor with
        other axes; TK633 for one without a common cell; TK212 for a tensor too large to be ranked; TK208 where
        cells are missing; TK203 for huge cells; TK311 without TensorLy.

    Notes
    -----
    Zero means "absent, or never looked at". The score of a cell is the low-rank value minus the data. The list,
    the choice of the rank, the bands and what the leak lens says are those of `learn.recommend`; so are the two
    simpler methods beside it: the product of what every label has, and the labels most alike, here on every axis
    in turn. Ask them first: a cell can be improbable for reasons that need no rank, and an AUC above 0.5 that
    they reach too is no merit of the tensor. An AUC speaks of the cells that were ranked: other axes, other cells.

    Two axes with the same labels that stand side by side (element1, element2) are mirrored, and so are fields in
    a label (4^6^R-3m, 6^4^R-3m). Parts of a mirrored tensor come in pairs, so that even ranks suit it.

    Every hiding fits every rank anew, from the singular vectors of the unfoldings, in at most 60 iterations:
    places settle long before values do. The scores of the list are settled.

    The evidence is exact for tucker: the score is a sum over the known cells. For cp the same holds along every
    axis by itself, over the known cells that share the label, where the fit has settled; told is the mean over
    the axes.

    Source
    ------
    As `learn.recommend`, `learn.cp` and `learn.tucker`.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_(
    ...     {
    ...         "A": ["Al", "Ga", "In", "Al", "Ga", "Mg"],
    ...         "B": ["P", "P", "P", "As", "As", "O"],
    ...         "type": ["ZB", "ZB", "ZB", "ZB", "ZB", "RS"],
    ...     }
    ... )
    >>> x = tk.process.tensor(t, axes=["A", "B", "type"])
    >>> tk.learn.recommend_tensor(x, rank=1, ranks=2, repeats=4).list.ids[0]
    'In As ZB'
    """
    settings = {
        "model": model, "ranks": ranks, "mirrors": mirrors, "separator": separator, "repeats": repeats,
        "hidden": hidden, "hide": hide, "top": top, "neighbors": neighbors, "explain": explain, "cells": cells,
        "seed": seed,
    }  # fmt: skip
    return recommend_tensor_ranks(tensor, second, rank=[rank], run=run, **settings)[0]


@recommend_tensor.shared("rank")
def recommend_tensor_ranks(
    tensor: Tensor, second: Tensor | None, *, rank: Sequence[int | Literal["cv"]], run: Run, **others: Any
) -> list[Recommendations]:
    """One series of hidings for all ranks."""
    from functools import partial

    from tenkai.learn._recommend import Names
    from tenkai.learn._recommend_models import TensorModel
    from tenkai.learn._recommend_told import Second, Source, ranks_told, require_rank
    from tenkai.values.tensor import sized

    X = _read(tensor, "tensor")
    require_rank(rank, TensorModel.most_of(X.shape, others["model"]), sized(X.shape))
    titles = tuple(f"{name}_" if name in TAKEN or name.startswith("known_in_") else name for name in tensor.axes)
    names = Names(tensor.labels, others["separator"], titles)
    other = None
    if second is not None:
        if second.axes != tensor.axes:
            raise problem(
                "TK636",
                f"the second tensor has the axes {', '.join(second.axes)}.",
                allowed=f"Needed: {', '.join(tensor.axes)}, in this order.",
                setting="second",
            )
        other = Second(second.labels, _read(second, "second"))
    source = Source("learn.recommend_tensor", tensor.identity, tensor.every_influence)
    make = partial(TensorModel, model=others["model"])
    return [
        Recommendations(
            t.list,
            tensor.with_values(t.low).influenced([t.own]).with_notes(t.notes),
            tensor.with_values(t.low - X).influenced([t.own]).with_notes(t.notes),
            t.evidence,
            t.ranks,
            t.evaluation,
            t.figures,
        )
        for t in ranks_told(X, names, make, source, rank, other, run, others)
    ]


def _read(tensor: Tensor, port: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    from tenkai.learn._tensor_told import said

    X = tensor.values
    if X.size > MOST_CELLS:
        raise problem("TK212", f"the tensor has {X.size} cells.", allowed=f"At most {MOST_CELLS}.", setting=port)
    for code, wrong, allowed in (
        ("TK208", np.isnan(X), "Allowed: 0 for what was never seen, and numbers above it."),
        ("TK203", X > LARGEST**0.5, f"Allowed: numbers up to {LARGEST**0.5:g}."),
        ("TK630", X < 0, "Allowed: 0 for what was never seen, and numbers above it."),
    ):
        found = np.argwhere(wrong)
        if len(found):
            at = found[0]
            fact = f"the cell {said(tensor, at)} " + ("is missing." if code == "TK208" else f"holds {X[tuple(at)]:g}.")
            raise problem(code, fact, allowed=allowed, remedy="Make one with process.tensor.", setting=port)
    return X


@recommend_tensor.check
def _check(*, cells: dict[str, list[str]] | None, **_: object) -> None:
    check_asked(cells)
