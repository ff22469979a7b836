"""A fully connected network as plain arrays: one forward pass for NumPy and torch alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.arrays import Array, namespace

__all__ = ["ACTIVATIONS", "Activation", "Layer", "first_layers", "forward", "turned"]

Activation = Literal["elu", "tanh", "relu", "linear"]
ACTIVATIONS: tuple[str, ...] = get_args(Activation)

Layer = tuple[Array, Array]
"""Weights (in, out) and what is added (out,)."""


def forward(X: Array, layers: Sequence[Layer], activation: str) -> Array:
    """Take rows (n, in) through the layers; the activation stands between them, and not after the last."""
    last = len(layers) - 1
    for i, (weights, bias) in enumerate(layers):
        X = X @ weights + bias
        if i < last:
            X = activated(X, activation)
    return X


def activated(X: Array, activation: str) -> Array:
    """Bend numbers: elu is x above 0 and exp(x) - 1 below; relu max(x, 0); linear leaves them.

    Raises
    ------
    ValueError
        For an activation that does not exist.

    >>> activated(np.array([-1.0, 2.0]), "relu").tolist()
    [0.0, 2.0]
    """
    xp = namespace(X)
    if activation == "elu":
        # The clip keeps the branch that is not taken finite, and its gradient too.
        return xp.where(X > 0, X, xp.expm1(xp.clip(X, None, 0)))
    if activation == "tanh":
        return xp.tanh(X)
    if activation == "relu":
        return xp.clip(X, 0, None)
    if activation == "linear":
        return X
    raise ValueError(f"the activation is {activation!r}. Allowed: {', '.join(ACTIVATIONS)}.")


def first_layers(sizes: Sequence[int], random: np.random.Generator) -> list[Layer]:
    """Return layers between the given sizes to start from.

    Notes
    -----
    Weights are uniform within ±sqrt(6 / (in + out)), so that neither values nor gradients grow or shrink through
    the layers at first. Source: X. Glorot, Y. Bengio, AISTATS (2010), eq. 16.
    """
    layers: list[Layer] = []
    for into, out in pairwise(sizes):
        limit = np.sqrt(6.0 / (into + out))
        layers.append((random.uniform(-limit, limit, (into, out)), np.zeros(out)))
    return layers


def turned(
    encoder: Sequence[Layer], decoder: Sequence[Layer], code: NDArray[np.float64], along: NDArray[np.float64]
) -> tuple[list[Layer], list[Layer]]:
    """Turn the code to its own principal axes; what the decoder rebuilds stays the same.

    Parameters
    ----------
    encoder, decoder
        Their last and first layers are linear on the side of the code, and take the turn up.
    code : (n, k), of the rows
    along : (p, k), products of the columns, centred, with the code: the column that goes most with an axis goes up

    Notes
    -----
    Training fixes a code only up to what the next layer can undo. Turned so, its mean is 0, its axes are
    uncorrelated, and the first one spreads most.
    """
    mean = code.mean(axis=0)
    axes = np.linalg.svd(code - mean, full_matrices=False)[2].T
    if axes.shape[1] < len(mean):  # fewer rows than axes
        axes = np.eye(len(mean))
    along = along @ axes
    most = along[np.abs(along).argmax(axis=0), np.arange(len(mean))]
    axes = axes * np.where(most < 0, -1.0, 1.0)
    (*before, (into, add)), ((out, offset), *after) = encoder, decoder
    return (
        [*before, (into @ axes, (add - mean) @ axes)],
        [(axes.T @ out, offset + mean @ out), *after],
    )
