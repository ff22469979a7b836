"""Crystals: atoms in a cell.

In a column of kind crystal a text stands for each: extended XYZ of one frame (number of atoms, a line with the lattice
in ångström, one line per atom). Numbers are written in the shortest form that reads back to the same 64 bits. Any
program that knows the format reads it; here `extended_xyz` does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.extras import needed
from tenkai.values.elements import SYMBOLS, reduced_formula

if TYPE_CHECKING:
    from ase import Atoms

MOST_ATOMS = 20_000
"""Atoms of one crystal: a table of crystals is for cells, not for simulations of whole samples."""
MOST_LENGTH = 1e5  # ångström
THINNEST = 0.3  # ångström between opposite faces of a cell: less holds no atom, and has images without end
SAME_PLACE = 0.1  # ångström: no two nuclei come so near

PLAIN = "species:S:1:pos:R:3"
"""The columns of the lines of atoms."""


@dataclass(frozen=True, eq=False)
class Crystal:
    """Atoms in a cell.

    Parameters
    ----------
    numbers : (n,) int64, the elements
    positions : (n, 3) float64, ångström
    cell : (3, 3) float64, ångström, one vector per row
    periodic : along which of the three vectors the atoms repeat
    """

    numbers: NDArray[np.int64]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    periodic: tuple[bool, bool, bool] = (True, True, True)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def symbols(self) -> list[str]:
        """The element of each atom."""
        return [SYMBOLS[z - 1] for z in self.numbers.tolist()]

    @property
    def formula(self) -> str:
        """The formula in smallest whole numbers."""
        return reduced_formula(Counter(self.symbols))

    @property
    def lengths(self) -> NDArray[np.float64]:
        """a, b, c in ångström."""
        return np.asarray(np.sqrt((self.cell**2).sum(axis=1)))

    @property
    def angles(self) -> NDArray[np.float64]:
        """alpha, beta, gamma in degrees."""
        unit = self.cell / self.lengths[:, None]
        cosines = np.array([unit[1] @ unit[2], unit[0] @ unit[2], unit[0] @ unit[1]])
        return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1, 1))))

    @property
    def volume(self) -> float:
        """Volume of the cell in cubic ångström."""
        return float(abs(np.linalg.det(self.cell)))

    @property
    def heights(self) -> NDArray[np.float64]:
        """Distances between opposite faces of the cell, in ångström."""
        faces = np.cross(self.cell[[1, 2, 0]], self.cell[[2, 0, 1]])
        return np.asarray(self.volume / np.sqrt((faces**2).sum(axis=1)))

    @property
    def fractions(self) -> NDArray[np.float64]:
        """Positions in units of the cell vectors, (n, 3)."""
        return np.asarray(np.linalg.solve(self.cell.T, self.positions.T).T)

    def text(self) -> str:
        """Return the text that stands for it in a column."""
        lattice = " ".join(map(repr, self.cell.ravel().tolist()))
        periodic = " ".join("T" if p else "F" for p in self.periodic)
        lines = [str(len(self)), f'Lattice="{lattice}" Properties={PLAIN} pbc="{periodic}"']
        lines += [f"{s} {x!r} {y!r} {z!r}" for s, (x, y, z) in zip(self.symbols, self.positions.tolist(), strict=True)]
        return "\n".join(lines)

    def to_ase(self) -> Atoms:
        """Return it as Atoms of ASE. Raises TK311 without ASE."""
        ase = needed("ase", "crystals", "Crystals")
        atoms: Atoms = ase.Atoms(numbers=self.numbers, positions=self.positions, cell=self.cell, pbc=self.periodic)
        return atoms

    @classmethod
    def from_ase(cls, atoms: Any) -> Crystal:
        """Take over Atoms of ASE. Raises ValueError with the reason when they are no sound crystal."""
        x, y, z = (bool(p) for p in atoms.get_pbc())
        return sound(
            np.asarray(atoms.get_atomic_numbers(), np.int64), atoms.get_positions(), atoms.get_cell().array, (x, y, z)
        )


def sound(
    numbers: NDArray[np.int64],
    positions: NDArray[np.float64],
    cell: NDArray[np.float64],
    periodic: tuple[bool, bool, bool] = (True, True, True),
) -> Crystal:
    """Return a crystal that was looked at. Raises ValueError with the reason for what can be none.

    A direction that does not repeat and has no cell vector gets one that holds the atoms.
    """
    if not len(numbers):
        raise ValueError("it has no atoms")
    if len(numbers) > MOST_ATOMS:
        raise ValueError(f"it has {len(numbers)} atoms; allowed are {MOST_ATOMS}")
    if numbers.min() < 1 or numbers.max() > len(SYMBOLS):
        raise ValueError("an atom has no known element")
    positions, cell = np.array(positions, np.float64), np.array(cell, np.float64)
    if not (np.isfinite(positions).all() and np.isfinite(cell).all()):
        raise ValueError("a coordinate is no finite number")
    if max(np.abs(positions).max(), np.abs(cell).max()) > MOST_LENGTH:
        raise ValueError(f"a coordinate is beyond {MOST_LENGTH:g} Å")
    crystal = Crystal(numbers, positions, _completed(positions, cell, periodic), periodic)
    thinnest = float(crystal.heights.min()) if crystal.volume > 0 else 0.0
    if not thinnest >= THINNEST:
        raise ValueError(f"its cell has no room: {thinnest:.3g} Å between two opposite faces")
    pair = _on_one_place(crystal)
    if pair is not None:
        first, second = (f"{crystal.symbols[i]} (atom {i + 1})" for i in pair)
        raise ValueError(f"{first} and {second} lie on one place")
    return crystal


def _completed(
    positions: NDArray[np.float64], cell: NDArray[np.float64], periodic: tuple[bool, bool, bool]
) -> NDArray[np.float64]:
    """Give directions that do not repeat a vector of their own, normal to the others and longer than the atoms."""
    bare = [d for d in range(3) if not periodic[d] and not cell[d].any()]
    if not bare:
        return cell
    out = cell.copy()
    known = [cell[d] for d in range(3) if d not in bare]
    free = np.linalg.svd(np.array(known).reshape(-1, 3))[2][len(known) :] if known else np.eye(3)
    for d, direction in zip(bare, free, strict=False):
        along = positions @ direction
        # Always to the same side, whatever the decomposition came out as.
        side = 1.0 if direction[np.argmax(np.abs(direction))] > 0 else -1.0
        out[d] = direction * side * (np.ptp(along) + 10.0)
    return out


def _on_one_place(crystal: Crystal) -> tuple[int, int] | None:
    """Return two atoms that lie on one place, images counted; None where there are none."""
    n = len(crystal)
    if n == 1:
        return None
    periodic = np.array(crystal.periodic)
    fractions = crystal.fractions
    fractions[:, periodic] -= np.floor(fractions[:, periodic])
    if n <= 64:
        first, second = np.triu_indices(n, 1)
    else:
        first, second = _candidates(fractions, crystal.heights, periodic)
    apart = fractions[first] - fractions[second]
    # Two atoms this near are near in every fraction: the nearest whole number finds their image in any cell.
    apart[:, periodic] -= np.rint(apart[:, periodic])
    near = ((apart @ crystal.cell) ** 2).sum(axis=1) < SAME_PLACE**2
    if not near.any():
        return None
    at = int(near.argmax())
    return int(first[at]), int(second[at])


def _candidates(
    fractions: NDArray[np.float64], heights: NDArray[np.float64], periodic: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs whose distance along every height of the cell is small: all near pairs are among them."""
    from scipy.spatial import KDTree

    along = fractions * heights
    # Rounding may leave 1.0 of something just below 0.
    along[:, periodic] = np.where(along[:, periodic] >= heights[periodic], 0.0, along[:, periodic])
    tree = KDTree(along - np.where(periodic, 0.0, along.min(axis=0)), boxsize=np.where(periodic, heights, 0.0))
    pairs = tree.query_pairs(SAME_PLACE, p=np.inf, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return pairs[:, 0], pairs[:, 1]
