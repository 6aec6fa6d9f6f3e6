"""Heartbeat (12), versions 0 to 4."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """The member lives; the error tells it to join again."""
    request = call.request
    instance = getattr(request, "group_instance_id", None)
    try:
        node.groups.heartbeat(request.group_id, request.generation_id, request.member_id, instance)
    except KafkaError as error:
        return {"error_code": error.code}
    return {"error_code": ErrorCode.none}


API = Api(12, "heartbeat", (0, 4), handle)
