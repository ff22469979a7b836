"""One palette for all frames of a film, so that no color flickers between them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

COLORS = 255  # of the 256 of a GIF; one is left for "as before"
EXACT = 128  # of them, those that most pixels have

Pixels = NDArray[np.uint8]


def packed(picture: Pixels) -> NDArray[np.uint32]:
    """Return colors (h, w, 3) as one number each."""
    red, green, blue = (picture[..., k].astype(np.uint32) for k in range(3))
    return np.asarray((red << 16) | (green << 8) | blue)


class Palette:
    """The colors `shown` (k, 3) that stand for all `colors` of some pictures.

    The most frequent colors are kept as they are; then, one after the other, the color farthest from all that are
    kept. So no color is far from what stands for it, however few pixels have it: a small red dot stays red.
    """

    def __init__(self, pictures: Iterable[Pixels], colors: int = COLORS, exact: int = EXACT) -> None:
        found = [np.unique(packed(p), return_counts=True) for p in pictures]
        every = np.concatenate([u for u, _ in found])
        pixels = np.concatenate([n for _, n in found])
        self.colors, at = np.unique(every, return_inverse=True)
        often = np.bincount(at, pixels)
        rgb = np.stack([(self.colors >> s) & 255 for s in (16, 8, 0)], axis=1).astype(np.int32)
        nearest = np.zeros(len(rgb), np.uint8)
        distance = np.full(len(rgb), np.iinfo(np.int32).max, np.int32)
        chosen = np.argsort(-often, kind="stable")[: min(exact, colors)].tolist()
        for k in range(min(colors, len(rgb))):
            if k == len(chosen):
                chosen.append(int(distance.argmax()))
            away = np.square(rgb - rgb[chosen[k]]).sum(axis=1)
            closer = away < distance
            nearest[closer], distance[closer] = k, away[closer]
        self.shown: Pixels = rgb[chosen].astype(np.uint8)
        self._nearest = nearest
        self.error = float(np.sqrt(distance.max()))

    def indices(self, picture: Pixels) -> Pixels:
        """Return which color of the palette stands for each pixel of one of the pictures."""
        return self._nearest[np.searchsorted(self.colors, packed(picture))]
