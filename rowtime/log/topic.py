"""A topic: name, id, configuration, partitions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from rowtime.log.partition import Partition


@dataclass(slots=True, eq=False)
class Topic:
    """`number` names the topic inside the log and is never used again; `id` is what Kafka's clients see."""

    name: str
    id: uuid.UUID
    number: int
    config: dict[str, str] = field(default_factory=dict)
    partitions: list[Partition] = field(default_factory=list)

    @property
    def compacted(self) -> bool:
        return "compact" in self.config.get("cleanup.policy", "delete")
