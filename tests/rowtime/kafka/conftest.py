"""A broker without sockets, asked through its APIs; a broker on a socket; a broker process."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import inspect
import threading
import types
import typing
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kio.serial import entity_reader

from rowtime.addresses import Address, listen
from rowtime.kafka import apis, codec
from rowtime.kafka.clock import ManualClock
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Call, Connection
from rowtime.kafka.server import KafkaServer
from rowtime.kafka.settings import Settings
from rowtime.log import batch
from rowtime.log.api import Record
from rowtime.log.store import LogStore
from rowtime.serve import Stack

BY_NAME = {api.name: api for api in apis.BY_KEY.values()}


def make(cls: Any, values: dict[str, Any]) -> Any:
    """kio's dataclass from plain values; numbers become durations where one is wanted, missing fields defaults."""
    hints = typing.get_type_hints(cls)
    given = {field.name: _value(hints[field.name], values[field.name]) for field in dataclasses.fields(cls)
             if field.name in values}
    for field in dataclasses.fields(cls):
        if field.name not in given and field.default is dataclasses.MISSING:
            given[field.name] = _empty(hints[field.name])
    return cls(**given)


def _inner(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(arg for arg in hint.__args__ if arg is not types.NoneType)
    return hint


def _value(hint: Any, value: Any) -> Any:
    hint = _inner(hint)
    if value is None:
        return None
    if typing.get_origin(hint) is tuple:
        return tuple(_value(typing.get_args(hint)[0], item) for item in value)
    if dataclasses.is_dataclass(hint):
        return make(hint, value)
    if isinstance(hint, type) and issubclass(hint, datetime.timedelta):
        return datetime.timedelta(milliseconds=value)
    return value


def _empty(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return None
    if typing.get_origin(hint) is tuple:
        return ()
    hint = getattr(hint, "__bound__", hint)
    if isinstance(hint, type) and issubclass(hint, datetime.timedelta):
        return datetime.timedelta()
    if isinstance(hint, type) and issubclass(hint, str):
        return ""
    return b"" if isinstance(hint, type) and issubclass(hint, bytes) else 0


class Asked:
    """A broker in the running loop, with a clock that is moved by hand; `ask` goes through the codec both ways."""

    def __init__(self, directory: Path | None = None, settings: Settings | None = None,
                 clock: ManualClock | None = None):
        self.clock = clock or ManualClock()
        self.node = Node(settings, self.clock)
        self.store = LogStore.open(directory, self.node.setup)
        self.store.attach(asyncio.get_running_loop())
        self.node.apis = apis.BY_KEY
        self.node.start()

    def start(self, name: str, version: int | None = None, serial: int = 0, **fields: Any) -> asyncio.Task[Any]:
        """The request is handled now; the task ends with the answer."""
        api = BY_NAME[name]
        version = api.versions[1] if version is None else version
        request_type, _ = codec.message(name, version)
        call = Call(version, make(request_type, fields), "client", Connection(serial, "127.0.0.1"))
        return asyncio.ensure_future(self._finish(name, version, api.handle(self.node, call)))

    async def _finish(self, name: str, version: int, body: Any) -> Any:
        if inspect.isawaitable(body):
            body = await body
        if body is None:
            return None
        encoded = body if isinstance(body, bytes) else codec.encode(name, version, body)
        answer, size = entity_reader(codec.message(name, version)[1])(encoded, 0)
        assert size == len(encoded)
        return answer

    async def ask(self, name: str, version: int | None = None, serial: int = 0, **fields: Any) -> Any:
        return await self.start(name, version, serial, **fields)

    async def produce(self, data: bytes, topic: str = "t", partition: int = 0, version: int | None = None,
                      transactional_id: str | None = None, acks: int = -1, serial: int = 0) -> Any:
        """The partition's part of the answer."""
        answer = await self.ask("produce", version, serial, acks=acks, timeout=1000, transactional_id=transactional_id,
                                topic_data=[{"name": topic, "partition_data": [{"index": partition, "records": data}]}])
        return None if answer is None else answer.responses[0].partition_responses[0]

    async def fetch(self, offset: int = 0, topic: str = "t", partition: int = 0, version: int | None = None,
                    committed: bool = False, max_bytes: int = 1 << 20) -> Any:
        answer = await self.ask(
            "fetch", version, max_wait=0, min_bytes=1, max_bytes=max_bytes, isolation_level=int(committed),
            topics=[{"topic": topic, "partitions": [
                {"partition": partition, "fetch_offset": offset, "partition_max_bytes": max_bytes}]}])
        return answer.responses[0].partitions[0]

    async def init(self, transactional_id: str | None = "tx", timeout: int = 60_000,
                   producer: tuple[int, int] = (-1, -1), serial: int = 0) -> Any:
        return await self.ask("init_producer_id", 4, serial, transactional_id=transactional_id,
                              transaction_timeout=timeout, producer_id=producer[0], producer_epoch=producer[1])

    async def add(self, producer: tuple[int, int], *partitions: int, topic: str = "t", tx: str = "tx",
                  serial: int = 0) -> Any:
        answer = await self.ask("add_partitions_to_txn", 3, serial, v3_and_below_transactional_id=tx,
                                v3_and_below_producer_id=producer[0], v3_and_below_producer_epoch=producer[1],
                                v3_and_below_topics=[{"name": topic, "partitions": partitions}])
        return answer.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code

    async def end(self, producer: tuple[int, int], commit: bool = True, tx: str = "tx", serial: int = 0) -> Any:
        answer = await self.ask("end_txn", 3, serial, transactional_id=tx, producer_id=producer[0],
                                producer_epoch=producer[1], committed=commit)
        return answer.error_code

    async def latest(self, topic: str = "t", partition: int = 0, committed: bool = False, timestamp: int = -1) -> Any:
        answer = await self.ask("list_offsets", isolation_level=int(committed), replica_id=-1, topics=[
            {"name": topic, "partitions": [{"partition_index": partition, "timestamp": timestamp}]}])
        return answer.topics[0].partitions[0]

    def topic(self, name: str = "t", partitions: int = 1, **config: str) -> None:
        self.store.create_topic(name, partitions, {key.replace("_", "."): value for key, value in config.items()})

    def close(self) -> None:
        self.node.close()
        self.store.close()


def records(*values: str, timestamp: int = 1_700_000_000_000) -> list[Record]:
    return [Record(b"k", value.encode(), timestamp + number) for number, value in enumerate(values)]


def values(data: bytes | None) -> list[str]:
    """Values of a fetched record set, without control batches."""
    return [record.value.decode() for part in batch.split(data or b"") if not batch.header_of(part).control
            for record in batch.decode(part)]


def sequenced(producer: tuple[int, int], sequence: int, *texts: str, transactional: bool = False) -> bytes:
    """A batch of an idempotent producer (id, epoch)."""
    return batch.encode(records(*texts), producer_id=producer[0], producer_epoch=producer[1], base_sequence=sequence,
                        transactional=transactional)


class Tools:
    """What test modules use from here."""

    Asked = Asked
    make, records, values, sequenced = staticmethod(make), staticmethod(records), staticmethod(values), \
        staticmethod(sequenced)

    @staticmethod
    def run(scenario: Callable[[], Awaitable[Any]]) -> Any:
        """Run a scenario in a loop of its own, within 30 s."""
        async def limited() -> Any:
            return await asyncio.wait_for(scenario(), 30)
        return asyncio.run(limited())


@pytest.fixture(scope="session")
def kafka() -> type[Tools]:
    return Tools


class Served:
    """A broker on a socket, its loop in a thread."""

    def __init__(self, settings: Settings | None = None):
        self.settings = settings
        self.address = ""
        self.loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.node: Node

    def _run(self) -> None:
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        self.node = Node(self.settings)
        store = LogStore.open(None, self.node.setup)
        store.attach(self.loop)
        self.node.start()
        server = KafkaServer(self.node)
        self.address = str(await server.start(listen(Address("127.0.0.1", 0))))
        self._ready.set()
        await self._stop.wait()
        self.node.close()
        await server.stop()
        store.close()

    def __enter__(self) -> Served:
        self.thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self.thread.join(30)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A broker in memory for tests with real clients; topics of one test are of no other."""
    with Served() as broker:
        yield broker


@pytest.fixture
def bootstrap(served: Served) -> str:
    return served.address


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Callable[[], Stack]]:
    """Starts broker processes on one data directory; the last one is stopped at the end."""
    started: list[Stack] = []

    def start(ports: Any = None) -> Stack:
        started.append(Stack(tmp_path / "data", ports, with_ksql=False).start())
        return started[-1]

    yield start
    with contextlib.ExitStack() as cleanup:
        for one in started:
            cleanup.callback(one.stop)


