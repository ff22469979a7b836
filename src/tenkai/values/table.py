"""Table: an immutable polars frame with row ids, kinds, and the lineage of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, problem
from tenkai.values import interchange
from tenkai.values.columns import Columns, check_names, missing_column
from tenkai.values.hashing import digest_frame
from tenkai.values.kinds import Kind, dtype_fits, guess_kind
from tenkai.values.lineage import Identity, Influence, united
from tenkai.values.matrix import Layout, layout, read_matrix, write_matrix
from tenkai.values.schema import Schema
from tenkai.values.table_files import read_table, write_table
from tenkai.values.value import Folder, Value

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from tenkai.values.fitted import Fitted

ROW_ID = "row id"


@dataclass(frozen=True, eq=False, repr=False)
class Table(Value):
    """Rows with names.

    Parameters
    ----------
    frame : polars.DataFrame, n rows
        The columns; a vector (fingerprint, spectrum) or an image is one column of type Array.
    ids : polars.Series of text, n
        The name of each row, unique.
    kinds : mapping of column name to kind
    identity : Identity, n
        Where each row comes from; kept through filters, splits, samples and sorts.
    influences : Influence, ...
        What has shaped the values of every row, and which rows it had seen. What shaped single rows (one fold,
        one of several stacked tables) travels with their identity.
    preparation : Fitted, ...
        The fitted steps these values went through, in order.
    notes : Note, ...
    """

    type_name: ClassVar[str] = "table"

    frame: pl.DataFrame
    ids: pl.Series
    kinds: Mapping[str, Kind]
    identity: Identity
    influences: tuple[Influence, ...] = ()
    preparation: tuple[Fitted, ...] = ()
    notes: tuple[Note, ...] = field(default=())

    def __post_init__(self) -> None:
        check_names(self.kinds)

    # ---- making -------------------------------------------------------------------------------

    @classmethod
    def from_(
        cls,
        data: Any,
        *,
        ids: Sequence[str] | pl.Series | str | None = None,
        kinds: Mapping[str, Kind] | None = None,
        source: str | None = None,
        notes: Iterable[Note] = (),
    ) -> Table:
        """Make a table from pandas, polars, Arrow, NumPy, a mapping of columns, or what narwhals accepts.

        Parameters
        ----------
        data
            Rows by columns. A pandas index that is not a plain count gives the row ids.
        ids
            Row ids, or the name of the column that holds them; otherwise ``Row0``, ``Row1``, ...
        kinds
            Kinds of some columns; the others are guessed.
        source
            What identifies the origin of the rows; equal sources mean the same rows. Default: the content.

        Raises
        ------
        TenkaiError
            TK801 for something that is no table; TK207 when row ids repeat or are missing.
        """
        frame, found_ids = interchange.to_frame(data)
        check_names(frame.columns)
        if isinstance(ids, str):
            if ids not in frame.columns:
                raise missing_column(ids, dict.fromkeys(frame.columns), "row_id")
            found_ids, frame = frame[ids], frame.drop(ids)
        elif ids is not None:
            found_ids = pl.Series(ids)
        names = row_ids(found_ids, frame.height)
        given = dict(kinds or {})
        all_kinds = {n: given.get(n) or guess_kind(frame[n]) for n in frame.columns}
        for name, kind in given.items():
            if name in all_kinds and not dtype_fits(kind, frame[name].dtype):
                raise problem("TK202", f"column '{name}' holds {frame[name].dtype}, which cannot be of kind {kind}.")
        identity = Identity.fresh(source or digest_frame(frame), frame.height)
        return cls(frame, names, all_kinds, identity, notes=tuple(notes))

    # ---- looking ------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.frame.height

    @property
    def columns(self) -> list[str]:
        """Column names."""
        return self.frame.columns

    @property
    def schema(self) -> Schema:
        """Columns and kinds."""
        return Schema(dict(self.kinds))

    def __len__(self) -> int:
        return self.height

    def __getitem__(self, name: str) -> pl.Series:
        self.require([name])
        return self.frame[name]

    def choose(self, columns: Columns | Any, setting: str = "columns") -> list[str]:
        """Resolve a choice of columns to names."""
        return Columns.parse(columns).resolve(self.kinds, setting)

    def require(self, names: Iterable[str], kinds: Sequence[Kind] = (), setting: str = "") -> None:
        """Check that columns exist and are of one of the kinds. Raises TK201, TK202."""
        self.schema.require(names, kinds, setting)

    def require_complete(self, names: Sequence[str], setting: str = "columns") -> None:
        """Check that no cell of these columns is missing (null or NaN). Raises TK208."""
        for name in names:
            column = self.frame[name]
            bad = column.is_null() | column.is_nan() if column.dtype.is_float() else column.is_null()
            if bad.any():
                at = int(bad.arg_max() or 0)
                raise problem(
                    "TK208",
                    f"column '{name}' misses {bad.sum()} of {self.height} values, first at row '{self.ids[at]}'.",
                    remedy="Fill them with process.impute, or drop these rows with process.filter.",
                    setting=setting,
                )

    def layout(self, columns: Sequence[str]) -> Layout:
        """How the columns stand side by side as a matrix (a vector of length p takes p places)."""
        return layout(self.frame, self.kinds, columns)

    def matrix(self, columns: Sequence[str] | None = None, dtype: Any = np.float64) -> NDArray[Any]:
        """Return columns as one array (n, p); missing cells are NaN. No copy where one column suffices.

        Parameters
        ----------
        columns
            Number, vector and image columns; default: all numbers and vectors.
        dtype
            float64 or float32.
        """
        names = list(columns) if columns is not None else self.choose("numbers")
        self.require(names, ("number", "vector", "image"))
        return read_matrix(self.frame, self.kinds, names, dtype)

    def complete_matrix(
        self,
        columns: Sequence[str],
        dtype: Any = np.float64,
        setting: str = "columns",
        largest: float | None = None,
    ) -> NDArray[Any]:
        """Return columns as one array (n, p) in which every cell is a finite number.

        `largest`: the largest size allowed, where squares and single precision must hold what is computed.

        Raises
        ------
        TenkaiError
            TK202 for columns of other kinds, TK208 where cells are missing, TK203 where they are infinite.
        """
        names = list(columns)
        self.require(names, ("number", "vector", "image"), setting)
        self.require_complete(names, setting)
        X = self.matrix(names, dtype)
        # One sum finds almost every bad array without a temporary of the same size.
        with np.errstate(over="ignore", invalid="ignore"):
            total = X.sum(dtype=np.float64)
        if np.isfinite(total) or np.isfinite(X).all():
            self._require_modest(X, names, setting, largest)
            return X
        row, at = (int(i) for i in np.argwhere(~np.isfinite(X))[0])
        missing = np.isnan(X[row, at])
        raise problem(
            "TK208" if missing else "TK203",
            f"column '{self.layout(names).features()[at]}' {'misses a value' if missing else f'holds {X[row, at]}'} "
            f"at row '{self.ids[row]}'.",
            allowed="Allowed: finite numbers.",
            remedy="Drop such rows with process.filter, or choose other columns.",
            setting=setting,
        )

    def _require_modest(self, X: NDArray[Any], names: Sequence[str], setting: str, largest: float | None) -> None:
        if largest is None or not X.size or max(X.max(), -X.min()) <= largest:
            return
        row, at = (int(i) for i in np.argwhere(np.abs(X) > largest)[0])
        raise problem(
            "TK203",
            f"column '{self.layout(names).features()[at]}' holds {X[row, at]:g} at row '{self.ids[row]}'.",
            allowed=f"Allowed: numbers up to {largest:g} in size, so that their squares can be computed.",
            remedy="Take a larger unit (process.formula), or drop such rows with process.filter.",
            setting=setting,
        )

    # ---- changing -----------------------------------------------------------------------------

    def with_columns(self, frame: pl.DataFrame, kinds: Mapping[str, Kind] | None = None) -> Self:
        """Same rows, other columns. Kinds of columns that keep their name and fit are kept."""
        given = kinds or {}
        new: dict[str, Kind] = {}
        for name in frame.columns:
            old = self.kinds.get(name)
            if name in given:
                new[name] = given[name]
            elif old is not None and dtype_fits(old, frame[name].dtype):
                new[name] = old
            else:
                new[name] = guess_kind(frame[name])
        return replace(self, frame=frame, kinds=new)

    def with_matrix(self, columns: Sequence[str], values: NDArray[Any]) -> Self:
        """Put a matrix back in the places of the columns it came from."""
        return self.with_columns(write_matrix(self.frame, self.layout(columns), values))

    def take(self, index: NDArray[Any] | Sequence[int]) -> Self:
        """Return some rows, by position or mask, in that order. Ids, identity and influences go along."""
        at = np.asarray(index)
        at = np.flatnonzero(at) if at.dtype == bool else at.astype(np.int64)
        return replace(self, frame=self.frame[at], ids=self.ids[at], identity=self.identity.take(at))

    def influenced(self, influences: Iterable[Influence]) -> Self:
        """Add influences."""
        return replace(self, influences=united(self.influences, influences))

    def called(self, step: str, name: str) -> Self:
        """Return it with influences of a step under the name the step has in the workflow."""
        if not any(i.step == step for i in self.every_influence):
            return self

        def change(influence: Influence) -> Influence:
            return replace(influence, step=name) if influence.step == step else influence

        preparation = tuple(f.called(name) if f.step == step else f for f in self.preparation)
        influences = tuple(change(i) for i in self.influences)
        return replace(self, influences=influences, preparation=preparation, identity=self.identity.renamed(change))

    @property
    def every_influence(self) -> tuple[Influence, ...]:
        """What shaped all rows, and what shaped some of them."""
        return united(self.influences, self.identity.influences)

    def prepared_by(self, fitted: Fitted) -> Self:
        """Remember that the values went through a fitted step."""
        return replace(self, preparation=(*self.preparation, fitted))

    def with_preparation(self, preparation: tuple[Fitted, ...]) -> Self:
        """Return it with another memory of what its values went through."""
        return self if preparation == self.preparation else replace(self, preparation=preparation)

    # ---- storing, showing ---------------------------------------------------------------------

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write Arrow, npy and nested fitted steps."""
        return write_table(self, folder)

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        return cls(**read_table(folder, header))

    def summary(self) -> dict[str, Any]:
        """Rows, columns and how many columns of each kind."""
        count: dict[str, int] = {}
        for kind in self.kinds.values():
            count[kind] = count.get(kind, 0) + 1
        return {"rows": self.height, "columns": len(self.columns), "kinds": count}

    def measures(self) -> dict[str, Any]:
        """Return ``rows`` and ``columns``."""
        return {"rows": self.height, "columns": len(self.columns)}

    def named(self, name: str = ROW_ID) -> pl.DataFrame:
        """Return the frame with the row ids as first column."""
        while name in self.frame.columns:
            name += "_"
        return pl.concat([self.ids.alias(name).to_frame(), self.frame], how="horizontal")

    def to_polars(self) -> pl.DataFrame:
        """Return the frame, row ids first."""
        return self.named()

    def to_pandas(self) -> pd.DataFrame:
        """Return a pandas frame with the row ids as index."""
        return interchange.to_pandas(self.frame, self.ids)

    def to_arrow(self) -> pa.Table:
        """Return an Arrow table, row ids first."""
        return self.named().to_arrow()

    def to_numpy(self, columns: Sequence[str] | None = None) -> NDArray[np.float64]:
        """Return the number columns as (n, p) float64."""
        return self.matrix(columns)

    def _repr_html_(self) -> str:
        return self.named()._repr_html_()


def row_ids(given: pl.Series | None, n: int) -> pl.Series:
    """Return checked row ids: text, unique, none missing; ``Row0``, ... where none are given."""
    if given is None:
        return pl.select(pl.format("Row{}", pl.int_range(n)).alias(ROW_ID)).to_series()
    ids = given.cast(pl.String).alias(ROW_ID)
    if len(ids) != n:
        raise problem("TK207", f"there are {len(ids)} row ids for {n} rows.", allowed="Give one id per row.")
    if ids.null_count():
        at = int(ids.is_null().arg_max() or 0)
        raise problem("TK207", f"row {at} has no row id.", remedy="Choose another row id column, or none.")
    if ids.n_unique() != n:
        twice = ids.filter(ids.is_duplicated())[0]
        raise problem(
            "TK207",
            f"the row id '{twice}' stands for several rows.",
            allowed="Row ids are unique.",
            remedy="Choose another row id column, several columns, or none (Row0, Row1, ...).",
        )
    return ids
