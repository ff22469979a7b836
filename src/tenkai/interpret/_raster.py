"""A canvas with depth: balls, rods and lines, each pixel showing what lies nearest to the eye."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Towards the light: from the upper left, in front.
_LIGHT = np.array([-0.42, 0.55, 0.72]) / np.linalg.norm([-0.42, 0.55, 0.72])
_HALF = (_LIGHT + np.array([0.0, 0.0, 1.0])) / np.linalg.norm(_LIGHT + np.array([0.0, 0.0, 1.0]))
_OUTLINE = 0.30  # brightness of the rim of a ball
_RIM = 0.30  # the rim begins where the surface turns away: cosine to the eye


class Canvas:
    """A square of pixels, white and infinitely deep at first.

    Parameters
    ----------
    pixels : along a side
    middle : (2,) the point in the middle, in ångström
    width : of the side, in ångström
    """

    def __init__(self, pixels: int, middle: Floats, width: float) -> None:
        self.pixels = pixels
        self.per = pixels / max(width, 1e-9)
        self.middle = middle
        self.color = np.ones((pixels, pixels, 3))
        self.depth = np.full((pixels, pixels), -np.inf)

    @property
    def scale_of_lines(self) -> float:
        """Return the ångström that a line may be wide per unit, so that lines of all cells look alike."""
        return self.pixels / self.per / 4

    def ball(self, place: Floats, radius: float, color: Floats) -> None:
        """Draw a shaded ball."""
        box = self._box(place[0] - radius, place[0] + radius, place[1] - radius, place[1] + radius)
        if box is None:
            return
        x, y = self._points(box)
        dx, dy = (x - place[0]) / radius, (y - place[1]) / radius
        inside = dx * dx + dy * dy < 1
        dz = np.sqrt(np.maximum(1 - dx * dx - dy * dy, 0))
        self._put(box, inside, place[2] + dz * radius, _shaded(color, dx, dy, dz))

    def rod(self, a: Floats, b: Floats, radius: float, color: Floats) -> None:
        """Draw a shaded rod between two points."""
        self._tube(a, b, radius, color, color, shade=True)

    def line(self, a: Floats, b: Floats, radius: float, from_color: Floats, to_color: Floats) -> None:
        """Draw a flat line between two points, its color changing along."""
        self._tube(a, b, radius, from_color, to_color, shade=False)

    def _tube(self, a: Floats, b: Floats, radius: float, first: Floats, last: Floats, *, shade: bool) -> None:
        low, high = np.minimum(a, b)[:2] - radius, np.maximum(a, b)[:2] + radius
        box = self._box(low[0], high[0], low[1], high[1])
        if box is None:
            return
        x, y = self._points(box)
        along = (b - a)[:2]
        length = float(np.hypot(*along))
        if length < 1e-9:
            return
        unit = along / length
        t = np.clip(((x - a[0]) * unit[0] + (y - a[1]) * unit[1]) / length, 0, 1)
        across = ((x - a[0]) - t * along[0]) * -unit[1] + ((y - a[1]) - t * along[1]) * unit[0]
        away = np.hypot(x - a[0] - t * along[0], y - a[1] - t * along[1])
        s = np.clip(across / radius, -1, 1)
        lift = np.sqrt(np.maximum(1 - s * s, 0))
        color = first + (last - first) * t[..., None]
        if shade:
            color = _shaded(color, -unit[1] * s, unit[0] * s, lift)
        self._put(box, away < radius, a[2] + (b[2] - a[2]) * t + lift * radius, color)

    def shown(self, sharper: int) -> NDArray[np.uint8]:
        """Return the pixels (side, side, 3), each the mean of a block of drawn ones."""
        side = self.pixels // sharper
        mean = self.color.reshape(side, sharper, side, sharper, 3).mean(axis=(1, 3))
        return np.asarray(np.rint(np.clip(mean, 0, 1) * 255), np.uint8)

    def _box(self, x0: float, x1: float, y0: float, y1: float) -> tuple[int, int, int, int] | None:
        """Return the pixels a part of the plane covers, as columns and rows from and to."""
        half = self.pixels / 2
        left = max(int(np.floor((x0 - self.middle[0]) * self.per + half)), 0)
        right = min(int(np.ceil((x1 - self.middle[0]) * self.per + half)), self.pixels)
        top = max(int(np.floor(half - (y1 - self.middle[1]) * self.per)), 0)
        bottom = min(int(np.ceil(half - (y0 - self.middle[1]) * self.per)), self.pixels)
        return (left, right, top, bottom) if left < right and top < bottom else None

    def _points(self, box: tuple[int, int, int, int]) -> tuple[Floats, Floats]:
        left, right, top, bottom = box
        half = self.pixels / 2
        x = (np.arange(left, right) + 0.5 - half) / self.per + self.middle[0]
        y = (half - np.arange(top, bottom) - 0.5) / self.per + self.middle[1]
        return x[None, :] + np.zeros((len(y), 1)), y[:, None] + np.zeros((1, len(x)))

    def _put(self, box: tuple[int, int, int, int], inside: NDArray[np.bool_], depth: Floats, color: Floats) -> None:
        left, right, top, bottom = box
        window = self.depth[top:bottom, left:right]
        seen = inside & (depth > window)
        window[seen] = depth[seen]
        self.color[top:bottom, left:right][seen] = np.broadcast_to(color, (*seen.shape, 3))[seen]


def _shaded(color: Floats, nx: Floats, ny: Floats, nz: Floats) -> Floats:
    """Return the color of a surface with these normals: soft light, a small highlight, a dark rim."""
    light = np.maximum(nx * _LIGHT[0] + ny * _LIGHT[1] + nz * _LIGHT[2], 0)
    gloss = np.maximum(nx * _HALF[0] + ny * _HALF[1] + nz * _HALF[2], 0) ** 40
    bright = (0.52 + 0.52 * light)[..., None] * color + 0.42 * gloss[..., None]
    rim = np.clip(nz / _RIM, 0, 1)[..., None]
    return np.asarray(np.clip(bright, 0, 1) * (_OUTLINE + (1 - _OUTLINE) * rim))
