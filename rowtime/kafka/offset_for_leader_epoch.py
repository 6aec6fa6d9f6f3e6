"""OffsetForLeaderEpoch (23), versions 2 to 4: there is one epoch, 0, and it ends where the log does."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """End of the epoch asked for."""
    topics = [
        {"topic": topic.topic, "partitions": [_look_up(node, topic.topic, wanted) for wanted in topic.partitions]}
        for topic in call.request.topics
    ]
    return {"topics": topics}


def _look_up(node: Node, name: str, wanted: Any) -> dict[str, Any]:
    try:
        partition = node.partition(name, wanted.partition)
        if wanted.current_leader_epoch > 0:
            raise KafkaError(ErrorCode.unknown_leader_epoch)
    except KafkaError as error:
        return {"partition": wanted.partition, "error_code": error.code}
    if wanted.leader_epoch != 0:
        return {"partition": wanted.partition, "error_code": ErrorCode.none}
    return {
        "partition": wanted.partition, "error_code": ErrorCode.none, "leader_epoch": 0,
        "end_offset": partition.high_watermark,
    }  # fmt: skip


API = Api(23, "offset_for_leader_epoch", (2, 4), handle)
