"""Pictures of crystals: shaded balls, bonds and the cell, drawn by the eye of somebody far away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.extras import needed
from tenkai.interpret._raster import Canvas
from tenkai.values.crystals import Crystal
from tenkai.values.extended_xyz import read_crystal

Floats = NDArray[np.float64]

MOST_DRAWN = 2_000  # atoms of a picture: more are a gray cloud, and slow
BALL = 0.42  # radius drawn per covalent radius
BOND = 0.085  # ångström, half of the thickness of a bond
TOLERANCE = 1.15  # atoms nearer than their covalent radii times this are bound,
SHELL = 1.12  # where one of the two has no neighbor nearer by this factor: no bonds between ions of one charge
_NONMETALS = frozenset([1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 32, 33, 34, 35, 51, 52, 53])
EDGE = 0.02
_GRAY = np.array([0.42, 0.45, 0.48])
_BOND_COLOR = np.array([0.66, 0.68, 0.70])
_FADE = 0.35  # share of white mixed into what lies farthest away


def crystal_pixels(texts: Sequence[str | None], side: int) -> NDArray[np.uint8]:
    """Draw crystals, given as texts of a crystal column: (m, side, side, 3), white where there is nothing.

    A text that is no crystal, and a missing one, gives a white picture. The same text gives the same picture. Raises
    TK311 without ASE, which knows colors and radii of the elements.
    """
    out = np.full((len(texts), side, side, 3), 255, np.uint8)
    for k, text in enumerate(texts):
        try:
            crystal = read_crystal(text or "")
        except ValueError:
            continue
        out[k] = picture(crystal, side)
    return out


@dataclass(frozen=True)
class _Scene:
    """What is drawn: atoms (images at faces, edges and corners of the cell too), bonds between them, edges."""

    numbers: NDArray[np.int64]
    places: Floats
    bonds: NDArray[np.int64]
    edges: Floats


def picture(crystal: Crystal, side: int) -> NDArray[np.uint8]:
    """Draw one crystal: (side, side, 3)."""
    data = needed("ase.data", "crystals", "Pictures of crystals")
    colors = needed("ase.data.colors", "crystals", "Pictures of crystals").jmol_colors
    scene = _scene(crystal, data.covalent_radii)
    turn = _direction(crystal)
    places = scene.places @ turn.T
    edges = scene.edges @ turn.T
    radii = BALL * np.where(np.isnan(data.covalent_radii[scene.numbers]), 1.5, data.covalent_radii[scene.numbers])
    ends = edges.reshape(-1, 3)
    low = np.concatenate([places[:, :2] - radii[:, None], ends[:, :2]]).min(axis=0)
    high = np.concatenate([places[:, :2] + radii[:, None], ends[:, :2]]).max(axis=0)
    sharper = 3 if side <= 128 else 2
    canvas = Canvas(side * sharper, (low + high) / 2, float((high - low).max()) * 1.04)
    depth = np.concatenate([places[:, 2], ends[:, 2]])
    near, far = float(depth.max()), float(depth.min())

    def faded(color: Floats, z: float) -> Floats:
        share = _FADE * (near - z) / (near - far) if near > far else 0.0
        return np.asarray(color * (1 - share) + share)

    for a, b in edges:
        canvas.line(a, b, EDGE * canvas.scale_of_lines, faded(_GRAY, float(a[2])), faded(_GRAY, float(b[2])))
    for i, j in scene.bonds:
        a, b = places[i], places[j]
        canvas.rod(a, b, BOND, faded(_BOND_COLOR, float(a[2] + b[2]) / 2))
    for i in range(len(places)):
        color = np.asarray(colors[scene.numbers[i]], np.float64)
        canvas.ball(places[i], float(radii[i]), faded(_softened(color), float(places[i, 2])))
    return canvas.shown(sharper)


def _softened(color: Floats) -> Floats:
    """Take the glare off: pure red, green and yellow hurt beside text."""
    gray = float(color @ np.array([0.30, 0.59, 0.11]))
    return np.asarray(0.86 * color + 0.14 * gray) * 0.97


def _scene(crystal: Crystal, radii: Floats) -> _Scene:
    numbers, places = _with_images(crystal)
    right_angled = np.abs(crystal.angles - 90).max() < 0.01  # such a cell looks closed by itself
    if all(crystal.periodic) and not right_angled and set(crystal.numbers.tolist()) <= _NONMETALS:
        numbers, places = _with_partners(crystal, numbers, places, radii)
    order = np.lexsort((numbers, *np.round(places, 6).T))[:MOST_DRAWN]
    numbers, places = numbers[order], places[order]
    bonds = _bonds(numbers, places, radii)
    if len(crystal) > 1 and len(bonds):  # an image that hangs in the air by itself
        bound = np.isin(np.arange(len(numbers)), bonds)
        inside = _inside(crystal, places)
        kept = np.flatnonzero(bound | inside)
        numbers, places = numbers[kept], places[kept]
        bonds = np.searchsorted(kept, bonds)
    repeats = [d for d in range(3) if crystal.periodic[d]]
    return _Scene(numbers, places, bonds, _cell_edges(crystal, repeats, places))


def _inside(crystal: Crystal, places: Floats) -> NDArray[np.bool_]:
    fractions = np.linalg.solve(crystal.cell.T, places.T).T
    within = (fractions > -1e-2) & (fractions < 1 + 1e-2)
    return np.asarray((within | ~np.array(crystal.periodic)).all(axis=1))


def _with_partners(
    crystal: Crystal, numbers: NDArray[np.int64], places: Floats, radii: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Add the images outside of the cell that atoms in it are bound to: a network shows its rings then."""
    shifts = np.array(np.meshgrid([-1, 0, 1], [-1, 0, 1], [-1, 0, 1], indexing="ij")).reshape(3, -1).T @ crystal.cell
    all_places = (crystal.positions[None] + shifts[:, None]).reshape(-1, 3)
    all_numbers = np.tile(crystal.numbers, len(shifts))
    both = np.concatenate([places, all_places])
    _, first = np.unique(np.round(both, 3), axis=0, return_index=True)
    new = np.sort(first[first >= len(places)])
    if len(places) + len(new) > MOST_DRAWN * 4:
        return numbers, places
    joined, joined_numbers = (
        np.concatenate([places, both[new]]),
        np.concatenate([numbers, all_numbers[new - len(places)]]),
    )
    bonds = _bonds(joined_numbers, joined, radii)
    partners = np.unique(bonds[(bonds < len(places)).any(axis=1)])
    chosen = np.union1d(np.arange(len(places)), partners)
    return joined_numbers[chosen], joined[chosen]


def _with_images(crystal: Crystal) -> tuple[NDArray[np.int64], Floats]:
    """Return all atoms of the cell, and their images on its faces, edges and corners: a cell looks closed then."""
    periodic = np.array(crystal.periodic)
    fractions = crystal.fractions
    fractions[:, periodic] -= np.floor(fractions[:, periodic] + 1e-3)
    numbers = crystal.numbers
    small = len(crystal) <= 4  # a cell of few atoms shows nothing but itself: two cells along short vectors do
    for d in np.flatnonzero(periodic):
        rim = fractions[:, d] < 1e-2
        images = fractions[rim].copy()
        images[:, d] += 1
        fractions, numbers = np.concatenate([fractions, images]), np.concatenate([numbers, numbers[rim]])
    if small and periodic.sum() < 3:
        fractions, numbers = _longer(fractions, numbers, crystal, periodic)
    return numbers, fractions @ crystal.cell


def _longer(
    fractions: Floats, numbers: NDArray[np.int64], crystal: Crystal, periodic: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.int64]]:
    """Repeat sheets and chains of few atoms, until one sees what they are."""
    for d in np.flatnonzero(periodic):
        times = int(np.clip(np.ceil(9.0 / crystal.lengths[d]), 1, 6))
        shifted = [fractions + np.eye(3)[d] * k for k in range(times)]
        fractions, numbers = np.concatenate(shifted), np.tile(numbers, times)
        _, first = np.unique(np.round(fractions, 6), axis=0, return_index=True)
        first = np.sort(first)
        fractions, numbers = fractions[first], numbers[first]
    return fractions, numbers


def _bonds(numbers: NDArray[np.int64], places: Floats, radii: Floats) -> NDArray[np.int64]:
    from scipy.spatial import KDTree

    own = np.where(np.isnan(radii[numbers]), 1.5, radii[numbers])
    pairs = KDTree(places).query_pairs(2 * TOLERANCE * float(own.max()), output_type="ndarray")
    apart = np.sqrt(((places[pairs[:, 0]] - places[pairs[:, 1]]) ** 2).sum(axis=1))
    near = apart < TOLERANCE * (own[pairs[:, 0]] + own[pairs[:, 1]])
    pairs, apart = pairs[near], apart[near]
    nearest = np.full(len(places), np.inf)
    for k in (0, 1):
        np.minimum.at(nearest, pairs[:, k], apart)
    pairs = pairs[apart < SHELL * np.maximum(nearest[pairs[:, 0]], nearest[pairs[:, 1]])]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], np.int64)


def _cell_edges(crystal: Crystal, repeats: Sequence[int], places: Floats) -> Floats:
    """Return the edges of the cell, (edges, 2, 3): of a sheet its outline, of a chain none."""
    if len(repeats) < 2:
        return np.empty((0, 2, 3))
    corners = (
        np.array(np.meshgrid(*([0, 1] if d in repeats else [0] for d in range(3)), indexing="ij")).reshape(3, -1).T
    )
    origin = np.zeros(3)
    if len(repeats) == 2:
        free = next(d for d in range(3) if d not in repeats)
        origin = crystal.cell[free] * float((np.linalg.solve(crystal.cell.T, places.T)[free]).mean())
    lines = []
    for i, c in enumerate(corners):
        for d in repeats:
            if c[d] == 0:
                other = c.copy()
                other[d] = 1
                lines.append((corners[i] @ crystal.cell + origin, other @ crystal.cell + origin))
    return np.array(lines).reshape(-1, 2, 3)


def _direction(crystal: Crystal) -> Floats:
    """Return the turn that puts the eye in front: x to the right, y up, z towards the eye.

    c stands upright and the eye looks a little from above and from the right of a, as crystals are drawn in books.
    """
    up = crystal.cell[2] / np.linalg.norm(crystal.cell[2])
    front = crystal.cell[0] - (crystal.cell[0] @ up) * up
    front = front / np.linalg.norm(front)
    side = np.cross(up, front)
    if crystal.cell[1] @ side < 0:
        side = -side
    yaw, pitch = np.radians(17.0), np.radians(13.0)
    if sum(crystal.periodic) == 2:
        pitch = np.radians(38.0)  # a sheet is seen from above
    # The eye stands where a points to, turned a little towards b, and lifted.
    eye = np.cos(pitch) * (np.cos(yaw) * front + np.sin(yaw) * side) + np.sin(pitch) * up
    right = np.cross(up, eye)
    right = right / np.linalg.norm(right)
    return np.array([right, np.cross(eye, right), eye])
