"""collect.generate.cos2: noisy points on a cos² curve."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.collect.generate._made import made, numbers, random
from tenkai.step import Help, Range, Seed, step
from tenkai.values import Schema, Table


@step("collect.generate.cos2", version=1, title="Noisy cos² curve")
def cos2(
    *,
    rows: Annotated[int, Range(1, 1_000_000), Help("number of points")] = 80,
    noise: Annotated[float, Range(0, 1e6), Help("standard deviation of what is added to y")] = 0.1,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 32,
) -> Table:
    """Make points on the curve y = cos² x + 1, with noise in y.

    All values are positive, in the plane, and on a curve that no straight line follows: the data on which
    non-negative parts can be watched while they learn.

    Notes
    -----
    x = 4 u + 0.2 with u evenly distributed from 0 to 1, and y = cos² x + noise + 1.

    Source
    ------
    The curve of an article on learning NMF, which draws 80 points with seed 32. The random numbers are those
    of numpy's Generator, so the points are not the article's own.

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.generate.cos2()
    >>> table.height, bool(table["x"].is_between(0.2, 4.2).all())
    (80, True)
    """
    draw = random(seed)
    x = 4 * draw.random(rows) + 0.2
    y = np.cos(x) ** 2 + noise * draw.standard_normal(rows) + 1
    return made("cos2", {"x": x, "y": y}, rows=rows, noise=noise, seed=seed)


@cos2.schema
def _schema(*, rows: int, noise: float, seed: int) -> Schema:
    return numbers("x", "y")
