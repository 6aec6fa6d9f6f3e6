"""Process 0's view of the engine's other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowtime.engine.query import QueryError
from rowtime.engine.workers.api import Place
from rowtime.engine.workers.worker_process import WorkerProcess
from rowtime.log.link import LinkClient

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


class Workers:
    """Implements `rowtime.engine.workers.api.Team` over processes, which are started with the first query that is
    divided.

    environment   of process `number`, beside our own
    """

    def __init__(self, count: int, link: LinkClient, environment: Callable[[int], Mapping[str, str]]):
        self.count, self.link, self.environment = count, link, environment
        self.engine: Engine | None = None
        self._members: list[WorkerProcess] = []
        self._started = asyncio.Event()

    def start(self) -> None:
        if not self._members and self.count > 1:
            self._members = [WorkerProcess(number, self.environment(number), self._heard_failure)
                             for number in range(1, self.count)]
            self._started.set()

    async def watch(self) -> None:
        """RowtimeError when one of them ends by itself."""
        await self._started.wait()
        done, _ = await asyncio.wait([m.running for m in self._members], return_when=asyncio.FIRST_COMPLETED)
        for ended in done:
            ended.result()

    async def stop(self) -> None:
        await asyncio.gather(*(member.stop() for member in self._members), return_exceptions=True)

    # -------------------------------------------------- questions
    async def _ask(self, name: str, *arguments: Any) -> list[Any]:
        return list(await asyncio.gather(*(member.ask(name, *arguments) for member in self._members)))

    async def follow(self) -> None:
        if self._members:
            await self.link.durable()
            await self._ask("follow")

    async def rows(self, query_id: str, keys: Sequence[Any] | None) -> list[Any]:
        return [row for rows in await self._ask("rows", query_id, keys) for row in rows]

    async def positions(self, query_id: str) -> Mapping[Place, int]:
        return {place: offset for found in await self._ask("positions", query_id) for place, offset in found.items()}

    async def settled(self) -> None:
        if self._members:
            await self.link.settled()

    # -------------------------------------------------- errors of queries
    def failed(self, query_id: str, error: Any) -> None:
        for member in self._members:
            member.tell("failed", query_id, error.message, error.timestamp)

    def _heard_failure(self, query_id: str, message: str, timestamp: int) -> None:
        query = self.engine.queries.get(query_id) if self.engine is not None else None
        if query is not None and query.state != "ERROR":
            query.fail(QueryError(message, timestamp))
            self.failed(query_id, query.errors[-1])
