"""How many parts: cells that are held out of a matrix, and what the errors on them say of each rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.low_rank_hidden import one_error, standard_error

__all__ = ["CellFolds", "Errors", "block_folds", "cell_folds"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Block = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class CellFolds:
    """Known cells of an array of any number of axes, dealt to folds.

    Parameters
    ----------
    fold : number of the fold in which a cell is held out; NEVER for those that are not known or never held out
    known : cells that are known
    count : folds
    """

    fold: NDArray[np.uint8]
    known: Mask
    count: int

    def kept(self, i: int) -> Mask:
        """Return the cells that a fit may see while fold i is held out."""
        return np.asarray(self.known & (self.fold != i))

    def held(self, i: int) -> Mask:
        """Return the cells of fold i."""
        return np.asarray(self.fold == i)


NEVER = np.uint8(255)


def cell_folds(known: Mask, folds: int, random: np.random.Generator) -> CellFolds:
    """Deal known cells to folds at random, equally many to each.

    What has but one known cell left along an axis (a row, a column) keeps it: the first of the cells that would go
    is never held out.

    Parameters
    ----------
    known : array of any shape
    folds : 2 to 200
    """
    at = np.flatnonzero(known)
    fold = np.full(known.size, NEVER)
    fold[random.permutation(at)] = (np.arange(len(at)) % folds).astype(np.uint8)
    found = CellFolds(fold.reshape(known.shape), known, folds)
    for i in range(folds):
        for axis in range(known.ndim):
            across = tuple(a for a in range(known.ndim) if a != axis)
            empty = known.any(axis=across) & ~found.kept(i).any(axis=across)
            for line in np.flatnonzero(empty):
                cells = np.moveaxis(found.fold, axis, 0)[line]
                first = np.argwhere(np.moveaxis(known, axis, 0)[line])[0]
                cells[tuple(first)] = NEVER
    return found


def block_folds(shape: tuple[int, int], folds: int, random: np.random.Generator) -> Iterator[Block]:
    """Deal rows and columns to folds at random; return rows and columns of each of the folds² blocks."""
    rows, columns = (np.array_split(random.permutation(size), folds) for size in shape)
    for some in rows:
        for others in columns:
            yield np.sort(some), np.sort(others)


@dataclass(frozen=True)
class Errors:
    """Sums over cells, for each split (a fold of cells, or a block) and each rank: (splits, ranks).

    Parameters
    ----------
    held : loss ½ |X - M|² or divergence of the cells held out
    fitted : loss of the cells fitted
    nothing : (splits, 1), loss of the cells held out where no part is fitted
    held_cells, fitted_cells : (splits, 1), how many
    share : of all cells, held out in one split
    """

    held: Array
    fitted: Array
    nothing: Array
    held_cells: Array
    fitted_cells: Array
    share: float

    @property
    def by_split(self) -> Array:
        """Error per cell held out, in the unit of the data: root of twice the mean loss."""
        return np.sqrt(2 * self.held / self.held_cells)

    @property
    def error(self) -> Array:
        """Mean over splits, (ranks,)."""
        return np.asarray(self.by_split.mean(axis=0))

    @property
    def sd(self) -> Array:
        """Standard deviation over splits."""
        return np.asarray(self.by_split.std(axis=0, ddof=1))

    @property
    def se(self) -> Array:
        """Standard error of the mean over splits, which share what they are fitted to."""
        return standard_error(self.by_split, self.share)

    @property
    def training(self) -> Array:
        """Mean error per cell fitted."""
        return np.asarray(np.sqrt(2 * self.fitted / self.fitted_cells).mean(axis=0))

    @property
    def explained(self) -> Array:
        """Share of the loss without any part that the rank takes away, of the cells held out."""
        total = self.nothing.sum()
        return np.asarray(1 - self.held.sum(axis=0) / total) if total else np.zeros(self.held.shape[1])

    @property
    def best(self) -> int:
        """Place of the rank with the least error."""
        return int(self.error.argmin())

    @property
    def chosen(self) -> int:
        """Place of the smallest rank within one standard error of the best; ranks ascend."""
        return one_error(-self.by_split, self.share) - 1
