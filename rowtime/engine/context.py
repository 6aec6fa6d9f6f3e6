"""What planning a statement may look at: the metastore, the topics, the registry, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rowtime.engine.metastore import Metastore
from rowtime.engine.throttle import Clock, wall_clock
from rowtime.log.api import Schemas, TopicInfo

DEFAULT_RETENTION = 604_800_000


@dataclass(slots=True)
class Context:
    """`topics` is a copy in a sandbox, so that its statements see what those before them would have made."""

    metastore: Metastore
    topics: dict[str, TopicInfo]
    schemas: Schemas
    config: Mapping[str, object] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    query_number: int = 0
    query_ids: tuple[str, ...] = ()
    clock: Clock = wall_clock

    def setting(self, name: str, default: object = None) -> object:
        """A property of the request, else of the server; `ksql.streams.` may be left out or put in."""
        for source in (self.properties, self.config):
            for key in (name, f"ksql.streams.{name}"):
                if source.get(key) is not None:
                    return source[key]
        return default

    def settings(self) -> dict[str, object]:
        return {**self.config, **self.properties}

    def partitions(self, topic: str) -> int:
        info = self.topics.get(topic)
        return info.partitions if info else 1

    def retention(self, topic: str) -> int:
        info = self.topics.get(topic)
        value = info.config.get("retention.ms") if info else None
        return DEFAULT_RETENTION if value is None else int(value)
