"""An ASGI application on a socket, HTTP/1.1 and HTTP/2 in clear text."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config

from rowtime.http_guard import App, HttpGuard


async def serve_http(app: App, sock: socket.socket, stop: asyncio.Event, any_host: bool = False) -> None:
    """Serve until `stop` is set; the socket is bound and listening (`rowtime.addresses.listen`)."""
    config = Config()
    config.bind = [f"fd://{sock.fileno()}"]
    config.accesslog = None
    config.errorlog = None
    config.graceful_timeout = 2.0
    config.include_server_header = False

    async def stopped() -> None:
        await stop.wait()

    await serve(cast(Any, HttpGuard(app, any_host)), config, shutdown_trigger=stopped)
