"""What a reader of the engine gets next: decided batches of its partitions, in the order of the log.

The place of a batch in that order is the frame that decided it: its own, or the one that ended its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rowtime.log import batch
from rowtime.log.partition import Partition, StoredBatch
from rowtime.log.store import LogStore
from rowtime.log.wire import Data, KeptData, Piece


class Subscription:
    """A reader's place in one partition; `since`: number of the engine's last step when it began."""

    __slots__ = ("number", "partition", "offset", "since")

    def __init__(self, number: int, partition: Partition, offset: int, since: int = 0):
        self.number, self.partition, self.since = number, partition, since
        self.offset = max(offset, partition.start_offset)

    @property
    def key(self) -> tuple[str, int]:
        return self.partition.topic.name, self.partition.number

    def place(self) -> tuple[int, int] | None:
        """(frame that decided the next batch, frame that holds it); None: nothing to deliver yet."""
        partition = self.partition
        self.offset = max(self.offset, partition.start_offset)
        index = partition.index_of(self.offset)
        visible = partition.visible_from(index)
        return None if visible is None else (visible, partition.seq(index))

    def position(self) -> int:
        """Of the next batch."""
        return self.partition.position(self.partition.index_of(self.offset))

    def take(self) -> StoredBatch:
        found = self.partition.batch(self.partition.index_of(self.offset))
        self.offset = found.next_offset
        return found

    def next_base(self) -> int:
        """First offset of the next batch."""
        return self.partition.base_offset(self.partition.index_of(self.offset))

    def pass_over(self) -> tuple[int, int]:
        """The next batch, as (first offset, size)."""
        index = self.partition.index_of(self.offset)
        self.offset = self.partition.next_offset(index)
        return self.partition.base_offset(index), self.partition.size(index)


def wanted(partition: Partition, stored: StoredBatch) -> bool:
    """False for markers and for what was aborted."""
    header = batch.header_of(stored.data)
    if not header.transactional:
        return not header.control
    if header.control:
        return False
    aborted = partition.aborted_in(stored.base_offset, stored.next_offset)
    return all(entry.producer_id != header.producer_id for entry in aborted)


class Reader:
    """A reader's subscriptions; `credit` is how many bytes may be sent before it says it has read some."""

    def __init__(self, number: int, credit: int):
        self.number, self.credit = number, credit
        self.subscriptions: dict[tuple[str, int], Subscription] = {}

    def next(self, store: LogStore, kept: Mapping[int, int]) -> Data | KeptData | None:
        """What the next frame has for this reader; None: nothing. kept: by frame, steps whose rows the engine has."""
        while True:
            places = [(place, found) for found in self.subscriptions.values() if (place := found.place()) is not None]
            if not places:
                return None
            first = min(place for place, _ in places)
            group = [found for place, found in places if place == first]
            if first[1] in kept and (known := self._known(first[1], kept[first[1]], group)) is not None:
                return known
            data = self._collect(store, first, group)
            if data.pieces:
                return data

    def _known(self, seq: int, number: int, group: Sequence[Subscription]) -> KeptData | None:
        """Where a step's records are, for subscriptions from before it; a step makes one batch a partition."""
        if any(found.since >= number or found.offset != found.next_base() for found in group):
            return None
        passed = [(found.number, *found.pass_over()) for found in group]
        return KeptData(self.number, seq, number, [(at, base) for at, base, _ in passed], sum(p[2] for p in passed))

    def _collect(self, store: LogStore, place: tuple[int, int], group: Sequence[Subscription]) -> Data:
        pieces, keys = [], []
        for found, offset, stored in _batches(group, place):
            if wanted(found.partition, stored):
                pieces.append(Piece(found.number, offset - stored.base_offset, stored.data))
                keys.append(found.key)
        return Data(self.number, place[0], pieces, order_of(store, place[1], keys) if len(keys) > 1 else ())


def _batches(
    group: Sequence[Subscription], place: tuple[int, int]
) -> Iterator[tuple[Subscription, int, StoredBatch]]:
    """(subscription, offset wanted first, batch) as they stand in the frame, which may hold several of a partition."""
    while waiting := [found for found in group if found.place() == place]:
        found = min(waiting, key=Subscription.position)
        yield found, found.offset, found.take()


def order_of(store: LogStore, seq: int, keys: Sequence[tuple[str, int]]) -> Sequence[int]:
    """The order in which a step produced the records of these partitions' batches, as numbers into `keys`."""
    step = store.step(seq)
    if step is None or not step.order:
        return ()
    if list(step.targets) == list(keys):
        return step.order
    numbers = {key: number for number, key in enumerate(keys)}
    mine = [numbers.get(target) for target in step.targets]
    return [number for batch_number in step.order if (number := mine[batch_number]) is not None]
