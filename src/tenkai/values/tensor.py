"""Tensor: numbers along two or more named axes, with the rows they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, count, problem
from tenkai.values.hashing import digest_array
from tenkai.values.lineage import Identity, Influence, united
from tenkai.values.lineage_files import read_identity, read_influences, write_identity, write_influences
from tenkai.values.value import Folder, Value

MOST_CELLS = 20_000_000
"""Beyond this many cells a dense array, and the arrays that methods make of it, are no longer modest."""


@dataclass(frozen=True, eq=False, repr=False)
class Tensor(Value):
    """Numbers along two or more axes; every axis has a name, and every place on it a label.

    Parameters
    ----------
    values : (n1, n2, ...) float64
        NaN where a cell is missing.
    axes : names of the axes, unique
    labels : labels of each axis, unique on it
    identity : Identity, m
        The rows the cells were made from.
    cells : (m,) int64
        The cell each of these rows stands in, as a flat position (the last axis runs first).
    influences : Influence, ...
        What has shaped the values.
    """

    type_name: ClassVar[str] = "tensor"

    values: NDArray[np.float64]
    axes: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    identity: Identity
    cells: NDArray[np.int64]
    influences: tuple[Influence, ...] = ()
    notes: tuple[Note, ...] = ()

    @classmethod
    def from_(cls, values: Any, axes: Mapping[str, Sequence[str]] | Sequence[str] | None = None) -> Tensor:
        """Make a tensor from an array; every cell is an observation of its own.

        Parameters
        ----------
        values
            Numbers along two or more axes; NaN where a cell is missing.
        axes
            Labels of each axis by its name, or the names alone; default: ``axis1``, ``axis2``, ...

        Raises
        ------
        TenkaiError
            TK216 when names or labels repeat or do not fit the array; TK217 when it has too many cells.

        >>> Tensor.from_([[1.0, 2.0]], {"element": ["Al"], "ratio": ["1^9", "5^5"]})
        Tensor(axes=element 1 x ratio 2, cells=2)
        """
        array = np.array(values, np.float64)
        names = [f"axis{i + 1}" for i in range(array.ndim)] if axes is None else list(axes)
        if isinstance(axes, Mapping):
            labels = [tuple(str(v) for v in of) for of in axes.values()]
        else:
            labels = [tuple(str(i + 1) for i in range(n)) for n in array.shape]
        lengths = tuple(len(of) for of in labels)
        if array.shape != lengths or len(names) != array.ndim:
            have = sized(lengths) if isinstance(axes, Mapping) else f"{len(names)} names"
            raise problem(
                "TK216",
                f"the array is {sized(array.shape)}, and the axes are {have}.",
                allowed="One axis per dimension, one label per place.",
            )
        require_axes(names, labels)
        require_size(array.shape)
        identity = Identity.fresh(digest_array(array), array.size)
        return cls(array, tuple(names), tuple(labels), identity, np.arange(array.size, dtype=np.int64))

    @property
    def shape(self) -> tuple[int, ...]:
        """How many labels each axis has."""
        return self.values.shape

    @property
    def every_influence(self) -> tuple[Influence, ...]:
        """What shaped all cells, and what shaped some of them."""
        return united(self.influences, self.identity.influences)

    def with_values(self, values: NDArray[np.float64]) -> Self:
        """Return other values in the same cells."""
        return replace(self, values=values)

    def influenced(self, influences: Iterable[Influence]) -> Self:
        """Add influences."""
        return replace(self, influences=united(self.influences, influences))

    def called(self, step: str, name: str) -> Self:
        """Return it with influences of a step under the name the step has in the workflow."""

        def change(influence: Influence) -> Influence:
            return replace(influence, step=name) if influence.step == step else influence

        influences = tuple(change(i) for i in self.influences)
        return replace(self, influences=influences, identity=self.identity.renamed(change))

    def long(self) -> pl.DataFrame:
        """Return one row per cell: the label on every axis, and the value (missing where the cell is)."""
        columns: dict[str, Any] = {}
        for i, (name, of) in enumerate(zip(self.axes, self.labels, strict=True)):
            inner = prod(self.shape[i + 1 :])
            places = np.tile(np.repeat(np.arange(len(of)), inner), self.values.size // max(inner * len(of), 1))
            columns[name] = pl.Series(of, dtype=pl.String)[places]
        heading = "value"
        while heading in columns:
            heading += "_"
        return pl.DataFrame({**columns, heading: self.values.ravel()}).with_columns(pl.col(heading).fill_nan(None))

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write npy and JSON."""
        folder.write_array("values.npy", np.ascontiguousarray(self.values))
        folder.write_array("cells.npy", self.cells)
        return {
            "axes": list(self.axes),
            "labels": [list(of) for of in self.labels],
            "identity": write_identity(self.identity, folder.sub("identity")),
            "influences": write_influences(self.influences, folder),
        }

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        return cls(
            folder.read_array("values.npy"),
            tuple(header["axes"]),
            tuple(tuple(of) for of in header["labels"]),
            read_identity(header["identity"], folder.sub("identity")),
            folder.read_array("cells.npy"),
            read_influences(header["influences"], folder),
            tuple(Note(c, t) for c, t in header["notes"]),
        )

    def summary(self) -> dict[str, Any]:
        """Name and length of each axis, and how many cells there are."""
        named = " x ".join(f"{name} {n}" for name, n in zip(self.axes, self.shape, strict=True))
        return {"axes": named, "cells": self.values.size}

    def measures(self) -> dict[str, Any]:
        """Return counts of axes, cells, missing cells and cells other than 0, and the smallest, mean and largest."""
        known = self.values[~np.isnan(self.values)]
        figures = {"smallest": known.min(), "mean": known.mean(), "largest": known.max()} if len(known) else {}
        return {
            "order": self.values.ndim,
            "cells": self.values.size,
            "missing": self.values.size - len(known),
            "nonzero": int(np.count_nonzero(known)),
            **{name: float(value) for name, value in figures.items()},
        }


def sized(shape: Sequence[int]) -> str:
    """Write a shape: ``9 x 9 x 39``."""
    return " x ".join(map(str, shape)) or "a single number"


def require_size(shape: Sequence[int]) -> None:
    """Refuse a tensor with too many cells. Raises TK217, before any memory is taken."""
    cells = prod(int(n) for n in shape)
    if cells > MOST_CELLS:
        raise problem(
            "TK217",
            f"the tensor would have {sized(shape)} = {cells} cells, {cells * 8 / 1e9:.3g} GB.",
            allowed=f"At most {MOST_CELLS} cells.",
            remedy="Leave a part of the key out, or keep fewer rows (process.filter).",
            setting="axes",
        )


def require_axes(names: Sequence[str], labels: Sequence[Sequence[str]]) -> None:
    """Refuse fewer than two axes, and names or labels that repeat. Raises TK216."""
    if len(names) < 2:
        raise problem("TK216", f"there is {count(len(names), 'axis', 'axes')}.", allowed="Two or more.", setting="axes")
    for name in names:
        if list(names).count(name) > 1:
            raise problem("TK216", f"two axes are called '{name}'.", allowed="Names differ.", setting="axes")
    for name, of in zip(names, labels, strict=True):
        twice = next((v for v in of if list(of).count(v) > 1), None) if len(set(of)) < len(of) else None
        if twice is not None:
            raise problem("TK216", f"axis '{name}' has the label '{twice}' twice.", allowed="Labels differ.")
