"""Rows of committed steps that readers in this process are to have: the broker says where a step's records are in the
log, the rows are taken from here.

Kept is what one step wrote to one topic, for the subscriptions there are at the commit, until each has it. Where that
is more than LIMIT, the broker is told to send the bytes of the oldest; they are let go when it has said that it will.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from rowtime.log.api import Delivered, Output
from rowtime.log.columns import Rows
from rowtime.log.outputs import Batch

LIMIT = 32 << 20
"""Bytes that the rows have as records."""
OFTEN = 256
"""Commits after which the broker is told what it need not remember."""


@dataclass(slots=True)
class Held:
    """A step's rows, the partition of each; waiting: subscriptions that have not had theirs; size: bytes as records."""

    topic: str
    rows: Rows
    partitions: Sequence[int]
    waiting: set[int]
    size: int
    offsets: list[int] = field(default_factory=list)

    def delivered(self, seq: int, bases: Mapping[int, int]) -> Delivered:
        """What a reader of some partitions gets, by the offset of the first record in each."""
        every = set(self.partitions)
        if len(every) == 1:
            ((partition, base),) = bases.items()
            return Delivered(seq, self.topic, partition, base, self.rows)
        if len(bases) == 1:
            ((partition, base),) = bases.items()
            return Delivered(seq, self.topic, partition, base, self._chosen({partition}))
        if bases.keys() == every:
            self.offsets = self.offsets or _offsets(self.partitions, bases)
            return Delivered(seq, self.topic, 0, 0, self.rows, self.partitions, self.offsets)
        partitions = [partition for partition in self.partitions if partition in bases]
        return Delivered(seq, self.topic, 0, 0, self._chosen(set(bases)), partitions, _offsets(partitions, bases))

    def _chosen(self, partitions: set[int]) -> Rows:
        return self.rows.chosen([i for i, partition in enumerate(self.partitions) if partition in partitions])


def _offsets(partitions: Sequence[int], bases: Mapping[int, int]) -> list[int]:
    """Of each record, from the first of each partition."""
    following, offsets = dict(bases), []
    for partition in partitions:
        offset = following[partition]
        offsets.append(offset)
        following[partition] = offset + 1
    return offsets


class Kept:
    """By the number of the step, oldest first."""

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        self._readers: dict[tuple[str, int], set[int]] = {}
        self._bytes = self._told = self._number = 0

    def __len__(self) -> int:
        """Of how many steps."""
        return len(self._held)

    def subscribed(self, subscription: int, place: tuple[str, int]) -> None:
        self._readers.setdefault(place, set()).add(subscription)

    def unsubscribed(self, subscriptions: set[int]) -> None:
        for readers in self._readers.values():
            readers -= subscriptions
        for number in list(self._held):
            self._had(number, subscriptions)

    def topic_gone(self, topic: str) -> None:
        for number in [number for number, held in self._held.items() if held.topic == topic]:
            self._drop(number)

    def keep(self, number: int, outputs: Sequence[Output], batches: Sequence[Batch], order: Sequence[int],
             size: int) -> bool:
        """Whether a step's rows are kept: it has written rows to one topic that somebody reads."""
        self._number = number
        rows = outputs[0].rows if len(outputs) == 1 else None
        if rows is None:
            return False
        topic = batches[0].topic.name
        waiting = {at for batch in batches for at in self._readers.get((topic, batch.partition), ())}
        if not waiting:
            return False
        self._held[number] = Held(topic, rows, [batches[n].partition for n in order], waiting, size)
        self._bytes += size
        return True

    def taken(self, number: int, subscriptions: set[int]) -> Held:
        """A step's rows, for these subscriptions."""
        held = self._held[number]
        self._had(number, subscriptions)
        return held

    def _had(self, number: int, subscriptions: set[int]) -> None:
        held = self._held[number]
        held.waiting -= subscriptions
        if not held.waiting:
            self._drop(number)

    def _drop(self, number: int) -> None:
        self._bytes -= self._held.pop(number).size

    def to_forget(self) -> int | None:
        """Number up to which the broker is to send bytes from now on; None: nothing to tell."""
        upto = next(iter(self._held), self._number + 1) - 1
        if self._bytes > LIMIT:
            sizes = accumulate(held.size for held in self._held.values())
            upto = next(at for at, size in zip(self._held, sizes, strict=True) if size >= self._bytes - LIMIT // 2)
        elif upto < self._told + OFTEN:
            return None
        if upto <= self._told:
            return None
        self._told = upto
        return upto

    def forgotten(self, upto: int) -> None:
        """The broker has said so."""
        for number in [number for number in self._held if number <= upto]:
            self._drop(number)
