"""What the replay page is answered with."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenkai.errors import problem
from tenkai.workbench.asking import Handler, body_of, number
from tenkai.workbench.bench import Workbench
from tenkai.workbench.replay import curves
from tenkai.workbench.session import Session

PATIENCE = 4.0  # seconds that an answer waits for a step to have something to show
MEDIA = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}
BYTES = "application/octet-stream"


class Stopped(Exception):
    """Nobody waits for the film any more."""


async def _of(bench: Workbench, given: Mapping[str, Any]) -> Session:
    return await run_in_threadpool(bench.session, str(given["file"]))


async def _facts(bench: Workbench, request: Request) -> Response:
    given = request.query_params
    session, point = await _of(bench, given), number(given, "point", 0)
    return JSONResponse(await run_in_threadpool(bench.replays.facts, session, given["node"], point))


async def _frames(bench: Workbench, request: Request) -> Response:
    given = request.query_params
    session, point = await _of(bench, given), number(given, "point", 0)
    first, count = number(given, "first"), number(given, "count")
    content = await run_in_threadpool(bench.replays.frames, session, given["node"], point, first, count)
    return Response(content, media_type=BYTES)


async def _figure(bench: Workbench, request: Request) -> Response:
    given = request.query_params
    session, point = await _of(bench, given), number(given, "point", 0)
    figure = await run_in_threadpool(bench.replays.figure, session, given["node"], point, {})
    return JSONResponse({"spec": figure.spec, "text": figure.text})


async def _curve(bench: Workbench, request: Request) -> Response:
    await _of(bench, request.query_params)  # every question is one about a workflow of the folder
    return JSONResponse(await run_in_threadpool(curves, request.query_params["measure"][:80]))


async def _live(bench: Workbench, request: Request) -> Response:
    given = request.query_params
    seen = await bench.runs.look(await _of(bench, given), number(given, "after", 0), PATIENCE)
    return Response(status_code=204) if seen is None else Response(seen.answer(), media_type=BYTES)


async def _live_figure(bench: Workbench, request: Request) -> Response:
    session = await _of(bench, request.query_params)
    run = bench.runs.under_way(session)
    if run is None or not run.seen.facts:  # it has ended meanwhile
        return Response(status_code=204)
    figure = await run_in_threadpool(bench.replays.live_figure, session, run.seen)
    return JSONResponse({"spec": figure.spec, "text": figure.text, "iteration": run.seen.facts["iteration"]})


async def _film(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session = await _of(bench, body)
    if bench.filming.locked():
        raise problem("TK578", "a film is being made already.", remedy="Wait for it, or cancel it.")
    async with bench.filming:
        return await _filmed(bench, request, body, session)


async def _filmed(bench: Workbench, request: Request, body: Mapping[str, Any], session: Session) -> Response:
    stop, loop = threading.Event(), asyncio.get_running_loop()
    about = {"type": "film", "file": session.path.name, "node": str(body["node"])}

    def told(done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped
        loop.call_soon_threadsafe(bench.hub.say, {**about, "done": done, "total": total})

    making = asyncio.ensure_future(run_in_threadpool(bench.replays.film, session, body, told))
    while not making.done():
        await asyncio.wait({making}, timeout=0.25)
        if await request.is_disconnected():
            stop.set()
    try:
        film, form = making.result()
    except Stopped:
        return Response(status_code=204)
    name = f"{about['node']}.{form}"
    return Response(film, media_type=MEDIA[form], headers={"content-disposition": f'attachment; filename="{name}"'})


GETS: Mapping[str, Handler] = {
    "replay": _facts, "replay/figure": _figure, "frames": _frames, "curve": _curve, "live": _live,
    "live/figure": _live_figure,
}  # fmt: skip
POSTS: Mapping[str, Handler] = {"film": _film}
