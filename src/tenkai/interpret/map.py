"""interpret.map: rows as points."""

from __future__ import annotations

from typing import Annotated, Literal

from tenkai.interpret._cautions import FAR, NO_SEPARATION, caution, of_maps
from tenkai.interpret._color import Categories, coloring
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import Plane, bounds, read_plane, reduction
from tenkai.interpret._scatter import MOST_POINTS, Look, scatter
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.step import Advanced, Column, Help, Of, Range, Run, Shape, step
from tenkai.values import Figure, Table


@step("interpret.map", version=1, title="Map")
def map(
    map: Annotated[Table, Shape("n 2"), Help("rows with coordinates, such as the map of learn.pca")],
    new: Annotated[Table | None, Help("further rows with the same coordinates, drawn small and faint")] = None,
    *,
    x: Annotated[Column | None, Of("map", ("number",)), Help("across; default: the first coordinate")] = None,
    y: Annotated[Column | None, Of("map", ("number",)), Help("up; default: the second coordinate")] = None,
    color: Annotated[Column | None, Of("map"), Help("labels or numbers that give the color")] = None,
    color_as: Annotated[
        Literal["auto", "categories", "numbers"],
        Advanced,
        Help("auto: up to ten whole numbers, and texts, are categories"),
    ] = "auto",
    names: Annotated[
        Literal["auto", "on", "off"], Help("write the name of each class on the map; auto: where points are many")
    ] = "auto",
    size: Annotated[float | None, Range(0.5, 2000), Help("area of an observed point; default: by their number")] = None,
    opacity: Annotated[float | None, Range(0.02, 1), Help("of observed points; default: by their number")] = None,
    most_points: Annotated[
        int, Range(100, 200_000), Advanced, Help("above this, density instead of points")
    ] = MOST_POINTS,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw rows as points: observed rows large, in the colors of their labels; new rows small and faint.

    Works for any two number columns. Labels that are missing are gray and counted.

    Raises
    ------
    TenkaiError
        TK701 when there are no two coordinates; TK201 and TK202 for columns that do not fit; TK205 when no row
        has both coordinates.

    Notes
    -----
    Up to eight categories have the colors of Okabe and Ito, ten have a palette tested for color-blind
    eyes; more share colors and differ in shape, and above 30 the rarest are drawn as one. Many points are
    drawn as density. The picture says so.

    Source
    ------
    M. Okabe, K. Ito, Color Universal Design (2002).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"PCA1": [0.0, 1.0, 2.0], "PCA2": [1.0, 0.0, 1.0], "phase": ["hcp", "bcc", "bcc"]})
    >>> tk.interpret.map(t, color="phase").text
    'Map of 3 rows by PCA1 and PCA2, colored by phase: bcc (2), hcp (1).'
    """
    plane = read_plane(map, x, y)
    others = read_plane(new, plane.x, plane.y, "new") if new is not None and new.height else None
    colors = coloring([plane.table], color, color_as)
    window = bounds([p.xy for p in (plane, others) if p is not None])
    look = Look(size=size, opacity=opacity, names=None if names == "auto" else names == "on", most_points=most_points)
    layers = scatter(plane, colors, window, look, others)
    _count_left_out(plane, others, look, run)
    if isinstance(colors, Categories) and colors.others:
        text = f"{len(colors.others)} rare labels of '{color}' are drawn as one."
        run.note("TKW703", text)
    methods = of_maps([map], plane.x)
    if methods:
        look.captions.append(caution(run, FAR, method=methods[0]))
    if isinstance(colors, Categories) and reduction(map) is not None:
        caution(run, NO_SEPARATION)
    what = "" if colors is None else f", colored by {color}: {colors.said()}"
    more = f"; {whole(len(others))} new rows" if others is not None else ""
    return finished(
        layered(layers, look.width, look.height),
        title=f"{plane.x} and {plane.y}" + (f" by {color}" if color else ""),
        text=f"Map of {whole(len(plane))} rows by {plane.x} and {plane.y}{what}{more}.",
        heading=title,
        caption=look.captions,
    )


def _count_left_out(plane: Plane, new: Plane | None, look: Look, run: Run) -> None:
    lacking = plane.left_out + (new.left_out if new is not None else 0)
    if lacking:
        text = f"{whole(lacking)} rows without coordinates are not drawn."
        run.note("TKW702", text)
        look.captions.append(text)
