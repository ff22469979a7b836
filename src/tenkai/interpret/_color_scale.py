"""The colors of numbers in heat maps: one way from white, or both ways from a white 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import altair as alt

BLUES = ["#ffffff", "#c6dbef", "#7fb3d8", "#2f7fb8", "#08306b"]
BOTH_WAYS = ["#7f3b08", "#d98a2b", "#fbd9ac", "#ffffff", "#b5d4ea", "#3d8bc2", "#08306b"]
MISSING = "#c9ced3"
LEVELS = 255  # colors of a raster; with the one of missing cells they fill a byte


@dataclass(frozen=True)
class ColorScale:
    """From which to which number the colors go, and whether white is 0 in the middle."""

    low: float
    high: float
    signed: bool

    @classmethod
    def of(cls, low: float, high: float, signed: bool) -> ColorScale:
        """Return the scale of numbers from `low` to `high`."""
        if signed:
            most = max(abs(low), abs(high)) or 1.0
            return cls(-most, most, True)
        return cls(low, high if high > low else low + 1, False)

    @property
    def stops(self) -> list[str]:
        """Return the colors between which others lie, evenly spread."""
        return BOTH_WAYS if self.signed else BLUES

    def encoding(self, height: int) -> alt.Color:
        """Return the encoding of a field ``v``, with a legend for a panel of some points of height."""
        import altair as alt

        scale = alt.Scale(domain=[self.low, self.high], range=self.stops, interpolate="rgb", clamp=True)
        length = min(170, max(60, height))
        marks = [self.low, (self.low + self.high) / 2, self.high]
        legend = alt.Legend(title=None, gradientLength=length, gradientThickness=11, format=".3~g", values=marks)
        return alt.Color("v:Q", scale=scale, legend=legend)

    def levels(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return for each number its place in `palette`; 0 where it is missing."""
        share = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        levels = np.zeros(share.shape, np.uint8)
        known = ~np.isnan(share)
        levels[known] = 1 + np.rint(share[known] * (LEVELS - 1))
        return levels

    def palette(self) -> NDArray[np.uint8]:
        """Return the color of missing cells and those of all levels, (256, 3)."""
        stops = np.array([list(bytes.fromhex(c[1:])) for c in self.stops], float)
        at = np.linspace(0, len(stops) - 1, LEVELS)
        between = np.stack([np.interp(at, np.arange(len(stops)), stops[:, k]) for k in range(3)], axis=1)
        missing = np.array([list(bytes.fromhex(MISSING[1:]))], float)
        found: NDArray[np.uint8] = np.rint(np.concatenate([missing, between])).astype(np.uint8)
        return found
