"""Where to begin in the partitions just assigned: the committed offset, or a first start that is said aloud."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from scoring.errors import StopError
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.log import event
from scoring.sidecar.note import OffsetNote, read_note
from scoring.sidecar.topic import partitions

TIMEOUT = 5.0


class StartPositions:
    """Finds starting offsets and refuses those that would lose or double records."""

    def __init__(self, config: SidecarConfig, consumer: Any) -> None:
        self._config, self._consumer = config, consumer
        self.topic_id = ""

    def resolve(self, assigned: list[TopicPartition]) -> list[TopicPartition]:
        """The partitions with the offset to start at and its note; commits the start of those that had none."""
        if not assigned:
            return []
        nothing_written = self._nothing_written() if self._config.start == "auto" else False
        committed = self._committed(assigned)
        fresh = [p for p in committed if p.offset < 0]
        if fresh:
            committed = [p for p in committed if p.offset >= 0] + self._begin(fresh, nothing_written)
        for partition in committed:
            self._check_topic(partition)
            self._check_range(partition)
        return committed

    def _check_topic(self, partition: TopicPartition) -> None:
        known = read_note(partition.metadata).topic_id
        if known and self.topic_id and known != self.topic_id:
            raise StopError(f"{partition.topic} was deleted and created again (id {known}, now {self.topic_id}): the "
                            f"offsets of group {self._config.group_id} belong to the old one; delete them first")

    def _committed(self, wanted: list[TopicPartition]) -> list[TopicPartition]:
        asked = [TopicPartition(p.topic, p.partition) for p in wanted]
        found = self._consumer.committed(asked, timeout=TIMEOUT)
        for partition in found:
            if partition.error is not None:
                raise KafkaException(partition.error)
        return list(found)

    def _begin(self, fresh: list[TopicPartition], nothing_written: bool) -> list[TopicPartition]:
        """Each partition's first offset, committed, so that from now on there is one."""
        if self._config.start == "auto" and not nothing_written and not self._group_has_offsets(fresh[0].topic):
            raise StopError(
                f"group {self._config.group_id} has no committed offset for {fresh[0].topic}, but "
                f"{self._config.flag_topic} holds records: the offsets expired, or the group was renamed; "
                "choose start=earliest (may flag records twice) or start=latest (may skip records)")
        note, at = str(OffsetNote(self.topic_id)), 1 if self._config.start == "latest" else 0
        begun = [TopicPartition(p.topic, p.partition, self._watermarks(p)[at], metadata=note) for p in fresh]
        self._consumer.commit(offsets=begun, asynchronous=False)
        event("first start", partitions={f"{p.topic}/{p.partition}": p.offset for p in begun})
        return begun

    def _group_has_offsets(self, topic: str) -> bool:
        return any(p.offset >= 0 for p in self._committed(partitions(self._config, topic)))

    def _nothing_written(self) -> bool:
        """True where the output topics have never held a record."""
        topics = (self._config.flag_topic, self._config.dead_letter_topic)
        return all(self._watermarks(p)[1] == 0 for topic in topics for p in partitions(self._config, topic))

    def _watermarks(self, partition: TopicPartition) -> tuple[int, int]:
        low, high = self._consumer.get_watermark_offsets(TopicPartition(partition.topic, partition.partition),
                                                         timeout=TIMEOUT)
        return int(low), int(high)

    def _check_range(self, partition: TopicPartition) -> None:
        low, high = self._watermarks(partition)
        where = f"{partition.topic}/{partition.partition}: committed offset {partition.offset}"
        if partition.offset < low:
            raise StopError(f"{where} is gone, the log starts at {low}: records were deleted before they were scored")
        if partition.offset > high:
            raise StopError(f"{where} is behind the log's end {high}: the topic was re-created or truncated")
