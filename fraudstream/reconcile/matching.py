"""What was sent on and has not arrived: by the position it came from, or by transaction id. Memory holds only these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

SQL, SIDECAR, JOIN = "sql", "sidecar", "join"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Item:
    """A transaction at a stage. hour: of its event time, since 1970. place: topic/partition/offset.
    seen: when it was first looked for, seconds of the clock given. look: in which reading of the topics that was."""

    stage: str
    id: str
    hour: int
    place: str
    seen: float
    look: int


class Stage:
    """look: the number of the reading that goes on."""

    def __init__(self, stage: str, clock: Callable[[], float]):
        self.stage, self.clock, self.look = stage, clock, 0

    def item(self, id: str, hour: int, place: str) -> Item:
        return Item(self.stage, id, hour, place, self.clock(), self.look)


class Positions(Stage):
    """Records that must each have one output, which names the position it is of."""

    def __init__(self, stage: str, clock: Callable[[], float]):
        super().__init__(stage, clock)
        self.waiting: dict[tuple[str, int, int], Item] = {}
        self._doubled: list[Item] = []
        self._early: dict[tuple[str, int, int], Item] = {}
        self._read: dict[tuple[str, int], int] = defaultdict(int)

    def want(self, topic: str, partition: int, offset: int, id: str, hour: int) -> None:
        """A record was read; in each partition these come in order."""
        self._read[topic, partition] = offset + 1
        position = (topic, partition, offset)
        if self._early.pop(position, None) is None:
            self.waiting[position] = self.item(id, hour, f"{topic}/{partition}/{offset}")

    def got(self, topic: str, partition: int, offset: int, id: str, hour: int) -> None:
        """An output was read, before or after its record."""
        position = (topic, partition, offset)
        if self.waiting.pop(position, None) is not None:
            return
        item = self.item(id, hour, f"{topic}/{partition}/{offset}")
        if offset < self._read[topic, partition] or position in self._early:
            self._doubled.append(replace(item, look=0))
        else:
            self._early[position] = item

    def missing(self) -> Iterable[Item]:
        return self.waiting.values()

    def doubled(self) -> Iterable[Item]:
        """Outputs too many; also those whose record has not been read, or is not there."""
        return [*self._doubled, *self._early.values()]


class Ids(Stage):
    """Transaction ids that must come out as often as they went in."""

    def __init__(self, stage: str, clock: Callable[[], float]):
        super().__init__(stage, clock)
        self._open: dict[str, tuple[int, Item]] = {}

    def want(self, id: str, hour: int, place: str) -> None:
        self._add(id, hour, place, 1)

    def got(self, id: str, hour: int, place: str) -> None:
        self._add(id, hour, place, -1)

    def missing(self) -> Iterable[Item]:
        return (item for count, item in self._open.values() for _ in range(count))

    def doubled(self) -> Iterable[Item]:
        """Those that came out more often; also those whose going in has not been read."""
        return (item for count, item in self._open.values() for _ in range(-count))

    def _add(self, id: str, hour: int, place: str, by: int) -> None:
        count, item = self._open.get(id) or (0, self.item(id, hour, place))
        if count + by:
            self._open[id] = count + by, item
        else:
            del self._open[id]
