"""What requests hold: JSON bodies of bounded size, numbers, the value that is asked for."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tenkai.errors import problem
from tenkai.workbench.bench import Workbench
from tenkai.workbench.values import Found

MOST_JSON = 64 << 20

Handler = Callable[[Workbench, Request], Awaitable[Response]]


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request. Raises TK542 when it is too large."""
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


def number(given: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """Return a whole number of a request."""
    value = given.get(name, default)
    if value is None or isinstance(value, bool):
        raise ValueError(f"'{name}' is missing")
    return int(value)


async def found_by(bench: Workbench, given: Mapping[str, Any]) -> Found:
    """Return the value that a request names."""
    session = bench.session(str(given["file"]))
    point = number(given, "point", 0)
    return await run_in_threadpool(bench.values.find, session, str(given["ref"]), point)


def tag(found: Found) -> dict[str, str]:
    """Return the header that names the version of a value."""
    return {"etag": f'"{found.id}"'}
