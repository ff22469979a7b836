"""A replay in two columns: points, what the parts rebuild, and the parts as arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret._arrows import Scene, Shot, arrow_layers, equal, faint_layer, framed, panel_title, point_layer
from tenkai.interpret._panels import layered
from tenkai.interpret._replay import Kept, counter, loss_panel

if TYPE_CHECKING:
    import altair as alt

SIDE, GAP = 300, 70  # points
STILL = 200
PER_LINE = 3


class PlaneReplay:
    """Panels of a replay in two columns. `xy` (n, 2) are the rows drawn, `at` their places in the table."""

    def __init__(self, kept: Kept, at: NDArray[np.int64], xy: Any, axes: Sequence[str], ids: Sequence[str]) -> None:
        self.kept, self.axes, self.ids, self.xy = kept, axes, ids, xy
        spans = kept.spans()
        self.shots = [Shot(kept.W[f][at] @ kept.H[f], equal(kept.H[f], xy), *spans[f]) for f in range(len(spans))]
        self.names = [f"part {k + 1}" for k in range(kept.H.shape[1])]

    def scene(self, width: int, moving: bool, shots: Sequence[Shot]) -> Scene:
        """Return what panels of these shots share."""
        parts = [self.xy, *(s.rebuilt for s in shots), *(s.parts for s in shots)]
        window, height = framed(parts, width, width)
        return Scene(self.axes[0], self.axes[1], self.names, self.ids, self.xy, window, width, height, moving)

    def player(self) -> alt.VConcatChart:
        """Return data and reconstruction side by side, with the loss below: the iteration shown of all."""
        import altair as alt

        scene = self.scene(SIDE, True, self.shots)
        arrows = arrow_layers(scene, self.shots)
        size = (scene.width, scene.height)
        left = layered([point_layer(scene), *arrows], *size)
        right = layered([faint_layer(scene), point_layer(scene, self.shots), *arrows], *size)
        left, right = (
            left.properties(title=panel_title("data")),
            right.properties(title=panel_title("what the parts rebuild")),
        )
        pair = alt.hconcat(left, right, spacing=26).resolve_scale(x="independent", y="independent")
        return alt.vconcat(counter(self.kept, 2 * SIDE + GAP), pair, loss_panel(self.kept, 2 * SIDE + GAP), spacing=14)

    def stills(self, chosen: Sequence[int]) -> alt.VConcatChart:
        """Return some iterations side by side on the same axes."""
        import altair as alt

        shots = [self.shots[f] for f in chosen]
        scene = self.scene(STILL, False, shots)
        panels = []
        for frame, shot in zip(chosen, shots, strict=True):
            here = replace(scene, data=self.xy)
            layers = [faint_layer(here), point_layer(here, [shot]), *arrow_layers(here, [shot])]
            panels.append(layered(layers, scene.width, scene.height, title=panel_title(self.kept.said(frame))))
        lines = [
            alt.hconcat(*panels[k : k + PER_LINE], spacing=18).resolve_scale(x="independent", y="independent")
            for k in range(0, len(panels), PER_LINE)
        ]
        return alt.vconcat(*lines, spacing=14)
