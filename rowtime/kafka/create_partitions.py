"""CreatePartitions (37), versions 0 to 3: more partitions for a topic; assignments are not looked at."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Topic after topic."""
    rows = []
    for wanted in call.request.topics:
        row = {"name": wanted.name, "error_code": ErrorCode.none, "error_message": None}
        try:
            _grow(node, wanted, call.request.validate_only)
        except KafkaError as error:
            row |= {"error_code": error.code, "error_message": str(error)}
        rows.append(row)
    return when_durable(node, {"results": rows})


def _grow(node: Node, wanted: Any, validate_only: bool) -> None:
    topic = node.store.topics.get(wanted.name)
    if topic is None:
        raise KafkaError(ErrorCode.unknown_topic_or_partition, f"The topic '{wanted.name}' does not exist.")
    if wanted.count <= len(topic.partitions):
        raise KafkaError(
            ErrorCode.invalid_partitions,
            f"Topic currently has {len(topic.partitions)} partitions, which is not less than the requested "
            f"{wanted.count}.",
        )
    if not validate_only:
        node.store.add_partitions(wanted.name, wanted.count)


API = Api(37, "create_partitions", (0, 3), handle)
