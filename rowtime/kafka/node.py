"""The broker's state: the log, and the state machines that its events and batches make."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rowtime.kafka.clock import Clock, SystemClock, Timer
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.group_coordinator import GroupCoordinator
from rowtime.kafka.offsets import Offsets
from rowtime.kafka.producers import Producers
from rowtime.kafka.routing import Api, Disconnect
from rowtime.kafka.settings import Settings
from rowtime.kafka.transactions import ABORTED, COMMITTED, Transactions
from rowtime.log.batch import BatchHeader
from rowtime.log.errors import LogError, StorageFull, UnknownTopic
from rowtime.log.partition import Partition
from rowtime.log.store import Append, Event, LogStore
from rowtime.log.topic import Topic

_SWEEP_MS = 60_000

class Node:
    """One broker. `setup` goes into LogStore.open, before recovery; `start` follows in the event loop."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None):
        self.settings = settings or Settings()
        self.clock = clock or SystemClock()
        self.host, self.port = "127.0.0.1", 0
        self.cluster_id = ""
        self.apis: Mapping[int, Api] = {}
        self.producers = Producers()
        self.offsets = Offsets()
        self.groups = GroupCoordinator(self.clock, self.settings, self._persist_group)
        self.transactions = Transactions(
            self.clock, self._commit_plain, self._exists, self.settings.transaction_max_timeout_ms
        )
        self._newest_connection: dict[tuple[str, str], int] = {}
        self._topics: dict[int, Topic] = {}
        self._watchers: dict[Partition, set[asyncio.Future[None]]] = {}
        self._sweeper: Timer | None = None
        self.store: LogStore

    # set-up

    def setup(self, store: LogStore) -> None:
        """Register the handlers."""
        self.store = store
        store.on_batch(self._on_batch)
        store.on_event("kafka.cluster", lambda seq, payload: setattr(self, "cluster_id", payload["id"]))
        store.on_event("kafka.producer_ids", lambda seq, payload: self.transactions.on_producer_ids(payload))
        store.on_event("kafka.transaction", self._on_transaction)
        store.on_event("kafka.offsets", lambda seq, payload: self.offsets.on_offsets(payload))
        store.on_event("kafka.offsets.delete", lambda seq, payload: self.offsets.on_delete(payload))
        store.on_event("kafka.group", self._on_group)
        store.on_event("topic.create", self._on_topic)
        store.on_event("topic.delete", self._on_topic_gone)
        store.on_durable(self._on_durable)

    def start(self) -> None:
        """Timers run from here."""
        if not self.cluster_id:
            self.store.commit((), [Event("kafka.cluster", {"id": _new_cluster_id()})])
        self.transactions.start()
        self._sweep()

    def close(self) -> None:
        """Stop the timers; the store is the owner's to close."""
        self.transactions.close()
        self.groups.close()
        if self._sweeper is not None:
            self._sweeper.cancel()

    # committing

    def commit(self, appends: Sequence[Append] = (), events: Sequence[Event] = ()) -> list[int]:
        """One frame; base offsets of the batches."""
        return self.store.commit(appends, events).base_offsets

    def _commit_plain(
        self, appends: list[tuple[str, int, bytes]], events: list[tuple[str, dict[str, Any]]]
    ) -> None:
        self.commit([Append(*append) for append in appends], [Event(*event) for event in events])

    def _persist_group(self, payload: dict[str, Any]) -> None:
        self.commit((), [Event("kafka.group", payload)])

    # handlers of the log

    def _on_batch(self, topic: Topic, partition: Partition, header: BatchHeader, seq: int) -> None:
        if header.producer_id >= 0:
            self.producers.on_batch(partition, header, self.clock.monotonic())

    def _on_transaction(self, seq: int, payload: dict[str, Any]) -> None:
        state = self.transactions.on_transaction(payload)
        if state.status in (COMMITTED, ABORTED):
            self.offsets.end(state.producer_id, state.status == COMMITTED)

    def _on_group(self, seq: int, payload: dict[str, Any]) -> None:
        self.groups.on_group(payload)
        if payload.get("deleted"):
            self.offsets.drop_group(payload["group"])

    def _on_topic(self, seq: int, payload: dict[str, Any]) -> None:
        self._topics[payload["number"]] = self.store.topic(payload["name"])

    def _on_topic_gone(self, seq: int, payload: dict[str, Any]) -> None:
        topic = self._topics.pop(payload["number"])
        self.producers.drop(topic)
        self.offsets.drop_topic(topic.name)
        for partition in topic.partitions:
            self._wake(partition)

    def _on_durable(self, seq: int, partitions: set[Partition]) -> None:
        if self._watchers:
            for partition in partitions:
                self._wake(partition)

    # waiting for data

    def _wake(self, partition: Partition) -> None:
        for future in self._watchers.pop(partition, ()):
            _finish(future)

    async def wait_for_data(self, partitions: Iterable[Partition], timeout: int) -> None:
        """Returns when one of them has more to read, or after `timeout` ms."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.clock.call_later(timeout, lambda: _finish(future))
        watched = list(partitions)
        for partition in watched:
            self._watchers.setdefault(partition, set()).add(future)
        try:
            await future
        finally:
            timer.cancel()
            for partition in watched:
                if (watchers := self._watchers.get(partition)) is not None:
                    watchers.discard(future)

    # topics

    def _exists(self, topic: str, number: int) -> bool:
        known = self.store.topics.get(topic)
        return known is not None and number < len(known.partitions)

    def partition(self, topic: str, number: int) -> Partition:
        """KafkaError if there is none."""
        try:
            return self.store.partition(topic, number)
        except UnknownTopic as error:
            raise KafkaError(ErrorCode.unknown_topic_or_partition, str(error)) from error

    def auto_create(self, name: str) -> Topic:
        """A topic that a client named, made as the broker's settings say if it is not there."""
        known = self.store.topics.get(name)
        if known is not None:
            return known
        if not self.settings.auto_create_topics_enable:
            raise KafkaError(ErrorCode.unknown_topic_or_partition)
        return self.create_topic(name, self.settings.num_partitions, {})

    def create_topic(self, name: str, partitions: int, config: dict[str, str]) -> Topic:
        """KafkaError for a name that is not allowed."""
        try:
            return self.store.create_topic(name, partitions, config)
        except StorageFull:
            raise
        except LogError as error:
            raise KafkaError(ErrorCode.invalid_topic_exception, str(error)) from error

    # housekeeping

    def _sweep(self) -> None:
        self._sweeper = self.clock.call_later(_SWEEP_MS, self._sweep)
        keep = self.settings.producer_id_expiration_ms
        self.producers.expire(self.clock.monotonic() - keep, self.transactions.open_producers())
        self._expire_offsets()
        default = self.settings.log_retention_ms
        self.store.apply_retention(self.clock.wall(), None if default < 0 else default)

    def _expire_offsets(self) -> None:
        """Offsets of groups that have been empty for offsets.retention.minutes."""
        before = self.clock.wall() - self.settings.offsets_retention_minutes * 60_000
        events = []
        for name in self.offsets.groups():
            group = self.groups.groups.get(name)
            if not self.groups.is_empty(name) or (group is not None and group.empty_since > before):
                continue
            old = [list(position) for position, value in self.offsets.of(name).items() if value.time < before]
            if old:
                events.append(Event("kafka.offsets.delete", {"group": name, "positions": old}))
        if events:
            self.commit((), events)

    def require_newest(self, transactional_id: str, kind: str, serial: int) -> None:
        """Disconnect if a newer connection has spoken for the transactional id: an older one comes too late."""
        newest = self._newest_connection.get((transactional_id, kind), -1)
        if serial < newest:
            raise Disconnect(f"a delayed request for transactional id {transactional_id} is not executed")
        self._newest_connection[transactional_id, kind] = serial


def _new_cluster_id() -> str:
    return uuid.uuid4().hex[:22]


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
