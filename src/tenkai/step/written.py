"""Values of settings as text, and as the cells of a column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl


def written(value: Any) -> str:
    """Write the value of a setting as a workflow file does.

    >>> written(0.1), written(None), written("l1"), written([1, 2])
    ('0.1', 'null', 'l1', '[1, 2]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.12g}"
    return json.dumps(value, ensure_ascii=False)


def setting_column(name: str, values: Sequence[Any]) -> pl.Series:
    """Return values of a setting as a column: numbers where all are numbers, else texts; null is missing.

    >>> setting_column("depth", [1, None]).to_list(), setting_column("penalty", ["l1", True]).to_list()
    ([1, None], ['l1', 'true'])
    """
    known = [v for v in values if v is not None]
    if known and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
        whole = all(isinstance(v, int) and abs(v) < 2**63 for v in known)
        return pl.Series(name, values, dtype=pl.Int64 if whole else pl.Float64, strict=False)
    return pl.Series(name, [None if v is None else written(v) for v in values], dtype=pl.String)
