"""Clusters of a table: which rows are in which, in natural order, and what they were made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret._color import LABELS
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import natural
from tenkai.step import Column
from tenkai.values import Fitted, Table

CLUSTER = Column("cluster")
NOISE = "noise"


@dataclass(frozen=True)
class Clusters:
    """The clusters of a table. `codes`: place in `names` per row, -1 for rows in none."""

    column: str
    names: list[str]
    codes: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return the number of rows per cluster."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    @property
    def noise(self) -> int:
        """Return how many rows are in no cluster."""
        return int((self.codes < 0).sum())

    def with_noise(self) -> NDArray[np.int64]:
        """Return the code of each row, noise as a group of its own."""
        return np.where(self.codes < 0, len(self.names), self.codes)


def read_clusters(table: Table, column: str, port: str = "table") -> Clusters:
    """Read a column of clusters (or of any labels).

    Raises
    ------
    TenkaiError
        TK201, TK202 for the column; TK740 when no row is in a cluster.
    """
    table.require([column], LABELS, "cluster")
    labels = [label_of(v) for v in table[column].to_list()]
    names = sorted({one for one in labels if one is not None}, key=natural)
    if not names:
        raise problem(
            "TK740",
            f"no row of '{port}' is in a cluster: the column '{column}' is empty.",
            remedy="All is noise? Choose a larger radius, or smaller clusters.",
            setting="cluster",
        )
    place = {name: i for i, name in enumerate(names)}
    codes = np.array([-1 if one is None else place[one] for one in labels], np.int64)
    return Clusters(column, names, codes)


def clustering(table: Table, column: str) -> Fitted | None:
    """Return the fitted step that gave the rows these clusters, if it is known."""
    for fitted in reversed(table.preparation):
        if column in fitted.outputs:
            return fitted
    return None
