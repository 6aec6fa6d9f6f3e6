"""Which partition each record of a step goes to, and the batches that makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import NamedTuple

from rowtime.log.api import Output, TopicInfo
from rowtime.log.columns import Columns, all_of, columns_of
from rowtime.log.errors import UnknownTopic
from rowtime.log.partitioner import partition_of


class Batch(NamedTuple):
    """Records of a step for one partition."""

    topic: TopicInfo
    partition: int
    records: Columns


class Placer:
    """Places the outputs of steps; records without a key go round."""

    def __init__(self, topic: Callable[[str], TopicInfo]):
        self._topic = topic
        self._turns: dict[str, int] = {}

    def place(self, outputs: Sequence[Output]) -> tuple[list[Batch], list[int]]:
        """The batches, and for each record in the order produced the number of its batch."""
        if len(outputs) == 1:
            partitions = self._partitions(outputs[0])
            if len(set(partitions)) == 1:
                records = columns_of(outputs[0].records)
                return [Batch(self._topic(outputs[0].topic), partitions[0], records)], [0] * len(records)
            outputs = [outputs[0]._replace(partitions=partitions)]
        pieces: dict[tuple[str, int], list[Columns]] = {}
        order: list[int] = []
        for output in outputs:
            partitions, records = self._partitions(output), columns_of(output.records)
            places: dict[int, list[int]] = {}
            for i, partition in enumerate(partitions):
                places.setdefault(partition, []).append(i)
            for partition, chosen in places.items():
                pieces.setdefault((output.topic, partition), []).append(records.chosen(chosen))
            numbers = {partition: i for i, (name, partition) in enumerate(pieces) if name == output.topic}
            order += [numbers[partition] for partition in partitions]
        return [Batch(self._topic(name), at, all_of(given)) for (name, at), given in pieces.items()], order

    def _partitions(self, output: Output) -> Sequence[int]:
        topic = self._topic(output.topic)
        if topic.partitions == 1 and not output.partitions:
            return [0] * len(output.records)
        if output.partitions is None:
            keys, count = columns_of(output.records).keys, topic.partitions
            if None not in keys:
                return list(map(partition_of, keys, repeat(count)))
            return [self._turn(topic) if key is None else partition_of(key, count) for key in keys]
        self._check(topic, output.partitions)
        return output.partitions

    def _turn(self, topic: TopicInfo) -> int:
        turn = self._turns[topic.name] = (self._turns.get(topic.name, 0) + 1) % topic.partitions
        return turn

    @staticmethod
    def _check(topic: TopicInfo, partitions: Sequence[int]) -> None:
        for partition in set(partitions):
            check_partition(topic, partition)


def check_partition(topic: TopicInfo, partition: int) -> None:
    """UnknownTopic if the topic has none of that number."""
    if not 0 <= partition < topic.partitions:
        raise UnknownTopic(f"topic {topic.name} has {topic.partitions} partition(s), no number {partition}")
