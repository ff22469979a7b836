"""Finding data: plain paths, and ``data:name`` looked up in the data folders.

The order for ``data:name``: the folder given with ``--data``, then ``$TENKAI_DATA``, then ``data/`` and
``data_calculated/`` beside the workflow file or beside its folder, then the user's data folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tenkai.errors import nearest, problem

SCHEME = "data:"


@dataclass(frozen=True)
class Places:
    """Where files are looked for: the folder of the workflow, and an extra data folder.

    `fence`: where given, no file is read outside of this folder and the data folders.
    """

    workflow: Path | None = None
    data: Path | None = None
    fence: Path | None = None


NOWHERE = Places()
_places: ContextVar[Places] = ContextVar("places", default=NOWHERE)


@contextmanager
def looking_in(places: Places) -> Iterator[None]:
    """Look for files in these places while the block runs."""
    token = _places.set(places)
    try:
        yield
    finally:
        _places.reset(token)


def data_folders() -> list[Path]:
    """Return the folders ``data:name`` is looked up in, in order, existing or not."""
    import platformdirs

    places = _places.get()
    folders = [places.data] if places.data else []
    if os.environ.get("TENKAI_DATA"):
        folders.append(Path(os.environ["TENKAI_DATA"]))
    if places.workflow:
        # A project folder holds data/, data_calculated/ and workflow/, and can be moved as a whole.
        for base in (places.workflow, places.workflow.parent):
            folders += [base / "data", base / "data_calculated"]
    folders.append(Path(platformdirs.user_data_dir("tenkai")) / "data")
    return list(dict.fromkeys(folders))


def find_data(path: str) -> Path:
    """Return the file or folder a path names.

    Relative paths start at the folder of the workflow file (in Python: the current folder).

    Raises
    ------
    TenkaiError
        TK301 when it is not there, with the places looked at; TK561 when it lies outside of the fence.
    """
    if path.startswith(SCHEME):
        return _fenced(_find_named(path.removeprefix(SCHEME)), path)
    given = Path(path).expanduser()
    base = _places.get().workflow or Path.cwd()
    full = _fenced(given if given.is_absolute() else base / given, path)
    if not full.exists():
        siblings = [p.name for p in full.parent.iterdir()] if full.parent.is_dir() else []
        where = f"Looked in {full.parent}." if full.parent.is_dir() else f"There is no folder {full.parent}."
        raise problem("TK301", f"there is no file '{path}'.", allowed=where, remedy=nearest(full.name, siblings))
    return full


def _fenced(full: Path, path: str) -> Path:
    """Return a path that may be read. Links are followed first: a name inside may lead outside."""
    fence = _places.get().fence
    if fence is not None:
        real = full.resolve()
        if not any(real.is_relative_to(f.resolve()) for f in (fence, *data_folders())):
            raise problem(
                "TK561",
                f"'{path}' lies outside of the open folder and the data folders, and is not read.",
                allowed=f"Read are files below {fence} and data:NAME.",
                remedy="Copy the file into the open folder, or open the workbench with --data FOLDER.",
            )
    return full


def _find_named(name: str) -> Path:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise problem("TK301", f"'{SCHEME}{name}' is no name inside a data folder.", allowed="Write data:folder/file.")
    folders = data_folders()
    for folder in folders:
        if (folder / pure).exists():
            return folder / pure
    remedy = f"Put the file at {folders[-1] / pure}, or name its folder with --data DIR or TENKAI_DATA."
    looked = ", ".join(str(f) for f in folders if f.is_dir() or f == folders[-1])
    raise problem("TK301", f"there are no data '{name}'.", allowed=f"Looked in {looked}.", remedy=remedy)
