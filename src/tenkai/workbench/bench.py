"""The open folder with all that goes on in it: open workflows, runs, and the pages that listen."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool

from tenkai.run.store import Store
from tenkai.workbench.events import Hub
from tenkai.workbench.maps import Maps
from tenkai.workbench.pixels import Pixels
from tenkai.workbench.project import Folder
from tenkai.workbench.replay import Replays
from tenkai.workbench.reporting import Previews
from tenkai.workbench.runs import Runs
from tenkai.workbench.scorebook import Scorebook
from tenkai.workbench.session import Session
from tenkai.workbench.state import planned, state_of, status_of
from tenkai.workbench.trust import Consents, asks_of, digest_of, refusal
from tenkai.workbench.values import Values

log = logging.getLogger("tenkai.workbench")
LOOK_AT_DISK = 0.5  # seconds


class Workbench:
    """The open folder, its open workflows, the runs under way and the pages that listen."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.start = uuid.uuid4().hex
        """Names this server: versions of another one count for nothing."""
        self.store = Store(folder.cache)
        self.consents = Consents(self.store.root)
        self.values = Values(self.store)
        self.replays = Replays(self.values)
        self.pixels = Pixels(self.values)
        self.filming = asyncio.Lock()
        self.maps = Maps(self.store)
        self.scores = Scorebook(self.store)
        self.previews = Previews()
        self.hub = Hub()
        self.sessions: dict[str, Session] = {}
        self.runs = Runs(self.hub.say, self.tell_nodes)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[str, dict[str, Any]] = {}
        self._to_tell: dict[Session, bool] = {}
        """Workflows whose nodes are being told; whether more has happened meanwhile."""

    def session(self, file: str) -> Session:
        """Return the session of a workflow file; it is opened the first time."""
        path = self.folder.workflow(file)
        if file not in self.sessions:
            self.sessions[file] = Session(path, self.folder.data, self.folder.cache)
        return self.sessions[file]

    def state(self, session: Session) -> dict[str, Any]:
        """Return the state of a workflow."""
        with session.lock:
            asks = asks_of(session.graph)
            digest = digest_of(session.path, session.graph, asks) if asks else ""
            return {
                **state_of(session, self.store),
                "asks": [asdict(a) for a in asks],
                "consent": {"digest": digest, "given": not asks or self.consents.given(digest)},
                "progress": self.runs.progress_of(session),
            }

    async def run(self, session: Session, to: Sequence[str] | None, threads: int | None) -> str:
        """Start a run and return its name.

        Raises
        ------
        TenkaiError
            TK560 when it asks for what needs consent; what `Runs.start` raises.
        """
        with session.lock:
            asks = asks_of(session.graph)
            if asks and not self.consents.given(digest_of(session.path, session.graph, asks)):
                raise refusal(asks)
            text = session.text  # what is agreed to is what runs, whatever is written meanwhile
        return await self.runs.start(session, to, threads, text)

    def consent(self, session: Session, digest: str) -> None:
        """Remember that the user agrees to what the page has shown.

        Raises
        ------
        TenkaiError
            TK560 when the workflow asks for something else by now.
        """
        with session.lock:
            asks = asks_of(session.graph)
            if asks and digest != digest_of(session.path, session.graph, asks):
                raise refusal(asks)
        self.consents.give(digest)
        log.warning("consent given for %s: %s", session.path.name, "; ".join(f"{a.node}: {a.what}" for a in asks))

    def tell_version(self, session: Session) -> None:
        """Tell all pages that a workflow has changed."""
        self.hub.say({"type": "workflow", "file": session.path.name, "version": session.version})

    def tell_nodes(self, session: Session) -> None:
        """Tell all pages which nodes stand otherwise than told last."""
        # Tasks of a large sweep end faster than statuses can be found out: one look at a time, one after the last.
        if session in self._to_tell:
            self._to_tell[session] = True
            return
        self._to_tell[session] = False
        task = asyncio.get_running_loop().create_task(self._tell_until_all_is_told(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_until_all_is_told(self, session: Session) -> None:
        try:
            await self._tell_nodes(session)
            while self._to_tell[session]:
                self._to_tell[session] = False
                await self._tell_nodes(session)
        finally:
            del self._to_tell[session]

    async def _tell_nodes(self, session: Session) -> None:
        def statuses() -> dict[str, Any]:
            with session.lock:
                outcome = planned(session, self.store)
                found = {n: status_of(session, outcome, n) for n in session.graph.nodes}
                session.keep_seen()
                return found

        file = session.path.name
        found = await run_in_threadpool(statuses)
        told = self._told.get(file, {})
        self._told[file] = found
        for node, status in found.items():
            if told.get(node) != status:
                self.hub.say({"type": "node", "file": file, "node": node, "status": status})

    async def watch(self) -> None:
        """Look for ever at what others write to the open workflows."""
        while True:
            await asyncio.sleep(LOOK_AT_DISK)
            for session in list(self.sessions.values()):
                if await run_in_threadpool(session.look_at_disk):
                    self.tell_version(session)
