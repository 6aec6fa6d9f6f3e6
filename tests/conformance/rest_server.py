"""The REST server over an engine in memory, with the hooks that conformance/run_rest.py needs on a second port.

    python -m tests.conformance.rest_server 8088 8089
    run_rest.py --url http://127.0.0.1:8088 --produce-url http://127.0.0.1:8089/produce \
                --reset-url http://127.0.0.1:8089/reset --stream
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rowtime.addresses import Address, listen
from rowtime.engine import Engine
from rowtime.errors import KsqlError
from rowtime.http_server import serve_http
from rowtime.ksql.requests import SqlRequest
from rowtime.ksql.server import Server
from rowtime.ksql.service import Service
from rowtime.log.api import Output, Step
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore
from rowtime.sql import ast
from tests.conformance.records import record_of

CONFIG = {
    "ksql.streams.auto.offset.reset": "earliest", "ksql.query.pull.table.scan.enabled": True,
    "ksql.schema.registry.url": "http://registry",
}  # fmt: skip
QUIET_ROUNDS = 10


class TestService(Service):
    """Topics that statements name exist already, as in ksqlDB's own test."""

    async def run(self, request: SqlRequest) -> Any:
        try:
            statements = self.parse(request)
        except KsqlError:
            statements = []
        for parsed in statements:
            if isinstance(parsed.statement, ast.CreateSource):
                await self._create(dict(parsed.statement.properties))
        return await super().run(request)

    async def _create(self, properties: dict[str, Any]) -> None:
        topic = getattr(properties.get("KAFKA_TOPIC"), "value", None)
        if topic and "PARTITIONS" not in properties and topic not in self.engine.log.topics():
            await self.engine.log.create_topic(topic, 1)


class Resettable:
    """A server whose engine, log and registry are made anew by `reset`."""

    def __init__(self) -> None:
        self.service = TestService(None)  # type: ignore[arg-type]
        self.running: asyncio.Task[None] | None = None

    async def reset(self) -> None:
        for query_id in list(self.service.push_queries):
            await self.service.close_push(query_id)
        if self.running:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
        self.log, self.schemas = MemoryLog(), SchemaStore()
        engine = Engine(self.log, self.schemas, CONFIG)
        await engine.start()
        self.service.engine = engine
        self.service.statuses.clear()
        self.running = asyncio.create_task(engine.run())

    async def produce(self, given: list[dict[str, Any]]) -> None:
        sources = {s.topic: s for s in reversed(list(self.service.engine.metastore.sources.values()))}
        for one in given:
            topic = one["topic"]
            if topic not in self.log.topics():
                await self.log.create_topic(topic, 1)
            record = await record_of(one, sources.get(topic), self.schemas)
            self.log.commit(Step("test", (), [Output.one(topic, None, record)]))
        await self.settle()

    async def settle(self) -> None:
        before, quiet = None, 0
        while quiet < QUIET_ROUNDS:
            await asyncio.sleep(0.003)
            now = {t: tuple(await self.log.offsets(t)) for t in list(self.log.topics())}
            quiet, before = (quiet + 1, before) if now == before else (0, now)


def hooks(server: Resettable) -> Starlette:
    async def produce(request: Request) -> Response:
        await server.produce(await request.json())
        return JSONResponse({})

    async def reset(request: Request) -> Response:
        await server.reset()
        return JSONResponse({})

    routes = [Route("/produce", produce, methods=["POST"]), Route("/reset", reset, methods=["POST"])]
    return Starlette(routes=routes)


async def main(port: int, hook_port: int) -> None:
    resettable = Resettable()
    await resettable.reset()
    server = Server(resettable.service, Address("127.0.0.1", port))
    await server.start()
    sock = listen(Address("127.0.0.1", hook_port))
    print(f"ready {server.address} hooks 127.0.0.1:{sock.getsockname()[1]}", flush=True)
    await serve_http(hooks(resettable), sock, asyncio.Event())  # type: ignore[arg-type]


if __name__ == "__main__":
    asyncio.run(main(*(int(a) for a in sys.argv[1:3])))
