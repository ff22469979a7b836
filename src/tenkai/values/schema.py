"""What is known of a table before its data: columns and kinds. Schemas flow through the plan before data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
