"""What each request is answered with; problems are raised, and told by `app`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tenkai import __version__
from tenkai.errors import problem
from tenkai.values import Figure
from tenkai.workbench import catalog
from tenkai.workbench.asking import Handler, body_of, found_by, number, tag
from tenkai.workbench.bench import Workbench
from tenkai.workbench.contrast import contrast
from tenkai.workbench.copying import copy_text
from tenkai.workbench.project import safe_name
from tenkai.workbench.reporting import report_page, why
from tenkai.workbench.rows import csv_blocks, ids_of, located, page_of_rows, positions
from tenkai.workbench.security import PREVIEW_POLICY
from tenkai.workbench.session import Session
from tenkai.workbench.things import pictures_strip, structure
from tenkai.workbench.values import Found, bitset, codes, info, match, numbers, table_of, tables
from tenkai.workbench.wide import Wide, alone, told


async def _project(bench: Workbench, request: Request) -> Response:
    def told() -> dict[str, Any]:
        return {**catalog.project(bench.folder, __version__), "running": bench.runs.running()}

    return JSONResponse(await run_in_threadpool(told))


async def _steps(bench: Workbench, request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(catalog.steps))


async def _workflow(bench: Workbench, request: Request) -> Response:
    session = await run_in_threadpool(bench.session, request.query_params["file"])
    return JSONResponse(await run_in_threadpool(bench.state, session))


async def _edit(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session = bench.session(body["file"])
    ops = body["ops"]
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise ValueError("'ops' is no list of operations")
    await run_in_threadpool(session.edit, number(body, "version"), ops)
    return await _changed(bench, session)


async def _undo(bench: Workbench, request: Request) -> Response:
    session = bench.session((await body_of(request))["file"])
    await run_in_threadpool(session.undo)
    return await _changed(bench, session)


async def _redo(bench: Workbench, request: Request) -> Response:
    session = bench.session((await body_of(request))["file"])
    await run_in_threadpool(session.redo)
    return await _changed(bench, session)


async def _changed(bench: Workbench, session: Session) -> Response:
    bench.tell_version(session)
    return JSONResponse(await run_in_threadpool(bench.state, session))


async def _new(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    if body["from"] == "text":
        made = await run_in_threadpool(bench.folder.bring, str(body["name"]), str(body["text"]))
    else:
        made = await run_in_threadpool(bench.folder.create, str(body["from"]))
    return JSONResponse({"file": made})


async def _copy(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session, nodes = bench.session(body["file"]), body["nodes"]
    if not isinstance(nodes, list) or not nodes:
        raise ValueError("'nodes' names no steps")
    with session.lock:
        text = session.text
    return JSONResponse({"text": await run_in_threadpool(copy_text, text, [str(n) for n in nodes])})


async def _consent(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session = bench.session(body["file"])
    await run_in_threadpool(bench.consent, session, str(body["digest"]))
    return await _changed(bench, session)


async def _upload(bench: Workbench, request: Request) -> Response:
    announced = request.headers.get("content-length", "")
    length = int(announced) if announced.isdigit() else None
    name = await bench.folder.upload(request.query_params["name"], request.stream(), length)
    return JSONResponse({"name": name})


async def _may_upload(bench: Workbench, request: Request) -> Response:
    """Say beforehand what would be refused: a browser sends a whole file before it reads the answer."""
    body = await body_of(request)
    bench.folder.may_upload(str(body["name"]), int(body["size"]))
    return JSONResponse({})


async def _run(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session = bench.session(body["file"])
    await run_in_threadpool(session.look_at_disk)
    to, threads = body.get("to"), body.get("threads")
    if to is not None and not (isinstance(to, list) and all(isinstance(t, str) for t in to)):
        raise ValueError("'to' is no list of steps")
    name = await bench.run(session, to, None if threads is None else max(1, int(threads)))
    return JSONResponse({"run": name})


async def _cancel(bench: Workbench, request: Request) -> Response:
    session = bench.session((await body_of(request))["file"])
    await bench.runs.cancel(session)
    return JSONResponse({})


async def _value(bench: Workbench, request: Request) -> Response:
    found = await found_by(bench, request.query_params)
    return JSONResponse(await run_in_threadpool(info, found), headers=tag(found))


def _wide(bench: Workbench, found: Found, given: Mapping[str, Any]) -> Wide:
    """Return the columns that are meant: with `wide`, those of all values about the same rows."""
    if str(given.get("wide") or "0").lower() in ("0", "false"):
        return alone(table_of(found), str(found.ref))
    return bench.values.wide(found)


async def _related(bench: Workbench, request: Request) -> Response:
    found = await found_by(bench, request.query_params)
    return JSONResponse(told(await run_in_threadpool(bench.values.wide, found)))


async def _tables(bench: Workbench, request: Request) -> Response:
    session = await run_in_threadpool(bench.session, request.query_params["file"])
    return JSONResponse(await run_in_threadpool(tables, session, bench.store))


async def _numbers(bench: Workbench, request: Request) -> Response:
    found, column = await found_by(bench, request.query_params), request.query_params["column"]

    def array() -> bytes:
        return numbers(_wide(bench, found, request.query_params).pick([column]), column)

    return Response(await run_in_threadpool(array), media_type="application/octet-stream", headers=tag(found))


async def _codes(bench: Workbench, request: Request) -> Response:
    found, column = await found_by(bench, request.query_params), request.query_params["column"]

    def array() -> bytes:
        return codes(_wide(bench, found, request.query_params).pick([column]), column)[0].tobytes()

    return Response(await run_in_threadpool(array), media_type="application/octet-stream", headers=tag(found))


async def _labels(bench: Workbench, request: Request) -> Response:
    found, column = await found_by(bench, request.query_params), request.query_params["column"]

    def labels() -> list[str]:
        return codes(_wide(bench, found, request.query_params).pick([column]), column)[1]

    return JSONResponse(await run_in_threadpool(labels), headers=tag(found))


def _choice(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return which rows in which order a request means."""
    sort = body.get("sort")
    return {
        "sort": (str(sort["column"]), bool(sort.get("descending"))) if sort else None,
        "filter": str(body.get("filter") or ""),
        "within": body.get("within"),
    }


async def _rows(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)

    def page() -> dict[str, Any]:
        wide = _wide(bench, found, body)
        return page_of_rows(
            wide, number(body, "start"), number(body, "count"), columns=body.get("columns"), at=body.get("at"),
            **_choice(body),
        )  # fmt: skip

    return JSONResponse(await run_in_threadpool(page), headers=tag(found))


async def _export(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)

    def start() -> Iterator[bytes]:
        wide = _wide(bench, found, body)
        columns = body.get("columns")
        return csv_blocks(wide, positions(wide, **_choice(body)), list(wide.columns) if columns is None else columns)

    name = safe_name(f"{found.ref.node}-rows.csv")
    headers = {**tag(found), "content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(await run_in_threadpool(start), media_type="text/csv; charset=utf-8", headers=headers)


async def _ids(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)

    def ids() -> list[str]:
        table = table_of(found)
        return ids_of(table, bitset(str(body["within"]), table.height))

    return JSONResponse(await run_in_threadpool(ids), headers=tag(found))


async def _locate(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)
    groups = [[str(i) for i in group] for group in body["ids"]]
    return JSONResponse(await run_in_threadpool(located, table_of(found), groups))


async def _pictures(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)
    at = [int(p) for p in body["positions"]]

    def strip() -> bytes:
        return pictures_strip(_wide(bench, found, body), str(body["column"]), at, number(body, "side"))

    return Response(await run_in_threadpool(strip), media_type="image/png", headers=tag(found))


async def _figure(bench: Workbench, request: Request) -> Response:
    found = await found_by(bench, request.query_params)
    figure = found.value
    if not isinstance(figure, Figure):
        raise problem("TK548", f"'{found.ref}' is a {figure.type_name}.", allowed="A figure is needed here.")
    form = request.query_params.get("form", "json")
    if form == "json":
        return JSONResponse(figure.spec, headers=tag(found))
    draw: dict[str, tuple[Callable[[], str | bytes], str]] = {
        "svg": (figure.to_svg, "image/svg+xml"), "png": (figure.to_png, "image/png"),
        "pdf": (figure.to_pdf, "application/pdf"),
    }  # fmt: skip
    if form not in draw:
        raise problem("TK548", f"a figure cannot be drawn as '{form}'.", allowed="json, svg, png or pdf.")
    make, kind = draw[form]
    return Response(await run_in_threadpool(make), media_type=kind, headers=tag(found))


async def _structure(bench: Workbench, request: Request) -> Response:
    found, given = await found_by(bench, request.query_params), request.query_params
    column, position = given["column"], number(given, "position")

    def shape() -> dict[str, Any]:
        return structure(_wide(bench, found, given), column, position)

    return JSONResponse(await run_in_threadpool(shape), headers=tag(found))


async def _contrast(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    found = await found_by(bench, body)

    def compare() -> dict[str, Any]:
        wide = _wide(bench, found, body)
        return contrast(wide, bitset(str(body["rows"]), wide.height))

    return JSONResponse(await run_in_threadpool(compare), headers=tag(found))


async def _match(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    here, there = await found_by(bench, body), await found_by(bench, {"file": body["file"], **body["to"]})
    return JSONResponse(await run_in_threadpool(match, table_of(here), str(body["rows"]), table_of(there)))


async def _report(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session = bench.session(body["file"])
    figures = body.get("figures")
    if figures is not None and not isinstance(figures, list):
        raise ValueError("'figures' is no list of figures")

    def page() -> str:
        return report_page(session, bench.store, figures, body.get("finding"), str(body.get("language", "en")))

    return Response(await run_in_threadpool(page), media_type="text/html; charset=utf-8")


async def _make_preview(bench: Workbench, request: Request) -> Response:
    body = await body_of(request)
    session, language = bench.session(body["file"]), str(body.get("language", "en"))

    def made() -> str:
        return bench.previews.keep(report_page(session, bench.store, language=language))

    return JSONResponse({"page": await run_in_threadpool(made)})


async def _preview(bench: Workbench, request: Request) -> Response:
    """Answer with a report that was made, for a frame: with rules of its own, in which it can reach nothing."""
    page = bench.previews.get(request.query_params["page"])
    headers = {"content-security-policy": PREVIEW_POLICY}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


async def _why(bench: Workbench, request: Request) -> Response:
    session = await run_in_threadpool(bench.session, request.query_params["file"])
    return JSONResponse(await run_in_threadpool(why, session))


GETS: Mapping[str, Handler] = {
    "project": _project, "steps": _steps, "workflow": _workflow, "value": _value, "numbers": _numbers, "codes": _codes,
    "labels": _labels, "figure": _figure, "structure": _structure, "related": _related, "tables": _tables,
    "report/preview": _preview, "why": _why,
}  # fmt: skip
POSTS: Mapping[str, Handler] = {
    "workflow/edit": _edit, "workflow/undo": _undo, "workflow/redo": _redo, "workflow/new": _new,
    "workflow/copy": _copy, "consent": _consent, "upload": _upload, "upload/ask": _may_upload,
    "run": _run, "run/cancel": _cancel, "rows": _rows, "pictures": _pictures, "contrast": _contrast, "match": _match,
    "report": _report, "report/preview": _make_preview, "export": _export, "locate": _locate, "ids": _ids,
}  # fmt: skip
