"""Planted bugs at the consumer. Each class is mixed into the client's own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from campaigns.plants.producing import MEMORY


class NoRewind:
    def seek(self, partition: Any) -> None:
        """Stays where it is."""


class FromMemory:
    """Asks the broker for committed offsets only where it does not remember any."""

    def committed(self, partitions: Any, *arguments: Any, **options: Any) -> Any:
        found = super().committed(partitions, *arguments, **options)  # type: ignore[misc]
        return [self._remembered(each) for each in found]

    def _remembered(self, found: TopicPartition) -> TopicPartition:
        offset = MEMORY.get((found.topic, found.partition))
        if offset is None or found.error is not None:
            return found
        return TopicPartition(found.topic, found.partition, offset, metadata=found.metadata)

    def incremental_assign(self, partitions: Any) -> None:
        _forget(partitions)
        super().incremental_assign(partitions)  # type: ignore[misc]

    def assign(self, partitions: Any) -> None:
        _forget(partitions)
        super().assign(partitions)  # type: ignore[misc]


class ReadUncommitted:
    def __init__(self, settings: dict[str, Any], **options: Any) -> None:
        super().__init__({**settings, "isolation.level": "read_uncommitted"}, **options)  # type: ignore[call-arg]


class AutoCommit:
    def __init__(self, settings: dict[str, Any], **options: Any) -> None:
        own = {"enable.auto.commit": True, "enable.auto.offset.store": True, "auto.commit.interval.ms": 100}
        super().__init__({**settings, **own}, **options)  # type: ignore[call-arg]


class CommitOnRevoke:
    """Commits what was read, also what was fetched and not yet written."""

    def subscribe(self, topics: Any, **callbacks: Any) -> None:
        names = [name for name in ("on_revoke", "on_lost") if name in callbacks]
        super().subscribe(topics, **{**callbacks, **{name: self._with_commit(callbacks[name]) for name in names}})  # type: ignore[misc]

    def _with_commit(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        def committing(consumer: Any, partitions: Any) -> Any:
            with contextlib.suppress(KafkaException):
                ends = [self.get_watermark_offsets(each, cached=True)[1] for each in partitions]  # type: ignore[attr-defined]
                offsets = [TopicPartition(each.topic, each.partition, end)
                           for each, end in zip(partitions, ends, strict=True) if end > 0]
                self.commit(offsets=offsets, asynchronous=False)  # type: ignore[attr-defined]
            return callback(consumer, partitions)
        return committing


def _forget(partitions: Any) -> None:
    """Newly assigned partitions are asked for; only errors go by memory."""
    for each in partitions:
        MEMORY.pop((each.topic, each.partition), None)
