"""Scores: named figures, what each means, and which of the rows behind them had been seen before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from tenkai.errors import Note
from tenkai.values.lineage import Identity, Influence, Lens
from tenkai.values.value import Folder, Value

Number = float | int | str | bool | None


@dataclass(frozen=True, eq=False, repr=False)
class Scores(Value):
    """Named figures with a one-line meaning each.

    Parameters
    ----------
    figures : mapping of name to number (or short text)
    about : mapping of name to one line
    lens : Lens or None
        How many of the scored rows were prepared, fitted, chosen on. None for figures that score no rows.
    """

    type_name: ClassVar[str] = "scores"

    figures: Mapping[str, Number]
    about: Mapping[str, str] = field(default_factory=dict)
    lens: Lens | None = None
    notes: tuple[Note, ...] = ()

    @classmethod
    def scored(
        cls,
        figures: Mapping[str, Number],
        *,
        rows: Identity,
        influences: Iterable[Influence],
        about: Mapping[str, str] | None = None,
    ) -> Scores:
        """Scores of rows, looked at through the leak lens."""
        return cls(dict(figures), dict(about or {}), Lens.look(rows, influences))

    def called(self, step: str, name: str) -> Scores:
        """Return it with what the lens saw of a step under the name the step has in the workflow."""
        if self.lens is None or not any(s == step for s, _, _ in self.lens.by):
            return self
        by = tuple((name if s == step else s, kind, n) for s, kind, n in self.lens.by)
        return replace(self, lens=replace(self.lens, by=by))

    def __getitem__(self, name: str) -> Number:
        return self.figures[name]

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write JSON."""
        lens = self.lens.to_json() if self.lens else None
        data = {"figures": dict(self.figures), "about": dict(self.about), "lens": lens}
        folder.path("scores.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return {}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        data = json.loads(folder.path("scores.json").read_text(encoding="utf-8"))
        lens = Lens.from_json(data["lens"]) if data["lens"] else None
        return cls(data["figures"], data["about"], lens, tuple(Note(c, t) for c, t in header["notes"]))

    def summary(self) -> dict[str, Any]:
        """Return the figures."""
        return dict(self.figures)

    def measures(self) -> dict[str, Any]:
        """Return the figures by name."""
        return dict(self.figures)
