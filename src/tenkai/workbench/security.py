"""Who may ask: token, Host, Origin and the form of requests. Nothing else in the workbench decides this."""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenkai.errors import Problem

log = logging.getLogger("tenkai.workbench")

JSON_FORM, BYTES_FORM = "application/json", "application/octet-stream"

# The page draws with its own scripts only; Vega compiles expressions to functions unless told not to, and is told.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self' data:; worker-src 'self' blob:; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A report inside of the page: its own rules, which it carries along, allow its own texts only; the sandbox gives it an
# origin of nobody, so that its script can ask this server for nothing.
PREVIEW_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def new_token() -> str:
    """Return 256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


class Guard:
    """Lets through what comes from the page of this server, and turns away and logs everything else.

    Parameters
    ----------
    app : the application behind it
    token : what the start URL carries once, and the cookie from then on
    port : where the server listens; part of Host, Origin and the name of the cookie
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self.app = app
        self.token = token
        self.cookie = f"tenkai-{port}"
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = _headers(scope)
        why = self._refused(scope, headers)
        if why:
            log.warning("refused: %s %s (%s)", scope.get("method", "WebSocket"), scope["path"], why)
            await _refuse(scope, receive, send, why)
        elif scope["type"] == "http" and scope["path"] == "/" and self._given(scope):
            await self._welcome(send)
        else:
            await self.app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)

    def _refused(self, scope: Scope, headers: dict[str, str]) -> str:
        """Return why a request is turned away; an empty text where it is not."""
        host = headers.get("host", "")
        if host not in self.hosts:
            return f"the Host is '{host[:80]}'"
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{h}" for h in self.hosts}:
            return f"the Origin is '{origin[:80]}'"
        if scope["type"] == "websocket" and origin is None:
            return "a WebSocket without an Origin"
        if not (self._known(headers) or (scope["type"] == "http" and scope["path"] == "/" and self._given(scope))):
            return "the token is missing or wrong"
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            if scope["method"] != "POST":
                return f"the method is {scope['method']}"
            form = headers.get("content-type", "").split(";")[0].strip()
            wanted = BYTES_FORM if scope["path"] == "/api/upload" else JSON_FORM
            if form != wanted or headers.get("x-tenkai") != "1":
                return "a change that the page did not send"
        return ""

    def _known(self, headers: dict[str, str]) -> bool:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return False
        return morsel is not None and hmac.compare_digest(morsel.value.encode(), self.token.encode())

    def _given(self, scope: Scope) -> bool:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return hmac.compare_digest(given.encode(), self.token.encode())

    async def _welcome(self, send: Send) -> None:
        """Keep the token as a cookie, and take it out of the address."""
        cookie = f"{self.cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"cache-control", b"no-store"), *HEADERS]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def refusal(why: str) -> Problem:
    """The problem of a request that is turned away."""
    return Problem(
        "TK540",
        f"the request is refused: {why}.",
        "Allowed: the page that 'tenkai open' shows, on this machine.",
        "Open the address that 'tenkai open' prints.",
    )


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers; one that stands twice counts as both, and so as neither."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]},{text}" if name in found else text
    return found


def _with_headers(send: Send) -> Send:
    async def more(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = message.get("headers", [])
            named = {name.lower() for name, _ in own}
            message["headers"] = [*own, *(h for h in HEADERS if h[0] not in named)]
        await send(message)

    return more


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    from dataclasses import asdict

    body: dict[str, Any] = {"problems": [asdict(refusal(why))]}
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
