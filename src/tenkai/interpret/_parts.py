"""Parts of a factorization: their rank by what they add, and their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret._text import whole
from tenkai.interpret._things import Pictures, Pixels, positions_of
from tenkai.step import Run
from tenkai.values import Table

Scale = Literal["each", "together"]
SHARE = "share"
PERCENT = 100


def ranked(parts: Table, shares: Table | None) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """Return the positions of the parts in falling order of their share, and their shares in that order.

    Shares belong to parts by row id, never by place. Without shares the parts stay as they stand.

    Raises
    ------
    TenkaiError
        TK205 without parts; TK201, TK202, TK208 for shares that are none; TK703 when a part has no share.
    """
    if parts.height == 0:
        raise problem("TK205", "the table of 'parts' has no part.")
    if shares is None:
        return np.arange(parts.height), None
    shares.require([SHARE], ("number",))
    shares.require_complete([SHARE])
    share = shares.matrix([SHARE])[positions_of(parts.ids, shares, "shares"), 0]
    order = np.argsort(-share, kind="stable")
    return order, share[order]


def grays(source: Pictures, positions: Sequence[int] | NDArray[np.int64], scale: Scale) -> tuple[Pixels, bool]:
    """Return the parts as pictures, and whether some number is below 0: then the middle gray is 0.

    `each`: the largest number of each part is white; `together`: the largest of all these parts.
    """
    at = np.asarray(positions, np.int64)
    values = source.table.take(at).matrix([source.column]).reshape(len(at), *source.shape)
    values = np.where(np.isfinite(values), values, 0.0)
    signed = bool((values < 0).any())
    size = np.abs(values)
    inner = tuple(range(1, values.ndim))
    most = size.max(axis=inner, keepdims=True) if scale == "each" else np.full((1,) * values.ndim, size.max())
    most = np.where(most > 0, most, 1.0)
    shown = (values / most + 1) / 2 if signed else values / most
    gray: Pixels = np.rint(shown * 255).astype(np.uint8)
    return np.subtract(255, gray, dtype=np.uint8) if source.invert else gray, signed


def percent(share: float) -> str:
    """Write a share on a tile.

    >>> percent(0.1234), percent(0.0004), percent(0.0)
    ('12.3 %', '<0.1 %', '0 %')
    """
    value = PERCENT * share
    return "0 %" if value == 0 else "<0.1 %" if value < 0.1 else f"{value:.1f} %"


def thinned(n: int, most: int, run: Run) -> tuple[NDArray[np.int64], list[str]]:
    """Return the rows to draw, evenly spread over the table, and what the reader must know."""
    if n <= most:
        return np.arange(n), []
    text = f"{whole(most)} of {whole(n)} rows are drawn, evenly spread over the table."
    run.note("TKW727", text)
    return np.linspace(0, n - 1, most).round().astype(np.int64), [text]
