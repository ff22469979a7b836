"""What is known of a table before its data: columns and kinds. Schemas flow through the plan before data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tenkai.errors import problem
from tenkai.values.columns import missing_column
from tenkai.values.kinds import Kind


@dataclass(frozen=True)
class Schema:
    """Columns with their kinds (None: the kind is decided by the values), in order."""

    columns: Mapping[str, Kind | None] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return list(self.columns)

    def drop(self, names: Iterable[str]) -> Schema:
        """Return the schema without some columns."""
        gone = set(names)
        return Schema({n: k for n, k in self.columns.items() if n not in gone})

    def add(self, columns: Mapping[str, Kind | None]) -> Schema:
        """Return the schema with further (or replaced) columns."""
        return Schema({**self.columns, **columns})

    def keep(self, names: Iterable[str]) -> Schema:
        """Return the schema with these columns only."""
        return Schema({n: self.columns[n] for n in names if n in self.columns})

    def require(self, names: Iterable[str], kinds: Sequence[Kind] = (), setting: str = "") -> None:
        """Check that columns exist and are of one of the kinds, where the kind is known. Raises TK201, TK202."""
        for name in names:
            if name not in self.columns:
                raise missing_column(name, self.columns, setting)
            kind = self.columns[name]
            if kinds and kind is not None and kind not in kinds:
                raise problem(
                    "TK202",
                    f"column '{name}' is of kind {kind}.",
                    allowed=f"Allowed here: {' or '.join(kinds)}.",
                    remedy="Choose other columns, or turn it into numbers first.",
                    setting=setting,
                )
