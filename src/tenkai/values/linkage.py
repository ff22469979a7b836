"""Linkage: the tree of a hierarchical clustering, one merge after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note
from tenkai.values.distances import Compared, read_things, write_things
from tenkai.values.lineage import Identity, Influence
from tenkai.values.value import Folder, Value


@dataclass(frozen=True, eq=False, repr=False)
class Linkage(Value):
    """How N things (rows or columns) join, from single ones to all together.

    Parameters
    ----------
    merges : (N - 1, 4) float64
        As `scipy.cluster.hierarchy.linkage` writes them: the two that join (N + i is the outcome of merge i),
        the height, and how many things are together then.
    ids : names of the N things, unique
    method : how far two groups are apart: ``average``, ``ward``, ...
    metric : how far two things are apart
    identity : Identity, N
    of : what was joined
    features, measured : columns and hash of the matrix the distances were measured in, where it is known
    influences : Influence, ...
        What has shaped the values compared.
    """

    type_name: ClassVar[str] = "linkage"

    merges: NDArray[np.float64]
    ids: pl.Series
    method: str
    metric: str
    identity: Identity
    of: Compared = "rows"
    features: tuple[str, ...] = ()
    measured: str = ""
    influences: tuple[Influence, ...] = ()
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def rising(self) -> bool:
        """Say whether every merge is at least as high as the one before: centroid and median can fall."""
        return bool((np.diff(self.merges[:, 2]) >= 0).all())

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write npy and Arrow."""
        folder.write_array("merges.npy", self.merges)
        return {"method": self.method, "metric": self.metric, **write_things(self, folder)}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        merges = folder.read_array("merges.npy")
        return cls(merges, method=header["method"], metric=header["metric"], **read_things(folder, header))

    def summary(self) -> dict[str, Any]:
        """How many things, what they are, method and metric."""
        return {self.of: len(self), "method": self.method, "metric": self.metric}

    def measures(self) -> dict[str, Any]:
        """Return the summary, and the height of the last merge."""
        return {**self.summary(), "height": float(self.merges[:, 2].max())}
