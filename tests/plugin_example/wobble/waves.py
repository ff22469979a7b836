"""The mathematics, apart from the step: numbers in, numbers out."""

import numpy as np
from numpy.typing import NDArray


def wave(n: int, height: float, seed: int) -> NDArray[np.float64]:
    """Return n random numbers between -height and height."""
    return np.random.default_rng(seed).uniform(-height, height, n)
