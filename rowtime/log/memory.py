"""A log in this process: runs of records, no batches, no disk, every frame durable at once."""

from __future__ import annotations

import asyncio
import uuid
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace
from itertools import groupby
from typing import Any

from rowtime.log.api import Delivered, Output, Record, Step, TopicInfo
from rowtime.log.columns import Columns, Records, Row, Rows, joined
from rowtime.log.errors import TopicExists, UnknownTopic
from rowtime.log.partitioner import partition_of


class _Partition:
    """Records from `start` on, in runs; of each run: number of frame, place in the log, first offset."""

    __slots__ = ("topic", "number", "start", "end", "runs", "gone", "seqs", "places", "offsets")

    def __init__(self, topic: str, number: int):
        self.topic, self.number = topic, number
        self.start = self.end = self.gone = 0
        self.runs: list[Records | None] = []
        self.seqs, self.places, self.offsets = array("q"), array("q"), array("q")

    def append(self, seq: int, place: int, records: Records) -> None:
        self.seqs.append(seq)
        self.places.append(place)
        self.offsets.append(self.end)
        self.runs.append(records)
        self.end += len(records)

    def run_of(self, offset: int) -> int:
        return max(0, bisect_right(self.offsets, offset) - 1)

    def run(self, number: int, offset: int, upto: int) -> Records:
        """Records of a run that is still there, from an offset to another."""
        run, first = self.runs[number], self.offsets[number]
        assert run is not None
        return run if (offset, upto) == (first, first + len(run)) else run[offset - first : upto - first]

    def slices(self, offset: int, upto: int) -> Iterator[Records]:
        number = self.run_of(offset)
        while offset < min(upto, self.end):
            end = min(upto, self.end_of(number))
            yield self.run(number, offset, end)
            offset, number = end, number + 1

    def end_of(self, number: int) -> int:
        return self.offsets[number + 1] if number + 1 < len(self.offsets) else self.end

    def forget(self, below: int) -> None:
        self.start = max(self.start, min(below, self.end))
        while self.gone < len(self.runs) and self.end_of(self.gone) <= self.start:
            self.runs[self.gone] = None
            self.gone += 1


class _Cursor:
    """A reader's place in a partition: the next offset, and the run it is in."""

    __slots__ = ("partition", "offset", "run")

    def __init__(self, partition: _Partition, offset: int):
        self.partition = partition
        self.offset = max(partition.start, offset)
        self.run = partition.run_of(self.offset)

    def place(self) -> int | None:
        """Where its next record stands in the log; None: there is none yet."""
        partition = self.partition
        if self.offset < partition.start:
            self.__init__(partition, partition.start)  # type: ignore[misc]
        offsets = partition.offsets
        if self.offset >= partition.end:
            return None
        while self.run + 1 < len(offsets) and offsets[self.run + 1] <= self.offset:
            self.run += 1
        return partition.places[self.run]

    def take(self, at_most: int) -> Delivered:
        partition, offset, run = self.partition, self.offset, self.run
        self.offset = min(partition.end_of(run), offset + at_most)
        records = partition.run(run, offset, self.offset)
        return Delivered(partition.seqs[run], partition.topic, partition.number, offset, records)


@dataclass(slots=True)
class _Topic:
    info: TopicInfo
    partitions: list[_Partition]
    turn: int = 0

    def pick(self, key: bytes | None) -> int:
        count = len(self.partitions)
        if count == 1:
            return 0
        if key is not None:
            return partition_of(key, count)
        self.turn = (self.turn + 1) % count
        return self.turn


class MemoryLog:
    """Implements `rowtime.log.api.Log`; `append` is for producers other than the engine.

    keep_steps   False: `steps` finds nothing, and long runs need less memory
    takes_rows   queries hand each other their rows; bytes are made of those that are read from outside
    """

    def __init__(self, *, keep_steps: bool = True, takes_rows: bool = False):
        self._topics: dict[str, _Topic] = {}
        self._infos: dict[str, TopicInfo] = {}
        self._readers: dict[str, dict[tuple[str, int], _Cursor]] = {}
        self._events: list[tuple[str, Any]] = []
        self._steps: dict[str, list[tuple[int, Step]]] = {}
        self._keep_steps = keep_steps
        self.takes_rows = takes_rows
        self._seq = -1
        self._place = 0
        self._arrived = asyncio.Event()

    # topics

    def topics(self) -> Mapping[str, TopicInfo]:
        return self._infos

    async def create_topic(self, name: str, partitions: int, config: Mapping[str, str] | None = None) -> TopicInfo:
        return self.add_topic(name, partitions, config)

    def add_topic(self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> TopicInfo:
        """`create_topic` without a loop."""
        if name in self._topics:
            raise TopicExists(f"topic {name} exists already")
        info = TopicInfo(name, partitions, dict(config or {}), uuid.uuid4().hex)
        self._topics[name] = _Topic(info, [_Partition(name, number) for number in range(partitions)])
        self._infos[name] = info
        self._seq += 1
        return info

    async def delete_topic(self, name: str) -> None:
        self._topic(name)
        del self._topics[name], self._infos[name]
        for cursors in self._readers.values():
            for at in [at for at in cursors if at[0] == name]:
                del cursors[at]
        self._seq += 1

    def _topic(self, name: str) -> _Topic:
        found = self._topics.get(name)
        if found is None:
            raise UnknownTopic(f"topic {name} does not exist")
        return found

    def _partition(self, name: str, number: int) -> _Partition:
        partitions = self._topic(name).partitions
        if not 0 <= number < len(partitions):
            raise UnknownTopic(f"topic {name} has {len(partitions)} partition(s), no number {number}")
        return partitions[number]

    # reading

    async def offsets(self, topic: str) -> Sequence[tuple[int, int]]:
        return [(partition.start, partition.end) for partition in self._topic(topic).partitions]

    def subscribe(self, reader: str, topic: str, partition: int, offset: int) -> None:
        cursor = _Cursor(self._partition(topic, partition), offset)
        self._readers.setdefault(reader, {})[topic, partition] = cursor
        self._arrived.set()

    def unsubscribe(self, reader: str) -> None:
        self._readers.pop(reader, None)

    def poll(self, reader: str, max_records: int) -> list[Delivered]:
        found: list[Delivered] = []
        heads = [
            (place, number, cursor)
            for number, cursor in enumerate(self._readers.get(reader, {}).values())
            if (place := cursor.place()) is not None
        ]
        heapify(heads)
        while heads and max_records > 0:
            _, number, cursor = heads[0]
            delivered = cursor.take(max_records)
            found.append(delivered)
            max_records -= len(delivered.records)
            following = cursor.place()
            if following is None:
                heappop(heads)
            else:
                heapreplace(heads, (following, number, cursor))
        if heads:
            self._arrived.set()
        return found

    async def wait(self) -> None:
        await self._arrived.wait()
        self._arrived.clear()

    async def read(self, topic: str, partition: int, offset: int, max_records: int) -> Columns:
        found = self._partition(topic, partition)
        offset = max(offset, found.start)
        pieces = [p.written() if isinstance(p, Rows) else p for p in found.slices(offset, offset + max_records)]
        return joined(pieces) if pieces else Columns([], [], [])  # type: ignore[return-value]

    def rows(self, topic: str, partition: int) -> list[Row]:
        """The records that queries made and nobody wrote, from the log's start."""
        found = self._partition(topic, partition)
        return [row for p in found.slices(found.start, found.end) if isinstance(p, Rows) for row in p]

    def forget(self, topic: str, partition: int, below: int) -> None:
        """Move the log start up, to give memory back."""
        self._partition(topic, partition).forget(below)

    # writing

    def append(self, topic: str, partition: int | None, records: Iterable[Record] | Rows) -> int:
        """One frame of a producer; `partition` None: by key, as for outputs. The number for `durable`."""
        found = records if isinstance(records, Rows) else Columns.of(records)
        return self._append([Output(topic, found, None if partition is None else [partition] * len(found))])

    def commit(self, step: Step) -> int:
        seq = self._append(step.outputs)
        if self._keep_steps:
            self._steps.setdefault(step.task, []).append((seq, replace(step, outputs=())))
        return seq

    def _append(self, outputs: Sequence[Output]) -> int:
        pieces = [piece for output in outputs for piece in self._pieces(output)]
        self._seq += 1
        for partition, run in groupby(pieces, lambda piece: piece[0]):
            records = joined([piece[1] for piece in run])
            partition.append(self._seq, self._place, records)
            self._place += len(records)
        if pieces:
            self._arrived.set()
        return self._seq

    def _pieces(self, output: Output) -> list[tuple[_Partition, Records]]:
        """Neighbouring records of one partition each."""
        topic, records, numbers = self._topic(output.topic), output.records, output.partitions
        for number in set(numbers or ()):
            self._partition(output.topic, number)
        if len(topic.partitions) == 1:
            return [(topic.partitions[0], records)] if len(records) else []
        if numbers is None:
            numbers = [topic.pick(key) for key in records.keys]
        found, first = [], 0
        for number, run in groupby(numbers):
            end = first + len(list(run))
            found.append((topic.partitions[number], records[first:end]))
            first = end
        return found

    async def durable(self, number: int | None = None) -> None:
        """At once: nothing is kept on a disk."""

    # events and steps

    def append_event(self, kind: str, payload: Any) -> int:
        self._events.append((kind, payload))
        self._seq += 1
        return self._seq

    async def events(self, kind: str) -> list[Any]:
        return [payload for found, payload in self._events if found == kind]

    async def steps(self, task: str, after: int = -1) -> list[tuple[int, Step]]:
        return [(seq, step) for seq, step in self._steps.get(task, ()) if seq > after]

