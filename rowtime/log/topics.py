"""The table of topics, kept by events so that it recovers with everything else."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from rowtime.log.errors import LogError, TopicExists, UnknownTopic
from rowtime.log.frame import Event
from rowtime.log.partition import Fetch, Partition
from rowtime.log.topic import Topic

CREATE, DELETE, GROW, CONFIGURE, MOVE_START = (
    "topic.create", "topic.delete", "topic.grow", "topic.configure", "topic.start",
)
KINDS = frozenset((CREATE, DELETE, GROW, CONFIGURE, MOVE_START))
_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


class TopicTable:
    """Makes the events that change it, and applies them; `released` collects batches nobody needs any more."""

    def __init__(self, fetch: Fetch):
        self.by_name: dict[str, Topic] = {}
        self.by_number: dict[int, Topic] = {}
        self.released: list[tuple[int, int]] = []
        self._fetch = fetch
        self._next_number = 0

    def topic(self, name: str) -> Topic:
        found = self.by_name.get(name)
        if found is None:
            raise UnknownTopic(f"topic {name} does not exist")
        return found

    def partition(self, name: str, number: int) -> Partition:
        partitions = self.topic(name).partitions
        if not 0 <= number < len(partitions):
            raise UnknownTopic(f"topic {name} has {len(partitions)} partition(s), no number {number}")
        return partitions[number]

    # events

    def create(self, name: str, partitions: int, config: Mapping[str, str]) -> Event:
        if name in self.by_name:
            raise TopicExists(f"topic {name} exists already")
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise LogError(f"topic name {name!r} is not valid: 1 to 249 of letters, digits, '.', '_' and '-'")
        if partitions < 1:
            raise LogError(f"topic {name}: {partitions} partitions asked for, at least 1 needed")
        return Event(CREATE, {"name": name, "number": self._next_number, "id": uuid.uuid4().hex,
                              "partitions": partitions, "config": dict(config)})

    def delete(self, name: str) -> Event:
        return Event(DELETE, {"number": self.topic(name).number})

    def grow(self, name: str, partitions: int) -> Event:
        topic = self.topic(name)
        if partitions <= len(topic.partitions):
            raise LogError(f"topic {name} has {len(topic.partitions)} partitions already, asked for {partitions}")
        return Event(GROW, {"number": topic.number, "partitions": partitions})

    def configure(self, name: str, changes: Mapping[str, str | None]) -> Event:
        return Event(CONFIGURE, {"number": self.topic(name).number, "changes": dict(changes)})

    def move_start(self, moves: Mapping[tuple[str, int], int]) -> Event:
        starts = [[self.topic(name).number, number, offset] for (name, number), offset in moves.items()]
        return Event(MOVE_START, {"starts": starts})

    # applying

    def apply(self, kind: str, payload: Any) -> None:
        if kind == CREATE:
            self._create(payload)
        elif kind == DELETE:
            self._delete(payload["number"])
        elif kind == GROW:
            self._grow(self.by_number[payload["number"]], payload["partitions"])
        elif kind == CONFIGURE:
            self._configure(self.by_number[payload["number"]], payload["changes"])
        elif kind == MOVE_START:
            for number, partition, offset in payload["starts"]:
                self.released += self.by_number[number].partitions[partition].move_start(offset)

    def _create(self, payload: Any) -> None:
        topic = Topic(payload["name"], uuid.UUID(payload["id"]), payload["number"], dict(payload["config"]))
        self._grow(topic, payload["partitions"])
        self.by_name[topic.name] = self.by_number[topic.number] = topic
        self._next_number = topic.number + 1

    def _delete(self, number: int) -> None:
        topic = self.by_number.pop(number)
        del self.by_name[topic.name]
        for partition in topic.partitions:
            self.released += partition.clear()

    def _grow(self, topic: Topic, partitions: int) -> None:
        for number in range(len(topic.partitions), partitions):
            topic.partitions.append(Partition(topic, number, self._fetch))

    def _configure(self, topic: Topic, changes: Mapping[str, str | None]) -> None:
        for key, value in changes.items():
            if value is None:
                topic.config.pop(key, None)
            else:
                topic.config[key] = value
