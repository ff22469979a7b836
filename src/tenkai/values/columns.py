"""A choice of columns: names, a pattern, kinds, or everything except some.

Written in a workflow as ``numbers`` (the default of most steps), ``all``, a list of names,
``{except: [...]}``, ``{match: "a0*"}`` or ``{kind: category}``; the forms with braces may be combined.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from tenkai.errors import TenkaiError, listing, nearest, problem
from tenkai.values.kinds import Kind

ALLOWED = (
    "'numbers', 'all', a list of column names, or a mapping with 'except' (list), 'match' (pattern) "
    "or 'kind' (number, category, text, vector, image, molecule, crystal)"
)


@dataclass(frozen=True)
class Columns:
    """A choice of columns, resolved against the columns of a table when the step runs."""

    names: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    match: str | None = None
    kinds: tuple[Kind, ...] = ()
    numbers: bool = False

    @classmethod
    def parse(cls, spec: Any) -> Columns:
        """Read the written form. Raises ValueError with the allowed forms."""
        if isinstance(spec, Columns):
            return spec
        if spec == "all":
            return cls()
        if spec == "numbers":
            return cls(numbers=True)
        if isinstance(spec, str):
            return cls(names=(spec,))
        if isinstance(spec, Sequence) and spec and all(isinstance(n, str) for n in spec):
            return cls(names=tuple(spec))
        if isinstance(spec, Mapping) and spec and set(spec) <= {"except", "match", "kind"}:
            without, kinds = _texts(spec.get("except", [])), _texts(spec.get("kind", []))
            match = spec.get("match")
            known = set(get_args(Kind))
            if without is not None and kinds is not None and set(kinds) <= known and isinstance(match, str | None):
                numbers = "match" not in spec and "kind" not in spec
                return cls(None, without, match, kinds, numbers)  # type: ignore[arg-type]
        raise ValueError(ALLOWED)

    def written(self) -> Any:
        """Return the form that stands in a workflow file."""
        if self.names is not None:
            return list(self.names)
        form: dict[str, Any] = {}
        if self.without:
            form["except"] = list(self.without)
        if self.match is not None:
            form["match"] = self.match
        if self.kinds:
            form["kind"] = list(self.kinds)
        return form or ("numbers" if self.numbers else "all")

    def mentioned(self) -> tuple[str, ...]:
        """Return the columns named outright: these must exist."""
        return (self.names or ()) + self.without

    def resolve(self, kinds: Mapping[str, Kind | None], setting: str = "columns") -> list[str]:
        """Return the chosen names, in the order of the table (or of the list given).

        Raises
        ------
        TenkaiError
            TK201 when a named column does not exist, TK204 when nothing is left.
        """
        missing = [n for n in self.mentioned() if n not in kinds]
        if missing:
            raise missing_column(missing[0], kinds, setting)
        if self.names is not None:
            return list(self.names)
        chosen = [n for n in kinds if n not in self.without]
        if self.match is not None:
            chosen = [n for n in chosen if fnmatch.fnmatchcase(n, self.match)]
        if self.kinds:
            chosen = [n for n in chosen if kinds[n] in self.kinds]
        if self.numbers:
            numeric = [n for n in chosen if kinds[n] in ("number", "vector")]
            # A folder of pictures has no numbers: its pixels are the numbers.
            chosen = numeric or [n for n in chosen if kinds[n] == "image"]
        if not chosen:
            what = f"columns that match {self.written()!r}" if self.written() != "numbers" else "number columns"
            raise problem("TK204", f"there are no {what}.", allowed=f"The table has {listing(kinds)}.", setting=setting)
        return chosen


ALL_NUMBERS = Columns(numbers=True)
ALL_COLUMNS = Columns()


def check_names(names: Iterable[str]) -> None:
    """Refuse names that polars reads as patterns of several columns. Raises TK801."""
    for name in names:
        if name == "*" or (name.startswith("^") and name.endswith("$")):
            raise problem(
                "TK801",
                f"the column name '{name}' is a pattern for several columns.",
                allowed="Every name is allowed but '*' and '^...$'.",
                remedy="Rename the column.",
            )


def missing_column(name: str, kinds: Mapping[str, Kind | None], setting: str = "", code: str = "TK201") -> TenkaiError:
    """The error for a column that is not there, with the nearest name."""
    return problem(
        code,
        f"there is no column '{name}'.",
        allowed=f"The table has {listing(kinds)}.",
        remedy=nearest(name, kinds),
        setting=setting,
    )


def _texts(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(v, str) for v in value):
        return tuple(value)
    return None
