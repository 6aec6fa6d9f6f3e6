"""The log of a broker: topics, batches, events and steps as atomic frames in one total order.

All calls are for one thread (that of the broker's event loop). What `commit` takes is in the index at once and on disk
some time later; `durable` waits for that, and readers on behalf of clients stay below the high watermark.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rowtime.log import batch, frame
from rowtime.log.batch import BatchHeader
from rowtime.log.errors import StorageError
from rowtime.log.files import Files
from rowtime.log.frame import Append, Event
from rowtime.log.journal import Journal, MemoryJournal
from rowtime.log.partition import Partition
from rowtime.log.retention import expired
from rowtime.log.segments import SegmentJournal
from rowtime.log.step import StepInfo, decode_step, encode_step, task_of
from rowtime.log.topic import Topic
from rowtime.log.topics import KINDS as TOPIC_EVENTS
from rowtime.log.topics import TopicTable

OnEvent = Callable[[int, Any], None]
OnBatch = Callable[[Topic, Partition, BatchHeader, int], None]
OnStep = Callable[[int, str], None]
OnDurable = Callable[[int, set[Partition]], None]

__all__ = ["Append", "Commit", "Event", "LogStore", "StepInfo"]


class Commit(NamedTuple):
    """Number of the frame, and the base offset each batch got, in the order given."""

    seq: int
    base_offsets: list[int]


class LogStore:
    """Open with `LogStore.open`. Handlers must not commit; they run at every commit and, in order, at recovery."""

    def __init__(self, journal: Journal):
        self.seq = -1
        self.durable_seq = -1
        self.failure: BaseException | None = None
        self._journal = journal
        self._table = TopicTable(journal.read)
        self._event_handlers: dict[str, list[OnEvent]] = {}
        self._batch_handlers: list[OnBatch] = []
        self._step_handlers: list[OnStep] = []
        self._durable_handlers: list[OnDurable] = []
        self._failure_handlers: list[Callable[[BaseException], None]] = []
        self._unsynced: deque[tuple[int, list[tuple[Partition, int, int]]]] = deque()
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._waiter_count = 0
        self._step_seqs, self._step_positions, self._step_sizes = array("q"), array("q"), array("q")
        self._loop: asyncio.AbstractEventLoop | None = None

    # opening and closing

    @classmethod
    def open(
        cls,
        directory: Path | None,
        setup: Callable[[LogStore], None] | None = None,
        *,
        files: Files | None = None,
        background: bool = True,
        segment_bytes: int = 256 << 20,
    ) -> LogStore:
        """Recover what is in `directory` (None: memory only).

        setup       registers handlers, before the first frame is replayed
        background  write in a thread of its own; False: only `sync()` writes (for tests without a loop)
        """
        journal: Journal = MemoryJournal()
        if directory is not None:
            journal = SegmentJournal(directory, files or Files(), segment_bytes)
        store = cls(journal)
        try:
            if setup is not None:
                setup(store)
            store._recover()
        except BaseException:
            journal.close()
            raise
        if background:
            with contextlib.suppress(RuntimeError):
                store._loop = asyncio.get_running_loop()
            journal.start(store._notify, store._notify_failure)
        return store

    def _recover(self) -> None:
        for found in self._journal.recover():
            decoded = frame.decode(found.body)
            self.seq = found.seq
            self._apply(decoded, found.position, found.body)
        self._table.released.clear()
        self.durable_seq = self.seq
        for topic in self.topics.values():
            for partition in topic.partitions:
                partition.made_durable(partition.end_offset, partition.stable_end)

    def close(self) -> None:
        """Write what is left, and let the directory go."""
        self._journal.close()
        if self.failure is None:
            self._settle(self._journal.synced)

    # handlers

    def on_event(self, kind: str, handler: OnEvent) -> None:
        """handler(seq, payload) for every event of the kind."""
        self._event_handlers.setdefault(kind, []).append(handler)

    def on_batch(self, handler: OnBatch) -> None:
        """handler(topic, partition, header, seq) for every batch; the header carries the log's base offset."""
        self._batch_handlers.append(handler)

    def on_step(self, handler: OnStep) -> None:
        """handler(seq, task) for every frame that is a step of the engine; `step(seq)` has the rest."""
        self._step_handlers.append(handler)

    def on_durable(self, handler: OnDurable) -> None:
        """handler(seq, partitions whose high watermark or last stable offset moved) after each advance."""
        self._durable_handlers.append(handler)

    def on_failure(self, handler: Callable[[BaseException], None]) -> None:
        """handler(error) once, when the disk fails; nothing is written from then on."""
        self._failure_handlers.append(handler)

    # topics

    @property
    def topics(self) -> Mapping[str, Topic]:
        return self._table.by_name

    def topic(self, name: str) -> Topic:
        """UnknownTopic if there is none."""
        return self._table.topic(name)

    def partition(self, topic: str, number: int) -> Partition:
        """UnknownTopic if there is none."""
        return self._table.partition(topic, number)

    def create_topic(self, name: str, partitions: int, config: Mapping[str, str] | None = None) -> Topic:
        """TopicExists, LogError; answer a client only after `durable()`. So for the other changes of topics."""
        self.commit((), [self._table.create(name, partitions, config or {})])
        return self._table.by_name[name]

    def delete_topic(self, name: str) -> None:
        self.commit((), [self._table.delete(name)])

    def add_partitions(self, name: str, total: int) -> None:
        """`total` counts the existing ones."""
        self.commit((), [self._table.grow(name, total)])

    def set_config(self, name: str, changes: Mapping[str, str | None]) -> None:
        """None removes a setting."""
        self.commit((), [self._table.configure(name, changes)])

    def delete_records(self, starts: Mapping[tuple[str, int], int]) -> None:
        """Move the log starts of (topic, partition) up; offsets above the log end are cut to it."""
        self.commit((), [self._table.move_start(starts)])

    def apply_retention(self, now_ms: int, default_ms: int | None = None) -> dict[tuple[str, int], int]:
        """Move log starts past what retention.ms (default_ms where unset) and retention.bytes no longer keep."""
        moves = {
            (topic.name, partition.number): offset
            for topic in self.topics.values()
            for partition, offset in expired(topic, now_ms, default_ms)
        }
        if moves:
            self.delete_records(moves)
        return moves

    # committing

    def commit(
        self, appends: Sequence[Append] = (), events: Sequence[Event] = (), *, step: StepInfo | None = None
    ) -> Commit:
        """One frame, whole or not at all: UnknownTopic, InvalidBatch, StorageError or StorageFull leave no trace."""
        self._check_alive()
        placed, urgent = self._place(appends)
        parts, made = frame.encode(placed, events, b"" if step is None else encode_step(step))
        position = self._journal.append(self.seq + 1, parts, urgent)
        self.seq += 1
        for (_, _, _, data), where in zip(placed, made.batches, strict=True):
            self._journal.keep(position + where.at, data)
        if made.step:
            self._journal.keep(position + made.step_at, made.step)
        moved = self._apply(made, position, memoryview(b""), [data for _, _, _, data in placed])
        self._unsynced.append((self.seq, moved))
        self._release()
        if self._journal.synced == self.seq:
            self._settle(self.seq)
        return Commit(self.seq, [base for _, _, base, _ in placed])

    def _place(self, appends: Sequence[Append]) -> tuple[list[tuple[int, int, int, bytes]], bool]:
        """Batches with their offsets; whether there are none but markers."""
        ends: dict[Partition, int] = {}
        placed, urgent = [], True
        for name, number, data in appends:
            partition = self._table.partition(name, number)
            header = batch.header_of(data)
            base = ends.get(partition, partition.end_offset)
            ends[partition] = base + header.last_offset_delta + 1
            urgent = urgent and header.control
            placed.append((partition.topic.number, number, base, batch.with_offset(data, base)))
        return placed, urgent

    def _apply(
        self,
        made: frame.Frame,
        position: int,
        body: memoryview,
        datas: Sequence[bytes] | None = None,
    ) -> list[tuple[Partition, int, int]]:
        """Each partition written to, with its end and stable end."""
        moved: list[tuple[Partition, int, int]] = []
        for number, where in enumerate(made.batches):
            data = datas[number] if datas is not None else body[where.at : where.at + where.size]
            moved.append(self._apply_batch(where, position, data))
        for event in made.events:
            self._apply_event(event)
        if made.step:
            self._apply_step(made, position)
        return moved

    def _apply_batch(
        self, where: frame.Placed, position: int, data: bytes | memoryview
    ) -> tuple[Partition, int, int]:
        topic = self._table.by_number[where.topic]
        partition = topic.partitions[where.partition]
        header = batch.header_of(data)
        partition.append(header, position + where.at, where.size, self.seq, data)
        for handler in self._batch_handlers:
            handler(topic, partition, header, self.seq)
        return partition, partition.end_offset, partition.stable_end

    def _apply_event(self, event: Event) -> None:
        if event.kind in TOPIC_EVENTS:
            self._table.apply(event.kind, event.payload)
        for handler in self._event_handlers.get(event.kind, ()):
            handler(self.seq, event.payload)

    def _apply_step(self, made: frame.Frame, position: int) -> None:
        self._step_seqs.append(self.seq)
        self._step_positions.append(position + made.step_at)
        self._step_sizes.append(len(made.step))
        for handler in self._step_handlers:
            handler(self.seq, task_of(made.step))

    def _release(self) -> None:
        for position, size in self._table.released:
            self._journal.release(position, size)
        self._table.released.clear()

    def step(self, seq: int) -> StepInfo | None:
        """The step that a frame is; None: it is none."""
        at = bisect_left(self._step_seqs, seq)
        if at == len(self._step_seqs) or self._step_seqs[at] != seq:
            return None
        return decode_step(self._journal.read(self._step_positions[at], self._step_sizes[at]))

    # durability

    async def durable(self, seq: int | None = None) -> None:
        """Returns when that frame (None: all committed so far) is on disk; StorageError if it will never be."""
        wanted = self.seq if seq is None else seq
        self._check_alive()
        if wanted <= self.durable_seq:
            return
        self._loop = loop = asyncio.get_running_loop()
        if self._journal.synced > self.durable_seq:
            self._settle(self._journal.synced)
        if wanted <= self.durable_seq:
            return
        future: asyncio.Future[None] = loop.create_future()
        self._waiter_count += 1
        heapq.heappush(self._waiters, (wanted, self._waiter_count, future))
        await future

    def sync(self) -> None:
        """Blocks until everything committed is on disk."""
        self._check_alive()
        try:
            self._settle(self._journal.sync())
        except OSError as error:
            self._fail(error)
            self._check_alive()

    def _settle(self, seq: int) -> None:
        if seq <= self.durable_seq:
            return
        self.durable_seq = seq
        moved: set[Partition] = set()
        while self._unsynced and self._unsynced[0][0] <= seq:
            for partition, end, stable_end in self._unsynced.popleft()[1]:
                partition.made_durable(end, stable_end)
                moved.add(partition)
        for future in self._due(seq):
            if not future.done():
                future.set_result(None)
        for handler in self._durable_handlers:
            handler(seq, moved)

    def _due(self, seq: int) -> Iterator[asyncio.Future[None]]:
        while self._waiters and self._waiters[0][0] <= seq:
            yield heapq.heappop(self._waiters)[2]

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop in which handlers run (else the one running at `open`, or at the first `durable()`)."""
        self._loop = loop

    def _notify(self, seq: int) -> None:
        self._in_loop(self._settle, seq)

    def _notify_failure(self, error: BaseException) -> None:
        self._in_loop(self._fail, error)

    def _in_loop(self, function: Callable[[Any], None], argument: Any) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: close() settles
                self._loop.call_soon_threadsafe(function, argument)

    def _fail(self, error: BaseException) -> None:
        if self.failure is not None:
            return
        self.failure = error
        waiting, self._waiters = self._waiters, []
        for _, _, future in waiting:
            if not future.done():
                future.set_exception(self._storage_error())
        for handler in self._failure_handlers:
            handler(error)

    def _storage_error(self) -> StorageError:
        return StorageError(f"the disk failed, nothing more is written: {self.failure}; "
                            "check the disk, then start again: only what was synced is recovered")

    def _check_alive(self) -> None:
        if self.failure is not None:
            raise self._storage_error() from self.failure
