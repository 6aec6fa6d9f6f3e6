"""Which records a topic no longer keeps."""

from __future__ import annotations

from collections.abc import Iterator

from rowtime.log.partition import Partition
from rowtime.log.topic import Topic


def expired(topic: Topic, now_ms: int, default_ms: int | None = None) -> Iterator[tuple[Partition, int]]:
    """(partition, new log start) where retention.ms or retention.bytes lets records go; never above what is stable."""
    if "delete" not in topic.config.get("cleanup.policy", "delete"):
        return
    keep_ms = _limit(topic, "retention.ms", default_ms)
    keep_bytes = _limit(topic, "retention.bytes", None)
    for partition in topic.partitions:
        start = _new_start(partition, keep_ms, keep_bytes, now_ms)
        if start > partition.start_offset:
            yield partition, start


def _limit(topic: Topic, key: str, default: int | None) -> int | None:
    value = int(topic.config[key]) if key in topic.config else default
    return None if value is None or value < 0 else value


def _new_start(partition: Partition, keep_ms: int | None, keep_bytes: int | None, now_ms: int) -> int:
    start, size = partition.start_offset, partition.size_in_bytes
    for index in range(len(partition)):
        end = partition.next_offset(index)
        old = keep_ms is not None and partition.max_timestamp_of(index) < now_ms - keep_ms
        big = keep_bytes is not None and size > keep_bytes
        if end > partition.last_stable_offset or not (old or big):
            break
        start, size = end, size - partition.size(index)
    return start
