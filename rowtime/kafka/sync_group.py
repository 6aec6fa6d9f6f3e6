"""SyncGroup (14), versions 0 to 5: the leader hands in the assignment, every member gets its own."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import KafkaError
from rowtime.kafka.group import Answer
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Answered when the leader's assignment is there."""
    request = call.request
    assignments = {given.member_id: bytes(given.assignment) for given in request.assignments}
    try:
        answer = node.groups.sync(
            request.group_id, request.generation_id, request.member_id,
            getattr(request, "group_instance_id", None), assignments,
        )  # fmt: skip
    except KafkaError as error:
        return _body({"error_code": error.code})
    return _answer(answer)


async def _answer(answer: Answer) -> Body:
    return _body(await answer)


def _body(result: dict[str, Any]) -> dict[str, Any]:
    return {"protocol_type": None, "protocol_name": None, "assignment": b"", **result}


API = Api(14, "sync_group", (0, 5), handle)
