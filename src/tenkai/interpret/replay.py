"""interpret.replay: a factorization, a map or a clustering while it learns, iteration by iteration."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING, Annotated

import numpy as np

from tenkai.errors import listing, problem
from tenkai.interpret._parts import thinned
from tenkai.interpret._replay import Course, Kept, loss_text, moved, read_kept, stills_of
from tenkai.interpret._replay_maps import kind_of
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import pictures
from tenkai.step import Column, Help, Keys, Of, Outputs, Range, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Figure, Scores, Table

if TYPE_CHECKING:
    from tenkai.interpret._color import Coloring
    from tenkai.interpret._replay_maps import Moves

WIDTH = 670  # points
MOST_POINTS = 20_000
MOST_PLACES = 250_000  # rows times iterations of a map
MOST_ROWS = 8  # pictures of rows drawn


class Replay(Outputs):
    """The same iterations, to move through and to print."""

    stills: Annotated[Figure, Help("some iterations side by side")]
    player: Annotated[Figure, Help("one iteration, the last at first; a slider in HTML shows the others")]
    figures: Annotated[
        Scores, Keys("loss_first", "loss_last", "iterations"), Help("loss at the start and at the end, iterations done")
    ]


@step("interpret.replay", version=1, title="Replay of learning")
def replay(
    data: Annotated[Table, Shape("n p"), Help("the rows that were learned from; for a map also those of the map")],
    replay: Annotated[
        Table,
        Help("with the setting history: 'replay' of learn.nmf, 'history' of learn.tsne, learn.umap, learn.k_means"),
    ],
    history: Annotated[Table | None, Help("of learn.nmf its output 'history' too: the losses")] = None,
    *,
    columns: Annotated[
        Columns, Help("columns that learn.nmf (two numbers, or one of pictures) or learn.k_means was given")
    ] = ALL_NUMBERS,
    color: Annotated[Column | None, Of("data"), Help("of maps: labels or numbers that give the color")] = None,
    x: Annotated[
        Column | None, Of("data", ("number",)), Help("of k-means: across; default: the first coordinate or column")
    ] = None,
    y: Annotated[Column | None, Of("data", ("number",)), Help("of k-means: up; default: the second")] = None,
    stills: Annotated[int, Range(2, 24), Help("iterations drawn side by side")] = 6,
    frames: Annotated[int, Range(2, 500), Help("most iterations behind the slider")] = 60,
    invert: Annotated[bool, Help("draw large values of pictures dark, as ink on paper")] = False,
    title: Annotated[str | None, Help("heading inside the pictures")] = None,
    run: Run,
) -> Replay:
    """Draw how a step learned, iteration by iteration, with what it lowered: factors, maps, clusters.

    Factors of two number columns are drawn as points with the parts as arrows, beside what the parts rebuild;
    those of a column of pictures as pictures. Maps (t-SNE, UMAP) are points that move; clusters (k-means) are
    points in two columns that change their color, with the centers as crosses.

    Raises
    ------
    TenkaiError
        TK713 for columns that are neither, or other rows than those learned from; TK205 when no iteration was
        kept; TK702 when vectors are no pictures.

    Notes
    -----
    A map that grows is drawn as large as the picture in every iteration, and it is said by how much it grew.
    Centers in columns that k-means was not given, such as those of a map, are the means of their rows there.

    What the parts rebuild comes from the factors as they were in that iteration. Parts are numbered by what they
    add at last. Arrow k points along row k of the parts; all have one length, because it says nothing.

    A report shows both pictures without moving. `tenkai show WORKFLOW <step>.player --out FILE.html` writes a page
    with the slider and a button that plays it; FILE.gif, FILE.webp and FILE.mp4 are films, one frame per iteration
    behind the slider.

    Source
    ------
    The S3 article, which draws 50 iterations of 80 points.

    Example
    -------
    >>> import tenkai as tk
    >>> data = tk.Table.from_({"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 1.0]})
    >>> found = tk.learn.nmf(data, rank=2, history=1, iterations=20, tolerance=0)
    >>> seen = tk.interpret.replay(data, found.replay, found.history)
    >>> seen.player.text[:40]
    'Iterations 0 to 20 of learning 2 parts. '
    """
    if kind_of(replay) in ("map", "clusters"):
        return _of_rows(data, replay, columns, (color, x, y), stills, frames, title, run)
    if history is None:
        remedy = "Wire it to the same step: history: nmf.history."
        raise problem("TK713", "a factorization is drawn with its losses, the port 'history'.", remedy=remedy)
    names = data.choose(columns)
    plane = len(names) == 2 and all(data.kinds[n] == "number" for n in names)
    if not plane and not (len(names) == 1 and data.kinds[names[0]] in ("image", "vector")):
        raise problem(
            "TK713",
            f"a replay of {listing(names)} cannot be drawn.",
            allowed="Allowed: two number columns, or one column of pictures.",
            remedy="For other data draw the loss alone, with interpret.map of the output history.",
            setting="columns",
        )
    data.require_complete(names)
    if data.height == 0:
        raise problem("TK205", "the table of 'data' has no rows.")
    kept = read_kept(replay, history, frames, data.height, data.layout(names).width)
    chosen = stills_of(kept, stills)
    caption = []
    if replay.height > len(kept.iterations):
        caption.append(f"{whole(len(kept.iterations))} of {whole(replay.height)} kept iterations, evenly spread.")
    if plane:
        from tenkai.interpret._replay_plane import PlaneReplay

        at, more = thinned(data.height, max(50, MOST_POINTS // len(kept.iterations)), run)
        caption += more
        caption.append("Gray: the data. Blue: what the parts rebuild. Arrows: the parts, all of one length.")
        xy = data.matrix(names)[at]
        seen: PlaneReplay | PictureReplay = PlaneReplay(kept, at, xy, names, [data.ids[int(i)] for i in at])
    else:
        from tenkai.interpret._replay_pictures import PictureReplay

        source = pictures(data, names[0], invert, "data")
        seen = PictureReplay(kept, source, min(MOST_ROWS, data.height))
    said = _said(kept)
    moving = finished(seen.player(), title="Replay", text=said, heading=title, caption=caption, width=WIDTH)
    return Replay(
        finished(seen.stills(chosen), title="Iterations", text=said, heading=title, caption=caption, width=WIDTH),
        changed(moving, spec=moved(moving.spec, kept)),
        _figures(kept, data, history),
    )


def _of_rows(
    data: Table,
    replay: Table,
    columns: Columns,
    named: tuple[str | None, str | None, str | None],
    stills: int,
    frames: int,
    title: str | None,
    run: Run,
) -> Replay:
    """Draw a map or clusters."""
    from tenkai.interpret._color import Categories, coloring
    from tenkai.interpret._replay_maps import MapReplay, placed, read_history

    color, x, y = named
    read = read_history(replay, frames, data.height)
    moves, labels, caption = read.moves, read.moves.labels, list[str]()
    if len(moves.iterations) < read.kept:
        caption.append(f"{whole(len(moves.iterations))} of {whole(read.kept)} kept iterations, evenly spread.")
    at, more = thinned(data.height, max(50, MOST_PLACES // len(moves.iterations)), run)
    caption += more
    colors: Coloring | None
    if labels is None or read.centers is None:
        for name, setting in ((x, "x"), (y, "y")):
            if name is not None:
                fact = "a map has its own coordinates."
                raise problem("TK713", fact, remedy=f"Leave {setting} out.", setting=setting)
        axes = ("first coordinate", "second coordinate")
        colors = coloring([data.take(at)], color)
    else:
        if color is not None:
            fact = "clusters are drawn in their own colors."
            raise problem("TK713", fact, remedy="Leave color out.", setting="color")
        moves, axes, more = placed(read, data, data.choose(columns), x, y)
        caption += more
        counts = np.bincount(labels[-1], minlength=read.centers.shape[1] + 1)[1:].tolist()
        names = tuple(str(c + 1) for c in range(len(counts)))
        colors = Categories("cluster (rows at last)", "", names, tuple(counts))
    seen = MapReplay(moves.rows(at), data.take(at), axes, colors)
    text = _said_of_rows(moves, data.height)
    caption += seen.captions
    chosen = stills_of(moves, stills)
    moving = finished(seen.player(), title="Replay", text=text, heading=title, caption=caption, width=WIDTH)
    spec = moved(moving.spec, moves)
    spec = {**spec, "params": [*spec["params"], seen.frame_param()]}
    return Replay(
        finished(seen.stills(chosen), title="Iterations", text=text, heading=title, caption=caption, width=WIDTH),
        changed(moving, spec=spec),
        _figures(moves, data, replay),
    )


def _said_of_rows(moves: Moves, rows: int) -> str:
    first, last = (whole(int(moves.iterations[k])) for k in (0, -1))
    known = moves.losses[np.isfinite(moves.losses)]
    what = "laying out" if moves.labels is None else "grouping"
    text = f"Iterations {first} to {last} of {what} {whole(rows)} rows."
    if not len(known):
        return text
    low, high = (loss_text(float(known[k])) for k in (0, -1))
    if moves.name == "moved":
        return f"{text} Points moved by {low} at first, by {high} at last."
    return f"{text} The {moves.measure} goes from {low} to {high}."


def _figures(kept: Course, data: Table, history: Table) -> Scores:
    steps, losses = kept.curve
    known = np.isfinite(losses)
    steps, losses = (steps[known], losses[known]) if known.any() else (steps, losses)
    figures = {
        "loss_first": float(losses[steps.argmin()]),
        "loss_last": float(losses[steps.argmax()]),
        "iterations": float(kept.curve[0].max()),
    }
    about = {
        "loss_first": "loss of the factors that learning started from",
        "loss_last": "loss after the last iteration",
        "iterations": "iterations done",
    }
    return Scores.scored(figures, rows=data.identity, influences=history.influences, about=about)


def _said(kept: Kept) -> str:
    first, last = (whole(int(kept.iterations[k])) for k in (0, -1))
    k = kept.H.shape[1]
    low, high = (loss_text(float(kept.losses[k])) for k in (0, -1))
    return (
        f"Iterations {first} to {last} of learning {k} part{'s' if k > 1 else ''}. The loss goes from {low} to {high}."
    )
