"""collect.generate.sine: noisy points on a sine curve."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.collect.generate._made import made, numbers, random
from tenkai.step import Help, Range, Seed, step
from tenkai.values import Schema, Table


@step("collect.generate.sine", version=1, title="Noisy sine curve")
def sine(
    *,
    rows: Annotated[int, Range(1, 1_000_000), Help("number of points")] = 80,
    periods: Annotated[float, Range(0, 1000, open_low=True), Help("how many waves")] = 1.0,
    noise: Annotated[float, Range(0, 1e6), Help("standard deviation of what is added to y")] = 0.1,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 0,
) -> Table:
    """Make points on a sine curve of one variable, with noise in y.

    With one input and one output every prediction can be drawn: the steps of a tree, the smoothing of a forest,
    the bending of a polynomial.

    Notes
    -----
    x is evenly distributed from 0 to 2 π times the number of periods, and sorted; y = sin x + noise.

    Source
    ------
    The usual data for a first regression tree, as in scikit-learn's example of decision tree regression.

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.generate.sine(rows=50, noise=0)
    >>> table.height, table["x"].is_sorted(), bool(table["y"].abs().max() <= 1)
    (50, True, True)
    """
    draw = random(seed)
    x = np.sort(2 * np.pi * periods * draw.random(rows))
    y = np.sin(x) + noise * draw.standard_normal(rows)
    return made("sine", {"x": x, "y": y}, rows=rows, periods=periods, noise=noise, seed=seed)


@sine.schema
def _schema(*, rows: int, periods: float, noise: float, seed: int) -> Schema:
    return numbers("x", "y")
