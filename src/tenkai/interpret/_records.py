"""Data inside a specification, kept lean: short names, five digits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret._text import one_line

if TYPE_CHECKING:
    import altair as alt

DIGITS = 5


def rounded(values: NDArray[np.float64]) -> list[float]:
    """Round to five significant digits.

    >>> import numpy as np
    >>> rounded(np.array([123456.7, 0.000123456, 0.0]))
    [123460.0, 0.00012346, 0.0]
    """
    values = np.asarray(values, np.float64)
    return [float(f"{v:.{DIGITS}g}") for v in values.tolist()]


def tip(field: str, title: str, **settings: Any) -> alt.Tooltip:
    """Return a line of a tooltip. Vega-Lite writes the title into an expression, where a backslash escapes."""
    import altair as alt

    return alt.Tooltip(field, title=one_line(title).replace("\\", "\\\\"), **settings)


def split_by(columns: dict[str, list[Any]], by: Sequence[str]) -> list[tuple[str, dict[str, list[Any]]]]:
    """Return the rows of each value of `by`: a layer has one ink, because the color scale is that of the cells."""
    return [
        (value, {key: [v for v, b in zip(values, by, strict=True) if b == value] for key, values in columns.items()})
        for value in sorted(set(by))
    ]


def data_of(columns: Mapping[str, Sequence[Any]]) -> alt.InlineData:
    """Return inline data: one record per row; what is None is left out.

    Packed as one text on its way through Altair, which copies and checks every cell of a list many times;
    `unpacked` undoes it.
    """
    import altair as alt

    names = list(columns)
    rows = zip(*columns.values(), strict=True) if names else [()]
    records = [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows]
    return alt.InlineData(values=json.dumps(records, ensure_ascii=False))


def unpacked(datasets: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of each data set."""
    return {name: json.loads(text) for name, text in datasets.items()}
