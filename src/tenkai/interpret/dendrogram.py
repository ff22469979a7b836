"""interpret.dendrogram: the tree of a hierarchical clustering."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret import _theme
from tenkai.interpret._cautions import NO_RIGHT_CLUSTERS, caution
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import number, short_names, shorten, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import positions_of
from tenkai.kernels.dendrogram import CutTree, Drawn, cut_below, cut_into, drawn
from tenkai.step import Column, Help, Of, Range, Run, Shape, step
from tenkai.values import Figure, Linkage, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH = 420
FOLDED = 60  # ends of a tree that is folded
MOST_COLORS = 10
LABEL = 26  # half-width characters
ABOVE = ""  # links above the cut belong to no cluster


@step("interpret.dendrogram", version=1, title="Dendrogram")
def dendrogram(
    linkage: Annotated[Linkage, Shape("n-1 4"), Help("the tree")],
    table: Annotated[Table | None, Shape("n p"), Help("the rows of the tree, for their labels")] = None,
    *,
    label: Annotated[Column | None, Of("table"), Help("column to write at the leaves; default: the row ids")] = None,
    clusters: Annotated[int | None, Range(1, "n"), Help("color so many groups, and draw where the tree is cut")] = None,
    height: Annotated[float | None, Range(0.0), Help("or: cut at this height")] = None,
    leaves: Annotated[
        int, Range(2, 1000), Help("most leaves drawn; a larger tree has its lower branches folded")
    ] = 200,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw a tree: its top on the left, a leaf for each row on the right.

    Two branches join at the height that is their distance. With `clusters` or `height` the cut is drawn, and the
    groups have colors; they are those of `learn.cut`. A folded branch is a wedge with the number of its leaves.

    Raises
    ------
    TenkaiError
        TK111 when clusters and height are given both; TK640 for more clusters than leaves; TK703 when a leaf is
        not among the rows of the table; TK201 for a label that is no column; TK107 for a label without a table.

    Notes
    -----
    Only heights mean something: which of two branches lies above the other does not. Other metrics and methods
    give other trees; believe in groups that several of them show.

    Source
    ------
    R. Sokal, F. Rohlf, Taxon 11, 33 (1962).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 5.0]})
    >>> tk.interpret.dendrogram(tk.learn.linkage(t).linkage, clusters=2).text
    'Tree of 3 rows, average linkage, euclidean distance, height 4.5; 2 clusters: 2, 1.'
    """
    n = len(linkage)
    cut = _cut(linkage, clusters, height)
    groups = int(cut.groups.max()) + 1 if cut is not None else 1
    ends = n if n <= leaves else min(leaves, max(FOLDED, groups))
    tree = drawn(linkage.merges, ends)
    names = _names(linkage, table, label)
    how = f"{linkage.method} linkage, {linkage.metric} distance"
    said = f"Tree of {whole(n)} {linkage.of}, {how}, height {number(float(linkage.merges[:, 2].max()), 3)}"
    captions = []
    if cut is not None:
        sizes = np.bincount(cut.groups).tolist()
        told = ", ".join(whole(s) for s in sizes[:10]) + (" ..." if len(sizes) > 10 else "")
        said += f"; {count(groups, 'cluster')}: {told}"
        if groups > MOST_COLORS:
            captions.append(f"{groups} clusters are too many for colors.")
        if cut.high <= cut.low:
            captions.append("No height gives these clusters: the tree has no line where it is cut.")
    if ends < n:
        text = f"{whole(n)} leaves are too many: what joins lowest is folded into {ends} branches."
        run.note("TKW742", text)
        captions.append(text)
    if (line := _line(cut)) is not None:
        captions.append(f"Dashed: a cut at {number(line, 3)}.")
    captions.append(caution(run, NO_RIGHT_CLUSTERS))
    look = _Look.of(tree, _end_names(tree, names, whole_tree=ends == n), cut, groups)
    figure = finished(
        _chart(tree, look, linkage),
        title="Dendrogram",
        text=said + ".",
        heading=title,
        caption=captions,
        width=WIDTH + look.margin,
    )
    _subtitle(figure.spec, f"{whole(n)} {linkage.of} · {how}")
    return figure


def _subtitle(spec: dict[str, Any], text: str) -> None:
    """Say metric and method above the tree, under the heading where there is one."""
    quiet = {"color": _theme.SOFT, "fontSize": 11.5, "fontWeight": "normal"}
    heading = spec["vconcat"][0].get("title")
    if heading is None:
        spec["vconcat"][0]["title"] = {"text": text, "frame": "bounds", "offset": 8, **quiet}
    else:
        heading.update(
            subtitle=text,
            subtitleColor=quiet["color"],
            subtitleFontSize=quiet["fontSize"],
            subtitlePadding=5,
        )


def _cut(linkage: Linkage, clusters: int | None, height: float | None) -> CutTree | None:
    if clusters is not None:
        if clusters > len(linkage):
            raise problem(
                "TK640",
                f"{count(clusters, 'cluster')} of {len(linkage)} {linkage.of} cannot be found.",
                allowed=f"Allowed: 1 to {len(linkage)}.",
                setting="clusters",
            )
        return cut_into(linkage.merges, clusters)
    return None if height is None else cut_below(linkage.merges, height)


def _names(linkage: Linkage, table: Table | None, label: str | None) -> list[str]:
    """Return what stands at each leaf."""
    ids = linkage.ids.to_list()
    if table is None:
        if label is not None:
            raise problem(
                "TK107", "'table' is missing.", remedy="Give the table that has this column.", setting="label"
            )
        return ids
    rows = table.take(positions_of(linkage.ids, table, "table"))
    if label is None:
        return ids
    rows.require([label], setting="label")
    return [label_of(v) or "missing" for v in rows[label].to_list()]


def _end_names(tree: Drawn, names: list[str], *, whole_tree: bool) -> list[str]:
    if whole_tree:
        return short_names([names[int(end[0])] for end in tree.ends], LABEL)
    out = []
    for end in tree.ends:
        inside = Counter(names[i] for i in end.tolist())
        name, most = inside.most_common(1)[0]
        if len(end) == 1:
            out.append(shorten(name, LABEL))
        elif most == len(end):
            out.append(f"{whole(len(end))} × {shorten(name, LABEL - 6)}")
        elif most > 1:
            out.append(f"{whole(len(end))}: {whole(most)} × {shorten(name, LABEL - 10)}")
        else:
            out.append(f"{whole(len(end))} leaves")
    return out


@dataclass(frozen=True)
class _Look:
    """Sizes and colors. `groups`: cluster of each end; `inside`: cluster of each link, -1 above the cut."""

    names: list[str]
    slot: float
    font: float
    margin: float
    groups: NDArray[np.int64]
    inside: NDArray[np.int64]
    sizes: list[int]
    line: float | None

    @classmethod
    def of(cls, tree: Drawn, names: list[str], cut: CutTree | None, groups: int) -> _Look:
        n = len(tree.ends)
        slot, font = next(
            (s, f) for most, s, f in ((40, 17.0, 11.0), (90, 13.0, 10.0), (10_000, 10.5, 8.5)) if n <= most
        )
        margin = max(len(name) for name in names) * font * 0.6
        inside = np.full(len(tree.links), -1)
        if cut is None or groups > MOST_COLORS:
            return cls(names, slot, font, margin, np.full(n, -1), inside, [], _line(cut))
        of_end = np.array([cut.groups[end[0]] for end in tree.ends])
        # A link lies in a cluster where the ends on both sides of it do: they lie side by side.
        for i, (first, last) in enumerate(tree.spans.tolist()):
            part = of_end[first : last + 1]
            if (part == part[0]).all():
                inside[i] = part[0]
        return cls(names, slot, font, margin, of_end, inside, np.bincount(cut.groups).tolist(), _line(cut))


def _line(cut: CutTree | None) -> float | None:
    """Return where the cut is drawn: midway between the merges it lies between."""
    if cut is None or cut.high <= cut.low or not np.isfinite(cut.high):
        return None
    return (cut.low + cut.high) / 2


def _chart(tree: Drawn, look: _Look, linkage: Linkage) -> alt.LayerChart:
    import altair as alt

    top = float(linkage.merges[:, 2].max())
    top = top if top > 0 else 1.0
    n = len(tree.ends)
    scale = alt.Scale(domain=[top * 1.04, 0.0], nice=False, zero=False)
    title = f"height ({linkage.metric} distance)" if linkage.method != "ward" else "height (growth of variance)"
    x = alt.X("x:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6, grid=True))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.7, n - 0.3], reverse=True, nice=False, zero=False))
    place = {"x": x, "y": y}
    color = _color(look)
    layers = [*_links(tree, look, place, color), *_wedges(tree, look, place, color)]
    if look.line is not None:
        rule = alt.Chart(data_of({"x": rounded(np.array([look.line]))}))
        layers.append(rule.mark_rule(color=_theme.INK, strokeDash=[5, 4], strokeWidth=1.1).encode(x=x))
    codes = _cluster_names(look, look.groups)
    shown: dict[str, Any] = {"x": [0.0] * n, "y": list(range(n)), "t": look.names, "c": codes}
    # The names of the leaves in ink: colors light enough for lines are too light for small text.
    names = alt.Chart(data_of(shown)).mark_text(align="left", dx=9, fontSize=look.font, color=_theme.INK)
    layers.append(names.encode(**place, text="t:N"))
    if look.sizes:
        dots = alt.Chart(data_of(shown)).mark_point(filled=True, size=16, opacity=1, xOffset=4)
        layers.append(dots.encode(**place, color=color))
    return layered(layers, WIDTH, round(look.slot * n + 12), bare=True)


def _cluster_names(look: _Look, codes: NDArray[np.int64]) -> list[str]:
    return [ABOVE if c < 0 or not look.sizes else str(c + 1) for c in codes.tolist()]


def _color(look: _Look) -> Any:
    """Return the color of links and leaves: by cluster below the cut, quiet above it."""
    import altair as alt

    if not look.sizes:
        return alt.value(_theme.INK)
    names = [str(i + 1) for i in range(len(look.sizes))]
    scale = alt.Scale(domain=[*names, ABOVE], range=[*_theme.palette(len(names)), _theme.SOFT])
    told = json.dumps({n: f"{n} ({whole(size)})" for n, size in zip(names, look.sizes, strict=True)})
    legend = alt.Legend(
        title="cluster", values=names, labelExpr=f"({told})[datum.label]", symbolType="circle", symbolSize=95
    )
    return alt.Color("c:N", scale=scale, legend=legend)


def _links(tree: Drawn, look: _Look, place: dict[str, Any], color: Any) -> list[alt.Chart]:
    """Return for each merge the line that joins its branches, and the two branches up to it."""
    import altair as alt

    if not len(tree.links):
        return []
    height, a, at_a, b, at_b = tree.links.T
    names = _cluster_names(look, look.inside)
    style: dict[str, Any] = {"strokeWidth": 1.3 if len(tree.ends) <= 90 else 1.0, "strokeCap": "square"}
    joints: dict[str, Any] = {"x": rounded(height), "y": rounded(a), "y2": rounded(b), "c": names, "h": rounded(height)}
    across = alt.Chart(data_of(joints)).mark_rule(**style)
    tooltip = [tip("h:Q", "height", format=".4g")]
    ends: dict[str, Any] = {
        "x": rounded(np.concatenate([height, height])),
        "x2": rounded(np.concatenate([at_a, at_b])),
        "y": rounded(np.concatenate([a, b])),
        "c": [*names, *names],
    }
    along = alt.Chart(data_of(ends)).mark_rule(**style)
    return [
        across.encode(**place, y2="y2:Q", color=color, tooltip=tooltip),
        along.encode(**place, x2="x2:Q", color=color),
    ]


def _wedges(tree: Drawn, look: _Look, place: dict[str, Any], color: Any) -> list[alt.Chart]:
    """Return a wedge for each folded branch, from the height of its merge to the leaves."""
    import altair as alt

    folded = [i for i, end in enumerate(tree.ends) if len(end) > 1]
    if not folded:
        return []
    most = max(len(tree.ends[i]) for i in folded)
    names = _cluster_names(look, look.groups)
    columns: dict[str, list[Any]] = {"g": [], "x": [], "y": [], "y2": [], "c": [], "n": [], "h": []}
    for i in folded:
        half = 0.12 + 0.3 * (len(tree.ends[i]) / most) ** 0.5
        for x, w in ((float(tree.tops[i]), 0.05), (0.0, half)):
            for key, value in zip(
                columns, (i, x, i - w, i + w, names[i], len(tree.ends[i]), tree.tops[i]), strict=True
            ):
                columns[key].append(float(f"{value:.5g}") if key in ("x", "y", "y2", "h") else value)
    area = alt.Chart(data_of(columns)).mark_area(opacity=0.9, line=False, interpolate="linear")
    tooltip = [tip("n:Q", "leaves"), tip("h:Q", "height", format=".4g")]
    return [area.encode(**place, y2="y2:Q", color=color, detail="g:N", tooltip=tooltip)]


@dendrogram.check
def _check(*, clusters: int | None, height: float | None, **_: object) -> None:
    if clusters is not None and height is not None:
        raise problem("TK111", "clusters and height are given both.", allowed="Give one of them.", setting="clusters")
