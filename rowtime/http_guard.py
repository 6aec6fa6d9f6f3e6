"""Keeps web pages away from the HTTP ports: a browser must not reach them across sites or through a rebound name.

Programs are not affected: they send no Origin, and a Host that names the address they connected to.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from rowtime.addresses import is_loopback

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_FORM_TYPES = ("text/plain", "multipart/form-data")
_CROSS_SITE = ("cross-site", "same-site")


class HttpGuard:
    """ASGI middleware.

    app          what is guarded
    any_host     True where the port is open to the network: then Host is not checked, but Origin must equal it
    """

    def __init__(self, app: App, any_host: bool = False):
        self._app, self._any_host = app, any_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            reason = self._refusal(scope)
            if reason is not None:
                await _refuse(send, scope["type"], reason)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = _headers(scope["headers"])
        host = headers.get("host", "")
        if not self._any_host and not is_loopback(_name(host)):
            return f"host {host!r} is not this machine"
        origin = headers.get("origin")
        if origin is not None and not _same(origin, host):
            return f"origin {origin!r} is another site"
        if headers.get("sec-fetch-site") in _CROSS_SITE:
            return "the request comes from another site"
        content_type = headers.get("content-type", "").lower()
        if scope.get("method") not in ("GET", "HEAD", "OPTIONS", None) and content_type.startswith(_FORM_TYPES):
            return f"content type {content_type!r} is a form's; send JSON"
        return None


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    if ":authority" in headers:
        headers.setdefault("host", headers[":authority"])
    return headers


def _name(host: str) -> str:
    """Host without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host


def _same(origin: str, host: str) -> bool:
    return origin.partition("://")[2] == host


async def _refuse(send: Send, kind: str, reason: str) -> None:
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    body = json.dumps({"error_code": 40300, "message": f"refused: {reason}"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
