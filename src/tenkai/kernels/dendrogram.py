"""Trees of merges: groups from a cut, and where branches lie in a drawing.

A tree is the array that `scipy.cluster.hierarchy.linkage` returns, (N - 1, 4): the two nodes that join, the
height, the number of leaves below. Node i < N is a leaf, node N + i the outcome of merge i.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CutTree", "Drawn", "cut_below", "cut_into", "drawn", "in_order_of_size"]

Merges = NDArray[np.float64]
Codes = NDArray[np.int64]


def in_order_of_size(codes: NDArray[Any]) -> tuple[Codes, Codes]:
    """Number groups anew: the largest first, equal ones in the order of their first row; negative codes stay -1.

    Returns
    -------
    codes : (n,), the new number of each row's group
    order : (groups,), the old code of each new number

    >>> import numpy as np
    >>> in_order_of_size(np.array([7, 3, 3, -1, 7, 3]))[0].tolist()
    [1, 0, 0, -1, 1, 0]
    """
    codes = np.asarray(codes, np.int64)
    inside = codes >= 0
    old, first, counts = np.unique(codes[inside], return_index=True, return_counts=True)
    ranked = np.lexsort((first, -counts))
    new = np.empty(len(old), np.int64)
    new[ranked] = np.arange(len(old))
    out = np.full(len(codes), -1, np.int64)
    out[inside] = new[np.searchsorted(old, codes[inside])]
    return out, old[ranked]


class CutTree(NamedTuple):
    """Groups from a cut.

    Attributes
    ----------
    groups : (n,) group of each leaf, in order of size
    low, high : heights between which a cut gives these groups: the highest merge kept, and the lowest undone
        (infinite where none is); `high` is not above `low` where no height gives them
    """

    groups: Codes
    low: float
    high: float


def cut_into(merges: Merges, groups: int) -> CutTree:
    """Cut so that all but the last ``groups - 1`` merges are kept."""
    return _cut(merges, np.arange(len(merges)) < len(merges) + 1 - groups)


def cut_below(merges: Merges, height: float) -> CutTree:
    """Cut so that merges up to a height are kept, where all below them are."""
    return _cut(merges, _highest_below(merges) <= height)


def _cut(merges: Merges, kept: NDArray[np.bool_]) -> CutTree:
    highest = _highest_below(merges)
    low = float(highest[kept].max(initial=0.0))
    high = float(highest[~kept].min(initial=np.inf))
    return CutTree(_groups(merges, kept), low, high)


def _highest_below(merges: Merges) -> NDArray[np.float64]:
    """Highest merge within each node: not its own where heights fall."""
    n = len(merges) + 1
    children = merges[:, :2].astype(np.int64)
    highest = merges[:, 2].copy()
    if (np.diff(highest) >= 0).all():
        return highest
    for i, (a, b) in enumerate(children):
        for child in (a, b):
            if child >= n:
                highest[i] = max(highest[i], highest[child - n])
    return highest


def _groups(merges: Merges, kept: NDArray[np.bool_]) -> Codes:
    n = len(merges) + 1
    top = np.arange(2 * n - 1)
    children = merges[:, :2].astype(np.int64)
    for i in range(n - 2, -1, -1):
        if kept[i]:
            top[children[i]] = top[n + i]
    return in_order_of_size(top[:n])[0]


class Drawn(NamedTuple):
    """A tree with its lower branches folded, ready to draw.

    Attributes
    ----------
    ends : one array of leaves per end, in the order of the drawing; an end of several leaves is folded
    tops : (ends,) height of the merge at which each end begins, 0 for a single leaf
    links : (ends - 1, 5) per merge that is drawn: its height, place and height of its two branches
    spans : (ends - 1, 2) first and last end below each link
    """

    ends: list[Codes]
    tops: NDArray[np.float64]
    links: NDArray[np.float64]
    spans: Codes


def drawn(merges: Merges, most: int) -> Drawn:
    """Lay a tree out with at most `most` ends, at places 0, 1, 2, ...; what joins lowest is folded.

    The branch with the smaller first leaf comes first, so that rows stay near the order they came in.
    """
    n = len(merges) + 1
    children = merges[:, :2].astype(np.int64)
    first_open = max(0, n - most)
    smallest = np.concatenate([np.arange(n), np.zeros(n - 1, np.int64)])
    for i, (a, b) in enumerate(children):
        smallest[n + i] = min(smallest[a], smallest[b])
    ends: list[Codes] = []
    tops: list[float] = []
    place = np.zeros(2 * n - 1)
    waiting = [2 * n - 2]
    while waiting:
        node = waiting.pop()
        if node < n + first_open:
            place[node] = len(ends)
            ends.append(_leaves(children, node))
            tops.append(float(merges[node - n, 2]) if node >= n else 0.0)
        else:
            a, b = sorted(children[node - n].tolist(), key=smallest.__getitem__)
            waiting += [b, a]
    height = np.concatenate([np.zeros(n), merges[:, 2]])
    nodes = np.arange(first_open, n - 1)
    links = np.empty((len(nodes), 5))
    spans = np.repeat(place.astype(np.int64)[:, None], 2, axis=1)
    for row, i in enumerate(nodes.tolist()):
        a, b = children[i]
        links[row] = merges[i, 2], place[a], height[a], place[b], height[b]
        place[n + i] = (place[a] + place[b]) / 2
        spans[n + i] = min(spans[a, 0], spans[b, 0]), max(spans[a, 1], spans[b, 1])
    return Drawn(ends, np.array(tops), links, spans[n + nodes])


def _leaves(children: Codes, node: int) -> Codes:
    n = len(children) + 1
    found: list[int] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one < n:
            found.append(one)
        else:
            waiting += children[one - n].tolist()
    return np.sort(np.array(found, np.int64))
