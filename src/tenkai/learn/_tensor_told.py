"""What learn.cp and learn.tucker share: the cells they take, and the tables and figures they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tenkai.errors import Note, problem
from tenkai.kernels.low_rank import Array
from tenkai.learn._tensor import Fit
from tenkai.learn._tensor_figures import FIGURES
from tenkai.values import Scores, Table, Tensor
from tenkai.values.lineage import Influence
from tenkai.values.matrix import LARGEST
from tenkai.values.tensor import sized

MOST_BYTES = 2_000_000_000


def read_tensor(tensor: Tensor, missing: str, rank: int) -> Array:
    """Return the cells to decompose; NaN where they are missing.

    Raises
    ------
    TenkaiError
        TK203 for infinite or huge cells; TK208 where cells are missing and may not be; TK634 for a label without
        a known cell; TK624 for nothing but zeros; TK626 where the products of factors would not fit.
    """
    X = tensor.values
    with np.errstate(invalid="ignore"):
        wrong = np.argwhere(np.abs(X) > LARGEST)
    if len(wrong):
        allowed = f"Allowed: numbers up to {LARGEST:g} in size."
        raise problem("TK203", f"the cell {said(tensor, wrong[0])} holds {X[tuple(wrong[0])]:g}.", allowed=allowed)
    gone = np.isnan(X)
    if missing == "refuse" and gone.any():
        raise problem(
            "TK208",
            f"the tensor misses {int(gone.sum())} of {X.size} cells, first {said(tensor, np.argwhere(gone)[0])}.",
            remedy="Set missing: fill to learn from the known cells.",
            setting="missing",
        )
    for axis, name in enumerate(tensor.axes):
        empty = np.flatnonzero(gone.all(axis=tuple(i for i in range(X.ndim) if i != axis)))
        if len(empty):
            raise problem(
                "TK634",
                f"'{tensor.labels[axis][empty[0]]}' of axis '{name}' has no known cell.",
                allowed="One or more with every label.",
                remedy="Leave such rows out with process.filter before process.tensor.",
                setting="missing",
            )
    if not np.nan_to_num(X).any():
        raise problem("TK624", "all known cells are 0: there is nothing to decompose.")
    bytes_ = max(X.size // n for n in X.shape) * rank * 8 + 4 * X.nbytes
    if bytes_ > MOST_BYTES:
        raise problem(
            "TK626",
            f"{sized(X.shape)} cells at rank {rank} would take {bytes_ / 1e9:.3g} GB.",
            allowed=f"At most {MOST_BYTES / 1e9:g} GB.",
            remedy="Take a smaller rank, or join parts of the key in process.tensor.",
            setting="rank",
        )
    return X


def said(tensor: Tensor, at: Sequence[int]) -> str:
    """Name a cell by its labels: ``'Al Sb 5^5'``."""
    return "'" + " ".join(of[int(i)] for of, i in zip(tensor.labels, at, strict=True)) + "'"


class Told:
    """What is made of a fit: every value carries the influence of the rows it was fitted on."""

    def __init__(self, tensor: Tensor, step: str, notes: Sequence[Note]) -> None:
        self.tensor, self.notes = tensor, tuple(notes)
        self.own = Influence(step, "prepared", tensor.identity.union())

    def cells(self, values: Array) -> Tensor:
        """Return values in the cells of the data."""
        return self.tensor.with_values(values).influenced([self.own]).with_notes(self.notes)

    def beside(self, frame: pl.DataFrame, ids: Sequence[str] | None = None) -> Table:
        """Return a table about the fit."""
        made = Table.from_(frame, ids=ids, notes=(*self.tensor.notes, *self.notes))
        return made.influenced([*self.tensor.every_influence, self.own])

    def factors(self, factors: Sequence[Array], prefix: str) -> Table:
        """Return the factors one below the other: axis, label, one column per part; empty where an axis has fewer."""
        most = max(f.shape[1] for f in factors)
        columns: dict[str, Any] = {
            "axis": [name for name, of in zip(self.tensor.axes, self.tensor.labels, strict=True) for _ in of],
            "label": [label for of in self.tensor.labels for label in of],
        }
        for k in range(most):
            column = [f[:, k] if k < f.shape[1] else np.full(len(f), np.nan) for f in factors]
            columns[f"{prefix}{k + 1}"] = np.concatenate(column)
        ids = [f"{a} {v}" for a, v in zip(columns["axis"], columns["label"], strict=True)]
        if len(set(ids)) < len(ids):  # names and labels that hold blanks themselves
            places = [i for i, of in enumerate(self.tensor.labels) for _ in of]
            ids = [f"{i + 1} {name}" for i, name in zip(places, ids, strict=True)]
        return self.beside(pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None)), ids)

    def figures(self, X: Array, fit: Fit, more: Mapping[str, float], about: Mapping[str, str]) -> Scores:
        """Return how well the known cells are kept."""
        size = float(np.sqrt(np.nansum(X**2)))
        figures: dict[str, Any] = {
            **more,
            "error": fit.error * size,
            "relative_error": fit.error,
            "share": 1 - fit.error**2,
            "iterations": float(fit.iterations),
            "converged": float(fit.converged),
            "agreeing": float(fit.agreeing),
        }
        shaped = (*self.tensor.every_influence, self.own)
        scores = Scores.scored(figures, rows=self.tensor.identity, influences=shaped, about={**FIGURES, **about})
        return scores.with_notes(self.notes)
