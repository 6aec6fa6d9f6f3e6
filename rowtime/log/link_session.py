"""What the broker does for a connected engine: takes its steps, answers its questions, delivers records."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple

from rowtime.errors import RowtimeError
from rowtime.log import wire
from rowtime.log.delivery import Reader, Subscription, wanted
from rowtime.log.errors import LogError, UnknownTopic
from rowtime.log.frame import Append
from rowtime.log.step import StepInfo
from rowtime.log.topic import Topic
from rowtime.log.wire import Data, Kind, Piece

if TYPE_CHECKING:
    from rowtime.log.link_server import LinkServer

WINDOW = 8 << 20
"""Bytes on their way to one reader before it must say that it has read some."""
READ_BYTES = 4 << 20
_TURN = 1 << 20
_STEPS_AT_ONCE = 500
Spawn = Callable[[Coroutine[Any, Any, None]], None]


class LinkSession:
    """One connection's state; all methods run in the broker's loop."""

    def __init__(self, server: LinkServer, transport: asyncio.Transport):
        self.server, self.store, self.transport = server, server.store, transport
        self.closed = self.paused = False
        self._readers: dict[int, Reader] = {}
        self._listening: dict[tuple[str, int], set[int]] = {}
        self._ready: dict[int, Reader] = {}
        self._pump_scheduled = False
        self._unsynced: deque[tuple[int, int]] = deque()
        self._kept: dict[int, int] = {}
        self._last_step = 0
        self._operations: dict[str, Callable[..., Awaitable[Any]]] = {
            "create_topic": self._create_topic,
            "delete_topic": self._delete_topic,
            "offsets": self._offsets,
            "read": self._read,
            "events": self._events,
            "steps": self._steps,
            "settled": self.store.durable,
            "register": self.server.schemas.register,
            "by_id": self.server.schemas.by_id,
            "latest": self.server.schemas.latest,
            "delete_subject": self.server.schemas.delete_subject,
        }

    def handle(self, kind: int, payload: memoryview, spawn: Spawn) -> None:
        if kind == Kind.STEP:
            self._step(wire.unpack_step(payload))
        elif kind == Kind.CREDIT:
            self._credit(*wire.unpack_numbered(payload))
        elif kind == Kind.SUBSCRIBE:
            self._subscribe(*wire.unpack_numbered(payload))
        elif kind == Kind.UNSUBSCRIBE:
            self._unsubscribe(wire.unpack_numbered(payload)[0])
        elif kind == Kind.EVENT:
            number, (event, fact) = wire.unpack_numbered(payload)
            self._committed(number, self.server.append_event(event, fact))
        elif kind == Kind.FORGET:
            self._forget(wire.unpack_numbered(payload)[0])
        elif kind == Kind.REQUEST:
            spawn(self._answer(*wire.unpack_numbered(payload)))
        else:
            raise LogError(f"link message of unknown kind {kind}")

    # steps

    def _step(self, message: wire.StepMessage) -> None:
        appends, targets, gone = [], [], set()
        for number, (topic_id, partition, data) in enumerate(message.outputs):
            topic = self._by_id(topic_id)
            if topic is None:
                gone.add(number)
            appends.append(Append("" if topic is None else topic.name, partition, data))
            targets.append((appends[-1].topic, partition))
        if gone:
            appends, targets, order = _without(gone, appends, targets, message.order)
            message = message._replace(order=order)
        step = StepInfo(message.task, message.facts, targets if len(targets) > 1 else (), message.order)
        seq = self.store.commit(appends, step=step).seq
        self._last_step = message.number
        if message.kept:
            self._kept[seq] = message.number
        self._committed(message.number, seq)

    def _forget(self, number: int) -> None:
        """The bytes of steps up to this one are sent from now on."""
        for seq in [seq for seq, kept in self._kept.items() if kept <= number]:
            del self._kept[seq]
        self.transport.write(wire.pack_numbered(Kind.FORGOTTEN, number))

    def _by_id(self, topic_id: str) -> Topic | None:
        """None: deleted while the step was on its way, as if it had been just after."""
        name, _, wanted_id = topic_id.partition(" ")
        topic = self.store.topics.get(name)
        return topic if topic is not None and topic.id.hex == wanted_id else None

    def _committed(self, number: int, seq: int) -> None:
        self._unsynced.append((number, seq))
        if seq <= self.store.durable_seq:
            self.synced(self.store.durable_seq)

    def synced(self, seq: int) -> None:
        number = None
        while self._unsynced and self._unsynced[0][1] <= seq:
            number = self._unsynced.popleft()[0]
        if number is not None:
            self.transport.write(wire.pack_numbered(Kind.SYNCED, number))

    # delivery

    def _subscribe(self, number: int, subscription: Any) -> None:
        reader_number, topic, partition, offset = subscription
        reader = self._readers.setdefault(reader_number, Reader(reader_number, WINDOW))
        try:
            found = self.store.partition(topic, partition)
        except UnknownTopic:
            return
        reader.subscriptions[topic, partition] = Subscription(number, found, offset, self._last_step)
        self._listening.setdefault((topic, partition), set()).add(reader_number)
        self._wake(reader)

    def _unsubscribe(self, number: int) -> None:
        reader = self._readers.pop(number, None)
        self._ready.pop(number, None)
        for key in reader.subscriptions if reader is not None else ():
            self._listening[key].discard(number)

    def _credit(self, number: int, size: int) -> None:
        reader = self._readers.get(number)
        if reader is not None:
            reader.credit += size
            self._wake(reader)

    def arrived(self, topic: str, partition: int) -> None:
        for number in self._listening.get((topic, partition), ()):
            self._wake(self._readers[number])

    def _wake(self, reader: Reader) -> None:
        self._ready[reader.number] = reader
        self.pump_soon()

    def pump_soon(self) -> None:
        if not self._pump_scheduled and self._ready and not self.paused:
            self._pump_scheduled = True
            asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        """One turn for each reader that may have something; the rest goes on behind other work of the loop."""
        self._pump_scheduled = False
        if self.closed or self.paused:
            return
        for reader in list(self._ready.values()):
            if not self._pump_reader(reader):
                self._ready.pop(reader.number, None)
        self.pump_soon()

    def _pump_reader(self, reader: Reader) -> bool:
        """True if there may be more."""
        sent = 0
        while reader.credit > 0 and not self.paused:
            data = reader.next(self.store, self._kept)
            if data is None:
                return False
            reader.credit -= data.size
            sent += data.size
            self.transport.write(wire.pack_data(data) if isinstance(data, Data) else wire.pack_kept(data))
            if sent > _TURN:
                return True
        return reader.credit > 0

    def send_topics(self) -> None:
        """The whole table, whenever it changes."""
        topics = [
            [topic.name, len(topic.partitions), topic.config, topic.id.hex] for topic in self.store.topics.values()
        ]
        self._drop_deleted()
        self.transport.write(wire.json_message(Kind.TOPICS, topics))

    def _drop_deleted(self) -> None:
        for reader in self._readers.values():
            for key, subscription in list(reader.subscriptions.items()):
                topic = self.store.topics.get(key[0])
                if topic is not subscription.partition.topic:
                    del reader.subscriptions[key]
                    self._listening[key].discard(reader.number)

    # questions

    async def _answer(self, number: int, question: Any) -> None:
        name, *arguments = question
        try:
            found = await self._operations[name](*arguments)
        except (RowtimeError, KeyError) as error:
            text = str(error.args[0]) if error.args else str(error)
            self.transport.write(wire.pack_numbered(Kind.ERROR, number, [type(error).__name__, text]))
            return
        answer = found if isinstance(found, _WithBlobs) else _WithBlobs(found, [])
        self.transport.write(wire.pack_answer(number, *answer))

    async def _create_topic(self, name: str, partitions: int, config: dict[str, str]) -> None:
        self.store.create_topic(name, partitions, config)
        await self.store.durable()

    async def _delete_topic(self, name: str) -> None:
        self.store.delete_topic(name)
        await self.store.durable()

    async def _offsets(self, name: str) -> list[tuple[int, int]]:
        return [(part.start_offset, part.stable_end) for part in self.store.topic(name).partitions]

    async def _read(self, name: str, number: int, offset: int, max_records: int) -> _WithBlobs:
        """Where to go on, and the batches, about READ_BYTES of them at most."""
        subscription = Subscription(0, self.store.partition(name, number), offset)
        pieces: list[Piece] = []
        records, size = 0, 0
        while records < max_records and size < READ_BYTES and subscription.place() is not None:
            offset, stored = subscription.offset, subscription.take()
            if wanted(subscription.partition, stored):
                pieces.append(Piece(0, offset - stored.base_offset, stored.data))
                records += stored.next_offset - offset
                size += len(stored.data)
        return _WithBlobs(subscription.offset, [wire.pack_data(Data(0, 0, pieces, ()))])

    async def _events(self, kind: str) -> list[Any]:
        return [payload for found, payload in self.server.events if found == kind]

    async def _steps(self, task: str, after: int) -> _WithBlobs:
        """Numbers of the frames, and the facts of each."""
        found = _WithBlobs([], [])
        for seq in self.server.steps_after(task, after, _STEPS_AT_ONCE):
            step = self.store.step(seq)
            if step is not None:
                found.value.append(seq)
                found.blobs.append(step.facts)
        return found


class _WithBlobs(NamedTuple):
    """An answer with bytes beside its JSON."""

    value: Any
    blobs: list[bytes]


def _without(
    gone: set[int], appends: list[Append], targets: list[tuple[str, int]], order: Any
) -> tuple[list[Append], list[tuple[str, int]], list[int]]:
    kept = [number for number in range(len(appends)) if number not in gone]
    renumbered = {old: new for new, old in enumerate(kept)}
    remaining = [renumbered[number] for number in order if number in renumbered]
    return [appends[n] for n in kept], [targets[n] for n in kept], remaining if len(kept) > 1 else []


