"""interpret.compare_maps: many maps as small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.errors import count, listing, nearest, problem
from tenkai.interpret import _theme
from tenkai.interpret._cautions import FAR, NO_RIGHT_SETTING, caution, of_maps
from tenkai.interpret._color import Categories, Coloring, coloring
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import Plane, bounds, read_plane
from tenkai.interpret._scatter import MOST_POINTS, Look, scatter
from tenkai.interpret._sweeps import Member, members, one_name_each
from tenkai.interpret._text import shorten, wrap
from tenkai.interpret._theme import finished
from tenkai.step import Advanced, Column, Help, Length, Of, Range, Run, Shape, step
from tenkai.values import Figure, Scores, Sweep, Table

if TYPE_CHECKING:
    import altair as alt

MOST_MAPS = 60
SMALL_AXIS = {"tickCount": 4, "labelFontSize": 9.5, "titleFontSize": 10.5, "titlePadding": 4}


@step("interpret.compare_maps", version=1, title="Compare maps")
def compare_maps(
    maps: Annotated[list[Table] | Sweep[Table], Shape("n 2"), Help("a swept map, or a list of maps")],
    quality: Annotated[
        list[Scores] | Sweep[Scores] | None, Help("scores of the same maps, from interpret.map_quality")
    ] = None,
    *,
    color: Annotated[Column | None, Of("maps"), Help("labels or numbers that give the color")] = None,
    figures: Annotated[list[str], Length(1, 6), Help("which scores stand above each map")] = [  # noqa: B006
        "trustworthiness",
        "label_accuracy",
    ],
    titles: Annotated[list[str] | None, Length(1), Help("one per map; default: its settings or its method")] = None,
    across: Annotated[int, Range(1, 12), Help("maps per line")] = 3,
    width: Annotated[int, Range(80, 800), Advanced, Help("of one map, in points")] = 230,
    title: Annotated[str | None, Help("heading above all")] = None,
    run: Run,
) -> Figure:
    """Draw several maps side by side, in the same colors, each under its settings and its quality.

    Takes a sweep (a map per perplexity, per seed), or a list such as PCA, t-SNE and UMAP of the same rows.

    Raises
    ------
    TenkaiError
        TK708 when titles or scores do not match the maps, or there are too many maps.

    Notes
    -----
    What stays the same over settings and seeds can be trusted more than what one map shows. There is no
    right setting: the quality figures help to rule out bad ones. Each map has its own scale.

    Source
    ------
    M. Wattenberg, F. Viégas, I. Johnson, How to use t-SNE effectively, Distill (2016).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0], "y": [1.0, 0.0]})
    >>> tk.interpret.compare_maps([t, t], titles=["one", "two"]).text
    '2 maps side by side: one; two.'
    """
    found = members(maps)
    if not 0 < len(found) <= MOST_MAPS:
        raise problem("TK708", f"there are {len(found)} maps.", allowed=f"Allowed: 1 to {MOST_MAPS}.", setting="maps")
    names = one_name_each(found, titles)
    below = _quality_lines(found, quality, figures)
    planes = [read_plane(m.value, None, None, "maps") for m in found]
    colors = _shared_colors(planes, color)
    captions: list[str] = []
    panels = []
    for plane, name, line in zip(planes, names, below, strict=True):
        look = Look(width, round(width * 0.86), most_points=MOST_POINTS // 3, label_size=10.5, axis=SMALL_AXIS)
        look.legend = colors is not None
        panels.append(_panel(plane, colors, look, name, line))
        captions += [c for c in look.captions if c not in captions]
    if any(m.point for m in found):
        captions.append(caution(run, NO_RIGHT_SETTING))
    captions += [caution(run, FAR, method=method) for method in of_maps(m.value for m in found)]
    return finished(
        _grid(panels, across, shared=colors is not None),
        title=f"{len(found)} maps" + (f" by {color}" if color else ""),
        text=f"{count(len(found), 'map')} side by side: {'; '.join(names)}.",
        heading=title,
        caption=captions,
        width=min(across, len(found)) * (width + 18),
    )


def _grid(panels: list[alt.LayerChart], across: int, *, shared: bool) -> alt.ConcatChart:
    import altair as alt

    kind: Literal["shared", "independent"] = "shared" if shared else "independent"
    grid = alt.concat(*panels, columns=across, spacing=18)
    chart: alt.ConcatChart = grid.resolve_scale(x="independent", y="independent", color=kind, shape=kind)
    return chart


def _shared_colors(planes: list[Plane], color: str | None) -> Coloring | None:
    """Return one coloring for all maps; where all show the same labels, with the counts of one map."""
    colors = coloring([p.table for p in planes], color)
    if not isinstance(colors, Categories):
        return colors
    each = [colors.within(p.table) for p in planes]
    return each[0] if all(c == each[0] for c in each) else colors


def _quality_lines(
    found: list[Member[Table]], quality: list[Scores] | Sweep[Scores] | None, figures: list[str]
) -> list[str]:
    """Return a line of scores per map: those of the same settings, else those in the same place."""
    if quality is None:
        return [""] * len(found)
    given: list[Member[Scores]] = members(quality)
    points = {_key(m): m.value for m in given}
    swept = all(m.point for m in given) and all(m.point for m in found)
    scores: list[Scores | None]
    if swept and len(points) == len(given):
        scores = [points.get(_key(m)) for m in found]
    elif len(given) == len(found):
        scores = [m.value for m in given]
    else:
        fact = f"there are {len(given)} scores for {len(found)} maps."
        raise problem("TK708", fact, remedy="Give one per map, in the same order.", setting="quality")
    have = list(dict.fromkeys(name for m in given for name in m.value.figures))
    if not any(name in have for name in figures):
        remedy = nearest(figures[0], have)
        raise problem(
            "TK708",
            f"the scores have no '{figures[0]}'.",
            allowed=f"They have {listing(have)}.",
            remedy=remedy,
            setting="figures",
        )
    return [" · ".join(_written(s, name) for name in figures if name in s.figures) if s else "" for s in scores]


def _key(member: Member[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, repr(value)) for name, value in member.point.items()))


def _written(scores: Scores, name: str) -> str:
    value = scores[name]
    shown = f"{value:.3f}" if isinstance(value, float) else str(value)
    return f"{name.replace('_', ' ')} {shown}"


def _panel(plane: Plane, colors: Coloring | None, look: Look, name: str, line: str) -> alt.LayerChart:
    import altair as alt

    header = alt.TitleParams(
        shorten(name, int(look.width / 6.8)),
        subtitle=wrap(line, int(look.width / 5)) if line else alt.Undefined,
        anchor="start",
        fontSize=12,
        subtitleFontSize=10.5,
        subtitleColor=_theme.SOFT,
        subtitlePadding=3,
        offset=6,
    )
    layers = scatter(plane, colors, bounds([plane.xy]), look)
    return layered(layers, look.width, look.height, title=header)
