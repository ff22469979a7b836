"""The store: immutable, checksummed files, written by rename, with an SQLite index.

Layout below the cache folder::

    values/ab/<id>.json  a value: its small files themselves, and which blob is which of the large ones; named by
                         the hash of all that
    blobs/ab/<hash>      large files, named by their hash
    tasks/ab/<key>.json  what a finished task made: output name -> value id, seconds, notes
    tmp/                 unfinished writes
    index.sqlite         sizes and last use, for the budget, and the parts of keys, for ``tenkai why``

A task counts as finished when its file in ``tasks`` is there, and that is written last, by rename: a process
may be killed at any moment. The index can be rebuilt from the folders.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from tenkai.errors import TenkaiError, problem
from tenkai.run.index import Index
from tenkai.values.hashing import digest_json
from tenkai.values.value import HEADER, Folder, Value, load, save


@dataclass(frozen=True)
class Finished:
    """What a task made."""

    key: str
    node: str
    step: str
    outputs: Mapping[str, str]
    seconds: float
    memory: int
    figures: Mapping[str, Mapping[str, Any]]
    notes: tuple[tuple[str, str], ...]
    work: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """What the step counted: how many, and in how many seconds."""


def default_folder() -> Path:
    """Return the place of the store: ``$TENKAI_CACHE``, else the user's cache folder."""
    if os.environ.get("TENKAI_CACHE"):
        return Path(os.environ["TENKAI_CACHE"]).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("tenkai"))


class Store:
    """Finished work on disk. Several processes may use one store at the same time."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or default_folder()).absolute()
        self._ids: WeakKeyDictionary[Value, str] = WeakKeyDictionary()
        try:
            for name in ("blobs", "values", "tasks", "tmp", "runs"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            self.index = Index(self.root / "index.sqlite")
        except OSError as error:
            raise problem(
                "TK402",
                f"the cache folder {self.root} cannot be used: {error.strerror or error}.",
                remedy="Name another with --cache DIR or TENKAI_CACHE.",
            ) from None

    # ---- writing ------------------------------------------------------------------------------

    def put(self, value: Value) -> str:
        """Store a value and return its id: the hash of its files."""
        known = self._ids.get(value)
        if known is not None and self._path("values", known, ".json").exists():
            return known  # a step that hands a value on writes nothing
        # Made only when a file is too large to stand in the list of files itself.
        work = self.root / "tmp" / uuid.uuid4().hex
        small: dict[str, bytes] = {}
        files: dict[str, Any] = {}
        try:
            save(value, Folder(work, small=small))
            if work.exists():
                files = {str(p.relative_to(work)): self._blob(p) for p in sorted(work.rglob("*")) if p.is_file()}
        finally:
            if work.exists():
                shutil.rmtree(work, ignore_errors=True)
        files |= {name: [base64.b64encode(content).decode()] for name, content in small.items()}
        manifest = json.dumps(files, sort_keys=True, ensure_ascii=False).encode()
        identity = hashlib.blake2b(manifest, digest_size=16).hexdigest()
        self._write(self._path("values", identity, ".json"), manifest)
        self._ids[value] = identity
        return identity

    def finish(self, finished: Finished, parts: Mapping[str, Any]) -> None:
        """Record a finished task. From here on it is never computed again."""
        data = {**finished.__dict__, "parts": parts}
        data["check"] = digest_json(data)
        self._write(self._path("tasks", finished.key, ".json"), json.dumps(data, ensure_ascii=False).encode())
        self.index.add_task(finished.key, finished.node, finished.step, self.size_of(finished), json.dumps(parts))

    def _blob(self, file: Path) -> str:
        digest = _hash(file)
        target = self._path("blobs", digest)
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            file.chmod(0o444)
            file.rename(target)
        return digest

    def _write(self, target: Path, content: bytes) -> None:
        if target.exists():
            return
        target.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.root / "tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).rename(target)

    # ---- reading ------------------------------------------------------------------------------

    def find(self, key: str) -> Finished | None:
        """Return what a task made, or None when it is not (or no longer wholly) there."""
        try:
            data = dict(json.loads(self._path("tasks", key, ".json").read_bytes()))
            if data.pop("check") != digest_json(data):
                raise ValueError
            del data["parts"]
            data["notes"] = tuple((c, t) for c, t in data["notes"])
            finished = Finished(**data)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            self.forget(key)
            return None
        if all(self._path("values", v, ".json").exists() for v in finished.outputs.values()):
            return finished
        self.forget(key)
        return None

    def get(self, identity: str) -> Value:
        """Read a value. Every file is compared with its hash.

        Raises
        ------
        TenkaiError
            TK403 when a file is missing or damaged.
        """
        return load(Folder(self.root, self._checked_files(identity)))

    def header(self, identity: str) -> dict[str, Any]:
        """Read what stands on top of a value, such as the kinds of columns of a table, without its numbers.

        Raises
        ------
        TenkaiError
            TK403 when a file is missing or damaged.
        """
        try:
            files = json.loads(self._path("values", identity, ".json").read_bytes())
            held = files[HEADER]
            content = base64.b64decode(held[0]) if isinstance(held, list) else self._path("blobs", held).read_bytes()
            return dict(json.loads(content))
        except (OSError, ValueError, KeyError):
            raise self._damaged(f"value {identity}") from None

    def read(self, finished: Finished, output: str) -> Value:
        """Read an output of a finished task; when it is damaged, the task counts as not done from here on."""
        try:
            return self.get(finished.outputs[output])
        except TenkaiError:
            self.forget(finished.key)
            raise

    def check(self, finished: Finished) -> bool:
        """Compare all that a task made with its hashes; when something is damaged, the task counts as not done."""
        try:
            for identity in finished.outputs.values():
                self._checked_files(identity)
        except TenkaiError:
            self.forget(finished.key)
            return False
        return True

    def _checked_files(self, identity: str) -> dict[str, Path | bytes]:
        manifest = self._path("values", identity, ".json")
        content = manifest.read_bytes() if manifest.exists() else b""
        if hashlib.blake2b(content, digest_size=16).hexdigest() != identity:
            manifest.unlink(missing_ok=True)
            raise self._damaged(f"value {identity}")
        files: dict[str, str | list[str]] = json.loads(content)
        paths = {name: self._path("blobs", digest) for name, digest in files.items() if isinstance(digest, str)}
        bad = {name: path for name, path in paths.items() if not path.exists() or _hash(path) != path.name}
        for path in bad.values():  # all of them: what is still there is not written again
            path.unlink(missing_ok=True)
        if bad:
            raise self._damaged(f"file '{next(iter(bad))}' of value {identity}")
        return paths | {name: base64.b64decode(held[0]) for name, held in files.items() if isinstance(held, list)}

    def _damaged(self, what: str) -> Exception:
        return problem(
            "TK403",
            f"the stored {what} is missing or damaged.",
            remedy="It will be computed again: run once more.",
        )

    def forget(self, key: str) -> None:
        """Remove the record of a task, so that it is computed again."""
        self._path("tasks", key, ".json").unlink(missing_ok=True)
        self.index.remove_task(key)

    # ---- keeping house ------------------------------------------------------------------------

    def size_of(self, finished: Finished) -> int:
        """Return the bytes of what a task made."""
        values = finished.outputs.values()
        files = [p for v in values for p in (self._path("values", v, ".json"), *self.files_of(v))]
        return sum(p.stat().st_size for p in files if p.exists())

    def files_of(self, identity: str) -> list[Path]:
        """Return the files of a value that stand for themselves, existing or not."""
        try:
            files = json.loads(self._path("values", identity, ".json").read_bytes())
        except (FileNotFoundError, ValueError):
            return []
        return [self._path("blobs", d) for d in files.values() if isinstance(d, str)]

    def blobs(self) -> Iterator[Path]:
        """All stored files."""
        return (p for p in (self.root / "blobs").glob("*/*") if p.is_file())

    def values(self) -> Iterator[Path]:
        """All lists of files, which hold the small files themselves."""
        return (self.root / "values").glob("*/*.json")

    def records(self) -> Iterator[Finished]:
        """All finished tasks."""
        for path in sorted((self.root / "tasks").glob("*/*.json")):
            found = self.find(path.stem)
            if found is not None:
                yield found

    def _path(self, kind: str, name: str, ending: str = "") -> Path:
        return self.root / kind / name[:2] / f"{name}{ending}"


def _hash(path: Path) -> str:
    h = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            h.update(block)
    return h.hexdigest()
