"""Forms of crystals: which lattice constants they have when none are given, and their atoms, built by ASE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any, Literal

import numpy as np

from tenkai.extras import needed
from tenkai.values.crystals import Crystal
from tenkai.values.elements import NUMBERS, reduced_formula

Form = Literal[
    "sc", "bcc", "fcc", "hcp", "diamond", "lonsdaleite", "graphite", "graphene", "nanotube", "carbyne", "zincblende",
    "wurtzite", "rocksalt", "cesiumchloride", "fluorite",
]  # fmt: skip

WHO = "Crystals"
EMPTY = 12.0
"""Ångström of empty space between the images of what does not repeat: sheets, tubes, chains."""


@dataclass(frozen=True)
class Kind:
    """What is known of a form: amounts of its elements, shortest bond in units of a, usual c/a, atoms in volume a³."""

    amounts: tuple[int, ...]
    bond: float
    c: float | None = None
    packed: float | None = None


KINDS: dict[Form, Kind] = {
    "sc": Kind((1,), 1, packed=1),
    "bcc": Kind((1,), sqrt(3) / 2, packed=2),
    "fcc": Kind((1,), sqrt(1 / 2), packed=4),
    "hcp": Kind((1,), 1, c=sqrt(8 / 3), packed=sqrt(2)),
    "diamond": Kind((1,), sqrt(3) / 4),
    "lonsdaleite": Kind((1,), sqrt(3 / 8), c=sqrt(8 / 3)),
    "graphite": Kind((1,), sqrt(1 / 3), c=6.708 / 2.461),
    "graphene": Kind((1,), sqrt(1 / 3)),
    "nanotube": Kind((1,), sqrt(1 / 3)),
    "carbyne": Kind((1,), 0.5),
    "zincblende": Kind((1, 1), sqrt(3) / 4),
    "wurtzite": Kind((1, 1), sqrt(3 / 8), c=sqrt(8 / 3)),
    "rocksalt": Kind((1, 1), 0.5),
    "cesiumchloride": Kind((1, 1), sqrt(3) / 2),
    "fluorite": Kind((1, 2), sqrt(3) / 4),
}

# Ångström: graphite and diamond as measured at room temperature (P. Trucano, R. Chen, Nature 258, 136 (1975);
# textbook values), lonsdaleite after F. P. Bundy, J. S. Kasper, J. Chem. Phys. 46, 3437 (1967); double bonds.
CARBON: dict[str, tuple[float, float | None]] = {
    "diamond": (3.567, None),
    "lonsdaleite": (2.52, 4.12),
    "graphite": (2.461, 6.708),
    "graphene": (2.461, None),
    "nanotube": (2.461, None),
    "carbyne": (2.56, None),
}


def usual_constants(form: Form, symbols: Sequence[str]) -> tuple[float, float | None, bool]:
    """Return a and c of a form of some elements, and whether a was estimated.

    Known are the stable forms of elements (ASE) and those of carbon. Dense forms of an element whose stable form is
    dense get its volume per atom; others a bond as long as the sum of the covalent radii.
    """
    data = needed("ase.data", "crystals", WHO)
    kind = KINDS[form]
    if list(symbols) == ["C"] and form in CARBON:
        return (*CARBON[form], False)
    state = data.reference_states[NUMBERS[symbols[0]]] or {} if len(symbols) == 1 else {}
    if state.get("symmetry") == form and "a" in state:
        return state["a"], state["a"] * state["c/a"] if "c/a" in state else None, False
    dense = KINDS.get(state.get("symmetry", ""))
    if dense is not None and dense.packed and kind.packed and "a" in state:
        squeezed = state.get("c/a", dense.c or 1) / (dense.c or 1)
        a = (squeezed * kind.packed / dense.packed) ** (1 / 3) * state["a"]
        return float(a), None, True
    radii = [float(data.covalent_radii[NUMBERS[s]]) for s in symbols]
    return sum(radii) * (2 if len(radii) == 1 else 1) / kind.bond, None, True


def built(form: Form, symbols: Sequence[str], a: float, c: float | None, tube: tuple[int, int]) -> Crystal:
    """Return the cell of a form, in the setting a chemist draws: cubic where it can be."""
    if form in ("graphite", "lonsdaleite", "carbyne", "graphene", "nanotube"):
        return _BUILD[form](symbols[0], a, c or a * (KINDS[form].c or 1), tube)
    build = needed("ase.build", "crystals", WHO)
    name = "".join(s + (str(n) if n > 1 else "") for s, n in zip(symbols, KINDS[form].amounts, strict=True))
    if form in ("hcp", "wurtzite"):
        return Crystal.from_ase(build.bulk(name, form, a=a, c=c or a * sqrt(8 / 3)))
    # A crystal of one atom per cell has no other cubic cell.
    cubic = form not in ("sc", "cesiumchloride")
    return Crystal.from_ase(build.bulk(name, form, a=a, cubic=cubic))


def _hexagonal(symbol: str, a: float, c: float, places: Sequence[Sequence[float]]) -> Crystal:
    ase = needed("ase", "crystals", WHO)
    cell = [[a, 0, 0], [-a / 2, a * sqrt(3) / 2, 0], [0, 0, c]]
    return Crystal.from_ase(ase.Atoms([symbol] * len(places), scaled_positions=places, cell=cell, pbc=True))


def _graphite(symbol: str, a: float, c: float, _: Any) -> Crystal:
    # Bernal stacking, AB.
    third, two = 1 / 3, 2 / 3
    return _hexagonal(symbol, a, c, [[0, 0, 0.25], [third, two, 0.25], [0, 0, 0.75], [two, third, 0.75]])


def _lonsdaleite(symbol: str, a: float, c: float, _: Any) -> Crystal:
    third, two, u = 1 / 3, 2 / 3, 1 / 16
    places = [[third, two, u], [two, third, 0.5 + u], [third, two, 0.5 - u], [two, third, 1 - u]]
    return _hexagonal(symbol, a, c, places)


def _carbyne(symbol: str, a: float, _: float, __: Any) -> Crystal:
    ase = needed("ase", "crystals", WHO)
    middle = EMPTY / 2
    places = [[middle, middle, 0], [middle, middle, a / 2]]
    return Crystal.from_ase(ase.Atoms([symbol] * 2, places, cell=[EMPTY, EMPTY, a], pbc=(False, False, True)))


def _graphene(symbol: str, a: float, _: float, __: Any) -> Crystal:
    ase = needed("ase", "crystals", WHO)
    cell = [[a, 0, 0], [-a / 2, a * sqrt(3) / 2, 0], [0, 0, EMPTY]]
    places = [[0, 0, 0.5], [1 / 3, 2 / 3, 0.5]]
    return Crystal.from_ase(ase.Atoms([symbol] * 2, scaled_positions=places, cell=cell, pbc=(True, True, False)))


def _nanotube(symbol: str, a: float, _: float, tube: tuple[int, int]) -> Crystal:
    n, m = tube
    atoms = needed("ase.build", "crystals", WHO).nanotube(n, m, bond=a / sqrt(3), symbol=symbol)
    side = a * sqrt(n * n + n * m + m * m) / pi + EMPTY
    cell = np.diag([side, side, float(atoms.cell[2, 2])])
    atoms.positions[:, :2] += side / 2 - atoms.positions[:, :2].mean(axis=0)
    atoms.set_cell(cell)
    return Crystal.from_ase(atoms)


_BUILD = {
    "graphite": _graphite,
    "lonsdaleite": _lonsdaleite,
    "carbyne": _carbyne,
    "graphene": _graphene,
    "nanotube": _nanotube,
}


def name_of(form: Form, symbols: Sequence[str], tube: tuple[int, int]) -> str:
    """Return the row id of a form: ``Fe-bcc``, ``NaCl-rocksalt``, ``C-nanotube(6,0)``."""
    formula = reduced_formula(dict(zip(symbols, KINDS[form].amounts, strict=True)))
    return f"{formula}-{form}" + (f"({tube[0]},{tube[1]})" if form == "nanotube" else "")
