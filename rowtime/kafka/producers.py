"""What each partition remembers of idempotent producers: epoch and the last five batches.

Made from the batches of the log alone, so that a restart finds it again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.log.batch import BatchHeader
from rowtime.log.partition import Partition
from rowtime.log.topic import Topic

REMEMBERED = 5
_SEQUENCES = 1 << 31


class Written(NamedTuple):
    """One remembered batch: first and last sequence number, base offset."""

    first: int
    last: int
    offset: int


@dataclass(slots=True)
class Producer:
    """A producer id in one partition; `seen` is when it last wrote, monotonic ms."""

    epoch: int
    seen: int = 0
    batches: deque[Written] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


def last_sequence(header: BatchHeader) -> int:
    """Sequence number of the batch's last record; they wrap after 2^31 - 1."""
    return (header.base_sequence + header.last_offset_delta) % _SEQUENCES


class Producers:
    """All partitions' producers."""

    def __init__(self) -> None:
        self._partitions: dict[Partition, dict[int, Producer]] = {}

    def check(self, partition: Partition, header: BatchHeader) -> int | None:
        """None for a batch that may be appended, the base offset of the original for a repeated one."""
        producer = self._partitions.get(partition, {}).get(header.producer_id)
        if producer is None:
            return None
        if header.producer_epoch < producer.epoch:
            raise KafkaError(ErrorCode.invalid_producer_epoch)
        if header.producer_epoch > producer.epoch or not producer.batches:
            if header.base_sequence != 0:
                raise KafkaError(ErrorCode.out_of_order_sequence_number)
            return None
        last = last_sequence(header)
        for batch in producer.batches:
            if batch.first == header.base_sequence and batch.last == last:
                return batch.offset
        if header.base_sequence != (producer.batches[-1].last + 1) % _SEQUENCES:
            raise KafkaError(ErrorCode.out_of_order_sequence_number)
        return None

    def on_batch(self, partition: Partition, header: BatchHeader, now: int = 0) -> None:
        """A batch has been appended (or read again at start-up)."""
        if header.producer_id < 0:
            return
        producers = self._partitions.setdefault(partition, {})
        producer = producers.get(header.producer_id)
        if producer is None or producer.epoch != header.producer_epoch:
            producer = producers[header.producer_id] = Producer(header.producer_epoch)
        producer.seen = now
        if not header.control and header.base_sequence >= 0:
            producer.batches.append(Written(header.base_sequence, last_sequence(header), header.base_offset))

    def drop(self, topic: Topic) -> None:
        """The topic was deleted."""
        for partition in topic.partitions:
            self._partitions.pop(partition, None)

    def expire(self, before: int, open_producers: set[int]) -> None:
        """Forget producers not seen since `before` (monotonic ms) that have no transaction open."""
        for producers in self._partitions.values():
            stale = [pid for pid, producer in producers.items() if producer.seen < before]
            for pid in stale:
                if pid not in open_producers:
                    del producers[pid]

    def of(self, partition: Partition) -> dict[int, Producer]:
        """Producers known in a partition, by id."""
        return self._partitions.get(partition, {})
