"""What sets a selection apart: every column compared inside and outside, the strongest first."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

from tenkai.errors import problem
from tenkai.workbench.wide import Wide

Mask = NDArray[np.bool_]

MOST_COMPARED = 200_000
"""Rows of a sample that stands for more."""
LEAST_COMPARED = 20_000
MOST_CELLS = 40_000_000
MOST_LABELS = 2000
SAME = 1e-3


def contrast(wide: Wide, inside: Mask) -> dict[str, Any]:
    """Compare the rows inside with the others, column by column: those of the value, and of what it was made from.

    Numbers: rank-biserial correlation, 2 A - 1 with A the probability that a row inside has the larger number
    (1: all are larger; 0: no difference), with both medians. Classes: Cramér's V of inside against class, with the
    class whose share differs most. Vectors and pictures are not compared.

    Returns
    -------
    dict
        `n` rows inside `of` all; `sample` rows compared; `columns`, strongest first. Of columns with one name and one
        effect, as raw and scaled numbers have, the first stands for all.

    Raises
    ------
    TenkaiError
        TK548 when nothing or everything is selected.

    Notes
    -----
    A difference found by looking at many columns is a hint, not a test: the groups were chosen by eye.

    Source: D. Kerby, Compr. Psychol. 3, 1 (2014); H. Cramér, Mathematical Methods of Statistics (1946).
    """
    n = int(inside.sum())
    if n in (0, wide.height):
        what = "no row is selected" if n == 0 else "all rows are selected"
        raise problem("TK548", f"{what}: there is nothing to compare.", remedy="Select some of the rows.")
    names = wide.choose(("number", "category", "text"), ("own", "upstream"))
    # Many columns are compared at fewer rows, so that an answer comes while somebody waits.
    at = _sample(inside, max(LEAST_COMPARED, min(MOST_COMPARED, MOST_CELLS // max(len(names), 1))))
    chosen = inside[at]
    found: list[dict[str, Any]] = []
    for name in names:
        kind, series = wide.kinds[name], wide.pick([name], at).frame[name]
        if kind == "number":
            one = _numbers(series, chosen)
        elif kind in ("category", "text") and series.n_unique() <= min(MOST_LABELS, max(2, len(series) // 2)):
            one = _classes(series, chosen)
        else:
            continue
        if one is not None:
            column = wide.columns[name]
            found.append({"name": name, "column": column.column, "ref": column.part.ref, "kind": kind, **one})
    found.sort(key=lambda c: -abs(c["effect"]))
    return {"n": n, "of": wide.height, "sample": len(at), "columns": _once(found)}


def _once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out a column that is another one in other units: the ranks of scaled numbers are those of the raw ones.

    But for ties: numbers that differ in the last digit become equal, or equal ones differ.
    """
    kept: list[dict[str, Any]] = []
    for one in found:
        twin = (c for c in kept if c["column"] == one["column"] and abs(c["effect"] - one["effect"]) < SAME)
        if next(twin, None) is None:
            kept.append(one)
    return kept


def _sample(inside: Mask, most: int) -> NDArray[np.int64]:
    """Return all rows, or of very many evenly spread ones, half of them inside where there are enough."""
    if len(inside) <= most:
        return np.arange(len(inside))
    groups = [np.flatnonzero(inside), np.flatnonzero(~inside)]
    half = most // 2
    kept = [g if len(g) <= half else g[np.linspace(0, len(g) - 1, half).astype(np.int64)] for g in groups]
    return np.sort(np.concatenate(kept))


def _numbers(series: pl.Series, inside: Mask) -> dict[str, Any] | None:
    values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    known = np.isfinite(values)
    here, there = values[known & inside], values[known & ~inside]
    if not len(here) or not len(there):
        return None
    ranks = rankdata(np.concatenate([here, there]))
    larger = (ranks[: len(here)].sum() - len(here) * (len(here) + 1) / 2) / (len(here) * len(there))
    effect = float(2 * larger - 1)
    medians = [f"{np.median(v):.4g}" for v in (here, there)]
    text = f"median {medians[0]} inside, {medians[1]} outside"
    return {"effect": effect, "label": "", "inside": medians[0], "outside": medians[1], "text": text}


def _classes(series: pl.Series, inside: Mask) -> dict[str, Any] | None:
    texts = series.cast(pl.String)
    known = texts.is_not_null().to_numpy()
    labels, code = np.unique(texts.filter(pl.Series(known)).to_numpy().astype(str), return_inverse=True)
    group = inside[known]
    if len(labels) < 2 or group.all() or not group.any():
        return None
    counts = np.stack(
        [np.bincount(code[group], minlength=len(labels)), np.bincount(code[~group], minlength=len(labels))]
    )
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    effect = float(np.sqrt(((counts - expected) ** 2 / expected).sum() / counts.sum()))
    shares = counts / counts.sum(axis=1, keepdims=True)
    most = int(np.abs(shares[0] - shares[1]).argmax())
    here, there = (f"{100 * s:.0f} %" for s in shares[:, most])
    text = f"{labels[most]}: {here} inside, {there} outside"
    return {"effect": effect, "label": str(labels[most]), "inside": here, "outside": there, "text": text}
