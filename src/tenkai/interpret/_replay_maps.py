"""Histories of maps and clusterings, read and drawn: points that move, or that change their cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret import _theme
from tenkai.interpret._color import Categories, Coloring
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import Plane, Window, axes_of, bounds
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._replay import Course, counter, loss_panel, moving
from tenkai.interpret._scatter import Look, axes
from tenkai.interpret._text import number
from tenkai.values import Table

if TYPE_CHECKING:
    import altair as alt

Array = NDArray[np.float64]

SIDE = 460  # points
LINE = 560  # of the curve
STILL, PER_LINE = 190, 3
GROWN = 3.0  # maps whose extents differ by more than this factor are each drawn as large as the picture
NAMES = {"kl_divergence": "KL divergence", "moved": "points moved by"}


def measure_of(name: str) -> str:
    """Return how a number that a step lowers is written in pictures.

    >>> measure_of("kl_divergence"), measure_of("inertia")
    ('KL divergence', 'inertia')
    """
    return NAMES.get(name, name.replace("_", " "))


@dataclass(frozen=True)
class Moves(Course):
    """Kept states of n rows in a plane.

    Parameters
    ----------
    name : the column of what was lowered
    xy : (m, n, 2), or (1, n, 2) where the rows stay
    labels : (m, n), clusters counted from 1; None: rows have none
    centers : (m, k, 2); None: there are none
    """

    iterations: NDArray[np.int64]
    losses: Array
    curve: tuple[Array, Array]
    name: str
    xy: Array
    labels: NDArray[np.int64] | None = None
    centers: Array | None = None

    @property
    def measure(self) -> str:
        """Return the name of what is lowered."""
        return measure_of(self.name)

    def rows(self, at: NDArray[np.int64]) -> Moves:
        """Return some rows."""
        return replace(self, xy=self.xy[:, at], labels=None if self.labels is None else self.labels[:, at])


@dataclass(frozen=True)
class Read:
    """A history as it lies in its table, thinned; `kept`: how many iterations there are in all."""

    moves: Moves
    centers: Array | None
    kept: int


def kind_of(replay: Table) -> str:
    """Return what a history holds: ``map``, ``clusters`` or ``parts``; empty for something else."""
    columns = set(replay.columns)
    kinds = {"parts": {"coordinates", "parts"}, "clusters": {"labels", "centers"}, "map": {"coordinates"}}
    return next((k for k, names in kinds.items() if {"iteration", *names} <= columns), "")


def read_history(replay: Table, most: int, rows: int) -> Read:
    """Return at most so many kept states, evenly spread, the first and the last among them; centers (m, k, p).

    Raises
    ------
    TenkaiError
        TK205 when nothing was kept; TK202 when the table is no history; TK713 when it is that of other rows.
    """
    clusters = kind_of(replay) == "clusters"
    column = "labels" if clusters else "coordinates"
    replay.require(["iteration"], ("number",))
    replay.require([column], ("vector", "image"))
    if replay.height == 0:
        remedy = "Set history: 10, or another number of iterations, in the step that made it."
        raise problem("TK205", "the table of 'replay' holds no iteration.", remedy=remedy)
    name = next((n for n, kind in replay.kinds.items() if kind == "number" and n != "iteration"), "")
    shape = replay.layout([column]).shapes[0]
    if not name or shape[0] != rows:
        found = f"the history is that of {shape[0]} rows, the data have {rows}."
        raise problem("TK713", found, allowed="The rows that the step was given.", remedy="Give the same table.")
    steps, losses = replay.matrix(["iteration"])[:, 0], replay.matrix([name])[:, 0]
    at = np.unique(np.linspace(0, replay.height - 1, min(most, replay.height)).round().astype(np.int64))
    some = replay.take(at)
    block = some.matrix([column]).reshape(len(at), *shape)
    curve = (steps, losses)
    if clusters:
        k, p = replay.layout(["centers"]).shapes[0]
        centers = some.matrix(["centers"]).reshape(len(at), k, p)
        nowhere = np.zeros((1, rows, 2))
        moves = Moves(steps[at].astype(np.int64), losses[at], curve, name, nowhere, block.astype(np.int64))
        return Read(moves, centers, replay.height)
    if shape[1] < 2:
        raise problem("TK713", "the map has one coordinate.", allowed="Two or more; the first two are drawn.")
    return Read(Moves(steps[at].astype(np.int64), losses[at], curve, name, block[:, :, :2]), None, replay.height)


def placed(
    read: Read, data: Table, columns: Sequence[str], x: str | None, y: str | None
) -> tuple[Moves, tuple[str, str], list[str]]:
    """Return a history of clusters in two columns of the data, their names, and what the reader must know.

    Raises
    ------
    TenkaiError
        TK201, TK202, TK701 for the columns; TK208 where their cells are missing.
    """
    assert read.centers is not None and read.moves.labels is not None
    features = data.layout(columns).features() if all(data.kinds[n] != "text" for n in columns) else []
    if x is None and y is None and len(columns) == 2 and all(data.kinds[n] == "number" for n in columns):
        first, second = columns
    else:
        first, second = axes_of(data, x, y, "data")
    data.require_complete([first, second])
    xy = data.matrix([first, second])
    labels, k = read.moves.labels, read.centers.shape[1]
    if len(features) == read.centers.shape[2] and {first, second} <= set(features):
        at = [features.index(first), features.index(second)]
        centers, told = read.centers[:, :, at], "Crosses: the centers."
    else:
        centers, told = np.full((len(labels), k, 2), np.nan), "Crosses: the means of the rows of each cluster."
        for f, row in enumerate(labels):
            counts = np.bincount(row - 1, minlength=k)
            sums = [np.bincount(row - 1, weights=xy[:, a], minlength=k) for a in (0, 1)]
            centers[f] = (np.array(sums) / np.where(counts > 0, counts, np.nan)).T
    return replace(read.moves, xy=xy[None], centers=centers), (first, second), [told]


class MapReplay:
    """Panels of a history of n rows; `table` holds the rows drawn, `captions` collects what the reader must know."""

    def __init__(self, moves: Moves, table: Table, names: tuple[str, str], colors: Coloring | None) -> None:
        self.moves, self.colors, self.captions = moves, colors, list[str]()
        xy = moves.xy
        size = np.ptp(xy, axis=1).max(axis=1)
        self.fitted = len(xy) > 1 and float(size.max()) > GROWN * max(float(size.min()), 1e-300)
        if self.fitted:
            low, high = xy.min(axis=1, keepdims=True), xy.max(axis=1, keepdims=True)
            half = np.where(size > 0, size, 1.0)[:, None, None] / 2
            xy = (xy - (low + high) / 2) / half
            self.window: Window = (-1.06, 1.06, -1.06, 1.06)
            first, last = (number(float(v)) for v in (size[0], size[-1]))
            self.captions.append(
                f"Every iteration is drawn as large as the picture: the map is {first} wide at first, {last} at last."
            )
        else:
            more = [] if moves.centers is None else [moves.centers.reshape(-1, 2)]
            self.window = bounds([xy.reshape(-1, 2), *more])
        self.xy = xy
        self.plane = Plane(table, *names, xy[-1])

    def player(self) -> alt.VConcatChart:
        """Return the rows, with the curve below: the iteration shown of all."""
        import altair as alt

        panel = layered(self._layers(None, SIDE), SIDE, SIDE)
        return alt.vconcat(counter(self.moves, LINE), panel, loss_panel(self.moves, LINE), spacing=14)

    def stills(self, chosen: Sequence[int]) -> alt.VConcatChart:
        """Return some iterations side by side."""
        import altair as alt

        from tenkai.interpret._arrows import panel_title

        panels = [layered(self._layers(f, STILL), STILL, STILL, title=panel_title(self.moves.said(f))) for f in chosen]
        lines = [
            alt.hconcat(*panels[k : k + PER_LINE], spacing=18).resolve_scale(x="independent", y="independent")
            for k in range(0, len(panels), PER_LINE)
        ]
        return alt.vconcat(*lines, spacing=14)

    def frame_param(self) -> dict[str, Any]:
        """Return the parameter that turns the iteration shown into the number of its frame."""
        later = self.moves.iterations[1:].tolist()
        return {"name": "frame", "expr": " + ".join(f"(shown >= {i})" for i in later) or "0"}

    # ---- layers -------------------------------------------------------------------------------

    def _layers(self, frame: int | None, side: int) -> list[alt.Chart]:
        """Return points and centers of one frame; None: of the one that is shown."""
        bare = {"labels": False, "ticks": False} if self.fitted else {}
        position = axes(self.plane, self.window, tickCount=max(3, side // 60), **bare)
        layers = [self._points(frame, side).encode(**position)]
        if self.moves.centers is not None:
            layers += [layer.encode(**position) for layer in self._centers(frame)]
        return layers

    def _points(self, frame: int | None, side: int) -> alt.Chart:
        import altair as alt

        table, n = self.plane.table, len(self.plane)
        still = len(self.xy) == 1
        order = np.random.default_rng(0).permutation(n)  # in sorted rows the last class would cover the others
        columns: dict[str, Sequence[Any]] = {"id": table.ids.gather(order.tolist()).to_list()}
        calculated: dict[str, str] = {}
        if still or frame is not None:
            xy = self.xy[0 if still else frame or 0][order]
            columns |= {"x": rounded(xy[:, 0]), "y": rounded(xy[:, 1])}
        else:
            for axis, name in enumerate(("xs", "ys")):
                columns[name] = [rounded(path) for path in self.xy[:, order, axis].T]
            calculated |= {"x": "datum.xs[frame]", "y": "datum.ys[frame]"}
        labels = self.moves.labels
        if labels is not None and frame is not None:
            columns["c"] = [str(c) for c in labels[frame][order].tolist()]
        elif labels is not None:
            columns["cs"] = labels[:, order].T.tolist()
            calculated["c"] = "'' + datum.cs[frame]"
        elif self.colors is not None:
            cells = self.colors.of(table)
            columns["c"] = [cells[i] for i in order.tolist()]
        size = Look(width=side, height=side).point_size(n)
        style: dict[str, Any] = {"filled": True, "size": size, "opacity": 0.85, "stroke": "white", "tooltip": True}
        chart = (
            alt.Chart(data_of(columns)).transform_calculate(**calculated) if calculated else alt.Chart(data_of(columns))
        )
        told, encoding = [tip("id:N", "row id")], {}
        if self.colors is None:
            style["color"] = _theme.ACCENT
        else:
            encoding = _colored(self.colors)
            kind = "c:N" if isinstance(self.colors, Categories) else "c:Q"
            told.append(tip(kind, self.colors.title))
        layer: alt.Chart = chart.mark_point(**style, strokeWidth=0.25).encode(tooltip=told, **encoding)
        return layer

    def _centers(self, frame: int | None) -> list[alt.Chart]:
        """Return the centers as large crosses with the number of their cluster."""
        import altair as alt

        centers = self.moves.centers
        assert centers is not None
        k, spans = centers.shape[1], self.moves.spans()
        frames = range(len(centers)) if frame is None else [frame]
        xy = np.concatenate([centers[f] for f in frames])
        columns: dict[str, Sequence[Any]] = {
            "x": rounded(xy[:, 0]), "y": rounded(xy[:, 1]), "t": [str(c + 1) for c in range(k)] * len(frames)
        }  # fmt: skip
        if frame is None:
            columns |= {"i": [spans[f][0] for f in frames for _ in range(k)]}
            columns |= {"j": [spans[f][1] for f in frames for _ in range(k)]}
        drawn = alt.Chart(data_of(columns))
        at: dict[str, Any] = {"fontSize": 12, "fontWeight": "bold", "dx": 10, "dy": -10}
        layers = [
            drawn.mark_point(filled=True, shape="cross", size=190, color="white", opacity=1),
            drawn.mark_point(filled=True, shape="cross", size=90, color=_theme.INK, opacity=1),
            drawn.mark_text(**at, stroke="white", strokeWidth=3.5, strokeJoin="round").encode(text="t:N"),
            drawn.mark_text(**at, color=_theme.INK).encode(text="t:N"),
        ]
        return layers if frame is not None else [moving(layer) for layer in layers]


def _colored(colors: Coloring) -> dict[str, Any]:
    import altair as alt

    if not isinstance(colors, Categories):
        shown = alt.Color("c:Q", scale=colors.scale(), legend=colors.legend())
        return {"color": alt.condition("isValid(datum.c)", shown, alt.value(_theme.MISSING))}
    many = len(colors.plain) > len(_theme.TEN)
    form: dict[str, Any] = {} if many else {"symbolType": "circle"}
    legend = colors.legend(symbolSize=95, **form)
    encoding: dict[str, Any] = {
        "color": alt.Color("c:N", scale=alt.Scale(domain=list(colors.names), range=colors.colors), legend=legend)
    }
    if many:
        forms = alt.Scale(domain=list(colors.names), range=colors.shapes)
        encoding["shape"] = alt.Shape("c:N", scale=forms, legend=legend)
    return encoding
