"""OffsetDelete (47), version 0. A real broker also takes it for topics that a live group is not subscribed to; this one
wants the group empty."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.log.store import Event


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Forget committed offsets."""
    request = call.request
    if request.group_id not in node.groups.groups and request.group_id not in node.offsets.groups():
        return {"error_code": ErrorCode.group_id_not_found, "topics": ()}
    if not node.groups.is_empty(request.group_id):
        return {"error_code": ErrorCode.non_empty_group, "topics": ()}
    positions = [[topic.name, row.partition_index] for topic in request.topics for row in topic.partitions]
    node.commit((), [Event("kafka.offsets.delete", {"group": request.group_id, "positions": positions})])
    return when_durable(node, {"error_code": ErrorCode.none, "topics": _rows(request)})


def _rows(request: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": topic.name,
            "partitions": [
                {"partition_index": row.partition_index, "error_code": ErrorCode.none} for row in topic.partitions
            ],
        }
        for topic in request.topics
    ]


API = Api(47, "offset_delete", (0, 0), handle)
