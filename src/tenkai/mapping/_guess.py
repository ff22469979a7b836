"""What each column of a table is for: names of the rows, the label, numbers to compare rows by, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tenkai.errors import TenkaiError, listing, nearest, problem
from tenkai.mapping._words import COUNTER, LABEL, ROW_NAME, TARGET, meaning, plain
from tenkai.values import Table

FEWEST_LABELS, MOST_LABELS = 2, 30
MOST_MISSING = 0.3
LONGEST_NAME = 60
SHORT_NAME = 12


@dataclass
class Roles:
    """The part each column plays.

    Parameters
    ----------
    ids
        Columns whose texts name the rows; together they are unique.
    label
        The column that colors the map, or "".
    classes
        Whether the label stands for classes (else it is a measured number).
    shared
        Whether rows share labels, so that one can ask for the label of a neighbor.
    features
        Columns rows are compared by.
    left_out
        Number columns that are not used, and why.
    incomplete
        Features with missing cells, and how many.
    unused
        Columns of other kinds; they travel along to the tables of the report.
    """

    ids: tuple[str, ...] = ()
    label: str = ""
    classes: bool = True
    shared: bool = False
    features: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    incomplete: dict[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def guess_roles(table: Table, *, color: str | None, row_id: str | None, skip: Sequence[str], thing: str = "") -> Roles:
    """Look at names and values and decide; what the user said comes first, and `thing` is the column of things.

    Raises
    ------
    TenkaiError
        TK507 for a column that is not there; TK508 for a column that cannot name rows or give colors.
    """
    for option, names in (("--color", [color]), ("--row-id", [row_id]), ("--skip", skip)):
        for name in names:
            if name is not None and name not in table.kinds:
                raise _not_there(name, table, option)
    free = [n for n in table.columns if n not in (*skip, thing)]
    roles = Roles(ids=(row_id,) if row_id else _row_names(table, [n for n in free if n != color]))
    if row_id:
        _check_names(table, row_id)
    free = [n for n in free if n not in roles.ids]
    if color is not None:
        roles.label, roles.classes = color, _check_color(table, color)
    else:
        roles.label, roles.classes = _label(table, free)
    if roles.label and roles.classes:
        counts = table.frame[roles.label].drop_nulls().value_counts()["count"]
        roles.shared = int((counts >= 2).sum()) >= 2
    roles.left_out = dict.fromkeys((n for n in skip if _is_number(table, n)), "left out by --skip")
    _features(table, [n for n in free if n != roles.label], roles)
    taken = {*roles.ids, roles.label, *roles.features, *roles.left_out}
    roles.unused = tuple(n for n in table.columns if n not in taken)
    return roles


# ---- names of rows ------------------------------------------------------------------------------


def _row_names(table: Table, free: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that name the rows: one text, a text with a counter inside it, or a pair of texts."""
    texts = [n for n in free if table.frame[n].dtype == pl.String and not table.frame[n].null_count()]
    alone = [n for n in texts if _unique(table, [n]) and _longest(table, n) <= LONGEST_NAME]
    if alone:
        return (max(alone, key=lambda n: meaning(n, ROW_NAME)),)  # of equals the first
    numbered = [n for n in free if meaning(n, COUNTER) == 2 and _whole(table.frame[n]) and _unique(table, [n])]
    if numbered:
        return (numbered[0],)
    # Names of rows leave the table; what is called a label and can be one must stay.
    texts = [n for n in texts if not (meaning(n, LABEL) and _repeats(table.frame[n]))]
    for text in sorted(texts, key=lambda n: -meaning(n, ROW_NAME)):
        for number in free:
            if _whole(table.frame[number]) and _counts_within(table.frame, text, number):
                return (text, number)
    if len(texts) == 2 and all(_longest(table, n) <= SHORT_NAME for n in texts) and _unique(table, texts):
        return (texts[0], texts[1])  # such as element 1 and element 2
    return ()


def _unique(table: Table, names: Sequence[str]) -> bool:
    columns = table.frame.select(names)
    return columns.height > 1 and not columns.null_count().sum_horizontal()[0] and columns.n_unique() == columns.height


def _longest(table: Table, name: str) -> int:
    longest = table.frame[name].str.len_chars().max()
    return longest if isinstance(longest, int) else 0


def _whole(column: pl.Series) -> bool:
    """Say whether all cells are whole numbers, none missing."""
    if not column.dtype.is_numeric() or column.null_count() or not len(column):
        return False
    return column.dtype.is_integer() or bool((column == column.round(0)).all() and column.is_finite().all())


def _counts_within(frame: pl.DataFrame, text: str, number: str) -> bool:
    """Say whether a number column counts 0, 1, 2, ... (or from 1) inside each group of a text column."""
    groups = frame.group_by(pl.col(text).alias("text")).agg(
        low=pl.col(number).min(), high=pl.col(number).max(), rows=pl.len(), different=pl.col(number).n_unique()
    )
    if groups.height == frame.height or groups["low"].n_unique() != 1 or groups["low"][0] not in (0, 1):
        return False
    return bool(
        ((groups["high"] - groups["low"] + 1 == groups["rows"]) & (groups["different"] == groups["rows"])).all()
    )


def _check_names(table: Table, name: str) -> None:
    column = table.frame[name]
    if isinstance(column.dtype, pl.Array):
        raise problem("TK508", f"the column '{name}' holds {table.kinds[name]}s.", setting="--row-id")
    if column.null_count():
        fact = f"the column '{name}' misses {column.null_count()} cells: it cannot name the rows."
    elif column.n_unique() < len(column):
        twice = column.filter(column.is_duplicated())[0]
        fact = f"the column '{name}' holds '{twice}' several times: it cannot name the rows."
    else:
        return
    raise problem("TK508", fact, remedy="Choose another column, or leave --row-id away.", setting="--row-id")


# ---- the label ----------------------------------------------------------------------------------


def _label(table: Table, free: Sequence[str]) -> tuple[str, bool]:
    """Return the column that colors the map, and whether it stands for classes."""
    fit: dict[str, int] = {}
    for name in free:
        column, says = table.frame[name], meaning(name, LABEL)
        texts = table.kinds[name] == "category" or column.dtype == pl.String
        if (texts or (says and _whole(column))) and _repeats(column):
            fit[name] = 2 * says + texts
    if fit:
        return max(fit, key=fit.__getitem__), True
    targets = [n for n in free if _is_number(table, n) and plain(n) in TARGET]
    return (targets[0], False) if targets else ("", True)


def _repeats(column: pl.Series) -> bool:
    known = column.drop_nulls()
    different = known.n_unique()
    return FEWEST_LABELS <= different <= MOST_LABELS and 2 * different <= len(known)


def _check_color(table: Table, name: str) -> bool:
    if table.kinds[name] in ("vector", "image"):
        fact = f"the column '{name}' holds {table.kinds[name]}s, which give no color."
        raise problem("TK508", fact, allowed="Allowed: numbers, texts.", setting="--color")
    column = table.frame[name]
    if not column.dtype.is_numeric():
        return True
    return _whole(column.drop_nulls()) and column.n_unique() <= MOST_LABELS and meaning(name, LABEL) > 0


# ---- numbers to compare rows by -----------------------------------------------------------------


def _is_number(table: Table, name: str) -> bool:
    return table.kinds[name] in ("number", "vector", "image")


def _features(table: Table, free: Sequence[str], roles: Roles) -> None:
    counters: list[str] = []
    for name in free:
        if not _is_number(table, name):
            continue
        why = _useless(table, name)
        if why:
            roles.left_out[name] = why
        elif meaning(name, COUNTER) == 2 or _counts_rows(table.frame[name]):
            counters.append(name)
        else:
            roles.features += (name,)
    if not roles.features:  # a table of one counted quantity: then that is the data
        roles.features = tuple(counters)
    else:
        roles.left_out |= dict.fromkeys(counters, "it numbers the rows")
    _unfold_once(table, roles)
    if any(table.kinds[n] != "image" for n in roles.features):
        images = [n for n in roles.features if table.kinds[n] == "image"]
        roles.left_out |= dict.fromkeys(images, "the numbers beside it are compared")
        roles.features = tuple(n for n in roles.features if n not in images)
    for name in roles.features:
        column = table.frame[name]
        missing = column.null_count() + (int(column.is_nan().sum()) if column.dtype.is_float() else 0)
        if missing:
            roles.incomplete[name] = missing


def _unfold_once(table: Table, roles: Roles) -> None:
    """Where pictures stand beside their pixels in a line, as scikit-learn gives digits and faces, keep the pictures."""
    images = [n for n in roles.features if table.kinds[n] == "image"]
    others = [n for n in roles.features if n not in images]
    if len(images) != 1 or len(others) != 1 or table.kinds[others[0]] != "vector":
        return
    if table.layout(others).width == table.layout(images).width:
        roles.features = tuple(images)
        roles.left_out[others[0]] = f"it holds the pixels of '{images[0]}'"


def _useless(table: Table, name: str) -> str:
    """Say why a number column tells nothing about likeness, or "" where it may."""
    column = table.frame[name]
    if isinstance(column.dtype, pl.Array):
        return "it misses cells" if column.null_count() else ""
    known = column.drop_nulls()
    if column.dtype.is_float():
        known = known.drop_nans()
        if known.is_infinite().any():
            return "it holds infinite numbers"
    if not len(known):
        return "it is empty"
    if known.n_unique() == 1:
        return f"it is the same in all rows ({known[0]})"
    share = 1 - len(known) / len(column)
    return f"{share:.0%} of its cells are missing" if share > MOST_MISSING else ""


def _counts_rows(column: pl.Series) -> bool:
    if isinstance(column.dtype, pl.Array) or not _whole(column) or len(column) < 5:
        return False
    return bool((column.cast(pl.Float64).diff().drop_nulls() == 1).all())


def reasons(left_out: Mapping[str, str], limit: int = 6) -> list[str]:
    """Say which columns are not compared, by reason.

    >>> reasons({"a": "it is empty", "b": "left out by --skip", "c": "it is empty"})
    ["'a', 'c' (it is empty)", "'b' (left out by --skip)"]
    """
    named: dict[str, list[str]] = {}
    for name, why in left_out.items():
        named.setdefault(why, []).append(name)
    return [f"{listing(names, limit)} ({why})" for why, names in named.items()]


def _not_there(name: str, table: Table, option: str) -> TenkaiError:
    return problem(
        "TK507",
        f"there is no column '{name}'.",
        allowed=f"The table has {listing(table.columns)}.",
        remedy=nearest(name, table.columns),
        setting=option,
    )
