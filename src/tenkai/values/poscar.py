"""Reading POSCAR and CONTCAR of VASP.

ASE reads them too, but looks for missing names of elements in other files of the folder.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenkai.values.crystals import Crystal, sound
from tenkai.values.elements import NUMBERS
from tenkai.values.extended_xyz import numbers_in, shortened


def read_poscar(text: str) -> Crystal:
    r"""Read a POSCAR; one of version 4, without a line of elements, where its comment names them.

    Raises ValueError with the reason.

    >>> read_poscar("salt\n5.6\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5").formula
    'NaCl'
    """
    lines = [line.split("!")[0].split("#")[0] for line in text.splitlines()]
    if len(lines) < 8:
        raise ValueError(f"it is no POSCAR: it has {len(lines)} lines")
    vectors = [numbers_in(line.split()[:3], f"line {k} (cell)") for k, line in enumerate(lines[2:5], start=3)]
    if any(len(v) != 3 for v in vectors):
        raise ValueError("it is no POSCAR: lines 3 to 5 are no cell")
    stretch = _stretch(numbers_in(lines[1].split()[:3], "line 2 (scale)"), np.array(vectors))
    named = not lines[5].split()[:1] or not lines[5].split()[0].isdigit()
    numbers = _numbers((lines[5] if named else text.splitlines()[0]).split(), lines[6 if named else 5].split())
    at = 7 if named else 6
    if lines[at].strip()[:1] in ("S", "s"):  # selective dynamics
        at += 1
    cartesian = at < len(lines) and lines[at].strip()[:1] in tuple("CcKk")
    places = _places(lines[at + 1 : at + 1 + len(numbers)], len(numbers))
    cell = np.array(vectors) * stretch
    return sound(numbers, places * stretch if cartesian else places @ cell, cell)


def _stretch(scale: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factors of x, y and z; a negative scale gives the volume."""
    if len(scale) not in (1, 3) or not np.isfinite(scale).all() or (len(scale) == 3 and not (scale > 0).all()):
        raise ValueError("its scale (line 2) is not one number, or three above 0")
    volume = float(abs(np.linalg.det(vectors)))
    if len(scale) == 1 and scale[0] < 0 and volume > 0:
        return np.full(3, (-scale[0] / volume) ** (1 / 3))
    return np.broadcast_to(scale, 3).copy()


def _numbers(names: Sequence[str], counts: Sequence[str]) -> NDArray[np.int64]:
    if not counts or not all(word.isascii() and word.isdigit() and len(word) < 9 for word in counts):
        raise ValueError("it is no POSCAR: it has no numbers of atoms after the elements")
    # VASP appends _sv or /hash to the names of its potentials.
    elements = [name.split("/")[0].split("_")[0] for name in names[: len(counts)]]
    unknown = [name for name in elements if name not in NUMBERS]
    if unknown:
        raise ValueError(f"'{shortened(unknown[0])}' is no element")
    if len(elements) < len(counts):
        raise ValueError(f"it names {len(elements)} elements for {len(counts)} numbers of atoms")
    if sum(map(int, counts)) > 10**7:
        raise ValueError(f"it promises {sum(map(int, counts))} atoms")
    return np.repeat([NUMBERS[e] for e in elements], [int(c) for c in counts]).astype(np.int64)


def _places(lines: Sequence[str], n: int) -> NDArray[np.float64]:
    rows = [line.split()[:3] for line in lines]
    whole = next((k for k, row in enumerate(rows) if len(row) < 3), len(rows))
    if whole < n:
        raise ValueError(f"it promises {n} atoms, but has {whole}")
    return numbers_in([word for row in rows for word in row], "a position").reshape(-1, 3)
