"""Where rows come from, and what has seen them.

Rows keep their identity (source and position) through filters, splits, samples and sorts. Whatever learns
from rows leaves an `Influence` on what it makes; `Lens` compares the rows a score uses with those influences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
InfluenceKind = Literal["prepared", "fitted", "chosen"]
KINDS: tuple[InfluenceKind, ...] = ("prepared", "fitted", "chosen")


def _mixed(x: Keys) -> Keys:
    # splitmix64 (Steele, Lea, Flood 2014): neighbouring positions get unrelated keys.
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@dataclass(frozen=True, eq=False)
class Identity:
    """The identity of n rows: one key per row, or several where a row was made from others.

    Parameters
    ----------
    keys : (m,) uint64
    offsets : (n + 1,) int64 or None
        Row i owns ``keys[offsets[i]:offsets[i + 1]]``; None means one key per row.
    """

    keys: Keys
    offsets: NDArray[np.int64] | None = None

    @classmethod
    def fresh(cls, source: str, n: int) -> Identity:
        """New identities for the n rows of a source (a file's digest, a generator's settings)."""
        start = int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "little")
        with np.errstate(over="ignore"):
            return cls(_mixed(np.uint64(start) + np.arange(n, dtype=np.uint64)))

    def __len__(self) -> int:
        return len(self.keys) if self.offsets is None else len(self.offsets) - 1

    def take(self, index: NDArray[Any]) -> Identity:
        """Return the identities of some rows, in the order of `index` (positions or a mask)."""
        index = np.asarray(index)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        if self.offsets is None:
            return Identity(self.keys[index])
        at, lengths = self._places(index)
        return Identity(self.keys[at], _offsets(lengths))

    def grouped(self, members: Sequence[NDArray[Any]]) -> Identity:
        """Rows made from several rows each: `members[i]` holds the positions that made row i."""
        if not members:
            return Identity(self.keys[:0], np.zeros(1, np.int64))
        row = np.repeat(np.arange(len(members)), [len(m) for m in members])
        return self.gathered(row, np.concatenate(members).astype(np.int64), len(members))

    def gathered(self, row: NDArray[Any], at: NDArray[Any], n: int) -> Identity:
        """Return n rows made from several: row ``row[i]`` of the result was made from row ``at[i]`` here."""
        places, lengths = self._places(at)
        return _collected(np.repeat(row, lengths), self.keys[places], n)

    def _places(self, index: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Where the keys of some rows lie, one row after the other, and how many each has."""
        if self.offsets is None:
            return index, np.ones(len(index), np.int64)
        lengths = np.diff(self.offsets)[index]
        starts = self.offsets[:-1][index] - _offsets(lengths)[:-1]
        return np.repeat(starts, lengths) + np.arange(lengths.sum()), lengths

    def of(self, i: int) -> Keys:
        """Return the keys of row i."""
        if self.offsets is None:
            return self.keys[i : i + 1]
        return self.keys[self.offsets[i] : self.offsets[i + 1]]

    def union(self) -> Keys:
        """Return all keys, sorted and unique: the set of rows an influence remembers."""
        return np.unique(self.keys)

    def seen(self, rows: Keys) -> NDArray[np.bool_]:
        """Say for every row whether any of its keys is among `rows` (sorted)."""
        if len(rows) == 0 or len(self.keys) == 0:
            return np.zeros(len(self), bool)
        at = np.minimum(np.searchsorted(rows, self.keys), len(rows) - 1)
        hit = np.asarray(rows[at] == self.keys)
        if self.offsets is None:
            return hit
        counts = np.concatenate([[0], np.cumsum(hit)])
        return np.asarray(counts[self.offsets[1:]] > counts[self.offsets[:-1]])

    @staticmethod
    def concat(parts: Sequence[Identity]) -> Identity:
        """Rows of several tables, one below the other."""
        keys = np.concatenate([p.keys for p in parts])
        if all(p.offsets is None for p in parts):
            return Identity(keys)
        lengths = [np.diff(p.offsets) if p.offsets is not None else np.ones(len(p), np.int64) for p in parts]
        return Identity(keys, _offsets(np.concatenate(lengths)))

    @staticmethod
    def merged(left: Identity, right: Identity) -> Identity:
        """Rows that stand side by side and now form one (a join): each keeps the keys of both."""
        n = len(left)
        rows = [np.repeat(np.arange(n), side._places(np.arange(n))[1]) for side in (left, right)]
        return _collected(np.concatenate(rows), np.concatenate([left.keys, right.keys]), n)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=out[1:])
    return out


def _collected(row: NDArray[Any], keys: Keys, n: int) -> Identity:
    """Identity of n rows from pairs of row and key in any order; each key once per row, sorted."""
    order = np.lexsort((keys, row))
    row, keys = row[order], keys[order]
    first = np.ones(len(row), bool)
    first[1:] = (row[1:] != row[:-1]) | (keys[1:] != keys[:-1])
    return Identity(keys[first], np.searchsorted(row[first], np.arange(n + 1)).astype(np.int64))


@dataclass(frozen=True, eq=False)
class Influence:
    """Rows that shaped something: `step` learned from `rows`, as preparation, fit or choice."""

    step: str
    kind: InfluenceKind
    rows: Keys

    @property
    def digest(self) -> str:
        """Content hash, so that the same influence is kept once."""
        text = f"{self.step}|{self.kind}|".encode()
        return hashlib.blake2b(text + np.ascontiguousarray(self.rows).tobytes(), digest_size=16).hexdigest()


def united(*groups: Iterable[Influence]) -> tuple[Influence, ...]:
    """Join influences, each once, in a stable order."""
    found: dict[str, Influence] = {}
    for group in groups:
        for influence in group:
            found.setdefault(influence.digest, influence)
    return tuple(found.values())


@dataclass(frozen=True)
class Lens:
    """How many of the scored rows had been seen, per kind of influence, and by which steps."""

    scored: int
    prepared: int = 0
    fitted: int = 0
    chosen: int = 0
    by: tuple[tuple[str, InfluenceKind, int], ...] = ()

    @classmethod
    def look(cls, rows: Identity, influences: Iterable[Influence]) -> Lens:
        """Compare the rows a score uses with what shaped the values it uses."""
        seen = {kind: np.zeros(len(rows), bool) for kind in KINDS}
        by: list[tuple[str, InfluenceKind, int]] = []
        for influence in united(influences):
            hit = rows.seen(influence.rows)
            seen[influence.kind] |= hit
            by.append((influence.step, influence.kind, int(hit.sum())))
        prepared, fitted, chosen = (int(seen[kind].sum()) for kind in KINDS)
        return cls(len(rows), prepared, fitted, chosen, tuple(by))

    def counts(self) -> dict[str, int]:
        """Return the four counts as they stand in ``--json``."""
        return {
            "scored": self.scored,
            "prepared": self.prepared,
            "fitted": self.fitted,
            "chosen": self.chosen,
        }

    def sentences(self) -> list[str]:
        """Say in plain words what the counts mean."""
        verbs = {"prepared": "prepared on", "fitted": "fitted on", "chosen": "chosen on"}
        said = [f"{step} was {verbs[kind]} {n} of the {self.scored} rows scored." for step, kind, n in self.by if n > 0]
        return said or [f"None of the {self.scored} rows scored was seen before."]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON form."""
        return {**self.counts(), "by": [list(b) for b in self.by]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Lens:
        """Read the JSON form."""
        by = tuple((str(s), k, int(n)) for s, k, n in data["by"])
        return cls(data["scored"], data["prepared"], data["fitted"], data["chosen"], by)
