"""ListOffsets (2), versions 1 to 7.

Earliest, latest (the last stable offset for read_committed), by timestamp, and largest timestamp; all of durable data.
"""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call
from rowtime.log.errors import InvalidBatch, UnsupportedCodec

LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3


def handle(node: Node, call: Call) -> dict[str, Any]:
    """Offset and timestamp for each partition asked for."""
    committed_only = getattr(call.request, "isolation_level", 0) == 1
    topics = [
        {
            "name": topic.name,
            "partitions": [_look_up(node, topic.name, wanted, committed_only) for wanted in topic.partitions],
        }
        for topic in call.request.topics
    ]
    return {"topics": topics}


def _look_up(node: Node, name: str, wanted: Any, committed_only: bool) -> dict[str, Any]:
    row = {"partition_index": wanted.partition_index, "error_code": ErrorCode.none, "timestamp": -1, "offset": -1}
    try:
        row["offset"], row["timestamp"] = _offset(node, name, wanted, committed_only)
        row["leader_epoch"] = 0
    except KafkaError as error:
        row["error_code"] = error.code
    return row


def _offset(node: Node, name: str, wanted: Any, committed_only: bool) -> tuple[int, int]:
    partition = node.partition(name, wanted.partition_index)
    if getattr(wanted, "current_leader_epoch", -1) > 0:
        raise KafkaError(ErrorCode.unknown_leader_epoch)
    end = partition.last_stable_offset if committed_only else partition.high_watermark
    if wanted.timestamp == LATEST:
        return end, -1
    if wanted.timestamp == EARLIEST:
        return partition.start_offset, -1
    if wanted.timestamp < MAX_TIMESTAMP:
        raise KafkaError(ErrorCode.unsupported_version)
    try:
        if wanted.timestamp == MAX_TIMESTAMP:
            found = partition.max_timestamp()
        else:
            found = partition.offset_for_timestamp(wanted.timestamp)
    except (InvalidBatch, UnsupportedCodec) as error:
        raise KafkaError(ErrorCode.unknown_server_error, str(error)) from error
    return found if found is not None and found[0] < end else (-1, -1)


API = Api(2, "list_offsets", (1, 7), handle)
