"""Values of the elements that may be used freely, read from ASE, and what they are.

Atomic number, period and group follow from the order of the elements. Masses are those recommended by IUPAC, radii
were published as tables of numbers; ASE holds both. Electronegativities and energies of orbitals are not among them:
bring a table of your own for these.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tenkai.extras import needed
from tenkai.values.elements import SYMBOLS

WHAT: Mapping[str, str] = {
    "number": "atomic number",
    "mass": "standard atomic weight in daltons (IUPAC, J. Meija et al., Pure Appl. Chem. 88, 265 (2016))",
    "period": "period of the periodic table",
    "group": "group of the periodic table, 1 to 18; of lanthanides and actinides 3",
    "covalent_radius": "in ångström (B. Cordero et al., Dalton Trans. 2832 (2008))",
    "vdw_radius": "van der Waals radius in ångström (S. Alvarez, Dalton Trans. 42, 8617 (2013))",
}

_NOBLE = (0, 2, 10, 18, 36, 54, 86, 118)


def element_values() -> dict[str, NDArray[np.float64]]:
    """Return the value of every element by name, in the order of `SYMBOLS`; NaN where none is known. Raises TK311."""
    data = needed("ase.data", "crystals", "Values of the elements")
    alvarez = needed("ase.data.vdw_alvarez", "crystals", "Values of the elements")
    numbers = np.arange(1, len(SYMBOLS) + 1)
    radii = np.asarray(data.covalent_radii, np.float64)[1 : len(SYMBOLS) + 1].copy()
    radii[96:] = np.nan  # ASE writes 0.2 for elements without a published radius
    waals = np.full(len(SYMBOLS), np.nan)
    known = np.asarray(alvarez.vdw_radii, np.float64)[1 : len(SYMBOLS) + 1]
    waals[: len(known)] = known
    return {
        "number": numbers.astype(np.float64),
        "mass": np.asarray(data.atomic_masses, np.float64)[1 : len(SYMBOLS) + 1],
        "period": np.searchsorted(_NOBLE, numbers, side="left").astype(np.float64),
        "group": np.array([_group(int(z)) for z in numbers], np.float64),
        "covalent_radius": radii,
        "vdw_radius": waals,
    }


def _group(z: int) -> int:
    """Return the group of an element.

    >>> [_group(z) for z in (1, 2, 6, 21, 26, 58, 72, 118)]
    [1, 18, 14, 3, 8, 3, 4, 18]
    """
    if z <= 2:
        return 1 if z == 1 else 18
    start = max(n for n in _NOBLE if n < z)
    length = min(n for n in _NOBLE if n >= z) - start
    place = z - start
    if place <= 2:
        return place
    if length == 32 and place <= 17:
        return 3
    return place + 18 - length
