"""Data inside a specification, kept lean: short names, five digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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


def data_of(columns: Mapping[str, Sequence[Any]]) -> alt.InlineData:
    """Return inline data: one record per row; what is None is left out."""
    import altair as alt

    names = list(columns)
    if not names:
        return alt.InlineData(values=[{}])
    rows = zip(*columns.values(), strict=True)
    return alt.InlineData(values=[{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows])
