"""interpret.map_quality: how far a map can be trusted."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.errors import problem
from tenkai.interpret._cautions import ONE_SEED, caution, of_maps
from tenkai.interpret._color import LABELS
from tenkai.interpret._plane import Plane, read_plane
from tenkai.interpret._quality import card, features_of, numbers_of, same_rows
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import shorten, whole
from tenkai.interpret._theme import finished
from tenkai.kernels.metrics import Metric
from tenkai.step import Advanced, Column, Help, Keys, Of, Outputs, Range, Run, Seed, Shape, step
from tenkai.values import Columns, Figure, Scores, Table

SHOWN = ("trustworthiness", "continuity", "neighbor_preservation", "label_accuracy")


class MapQuality(Outputs):
    """The figures, and a card that explains them."""

    scores: Annotated[
        Scores,
        Keys("trustworthiness", "continuity", "neighbor_preservation"),
        Help("with labels also label_accuracy, label_accuracy_deviation, label_baseline"),
    ]
    card: Annotated[Figure, Help("each figure with one line of meaning")]


@step("interpret.map_quality", version=1, title="Map quality")
def map_quality(
    map: Annotated[Table, Shape("n 2"), Help("rows with coordinates")],
    data: Annotated[Table, Shape("n p"), Help("the table the map was made from: the same rows")],
    *,
    columns: Annotated[
        Columns | None, Of("data"), Help("columns to compare with; default: those the map was made from")
    ] = None,
    x: Annotated[Column | None, Of("map", ("number",)), Help("default: the first coordinate")] = None,
    y: Annotated[Column | None, Of("map", ("number",)), Help("default: the second coordinate")] = None,
    label: Annotated[Column | None, Of("map"), Help("classes to read off the map")] = None,
    neighbors: Annotated[int, Range(1, "n / 2", open_high=True), Help("how many count as near")] = 12,
    label_neighbors: Annotated[int, Range(1, "n - 1"), Help("neighbors on the map that vote for a label")] = 5,
    folds: Annotated[int, Range(2, 100), Help("parts of the cross-validation of labels")] = 10,
    metric: Annotated[Metric, Advanced, Help("distance in the data; on the map it is euclidean")] = "euclidean",
    sample: Annotated[
        int | None,
        Range(10, 1_000_000),
        Advanced,
        Help("rows whose neighborhoods are compared; default: all up to 10 000, else 5 000"),
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of folds and sample")] = 0,
    run: Run,
) -> MapQuality:
    """Measure how well a map keeps neighborhoods, and how well labels can be read off it.

    Raises
    ------
    TenkaiError
        TK703 and TK706 when map and data are not the same rows; TK707 when there are too few rows for so many
        neighbors, a metric is not defined, or no label has two rows; TK208 where cells are missing.

    Notes
    -----
    Neighborhoods are compared, not distances: a map cannot keep those. High figures say that near rows on
    the map are near in the data; they do not say that groups or empty spaces are real. The map has seen all
    rows, so label accuracy measures the map and not a model for new rows.

    Source
    ------
    J. Venna, S. Kaski, ICANN 2001 (trustworthiness, continuity).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 3.0, 6.0, 9.0], "b": [0.0, 0.0, 1.0, 1.0, 2.0]})
    >>> tk.interpret.map_quality(t, t, neighbors=1).scores["trustworthiness"]
    1.0
    """
    from tenkai.kernels.quality import map_quality as measured

    plane = read_plane(map, x, y)
    if plane.left_out:
        raise problem("TK208", f"{whole(plane.left_out)} rows of the map have no coordinates.", remedy="Drop them.")
    rows = same_rows(plane, data, run)
    if neighbors > (len(plane) - 1) // 2:
        allowed = f"{len(plane)} rows allow up to {(len(plane) - 1) // 2}."
        raise problem("TK707", f"{neighbors} neighbors are too many.", allowed=allowed, setting="neighbors")
    X = numbers_of(rows, features_of(plane, rows, columns, run))
    run.progress(0, 2, "neighborhoods")
    try:
        kept = measured(X, plane.xy, neighbors, metric, sample=sample, seed=seed)
    except ValueError as wrong:
        raise problem("TK707", f"the {metric} distance is not defined here: {wrong}", setting="metric") from None
    figures: dict[str, float] = {
        "trustworthiness": kept.trustworthiness,
        "continuity": kept.continuity,
        "neighbor_preservation": kept.preservation,
    }
    chance = neighbors / (len(plane) - 1)
    about = {
        "trustworthiness": f"Are rows that are near on the map near in the data? 1 is perfect ({neighbors} neighbors).",
        "continuity": f"Are rows that are near in the data near on the map? 1 is perfect ({neighbors} neighbors).",
        "neighbor_preservation": f"Share of the {neighbors} nearest that stay the nearest; {chance:.3f} by chance.",
    }
    if kept.sampled:
        run.note("TKW707", f"Neighborhoods of {whole(kept.rows)} rows taken at random, among all {whole(len(plane))}.")
    run.progress(1, 2, "labels")
    if label is not None:
        _read_labels(plane, label, label_neighbors, folds, seed, figures, about, run)
    shown = [name for name in SHOWN if name in figures]
    marks = {"neighbor_preservation": chance}
    if "label_baseline" in figures:
        marks["label_accuracy"] = figures["label_baseline"]
    captions = [f"{whole(len(plane))} rows. The mark across a bar: what chance gives."]
    methods = of_maps([map], plane.x)
    if methods:
        captions.append(caution(run, ONE_SEED))
    scores = Scores.scored(figures, rows=plane.table.identity, influences=plane.table.influences, about=about)
    said = ", ".join(f"{name.replace('_', ' ')} {figures[name]:.3f}" for name in shown)
    figure = finished(
        card(shown, figures, about, marks),
        title="Map quality",
        text=f"Quality of the map of {plane.x} and {plane.y}: {said}.",
        caption=captions,
    )
    return MapQuality(scores, figure)


def _read_labels(
    plane: Plane,
    column: str,
    voters: int,
    folds: int,
    seed: int,
    figures: dict[str, float],
    about: dict[str, str],
    run: Run,
) -> None:
    plane.table.require([column], LABELS, "label")
    labels = np.array([label_of(v) or "" for v in plane.table[column].to_list()])
    known = labels != ""
    if not known.all():
        run.note("TKW702", f"{whole(int((~known).sum()))} rows without '{column}' do not count for label accuracy.")
    try:
        from tenkai.kernels.stability import knn_label_accuracy

        read = knn_label_accuracy(plane.xy[known], labels[known], voters, folds, seed=seed)
    except ValueError as wrong:
        raise problem("TK707", f"labels of '{column}' cannot be read off the map: {wrong}", setting="label") from None
    if read.left_out:
        run.note("TKW708", f"{whole(read.left_out)} rows are the only one of their '{column}' and cannot be tested.")
    if (read.folds, read.k) != (folds, voters):
        run.note("TKW709", f"Few rows per class: label accuracy from {read.folds} folds and {read.k} neighbors.")
    _, counts = np.unique(labels[known], return_counts=True)
    counts = counts[counts >= 2]
    figures["label_accuracy"] = read.accuracy
    figures["label_accuracy_deviation"] = read.deviation
    figures["label_baseline"] = float(counts.max() / counts.sum())
    about["label_accuracy"] = (
        f"Share of rows whose '{shorten(column, 16)}' is read off its {read.k} nearest on the map ({read.folds}-fold)."
    )
    about["label_accuracy_deviation"] = "Standard deviation of the label accuracy over the folds."
    about["label_baseline"] = "Accuracy of always guessing the commonest label."
