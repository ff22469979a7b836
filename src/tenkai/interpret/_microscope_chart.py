"""The picture of a fingerprint microscope: bits lit on the molecule, and the bits of each atom put together."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tenkai.errors import count
from tenkai.interpret import _theme
from tenkai.interpret._microscope import Environment, Seen, drawn
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of
from tenkai.interpret._text import whole
from tenkai.interpret._things import Pixels
from tenkai.interpret._tiles import Grid, Tile, tile_layers, unit_axes, unit_window
from tenkai.values.fingerprints import Recipe

if TYPE_CHECKING:
    import altair as alt

WIDTH = 640  # points
PER_LINE, CELL = 6, 106
NUMBERED = 150  # points of the molecule with its atoms numbered
MOST_TILES = 90
LINE = 15  # points of an atom's line of bits
CLASH = "#d55e00"
RADII = ("#202428", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def microscope_chart(seen: Sequence[Seen], recipe: Recipe, seconds: float) -> tuple[Any, list[str]]:
    """Return the picture of one or several molecules, and what its caption says."""
    import altair as alt

    blocks: list[Any] = []
    cut: list[str] = []
    for one in seen:
        groups = _groups(one)
        if len(groups) > MOST_TILES:
            cut.append(f"{one.row}: the first {MOST_TILES} of {len(groups)} substructures are drawn.")
            groups = groups[:MOST_TILES]
        items: list[list[Any]] = [[one.text, [e.atom for e in group], group[0].radius] for group in groups]
        tile_side = round(Grid(1, PER_LINE, CELL, header=True).room)
        pictures = _pixels(drawn(items, tile_side, seconds), tile_side)
        blocks.append(_heading(one, recipe, seconds))
        for radius in range(recipe.radius + 1):
            at = [k for k, group in enumerate(groups) if group[0].radius == radius]
            blocks.append(_tiles([groups[k] for k in at], pictures[at], radius, _clashing(one)))
    chart = alt.vconcat(*blocks, spacing=16).resolve_scale(color="shared", x="independent", y="independent")
    return chart, cut


def _groups(one: Seen) -> list[list[Environment]]:
    """Return the environments that have the same identifier, those of small radius first."""
    found: dict[int, list[Environment]] = {}
    for environment in one.environments:
        found.setdefault(environment.identifier, []).append(environment)
    return sorted(found.values(), key=lambda g: (g[0].radius, g[0].atom, g[0].identifier))


def _clashing(one: Seen) -> set[int]:
    """Return the bits that stand for several substructures of one molecule."""
    pairs = {(e.bit, e.identifier) for e in one.environments}
    bits = [bit for bit, _ in pairs]
    return {bit for bit in bits if bits.count(bit) > 1}


def clashes(one: Seen) -> list[int]:
    """Return the bits that stand for several substructures of one molecule, in order."""
    return sorted(_clashing(one))


def _heading(one: Seen, recipe: Recipe, seconds: float) -> Any:
    import altair as alt

    side = round(NUMBERED * 2.5)
    grid = Grid(1, 1, NUMBERED)
    picture = _pixels(drawn([[one.text, [0], None]], side, seconds), side)
    numbered = layered(
        tile_layers(picture, [Tile(0, 0)], grid, unit_window(grid), unit_axes(grid)), NUMBERED, NUMBERED, bare=True
    )
    facts = (
        f"{one.row}: {count(len(one.bits), 'bit')} of {whole(recipe.width)} {'is' if len(one.bits) == 1 else 'are'} on"
    )
    title = alt.TitleParams(facts, fontSize=13.5, fontWeight="bold", color=_theme.INK, anchor="start", offset=8)
    return alt.hconcat(numbered, _barcode(one, recipe), spacing=14).properties(title=title)


def _barcode(one: Seen, recipe: Recipe) -> Any:
    """Draw which bits each atom sets, and on the last line all of them: on where any atom sets it."""
    import altair as alt

    lines = [f"{i} {symbol}" for i, symbol in enumerate(one.symbols)]
    rows: dict[str, list[Any]] = {"bit": [], "line": [], "radius": [], "what": []}
    for e in one.environments:
        rows["bit"].append(e.bit)
        rows["line"].append(lines[e.atom])
        rows["radius"].append(e.radius)
        rows["what"].append(e.substructure)
    y = alt.Y(
        "line:N",
        sort=[*lines, "OR"],
        title="atom",
        scale=alt.Scale(domain=[*lines, "OR"]),
        axis=alt.Axis(ticks=False, grid=True),
    )
    x = alt.X(
        "bit:Q",
        title="bit",
        scale=alt.Scale(domain=[-0.5, recipe.width - 0.5], nice=False),
        axis=alt.Axis(grid=False, tickCount=6),
    )
    radii = list(range(recipe.radius + 1))
    color = alt.Color(
        "radius:N",
        title="radius",
        scale=alt.Scale(domain=radii, range=[RADII[r % len(RADII)] for r in radii]),
    )
    atoms = alt.Chart(data_of(rows)).mark_tick(thickness=2.4, size=LINE - 4, orient="vertical", opacity=1)
    every = alt.Chart(data_of({"bit": one.bits, "line": ["OR"] * len(one.bits)})).mark_tick(
        thickness=2.4, size=LINE - 2, orient="vertical", opacity=1, color=_theme.INK
    )
    height = max(NUMBERED - 44, LINE * (len(lines) + 1))
    layers = [atoms.encode(x=x, y=y, color=color), every.encode(x=x, y=y)]
    return layered(cast("list[alt.Chart]", layers), WIDTH - NUMBERED - 110, height)


def _tiles(groups: Sequence[list[Environment]], pictures: Pixels, radius: int, clashing: set[int]) -> Any:
    import altair as alt

    where = "the atoms alone" if radius == 0 else f"up to {count(radius, 'bond')} away"
    told = f"Radius {radius}: {where}" + ("" if groups else ": nothing that was not there before")
    title = alt.TitleParams(told, fontSize=12, fontWeight="normal", color=_theme.SOFT, anchor="start", offset=4)
    if not groups:
        empty = alt.Chart(data_of({"t": [""]})).mark_text().encode(text="t:N")
        return layered([empty], WIDTH, 1, bare=True, title=title)
    tiles = []
    for k, group in enumerate(groups):
        atoms = f"{len(group)} atoms" if len(group) > 1 else ""
        bit = group[0].bit
        tiles.append(Tile(k // PER_LINE, k % PER_LINE, f"bit {bit}", atoms, CLASH if bit in clashing else _theme.GRID))
    grid = Grid(math.ceil(len(groups) / PER_LINE), PER_LINE, CELL, header=True)
    layers = tile_layers(pictures, tiles, grid, unit_window(grid), unit_axes(grid))
    return layered(layers, grid.width, grid.height, bare=True, title=title)


def _pixels(files: Sequence[bytes], side: int) -> Pixels:
    from PIL import Image

    from tenkai.interpret._molecule_pictures import crossed

    found = []
    for data in files:
        if not data:
            found.append(crossed(side))
            continue
        with Image.open(io.BytesIO(data)) as picture:
            found.append(np.asarray(picture.convert("RGB"), np.uint8))
    return np.stack(found) if found else np.zeros((0, side, side, 3), np.uint8)
