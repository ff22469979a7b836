"""What stands behind the bits of a circular fingerprint: atoms, radii, substructures, and who shares a bit."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from tenkai.errors import problem
from tenkai.interpret._molecule_pictures import rgb, styled
from tenkai.step import Run
from tenkai.values.fingerprints import Recipe, generator
from tenkai.values.molecules import molecules_apart, parse

CENTER, AROUND, SAME = "#56b4e9", "#f6c98f", "#b9def4"
BOND = 0.25  # of the side


@dataclass(frozen=True)
class Environment:
    """An atom with all that is up to some bonds away: what one bit stands for."""

    identifier: int
    bit: int
    atom: int
    radius: int
    substructure: str


@dataclass(frozen=True)
class Seen:
    """A molecule under the microscope: the symbols of its atoms, its environments."""

    row: str
    text: str
    symbols: tuple[str, ...]
    environments: tuple[Environment, ...]

    @property
    def bits(self) -> list[int]:
        """Bits that are on, in order."""
        return sorted({e.bit for e in self.environments})


def look_at(rows: Sequence[str], texts: Sequence[str | None], recipe: Recipe, seconds: float) -> list[Seen]:
    """Return the environments of molecules.

    Raises
    ------
    TenkaiError
        TK760 for a molecule that cannot be read.
    """
    found: list[Seen] = []
    said = molecules_apart(environments_of, texts, asdict(recipe), seconds=seconds)
    for row, text, answer in zip(rows, texts, said, strict=True):
        if answer.reason:
            fact = f"the molecule at row '{row}' cannot be read: {answer.reason}."
            raise problem("TK760", fact, remedy="Choose another row.", setting="rows")
        symbols, places = answer.value
        environments = tuple(Environment(i, i % recipe.width, atom, radius, sub) for i, atom, radius, sub in places)
        found.append(Seen(row, str(text), tuple(symbols), environments))
    return found


def environments_of(text: str | None, recipe: dict[str, Any]) -> tuple[list[str], list[tuple[int, int, int, str]]]:
    """Return symbols, and identifier, atom, radius and substructure of every environment. Runs in a worker."""
    molecule = parse(text)
    places = [
        (identifier, atom, radius, _substructure(molecule, atom, radius))
        for identifier, centers in _centers(molecule, recipe).items()
        for atom, radius in centers
    ]
    places.sort(key=lambda p: (p[2], p[1], p[0]))
    return [a.GetSymbol() for a in molecule.GetAtoms()], places


def identifiers_of(text: str | None, recipe: dict[str, Any]) -> list[tuple[int, int, int]]:
    """Return every identifier once, with an atom and radius where it is. Runs in a worker."""
    found = _centers(parse(text), recipe)
    return [(identifier, *min(centers)) for identifier, centers in sorted(found.items())]


def substructures_of(item: Sequence[Any], _: None) -> list[str]:
    """Return the substructures around some atoms of a molecule. Runs in a worker."""
    text, places = item
    molecule = parse(text)
    return [_substructure(molecule, atom, radius) for atom, radius in places]


def _centers(molecule: Any, recipe: dict[str, Any]) -> dict[int, list[tuple[int, int]]]:
    """Return the unfolded identifiers of a molecule, each with the atoms and radii where it is."""
    from rdkit.Chem.rdFingerprintGenerator import AdditionalOutput

    more = AdditionalOutput()
    more.AllocateBitInfoMap()
    _generator(Recipe(**recipe)).GetSparseCountFingerprint(molecule, additionalOutput=more)
    return {int(i): [(int(a), int(r)) for a, r in centers] for i, centers in more.GetBitInfoMap().items()}


@lru_cache(maxsize=8)
def _generator(recipe: Recipe) -> Any:
    return generator(recipe)


def _reach(molecule: Any, atom: int, radius: int) -> tuple[list[int], list[int]]:
    """Return the atoms and bonds up to `radius` bonds away."""
    from rdkit import Chem

    bonds = list(Chem.FindAtomEnvironmentOfRadiusN(molecule, radius, atom, enforceSize=False)) if radius else []
    ends = (molecule.GetBondWithIdx(b) for b in bonds)
    atoms = {atom} | {i for bond in ends for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())}
    return sorted(atoms), bonds


def _substructure(molecule: Any, atom: int, radius: int) -> str:
    from rdkit import Chem

    atoms, bonds = _reach(molecule, atom, radius)
    # With its hydrogen an atom at the rim tells whether more is bound to it: identifiers know that too.
    symbols = [_symbol(a) for a in molecule.GetAtoms()]
    if not bonds:
        return symbols[atom]
    found = Chem.MolFragmentToSmiles(
        molecule, atomsToUse=atoms, bondsToUse=bonds, rootedAtAtom=atom, atomSymbols=symbols
    )
    return str(found)


def _symbol(atom: Any) -> str:
    symbol = atom.GetSymbol().lower() if atom.GetIsAromatic() else atom.GetSymbol()
    hydrogen, charge = atom.GetTotalNumHs(), atom.GetFormalCharge()
    sign = "" if charge == 0 else ("+" if charge > 0 else "-") + (str(abs(charge)) if abs(charge) > 1 else "")
    return f"[{symbol}{'' if hydrogen == 0 else 'H' if hydrogen == 1 else f'H{hydrogen}'}{sign}]"


def drawn(items: Sequence[Sequence[Any]], side: int, seconds: float) -> list[bytes]:
    """Draw molecules with environments lit: items of text, centers, radius (None: atoms are numbered)."""
    said = molecules_apart(environment_picture, items, side, seconds=seconds, warm_up=["CO", [0], 0])
    return [base64.b64decode(a.value) if a.value else b"" for a in said]


def environment_picture(item: Sequence[Any], side: int) -> str:
    """Return a PNG of a molecule as text. Runs in a worker."""
    from rdkit.Chem.Draw import rdMolDraw2D

    text, centers, radius = item
    molecule = parse(text)
    canvas = rdMolDraw2D.MolDraw2DCairo(side, side)
    options: Any = canvas.drawOptions()
    styled(options, side)
    options.fixedBondLength = BOND * side  # larger than in a table: it is looked at closely
    options.fillHighlights = True
    options.highlightRadius = 0.34
    options.highlightBondWidthMultiplier = 14
    if radius is None:
        options.addAtomIndices = True
        options.annotationFontScale = 0.75
    colors, bonds = _lit(molecule, centers, radius) if radius is not None else ({}, [])
    canvas.DrawMolecule(
        rdMolDraw2D.PrepareMolForDrawing(molecule, addChiralHs=False),
        highlightAtoms=list(colors),
        highlightAtomColors=colors,
        highlightBonds=bonds,
        highlightBondColors=dict.fromkeys(bonds, rgb(AROUND)),
    )
    canvas.FinishDrawing()
    return base64.b64encode(canvas.GetDrawingText()).decode()


def _lit(molecule: Any, centers: Sequence[int], radius: int) -> tuple[dict[int, Any], list[int]]:
    """Return the colors of atoms, and the bonds, of the environment of the first center."""
    atoms, bonds = _reach(molecule, centers[0], radius)
    colors = dict.fromkeys(centers, rgb(SAME)) | dict.fromkeys(atoms, rgb(AROUND)) | {centers[0]: rgb(CENTER)}
    return colors, bonds


@dataclass(frozen=True)
class Shared:
    """An identifier that folds to the same bit as others: where it is, and in how many rows."""

    bit: int
    identifier: int
    radius: int
    substructure: str
    rows: int
    first: int


def collisions(
    texts: Sequence[str | None], recipe: Recipe, seconds: float, run: Run
) -> tuple[list[Shared], int, int, list[int]]:
    """Find which substructures of a whole table share a bit.

    Returns
    -------
    shared : sorted by bit, the most frequent first
    used : bits that are on in some row
    different : identifiers there are
    unread : places of rows that cannot be read
    """
    said = molecules_apart(
        identifiers_of,
        texts,
        asdict(recipe),
        threads=run.threads,
        seconds=seconds,
        progress=lambda done, total: run.progress(done, total, "collisions"),
    )
    count: dict[int, int] = {}
    where: dict[int, tuple[int, int, int]] = {}
    for place, answer in enumerate(said):
        for identifier, atom, radius in answer.value or ():
            count[identifier] = count.get(identifier, 0) + 1
            where.setdefault(identifier, (place, atom, radius))
    together: dict[int, list[int]] = {}
    for identifier in count:
        together.setdefault(identifier % recipe.width, []).append(identifier)
    chosen = [
        i for b in sorted(together) if len(together[b]) > 1 for i in sorted(together[b], key=lambda i: (-count[i], i))
    ]
    written = _written(texts, {i: where[i] for i in chosen}, seconds, run)
    shared = [Shared(i % recipe.width, i, where[i][2], written.get(i, ""), count[i], where[i][0]) for i in chosen]
    return shared, len(together), len(count), [k for k, a in enumerate(said) if a.reason]


def _written(
    texts: Sequence[str | None], where: dict[int, tuple[int, int, int]], seconds: float, run: Run
) -> dict[int, str]:
    """Return the substructure of each identifier, looked at where it was found first. Each molecule is read once."""
    of_row: dict[int, list[int]] = {}
    for identifier, (place, _, _) in where.items():
        of_row.setdefault(place, []).append(identifier)
    items = [[texts[place], [where[i][1:] for i in found]] for place, found in of_row.items()]
    said = molecules_apart(substructures_of, items, threads=run.threads, seconds=seconds, warm_up=["CO", [[0, 1]]])
    return {
        identifier: substructure
        for found, answer in zip(of_row.values(), said, strict=True)
        for identifier, substructure in zip(found, answer.value or [""] * len(found), strict=True)
    }
