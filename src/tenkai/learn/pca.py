"""learn.pca: principal components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import polars as pl
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA

from tenkai.errors import problem
from tenkai.step import Help, Keys, Outputs, Range, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table


class Components(Outputs):
    """Coordinates, the fitted PCA, and how much each component explains."""

    map: Annotated[Table, Shape("n components"), Help("coordinates PCA1, PCA2, ... and the columns not used")]
    fitted: Annotated[Fitted, Help("to project new rows")]
    ratios: Annotated[Table, Help("explained and cumulative ratio of every component")]
    loadings: Annotated[Table, Shape("p components"), Help("weight of each column in each component")]
    figures: Annotated[Scores, Keys("ratio_1"), Help("ratio_1, ratio_2, ratio_2_cumulative, ...")]


@step("learn.pca", version=1, title="Principal components (PCA)")
def pca(
    table: Annotated[Table, Shape("n p")],
    *,
    columns: Annotated[Columns, Help("columns to reduce")] = ALL_NUMBERS,
    components: Annotated[int, Range(1, "min(n, p)"), SweepHint(1, 10, 1), Help("coordinates to keep")] = 2,
) -> Components:
    """Turn columns into a few uncorrelated coordinates that keep the most variance.

    Every component is fitted, so the ratios cover all of them; `components` says how many coordinates the map
    keeps. New rows are projected with `process.apply`.

    Raises
    ------
    TenkaiError
        TK208 where cells are missing; TK111 when there are fewer components than asked for.

    Notes
    -----
    Columns of different units: `process.standardize` first. A large variance need not carry what you look
    for: see the study hidden-axis. The sign of a component means nothing; it is chosen so that the largest
    loading is positive.

    Source
    ------
    scikit-learn, PCA; K. Pearson, Phil. Mag. 2, 559 (1901).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 2.0], "b": [0.0, 2.0, 4.0]})
    >>> round(tk.learn.pca(t).figures["ratio_1"], 6)
    1.0
    """
    return pca_components(table, columns=columns, components=[components])[0]
