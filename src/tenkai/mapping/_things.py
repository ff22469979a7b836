"""Molecules and crystals among the rows: where they stand, and what they are compared by."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Literal

import polars as pl

from tenkai.errors import TenkaiError
from tenkai.mapping._guess import Roles
from tenkai.mapping._words import words
from tenkai.step import get_step
from tenkai.values import Table

Kind = Literal["molecule", "crystal"]
# Of texts the first ones are looked at; all but a few must be of the kind.
LOOKED_AT, ENOUGH = 200, 0.9
# Up to so many rows are read to count those that no molecule or crystal can be made of: small tables give small
# neighborhoods, and a few rows less would be too few for them.
MOST_READ = 300
# SOAP grows with the square of the number of elements.
MOST_ELEMENTS, FULL_SOAP = 4, 2
BITS = 1024
FACTS = ("atoms", "a", "b", "c", "alpha", "beta", "gamma", "volume", "density")
"""Numbers that come with crystals. But for the density they tell the cell, and a crystal can be written with others."""
ELEMENT_VALUES = ("number", "mass", "period", "covalent_radius")
_SMILES = re.compile(r"[A-Za-z0-9@+\-\[\]()=#$\\/%.:*~]+")
_NEEDS = {"molecule": ("rdkit", "molecules"), "crystal": ("ase", "crystals")}


@dataclass(frozen=True)
class Things:
    """The column of molecules or crystals.

    Parameters
    ----------
    column : its name, in the table as it is read
    kind : what stands in it
    text : whether a step must still read it from texts
    lost : rows of a small table that have none
    elements : how many elements crystals have together
    added : number columns that come with crystals read from texts
    described : whether rows are compared by them
    """

    column: str
    kind: Kind
    text: bool = False
    lost: int = 0
    elements: int = 0
    added: tuple[str, ...] = ()
    described: bool = False

    @property
    def name(self) -> str:
        """Return the column's name in the workflow: crystals from texts stand in a column of their own."""
        return "crystal" if self.text and self.kind == "crystal" else self.column


def find_things(table: Table) -> tuple[Things | None, str]:
    """Return the only column of molecules or crystals, and what to say where its extra is missing.

    A column that is called SMILES and looks like it holds molecules; texts that begin as a CIF are crystals.
    """
    kinds = table.kinds
    known = [n for n, kind in kinds.items() if kind in ("molecule", "crystal")]
    texts = [n for n in table.columns if n not in known and table.frame[n].dtype == pl.String]
    found = (
        known or [n for n in texts if _is_smiles(n, table.frame[n])] or [n for n in texts if _is_cif(table.frame[n])]
    )
    if not found:
        return None, ""
    column = found[0]
    kind: Kind = (
        "crystal"
        if kinds[column] == "crystal" or (column not in known and _is_cif(table.frame[column]))
        else "molecule"
    )
    module, extra = _NEEDS[kind]
    if find_spec(module) is None:
        return None, f"'{column}' holds {kind}s: with pip install 'tenkai[{extra}]' they can be drawn and compared."
    text = column not in known
    added = tuple(n for n in FACTS if n not in table.columns) if text and kind == "crystal" else ()
    return _read(table, Things(column, kind, text, added=added)), ""


def _is_smiles(name: str, column: pl.Series) -> bool:
    if not {"smiles", "smile"} & set(words(name)):
        return False
    cells = column.drop_nulls().head(LOOKED_AT).to_list()
    fit = sum(_SMILES.fullmatch(cell.strip().split(" ")[0]) is not None for cell in cells)
    return bool(cells) and fit >= ENOUGH * len(cells)


def _is_cif(column: pl.Series) -> bool:
    cells = column.drop_nulls().head(LOOKED_AT)
    fit = cells.str.contains("_cell_length_a", literal=True) & cells.str.contains(r"(?m)^\s*loop_")
    return len(cells) > 0 and int(fit.sum()) >= ENOUGH * len(cells)


def _read(table: Table, things: Things) -> Things | None:
    """Look at the first rows: how many can be read, and how many elements there are; None where none can be read."""
    if things.kind == "molecule" and not (things.text and table.height <= MOST_READ):
        return things
    part = table.take(range(min(table.height, MOST_READ)))
    if things.text:
        try:
            read = get_step(reader(things))(part, **reading(things))
        except TenkaiError:  # none can be read: the workflow goes without them
            return None
        part = read.table
    lost = table.height - part.height if things.text and table.height <= MOST_READ else 0
    elements = 0
    if things.kind == "crystal":
        from tenkai.values.crystal_columns import crystals_of

        elements = len({int(z) for crystal in crystals_of(part, things.name) for z in crystal.numbers})
    return replace(things, lost=lost, elements=elements)


def reader(things: Things) -> str:
    """Return the step that reads the texts."""
    return "process.molecules" if things.kind == "molecule" else "process.structures"


def reading(things: Things) -> dict[str, str]:
    """Return its settings."""
    if things.kind == "molecule":
        return {"smiles": things.column, "name": things.column}
    return {"column": things.column}


def compared(table: Table, roles: Roles, things: Things) -> Things:
    """Decide whether rows are compared by the things: where there is at most one number of another origin.

    That number is then what one wants to know: it colors the map.
    """
    cell = [n for n in roles.features if things.kind == "crystal" and not things.text and n in FACTS]
    own = [n for n in roles.features if n not in cell]
    if len(own) > 1:
        return things
    rest = list(own)
    if rest and not roles.label:
        roles.label, roles.classes = rest.pop(), False
    keep = "density" if things.kind == "crystal" and not by_soap(things) else ""
    about = f"the {things.kind}s are compared instead"
    roles.left_out |= dict.fromkeys((n for n in (*cell, *rest) if n != keep), about)
    roles.features, roles.incomplete = (), {}
    return replace(things, described=True)


def not_compared(things: Things) -> list[str]:
    """Return the numbers that came with crystals and are not compared."""
    keep = "density" if things.described and not by_soap(things) else ""
    return [n for n in things.added if n != keep]


def width(things: Things) -> int:
    """Return by how many numbers molecules or crystals are compared."""
    if things.kind == "molecule":
        return BITS
    if not by_soap(things):
        return 4 * len(ELEMENT_VALUES) + 1
    radial, angular = _soap(things)
    channels = things.elements * radial
    return channels * (channels + 1) // 2 * (angular + 1)


def by_soap(things: Things) -> bool:
    """Say whether crystals are compared by where their atoms lie; of many elements the composition says more."""
    return 0 < things.elements <= MOST_ELEMENTS and find_spec("dscribe") is not None


def _soap(things: Things) -> tuple[int, int]:
    return (8, 6) if things.elements <= FULL_SOAP else (4, 4)


def describing(things: Things) -> tuple[str, str, dict[str, object], str]:
    """Return name, step and settings of what makes numbers of them, and a sentence about it."""
    if things.kind == "molecule":
        about = "Which substructures each molecule has: molecules that share many lie near each other."
        return "fingerprint", "process.fingerprint", {"molecule": things.name, "length": BITS}, about
    if by_soap(things):
        radial, angular = _soap(things)
        given: dict[str, object] = {"crystal": things.name, "radial": radial, "angular": angular}
        return "soap", "process.soap", given, "Where the neighbors of the atoms lie, the mean over each crystal."
    given = {"column": things.name, "values": list(ELEMENT_VALUES)}
    about = "Values of the elements in each crystal: smallest, largest, mean, deviation."
    return "composition", "process.composition_statistics", given, about
