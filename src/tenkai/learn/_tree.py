"""A decision tree of scikit-learn as tables: its nodes, and one rule per leaf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Node(NamedTuple):
    """One node. `bounds`: per column, above and up to what its rows lie, as written numbers."""

    number: int
    parent: int | None
    branch: str | None
    column: str | None
    threshold: float | None
    written: str
    rows: int
    value: Any
    share: float | None
    impurity: float
    depth: int
    bounds: dict[str, tuple[str, str]]


def read_nodes(estimator: Any, X: Array, names: Sequence[str], classes: Sequence[str]) -> list[Node]:
    """Return the nodes of a fitted tree, a parent before its branches, yes before no."""
    tree = estimator.tree_
    reached = estimator.decision_path(X).tocsc()
    narrow = X.astype(np.float32)  # the numbers the tree has seen
    nodes: list[Node] = []
    waiting: list[tuple[int, int | None, str | None, int, dict[str, tuple[str, str]]]] = [(0, None, None, 0, {})]
    while waiting:
        i, parent, branch, depth, bounds = waiting.pop()
        leaf = tree.children_left[i] < 0
        column = None if leaf else names[tree.feature[i]]
        threshold = None if leaf else float(tree.threshold[i])
        written = ""
        if column is not None and threshold is not None:
            rows = reached.indices[reached.indptr[i] : reached.indptr[i + 1]]
            written = short(threshold, narrow[rows, tree.feature[i]])
            low, high = bounds.get(column, ("", ""))
            waiting.append((tree.children_right[i], i, "no", depth + 1, {**bounds, column: (written, high)}))
            waiting.append((tree.children_left[i], i, "yes", depth + 1, {**bounds, column: (low, written)}))
        told = tree.value[i, 0]
        value = classes[int(told.argmax())] if classes else float(told[0])
        share = float(told.max() / told.sum()) if classes else None
        nodes.append(
            Node(
                i,
                parent,
                branch,
                column,
                threshold,
                written,
                int(tree.n_node_samples[i]),
                value,
                share,
                float(tree.impurity[i]),
                depth,
                bounds,
            )
        )
    return nodes


def short(threshold: float, values: NDArray[np.float32]) -> str:
    """Write a threshold with the fewest digits that send these rows the same way.

    >>> short(7.251999855, np.array([7.1, 7.4], np.float32))
    '7.3'
    """
    low = values <= threshold
    for digits in range(2, 17):
        text = f"{threshold:.{digits}g}"
        if np.array_equal(values <= float(text), low):
            return plain(text)
    return repr(threshold)


def plain(text: str) -> str:
    """Write a number without an exponent where that is short.

    >>> plain("1.2e+02"), plain("1e-09")
    ('120', '1e-09')
    """
    number = float(text)
    return f"{number:.10g}" if 1e-4 <= abs(number) < 1e10 or number == 0 else text


def rule(bounds: dict[str, tuple[str, str]]) -> str:
    """Write the way to a node: ``x <= 3.5 and 1 < y <= 2``."""
    parts = []
    for column, (low, high) in bounds.items():
        if low and high:
            parts.append(f"{low} < {column} <= {high}")
        else:
            parts.append(f"{column} <= {high}" if high else f"{column} > {low}")
    return " and ".join(parts) or "always"
