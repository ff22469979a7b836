"""Crystals from the texts of structure files: CIF, POSCAR, extended XYZ, XSF.

Only texts are read, never a file whose name a text tells. CIF and XSF are read by ASE. POSCAR is read here: ASE looks
for missing element names in other files of the folder. Everything that is wrong comes as ValueError with the reason.
"""

from __future__ import annotations

import io
import warnings
from typing import Any, Literal

import numpy as np

from tenkai.extras import needed
from tenkai.values.crystals import MOST_ATOMS, Crystal
from tenkai.values.extended_xyz import number_of, read_frames, shortened
from tenkai.values.poscar import read_poscar

Format = Literal["cif", "poscar", "extxyz", "xsf"]

MOST_TEXT = 256 << 20
MOST_OF_ONE = 8 << 20
"""Characters of one CIF, POSCAR or XSF; a file of many frames may have more."""

MOST_IMAGES = 60_000
"""Sites times operations: ASE compares each image with all atoms found, some seconds for so many."""

_GROUP = (
    "_space_group.it_number",
    "_space_group_it_number",
    "_symmetry_int_tables_number",
    "_space_group_name_h-m_alt",
    "_symmetry_space_group_name_h-m",
    "_space_group.patterson_name_h-m",
)
_HALL = ("_space_group_name_hall", "_symmetry_space_group_name_hall")
_SYMMETRY = (
    "_space_group_symop_operation_xyz",
    "_space_group_symop.operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
)
# What ASE raises for damaged texts.
_DAMAGE = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, RuntimeError, ZeroDivisionError,
    OverflowError, ArithmeticError, NotImplementedError, np.linalg.LinAlgError,
)  # fmt: skip


def guess_format(text: str) -> Format:
    r"""Guess the format of a text from its first lines. Raises ValueError where none is likely.

    >>> guess_format("# made by hand\ndata_Fe\n_cell_length_a 2.9")
    'cif'
    """
    if not text.strip():
        raise ValueError("it is empty")
    head = [line.strip() for line in text[:20_000].splitlines() if line.strip() and line.strip()[0] != "#"]
    if any(line.startswith(("data_", "_cell_", "loop_")) for line in head):
        return "cif"
    if any(line.split()[0] in ("CRYSTAL", "SLAB", "POLYMER", "ATOMS", "PRIMVEC", "ANIMSTEPS") for line in head[:3]):
        return "xsf"
    if head and head[0].isdigit():
        return "extxyz"
    lines = text[:20_000].splitlines()
    if len(lines) < 8 or not lines[1].strip()[:1] or lines[1].strip()[0] not in "-+.0123456789":
        raise ValueError("it is neither CIF nor POSCAR, extended XYZ or XSF")
    return "poscar"


def read_structures(text: str, form: Format) -> list[Crystal | str]:
    """Read all structures of a text, in order; a text tells why one of them is no sound crystal.

    Raises ValueError with the reason where nothing can be told apart, TK311 without ASE.
    """
    most = MOST_TEXT if form == "extxyz" else MOST_OF_ONE
    if len(text) > most:
        raise ValueError(f"its text has more than {most >> 20} MB")
    if not text.strip():
        raise ValueError("it is empty")
    if form == "extxyz":
        return read_frames(text)
    if form == "poscar":
        return [read_poscar(text)]
    return _read_cif(text) if form == "cif" else _read_xsf(text)


def read_structure(text: str, form: Format | Literal["auto"]) -> Crystal:
    """Read the first structure of a text. Raises ValueError with the reason."""
    first = read_structures(text, guess_format(text) if form == "auto" else form)[0]
    if isinstance(first, str):
        raise ValueError(first)
    return first


# ---- CIF ----------------------------------------------------------------------------------------


def _read_cif(text: str) -> list[Crystal | str]:
    cif = needed("ase.io.cif", "crystals", "Crystals")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            blocks = list(cif.parse_cif(io.StringIO(text), reader="ase"))
        except _DAMAGE as error:
            raise ValueError(f"it is no CIF, or a damaged one ({_reason(error)})") from None
        found: list[Crystal | str] = []
        for block in blocks:
            # Blocks without atoms hold what belongs to a whole publication.
            if any("_atom_site" in key for key in block):
                found.append(_careful_block(block))
    if not found:
        raise ValueError("it has no atoms (_atom_site_...)" if blocks else "it is no CIF: it has no data_ block")
    return found


def _careful_block(block: Any) -> Crystal | str:
    try:
        return _read_block(block)
    except _DAMAGE as error:
        return str(error) if type(error) is ValueError else f"it is damaged ({_reason(error)})"


def _read_block(block: Any) -> Crystal:
    if block.get_cellpar() is None:
        raise ValueError("it has no cell (_cell_length_a and its relatives)")
    symbols = [str(s) for s in block.get_symbols()]
    for symbol in symbols:
        number_of(symbol)
    occupied = [o for o in block.get("_atom_site_occupancy") or () if isinstance(o, int | float)]
    if any(o < 1 for o in occupied):
        raise ValueError(f"its sites are occupied in part (down to {min(occupied):g}): no single crystal has them")
    operations = next((block.get(name) for name in _SYMMETRY if block.get(name)), None)
    operations = [operations] if isinstance(operations, str) else operations
    if _identity_only(operations, [block.get(name) for name in (*_GROUP, *_HALL)]):
        if len(symbols) > MOST_ATOMS:
            raise ValueError(f"it has {len(symbols)} atoms; allowed are {MOST_ATOMS}")
        return Crystal.from_ase(_repeated(block.get_unsymmetrized_structure()))
    if not operations and all(block.get(name) is None for name in _GROUP):
        raise ValueError("it tells its symmetry by a Hall symbol only, which is not read")
    images = len(symbols) * (len(operations) if operations else 192)
    if images > MOST_IMAGES:
        raise ValueError(f"its symmetry makes {images} images of its {len(symbols)} sites; allowed are {MOST_IMAGES}")
    return Crystal.from_ase(block.get_atoms())


def _identity_only(operations: list[Any] | None, group: list[Any]) -> bool:
    """Say whether the sites are all atoms there are: P 1, in whatever way a file tells it."""
    if operations:
        return [str(o).replace(" ", "").lower() for o in operations] == ["x,y,z"]
    return all(str(g).replace(" ", "").upper() in ("1", "P1") for g in group if g is not None)


def _repeated(atoms: Any) -> Any:
    atoms.pbc = True
    return atoms


# ---- XSF ----------------------------------------------------------------------------------------


def _read_xsf(text: str) -> list[Crystal | str]:
    xsf = needed("ase.io.xsf", "crystals", "Crystals")
    found: list[Crystal | str] = []
    try:
        for atoms in xsf.iread_xsf(io.StringIO(text)):
            try:
                found.append(Crystal.from_ase(atoms) if atoms.pbc.any() else "it has no cell (PRIMVEC)")
            except ValueError as error:
                found.append(str(error))
    except (*_DAMAGE, StopIteration) as error:
        raise ValueError(f"it is no XSF, or a damaged one ({_reason(error)})") from None
    if not found:
        raise ValueError("it has no atoms")
    return found


def _reason(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return shortened(text[0], 80) if text else type(error).__name__
