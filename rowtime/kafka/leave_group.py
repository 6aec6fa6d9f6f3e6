"""LeaveGroup (13), versions 0 to 4: one member, or from version 3 several, static ones by their instance."""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """The others rebalance."""
    request = call.request
    if call.version < 3:
        return when_durable(node, {"error_code": _leave(node, request.group_id, request.member_id, None)})
    members = [
        {
            "member_id": member.member_id, "group_instance_id": member.group_instance_id,
            "error_code": _leave(node, request.group_id, member.member_id, member.group_instance_id),
        }
        for member in request.members
    ]  # fmt: skip
    return when_durable(node, {"error_code": ErrorCode.none, "members": members})


def _leave(node: Node, group: str, member: str, instance: str | None) -> ErrorCode:
    try:
        node.groups.leave(group, member, instance)
    except KafkaError as error:
        return error.code
    return ErrorCode.none


API = Api(13, "leave_group", (0, 4), handle)
