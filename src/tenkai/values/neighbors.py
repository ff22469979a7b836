"""Neighbors: the k-nearest-neighbour graph of a table, a value of its own that many steps can share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note
from tenkai.values.value import Folder, Value


@dataclass(frozen=True, eq=False, repr=False)
class Neighbors(Value):
    """The k nearest rows of every row, itself not counted, nearest first.

    Parameters
    ----------
    indices : (n, k) int32, positions of rows
    distances : (n, k) float
    ids : row ids, n
    metric : str
    method : ``exact`` or ``approximate``
    features : names of the columns the distances were measured in
    measured : hash of the matrix (n, p) they were measured in; empty where it is not known
    """

    type_name: ClassVar[str] = "neighbors"

    indices: NDArray[np.int32]
    distances: NDArray[Any]
    ids: pl.Series
    metric: str
    method: str
    notes: tuple[Note, ...] = ()
    features: tuple[str, ...] = ()
    measured: str = ""

    @property
    def k(self) -> int:
        """Number of neighbours per row."""
        return int(self.indices.shape[1])

    def first(self, k: int) -> Neighbors:
        """Return the graph of the k nearest only."""
        near, away = np.ascontiguousarray(self.indices[:, :k]), np.ascontiguousarray(self.distances[:, :k])
        return replace(self, indices=near, distances=away)

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write npy and Arrow."""
        folder.write_array("indices.npy", self.indices)
        folder.write_array("distances.npy", self.distances)
        folder.write_frame("ids.arrow", self.ids.to_frame())
        return {
            "metric": self.metric,
            "method": self.method,
            "features": list(self.features),
            "measured": self.measured,
        }

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        return cls(
            folder.read_array("indices.npy"),
            folder.read_array("distances.npy"),
            folder.read_frame("ids.arrow").to_series(),
            header["metric"],
            header["method"],
            tuple(Note(c, t) for c, t in header["notes"]),
            tuple(header["features"]),
            header["measured"],
        )

    def summary(self) -> dict[str, Any]:
        """Rows, k, metric, method."""
        return {"rows": len(self.indices), "k": self.k, "metric": self.metric, "method": self.method}

    def measures(self) -> dict[str, Any]:
        """Return the summary: all of it is quotable."""
        return self.summary()
