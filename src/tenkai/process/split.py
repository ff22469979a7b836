"""process.split: rows to learn from, and rows kept apart to test on."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, count, listing, problem
from tenkai.process._draw import classes_of
from tenkai.step import Column, Help, Of, Outputs, Range, Rows, Run, Seed, step
from tenkai.values import Schema, Table

Part = NDArray[np.int64]


class Split(Outputs):
    """Two tables that share no row."""

    train: Annotated[Table, Help("rows to learn from")]
    test: Annotated[Table, Help("rows that nothing learns from")]


@step("process.split", version=1, title="Split into train and test", rows=Rows(apart=("train", "test")))
def split(
    table: Annotated[Table, Help("rows to split")],
    *,
    test: Annotated[
        Annotated[float, Range(0, 1, open_low=True, open_high=True)] | Annotated[int, Range(1, "n - 1")],
        Help("share of the rows to test on (0.3), or their number (25)"),
    ] = 0.3,
    stratify: Annotated[
        Column | None, Of("table", ("category", "text", "number")), Help("keep the shares of these classes")
    ] = None,
    groups: Annotated[
        Column | None, Of("table", ("category", "text", "number", "molecule")), Help("rows of one group stay together")
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("another seed gives another split")] = 0,
    run: Run,
) -> Split:
    """Split rows at random into a part to learn from and a part to test on.

    Split before anything learns from the rows, also before `process.standardize`: a score on the test part
    then tells how well new rows are predicted.

    Raises
    ------
    TenkaiError
        TK211 when a split is impossible: too few rows, a class with one row, a single group.

    Notes
    -----
    Rows that belong together (repeats of one sample, structures of one compound) leak from one part into the
    other unless they are `groups`. With groups, `test` is the share (or number) of groups. One seed is one
    case: sweep the seed before you trust a score.

    Source
    ------
    scikit-learn: ShuffleSplit, StratifiedShuffleSplit, GroupShuffleSplit. The same seed gives the rows that
    train_test_split gives for this random_state.

    Example
    -------
    >>> import tenkai as tk
    >>> parts = tk.process.split(tk.Table.from_({"a": range(10)}), test=0.3, seed=0)
    >>> len(parts.train), parts.test["a"].to_list()
    (7, [2, 4, 8])
    """
    n = table.height
    if n < 2:
        raise _impossible(f"{count(n, 'row')} cannot be split in two.", "", "test")
    if groups is not None:
        train, held = _by_group(table, groups, test, seed, run)
    elif stratify is not None:
        train, held = _by_class(table, stratify, test, seed)
    else:
        _check_size(n, test, "rows")
        from sklearn.model_selection import ShuffleSplit

        train, held = next(ShuffleSplit(1, test_size=test, random_state=seed).split(np.empty(n)))
    return Split(table.take(np.sort(train)), table.take(np.sort(held)))


def _by_class(table: Table, column: str, test: float, seed: int) -> tuple[Part, Part]:
    from sklearn.model_selection import StratifiedShuffleSplit

    names, code = classes_of(table, column)
    sizes = np.bincount(code, minlength=len(names))
    lonely = [name for name, size in zip(names, sizes, strict=True) if size < 2]
    if lonely:
        raise _impossible(
            f"'{column}' has {count(len(lonely), 'class', 'classes')} with a single row: {listing(lonely, 6)}.",
            "Drop or merge such classes, make classes of a number with process.label, or split without classes.",
            "stratify",
        )
    held = _check_size(table.height, test, "rows")
    if min(held, table.height - held) < len(names):
        raise _impossible(
            f"{held} test and {table.height - held} training rows cannot both hold the {len(names)} classes of "
            f"'{column}'.",
            "Change 'test', or split without classes.",
            "stratify",
        )
    parts = StratifiedShuffleSplit(1, test_size=test, random_state=seed).split(np.empty(len(code)), code)
    return next(parts)  # type: ignore[no-any-return]


def _by_group(table: Table, column: str, test: float, seed: int, run: Run) -> tuple[Part, Part]:
    from sklearn.model_selection import GroupShuffleSplit

    names, code = classes_of(table, column, "groups")
    if len(names) < 2:
        raise _impossible(f"'{column}' holds one group only.", "Choose a column with more groups.", "groups")
    held = _check_size(len(names), test, "groups")
    train, rows = next(GroupShuffleSplit(1, test_size=test, random_state=seed).split(np.empty(len(code)), None, code))
    run.note(
        "TKW211",
        f"{held} of {len(names)} groups of '{column}' are test rows: {len(rows)} of {count(len(code), 'row')}.",
    )
    return train, rows


def _check_size(n: int, test: float, what: str) -> int:
    """Return how many are held out. Raises TK211 where one side stays empty."""
    held = test if isinstance(test, int) else int(np.ceil(test * n))
    if not 0 < held < n:
        side = "test" if held <= 0 else "learn from"
        raise _impossible(f"test = {test:g} of {n} {what} leaves none to {side}.", "", "test")
    return held


def _impossible(fact: str, remedy: str, setting: str) -> TenkaiError:
    return problem("TK211", fact, remedy=remedy, setting=setting)


@split.schema
def _schema(
    table: Schema | None, *, test: float, stratify: Column | None, groups: Column | None, seed: int
) -> dict[str, Schema | None]:
    for name, setting in ((stratify, "stratify"), (groups, "groups")):
        if table is not None and name is not None:
            table.require([name], ("category", "text", "number", "molecule"), setting)
    return {"train": table, "test": table}


@split.check
def _check(*, test: float, stratify: Column | None, groups: Column | None, seed: int) -> None:
    if stratify is not None and groups is not None:
        raise problem(
            "TK111",
            "'stratify' and 'groups' are both given.",
            allowed="Give one of them.",
            remedy="Groups come first where rows belong together.",
            setting="groups",
        )
