"""Log, registry, engine and REST server in this process, on a loop of their own thread."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import fastavro
import requests

from rowtime.engine import Engine
from rowtime.engine.throttle import wall_clock
from rowtime.ksql.server import Server
from rowtime.ksql.service import Service
from rowtime.log.api import Output, Record, Step
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore

QUIET_ROUNDS = 20
Place = Callable[[Record], int | None]
"""Which partition a record goes to; None leaves it to the log."""


def hashed(record: Record) -> int | None:
    return None


class Stack:
    """Use as a context manager; `url` is the REST server's."""

    def __init__(self, config: Mapping[str, object] | None = None, clock: Callable[[], int] = wall_clock):
        self.config, self.clock = dict(config or {}), clock
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Stack:
        self.thread.start()
        self.call(self._start)
        return self

    def __exit__(self, *exc: object) -> None:
        self.call(self._stop)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def call(self, function: Callable[..., Coroutine[Any, Any, Any]], *args: Any, timeout: float = 60) -> Any:
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop).result(timeout)

    async def _start(self) -> None:
        self.log, self.schemas = MemoryLog(), SchemaStore()
        self.engine = Engine(self.log, self.schemas, self.config, clock=self.clock)
        await self.engine.start()
        self.running = asyncio.create_task(self.engine.run())
        self.server = Server(Service(self.engine))
        await self.server.start()
        self.url = f"http://{self.server.address}"

    async def _stop(self) -> None:
        await self.server.stop()
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    # what a client does
    def post(self, path: str, body: Mapping[str, Any], accept: str | None = None) -> requests.Response:
        return requests.post(self.url + path, json=body, headers={"Accept": accept or "*/*"}, timeout=60)

    def ksql(self, sql: str, properties: Mapping[str, Any] | None = None) -> requests.Response:
        return self.post("/ksql", {"ksql": sql, "streamsProperties": dict(properties or {})})

    def rows(self, sql: str, properties: Mapping[str, Any] | None = None) -> list[Any]:
        r = self.post("/query-stream", {"sql": sql, "properties": dict(properties or {})})
        assert r.status_code == 200, r.text
        return [json.loads(line) for line in r.content.decode().splitlines()[1:]]

    # what the broker's side does
    def produce(self, topic: str, records: Sequence[Record], partitions: int = 1, place: Place = hashed) -> None:
        self.call(self._produce, topic, records, partitions, place)

    async def _produce(self, topic: str, records: Sequence[Record], partitions: int, place: Place) -> None:
        if topic not in self.log.topics():
            await self.log.create_topic(topic, partitions)
        if records:
            self.log.commit(Step("producer", (), [Output.one(topic, place(r), r) for r in records]))

    def produce_avro(
        self, topic: str, schema: Any, records: Sequence[Any], partitions: int = 1, place: Place = hashed
    ) -> None:
        """Records as [key text, value, timestamp]."""
        schema_id = self.call(self.schemas.register, f"{topic}-value", json.dumps(schema))
        parsed = fastavro.parse_schema(schema)
        made = [Record(_text(k), _avro(parsed, schema_id, v), ts) for k, v, ts in records]
        self.produce(topic, made, partitions, place)

    def settle(self) -> None:
        """Returns when no topic grows any more."""
        self.call(self._settle)

    async def _settle(self) -> None:
        before, quiet = None, 0
        while quiet < QUIET_ROUNDS:
            await asyncio.sleep(0.005)
            now = {t: tuple(await self.log.offsets(t)) for t in list(self.log.topics())}
            quiet, before = (quiet + 1, before) if now == before else (0, now)

    def dump(self, topic: str) -> list[list[Any]]:
        """[partition, offset, timestamp, key hex, value hex, headers] of every record."""
        return self.call(self._dump, topic)

    async def _dump(self, topic: str) -> list[list[Any]]:
        found = []
        for partition, (start, end) in enumerate(await self.log.offsets(topic)):
            for i, r in enumerate(await self.log.read(topic, partition, start, end - start)):
                found.append([partition, start + i, r.timestamp, _hex(r.key), _hex(r.value), list(r.headers)])
        return found


def _text(key: str | None) -> bytes | None:
    return None if key is None else key.encode()


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()


def _avro(schema: Any, schema_id: int, value: Any) -> bytes | None:
    if value is None:
        return None
    out = io.BytesIO()
    out.write(b"\0" + schema_id.to_bytes(4, "big"))
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()
