"""Scores: named figures, what each means, and which of the rows behind them had been seen before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np

from tenkai.errors import Note
from tenkai.values.lineage import Identity, Influence, Keys, Lens, united
from tenkai.values.lineage_files import read_identity, read_influences, write_identity, write_influences
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
    rows : Identity or None
        The rows scored.
    influences : Influence, ...
        What shaped the values of all of them.
    """

    type_name: ClassVar[str] = "scores"

    figures: Mapping[str, Number]
    about: Mapping[str, str] = field(default_factory=dict)
    lens: Lens | None = None
    notes: tuple[Note, ...] = ()
    rows: Identity | None = None
    influences: tuple[Influence, ...] = ()

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
        every = united(influences)
        return cls(dict(figures), dict(about or {}), Lens.look(rows, every), (), rows, every)

    @classmethod
    def chosen_from(
        cls,
        candidates: Iterable[Scores],
        winners: Sequence[Scores],
        figures: Mapping[str, Number],
        *,
        step: str,
        about: Mapping[str, str] | None = None,
    ) -> Scores:
        """Figures of the best of several scores, such as a setting and what it reached.

        Everything that had a part in any candidate had a part in the choice: the rows scored, and the rows that
        shaped what was scored. Whatever uses the chosen setting carries them as *chosen*.

        Parameters
        ----------
        candidates : all scores compared
        winners : the scores behind the best one (several where passes were averaged)
        figures, about : what to tell of the choice
        step : the step that chooses
        """
        seen = [rows for score in candidates for rows in score.looked_at()]
        own = (Influence(step, "chosen", np.unique(np.concatenate(seen))),) if seen else ()
        shaped = united(*(s.influences for s in winners), own)
        rows = [s.rows for s in winners if s.rows is not None]
        if not rows:
            return cls(dict(figures), dict(about or {}), influences=shaped)
        return cls.scored(figures, rows=Identity.concat(rows), influences=shaped, about=about)

    @classmethod
    def over(
        cls, parts: Iterable[Scores], figures: Mapping[str, Number], *, about: Mapping[str, str] | None = None
    ) -> Scores:
        """Figures of several scores together, such as their median. Each row counts once per score it is part of."""
        scored = [(s.rows, s.influences) for s in parts if s.rows is not None]
        if not scored:
            return cls(dict(figures), dict(about or {}))
        rows = Identity.concat([rows.shaped(influences) for rows, influences in scored])
        return cls.scored(figures, rows=rows, influences=(), about=about)

    def looked_at(self) -> list[Keys]:
        """Return the sets of rows these figures depend on: those scored, and those that shaped what was scored."""
        if self.rows is None:
            return [i.rows for i in self.influences]
        return [self.rows.union(), *(i.rows for i in united(self.influences, self.rows.influences))]

    def called(self, step: str, name: str) -> Scores:
        """Return it with what the lens saw of a step under the name the step has in the workflow."""

        def change(influence: Influence) -> Influence:
            return replace(influence, step=name) if influence.step == step else influence

        influences = tuple(change(i) for i in self.influences)
        rows = None if self.rows is None else self.rows.renamed(change)
        lens = self.lens
        if lens is not None:
            by = tuple((name if s == step else s, kind, n) for s, kind, n in lens.by)
            lens = replace(lens, by=by)
        return replace(self, lens=lens, influences=influences, rows=rows)

    def __getitem__(self, name: str) -> Number:
        return self.figures[name]

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write JSON."""
        lens = self.lens.to_json() if self.lens else None
        data = {"figures": dict(self.figures), "about": dict(self.about), "lens": lens}
        folder.write_text("scores.json", json.dumps(data, ensure_ascii=False))
        rows = None if self.rows is None else write_identity(self.rows, folder.sub("rows"))
        return {"rows": rows, "influences": write_influences(self.influences, folder)}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        data = json.loads(folder.read("scores.json"))
        lens = Lens.from_json(data["lens"]) if data["lens"] else None
        notes = tuple(Note(c, t) for c, t in header["notes"])
        rows = None if header["rows"] is None else read_identity(header["rows"], folder.sub("rows"))
        return cls(data["figures"], data["about"], lens, notes, rows, read_influences(header["influences"], folder))

    def summary(self) -> dict[str, Any]:
        """Return the figures."""
        return dict(self.figures)

    def measures(self) -> dict[str, Any]:
        """Return the figures by name."""
        return dict(self.figures)
