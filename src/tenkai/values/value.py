"""What every value can do: be stored in files, read back, carry notes, and describe itself."""

from __future__ import annotations

import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, problem

VALUE_TYPES: dict[str, type[Value]] = {}
HEADER = "value.json"


SMALL = 1 << 16
"""Bytes up to which a file is kept in memory until it is stored, together with others: files cost time."""
# Texts one after the other; the newer layout depends on how the column was put together.
OLDEST = pl.CompatLevel.oldest()


@dataclass(frozen=True)
class Folder:
    """Named files to write to or read from.

    Parameters
    ----------
    root : where files are written
    files : to read: where the bytes of each file really lie (the store), or the bytes themselves
    small : to write: contents of small files; None writes all files to `root`
    """

    root: Path
    files: Mapping[str, Path | bytes] | None = None
    prefix: str = ""
    small: dict[str, bytes] | None = None

    def sub(self, name: str) -> Folder:
        """Return a folder inside this one."""
        return replace(self, prefix=f"{self.prefix}{name}/")

    # ---- writing ------------------------------------------------------------------------------

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        if self.small is not None and len(content) <= SMALL:
            self.small[self.prefix + name] = content
        else:
            self._target(name).write_bytes(content)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        self.write(name, text.encode())

    def write_array(self, name: str, array: NDArray[Any]) -> None:
        """Write an array as npy."""
        if self.small is None or array.nbytes > SMALL:
            with self._target(name).open("wb") as file:
                np.save(file, array, allow_pickle=False)
        else:
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            self.write(name, content.getvalue())

    def write_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Write a frame as Arrow IPC."""
        if self.small is None or frame.estimated_size() > SMALL:
            frame.write_ipc(self._target(name), compression="uncompressed", compat_level=OLDEST)
        else:
            content = io.BytesIO()
            frame.write_ipc(content, compression="uncompressed", compat_level=OLDEST)
            self.write(name, content.getvalue())

    def _target(self, name: str) -> Path:
        target = self.root / (self.prefix + name)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    # ---- reading ------------------------------------------------------------------------------

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        source = self._source(name)
        return source if isinstance(source, bytes) else source.read_bytes()

    def read_text(self, name: str) -> str:
        """Return the content of a text file."""
        return self.read(name).decode()

    def read_array(self, name: str) -> NDArray[Any]:
        """Read an npy file."""
        source = self._source(name)
        found: NDArray[Any] = np.load(io.BytesIO(source) if isinstance(source, bytes) else source, allow_pickle=False)
        return found

    def read_frame(self, name: str) -> pl.DataFrame:
        """Read an Arrow IPC file."""
        source = self._source(name)
        return pl.read_ipc(source)

    def _source(self, name: str) -> Path | bytes:
        return self.root / (self.prefix + name) if self.files is None else self.files[self.prefix + name]


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
    folder.write_text(HEADER, text)


def load(folder: Folder) -> Value:
    """Read a value written by `save`."""
    header = json.loads(folder.read(HEADER))
    kind = VALUE_TYPES.get(header["type"])
    if kind is None:
        raise problem(
            "TK802",
            f"the stored value is a '{header['type']}', which this version does not know.",
            remedy="Run again with the version that wrote it, or clear the cache.",
        )
    return kind.read(folder, header).with_notes(Note(c, t) for c, t in header["notes"])
