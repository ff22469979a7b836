"""What the pages compare and results ask: maps with their quality, scores, boards, cuts of trees, rows of marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenkai.workbench.asking import Handler, body_of, found_by, number, tag
from tenkai.workbench.bench import Workbench
from tenkai.workbench.cutting import cut
from tenkai.workbench.picking import pick
from tenkai.workbench.scorebook import board


async def _maps(bench: Workbench, request: Request) -> Response:
    session = await run_in_threadpool(bench.session, request.query_params["file"])
    return JSONResponse(await run_in_threadpool(bench.maps.of, session))


async def _scores(bench: Workbench, request: Request) -> Response:
    session = await run_in_threadpool(bench.session, request.query_params["file"])
    return JSONResponse(await run_in_threadpool(bench.scores.of, session))


async def _board(bench: Workbench, request: Request) -> Response:
    query = request.query_params
    session = await run_in_threadpool(bench.session, query["file"])
    wanted = query.getlist("score") or None

    def drawn() -> dict[str, Any]:
        return board(bench.scores.record(session, query["ref"]), wanted).spec

    return JSONResponse(await run_in_threadpool(drawn))


async def _cut(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)
    height = body.get("height")
    if height is not None and (isinstance(height, bool) or not isinstance(height, int | float)):
        raise ValueError("'height' is no number")
    to = await found_by(bench, {"file": body["file"], **body["to"]}) if body.get("to") is not None else None
    session, point = bench.session(str(body["file"])), number(body, "point", 0)

    def told() -> dict[str, Any]:
        return cut(bench.values, session, found, point, height, to=to, draw=bool(body.get("draw")))

    return JSONResponse(await run_in_threadpool(told), headers=tag(found))


async def _pick(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)
    marks = body["marks"]
    if not isinstance(marks, list) or not all(isinstance(m, dict) for m in marks):
        raise ValueError("'marks' is no list of marks")
    session = bench.session(str(body["file"]))

    def told() -> dict[str, Any]:
        return pick(bench.values, session, found, marks)

    return JSONResponse(await run_in_threadpool(told), headers=tag(found))


async def _image(bench: Workbench, request: Request) -> Response:
    found = await found_by(bench, request.query_params)
    session = bench.session(request.query_params["file"])
    return JSONResponse(await run_in_threadpool(bench.pixels.image, session, found), headers=tag(found))


async def _pixel(bench: Workbench, request: Request) -> Response:
    given = request.query_params
    found, session = await found_by(bench, given), bench.session(given["file"])
    at = number(given, "panel", 0), number(given, "down"), number(given, "across")
    return JSONResponse(await run_in_threadpool(bench.pixels.pixel, session, found, *at), headers=tag(found))


GETS: Mapping[str, Handler] = {"maps": _maps, "scores": _scores, "board": _board, "image": _image, "pixel": _pixel}
POSTS: Mapping[str, Handler] = {"cut": _cut, "pick": _pick}
