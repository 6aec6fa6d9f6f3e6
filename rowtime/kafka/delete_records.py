"""DeleteRecords (21), versions 0 to 2: moves the start of partitions up; -1 is the high watermark."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """All partitions in one frame."""
    starts: dict[tuple[str, int], int] = {}
    topics = []
    for topic in call.request.topics:
        rows = [_row(node, topic.name, wanted, starts) for wanted in topic.partitions]
        topics.append({"name": topic.name, "partitions": rows})
    if starts:
        node.store.delete_records(starts)
    return when_durable(node, {"topics": topics})


def _row(node: Node, name: str, wanted: Any, starts: dict[tuple[str, int], int]) -> dict[str, Any]:
    row = {"partition_index": wanted.partition_index, "low_watermark": -1, "error_code": ErrorCode.none}
    try:
        partition = node.partition(name, wanted.partition_index)
        offset = partition.high_watermark if wanted.offset == -1 else wanted.offset
        if not 0 <= offset <= partition.high_watermark:
            raise KafkaError(ErrorCode.offset_out_of_range)
    except KafkaError as error:
        return {**row, "error_code": error.code}
    if offset > partition.start_offset:
        starts[name, wanted.partition_index] = offset
    return {**row, "low_watermark": max(offset, partition.start_offset)}


API = Api(21, "delete_records", (0, 2), handle)
