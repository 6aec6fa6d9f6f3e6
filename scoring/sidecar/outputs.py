"""What a batch writes, column by column, and handing it to a producer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice, repeat, starmap
from operator import length_hint
from typing import Any

from scoring.sidecar.records import Headers, Output

ANY_PARTITION = -1
WAIT_SECONDS = 0.1


@dataclass(frozen=True)
class Outputs:
    """n records to write, in order. timestamps: milliseconds since 1970."""

    topics: list[str]
    keys: list[bytes | None]
    values: list[bytes]
    timestamps: list[int]
    headers: list[Headers]

    @staticmethod
    def of(outputs: Iterable[Output]) -> Outputs:
        columns = [list(column) for column in zip(*outputs, strict=True)]
        return Outputs(*columns) if columns else NOTHING

    def __len__(self) -> int:
        return len(self.topics)

    def __getitem__(self, row: int) -> Output:
        return Output(*(getattr(self, field.name)[row] for field in fields(self)))

    def __iter__(self) -> Iterator[Output]:
        return map(Output, self.topics, self.keys, self.values, self.timestamps, self.headers)

    def __add__(self, others: Outputs) -> Outputs:
        return Outputs(*(getattr(self, field.name) + getattr(others, field.name) for field in fields(self)))


NOTHING = Outputs([], [], [], [], [])


def send(producer: Any, outputs: Outputs) -> None:
    """produce() each, in order; waits where the producer's queue is full.

    Arguments by place, and no line of Python for each record: together that takes half the time.
    """
    left = len(outputs)
    while left:
        partitions = repeat(ANY_PARTITION, left)
        try:
            deque(starmap(producer.produce, _arguments(outputs, len(outputs) - left, partitions)), 0)
            return
        except BufferError:
            left = length_hint(partitions) + 1
            producer.poll(WAIT_SECONDS)


def _arguments(outputs: Outputs, begin: int, partitions: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    """Of produce(): topic, value, key, partition, no call-backs, timestamp, headers; a partition is taken for each."""
    o, nobody = outputs, repeat(None)
    columns = (o.topics, o.values, o.keys, partitions, nobody, nobody, o.timestamps, o.headers)
    return zip(*(islice(column, begin, None) if isinstance(column, list) else column for column in columns),
               strict=False)
