"""A text report as a picture: columns of words and numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._scoring import Scored
from tenkai.interpret._text import shorten, whole, wrap
from tenkai.interpret._theme import finished
from tenkai.kernels.scores import per_class
from tenkai.values import Figure

WIDTH, LINE = 520, 19
MOST_CLASSES = 40
HEAD = ("class", "precision", "recall", "F1", "rows")
# Left edge of the words, right edges of the numbers.
PLACES = (0, 268, 348, 428, 508)
MEANS = (("plain mean", "macro"), ("mean by rows", "weighted"))
OVERALL = ("accuracy", "balanced_accuracy", "kappa", "roc_auc", "log_loss")


def report_card(
    scored: Scored,
    classes: Sequence[str],
    matrix: NDArray[np.int64],
    costs: Sequence[str],
    *,
    captions: Sequence[str],
    title: str,
) -> Figure:
    """Draw the scores per class, their means, the scores of all, and the errors in words."""
    value = scored.value
    rows = int(matrix.sum())
    lines: list[_Line] = [_Line(HEAD, color=_theme.SOFT)]
    shares = [part[0] for part in per_class(matrix[None].astype(float))]
    for k, name in enumerate(classes[:MOST_CLASSES]):
        numbers = [f"{part[k]:.3f}" for part in shares]
        lines.append(_Line((shorten(name, 24), *numbers, whole(int(matrix[k].sum())))))
    if len(classes) > MOST_CLASSES:
        lines.append(_Line((f"and {len(classes) - MOST_CLASSES} more",), color=_theme.SOFT))
    lines.append(_Line(()))
    for words, kind in MEANS:
        numbers = [f"{value[f'{name}_{kind}']:.3f}" for name in ("precision", "recall", "f1")]
        lines.append(_Line((words, *numbers, whole(rows)), color=_theme.SOFT))
    lines.append(_Line(()))
    shown = [name for name in OVERALL if name in value]
    if scored.between or scored.baseline:
        lines.append(_Line(("", "", "score", "interval", "baseline"), color=_theme.SOFT))
    for name in shown:
        lines.append(
            _Line((name.replace("_", " "), "", f"{value[name]:.3f}", _band(scored, name), _guess(scored, name)))
        )
    lines.append(_Line(()))
    for cost in costs:
        for i, part in enumerate(wrap(cost, 84)):
            lines.append(_Line((part if i == 0 else f"    {part}",)))
    said = ", ".join(f"{name.replace('_', ' ')} {value[name]:.3f}" for name in shown)
    text = f"{whole(rows)} rows, {len(classes)} classes: {said}. {' '.join(costs)}"
    return finished(_chart(lines), title=title, text=text, caption=[c for c in captions if c], width=WIDTH)


class _Line:
    def __init__(self, cells: Sequence[str], color: str = _theme.INK) -> None:
        self.cells, self.color = cells, color


def _band(scored: Scored, name: str) -> str:
    low, high = scored.between.get(name, (np.nan, np.nan))
    return "" if np.isnan(low) else f"{low:.2f} to {high:.2f}"


def _guess(scored: Scored, name: str) -> str:
    found = scored.baseline.get(name, np.nan)
    return "" if np.isnan(found) else f"{found:.3f}"


class _Chart:
    """A Vega-Lite chart written out: reports of a long sweep are made one per point, and Altair takes its time."""

    def __init__(self, layers: list[dict[str, Any]], datasets: dict[str, Any], height: int) -> None:
        self.layers, self.datasets, self.height = layers, datasets, height

    def to_dict(self) -> dict[str, Any]:
        """Return the specification."""
        import altair as alt

        return {
            "$schema": alt.SCHEMA_URL,
            "layer": self.layers,
            "datasets": {name: json.dumps(rows, ensure_ascii=False) for name, rows in self.datasets.items()},
            "width": WIDTH,
            "height": self.height,
            "view": {"stroke": None},
        }


def _chart(lines: Sequence[_Line]) -> _Chart:
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, WIDTH], "nice": False}}
    down = {"domain": [-0.5, len(lines) - 0.5], "reverse": True, "nice": False, "zero": False}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": down}
    layers: list[dict[str, Any]] = []
    datasets: dict[str, Any] = {}
    for color in (_theme.INK, _theme.SOFT):
        for left in (True, False):
            cells = [
                {"x": PLACES[k], "y": i, "t": text}
                for i, line in enumerate(lines)
                if line.color == color
                for k, text in enumerate(line.cells)
                if text and (k == 0) == left
            ]
            if cells:
                name = f"words{len(datasets)}"
                datasets[name] = cells
                look = {"type": "text", "baseline": "middle", "color": color, "fontSize": 12}
                words = {"x": x, "y": y, "text": {"field": "t", "type": "nominal"}}
                mark = {**look, "align": "left" if left else "right"}
                layers.append({"data": {"name": name}, "mark": mark, "encoding": words})
    datasets["rule"] = [{"x": 0, "x2": WIDTH, "y": 0.5}]
    mark = {"type": "rule", "color": _theme.LINE, "strokeWidth": 0.8}
    layers.append({"data": {"name": "rule"}, "mark": mark, "encoding": {"x": x, "x2": {"field": "x2"}, "y": y}})
    return _Chart(layers, datasets, LINE * len(lines))
