"""collect.generate.falling_body: noisy heights of a falling body against time."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.collect.generate._made import made, numbers, random
from tenkai.step import Help, Range, Seed, Unit, step
from tenkai.values import Schema, Table


@step("collect.generate.falling_body", version=1, title="Falling body")
def falling_body(
    *,
    rows: Annotated[int, Range(2, 1_000_000), Help("number of measurements")] = 40,
    height: Annotated[float, Range(0, 1e6, open_low=True), Unit("m"), Help("height at time 0")] = 50.0,
    speed: Annotated[float, Range(-1e5, 1e5), Unit("m/s"), Help("speed at time 0, upward")] = 0.0,
    g: Annotated[float, Range(0, 1000, open_low=True), Unit("m/s²"), Help("acceleration of free fall")] = 9.80665,
    noise: Annotated[float, Range(0, 1e6), Unit("m"), Help("standard deviation of what is added to each height")] = 0.2,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 0,
) -> Table:
    """Make measured heights of a body that falls freely, from its start until it reaches the ground.

    A law whose form is known: a formula search should find t², a polynomial of degree 2 should fit, and the
    coefficient of t² should be -g/2.

    Notes
    -----
    Columns: ``t``, time in seconds, evenly distributed from 0 to impact, and sorted; ``h``, height in metres,
    h = height + speed t - g t²/2 + noise. The air does not slow it down. Near the ground noise may give heights
    below 0: they are kept, because cutting them off would bend the curve. g is 9.80665 m/s² by convention on
    Earth, 1.62 on the Moon, 3.73 on Mars.

    Source
    ------
    G. Galilei, Discorsi e dimostrazioni matematiche intorno a due nuove scienze, third day (1638); the standard
    acceleration of free fall is that of the 3rd General Conference on Weights and Measures (1901).

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.generate.falling_body(height=20, g=10, noise=0)
    >>> bool((table["h"] - 20 + 5 * table["t"] ** 2).abs().max() < 1e-12), bool(table["t"].max() < 2)
    (True, True)
    """
    draw = random(seed)
    impact = (speed + np.sqrt(speed**2 + 2 * g * height)) / g
    t = np.sort(impact * draw.random(rows))
    h = height + speed * t - g * t**2 / 2 + noise * draw.standard_normal(rows)
    settings = {"rows": rows, "height": height, "speed": speed, "g": g, "noise": noise, "seed": seed}
    return made("falling_body", {"t": t, "h": h}, **settings)


@falling_body.schema
def _schema(*, rows: int, height: float, speed: float, g: float, noise: float, seed: int) -> Schema:
    return numbers("t", "h")
