"""collect.generate.low_variance_target: what matters lies along the narrow axis of the data."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.collect.generate._made import made, numbers, random
from tenkai.step import Advanced, Help, Range, Seed, Unit, step
from tenkai.values import Schema, Table


@step("collect.generate.low_variance_target", version=1, title="Target along the narrow axis")
def low_variance_target(
    *,
    rows: Annotated[int, Range(2, 1_000_000), Help("number of points")] = 200,
    wide: Annotated[float, Range(0, 1e6), Help("standard deviation along the wide axis")] = 5.0,
    narrow: Annotated[float, Range(0, 1e6), Help("standard deviation along the narrow axis")] = 0.5,
    noise: Annotated[float, Range(0, 1e6), Help("standard deviation of what is added to the target")] = 0.05,
    angle: Annotated[
        float, Range(-180, 180), Unit("degree"), Help("direction of the wide axis, from a towards b"), Advanced
    ] = 45.0,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 0,
) -> Table:
    """Make an elongated cloud whose target follows the narrow axis.

    The largest variance says nothing about the target here: the first principal component misses it, the
    second holds it. Large variance need not carry the target.

    Notes
    -----
    Columns ``a`` and ``b`` hold the cloud turned by an angle; at 45° both have the same variance, so that
    standardizing changes nothing. ``target`` is the place along the narrow axis plus noise, ``class`` says
    whether it is ``low`` or ``high`` (below or above 0).

    Source
    ------
    The textbook case against choosing components by variance: I. T. Jolliffe, A note on the use of principal
    components in regression, J. R. Stat. Soc. C 31, 300 (1982).

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.generate.low_variance_target(rows=100, seed=1)
    >>> table.columns, table.kinds["class"]
    (['a', 'b', 'target', 'class'], 'category')
    """
    draw = random(seed)
    along = wide * draw.standard_normal(rows)
    across = narrow * draw.standard_normal(rows)
    target = across + noise * draw.standard_normal(rows)
    turn = np.deg2rad(angle)
    columns = {
        "a": np.cos(turn) * along - np.sin(turn) * across,
        "b": np.sin(turn) * along + np.cos(turn) * across,
        "target": target,
        "class": np.where(target < 0, "low", "high"),
    }
    settings = {"rows": rows, "wide": wide, "narrow": narrow, "noise": noise, "angle": angle, "seed": seed}
    return made("low_variance_target", columns, **settings)


@low_variance_target.schema
def _schema(*, rows: int, wide: float, narrow: float, noise: float, angle: float, seed: int) -> Schema:
    return numbers("a", "b", "target").add({"class": "category"})
