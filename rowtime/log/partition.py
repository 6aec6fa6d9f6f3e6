"""One partition: where its batches are, what is durable, which transactions are open."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from rowtime.log import batch
from rowtime.log.batch import BatchHeader
from rowtime.log.errors import OffsetOutOfRange

if TYPE_CHECKING:
    from rowtime.log.topic import Topic

Fetch = Callable[[int, int], bytes]
"""(position, size) of a batch to its bytes."""


class StoredBatch(NamedTuple):
    """A batch as it goes over the wire: base offset and leader epoch are the log's."""

    base_offset: int
    next_offset: int
    seq: int
    data: bytes


class AbortedTransaction(NamedTuple):
    """Offsets of a producer's first record and of its abort marker in a partition."""

    producer_id: int
    first_offset: int
    last_offset: int


class Partition:
    """Index of one partition's batches.

    start_offset        first offset that can be read
    end_offset          offset the next record gets
    high_watermark      end of what is on disk: nothing above leaves the process for a client
    last_stable_offset  the same for read_committed: below it every transaction is decided, durably
    stable_end          the last stable offset of all that is committed, on disk or not (for the engine)
    """

    def __init__(self, topic: Topic, number: int, fetch: Fetch):
        self.topic, self.number = topic, number
        self.start_offset = self.end_offset = 0
        self.high_watermark = self.last_stable_offset = self.stable_end = 0
        self.size_in_bytes = 0
        self.open_transactions: dict[int, int] = {}
        self.aborted: list[AbortedTransaction] = []
        self._fetch = fetch
        self._bases = array("q")
        self._positions = array("q")
        self._sizes = array("q")
        self._max_timestamps = array("q")
        self._seqs = array("q")
        self._visible = array("q")

    def __repr__(self) -> str:
        return f"Partition({self.topic.name}-{self.number}, {self.start_offset}..{self.end_offset})"

    # writing, by the store only

    def append(self, header: BatchHeader, position: int, size: int, seq: int, data: bytes | memoryview) -> None:
        self._bases.append(self.end_offset)
        self._positions.append(position)
        self._sizes.append(size)
        self._max_timestamps.append(header.max_timestamp)
        self._seqs.append(seq)
        self.size_in_bytes += size
        if header.transactional:
            self._track(header, data)
        self.end_offset += header.last_offset_delta + 1
        self._advance(seq)

    def _track(self, header: BatchHeader, data: bytes | memoryview) -> None:
        producer = header.producer_id
        if not header.control:
            self.open_transactions.setdefault(producer, self.end_offset)
            return
        first = self.open_transactions.pop(producer, None)
        if first is not None and not batch.is_commit(bytes(data)):
            self.aborted.append(AbortedTransaction(producer, first, self.end_offset))

    def _advance(self, seq: int) -> None:
        bases, visible = self._bases, self._visible
        if not self.open_transactions and len(visible) + 1 == len(bases):
            self.stable_end = self.end_offset
            visible.append(seq)
            return
        self.stable_end = min(self.open_transactions.values(), default=self.end_offset)
        while len(visible) < len(bases) and bases[len(visible)] < self.stable_end:
            visible.append(seq)

    def made_durable(self, end: int, stable_end: int) -> None:
        self.high_watermark = max(self.high_watermark, end)
        self.last_stable_offset = max(self.last_stable_offset, stable_end)

    def move_start(self, offset: int) -> list[tuple[int, int]]:
        """Forget what is below; (position, size) of the batches let go."""
        self.start_offset = max(self.start_offset, min(offset, self.end_offset))
        gone = 0
        while gone < len(self._visible) and self.next_offset(gone) <= self.start_offset:
            gone += 1
        self.aborted = [entry for entry in self.aborted if entry.last_offset >= self.start_offset]
        return self._release(gone)

    def clear(self) -> list[tuple[int, int]]:
        """Forget everything: the topic is deleted; (position, size) of its batches."""
        return self._release(len(self._bases))

    def _release(self, count: int) -> list[tuple[int, int]]:
        released = list(zip(self._positions[:count], self._sizes[:count], strict=True))
        columns = self._bases, self._positions, self._sizes, self._max_timestamps, self._seqs, self._visible
        for column in columns:
            del column[:count]
        self.size_in_bytes -= sum(size for _, size in released)
        return released

    # the index, by batch number (renumbered when the start moves)

    def __len__(self) -> int:
        return len(self._bases)

    def index_of(self, offset: int) -> int:
        """Number of the batch that holds the offset, or of the first one after it."""
        at = bisect_right(self._bases, offset) - 1
        if at < 0:
            return 0
        return at if offset < self.next_offset(at) else at + 1

    def base_offset(self, index: int) -> int:
        return self._bases[index]

    def next_offset(self, index: int) -> int:
        return self._bases[index + 1] if index + 1 < len(self._bases) else self.end_offset

    def visible_from(self, index: int) -> int | None:
        """Sequence number of the frame that decided a batch's transaction (its own without one); None: open."""
        return self._visible[index] if index < len(self._visible) else None

    def seq(self, index: int) -> int:
        return self._seqs[index]

    def position(self, index: int) -> int:
        """Where it is in the log: the order of batches inside a frame."""
        return self._positions[index]

    def size(self, index: int) -> int:
        return self._sizes[index]

    def batch(self, index: int) -> StoredBatch:
        data = self._fetch(self._positions[index], self._sizes[index])
        return StoredBatch(self._bases[index], self.next_offset(index), self._seqs[index], data)

    def max_timestamp_of(self, index: int) -> int:
        return self._max_timestamps[index]

    # reading

    def read(self, offset: int, max_bytes: int, upto: int | None = None) -> list[StoredBatch]:
        """Batches from the one that holds `offset`, none starting at or above `upto` (the high watermark).

        At least one if there is one, however large; more while they fit into `max_bytes`.
        """
        if not self.start_offset <= offset <= self.end_offset:
            raise OffsetOutOfRange(f"{self.topic.name}-{self.number} has {self.start_offset} to {self.end_offset}, "
                                   f"asked for {offset}")
        limit = self.high_watermark if upto is None else min(upto, self.high_watermark)
        found: list[StoredBatch] = []
        for index in self._range(offset, limit):
            max_bytes -= self._sizes[index]
            if found and max_bytes < 0:
                break
            found.append(self.batch(index))
        return found

    def _range(self, offset: int, limit: int) -> Iterator[int]:
        index = self.index_of(offset)
        while index < len(self._bases) and self._bases[index] < limit:
            yield index
            index += 1

    def aborted_in(self, offset: int, upto: int) -> list[AbortedTransaction]:
        """Aborted transactions with records at or above `offset` and below `upto`."""
        return [entry for entry in self.aborted if entry.last_offset >= offset and entry.first_offset < upto]

    def offset_for_timestamp(self, timestamp: int) -> tuple[int, int] | None:
        """(offset, timestamp) of the first durable record at or after a time in ms; None: there is none."""
        for index in self._range(self.start_offset, self.high_watermark):
            if self._max_timestamps[index] >= timestamp:
                found = self._first_at(index, timestamp)
                if found is not None:
                    return found
        return None

    def _first_at(self, index: int, timestamp: int) -> tuple[int, int] | None:
        base = self._bases[index]
        for delta, record in enumerate(batch.decode(self.batch(index).data)):
            if record.timestamp >= timestamp and base + delta >= self.start_offset:
                return base + delta, record.timestamp
        return None

    def max_timestamp(self) -> tuple[int, int] | None:
        """(offset, timestamp) of the first durable record with the largest timestamp; None: the log is empty."""
        durable = list(self._range(self.start_offset, self.high_watermark))
        if not durable:
            return None
        return self.offset_for_timestamp(max(self._max_timestamps[index] for index in durable))
