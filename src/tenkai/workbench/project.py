"""The open folder: its workflow files, what is uploaded to it, and new workflows."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenkai.errors import TenkaiError, listing, nearest, problem
from tenkai.workbench.copying import read_steps

MOST_UPLOAD = 2 << 30
MOST_FILES = 2000
FOREIGN = (".knwf", ".knar")
_NAME = re.compile(r"[^\w.-]+")
EMPTY = "title: Untitled\n\nsteps: {}\n"


@dataclass(frozen=True)
class Folder:
    """The folder that a workbench was opened on. Nothing outside of it is written.

    Parameters
    ----------
    root : the folder
    data : where data:... names are looked up first, when given
    cache : the folder of the store, when given
    """

    root: Path
    data: Path | None = None
    cache: Path | None = None

    def workflows(self) -> list[str]:
        """Return the workflow files of the folder."""
        root = self.root.resolve()
        found = [
            p.name for p in self.root.iterdir()
            if p.suffix in (".yaml", ".yml") and p.is_file() and p.resolve().is_relative_to(root)
        ]  # fmt: skip
        return sorted(found)[:MOST_FILES]

    def workflow(self, file: str) -> Path:
        """Return the path of a workflow file of the folder.

        Raises
        ------
        TenkaiError
            TK541 for a name that is none of its workflow files.
        """
        known = self.workflows()
        if file not in known:
            raise problem(
                "TK541",
                f"there is no workflow '{file}' in the open folder.",
                allowed=f"There is {listing(known)}." if known else "It holds none.",
                remedy=nearest(file, known),
            )
        return self.root / file

    def free(self, name: str, content: bytes | None = None) -> Path:
        """Return a path for a new file: the name itself, or with a number where it is taken by something else."""
        stem, dot, ending = name.partition(".")
        target, number = self.root / name, 1
        while target.exists() and not (content is not None and target.is_file() and target.read_bytes() == content):
            number += 1
            target = self.root / f"{stem}-{number}{dot}{ending}"
        return target

    def may_upload(self, name: str, size: int | None) -> str:
        """Return the name that an upload gets.

        Raises
        ------
        TenkaiError
            TK542 for a name without letters, or more bytes than allowed; TK563 for a workflow of another program.
        """
        clean = safe_name(name)
        if clean.lower().endswith(FOREIGN):
            raise problem(
                "TK563",
                f"'{clean}' is a workflow of KNIME, which cannot be read yet.",
                allowed="Workflows of tenkai are YAML files.",
                remedy="Export its table as CSV and drop that, or build the workflow from a study.",
            )
        if size is not None and size > MOST_UPLOAD:
            raise _too_large()
        return clean

    async def upload(self, name: str, body: AsyncIterator[bytes], announced: int | None) -> str:
        """Write an uploaded file into the folder, and return its name there.

        Raises
        ------
        TenkaiError
            What `may_upload` raises.
        """
        clean = self.may_upload(name, announced)
        handle, temporary = tempfile.mkstemp(dir=self.root, prefix=".upload-")
        done, digest = 0, hashlib.blake2b()
        try:
            with os.fdopen(handle, "wb") as file:
                async for block in body:
                    done += len(block)
                    if done > MOST_UPLOAD:
                        raise _too_large()
                    digest.update(block)
                    file.write(block)
            target = self._place_of(clean, digest.digest())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return target.name

    def _place_of(self, name: str, digest: bytes) -> Path:
        stem, dot, ending = name.partition(".")
        target, number = self.root / name, 1
        while target.exists() and (not target.is_file() or _digest(target) != digest):
            number += 1
            target = self.root / f"{stem}-{number}{dot}{ending}"
        return target

    def create(self, source: str) -> str:
        """Make a workflow from ``study:NAME``, ``upload:NAME`` (a file of the folder), or ``empty``; return its file.

        Raises
        ------
        TenkaiError
            TK541 for a source that is none; what `tenkai map` raises for a file it can make no map of.
        """
        kind, _, name = source.partition(":")
        if kind == "empty":
            return self._write("untitled.yaml", EMPTY.encode())
        if kind == "study":
            from tenkai.run.studies import find_study, study_names

            study = find_study(name)
            if study is None:
                raise problem("TK541", f"there is no study '{name}'.", remedy=nearest(name, study_names()))
            return self._write(f"{name}.yaml", study.read_bytes())
        files = [p.name for p in self.root.iterdir() if p.is_file() and not p.name.startswith(".")]
        if kind != "upload" or name not in files:
            raise problem("TK541", f"a workflow cannot be made from '{source}'.", remedy=nearest(name, files))
        from tenkai.mapping.workflow import make_workflow

        return make_workflow(self.root / name, self.root).path.name

    def bring(self, name: str, text: str) -> str:
        """Take a workflow from elsewhere into the folder, under a free name; return its file.

        Raises
        ------
        TenkaiError
            TK542 for a text that is too long; TK102, TK562 for one that is no workflow.
        """
        read_steps(text)
        stem = re.sub(r"\.ya?ml$", "", safe_name(name), flags=re.IGNORECASE)
        return self._write(f"{stem}.yaml", text.encode())

    def _write(self, name: str, content: bytes) -> str:
        target = self.free(name, content)
        if not target.exists():
            target.write_bytes(content)
        return target.name


def safe_name(name: str) -> str:
    """Reduce the name of an upload to letters, digits and ``._-``.

    >>> safe_name("../../etc/my data (1).csv")
    'my_data_1_.csv'
    """
    last = re.split(r"[\\/]", name)[-1]
    clean = _NAME.sub("_", last).lstrip("._-")[:120]
    if not clean:
        raise problem("TK542", f"'{name[:80]}' is no name of a file.", allowed="Allowed: letters, digits and ._-")
    return clean


def _too_large() -> TenkaiError:
    return problem(
        "TK542",
        "the file is too large to be sent.",
        allowed=f"At most {MOST_UPLOAD >> 30} GB.",
        remedy="Put it into the open folder yourself, and name it in a collect step.",
    )


def _digest(path: Path) -> bytes:
    h: Any = hashlib.blake2b()
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            h.update(block)
    return bytes(h.digest())
