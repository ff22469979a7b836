"""process.select: some of the columns."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.errors import TenkaiError, problem
from tenkai.step import Help, Rows, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Kind, Schema, Table
from tenkai.values.matrix import array_column

_PACKED: tuple[Kind, ...] = ("number", "vector")


class Packer:
    """Puts number and vector columns side by side into one vector column.

    Parameters
    ----------
    name : the vector column
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the vector column."""
        X = Table.from_(frame, source="columns").matrix(frame.columns)
        return array_column(self.name, X).to_frame()


@step("process.select", version=1, title="Select columns", rows=Rows(same=("table",)))
def select(
    table: Annotated[Table, Shape("n p"), Help("rows with the columns to choose from")],
    *,
    columns: Annotated[Columns, Help("columns to keep; a list also gives their order")] = ALL_NUMBERS,
    as_vector: Annotated[str | None, Help("pack the chosen numbers into one vector column of this name")] = None,
) -> Table:
    """Keep some columns, in the order you name them.

    Row ids stay. A thousand columns of bits or a spectrum are easier to carry as one vector column: name it
    with `as_vector`; chosen columns of other kinds stay beside it.

    Raises
    ------
    TenkaiError
        TK201 for a column that is not there, TK204 when none is left, TK202 when there is nothing to pack.

    Source
    ------
    polars, DataFrame.select.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1, 2], "b": [3, 4], "name": ["x", "y"]})
    >>> tk.process.select(t, columns={"except": ["a"]}).columns
    ['b']
    >>> tk.process.select(t, columns=["name", "b", "a"], as_vector="v").frame.to_dicts()[0]
    {'v': [3.0, 1.0], 'name': 'x'}
    """
    names = table.choose(columns)
    kept = table.with_columns(table.frame.select(names))
    if as_vector is None:
        return kept
    packed = _to_pack(kept.schema, as_vector)
    fitted = Fitted.on(
        kept,
        Packer(as_vector),
        step="process.select",
        features=packed,
        outputs=[as_vector],
        learned=None,
        drops=True,
        kinds={as_vector: "vector"},
    )
    return fitted.apply(kept)


@select.schema
def _schema(table: Schema | None, *, columns: Columns, as_vector: str | None) -> Schema | None:
    if table is None:
        return None
    kept = table.keep(columns.resolve(table.columns))
    if as_vector is None:
        return kept
    if any(kind is None for kind in kept.columns.values()):
        return None
    rest = kept.drop(_to_pack(kept, as_vector))
    return Schema({as_vector: "vector", **rest.columns})


def _to_pack(kept: Schema, name: str) -> list[str]:
    packed = [n for n, kind in kept.columns.items() if kind in _PACKED]
    if not packed:
        raise problem("TK202", "there are no numbers among the chosen columns to pack.", setting="as_vector")
    if name in kept and name not in packed:
        raise taken(name)
    return packed


def taken(name: str) -> TenkaiError:
    """The error for a new column whose name is taken by one that stays."""
    return problem(
        "TK202", f"the table already has a column '{name}'.", remedy="Choose another name.", setting="as_vector"
    )
