"""The engine's end of the link to the broker process: `rowtime.log.api.Log` and `Schemas` over a socket.

`commit` and `append_event` number their frames themselves (for `durable`); the log's own numbers are in `Delivered`
and in `steps`. When the broker goes away, every call raises LinkLost.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from rowtime.errors import RowtimeError
from rowtime.log import batch, errors, wire
from rowtime.log.api import Delivered, Step, TopicInfo
from rowtime.log.columns import Columns, all_of
from rowtime.log.errors import LinkLost, LogError, UnknownTopic
from rowtime.log.kept import Kept
from rowtime.log.link_reader import Decoder, LinkReader
from rowtime.log.outputs import Placer, check_partition
from rowtime.log.read_ahead import ReadAhead, decode_pieces
from rowtime.log.step import pack_facts, unpack_facts
from rowtime.log.wire import Kind

_CREDIT_AT = 2 << 20
_UNSYNCED_LIMIT = 64 << 20
_STEPS_AT_ONCE = 500
_ERRORS: dict[str, type[Exception]] = {
    name: found for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, RowtimeError)
} | {"KeyError": KeyError}


class LinkClient(asyncio.Protocol):
    """Made by `await LinkClient.connect(host, port, token)`."""

    def __init__(self) -> None:
        self._splitter = wire.Splitter()
        self._transport: asyncio.Transport | None = None
        self._topics: dict[str, TopicInfo] = {}
        self._placer = Placer(self._topic)
        self.kept = Kept()
        self._decoder = Decoder()
        self._ahead = ReadAhead()
        self._readers: dict[str, LinkReader] = {}
        self._by_number: dict[int, LinkReader] = {}
        self._arrived = asyncio.Event()
        self._answers: dict[int, asyncio.Future[tuple[Any, list[bytes]]]] = {}
        self._numbers = 0
        self._committed = self._synced = 0
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._sizes: dict[int, int] = {}
        self._unsynced_bytes = 0
        self._failure: Exception | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, host: str, port: int, token: str, process: int = 0) -> LinkClient:
        """As the engine's process of that number. LinkLost if nothing answers there, LogError if it is refused."""
        try:
            _, client = await asyncio.get_running_loop().create_connection(cls, host, port)
        except OSError as error:
            raise LinkLost(f"no broker answers on the link at {host}:{port}: {error}") from error
        client._write(wire.message(Kind.HELLO, f"{token} {process}".encode()))
        await client._ready
        return client

    async def close(self) -> None:
        """What has been committed reaches the broker."""
        if self._transport is not None:
            self._transport.close()
            await self._lost

    async def lost(self) -> None:
        """Returns when the connection has ended, from whichever side."""
        await asyncio.shield(self._lost)

    # the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for kind, payload in self._splitter.feed(data):
            self._handle(kind, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(LinkLost("the broker process is gone" + (f": {exc}" if exc else "")))
        if not self._lost.done():
            self._lost.set_result(None)

    def _handle(self, kind: int, payload: memoryview) -> None:
        if kind == Kind.DATA:
            self._deliver(wire.unpack_data(payload))
        elif kind == Kind.KEPT:
            self._deliver_kept(wire.unpack_kept(payload))
        elif kind == Kind.FORGOTTEN:
            self.kept.forgotten(wire.unpack_numbered(payload)[0])
        elif kind == Kind.SYNCED:
            self._settle(wire.unpack_numbered(payload)[0])
        elif kind == Kind.ANSWER:
            number, value, blobs = wire.unpack_answer(payload)
            self._resolve(number, (value, blobs))
        elif kind == Kind.ERROR:
            number, error = wire.unpack_numbered(payload)
            self._resolve(number, _error(*error))
        elif kind == Kind.TOPICS:
            self._set_topics(wire.unpack_json(payload))
        elif kind == Kind.FAILED:
            self._fail(_error(*wire.unpack_json(payload)))
        else:
            self._fail(LogError(f"link message of unknown kind {kind}"))

    def _fail(self, error: Exception) -> None:
        if self._failure is not None:
            return
        self._failure = error
        waiting: list[asyncio.Future[Any]] = [self._ready, *self._answers.values()]
        waiting += [future for _, _, future in self._waiters]
        self._answers.clear()
        self._waiters.clear()
        for future in waiting:
            if not future.done():
                future.set_exception(error)
        self._arrived.set()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write(self, data: bytes) -> None:
        self._check()
        assert self._transport is not None
        self._transport.write(data)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    # questions

    async def _ask(self, *question: Any) -> Any:
        return (await self._ask_for_blobs(*question))[0]

    async def _ask_for_blobs(self, *question: Any) -> tuple[Any, list[bytes]]:
        self._check()
        number = self._number()
        future = self._answers[number] = asyncio.get_running_loop().create_future()
        self._write(wire.pack_request(number, question))
        return await future

    def _resolve(self, number: int, answer: tuple[Any, list[bytes]] | Exception) -> None:
        future = self._answers.pop(number, None)
        if future is None or future.done():
            return
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    # topics

    def topics(self) -> Mapping[str, TopicInfo]:
        return self._topics

    def _set_topics(self, topics: Any) -> None:
        before = self._topics
        self._ahead.clear()
        self._topics = {name: TopicInfo(name, count, config, id_) for name, count, config, id_ in topics}
        for name, info in before.items():
            if name not in self._topics or self._topics[name].id != info.id:
                self.kept.topic_gone(name)
                for reader in self._readers.values():
                    reader.drop_topic(name)
        if not self._ready.done():
            self._ready.set_result(None)

    def _topic(self, name: str) -> TopicInfo:
        found = self._topics.get(name)
        if found is None:
            raise UnknownTopic(f"topic {name} does not exist")
        return found

    async def create_topic(self, name: str, partitions: int, config: Mapping[str, str] | None = None) -> TopicInfo:
        await self._ask("create_topic", name, partitions, dict(config or {}))
        return self._topic(name)

    async def delete_topic(self, name: str) -> None:
        await self._ask("delete_topic", name)

    # reading

    async def offsets(self, topic: str) -> Sequence[tuple[int, int]]:
        return [(start, end) for start, end in await self._ask("offsets", topic)]

    def subscribe(self, reader: str, topic: str, partition: int, offset: int) -> None:
        check_partition(self._topic(topic), partition)
        found = self._readers.get(reader)
        if found is None:
            found = self._readers[reader] = LinkReader(self._number(), self._decoder)
            self._by_number[found.number] = found
        number = self._number()
        self.kept.unsubscribed(found.subscribe(number, topic, partition))
        self.kept.subscribed(number, (topic, partition))
        self._write(wire.pack_numbered(Kind.SUBSCRIBE, number, [found.number, topic, partition, offset]))

    def unsubscribe(self, reader: str) -> None:
        found = self._readers.pop(reader, None)
        if found is not None:
            del self._by_number[found.number]
            self.kept.unsubscribed(set(found.subscriptions))
            self._write(wire.pack_numbered(Kind.UNSUBSCRIBE, found.number))

    def _deliver(self, data: wire.Data) -> None:
        reader = self._by_number.get(data.reader)
        if reader is not None:
            reader.arrived(data)
            self._arrived.set()

    def _deliver_kept(self, data: wire.KeptData) -> None:
        held = self.kept.taken(data.number, {subscription for subscription, _ in data.bases})
        reader = self._by_number.get(data.reader)
        if reader is not None:
            reader.kept_arrived(data, held)
            self._arrived.set()

    def poll(self, reader: str, max_records: int) -> list[Delivered]:
        """Nothing while too much of what was committed is not on the broker's disk yet."""
        self._check()
        found = self._readers.get(reader)
        if found is None or self._unsynced_bytes > _UNSYNCED_LIMIT:
            return []
        delivered = found.poll(max_records)
        if found.read_bytes >= _CREDIT_AT:
            self._write(wire.pack_numbered(Kind.CREDIT, found.number, found.read_bytes))
            found.read_bytes = 0
        if found.waiting:
            self._arrived.set()
        return delivered

    async def wait(self) -> None:
        self._check()
        await self._arrived.wait()
        self._arrived.clear()
        self._check()

    async def read(self, topic: str, partition: int, offset: int, max_records: int) -> Columns:
        place = topic, partition
        found = self._ahead.held(place, offset, max_records)
        if found is not None:
            return found
        at, pieces, have = offset, [], 0
        wanted = self._ahead.wanted(place, offset, max_records)
        while have < wanted:
            reached, (packed,) = await self._ask_for_blobs("read", topic, partition, at, wanted - have)
            if reached == at:
                break
            at = reached
            pieces += decode_pieces(wire.unpack_data(wire.payload_of(packed)).pieces)
            have = sum(len(records) for _, records in pieces)
        self._ahead.keep(place, pieces)
        return all_of([records for _, records in pieces])[:max_records]

    # writing

    def commit(self, step: Step) -> int:
        outputs = [output for output in step.outputs if len(output.records)]
        batches, order = self._placer.place(outputs)
        self._check()
        self._ahead.clear()
        self._committed = number = self._committed + 1
        made = [(_full_id(made.topic), made.partition, batch.encode(made.records)) for made in batches]
        kept = self.kept.keep(number, outputs, batches, order, sum(len(data) for _, _, data in made))
        order = order if len(made) > 1 and order != sorted(order) else []
        facts = pack_facts(step.consumed, step.recorded)
        self._send_numbered(wire.pack_step(wire.StepMessage(number, kept, step.task, facts, order, made)))
        self._tell_forgotten()
        return number

    def _tell_forgotten(self) -> None:
        upto = self.kept.to_forget()
        if upto is not None:
            self._write(wire.pack_numbered(Kind.FORGET, upto))

    def _send_numbered(self, data: bytes) -> None:
        self._sizes[self._committed] = len(data)
        self._unsynced_bytes += len(data)
        self._write(data)

    async def durable(self, number: int | None = None) -> None:
        wanted = self._committed if number is None else number
        self._check()
        if wanted > self._synced:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiters, (wanted, self._number(), future))
            await future

    async def settled(self) -> None:
        """Returns when everything that the log holds now is on disk, whoever wrote it."""
        await self._ask("settled")

    def _settle(self, number: int) -> None:
        for settled in range(self._synced + 1, number + 1):
            self._unsynced_bytes -= self._sizes.pop(settled)
        self._synced = number
        while self._waiters and self._waiters[0][0] <= number:
            future = heapq.heappop(self._waiters)[2]
            if not future.done():
                future.set_result(None)
        self._arrived.set()

    # events and steps

    def append_event(self, kind: str, payload: Any) -> int:
        self._check()
        self._committed += 1
        self._send_numbered(wire.pack_numbered(Kind.EVENT, self._committed, [kind, payload]))
        return self._committed

    async def events(self, kind: str) -> list[Any]:
        return await self._ask("events", kind)

    async def steps(self, task: str, after: int = -1) -> list[tuple[int, Step]]:
        found: list[tuple[int, Step]] = []
        while True:
            seqs, facts = await self._ask_for_blobs("steps", task, found[-1][0] if found else after)
            for seq, (consumed, recorded) in zip(seqs, map(unpack_facts, facts), strict=True):
                found.append((seq, Step(task, consumed, (), recorded)))
            if len(seqs) < _STEPS_AT_ONCE:
                return found

    # schemas

    async def register(self, subject: str, schema: str, schema_type: str = "AVRO") -> int:
        return await self._ask("register", subject, schema, schema_type)

    async def by_id(self, schema_id: int) -> str:
        return await self._ask("by_id", schema_id)

    async def latest(self, subject: str) -> tuple[int, str] | None:
        found = await self._ask("latest", subject)
        return None if found is None else (found[0], found[1])

    async def delete_subject(self, subject: str) -> None:
        await self._ask("delete_subject", subject)


def _full_id(topic: TopicInfo) -> str:
    return f"{topic.name} {topic.id}"


def _error(name: str, text: str) -> Exception:
    return _ERRORS.get(name, RowtimeError)(text)
