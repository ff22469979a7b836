"""interpret.replay: a factorization while it learns, iteration by iteration."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Annotated

from tenkai.errors import listing, problem
from tenkai.interpret._parts import thinned
from tenkai.interpret._replay import Kept, loss_text, moved, read_kept, stills_of
from tenkai.interpret._text import whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import pictures
from tenkai.step import Help, Keys, Outputs, Range, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Figure, Scores, Table

WIDTH = 670  # points
MOST_POINTS = 20_000
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
    data: Annotated[Table, Shape("n p"), Help("the rows that learn.nmf was given")],
    replay: Annotated[Table, Help("the output 'replay' of learn.nmf, with history set")],
    history: Annotated[Table, Help("the output 'history' of the same learn.nmf: the losses")],
    *,
    columns: Annotated[
        Columns, Help("columns that learn.nmf was given: two numbers, or one of pictures")
    ] = ALL_NUMBERS,
    stills: Annotated[int, Range(2, 24), Help("iterations drawn side by side")] = 6,
    frames: Annotated[int, Range(2, 500), Help("most iterations behind the slider")] = 60,
    invert: Annotated[bool, Help("draw large values of pictures dark, as ink on paper")] = False,
    title: Annotated[str | None, Help("heading inside the pictures")] = None,
    run: Run,
) -> Replay:
    """Draw how a factorization learned: data, what the parts rebuild, the parts, the loss, the iteration.

    Two number columns are drawn as points with the parts as arrows, a column of pictures as pictures.

    Raises
    ------
    TenkaiError
        TK713 for columns that are neither, or other rows than those learned from; TK205 when no iteration was
        kept; TK702 when vectors are no pictures.

    Notes
    -----
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


def _figures(kept: Kept, data: Table, history: Table) -> Scores:
    steps, losses = kept.curve
    figures = {
        "loss_first": float(losses[steps.argmin()]),
        "loss_last": float(losses[steps.argmax()]),
        "iterations": float(steps.max()),
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
