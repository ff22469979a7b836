"""collect.generate.line: noisy points on a straight line."""

from __future__ import annotations

from typing import Annotated

from tenkai.collect.generate._made import made, numbers, random
from tenkai.step import Help, Range, Seed, step
from tenkai.values import Schema, Table


@step("collect.generate.line", version=1, title="Noisy line")
def line(
    *,
    rows: Annotated[int, Range(1, 1_000_000), Help("number of points")] = 80,
    slope: Annotated[float, Help("slope of the line")] = 1.0,
    intercept: Annotated[float, Help("height of the line at x = 0")] = 0.0,
    noise: Annotated[float, Range(0, 1e6), Help("standard deviation of what is added to y")] = 0.1,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 0,
) -> Table:
    """Make points on a straight line, with noise in y.

    The simplest data to try a reduction or a fit on: one direction holds nearly everything.

    Notes
    -----
    x is evenly distributed from 0 to 1; y = slope x + intercept + noise.

    Source
    ------
    The opening example of many lectures on principal components.

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.generate.line(slope=2, intercept=1, noise=0)
    >>> table.height, bool((table["y"] - 2 * table["x"] - 1).abs().max() < 1e-12)
    (80, True)
    """
    draw = random(seed)
    x = draw.random(rows)
    y = slope * x + intercept + noise * draw.standard_normal(rows)
    settings = {"rows": rows, "slope": slope, "intercept": intercept, "noise": noise, "seed": seed}
    return made("line", {"x": x, "y": y}, **settings)


@line.schema
def _schema(*, rows: int, slope: float, intercept: float, noise: float, seed: int) -> Schema:
    return numbers("x", "y")
