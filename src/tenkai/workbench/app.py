"""The server: routes, and what they answer. Who may ask is decided in `security`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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
from tenkai.run.store import Store
from tenkai.values import Figure
from tenkai.workbench import catalog
from tenkai.workbench.contrast import contrast
from tenkai.workbench.events import Hub
from tenkai.workbench.project import Folder
from tenkai.workbench.reporting import report_page
from tenkai.workbench.runs import Runs
from tenkai.workbench.security import Guard
from tenkai.workbench.session import Outdated, Session
from tenkai.workbench.state import planned, state_of, status_of
from tenkai.workbench.values import (
    Found,
    Values,
    bitset,
    codes,
    info,
    numbers,
    page_of_rows,
    pictures_strip,
    structure,
    table_of,
)

log = logging.getLogger("tenkai.workbench")
LOOK_AT_DISK = 0.5  # seconds
MOST_JSON = 64 << 20
NOT_THERE = {"TK108", "TK541", "TK547"}

Handler = Callable[[Request], Awaitable[Response]]


class Workbench:
    """The open folder, its open workflows, the runs under way and the pages that listen."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.store = Store(folder.cache)
        self.values = Values(self.store)
        self.hub = Hub()
        self.sessions: dict[str, Session] = {}
        self.runs = Runs(self.hub.say, self.tell_nodes)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[str, dict[str, Any]] = {}

    def session(self, file: str) -> Session:
        """Return the session of a workflow file; it is opened the first time."""
        path = self.folder.workflow(file)
        if file not in self.sessions:
            self.sessions[file] = Session(path, self.folder.data, self.folder.cache)
        return self.sessions[file]

    def state(self, session: Session) -> dict[str, Any]:
        """Return the state of a workflow."""
        return state_of(session, self.store)

    def tell_version(self, session: Session) -> None:
        """Tell all pages that a workflow has changed."""
        self.hub.say({"type": "workflow", "file": session.path.name, "version": session.version})

    def tell_nodes(self, session: Session) -> None:
        """Tell all pages which nodes stand otherwise than told last."""
        task = asyncio.get_running_loop().create_task(self._tell_nodes(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_nodes(self, session: Session) -> None:
        def statuses() -> dict[str, Any]:
            with session.lock:
                outcome = planned(session, self.store)
                return {n: status_of(session, outcome, n) for n in session.graph.nodes}

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


def make_app(folder: Folder, *, token: str, port: int) -> ASGIApp:
    """Return the application for a folder; requests must carry the token and name the port."""
    bench = Workbench(folder)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(bench.watch())
        try:
            yield
        finally:
            watching.cancel()
            await bench.runs.close()

    routes = [
        Route("/api/project", _answering(bench, _project)),
        Route("/api/steps", _answering(bench, _steps)),
        Route("/api/workflow", _answering(bench, _workflow)),
        *(
            Route(f"/api/{path}", _answering(bench, handler), methods=["POST"])
            for path, handler in {
                "workflow/edit": _edit, "workflow/undo": _undo, "workflow/redo": _redo, "workflow/new": _new,
                "upload": _upload, "run": _run, "run/cancel": _cancel, "rows": _rows, "pictures": _pictures,
                "contrast": _contrast, "report": _report,
            }.items()
        ),
        *(
            Route(f"/api/{path}", _answering(bench, handler))
            for path, handler in {
                "value": _value, "numbers": _numbers, "codes": _codes, "labels": _labels, "figure": _figure,
                "structure": _structure,
            }.items()
        ),
        WebSocketRoute("/api/events", _events_of(bench)),
        Mount("/", StaticFiles(directory=Path(str(files("tenkai.workbench") / "static")), html=True)),
    ]  # fmt: skip
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.bench = bench
    return Guard(app, token=token, port=port)


def _answering(bench: Workbench, handler: Callable[[Workbench, Request], Awaitable[Response]]) -> Handler:
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
            log.info("%s %s: %s", request.method, request.url.path, error)
            too_large = any(p.code == "TK542" for p in error.problems)
            status = 413 if too_large else 404 if {p.code for p in error.problems} & NOT_THERE else 400
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


async def _body(request: Request) -> dict[str, Any]:
    whole = bytearray()
    async for block in request.stream():
        whole += block
        if len(whole) > MOST_JSON:
            raise problem("TK542", "the request is too large.", allowed=f"At most {MOST_JSON >> 20} MB.")
    request._body = bytes(whole)  # so that whoever answers an outdated version can read it again
    body = json.loads(whole)
    if not isinstance(body, dict):
        raise ValueError("it is no object")
    return body


def _number(given: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = given.get(name, default)
    if value is None or isinstance(value, bool):
        raise ValueError(f"'{name}' is missing")
    return int(value)


async def _project(bench: Workbench, request: Request) -> Response:
    def told() -> dict[str, Any]:
        return catalog.project(bench.folder, __version__)

    return JSONResponse(await run_in_threadpool(told))


async def _steps(bench: Workbench, request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(catalog.steps))


async def _workflow(bench: Workbench, request: Request) -> Response:
    session = await run_in_threadpool(bench.session, request.query_params["file"])
    return JSONResponse(await run_in_threadpool(bench.state, session))


async def _edit(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    session = bench.session(body["file"])
    ops = body["ops"]
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise ValueError("'ops' is no list of operations")
    await run_in_threadpool(session.edit, _number(body, "version"), ops)
    return await _changed(bench, session)


async def _undo(bench: Workbench, request: Request) -> Response:
    session = bench.session((await _body(request))["file"])
    await run_in_threadpool(session.undo)
    return await _changed(bench, session)


async def _redo(bench: Workbench, request: Request) -> Response:
    session = bench.session((await _body(request))["file"])
    await run_in_threadpool(session.redo)
    return await _changed(bench, session)


async def _changed(bench: Workbench, session: Session) -> Response:
    bench.tell_version(session)
    return JSONResponse(await run_in_threadpool(bench.state, session))


async def _new(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    return JSONResponse({"file": await run_in_threadpool(bench.folder.create, str(body["from"]))})


async def _upload(bench: Workbench, request: Request) -> Response:
    announced = request.headers.get("content-length", "")
    length = int(announced) if announced.isdigit() else None
    name = await bench.folder.upload(request.query_params["name"], request.stream(), length)
    return JSONResponse({"name": name})


async def _run(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    session = bench.session(body["file"])
    await run_in_threadpool(session.look_at_disk)
    to, threads = body.get("to"), body.get("threads")
    if to is not None and not (isinstance(to, list) and all(isinstance(t, str) for t in to)):
        raise ValueError("'to' is no list of steps")
    name = await bench.runs.start(session, to, None if threads is None else max(1, int(threads)))
    return JSONResponse({"run": name})


async def _cancel(bench: Workbench, request: Request) -> Response:
    session = bench.session((await _body(request))["file"])
    await bench.runs.cancel(session)
    return JSONResponse({})


async def _found(bench: Workbench, given: Mapping[str, Any]) -> Found:
    session = bench.session(str(given["file"]))
    point = _number(given, "point", 0)
    return await run_in_threadpool(bench.values.find, session, str(given["ref"]), point)


async def _value(bench: Workbench, request: Request) -> Response:
    found = await _found(bench, request.query_params)
    return JSONResponse(await run_in_threadpool(info, found), headers=_tag(found))


async def _numbers(bench: Workbench, request: Request) -> Response:
    found = await _found(bench, request.query_params)
    content = await run_in_threadpool(numbers, table_of(found), request.query_params["column"])
    return Response(content, media_type="application/octet-stream", headers=_tag(found))


async def _codes(bench: Workbench, request: Request) -> Response:
    found = await _found(bench, request.query_params)
    array, _ = await run_in_threadpool(codes, table_of(found), request.query_params["column"])
    return Response(array.tobytes(), media_type="application/octet-stream", headers=_tag(found))


async def _labels(bench: Workbench, request: Request) -> Response:
    found = await _found(bench, request.query_params)
    _, labels = await run_in_threadpool(codes, table_of(found), request.query_params["column"])
    return JSONResponse(labels, headers=_tag(found))


async def _rows(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    found = await _found(bench, body)
    sort = body.get("sort")

    def page() -> dict[str, Any]:
        return page_of_rows(
            table_of(found), _number(body, "start"), _number(body, "count"), columns=body.get("columns"),
            sort=(str(sort["column"]), bool(sort.get("descending"))) if sort else None,
            filter=str(body.get("filter") or ""), within=body.get("within"),
        )  # fmt: skip

    return JSONResponse(await run_in_threadpool(page), headers=_tag(found))


async def _pictures(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    found = await _found(bench, body)
    positions = [int(p) for p in body["positions"]]

    def strip() -> bytes:
        return pictures_strip(table_of(found), str(body["column"]), positions, _number(body, "side"))

    return Response(await run_in_threadpool(strip), media_type="image/png", headers=_tag(found))


async def _figure(bench: Workbench, request: Request) -> Response:
    found = await _found(bench, request.query_params)
    figure = found.value
    if not isinstance(figure, Figure):
        raise problem("TK548", f"'{found.ref}' is a {figure.type_name}.", allowed="A figure is needed here.")
    form = request.query_params.get("form", "json")
    if form == "json":
        return JSONResponse(figure.spec, headers=_tag(found))
    draw: dict[str, tuple[Callable[[], str | bytes], str]] = {
        "svg": (figure.to_svg, "image/svg+xml"), "png": (figure.to_png, "image/png"),
        "pdf": (figure.to_pdf, "application/pdf"),
    }  # fmt: skip
    if form not in draw:
        raise problem("TK548", f"a figure cannot be drawn as '{form}'.", allowed="json, svg, png or pdf.")
    make, kind = draw[form]
    return Response(await run_in_threadpool(make), media_type=kind, headers=_tag(found))


async def _structure(bench: Workbench, request: Request) -> Response:
    found = await _found(bench, request.query_params)
    position = _number(request.query_params, "position")
    return JSONResponse(
        await run_in_threadpool(structure, table_of(found), request.query_params["column"], position),
        headers=_tag(found),
    )


async def _contrast(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    found = await _found(bench, body)

    def compare() -> dict[str, Any]:
        table = table_of(found)
        return contrast(table, bitset(str(body["rows"]), table.height))

    return JSONResponse(await run_in_threadpool(compare), headers=_tag(found))


async def _report(bench: Workbench, request: Request) -> Response:
    body = await _body(request)
    session = bench.session(body["file"])
    figures = body.get("figures")
    if figures is not None and not (isinstance(figures, list) and all(isinstance(f, str) for f in figures)):
        raise ValueError("'figures' is no list of figures")

    def page() -> str:
        return report_page(session, bench.store, figures, body.get("finding"))

    return Response(await run_in_threadpool(page), media_type="text/html; charset=utf-8")


def _tag(found: Found) -> dict[str, str]:
    return {"etag": f'"{found.id}"'}


def _events_of(bench: Workbench) -> Callable[[WebSocket], Awaitable[None]]:
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        queue = bench.hub.join()

        async def hear() -> None:
            # The page says nothing; this ends when it goes away.
            while True:
                await socket.receive_text()

        async def tell() -> None:
            await socket.send_json({"type": "hello", "server": __version__})
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
