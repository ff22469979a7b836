"""Colour by a column: categories with few strong colors, or numbers on one scale that all eyes can order."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._text import label, natural, short_names, shorten, whole
from tenkai.values import Kind, Table

if TYPE_CHECKING:
    import altair as alt

MISSING = "missing"
FEW_WHOLE_NUMBERS = 10  # a column of whole numbers with no more values is drawn as categories
MOST_CATEGORIES = 30
LEGEND_ROWS = 22
LABELS: tuple[Kind, ...] = ("number", "category", "text")  # kinds of columns that can hold labels

ColorAs = Literal["auto", "categories", "numbers"]


@dataclass(frozen=True)
class Categories:
    """Names in the order of the legend, with color, shape and count.

    `others`: labels drawn as one. `among`: the labels that share out the colors, when `names` are only some.
    """

    title: str
    column: str
    names: tuple[str, ...]
    counts: tuple[int, ...]
    others: frozenset[str] = frozenset()
    among: tuple[str, ...] = ()

    @property
    def other(self) -> str:
        """Return the name that stands for the rare labels."""
        return f"{len(self.others)} other labels"

    @property
    def plain(self) -> tuple[str, ...]:
        """Return the names that are labels: neither missing nor the rare ones."""
        return tuple(n for n in self.names if n not in (MISSING, self.other))

    @property
    def colors(self) -> list[str]:
        """Return one color per name; missing is gray."""
        gray = {MISSING: _theme.MISSING, self.other: _theme.SOFT}
        all_names = self.among or self.plain
        strong = dict(zip(all_names, _theme.palette(len(all_names)), strict=True))
        return [strong.get(n) or gray[n] for n in self.names]

    @property
    def shapes(self) -> list[str]:
        """Return one shape per name."""
        all_names = self.among or self.plain
        strong = dict(zip(all_names, _theme.shapes(len(all_names)), strict=True))
        return [strong.get(n, "circle") for n in self.names]

    @property
    def missing(self) -> int:
        """Return how many rows have no label."""
        return dict(zip(self.names, self.counts, strict=True)).get(MISSING, 0)

    def of(self, table: Table) -> list[str]:
        """Return the name each row is drawn with."""
        labels = (label(v) for v in table[self.column].to_list())
        return [MISSING if v is None else self.other if v in self.others else v for v in labels]

    def codes(self, table: Table, missing: int) -> NDArray[np.uint16]:
        """Return the place in `names` that each row is drawn with; `missing` where it has no label."""
        different = table[self.column].unique()
        one_each = table.with_columns(table.frame.select(self.column))
        names = self.of(replace(one_each, frame=different.to_frame()))
        place = {n: i for i, n in enumerate(self.names) if n != MISSING}
        found = [place.get(n, missing) for n in names]
        keys = pl.DataFrame({"v": different, "c": pl.Series(found, dtype=pl.UInt16)})
        joined = (
            table[self.column]
            .alias("v")
            .to_frame()
            .join(keys, on="v", how="left", maintain_order="left", nulls_equal=True)
        )
        return np.ascontiguousarray(joined["c"].to_numpy(), np.uint16)

    def within(self, table: Table) -> Categories:
        """Return the names and counts of some rows, in the colors they have among all."""
        found = Counter(self.of(table))
        names = tuple(n for n in self.names if found[n])
        return replace(self, names=names, counts=tuple(found[n] for n in names), among=self.among or self.plain)

    def legend(self, extra: Sequence[tuple[str, int]] = (), **settings: Any) -> alt.Legend:
        """Return a legend with counts; `extra` names that are no labels (new rows)."""
        import altair as alt

        pairs = [*zip(self.names, self.counts, strict=True), *extra]
        short = short_names([name for name, _ in pairs], 30)
        written = {name: f"{s} ({whole(n)})" for s, (name, n) in zip(short, pairs, strict=True)}
        columns = math.ceil(len(pairs) / LEGEND_ROWS)
        expression = f"({json.dumps(written, ensure_ascii=False)})[datum.label]"
        return alt.Legend(title=shorten(self.title, 34), labelExpr=expression, columns=columns, **settings)

    def said(self) -> str:
        """Say the labels and their numbers."""
        pairs = [f"{n} ({whole(c)})" for n, c in zip(self.names, self.counts, strict=True)]
        return ", ".join(pairs[:12]) + (f" and {len(pairs) - 12} more" if len(pairs) > 12 else "")


@dataclass(frozen=True)
class Numbers:
    """A range of numbers. `missing`: rows without one."""

    title: str
    column: str
    low: float
    high: float
    missing: int

    def of(self, table: Table) -> list[float | None]:
        """Return the number of each row."""
        values = table.matrix([self.column])[:, 0].tolist()
        return [v if math.isfinite(v) else None for v in values]

    def scale(self) -> alt.Scale:
        """Return the color scale."""
        import altair as alt

        return alt.Scale(domain=[self.low, self.high], scheme=alt.SchemeParams(**_theme.VIRIDIS), nice=False)

    def legend(self, **settings: Any) -> alt.Legend:
        """Return a color bar."""
        import altair as alt

        bar = {"type": "gradient", "gradientLength": 180, "gradientThickness": 12}
        return alt.Legend(title=shorten(self.title, 34), **{**bar, **settings})

    def said(self) -> str:
        """Say the range."""
        return f"{self.low:.4g} to {self.high:.4g}"


Coloring = Categories | Numbers


def coloring(tables: Sequence[Table], column: str | None, color_as: ColorAs = "auto") -> Coloring | None:
    """Return how to color the rows of one or several tables by a column, alike in all.

    Raises
    ------
    TenkaiError
        TK201, TK202 for the column; for `color_as` numbers it must hold numbers.
    """
    if column is None:
        return None
    for table in tables:
        table.require([column], LABELS if color_as != "numbers" else ("number",), "color")
    if color_as == "numbers" or (color_as == "auto" and _are_numbers(tables, column)):
        values = [v for t in tables for v in t.matrix([column])[:, 0].tolist()]
        known = [v for v in values if math.isfinite(v)]
        if known:
            return Numbers(column, column, min(known), max(known), len(values) - len(known))
    return categories(tables, column, "color")


def categories(tables: Sequence[Table], column: str, setting: str = "label") -> Categories:
    """Return the labels of a column, in natural order; the rarest are drawn as one where they are many.

    Raises
    ------
    TenkaiError
        TK201, TK202 for the column.
    """
    for table in tables:
        table.require([column], LABELS, setting)
    found: Counter[str | None] = Counter()
    for table in tables:
        # Few of many cells are different: only these are written as labels.
        different = table[column].alias("value").to_frame().group_by("value", maintain_order=True).len()
        for value, n in different.iter_rows():
            found[label(value)] += n
    missing = found.pop(None, 0)
    others: frozenset[str] = frozenset()
    by_count = sorted((n for n in found if n is not None), key=lambda n: (-found[n], natural(n)))
    if len(by_count) > MOST_CATEGORIES:
        others = frozenset(by_count[MOST_CATEGORIES - 1 :])
    names = sorted((n for n in by_count if n not in others), key=natural)
    counts = [found[n] for n in names]
    bare = Categories(column, column, (), (), others)
    if others:
        names.append(bare.other)
        counts.append(sum(found[n] for n in others))
    if missing:
        # A label that is itself called missing joins the rows without one: both are gray.
        if MISSING in names:
            at = names.index(MISSING)
            names.pop(at)
            missing += counts.pop(at)
        names.append(MISSING)
        counts.append(missing)
    return Categories(column, column, tuple(names), tuple(counts), others)


def _are_numbers(tables: Sequence[Table], column: str) -> bool:
    if any(t.kinds[column] != "number" for t in tables):
        return False
    values = {v for t in tables for v in t[column].drop_nulls().drop_nans().unique().to_list()}
    return len(values) > FEW_WHOLE_NUMBERS or any(float(v) != math.floor(v) for v in values)
