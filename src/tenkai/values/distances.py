"""Distances: how far N things (rows or columns) lie apart, pair by pair, in condensed form."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note
from tenkai.values.hashing import canonical
from tenkai.values.lineage import Identity, Influence
from tenkai.values.lineage_files import read_identity, read_influences, write_identity, write_influences
from tenkai.values.value import Folder, Value

Compared = Literal["rows", "columns"]


@dataclass(frozen=True, eq=False, repr=False)
class Distances(Value):
    """The distances of N things, each pair once.

    Parameters
    ----------
    values : (N (N - 1) / 2,) float64
        In the order of `scipy.spatial.distance.pdist`: (0, 1), (0, 2), ..., (1, 2), ...
    ids : names of the N things, unique
    metric : str
    identity : Identity, N
        The rows compared; for columns it is their names.
    of : what was compared
    features : names of the columns the distances were measured in; empty where it is not known
    measured : hash of the matrix they were measured in; empty where it is not known
    influences : Influence, ...
        What has shaped the values compared.
    """

    type_name: ClassVar[str] = "distances"

    values: NDArray[np.float64]
    ids: pl.Series
    metric: str
    identity: Identity
    of: Compared = "rows"
    features: tuple[str, ...] = ()
    measured: str = ""
    influences: tuple[Influence, ...] = ()
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def square(self) -> NDArray[np.float64]:
        """Return all distances, (N, N)."""
        n = things_of(len(self.values))
        out = np.zeros((n, n))
        out[np.triu_indices(n, 1)] = self.values
        return out + out.T

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write npy and Arrow."""
        folder.write_array("values.npy", self.values)
        return {"metric": self.metric, **write_things(self, folder)}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        values = folder.read_array("values.npy")
        return cls(values, metric=header["metric"], **read_things(folder, header))

    def summary(self) -> dict[str, Any]:
        """How many things, what they are, and the metric."""
        return {self.of: len(self), "metric": self.metric}

    def measures(self) -> dict[str, Any]:
        """Return the summary, and the smallest, mean and largest distance."""
        return {
            **self.summary(),
            "smallest": float(self.values.min()),
            "mean": float(self.values.mean()),
            "largest": float(self.values.max()),
        }


def things_of(pairs: int) -> int:
    """Return the number of things that have so many pairs.

    >>> things_of(6)
    4
    """
    return (1 + isqrt(1 + 8 * pairs)) // 2


def write_things(value: Any, folder: Folder) -> dict[str, Any]:
    """Write what `Distances` and `Linkage` say of the things compared; return the header."""
    folder.write_frame("ids.arrow", canonical(value.ids.to_frame()))
    return {
        "of": value.of,
        "features": list(value.features),
        "measured": value.measured,
        "identity": write_identity(value.identity, folder.sub("identity")),
        "influences": write_influences(value.influences, folder),
    }


def read_things(folder: Folder, header: dict[str, Any]) -> dict[str, Any]:
    """Read what `write_things` wrote."""
    return {
        "ids": folder.read_frame("ids.arrow").to_series(),
        "identity": read_identity(header["identity"], folder.sub("identity")),
        "of": header["of"],
        "features": tuple(header["features"]),
        "measured": header["measured"],
        "influences": read_influences(header["influences"], folder),
        "notes": tuple(Note(c, t) for c, t in header["notes"]),
    }
