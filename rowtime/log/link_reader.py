"""The engine's end of one reader: batches that have arrived, cut into runs in the order of the log."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, count, islice, pairwise
from operator import ne
from typing import Any

from rowtime.log import batch
from rowtime.log.api import Delivered
from rowtime.log.columns import Columns, all_of
from rowtime.log.kept import Held
from rowtime.log.wire import Data, KeptData

DECODED = 20_000
"""Records that are kept decoded, and the newest batch in any case."""


class Decoder:
    """Records of a batch; the last few are kept, because several readers of a topic go side by side."""

    def __init__(self) -> None:
        self._recent: OrderedDict[tuple[int, str, int, int], Columns] = OrderedDict()
        self.held = 0

    def records(self, topic: str, partition: int, data: bytes) -> tuple[int, Columns]:
        """(base offset, records)."""
        header = batch.header_of(data)
        key = header.base_offset, topic, partition, header.crc
        found = self._recent.get(key)
        if found is None:
            found = self._recent[key] = batch.decode(data)
            self.held += len(found)
            while self.held > DECODED and len(self._recent) > 1:
                self.held -= len(self._recent.popitem(last=False)[1])
        return header.base_offset, found


class LinkReader:
    """Subscriptions by number, what has arrived, and how much of it has been read (bytes)."""

    def __init__(self, number: int, decoder: Decoder):
        self.number = number
        self.subscriptions: dict[int, tuple[str, int]] = {}
        self.read_bytes = 0
        self._decoder = decoder
        self._arrived: deque[Data | tuple[KeptData, Held]] = deque()
        self._runs: deque[Delivered] = deque()

    def subscribe(self, subscription: int, topic: str, partition: int) -> set[int]:
        """Takes the place of an earlier subscription to the same partition, which is returned."""
        key = topic, partition
        before = {number for number, at in self.subscriptions.items() if at == key}
        self.subscriptions = {number: at for number, at in self.subscriptions.items() if at != key}
        self._runs = deque(run for run in self._runs if (run.topic, run.partition) != key)
        self.subscriptions[subscription] = key
        return before

    def drop_topic(self, topic: str) -> None:
        """What has arrived of a deleted topic is not delivered any more."""
        self.subscriptions = {number: at for number, at in self.subscriptions.items() if at[0] != topic}
        self._runs = deque(run for run in self._runs if run.topic != topic)

    def arrived(self, data: Data) -> None:
        self._arrived.append(data)

    def kept_arrived(self, data: KeptData, held: Held) -> None:
        self._arrived.append((data, held))

    @property
    def waiting(self) -> bool:
        return bool(self._runs or self._arrived)

    def poll(self, max_records: int) -> list[Delivered]:
        found: list[Delivered] = []
        while max_records > 0:
            if not self._runs:
                if not self._arrived:
                    break
                self._runs.extend(self._decode(self._arrived.popleft()))
                continue
            run = self._runs.popleft()
            if len(run.records) > max_records:
                run, rest = _cut(run, max_records)
                self._runs.appendleft(rest)
            found.append(run)
            max_records -= len(run.records)
        return found

    def _decode(self, data: Data | tuple[KeptData, Held]) -> Iterator[Delivered]:
        if not isinstance(data, Data):
            return self._rows(*data)
        pieces: list[tuple[str, int, int, Columns] | None] = []
        for piece in data.pieces:
            self.read_bytes += len(piece.data)
            key = self.subscriptions.get(piece.subscription)
            if key is None:
                pieces.append(None)
                continue
            base, records = self._decoder.records(*key, piece.data)
            pieces.append((*key, base + piece.skip, records[piece.skip :] if piece.skip else records))
        if len(data.order) == 0:
            return (Delivered(data.seq, *piece) for piece in pieces if piece is not None)
        return _interleave(data, pieces) if _by_runs(data, pieces) else iter((_mixed(data, pieces),))

    def _rows(self, data: KeptData, held: Held) -> Iterator[Delivered]:
        self.read_bytes += data.size
        places = {at: base for number, base in data.bases if (at := self.subscriptions.get(number)) is not None}
        bases = {partition: base for (_, partition), base in places.items()}
        if bases:
            yield held.delivered(data.seq, bases)


def _cut(run: Delivered, count: int) -> tuple[Delivered, Delivered]:
    head, rest = run._replace(records=run.records[:count]), run._replace(records=run.records[count:])
    if run.partitions is None or run.offsets is None:
        return head, rest._replace(offset=run.offset + count)
    return (head._replace(partitions=run.partitions[:count], offsets=run.offsets[:count]),
            rest._replace(partitions=run.partitions[count:], offsets=run.offsets[count:]))


def _by_runs(data: Data, pieces: Sequence[Any]) -> bool:
    """Whether the records have to be delivered run by run: of several topics, or not all."""
    return None in pieces or len({piece[0] for piece in pieces}) > 1 or any(piece.skip for piece in data.pieces)


def _mixed(data: Data, pieces: Sequence[Any]) -> Delivered:
    """All records of a frame, in the order produced."""
    every = all_of([records for _, _, _, records in pieces])
    ends = list(accumulate(len(records) for _, _, _, records in pieces))
    following = [0, *ends]
    ahead = [offset - first for (_, _, offset, _), first in zip(pieces, (0, *ends), strict=False)]
    places, offsets = [], []
    for number in data.order:
        place = following[number]
        following[number] = place + 1
        places.append(place)
        offsets.append(place + ahead[number])
    partitions = [pieces[number][1] for number in data.order]
    return Delivered(data.seq, pieces[0][0], 0, 0, every.chosen(places), partitions, offsets)


def _interleave(
    data: Data, pieces: Sequence[tuple[str, int, int, Columns] | None]
) -> Iterator[Delivered]:
    """Runs in the order produced; a piece's first `skip` records are passed over."""
    at = [-piece.skip for piece in data.pieces]
    seq = data.seq
    changes = compress(count(1), map(ne, data.order, islice(data.order, 1, None)))
    for first, last in pairwise((0, *changes, len(data.order))):
        number = data.order[first]
        start = at[number]
        end = at[number] = start + last - first
        piece = pieces[number]
        if piece is None or end <= 0:
            continue
        topic, partition, offset, records = piece
        start = max(start, 0)
        yield Delivered(seq, topic, partition, offset + start, records[start:end])
