"""What symmetry functions are asked for, their names, and their values for the atoms of crystals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, problem
from tenkai.extras import needed
from tenkai.values.crystals import MOST_ATOMS, Crystal
from tenkai.values.elements import SYMBOLS

Floats = NDArray[np.float64]
AngularForm = Literal["G4", "G5"]

WIDTHS, CENTERS = (0.70,), (2.40, 3.00, 3.60, 4.20, 4.80, 5.40)
"""Of the tutorial tables ``Fe2_descriptor`` and ``Carbon8_descriptor``."""
_MOST_NEIGHBORS = 100_000


@dataclass(frozen=True)
class Functions:
    """The functions wanted: two-body (eta, r_s) and three-body (eta, zeta, lambda), and what they are called."""

    pairs: tuple[tuple[float, float], ...]
    angles: tuple[tuple[float, float, float], ...]
    angular_form: AngularForm
    pair_names: tuple[str, ...]

    @property
    def angle_names(self) -> list[str]:
        """Return the names of the three-body functions."""
        return [f"{self.angular_form}_eta{_plain(e)}_zeta{_plain(z)}_lambda{x:g}" for e, z, x in self.angles]

    def names(self, elements: Sequence[str] | None) -> list[str]:
        """Return the names of all functions; of each element, and pair of elements, where these are given."""
        if elements is None:
            return [*self.pair_names, *self.angle_names]
        # DScribe goes through the lower triangle, row by row.
        both = [(elements[j], elements[i]) for i in range(len(elements)) for j in range(i + 1)]
        pairs = [f"{n}_{e}" for e in elements for n in self.pair_names]
        return [*pairs, *(f"{n}_{e}-{f}" for e, f in both for n in self.angle_names)]


def functions_of(
    a: Sequence[float] | None,
    rp: Sequence[float] | None,
    g2: Sequence[Sequence[float]] | None,
    angular: Sequence[Sequence[float]] | None,
    angular_form: AngularForm,
) -> Functions:
    """Return the functions that settings ask for; those of the tutorial where they ask for none.

    Raises
    ------
    TenkaiError
        TK233 for lambda other than 1 and -1, for functions that stand twice.
    """
    pairs: list[tuple[float, float]] = []
    names: list[str] = []
    if a or rp or not (g2 or angular):
        for width in a or WIDTHS:
            for center in rp or CENTERS:
                pairs.append((1 / width**2, center))
                names.append(f"a{_plain(width)}_rp{_plain(center)}")
    for eta, center in g2 or ():
        pairs.append((eta, center))
        names.append(f"eta{_plain(eta)}_rs{_plain(center)}")
    angles = [(eta, zeta, sign) for eta, zeta, sign in angular or ()]
    for eta, zeta, sign in angles:
        if sign not in (-1, 1):
            raise problem("TK233", f"lambda is {sign:g}.", allowed="Allowed: 1 or -1.", setting="angular")
        if eta < 0 or zeta <= 0:
            raise problem(
                "TK233", f"eta is {eta:g} and zeta {zeta:g}.", allowed="eta from 0, zeta above 0.", setting="angular"
            )
    found = Functions(tuple(pairs), tuple(angles), angular_form, tuple(names))
    every = found.names(None)
    twice = [n for i, n in enumerate(every) if n in every[:i]]
    if twice:
        raise problem("TK233", f"the function {twice[0]} stands twice.", remedy="Name each once.")
    return found


def _plain(x: float) -> str:
    return f"{x:.2f}" if round(x, 2) == x else f"{x:.15g}"


def elements_of(crystals: Sequence[Crystal]) -> list[str]:
    """Return the elements of all crystals, by their number."""
    return [SYMBOLS[z - 1] for z in np.unique(np.concatenate([c.numbers for c in crystals])).tolist()]


def refuse_crowded(crystals: Sequence[Crystal], ids: Sequence[str], cutoff: float) -> None:
    """Refuse a cutoff with more neighbors than memory and patience hold. Raises TK234."""
    for crystal, row in zip(crystals, ids, strict=True):
        around = 4.19 * cutoff**3 * len(crystal) / crystal.volume if all(crystal.periodic) else MOST_ATOMS
        if around > _MOST_NEIGHBORS:
            raise problem(
                "TK234",
                f"within {cutoff:g} Å an atom of '{row}' has about {around:.0f} neighbors.",
                allowed=f"At most {_MOST_NEIGHBORS}.",
                remedy="Take a smaller cutoff; 6 Å is usual.",
                setting="cutoff",
            )


def pair_values(
    crystals: Sequence[Crystal], functions: Functions, cutoff: float, elements: Sequence[str] | None, threads: int
) -> Floats:
    """Return the two-body functions of every atom, (atoms, elements × functions) or (atoms, functions)."""
    from tenkai.kernels.symmetry_functions import cells_of, pair_functions

    cells = cells_of(
        [c.positions for c in crystals], [c.cell for c in crystals], [c.periodic for c in crystals], cutoff
    )
    numbers = np.concatenate([c.numbers for c in crystals])
    kinds = np.zeros(len(numbers), np.int64)
    if elements is not None:
        kinds = np.searchsorted(np.unique(numbers), numbers).astype(np.int64)
    eta, centers = np.array(functions.pairs, np.float64).reshape(-1, 2).T
    values, _ = pair_functions(cells, kinds, len(elements or "1"), eta, centers, cutoff, threads)
    return values.reshape(len(values), -1)


def angle_values(
    crystals: Sequence[Crystal],
    functions: Functions,
    cutoff: float,
    elements: Sequence[str] | None,
    tell: Callable[[int], None],
) -> Floats:
    """Return the three-body functions of every atom, (atoms, pairs of elements × functions), by DScribe."""
    descriptors = needed("dscribe.descriptors", "crystals", "Three-body symmetry functions")
    ase = needed("ase", "crystals", "Crystals")
    parameters = [list(p) for p in functions.angles]
    settings: dict[str, Any] = {"g4_params" if functions.angular_form == "G4" else "g5_params": parameters}
    # Summed over all neighbors: as if they all were of one element.
    acsf = descriptors.ACSF(species=list(elements or ["H"]), r_cut=cutoff, periodic=True, **settings)
    lead = len(elements or "1")  # DScribe always begins with the sum of the cutoff function, per element
    parts = []
    for k, crystal in enumerate(crystals):
        tell(k)
        numbers = crystal.numbers if elements is not None else np.ones(len(crystal), np.int64)
        atoms = ase.Atoms(numbers=numbers, positions=crystal.positions, cell=crystal.cell, pbc=crystal.periodic)
        parts.append(np.asarray(acsf.create(atoms), np.float64)[:, lead:])
    return np.concatenate(parts)


def per_crystal(values: Floats, crystals: Sequence[Crystal]) -> Floats:
    """Return the mean over the atoms of each crystal, (crystals, p)."""
    lengths = np.array([len(c) for c in crystals])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.asarray(np.add.reduceat(values, starts, axis=0) / lengths[:, None])


def cutoff_error(functions: Functions, cutoff: float) -> TenkaiError | None:
    """Return the error for a center beyond the cutoff, where every function is nearly 0."""
    beyond = [n for n, (_, c) in zip(functions.pair_names, functions.pairs, strict=True) if c > cutoff]
    if not beyond:
        return None
    return problem(
        "TK233",
        f"{beyond[0]} has its center beyond the cutoff of {cutoff:g} Å.",
        allowed="Centers lie within the cutoff.",
        remedy="Take a larger cutoff, or other centers.",
        setting="cutoff",
    )
