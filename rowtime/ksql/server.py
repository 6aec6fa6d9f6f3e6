"""HTTP/1.1 and clear-text HTTP/2 (prior knowledge) on one port."""

from __future__ import annotations

import asyncio
import logging
import socket

from hypercorn.asyncio import serve
from hypercorn.config import Config

from rowtime.ksql.app import create_app
from rowtime.ksql.service import Service


class Server:
    """`start` binds and answers the address; `stop` ends open answers and returns when the port is free."""

    def __init__(self, service: Service, host: str = "127.0.0.1", port: int = 0):
        self.service = service
        self._socket = socket.create_server((host, port), reuse_port=False)
        self.host, self.port = self._socket.getsockname()[:2]
        service.host = f"{self.host}:{self.port}"
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    async def start(self) -> None:
        config = Config()
        config.bind = [f"fd://{self._socket.detach()}"]
        config.graceful_timeout = 0.5
        config.keep_alive_timeout = 3600
        config.errorlog = logging.getLogger("rowtime.ksql.http")
        config.include_server_header = False
        app = create_app(self.service)
        self._task = asyncio.create_task(serve(app, config, shutdown_trigger=self._stop.wait))  # type: ignore[arg-type]

    async def stop(self) -> None:
        for query in list(self.service.push_queries.values()):
            await query.close()
        self._stop.set()
        if self._task:
            await self._task
