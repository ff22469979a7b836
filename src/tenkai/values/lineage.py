"""Where rows come from, and what has seen them.

Rows keep their identity (source and position) through filters, splits, samples and sorts. Whatever learns
from rows leaves an `Influence` on what it makes; `Lens` compares the rows a score uses with those influences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, eq=False)
class Identity:
    """The identity of n rows: one key per row, or several where a row was made from others.

    Rows of one table may have been shaped by different rows: out-of-fold predictions of fold 1 by the other
    folds, stacked tables each by their own scaler. Then every key points to a group of influences.

    Parameters
    ----------
    keys : (m,) uint64
    offsets : (n + 1,) int64 or None
        Row i owns ``keys[offsets[i]:offsets[i + 1]]``; None means one key per row.
    codes : (m,) int32 or None
        Place in `groups` of what shaped the value of this key's row, -1 for nothing; None means nothing.
    groups : tuple of Influences
    """

    keys: Keys
    offsets: NDArray[np.int64] | None = None
    codes: NDArray[np.int32] | None = None
    groups: tuple[tuple[Influence, ...], ...] = ()

    @classmethod
    def fresh(cls, source: str, n: int) -> Identity:
        """New identities for the n rows of a source (a file's digest, a generator's settings)."""
        start = int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "little")
        with np.errstate(over="ignore"):
            return cls(_mixed(np.uint64(start) + np.arange(n, dtype=np.uint64)))

    def __len__(self) -> int:
        return len(self.keys) if self.offsets is None else len(self.offsets) - 1

    # ---- following rows -----------------------------------------------------------------------

    def take(self, index: NDArray[Any]) -> Identity:
        """Return the identities of some rows, in the order of `index` (positions or a mask)."""
        index = np.asarray(index)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        if self.offsets is None:
            return self._at(index, None)
        at, lengths = self._places(index)
        return self._at(at, _offsets(lengths))

    def _at(self, places: NDArray[Any], offsets: NDArray[np.int64] | None) -> Identity:
        codes = None if self.codes is None else self.codes[places]
        return Identity(self.keys[places], offsets, codes, self.groups)

    def grouped(self, members: Sequence[NDArray[Any]]) -> Identity:
        """Rows made from several rows each: `members[i]` holds the positions that made row i."""
        if not members:
            return self._at(np.empty(0, np.int64), np.zeros(1, np.int64))
        row = np.repeat(np.arange(len(members)), [len(m) for m in members])
        return self.gathered(row, np.concatenate(members).astype(np.int64), len(members))

    def gathered(self, row: NDArray[Any], at: NDArray[Any], n: int) -> Identity:
        """Return n rows made from several: row ``row[i]`` of the result was made from row ``at[i]`` here."""
        places, lengths = self._places(at)
        return self._at(places, None)._collected(np.repeat(row, lengths), n)

    def _places(self, index: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Where the keys of some rows lie, one row after the other, and how many each has."""
        if self.offsets is None:
            return index, np.ones(len(index), np.int64)
        lengths = np.diff(self.offsets)[index]
        starts = self.offsets[:-1][index] - _offsets(lengths)[:-1]
        return np.repeat(starts, lengths) + np.arange(lengths.sum()), lengths

    def _collected(self, row: NDArray[Any], n: int) -> Identity:
        """Give key i to row ``row[i]`` of n rows, in any order; each key (and group) once per row, sorted."""
        codes = self.codes if self.codes is not None else np.full(len(self.keys), -1, np.int32)
        order = np.lexsort((codes, self.keys, row))
        row, keys, codes = row[order], self.keys[order], codes[order]
        first = np.ones(len(row), bool)
        first[1:] = (row[1:] != row[:-1]) | (keys[1:] != keys[:-1]) | (codes[1:] != codes[:-1])
        offsets = np.searchsorted(row[first], np.arange(n + 1)).astype(np.int64)
        return Identity(keys[first], offsets, codes[first] if self.codes is not None else None, self.groups)

    @staticmethod
    def concat(parts: Sequence[Identity]) -> Identity:
        """Rows of several tables, one below the other."""
        keys = np.concatenate([p.keys for p in parts])
        codes, groups = _joined_groups(parts)
        if all(p.offsets is None for p in parts):
            return Identity(keys, None, codes, groups)
        lengths = [np.diff(p.offsets) if p.offsets is not None else np.ones(len(p), np.int64) for p in parts]
        return Identity(keys, _offsets(np.concatenate(lengths)), codes, groups)

    @staticmethod
    def merged(left: Identity, right: Identity) -> Identity:
        """Rows that stand side by side and now form one (a join): each keeps the keys of both."""
        n = len(left)
        rows = [np.repeat(np.arange(n), side._places(np.arange(n))[1]) for side in (left, right)]
        codes, groups = _joined_groups((left, right))
        both = Identity(np.concatenate([left.keys, right.keys]), None, codes, groups)
        return both._collected(np.concatenate(rows), n)

    # ---- what shaped them ---------------------------------------------------------------------

    def shaped(self, influences: Iterable[Influence]) -> Identity:
        """Return these rows, each shaped by `influences` too: for rows that will stand beside rows that were not."""
        added = united(influences)
        if not added:
            return self
        codes = np.full(len(self.keys), -1, np.int32) if self.codes is None else self.codes
        groups = (*(united(g, added) for g in self.groups), added)
        return Identity(self.keys, self.offsets, np.where(codes < 0, np.int32(len(groups) - 1), codes), groups)

    def renamed(self, change: Callable[[Influence], Influence]) -> Identity:
        """Return these rows with influences under other names."""
        if self.codes is None:
            return self
        return replace(self, groups=tuple(tuple(change(i) for i in g) for g in self.groups))

    @property
    def influences(self) -> tuple[Influence, ...]:
        """Everything that shaped some of the rows by itself."""
        if self.codes is None:
            return ()
        return united(*(self.groups[c] for c in np.unique(self.codes) if c >= 0))

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
        return self._any(np.asarray(rows[at] == self.keys))

    def in_group(self, code: int) -> NDArray[np.bool_]:
        """Say for every row whether the influences of a group shaped it."""
        if self.codes is None:
            return np.zeros(len(self), bool)
        return self._any(self.codes == code)

    def _any(self, hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
        if self.offsets is None:
            return hit
        counts = np.concatenate([[0], np.cumsum(hit)])
        return np.asarray(counts[self.offsets[1:]] > counts[self.offsets[:-1]])


def _joined_groups(
    parts: Sequence[Identity],
) -> tuple[NDArray[np.int32] | None, tuple[tuple[Influence, ...], ...]]:
    """Groups of several identities in one list, equal ones once, and the codes of all keys in it."""
    if all(p.codes is None for p in parts):
        return None, ()
    places: dict[tuple[str, ...], int] = {}
    groups: list[tuple[Influence, ...]] = []
    codes: list[NDArray[np.int32]] = []
    for part in parts:
        if part.codes is None:
            codes.append(np.full(len(part.keys), -1, np.int32))
            continue
        moved = np.full(len(part.groups) + 1, -1, np.int32)  # the last place answers for code -1
        for c in np.unique(part.codes):
            if c >= 0:
                name = tuple(sorted(i.digest for i in part.groups[c]))
                if name not in places:
                    places[name] = len(groups)
                    groups.append(part.groups[c])
                moved[c] = places[name]
        codes.append(moved[part.codes])
    return np.concatenate(codes), tuple(groups)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=out[1:])
    return out


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
        """Compare the rows a score uses with what shaped the values it uses.

        `influences` shaped every row; what shaped single rows travels with their identity.
        """
        found: dict[tuple[str, InfluenceKind], NDArray[np.bool_]] = {}

        def see(influence: Influence, where: NDArray[np.bool_] | None = None) -> None:
            hit = rows.seen(influence.rows)
            hit = hit if where is None else hit & where
            name = (influence.step, influence.kind)
            found[name] = found[name] | hit if name in found else hit

        for influence in united(influences):
            see(influence)
        for code in () if rows.codes is None else np.unique(rows.codes):
            if code >= 0:
                where = rows.in_group(code)
                for influence in rows.groups[code]:
                    see(influence, where)
        seen = {kind: np.zeros(len(rows), bool) for kind in KINDS}
        for (_, kind), hit in found.items():
            seen[kind] |= hit
        prepared, fitted, chosen = (int(seen[kind].sum()) for kind in KINDS)
        by = tuple((step, kind, int(hit.sum())) for (step, kind), hit in found.items())
        return cls(len(rows), prepared, fitted, chosen, by)

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
        one = self.scored == 1
        return said or [
            "The row scored was not seen before." if one else f"None of the {self.scored} rows scored was seen before."
        ]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON form."""
        return {**self.counts(), "by": [list(b) for b in self.by]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Lens:
        """Read the JSON form."""
        by = tuple((str(s), k, int(n)) for s, k, n in data["by"])
        return cls(data["scored"], data["prepared"], data["fitted"], data["chosen"], by)
