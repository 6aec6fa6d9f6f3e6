"""DescribeGroups (15), versions 0 to 5. A group nobody knows is Dead, as on a real broker."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.group import EMPTY, STABLE, Group
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """State and members."""
    return {"groups": [_described(node, group_id) for group_id in call.request.groups]}


def _described(node: Node, group_id: str) -> dict[str, Any]:
    row = {"error_code": ErrorCode.none, "group_id": group_id, "protocol_type": "", "protocol_data": "", "members": ()}
    group = node.groups.groups.get(group_id)
    if group is None:
        return {**row, "group_state": EMPTY if node.offsets.of(group_id) else "Dead"}
    return {
        **row, "group_state": group.state, "protocol_type": group.protocol_type,
        "protocol_data": group.protocol if group.state == STABLE else "", "members": _members(group),
    }  # fmt: skip


def _members(group: Group) -> list[dict[str, Any]]:
    stable = group.state == STABLE
    return [
        {
            "member_id": member.id, "group_instance_id": member.instance, "client_id": member.client_id,
            "client_host": member.client_host, "member_metadata": member.metadata(group.protocol) if stable else b"",
            "member_assignment": member.assignment if stable else b"",
        }
        for member in group.members.values()
    ]  # fmt: skip


API = Api(15, "describe_groups", (0, 5), handle)
