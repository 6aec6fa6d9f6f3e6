"""Committed offsets of consumer groups, and those that wait for the end of a transaction.

Changed only by events of the log: `kafka.offsets`, `kafka.offsets.delete` and the end of a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Position = tuple[str, int]
"""(topic, partition)"""


class Committed(NamedTuple):
    """A committed offset; `time` wall-clock ms, `order` the place of the commit among all commits."""

    offset: int
    leader_epoch: int
    metadata: str
    time: int
    order: int = 0


def offsets_event(
    group: str, offsets: dict[Position, tuple[int, int, str]], time: int, producer_id: int | None = None
) -> dict[str, Any]:
    """Payload of `kafka.offsets`; with a producer id they count from the commit of its transaction."""
    rows = [[topic, partition, *value] for (topic, partition), value in offsets.items()]
    return {"group": group, "offsets": rows, "time": time, "producer_id": producer_id}


class Offsets:
    """Offsets by group and position."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[Position, Committed]] = {}
        self._pending: dict[int, dict[str, dict[Position, Committed]]] = {}
        self._order = 0

    def of(self, group: str) -> dict[Position, Committed]:
        """What a group has committed."""
        return self._groups.get(group, {})

    def groups(self) -> Iterable[str]:
        """Groups with committed or pending offsets."""
        pending = {group for groups in self._pending.values() for group in groups}
        return pending | {group for group, offsets in self._groups.items() if offsets}

    def unstable(self, group: str) -> set[Position]:
        """Positions with an offset in a transaction that has not ended."""
        return {position for groups in self._pending.values() for position in groups.get(group, ())}

    def on_offsets(self, payload: dict[str, Any]) -> None:
        """Event kafka.offsets."""
        producer_id = payload["producer_id"]
        groups = self._groups if producer_id is None else self._pending.setdefault(producer_id, {})
        offsets = groups.setdefault(payload["group"], {})
        self._order += 1
        for topic, partition, offset, epoch, metadata in payload["offsets"]:
            offsets[topic, partition] = Committed(offset, epoch, metadata, payload["time"], self._order)

    def on_delete(self, payload: dict[str, Any]) -> None:
        """Event kafka.offsets.delete: positions of a group."""
        offsets = self._groups.get(payload["group"], {})
        for topic, partition in payload["positions"]:
            offsets.pop((topic, partition), None)

    def end(self, producer_id: int, commit: bool) -> None:
        """The transaction of a producer has ended."""
        pending = self._pending.pop(producer_id, {})
        if not commit:
            return
        for group, offsets in pending.items():
            current = self._groups.setdefault(group, {})
            for position, value in offsets.items():
                if position not in current or current[position].order < value.order:
                    current[position] = value

    def drop_group(self, group: str) -> None:
        """The group was deleted."""
        self._groups.pop(group, None)
        for groups in self._pending.values():
            groups.pop(group, None)

    def drop_topic(self, topic: str) -> None:
        """The topic was deleted: a new one of its name starts without offsets."""
        for offsets in self._all():
            for position in [position for position in offsets if position[0] == topic]:
                del offsets[position]

    def _all(self) -> Iterator[dict[Position, Committed]]:
        yield from self._groups.values()
        for groups in self._pending.values():
            yield from groups.values()
