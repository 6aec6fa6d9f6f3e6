"""The consumer side: batches, positions, rebalances. Positions come from the broker, never from memory."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from scoring.errors import StopError
from scoring.sidecar.attempts import Attempts
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.flight import Flight
from scoring.sidecar.kafka import consumer_settings
from scoring.sidecar.log import LIBRARY, event
from scoring.sidecar.messages import Messages
from scoring.sidecar.note import OffsetNote, read_note
from scoring.sidecar.records import Position
from scoring.sidecar.start import StartPositions
from scoring.sidecar.topic import topic_id

TIMEOUT = 5.0
_WAIT_FOR = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._ALL_BROKERS_DOWN,
                       KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._RESOLVE,
                       KafkaError._MAX_POLL_EXCEEDED})
_POSITION_LOST = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})

_NOT_A_MEMBER = frozenset({KafkaError.ILLEGAL_GENERATION, KafkaError.UNKNOWN_MEMBER_ID,
                           KafkaError.REBALANCE_IN_PROGRESS})
ASSIGN_SECONDS = 60.0
RETRY_SECONDS = 0.5
GATHER_SECONDS = 0.002
NOWHERE = 1 << 63


class Source:
    """Reads the input topic as a member of the group.

    positions: (topic, partition) → offset of the next record to process, for the partitions owned.
    stale: what was given out is void; nothing more is before all positions are back at the committed offsets.
    settle: ends the transaction in flight; called before partitions are given away and before positions go back.
    """

    def __init__(
        self, config: SidecarConfig, stopping: Callable[[], bool] = lambda: False,
        make_consumer: Callable[[dict[str, Any]], Any] = Consumer,
    ) -> None:
        self._config, self._stopping = config, stopping
        self.positions: dict[Position, int] = {}
        self._failure: Exception | None = None
        self.stale = False
        self.settle: Callable[[], None] = lambda: None
        self._rebalances = 0
        settings = consumer_settings(config, logging.getLogger(LIBRARY))
        self._cooperative = "cooperative" in str(settings.get("partition.assignment.strategy", ""))
        self.consumer = make_consumer(settings)
        self._start = StartPositions(config, self.consumer)
        self.attempts = Attempts(config.batch_size, self.commit)
        self.consumer.subscribe([config.input_topic], on_assign=self._assigned, on_revoke=self._revoked,
                                on_lost=self._lost)

    def poll(self, wait: float, limit: int, flight: Flight | None = None) -> Messages:
        """The records that are waiting, at most `limit`; waits `wait` seconds for the first. May rebalance.

        While a flight's commit is under way, gathers records until it has ended or there are `limit`.
        """
        if self.stale:
            self._go_back()
        rebalances = self._rebalances
        found = self._first(wait, limit) if flight is None else self._gather(limit, flight)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        messages = self._usable(Messages(found))
        if self._rebalances != rebalances and messages:
            self.stale = True
        return Messages([]) if self.stale else messages

    def _first(self, wait: float, limit: int) -> list[Any]:
        first = self.consumer.poll(wait)
        if first is None or limit == 1:
            return [] if first is None else [first]
        return [first, *self.consumer.consume(limit - 1, 0)]

    def _gather(self, limit: int, flight: Flight) -> list[Any]:
        found = self.consumer.consume(limit, 0)
        flying = True
        while flying and len(found) < limit:
            flying = flight.flying(GATHER_SECONDS)
            found += self.consumer.consume(limit - len(found), 0)
        return found

    def group_metadata(self) -> Any | None:
        """What a transaction commits offsets with; None while this is not a member of the group."""
        metadata = self.consumer.consumer_group_metadata()
        return metadata if generation(metadata) >= 0 and self.positions else None

    def next_offsets(self, messages: Messages) -> list[TopicPartition]:
        """For every partition of a batch, the offset behind its last record, with its note."""
        note = str(OffsetNote(self.attempts.topic_id))
        return [TopicPartition(*position, offset, metadata=note) for position, offset in messages.ends.items()]

    def unproven(self, messages: Messages) -> bool:
        """True where these are the first records of a partition since it was assigned: they are worked on alone."""
        return self.attempts.unproven(messages)

    def begin(self, messages: Messages) -> None:
        """Work on these messages begins. Raises KafkaException where that cannot be noted."""
        self.attempts.begin(messages, self.positions)

    def advance(self, offsets: Sequence[TopicPartition], records: int) -> None:
        """The transaction of so many records, with these next offsets, was committed."""
        found = {(p.topic, p.partition): p.offset for p in offsets}
        self.attempts.ended(found, records)
        self.positions |= found

    def rewind(self) -> None:
        """Give out nothing more before all positions are back at the committed offsets."""
        self.stale = True

    def pause(self) -> None:
        self.consumer.pause([TopicPartition(*position) for position in self.positions])

    def resume(self) -> None:
        self.consumer.resume([TopicPartition(*position) for position in self.positions])

    def lag(self) -> dict[Position, int]:
        """Records not yet processed in each owned partition, as far as the client knows."""
        return {position: max(self._end(position) - offset, 0) for position, offset in self.positions.items()}

    def close(self) -> None:
        """Leave the group."""
        self._give_up(list(self.positions))
        self.consumer.close()
        self.positions.clear()

    def _go_back(self) -> None:
        """Drop whatever was fetched and seek to the committed offsets; where the broker does not answer, later."""
        self.settle()
        try:
            for found in self._committed():
                self.consumer.seek(found)
                position = (found.topic, found.partition)
                if self.positions[position] != found.offset:
                    self.attempts.forget([position])
                self.positions[position] = found.offset
            self.stale = False
        except KafkaException as error:
            event("rewind later", logging.WARNING, error=str(error.args[0]))

    def _committed(self) -> list[TopicPartition]:
        owned = [TopicPartition(*position) for position in self.positions]
        committed = list(self.consumer.committed(owned, timeout=TIMEOUT)) if owned else []
        for found in committed:
            if found.error is not None:
                raise KafkaException(found.error)
            if found.offset < 0:
                raise StopError(f"group {self._config.group_id} lost its offset of {found.topic}/{found.partition}")
        return [TopicPartition(found.topic, found.partition, found.offset) for found in committed]

    def commit(self, offsets: list[TopicPartition]) -> None:
        """Commit offsets with their notes, outside any transaction. Raises KafkaException where one was not taken."""
        for done in self.consumer.commit(offsets=offsets, asynchronous=False) or ():
            if done.error is not None:
                raise KafkaException(done.error)

    def _give_up(self, partitions: list[Position]) -> None:
        """Where the committed offset is not known for sure, the count stays as it is."""
        if self.stale:
            return
        try:
            self.attempts.given_up({position: self.positions[position] for position in partitions})
        except KafkaException as error:
            event("attempts kept", logging.WARNING, error=str(error.args[0]))

    def _end(self, position: Position) -> int:
        _, high = self.consumer.get_watermark_offsets(TopicPartition(*position), cached=True)
        return int(high)

    def _usable(self, found: Messages) -> Messages:
        """What was found without errors and without records that are not this instance's to process."""
        errors = found.errors
        for error in errors:
            self._check_error(error)
        if errors:
            found = Messages([message for message in found if message.error() is None])
        if all(offset >= self.positions.get(position, NOWHERE) for position, offset in found.begins.items()):
            return found
        return Messages([m for m in found if m.offset() >= self.positions.get((m.topic(), m.partition()), NOWHERE)])

    def _check_error(self, error: KafkaError) -> None:
        if error.code() in _POSITION_LOST:
            raise StopError(f"{self._config.input_topic}: the committed offset of group {self._config.group_id} is not "
                            f"there any more ({error.str()}); records may be lost, so this stops")
        if not is_passing(error):
            raise KafkaException(error)

    def _assigned(self, consumer: Any, partitions: list[TopicPartition]) -> None:
        try:
            found = self._resolve_patiently(partitions)
            offsets = [TopicPartition(p.topic, p.partition, p.offset) for p in found]
            (consumer.incremental_assign if self._cooperative else consumer.assign)(offsets)
            self._rebalances += 1
            self.positions |= {(p.topic, p.partition): p.offset for p in found}
        except (KafkaException, StopError) as error:
            self._failure = error
            return
        event("assigned", partitions=[f"{p.topic}/{p.partition}" for p in partitions],
              owned=len(self.positions))

    def _resolve_patiently(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        """Where to start, asked again while the broker is away; nothing where the group has moved on meanwhile."""
        deadline = time.monotonic() + ASSIGN_SECONDS
        while True:
            try:
                return self._resolve(partitions)
            except KafkaException as error:
                if error.args[0].code() in _NOT_A_MEMBER:
                    return []
                if not is_passing(error.args[0]) or self._stopping() or time.monotonic() > deadline:
                    raise
                event("retry", logging.WARNING, call="assign", error=str(error.args[0]))
                time.sleep(RETRY_SECONDS)

    def _resolve(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        if not self._start.topic_id:
            self._start.topic_id = self.attempts.topic_id = topic_id(self._config, self._config.input_topic)
        found = self._start.resolve(partitions)
        for partition in found:
            attempts = read_note(partition.metadata).attempts
            self.attempts.assigned((partition.topic, partition.partition), partition.offset, attempts)
        return found

    def _revoked(self, consumer: Any, partitions: list[TopicPartition]) -> None:
        self._end_flight()
        self._give_up([p for p in self.positions if p in {(q.topic, q.partition) for q in partitions}])
        self._drop(consumer, partitions)
        event("revoked", partitions=[f"{p.topic}/{p.partition}" for p in partitions], owned=len(self.positions))

    def _lost(self, consumer: Any, partitions: list[TopicPartition]) -> None:
        self._end_flight()
        self._drop(consumer, partitions)
        event("lost", logging.WARNING, partitions=[f"{p.topic}/{p.partition}" for p in partitions],
              owned=len(self.positions))

    def _end_flight(self) -> None:
        try:
            self.settle()
        except (KafkaException, StopError) as error:
            self._failure = error

    def _drop(self, consumer: Any, partitions: list[TopicPartition]) -> None:
        self._rebalances += 1
        self.attempts.forget([(p.topic, p.partition) for p in partitions])
        for partition in partitions:
            self.positions.pop((partition.topic, partition.partition), None)
        if self._cooperative:
            consumer.incremental_unassign(partitions)
        else:
            consumer.unassign()


def is_passing(error: KafkaError) -> bool:
    """True where waiting is likely to help."""
    return error.code() in _WAIT_FOR or error.retriable()


def generation(metadata: bytes) -> int:
    """The group generation in librdkafka's serialised group metadata; -1 where the client is in no generation."""
    prefix = b"CGMDv2:"
    if not metadata.startswith(prefix) or len(metadata) < len(prefix) + 4:
        return 0
    return int(struct.unpack_from("=i", metadata, len(prefix))[0])
