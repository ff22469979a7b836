"""Arrays of NumPy, CuPy or torch, through the functions that all three have under one name.

Code that runs on any device asks for the module of its arrays (`namespace`) and keeps to the names they share:
`clip`, `where`, `sum` with `axis`, `linalg.svd`, and so on. None of them is imported here but NumPy: whoever
brings an array has imported its module.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "copied", "host", "inner", "namespace", "positive", "smallest", "total", "wide"]

Array = Any
"""An array of one of the three."""

_MODULES = ("numpy", "cupy", "torch")


def namespace(x: Array) -> Any:
    """Return the module whose functions take this array.

    Raises
    ------
    ValueError
        When it is none of the three.

    >>> namespace(np.zeros(2)).__name__
    'numpy'
    """
    top = type(x).__module__.partition(".")[0]
    if top not in _MODULES:
        raise ValueError(f"an array is of type {type(x).__qualname__}. Allowed: arrays of {', '.join(_MODULES)}.")
    return sys.modules[top]


def host(x: Array) -> NDArray[Any]:
    """Return it as a NumPy array; one of NumPy is returned itself."""
    if isinstance(x, np.ndarray):
        return x
    # CuPy hands its numbers over with `get`, torch only from the main memory.
    return np.asarray(x.get() if hasattr(x, "get") else x.cpu().numpy())


def copied(x: Array, dtype: Any = None) -> Array:
    """Return a copy with its rows one after the other, where `x` is."""
    if isinstance(x, np.ndarray):
        return np.array(x, dtype=dtype, order="C")
    xp = namespace(x)
    if xp.__name__ == "torch":
        return x.to(dtype or x.dtype, copy=True, memory_format=xp.contiguous_format)
    return xp.array(x, dtype=dtype, order="C")


def wide(x: Array) -> Array:
    """Return a copy in float64."""
    return copied(x, namespace(x).float64)


def positive(x: Array) -> Array:
    """Set what is below 0 to 0, in place."""
    return namespace(x).clip(x, 0, None, out=x)


def inner(a: Array, b: Array) -> float:
    """Return the sum of a * b, in the number type of the arrays."""
    return float(namespace(a).vdot(a.reshape(-1), b.reshape(-1)))


def total(x: Array) -> float:
    """Return the sum, in float64."""
    xp = namespace(x)
    return float(xp.sum(x, dtype=xp.float64))


def smallest(x: Array, count: int) -> Array:
    """Return the positions of the `count` smallest numbers of every row, in any order."""
    xp = namespace(x)
    if count == x.shape[1]:
        return xp.argsort(x)
    if hasattr(xp, "argpartition"):
        return xp.argpartition(x, count - 1)[:, :count]
    return xp.topk(x, count, largest=False, sorted=False).indices
