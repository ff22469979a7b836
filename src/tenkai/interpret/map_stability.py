"""interpret.map_stability: whether the maps of several seeds agree."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret._pair_matrix import pair_matrix, pair_names
from tenkai.interpret._plane import Plane, read_plane
from tenkai.interpret._sweeps import members
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import positions_of
from tenkai.step import Help, Keys, Outputs, Run, Shape, step
from tenkai.values import Figure, Scores, Sweep, Table

MOST_MAPS = 40
ABOUT = {
    "similarity_mean": "Agreement of two maps after shift, scale, turn and mirror: 1 is the same map (mean of pairs).",
    "similarity_min": "Agreement of the two maps that differ most.",
    "maps": "How many maps were compared.",
}


class MapStability(Outputs):
    """The figures, and the agreement of every pair."""

    scores: Annotated[Scores, Keys("similarity_mean", "similarity_min", "maps"), Help("over all pairs of maps")]
    figure: Annotated[Figure, Help("the similarity of every pair")]


@step("interpret.map_stability", version=1, title="Map stability")
def map_stability(
    maps: Annotated[list[Table] | Sweep[Table], Shape("n 2"), Help("maps of the same rows: a sweep over seeds")],
    *,
    run: Run,
) -> MapStability:
    """Compare maps of the same rows, pair by pair: what changes with the seed is no finding.

    Raises
    ------
    TenkaiError
        TK708 for fewer than two maps or too many; TK703 when a row of the first map is not in another.

    Notes
    -----
    Similarity is 1 minus the Procrustes disparity, which looks at the whole layout: two t-SNE maps with the
    same groups in other places have a low one. Beside it, look at the maps (interpret.compare_maps) and at
    their trustworthiness.

    Source
    ------
    J. C. Gower, Psychometrika 40, 33 (1975).

    Example
    -------
    >>> import tenkai as tk
    >>> a = tk.Table.from_({"x": [0.0, 1.0, 3.0], "y": [0.0, 2.0, 1.0]})
    >>> b = tk.Table.from_({"x": [0.0, -2.0, -1.0], "y": [0.0, 1.0, 3.0]})  # turned by 90 degrees
    >>> round(tk.interpret.map_stability([a, b]).scores["similarity_mean"], 6)
    1.0
    """
    from tenkai.kernels.stability import procrustes_similarity

    found = members(maps)
    if not 2 <= len(found) <= MOST_MAPS:
        allowed = f"Allowed: 2 to {MOST_MAPS}, such as a sweep over seeds."
        raise problem("TK708", f"there are {len(found)} maps.", allowed=allowed, setting="maps")
    planes = [read_plane(m.value, None, None, "maps") for m in found]
    layouts = [_in_order(plane, planes[0]) for plane in planes]
    pairs = [(i, j) for i in range(len(found)) for j in range(i)]
    similar = np.eye(len(found))
    for i, j in run.track(pairs, len(pairs), "pairs of maps"):
        try:
            similar[i, j] = similar[j, i] = procrustes_similarity(layouts[i], layouts[j])
        except ValueError as wrong:
            raise problem("TK708", f"maps {i + 1} and {j + 1} cannot be compared: {wrong}", setting="maps") from None
    off = np.array([similar[i, j] for i, j in pairs])
    figures = {"similarity_mean": float(off.mean()), "similarity_min": float(off.min()), "maps": len(found)}
    first = planes[0].table
    said = f"{off.mean():.3f} on average, {off.min():.3f} at least"
    influences = [influence for p in planes for influence in p.table.influences]
    figure = finished(
        pair_matrix(similar, *pair_names(found, "map"), "similarity"),
        title="Map stability",
        text=f"{len(found)} maps of {whole(len(planes[0]))} rows, similarity {said}.",
        caption=[f"Procrustes similarity: {said}. 1 is the same map."],
        width=300,
    )
    return MapStability(Scores.scored(figures, rows=first.identity, influences=influences, about=ABOUT), figure)


def _in_order(plane: Plane, first: Plane) -> NDArray[np.float64]:
    if len(plane) != len(first):
        fact = f"the maps have {whole(len(first))} and {whole(len(plane))} rows."
        raise problem("TK708", fact, allowed="Maps of the same rows can be compared.", setting="maps")
    return plane.xy[positions_of(first.table.ids, plane.table, "maps")]
