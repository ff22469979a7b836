"""Descriptors of molecules by RDKit's names, as an estimator that learns nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from tenkai.errors import nearest, problem
from tenkai.extras import needed
from tenkai.values.apart import Answer
from tenkai.values.molecules import molecules_apart, parse, texts_of

USUAL = (
    "MolWt",
    "HeavyAtomCount",
    "MolLogP",
    "MolMR",
    "TPSA",
    "LabuteASA",
    "NumHDonors",
    "NumHAcceptors",
    "NumRotatableBonds",
    "RingCount",
    "NumAromaticRings",
    "FractionCSP3",
)
"""A small set whose numbers a chemist can read."""


class Describer:
    """Turns a column of SMILES into descriptors; a cell that cannot be read has none.

    Parameters
    ----------
    names : RDKit's names of the descriptors
    seconds : time a molecule may take
    """

    def __init__(self, names: list[str], seconds: float) -> None:
        self.names = names
        self.seconds = seconds

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the new columns for a column of SMILES."""
        texts = texts_of(frame.to_series())
        return self.frame_of(molecules_apart(descriptors_of, texts, self.names, seconds=self.seconds))

    def frame_of(self, answers: Sequence[Answer]) -> pl.DataFrame:
        """Return the new columns from the answers of the workers."""
        rows = [a.value or [None] * len(self.names) for a in answers]
        return pl.DataFrame([pl.Series(n, [r[i] for r in rows], pl.Float64) for i, n in enumerate(self.names)])


def chosen_names(names: str | Sequence[str]) -> list[str]:
    """Return the names of descriptors.

    Raises
    ------
    TenkaiError
        TK223 for a name RDKit does not know, or one given twice.
    """
    if names == "usual":
        return list(USUAL)
    if names == "all":
        return list(known_names())
    for i, name in enumerate(names):
        if name not in USUAL and name not in known_names():
            raise problem(
                "TK223",
                f"RDKit has no descriptor '{name}'.",
                allowed=f"It has over 200, such as {', '.join(USUAL[:5])}.",
                remedy=nearest(name, known_names()),
                setting="names",
            )
        if name in names[:i]:
            raise problem("TK223", f"'{name}' is listed twice.", remedy="List it once.", setting="names")
    return list(names)


@lru_cache(maxsize=1)
def known_names() -> tuple[str, ...]:
    """Return the names of RDKit's 2-D descriptors."""
    return tuple(name for name, _ in needed("rdkit.Chem.Descriptors", "molecules", "Molecules").descList)


def descriptors_of(text: str | None, names: Sequence[str]) -> list[float | None]:
    """Return descriptors of one molecule; None where one has no finite value. Runs in a worker."""
    molecule = parse(text)
    return [_value(function, molecule) for function in _functions(tuple(names))]


@lru_cache(maxsize=8)
def _functions(names: tuple[str, ...]) -> list[Callable[[Any], float]]:
    from rdkit.Chem import Descriptors

    known = dict(Descriptors.descList)
    return [known[name] for name in names]


def _value(function: Callable[[Any], float], molecule: Any) -> float | None:
    try:
        value = float(function(molecule))
    except (ValueError, RuntimeError, ArithmeticError):  # a descriptor that does not know such an atom
        return None
    return value if math.isfinite(value) else None
