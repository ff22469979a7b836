"""Fingerprints of molecules by name: RDKit's generators, and the bits or counts they give as rows of a matrix."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.values.apart import SECONDS, Answer
from tenkai.values.molecules import molecules_apart, parse

Method = Literal["morgan", "feature-morgan", "rdkit", "atom-pair", "torsion", "maccs", "avalon"]
CellValues = Literal["bits", "counts"]

LENGTH, RADIUS, MACCS = 1024, 2, 167
_CIRCULAR = ("morgan", "feature-morgan")
_CHIRAL = (*_CIRCULAR, "atom-pair", "torsion")
MOST_COUNT = 255


@dataclass(frozen=True)
class Recipe:
    """What defines a fingerprint. `length`: None for the usual one."""

    method: Method = "morgan"
    radius: int = RADIUS
    length: int | None = None
    values: CellValues = "bits"
    chirality: bool = False

    @property
    def width(self) -> int:
        """Number of places."""
        return MACCS if self.method == "maccs" else self.length or LENGTH

    def check(self) -> None:
        """Refuse settings that the method does not know. Raises TK221."""
        if self.method == "maccs" and self.length not in (None, MACCS):
            raise problem(
                "TK221",
                f"MACCS keys are {MACCS} fixed questions; a length of {self.length} is impossible.",
                remedy="Leave length out, or choose another method.",
                setting="length",
            )
        if self.method == "maccs" and self.values == "counts":
            raise problem("TK221", "MACCS keys are yes or no: there are no counts.", setting="values")
        if self.radius != RADIUS and self.method not in _CIRCULAR:
            raise problem(
                "TK221",
                f"the method {self.method} has no radius.",
                allowed=f"A radius belongs to {' and '.join(_CIRCULAR)}.",
                remedy="Leave radius out.",
                setting="radius",
            )
        if self.chirality and self.method not in _CHIRAL:
            raise problem(
                "TK221",
                f"the method {self.method} does not see chirality.",
                allowed=f"Allowed with chirality: {', '.join(_CHIRAL)}.",
                remedy="Choose another method, or leave chirality out.",
                setting="chirality",
            )


def fingerprints(
    texts: Sequence[str | None],
    recipes: Sequence[Recipe],
    *,
    threads: int = 1,
    seconds: float = SECONDS,
    progress: Callable[[float, float], None] | None = None,
) -> list[list[Answer]]:
    """Return, for every recipe, one answer per molecule; each molecule is read once. See `matrix_of`."""
    items = [[text, k] for text in texts for k in range(len(recipes))]
    common = [asdict(r) for r in recipes]
    answers = molecules_apart(
        fingerprint_of, items, common, threads=threads, seconds=seconds, progress=progress, warm_up=["CO", 0]
    )
    return [answers[k :: len(recipes)] for k in range(len(recipes))]


def matrix_of(answers: Sequence[Answer], recipe: Recipe) -> tuple[NDArray[np.uint8], int]:
    """Return the rows (n, width) of bits or counts, and how many counts were cut at 255; zeros where there is none."""
    out = np.zeros((len(answers), recipe.width), np.uint8)
    if recipe.values == "counts":
        cut = 0
        for row, answer in zip(out, answers, strict=True):
            if answer.value is not None:
                places, counts = np.frombuffer(base64.b64decode(answer.value), np.uint32).reshape(2, -1)
                row[places] = np.minimum(counts, MOST_COUNT)
                cut += int((counts > MOST_COUNT).sum())
        return out, cut
    size = -(-recipe.width // 8)
    empty = b"\0" * size
    for start in range(0, len(answers), 8192):  # bits take eight times the room of what came
        part = answers[start : start + 8192]
        packed = b"".join(empty if a.value is None else base64.b64decode(a.value) for a in part)
        rows = np.frombuffer(packed, np.uint8).reshape(len(part), size)
        out[start : start + 8192] = np.unpackbits(rows, axis=1, count=recipe.width, bitorder="little")
    return out, 0


def fingerprint_of(item: Sequence[Any], recipes: Sequence[dict[str, Any]]) -> str:
    """Return one fingerprint of one molecule, packed as text: its bits, or places and counts. Runs in a worker."""
    from rdkit import DataStructs

    text, k = item
    recipe = Recipe(**recipes[k])
    found = _maker(recipe)(_parsed(text))
    if recipe.values == "counts":
        known = found.GetNonzeroElements()
        packed = np.array([list(known), list(known.values())], np.uint32).tobytes()
        return base64.b64encode(packed).decode()
    return base64.b64encode(DataStructs.BitVectToBinaryText(found)).decode()


@lru_cache(maxsize=1)
def _parsed(text: str | None) -> Any:
    """Read a molecule once for several recipes."""
    return parse(text)


@lru_cache(maxsize=64)
def _maker(recipe: Recipe) -> Callable[[Any], Any]:
    """Return RDKit's function for a recipe."""
    width, counts = recipe.width, recipe.values == "counts"
    if recipe.method == "maccs":
        from rdkit.Chem.rdMolDescriptors import GetMACCSKeysFingerprint

        return lambda m: GetMACCSKeysFingerprint(m)
    if recipe.method == "avalon":
        from rdkit.Avalon import pyAvalonTools

        return lambda m: (pyAvalonTools.GetAvalonCountFP if counts else pyAvalonTools.GetAvalonFP)(m, nBits=width)
    made = generator(recipe)
    return lambda m: (made.GetCountFingerprint if counts else made.GetFingerprint)(m)


def generator(recipe: Recipe) -> Any:
    """Return RDKit's generator for a recipe that has one. For workers only."""
    from rdkit.Chem.rdFingerprintGenerator import (
        GetAtomPairGenerator,
        GetMorganFeatureAtomInvGen,
        GetMorganGenerator,
        GetRDKitFPGenerator,
        GetTopologicalTorsionGenerator,
    )

    width, chiral = recipe.width, recipe.chirality
    match recipe.method:
        case "morgan":
            return GetMorganGenerator(radius=recipe.radius, fpSize=width, includeChirality=chiral)
        case "feature-morgan":
            return GetMorganGenerator(
                radius=recipe.radius,
                fpSize=width,
                includeChirality=chiral,
                atomInvariantsGenerator=GetMorganFeatureAtomInvGen(),
            )
        case "rdkit":
            return GetRDKitFPGenerator(fpSize=width)
        case "atom-pair":
            return GetAtomPairGenerator(fpSize=width, includeChirality=chiral)
        case "torsion":
            return GetTopologicalTorsionGenerator(fpSize=width, includeChirality=chiral)
        case _:
            raise ValueError(f"{recipe.method} has no generator")
