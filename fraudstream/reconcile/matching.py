"""What was sent on and has not arrived: by the position it came from, or by transaction id. Memory holds only these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SQL, SIDECAR, JOIN = "sql", "sidecar", "join"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Item:
    """A transaction at a stage. hour: of its event time, since 1970. place: topic/partition/offset, where it is known.
    seen: when it was first looked for, seconds of the clock given."""

    stage: str
    id: str
    hour: int
    place: str
    seen: float


class Positions:
    """Records that must each have one output, which names the position it is of."""

    def __init__(self, stage: str, clock: Callable[[], float]):
        self.stage, self.clock = stage, clock
        self.waiting: dict[tuple[str, int, int], Item] = {}
        self.doubled: list[Item] = []
        self._early: set[tuple[str, int, int]] = set()
        self._read: dict[tuple[str, int], int] = defaultdict(int)

    def want(self, topic: str, partition: int, offset: int, id: str, hour: int) -> None:
        """A record was read; in each partition these come in order."""
        self._read[topic, partition] = offset + 1
        if (topic, partition, offset) in self._early:
            self._early.discard((topic, partition, offset))
        else:
            place = f"{topic}/{partition}/{offset}"
            self.waiting[topic, partition, offset] = Item(self.stage, id, hour, place, self.clock())

    def got(self, topic: str, partition: int, offset: int, id: str, hour: int) -> None:
        """An output was read, before or after its record."""
        position = (topic, partition, offset)
        if self.waiting.pop(position, None) is not None:
            return
        if offset < self._read[topic, partition] or position in self._early:
            self.doubled.append(Item(self.stage, id, hour, f"{topic}/{partition}/{offset}", self.clock()))
        else:
            self._early.add(position)

    def missing(self) -> Iterable[Item]:
        return self.waiting.values()


class Ids:
    """Transaction ids that must come out as often as they went in."""

    def __init__(self, stage: str, clock: Callable[[], float]):
        self.stage, self.clock = stage, clock
        self._open: dict[str, tuple[int, Item]] = {}

    def want(self, id: str, hour: int, place: str) -> None:
        self._add(id, hour, place, 1)

    def got(self, id: str, hour: int, place: str) -> None:
        self._add(id, hour, place, -1)

    def missing(self) -> Iterable[Item]:
        return (item for count, item in self._open.values() for _ in range(count))

    @property
    def doubled(self) -> list[Item]:
        return [item for count, item in self._open.values() for _ in range(-count)]

    def _add(self, id: str, hour: int, place: str, by: int) -> None:
        count, item = self._open.get(id) or (0, Item(self.stage, id, hour, place, self.clock()))
        if count + by:
            self._open[id] = count + by, item
        else:
            del self._open[id]
