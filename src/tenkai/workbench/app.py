"""The application: routes, refusals in the shape of all problems, events. Who may ask is decided in `security`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from tenkai import __version__
from tenkai.errors import TenkaiError, problem
from tenkai.workbench.asking import Handler
from tenkai.workbench.bench import Workbench
from tenkai.workbench.project import Folder
from tenkai.workbench.routes import GETS, POSTS
from tenkai.workbench.security import Guard
from tenkai.workbench.session import Outdated

log = logging.getLogger("tenkai.workbench")
STATUS = {413: {"TK542"}, 403: {"TK560", "TK561"}, 404: {"TK108", "TK541", "TK547", "TK580"}}
WATCHED = {"TK541", "TK542", "TK560", "TK561", "TK562", "TK563"}
"""What somebody may have tried on purpose is logged as a warning."""


def make_app(folder: Folder, *, token: str, port: int, ended: Callable[[], None] = lambda: None) -> ASGIApp:
    """Return the application for a folder; requests must carry the token and name the port.

    `ended` is called when the server stops in good order.
    """
    bench = Workbench(folder)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(bench.watch())
        try:
            yield
        finally:
            watching.cancel()
            await bench.runs.close()
            ended()

    routes = [
        *(Route(f"/api/{path}", _answering(bench, handler)) for path, handler in GETS.items()),
        *(Route(f"/api/{path}", _answering(bench, handler), methods=["POST"]) for path, handler in POSTS.items()),
        WebSocketRoute("/api/events", _events_of(bench)),
        Mount("/", StaticFiles(directory=Path(str(files("tenkai.workbench") / "static")), html=True)),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    return Guard(app, token=token, port=port)


def _answering(bench: Workbench, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Turn problems into answers in the shape of all problems."""

    async def answer(request: Request) -> Response:
        try:
            response = await handler(bench, request)
        except Outdated:
            session = bench.session((await request.json())["file"])
            state = await run_in_threadpool(bench.state, session)
            fact = "the workflow has changed meanwhile; this is its newest version."
            return _refused(409, problem("TK549", fact, remedy="Look, and do it again."), state=state)
        except TenkaiError as error:
            told = {p.code for p in error.problems}
            log.log(
                logging.WARNING if told & WATCHED else logging.INFO,
                "%s %s: %s",
                request.method,
                request.url.path,
                error,
            )
            status = next((s for s, codes in STATUS.items() if told & codes), 400)
            return _refused(status, error)
        except json.JSONDecodeError:
            return _refused(400, problem("TK543", "the request holds no JSON."))
        except (KeyError, TypeError, ValueError) as error:
            log.warning("%s %s: %r", request.method, request.url.path, error)
            return _refused(400, problem("TK543", f"the request is not complete: {error}."))
        response.headers.setdefault("cache-control", "no-store")
        return response

    return answer


def _refused(status: int, error: TenkaiError, **more: Any) -> JSONResponse:
    headers = {"cache-control": "no-store"}
    return JSONResponse({"problems": [asdict(p) for p in error.problems], **more}, status_code=status, headers=headers)


def _events_of(bench: Workbench) -> Callable[[WebSocket], Awaitable[None]]:
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        queue = bench.hub.join()

        async def hear() -> None:
            # The page says nothing; this ends when it goes away.
            while True:
                await socket.receive_text()

        async def tell() -> None:
            await socket.send_json({"type": "hello", "server": __version__, "start": bench.start})
            while (message := await queue.get()) is not None:
                await socket.send_json(message)
            await socket.close(1013)

        tasks = [asyncio.create_task(hear()), asyncio.create_task(tell())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception() is not None and not isinstance(task.exception(), WebSocketDisconnect):
                    log.warning("events: %r", task.exception())
        finally:
            for task in tasks:
                task.cancel()
            bench.hub.leave(queue)

    return events
