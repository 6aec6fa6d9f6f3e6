"""DeleteGroups (42), versions 0 to 2: empty groups only, their offsets with them."""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Group after group."""
    results = [{"group_id": name, "error_code": _delete(node, name)} for name in call.request.groups_names]
    return when_durable(node, {"results": results})


def _delete(node: Node, name: str) -> ErrorCode:
    if name not in node.groups.groups and name not in node.offsets.groups():
        return ErrorCode.group_id_not_found
    try:
        node.groups.delete(name)
    except KafkaError as error:
        return error.code
    return ErrorCode.none


API = Api(42, "delete_groups", (0, 2), handle)
