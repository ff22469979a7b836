"""interpret.parts_gallery: the parts of a factorization as pictures."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from tenkai.interpret._panels import layered
from tenkai.interpret._parts import Scale, grays, percent, ranked
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import NUMBERS, pictures
from tenkai.interpret._tiles import Grid, Tile, tile_layers, unit_axes, unit_window
from tenkai.step import Column, Help, Of, Range, Run, Shape, step
from tenkai.values import Figure, Table

WIDTH = 560  # points
LARGEST_CELL = 110
FRAME = "#d4d9de"


@step("interpret.parts_gallery", version=1, title="Parts as pictures")
def parts_gallery(
    parts: Annotated[Table, Shape("rank p"), Help("one part per row, such as the output 'parts' of learn.nmf")],
    shares: Annotated[
        Table | None, Help("what each part adds, such as the output 'shares'; else parts keep their order")
    ] = None,
    *,
    image: Annotated[Column | None, Of("parts", NUMBERS), Help("default: the only one")] = None,
    limit: Annotated[int, Range(1, 1000), Help("most parts drawn: those that add most")] = 16,
    across: Annotated[int, Range(1, 100), Help("pictures per line")] = 4,
    scale: Annotated[Scale, Help("gray of each part up to its own largest number, or of all to the same")] = "each",
    invert: Annotated[bool, Help("draw large values dark, as ink on paper")] = False,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw the parts as pictures, the one that adds most first, with its rank and its share.

    Raises
    ------
    TenkaiError
        TK702 when the parts are no pictures; TK703 when a part has no share; TK201 when the shares are none.

    Notes
    -----
    Parts have no order of their own: the solver numbers them by chance. Here they are ranked by their share of
    all rows as rebuilt, so that the first 16 are those that matter most. Shares belong to parts by row id.

    With `scale: each` a faint part looks as strong as any other: compare shapes, not brightness. Parts with
    numbers below 0, as of `learn.pca`, are drawn around a middle gray, which is 0.

    Source
    ------
    The 4×4 parts of faces in the S4 article, with a rank. D. Lee, H. Seung, Nature 401, 788 (1999), figure 1.

    Example
    -------
    >>> import numpy as np
    >>> import tenkai as tk
    >>> parts = tk.Table.from_({"face": np.eye(4).reshape(2, 2, 4)}, ids=["part1", "part2"])
    >>> shares = tk.Table.from_({"share": [0.25, 0.75]}, ids=["part1", "part2"])
    >>> tk.interpret.parts_gallery(parts, shares).text
    '2 parts as pictures, ranked by share: part2 (75.0 %) first, part1 (25.0 %) last.'
    """
    source = pictures(parts, image, invert, "parts", NUMBERS)
    order, share = ranked(parts, shares)
    at = order[:limit]
    per_line = min(across, len(at))
    labels = [""] * len(at) if share is None else [percent(s) for s in share[:limit].tolist()]
    # A frame, because the edge of a part may be as white as the paper.
    tiles = [Tile(k // per_line, k % per_line, str(k + 1), label, FRAME) for k, label in enumerate(labels)]
    grid = Grid(math.ceil(len(at) / per_line), per_line, min(WIDTH / per_line, LARGEST_CELL), header=True)
    shown, signed = grays(source, at, scale)
    layers = tile_layers(shown, tiles, grid, unit_window(grid), unit_axes(grid))
    names = [parts.ids[int(i)] for i in at]
    said = ""
    if share is not None:
        said = f", ranked by share: {names[0]} ({percent(float(share[0]))}) first"
        said += f", {names[-1]} ({percent(float(share[len(at) - 1]))}) last" if len(at) > 1 else ""
    caption = []
    if parts.height > limit:
        together = "" if share is None else f", together {percent(float(np.sum(share[:limit])))} of the rows as rebuilt"
        first = "The first" if share is None else "The strongest"
        caption.append(f"{first} {whole(limit)} of {whole(parts.height)} parts{together}.")
        run.note("TKW704", caption[0])
    if signed:
        caption.append("The middle gray is 0.")
    return finished(
        layered(layers, grid.width, grid.height, bare=True),
        title="Parts",
        text=f"{whole(len(at))} part{'s' if len(at) > 1 else ''} as pictures{said}.",
        heading=title,
        caption=caption,
        width=grid.width,
    )
