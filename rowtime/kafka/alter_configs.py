"""AlterConfigs (33), versions 0 to 2: replaces all settings of a topic. The broker's own are fixed at its start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rowtime.kafka.describe_configs import TOPIC
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.settings import check_topic_settings
from rowtime.log.topic import Topic

Changes = Callable[[Topic, Any], Mapping[str, str | None]]


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """What is not named goes back to its default."""
    return alter(node, call, _replaced)


def alter(node: Node, call: Call, changes_of: Changes) -> Body | Awaitable[Body]:
    """Apply `changes_of(topic, resource)` to each topic; None in it removes a setting."""
    rows = []
    for wanted in call.request.resources:
        row = {
            "error_code": ErrorCode.none, "error_message": None, "resource_type": wanted.resource_type,
            "resource_name": wanted.resource_name,
        }  # fmt: skip
        try:
            _alter(node, wanted, changes_of, call.request.validate_only)
        except KafkaError as error:
            row |= {"error_code": error.code, "error_message": str(error)}
        rows.append(row)
    return when_durable(node, {"responses": rows})


def _alter(node: Node, wanted: Any, changes_of: Changes, validate_only: bool) -> None:
    if wanted.resource_type != TOPIC:
        raise KafkaError(ErrorCode.invalid_request, "only settings of topics can be changed")
    topic = node.store.topics.get(wanted.resource_name)
    if topic is None:
        raise KafkaError(
            ErrorCode.unknown_topic_or_partition, f"The topic '{wanted.resource_name}' does not exist."
        )
    changes = changes_of(topic, wanted)
    check_topic_settings(changes)
    if changes and not validate_only:
        node.store.set_config(topic.name, changes)


def _replaced(topic: Topic, wanted: Any) -> Mapping[str, str | None]:
    gone: dict[str, str | None] = dict.fromkeys(topic.config)
    return {**gone, **{entry.name: entry.value for entry in wanted.configs}}


API = Api(33, "alter_configs", (0, 2), handle)
