"""Drawing the folds of a table: what is asked for, and whether it can be had."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, count, listing, problem
from tenkai.kernels.folds import Fold, group_folds, k_folds, leave_one_out
from tenkai.values.table import Table

Folds = int | Literal["leave_one_out"]


def draw_folds(
    table: Table, folds: Folds, repeats: int = 1, stratify: str | None = None, groups: str | None = None, seed: int = 0
) -> list[Fold]:
    """Return (train, test) positions, fold by fold; repeats with seeds seed, seed + 1, ...

    Raises
    ------
    TenkaiError
        TK211 when these folds cannot be drawn.
    """
    n = table.height
    if n < 2:
        raise _impossible(f"{count(n, 'row')} cannot be divided into folds.", "", "folds")
    if folds == "leave_one_out":
        return leave_one_out(n)
    if groups is not None:
        names, codes = _codes(table, groups, "groups")
        if folds > len(names):
            fact = f"{folds} folds need {folds} groups; '{groups}' has {len(names)}."
            raise _impossible(fact, f"Give folds: {len(names)} or fewer." if len(names) > 1 else "", "folds")
        return [f for r in range(repeats) for f in group_folds(codes, folds, _seed(seed, r))]
    if folds > n:
        fact = f"{folds} folds need {folds} rows; there are {n}."
        raise _impossible(fact, f"Give folds: {n} or fewer, or leave_one_out.", "folds")
    classes = None
    if stratify is not None:
        names, classes = _codes(table, stratify, "stratify")
        sizes = np.bincount(classes)
        few = [name for name, size in zip(names, sizes, strict=True) if size < folds]
        if few:
            fact = f"'{stratify}' has classes with fewer rows than {folds} folds: {listing(few, 6)}."
            least = int(sizes.min())
            first = f"Give folds: {least}" if least > 1 else "Drop or merge classes with a single row"
            raise _impossible(fact, f"{first}, or leave 'stratify' out.", "stratify")
    return [f for r in range(repeats) for f in k_folds(n, folds, _seed(seed, r), classes)]


def check_folds(folds: Folds, repeats: int, stratify: str | None, groups: str | None) -> None:
    """Refuse settings that do not go together.

    Raises
    ------
    TenkaiError
        TK111.
    """
    if stratify is not None and groups is not None:
        fact, setting = "'stratify' and 'groups' are both given.", "groups"
    elif folds == "leave_one_out" and (stratify is not None or groups is not None or repeats > 1):
        fact, setting = "leave_one_out holds out single rows: it knows no classes, groups or repeats.", "folds"
    else:
        return
    raise problem("TK111", fact, allowed="Give one of them.", setting=setting)


def _seed(seed: int, repeat: int) -> int:
    return (seed + repeat) % 2**32


def _codes(table: Table, column: str, setting: str) -> tuple[list[str], NDArray[np.int64]]:
    table.require([column], ("category", "text", "number", "molecule"), setting)
    table.require_complete([column], setting)
    values = table.frame[column].cast(pl.String)
    names = values.unique().sort()
    codes = values.cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    return names.to_list(), codes


def _impossible(fact: str, remedy: str, setting: str) -> TenkaiError:
    return problem("TK211", fact, remedy=remedy, setting=setting)
