"""interpret.confusion_matrix: which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._predictions import LABELS, lens_of, lens_said, read_labels
from tenkai.interpret._records import data_of, split_by, tip
from tenkai.interpret._text import columns_of, sentence, short_names, shorten, whole
from tenkai.interpret._theme import finished
from tenkai.kernels.scores import confusion
from tenkai.step import Column, Help, Of, Outputs, Run, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

MOST_WRITTEN, MOST_SHARES = 30, 12  # classes up to which cells hold counts, and shares below them
BLUES = ["#f4f7fa", "#c6dbef", "#7fb3d8", "#2f7fb8", "#08457e"]


class ConfusionMatrix(Outputs):
    """The picture, and the counts."""

    figure: Annotated[Figure, Help("counts and shares of the observed class, dark where many")]
    table: Annotated[Table, Shape("classes"), Help("rows: observed class; columns: predicted class; cells: rows")]


@step("interpret.confusion_matrix", version=1, title="Confusion matrix")
def confusion_matrix(
    table: Annotated[Table, Shape("n"), Help("rows with predictions (learn.predict, learn.cross_validate)")],
    *,
    target: Annotated[Column, Of("table", LABELS), Help("the observed classes")],
    predicted: Annotated[Column | None, Of("table"), Help("default: the column predicted")] = None,
    order: Annotated[list[str] | None, Help("order of the classes; default: the model's, else sorted")] = None,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> ConfusionMatrix:
    """Count which class is taken for which: observed classes down, predicted classes across.

    Each cell holds the number of rows and its share of the observed class. The diagonal is right.

    Raises
    ------
    TenkaiError
        TK711 without predictions; TK705 for an order that does not name the classes; TK201, TK202, TK205 for
        columns or rows that do not fit.

    Notes
    -----
    The order of the classes is stated below: scikit-learn sorts them, other programs do not, and a transposed
    matrix looks the same. Out-of-fold predictions (learn.cross_validate) and predictions of a model for its own
    training rows give different matrices; the line below says which rows the model had seen.

    Source
    ------
    As scikit-learn, confusion_matrix.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"metal": ["no", "yes", "yes"], "predicted": ["no", "yes", "no"]})
    >>> tk.interpret.confusion_matrix(t, target="metal").table.frame.rows()
    [('no', 1, 0), ('yes', 1, 1)]
    """
    found = read_labels(table, target, predicted, order, run)
    matrix = confusion(found.observed, found.predicted, len(found.classes))[0].astype(np.int64)
    right, n = int(np.trace(matrix)), len(found)
    shown = sentence([f"'{c}'" for c in found.classes[:12]])
    more = f" and {len(found.classes) - 12} more" if len(found.classes) > 12 else ""
    captions = [
        f"{whole(right)} of {whole(n)} rows are predicted right. Order of the classes: {shown}{more}.",
        "Shares are of the observed class." if len(found.classes) <= MOST_SHARES else "",
        lens_said(lens_of(found.table)),
    ]
    never = [c for c, k in zip(found.classes, matrix.sum(axis=1).tolist(), strict=True) if k == 0]
    if never:
        captions.insert(1, f"Not observed here: {sentence([repr(c) for c in never[:12]])}.")
    figure = finished(
        _chart(found.classes, matrix, target),
        title=f"Confusion matrix of {target}",
        text=_said(found.classes, matrix, right, n),
        heading=title,
        caption=[c for c in captions if c],
        width=_side(len(found.classes)) + 120,
    )
    frame = pl.DataFrame({"observed": list(found.classes)}).with_columns(
        pl.Series(f"predicted {c}", matrix[:, k]) for k, c in enumerate(found.classes)
    )
    counts = Table.from_(frame, ids=list(found.classes), kinds={"observed": "text"})
    return ConfusionMatrix(figure, counts.influenced(found.table.influences))


def _said(classes: Sequence[str], matrix: NDArray[np.int64], right: int, n: int) -> str:
    wrong = [(int(matrix[i, j]), i, j) for i in range(len(classes)) for j in range(len(classes)) if i != j]
    worst = [w for w in sorted(wrong, key=lambda w: (-w[0], w[1], w[2])) if w[0]][:3]
    said = ", ".join(f"{k} '{classes[i]}' taken for '{classes[j]}'" for k, i, j in worst)
    return f"{whole(right)} of {whole(n)} rows are predicted right" + (f"; {said}." if said else ".")


def _side(k: int) -> int:
    return int(np.clip(k * 74, 170, 560)) if k <= MOST_SHARES else 620


def _chart(classes: Sequence[str], matrix: NDArray[np.int64], target: str) -> alt.LayerChart:
    import altair as alt

    k = len(classes)
    side = _side(k)
    names = class_names(classes)
    totals = matrix.sum(axis=1)
    shares = np.divide(matrix, totals[:, None], out=np.zeros(matrix.shape), where=totals[:, None] > 0)
    across = alt.Axis(orient="top", labelAngle=_angle(names, side / k), **_axis(k))
    x = alt.X("p:N", sort=names, title="predicted", axis=across)
    y = alt.Y("o:N", sort=names, title=shorten(f"{target}, observed", 50), axis=alt.Axis(**_axis(k)))
    cells = [(i, j) for i in range(k) for j in range(k)]
    columns: dict[str, list[Any]] = {
        "o": [names[i] for i, _ in cells],
        "p": [names[j] for _, j in cells],
        "s": [float(f"{shares[i, j]:.4g}") for i, j in cells],
        "n": [int(matrix[i, j]) for i, j in cells],
    }
    scale = alt.Scale(domain=[0, 1], range=BLUES, interpolate="rgb")
    bar = alt.Legend(title="share of the observed class", format=".0%", gradientLength=min(160, side - 40))
    tooltip = [tip("o:N", "observed"), tip("p:N", "predicted"), tip("n:Q", "rows"), tip("s:Q", "share", format=".1%")]
    heat = alt.Chart(data_of(columns)).mark_rect(stroke="white", strokeWidth=1.5 if k <= MOST_WRITTEN else 0)
    layers = [heat.encode(x=x, y=y, color=alt.Color("s:Q", scale=scale, legend=bar), tooltip=tooltip)]
    if k <= MOST_WRITTEN:
        with_shares = k <= MOST_SHARES
        kept = [c for c, (i, j) in enumerate(cells) if matrix[i, j] > 0 or with_shares]
        some = {key: [values[c] for c in kept] for key, values in columns.items()}
        some["t"] = [whole(v) for v in some["n"]]
        some["u"] = [f"{s:.0%}" if n else "" for s, n in zip(some["s"], some["n"], strict=True)]
        for ink, alike in split_by(some, [_theme.ink_on(_theme.shade(BLUES, s)) for s in some["s"]]):
            texts = alt.Chart(data_of(alike))
            count = texts.mark_text(color=ink, fontSize=15 if with_shares else 9, dy=-7 if with_shares else 0)
            layers.append(count.encode(x=x, y=y, text="t:N"))
            if with_shares:
                share = texts.mark_text(color=ink, fontSize=10.5, dy=10)
                layers.append(share.encode(x=x, y=y, text="u:N"))
    return layered(layers, side, side)


def _axis(k: int) -> dict[str, Any]:
    return {"ticks": False, "grid": False, "labelLimit": 180, "labelFontSize": 11.5 if k <= MOST_WRITTEN else 8}


def class_names(classes: Sequence[str]) -> list[str]:
    """Return names to draw: short, and all different."""
    short = short_names(classes, 26)
    return short if len(set(short)) == len(short) else list(classes)


def _angle(names: Sequence[str], room: float) -> int:
    return 0 if max(columns_of(n) for n in names) * 6.6 < room else -50
