"""HTTP/1.1 and clear-text HTTP/2 (prior knowledge) on one port."""

from __future__ import annotations

import asyncio
from typing import cast

from rowtime.addresses import Address, listen
from rowtime.http_guard import App
from rowtime.http_server import serve_http
from rowtime.ksql.app import create_app
from rowtime.ksql.service import Service


class Server:
    """Bound at once; answers from `start` on; `stop` ends open answers and returns when the port is free."""

    def __init__(self, service: Service, address: Address | None = None, any_host: bool = False):
        self.service, self.any_host = service, any_host
        address = address or Address("127.0.0.1", 0)
        self._socket = listen(address)
        self.address = Address(address.host, self._socket.getsockname()[1])
        service.host = str(self.address)
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        app = cast(App, create_app(self.service))
        self._task = asyncio.create_task(serve_http(app, self._socket, self._stop, self.any_host))

    async def stop(self) -> None:
        for query_id in list(self.service.push_queries):
            await self.service.close_push(query_id)
        self._stop.set()
        if self._task is None:
            self._socket.close()
            return
        try:
            await self._task
        finally:
            self._socket.detach()
