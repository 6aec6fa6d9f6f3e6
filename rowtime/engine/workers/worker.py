"""What a worker does when process 0 asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rowtime.engine import recovery
from rowtime.engine.engine import Engine
from rowtime.engine.query import QueryError
from rowtime.engine.workers import channel
from rowtime.engine.workers.alone import Alone
from rowtime.engine.workers.api import Place

Send = Callable[[bytes], None]


class Process0(Alone):
    """The team as a worker has it: process 0 is told when a query has failed."""

    def __init__(self, send: Send):
        self._send = send

    def failed(self, query_id: str, error: Any) -> None:
        self._send(channel.message(0, (query_id, error.message, error.timestamp), None))


class Worker:
    """An engine that does what process 0 does, on its own partitions."""

    def __init__(self, engine: Engine, send: Send):
        self.engine, self._send = engine, send
        self._following = asyncio.Lock()

    async def heard(self, number: int, name: str, arguments: Sequence[Any]) -> None:
        """Answers a question; one that cannot be answered gets the error's text."""
        try:
            value, error = await getattr(self, f"_{name}")(*arguments), None
        except Exception as e:
            value, error = None, str(e) or type(e).__name__
        if number:
            self._send(channel.message(number, value, error))

    async def _follow(self) -> None:
        async with self._following:
            await recovery.follow(self.engine)

    async def _rows(self, query_id: str, keys: Sequence[Any] | None) -> list[Any]:
        await self.engine.log.durable()
        query = self.engine.queries.get(query_id)
        return [] if query is None or query.table is None else list(query.table.items(keys))

    async def _positions(self, query_id: str) -> Mapping[Place, int]:
        query = self.engine.queries.get(query_id)
        return {} if query is None else query.offsets

    async def _failed(self, query_id: str, message: str, timestamp: int) -> None:
        query = self.engine.queries.get(query_id)
        if query is not None and query.state != "ERROR":
            query.fail(QueryError(message, timestamp))
