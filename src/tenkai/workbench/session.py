"""One open workflow: its text, what was changed, and what changed on disk meanwhile."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenkai.data import Places
from tenkai.errors import Problem, TenkaiError, problem
from tenkai.plan.graph import Graph
from tenkai.plan.workflow import parse_workflow
from tenkai.run.project import Project
from tenkai.run.store import default_folder
from tenkai.workbench.layout import Layout, side_file
from tenkai.workbench.operations import apply
from tenkai.workbench.trust import read_secret, write_secret

MOST_UNDO = 200


@dataclass
class Moment:
    """A text and a layout, to come back to."""

    text: str
    layout: Layout


@dataclass(eq=False)
class Session:
    """A workflow file that pages show; all its methods may be called from any thread.

    Parameters
    ----------
    path : the workflow file
    data, cache : folders of data and of the store, when given
    """

    path: Path
    data: Path | None = None
    cache: Path | None = None
    version: int = 1
    undone: list[Moment] = field(default_factory=list)
    before: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.failed: dict[str, tuple[frozenset[str], tuple[Problem, ...]]] = {}
        self.running = False
        # Outside of the resolved path: a workflow that is a link must not move the fence.
        self.fence = self.path.parent.absolute()
        name = hashlib.blake2b(str(self.path.absolute()).encode(), digest_size=12).hexdigest()
        self._seen_file = (self.cache or default_folder()) / "workbench" / f"seen-{name}.json"
        kept = read_secret(self._seen_file)
        self.seen: set[str] = {str(n) for n in kept} if isinstance(kept, list) else set()
        self._seen_kept = frozenset(self.seen)
        self._load()

    # ---- reading ------------------------------------------------------------------------------

    def _load(self) -> None:
        self._seen = self._stamp()
        self.text = self.path.read_text(encoding="utf-8-sig")
        self.layout = Layout.read(side_file(self.path))
        self._bind()

    def _stamp(self) -> tuple[int, int]:
        try:
            stat = self.path.stat()
        except OSError:
            return (0, 0)
        return (stat.st_mtime_ns, stat.st_size)

    def _bind(self) -> None:
        self.broken: tuple[Problem, ...] = ()
        try:
            self.project = self._project(self.text)
        except TenkaiError as error:
            # Not even YAML: the last graph stays in view, with what is wrong now.
            self.broken = error.problems
            if not hasattr(self, "project"):
                self.project = self._project("steps: {}\n")

    def _project(self, text: str) -> Project:
        workflow = parse_workflow(text, self.path.stem, path=self.path.resolve(), shown=self.path.name)
        return Project(workflow, {}, Places(workflow.folder, self.data, self.fence), self.cache)

    def keep_seen(self) -> None:
        """Remember which steps have had a result, so that a new server knows what is stale."""
        if self._seen_kept != self.seen:
            write_secret(self._seen_file, json.dumps(sorted(self.seen)))
            self._seen_kept = frozenset(self.seen)

    @property
    def graph(self) -> Graph:
        """The graph as it is written now, or was last written soundly enough to be read."""
        return self.project.graph

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with the workflow."""
        return self.broken or self.project.problems

    def look_at_disk(self) -> bool:
        """Take over what somebody else wrote to the file; say whether there was something."""
        with self.lock:
            # The stamp from before reading: what is written meanwhile is seen at the next look.
            stamp = self._stamp()
            if stamp in (self._seen, (0, 0)):
                return False
            try:
                text = self.path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError):
                return False
            self._seen = stamp
            if text == self.text:
                return False
            self._remember()
            self.text = text
            self._bind()
            self.version += 1
            return True

    # ---- changing -----------------------------------------------------------------------------

    def edit(self, version: int, ops: Sequence[Mapping[str, Any]]) -> None:
        """Apply operations, all or none, and write the file.

        Raises
        ------
        Outdated
            When the page did not know the newest version.
        TenkaiError
            TK543 for an operation that is none; what is wrong with a wire or a value that an operation sets.
        """
        with self.lock:
            self.look_at_disk()
            if version != self.version:
                raise Outdated
            text, layout, touched = apply(self.text, self.layout, self.graph, ops, self.path.resolve().parent)
            if text != self.text and not any(op.get("op") == "text" for op in ops):
                self._refuse_new_mistakes(text, touched)
            self._remember()
            self._become(Moment(text, layout))

    def _refuse_new_mistakes(self, text: str, touched: Iterable[tuple[str, str]]) -> None:
        """Refuse values and wires that are wrong in themselves; what is merely not finished yet is allowed."""
        known = {(p.code, p.fact) for p in self.problems}
        places = set(touched)
        new = [
            p for p in self._project(text).graph.problems
            if (p.code, p.fact) not in known
            and (p.code == "TK110" or (p.place.name, p.place.setting) in places)
            and p.code in ("TK106", "TK108", "TK109", "TK110", "TK111", "TK112")
        ]  # fmt: skip
        if new:
            raise TenkaiError(*new)

    def _remember(self) -> None:
        self.before = [*self.before, Moment(self.text, self.layout.copy())][-MOST_UNDO:]
        self.undone = []

    def undo(self) -> None:
        """Go back by one change."""
        self._step(self.before, self.undone)

    def redo(self) -> None:
        """Take a step back again."""
        self._step(self.undone, self.before)

    def _step(self, source: list[Moment], target: list[Moment]) -> None:
        with self.lock:
            self.look_at_disk()
            if not source:
                return
            moment = source.pop()
            target.append(Moment(self.text, self.layout.copy()))
            self._become(moment)

    def _become(self, moment: Moment) -> None:
        text_changed = moment.text != self.text
        self.text, self.layout = moment.text, moment.layout
        if text_changed:
            _write(self.path, self.text)
            self._seen = self._stamp()
            self._bind()
        self.layout.write(side_file(self.path))
        self.version += 1


class Outdated(Exception):
    """The page changed a version that is not the newest."""


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    import os
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except OSError as error:
        raise problem("TK544", f"{path.name} cannot be written: {error.strerror or error}.") from None
