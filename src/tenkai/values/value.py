"""What every value can do: be stored in files, read back, carry notes, and describe itself."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from tenkai.errors import Note, problem

VALUE_TYPES: dict[str, type[Value]] = {}
HEADER = "value.json"


@dataclass(frozen=True)
class Folder:
    """Named files to write to or read from. `files` maps a name to where its bytes really lie (the store)."""

    root: Path
    files: dict[str, Path] | None = None
    prefix: str = ""

    def path(self, name: str) -> Path:
        """Return where the file of this name is (to read), or shall be (to write)."""
        if self.files is not None:
            return self.files[self.prefix + name]
        target = self.root / (self.prefix + name)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def sub(self, name: str) -> Folder:
        """Return a folder inside this one."""
        return replace(self, prefix=f"{self.prefix}{name}/")


@dataclass(frozen=True, eq=False)
class Value(ABC):
    """What travels on a wire. Immutable. Subclasses name their `type_name` and how they are stored."""

    type_name: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.type_name:
            VALUE_TYPES[cls.type_name] = cls

    @property
    @abstractmethod
    def notes(self) -> tuple[Note, ...]:
        """Warnings and remarks that stay attached."""

    @abstractmethod
    def write(self, folder: Folder) -> dict[str, Any]:
        """Write the files and return the header (JSON)."""

    @classmethod
    @abstractmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """Return a few facts for the terminal, the node monitor and the run record (JSON)."""

    def measures(self) -> dict[str, Any]:
        """Return the named figures that `results:` may quote from this value."""
        return {}

    def with_notes(self, notes: Iterable[Note]) -> Self:
        """Attach notes, each once."""
        merged = tuple(dict.fromkeys((*self.notes, *notes)))
        return self if merged == self.notes else replace(self, **{"notes": merged})

    def save(self, root: Path) -> None:
        """Write to a plain folder."""
        save(self, Folder(root))

    def __repr__(self) -> str:
        facts = ", ".join(f"{k}={v}" for k, v in self.summary().items())
        return f"{type(self).__name__}({facts})"


def save(value: Value, folder: Folder) -> None:
    """Write a value with its type, so that `load` can read it."""
    header = value.write(folder)
    notes = [[n.code, n.text] for n in value.notes]
    text = json.dumps({"type": value.type_name, "notes": notes, **header}, ensure_ascii=False, sort_keys=True)
    folder.path(HEADER).write_text(text, encoding="utf-8")


def load(folder: Folder) -> Value:
    """Read a value written by `save`."""
    header = json.loads(folder.path(HEADER).read_text(encoding="utf-8"))
    kind = VALUE_TYPES.get(header["type"])
    if kind is None:
        raise problem(
            "TK802",
            f"the stored value is a '{header['type']}', which this version does not know.",
            remedy="Run again with the version that wrote it, or clear the cache.",
        )
    return kind.read(folder, header).with_notes(Note(c, t) for c, t in header["notes"])
