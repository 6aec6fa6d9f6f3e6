"""A log in this process: lists of records, no batches, no disk, every frame durable at once."""

from __future__ import annotations

import asyncio
import uuid
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace
from typing import Any

from rowtime.log.api import Delivered, Output, Record, Step, TopicInfo, Unwritten
from rowtime.log.errors import TopicExists, UnknownTopic
from rowtime.log.partitioner import partition_of

_TRIM_AT = 4096


class _Partition:
    """Records from `start` on, and the runs they came in: number of frame, place in the log, first offset."""

    __slots__ = ("topic", "number", "start", "records", "first", "seqs", "places", "offsets")

    def __init__(self, topic: str, number: int):
        self.topic, self.number = topic, number
        self.start = 0
        self.first = 0
        self.records: list[Record] = []
        self.seqs, self.places, self.offsets = array("q"), array("q"), array("q")

    @property
    def end(self) -> int:
        return self.first + len(self.records)

    def begin_run(self, seq: int, place: int) -> None:
        self.seqs.append(seq)
        self.places.append(place)
        self.offsets.append(self.first + len(self.records))

    def slice(self, offset: int, upto: int) -> list[Record]:
        return self.records[offset - self.first : upto - self.first]

    def forget(self, below: int) -> None:
        self.start = max(self.start, min(below, self.end))
        gone = self.start - self.first
        if gone > _TRIM_AT and gone * 2 > len(self.records):
            del self.records[:gone]
            self.first = self.start


class _Cursor:
    """A reader's place in a partition: the next offset, and the run it is in."""

    __slots__ = ("partition", "offset", "run")

    def __init__(self, partition: _Partition, offset: int):
        self.partition = partition
        self.offset = max(partition.start, offset)
        self.run = max(0, bisect_right(partition.offsets, self.offset) - 1)

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
        end = partition.offsets[run + 1] if run + 1 < len(partition.offsets) else partition.end
        self.offset = min(end, offset + at_most)
        records = partition.slice(offset, self.offset)
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

    async def read(self, topic: str, partition: int, offset: int, max_records: int) -> list[Record]:
        found = self._partition(topic, partition)
        offset = max(offset, found.start)
        return [r.writer.write(r) if isinstance(r, Unwritten) else r for r in found.slice(offset, offset + max_records)]

    def rows(self, topic: str, partition: int) -> list[Unwritten]:
        """The records that queries made and nobody wrote, from the log's start."""
        found = self._partition(topic, partition)
        made: list[Any] = list(found.slice(found.start, found.end))
        return [r for r in made if isinstance(r, Unwritten)]

    def forget(self, topic: str, partition: int, below: int) -> None:
        """Move the log start up, to give memory back."""
        self._partition(topic, partition).forget(below)

    # writing

    def append(self, topic: str, partition: int | None, records: Iterable[Record]) -> int:
        """One frame of a producer; `partition` None: by key, as for outputs. The number for `durable`."""
        return self._append([Output(topic, partition, record) for record in records])

    def commit(self, step: Step) -> int:
        seq = self._append(step.outputs)
        if self._keep_steps:
            self._steps.setdefault(step.task, []).append((seq, replace(step, outputs=())))
        return seq

    def _append(self, outputs: Sequence[Output]) -> int:
        targets = self._resolve(outputs)
        self._seq += 1
        place, last = self._place, None
        for partition, output in zip(targets, outputs, strict=True):
            if partition is not last:
                partition.begin_run(self._seq, place)
                last = partition
            partition.records.append(output[2])
            place += 1
        self._place = place
        if targets:
            self._arrived.set()
        return self._seq

    def _resolve(self, outputs: Sequence[Output]) -> list[_Partition]:
        topics = {name: self._topic(name) for name in {output[0] for output in outputs}}
        resolved = []
        for name, number, record in outputs:
            topic = topics[name]
            if number is None:
                number = topic.pick(record[0])
            elif not 0 <= number < len(topic.partitions):
                self._partition(name, number)
            resolved.append(topic.partitions[number])
        return resolved

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

