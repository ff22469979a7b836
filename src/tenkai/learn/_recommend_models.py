"""The low ranks that recommend: singular vectors of a matrix, parts or core of a tensor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from tenkai.kernels.low_rank import Array, Mask, contributions, decompose
from tenkai.kernels.low_rank_hidden import Hide, LowRanks, matrix_low_ranks
from tenkai.kernels.tensors import cp_contributions, tucker_contributions, unfolded
from tenkai.learn._recommend import Contributions
from tenkai.learn._tensor import Fit, Model, low_rank_fit, low_rank_tensor, most_parts

# Hidden cells are ranked hundreds of times, and places settle long before values do.
_HIDDEN: dict[str, Any] = {"iterations": 60, "tolerance": 1e-4}
_SETTLED: dict[str, Any] = {"iterations": 2000, "tolerance": 1e-9}


class LowRankModel(Protocol):
    """What a recommender asks of a method."""

    most: int
    matrix_rank: int

    @property
    def low_ranks(self) -> LowRanks:
        """How hidden cells are fitted."""

    def low(self, rank: int) -> Array:
        """Return the cells of a rank."""

    def parts_of(self, rank: int) -> Contributions:
        """Return what tells of a cell which cells its value rests on."""

    def unsettled(self, rank: int) -> str:
        """Say what has not settled; nothing where all has."""


class MatrixModel:
    """The truncated singular value decomposition of X (n, p); one serves all ranks."""

    low_ranks = staticmethod(matrix_low_ranks)

    def __init__(self, X: Array) -> None:
        self.X = X
        self.most = min(X.shape)
        self.found = decompose(X)
        self.matrix_rank = self.found.matrix_rank((X.shape[0], X.shape[1]))

    def low(self, rank: int) -> Array:
        """Return the low-rank matrix."""
        return self.found.low_rank(rank)

    def parts_of(self, rank: int) -> Contributions:
        """The low rank is the data between two projections."""
        return lambda cell: contributions(self.X, self.found, rank, cell[0], cell[1])

    def unsettled(self, rank: int) -> str:
        """Nothing: it is no iteration."""
        return ""


class TensorModel:
    """CP or Tucker decompositions of X (n1, n2, ...), each rank by itself, from the vectors of the unfoldings."""

    def __init__(self, X: Array, model: Model) -> None:
        self.X, self.model = X, model
        self.most = self.most_of(X.shape, model)
        self.matrix_rank = max(int(np.linalg.matrix_rank(unfolded(X, axis))) for axis in range(X.ndim))
        self._fits: dict[int, Fit] = {}

    @staticmethod
    def most_of(shape: Sequence[int], model: Model) -> int:
        """Return the highest rank that such a tensor can need."""
        return most_parts(shape) if model == "cp" else max(shape)

    def low_ranks(
        self, X: Array, less: Array, hidden: Mask, hide: Hide, wanted: Collection[int]
    ) -> Mapping[int, Array]:
        """Fit every rank to what is left: hidden cells are 0, or left out of the fit."""
        cells = np.where(hidden, np.nan, X) if hide == "cells" else less
        return {k: low_rank_tensor(cells, k, model=self.model, **_HIDDEN) for k in wanted}

    def _fit(self, rank: int) -> Fit:
        if rank not in self._fits:
            self._fits[rank] = low_rank_fit(self.X, rank, model=self.model, **_SETTLED)
        return self._fits[rank]

    def low(self, rank: int) -> Array:
        """Return the low-rank tensor."""
        return self._fit(rank).low

    def parts_of(self, rank: int) -> Contributions:
        """The fit is a projection of the data: along each axis for CP, along all together for Tucker."""
        rule = cp_contributions if self.model == "cp" else tucker_contributions
        return lambda cell: rule(self.X, self._fit(rank).factors, cell)

    def unsettled(self, rank: int) -> str:
        """Say when the iteration ended before it had settled."""
        fit = self._fit(rank)
        return "" if fit.converged else f"the low rank still changed after {fit.iterations} iterations at rank {rank}."
