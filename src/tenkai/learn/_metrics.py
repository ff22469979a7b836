"""Distances by name, and which rows they are not defined for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, problem


def check_metric(X: NDArray[Any], metric: str, name: Callable[[int], str], thing: str = "row") -> None:
    """Refuse rows a metric is not defined for; `name` says which row (or other thing) a position is.

    Raises
    ------
    TenkaiError
        TK603 with the row or column, and what to do.
    """
    if metric == "cosine":
        _refuse(np.asarray(np.abs(X).max(axis=1) == 0), name, metric, "holds only zeros", thing)
    elif metric == "correlation":
        flat = np.ptp(X, axis=1) <= 1e-14 * np.abs(X).max(axis=1)
        _refuse(np.asarray(flat), name, metric, "holds the same number everywhere", thing)
    elif metric == "jensenshannon":
        _refuse(np.asarray((X < 0).any(axis=1)), name, metric, "holds negative numbers", thing)
        _refuse(np.asarray(X.sum(axis=1) <= 0), name, metric, "holds only zeros", thing)
    elif metric == "seuclidean":
        flat = np.flatnonzero(np.ptp(X, axis=0) == 0)
        if len(flat):
            raise _undefined(metric, f"column {flat[0]} of the matrix does not vary")


def not_defined(metric: str, wrong: ValueError) -> TenkaiError:
    """What a kernel refuses, told as a problem: its texts say what was found and what is allowed."""
    return problem("TK603", f"the {metric} distance is not defined here: {wrong}", setting="metric")


def _refuse(bad: NDArray[np.bool_], name: Callable[[int], str], metric: str, fact: str, thing: str) -> None:
    found = np.flatnonzero(bad)
    if len(found):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise _undefined(metric, f"{thing} '{name(int(found[0]))}'{more} {fact}")


def _undefined(metric: str, fact: str) -> TenkaiError:
    return problem(
        "TK603",
        f"the {metric} distance is not defined here: {fact}.",
        remedy="Drop what it names with process.filter or process.select, or use the metric euclidean.",
        setting="metric",
    )
