"""DeleteTopics (20), versions 1 to 6: by name, or from version 6 by id. Committed offsets of the topic go with it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Topic after topic."""
    request = call.request
    if call.version < 6:
        rows = [_delete(node, name, None) for name in request.topic_names]
    else:
        rows = [_delete(node, wanted.name, wanted.topic_id) for wanted in request.topics]
    return when_durable(node, {"responses": rows})


def _delete(node: Node, name: str | None, topic_id: UUID | None) -> dict[str, Any]:
    row = {"name": name, "topic_id": topic_id, "error_code": ErrorCode.none, "error_message": None}
    topics = node.store.topics.values()
    known = next((topic for topic in topics if topic.name == name or (name is None and topic.id == topic_id)), None)
    if known is None:
        by_name = name is not None
        code = ErrorCode.unknown_topic_or_partition if by_name else ErrorCode.unknown_topic_id
        return {**row, "error_code": code, "error_message": "This server does not host this topic."}
    node.store.delete_topic(known.name)
    return {**row, "name": known.name, "topic_id": known.id}


API = Api(20, "delete_topics", (1, 6), handle)
