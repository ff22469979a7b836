"""collect.generate.swiss_roll: points on a rolled-up sheet."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.collect.generate._made import made, numbers, random
from tenkai.step import Help, Range, Seed, step
from tenkai.values import Schema, Table


@step("collect.generate.swiss_roll", version=1, title="Swiss roll")
def swiss_roll(
    *,
    rows: Annotated[int, Range(1, 1_000_000), Help("number of points")] = 1000,
    noise: Annotated[float, Range(0, 10), Help("standard deviation of what is added to x, y and z")] = 0.0,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 0,
) -> Table:
    """Make points on a sheet that is rolled up in space.

    The place ``t`` along the roll is known: a method that unfolds the sheet shows it as one smooth color.
    Points of neighboring turns are near in space and far on the sheet, so only short distances can be trusted.

    Notes
    -----
    x = t cos t, z = t sin t with t from 1.5 π to 4.5 π, and y from 0 to 21; all evenly distributed in t and y.
    Give a map the columns x, y, z: with ``t`` among them the answer is given away.

    Source
    ------
    S. Marsland, Machine Learning: An Algorithmic Perspective, 2nd edition, chapter 6 (2014); the same roll as
    scikit-learn's make_swiss_roll.

    Example
    -------
    >>> import tenkai as tk
    >>> roll = tk.collect.generate.swiss_roll(rows=500, seed=1)
    >>> roll.columns, bool((roll["x"] ** 2 + roll["z"] ** 2 - roll["t"] ** 2).abs().max() < 1e-9)
    (['x', 'y', 'z', 't'], True)
    """
    draw = random(seed)
    t = 1.5 * np.pi * (1 + 2 * draw.random(rows))
    y = 21 * draw.random(rows)
    errors = noise * draw.standard_normal((3, rows))
    columns = {"x": t * np.cos(t) + errors[0], "y": y + errors[1], "z": t * np.sin(t) + errors[2], "t": t}
    return made("swiss_roll", columns, rows=rows, noise=noise, seed=seed)


@swiss_roll.schema
def _schema(*, rows: int, noise: float, seed: int) -> Schema:
    return numbers("x", "y", "z", "t")
