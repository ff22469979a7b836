"""What all generators share: the random numbers of a seed, and rows known by their settings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.values import Kind, Schema, Table
from tenkai.values.hashing import digest_json


def random(seed: int) -> np.random.Generator:
    """Return the random numbers of a seed, the same on every machine."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))


def made(step: str, columns: dict[str, NDArray[Any]], **settings: float) -> Table:
    """Make a table; equal settings mean the same rows."""
    return Table.from_(columns, source=digest_json([step, settings]))


def numbers(*names: str, **others: Kind) -> Schema:
    """Return a schema of number columns, and of others."""
    return Schema({**dict.fromkeys(names, "number"), **others})
