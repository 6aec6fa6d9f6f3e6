"""OffsetFetch (9), versions 1 to 8. With require_stable an offset that waits in a transaction is UNSTABLE."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.offsets import Committed
from rowtime.kafka.routing import Api, Body, Call, when_durable

_NONE = Committed(-1, -1, "", -1)


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Committed offsets; those of all partitions for a null list."""
    request = call.request
    stable = getattr(request, "require_stable", False)
    if call.version < 8:
        topics = _topics(node, request.group_id, request.topics, stable)
        return when_durable(node, {"topics": topics, "error_code": ErrorCode.none})
    groups = [
        {"group_id": group.group_id, "topics": _topics(node, group.group_id, group.topics, stable)}
        for group in request.groups
    ]
    return when_durable(node, {"groups": groups})


def _topics(node: Node, group: str, wanted: Any, stable: bool) -> list[dict[str, Any]]:
    offsets = node.offsets.of(group)
    unstable = node.offsets.unstable(group) if stable else set()
    if wanted is None:
        asked: dict[str, list[int]] = {}
        for topic, partition in sorted(offsets):
            asked.setdefault(topic, []).append(partition)
    else:
        asked = {topic.name: list(topic.partition_indexes) for topic in wanted}
    return [
        {
            "name": topic,
            "partitions": [
                _row(number, offsets.get((topic, number), _NONE), (topic, number) in unstable) for number in numbers
            ],
        }
        for topic, numbers in asked.items()
    ]


def _row(number: int, value: Committed, unstable: bool) -> dict[str, Any]:
    code = ErrorCode.unstable_offset_commit if unstable else ErrorCode.none
    value = _NONE if unstable else value
    return {
        "partition_index": number, "committed_offset": value.offset, "committed_leader_epoch": value.leader_epoch,
        "metadata": value.metadata, "error_code": code,
    }  # fmt: skip


API = Api(9, "offset_fetch", (1, 8), handle)
