"""IncrementalAlterConfigs (44), versions 0 and 1: set, delete, append to and subtract from settings of topics."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from rowtime.kafka.alter_configs import alter
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call
from rowtime.kafka.settings import LIST, TOPIC_SETTINGS
from rowtime.log.topic import Topic

_SET, _DELETE, _APPEND, _SUBTRACT = range(4)


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """What is not named stays."""
    return alter(node, call, _changed)


def _changed(topic: Topic, wanted: Any) -> Mapping[str, str | None]:
    return {entry.name: _value(topic, entry) for entry in wanted.configs}


def _value(topic: Topic, entry: Any) -> str | None:
    if entry.config_operation == _DELETE:
        return None
    if entry.config_operation == _SET:
        return str(entry.value)
    default, type_, _ = TOPIC_SETTINGS.get(entry.name, ("", -1, None))
    if entry.config_operation not in (_APPEND, _SUBTRACT) or type_ != LIST:
        raise KafkaError(ErrorCode.invalid_config, f"operation {entry.config_operation} is not for {entry.name}")
    current = [part for part in topic.config.get(entry.name, default).split(",") if part]
    given = str(entry.value).split(",")
    if entry.config_operation == _APPEND:
        return ",".join(dict.fromkeys([*current, *given]))
    return ",".join(part for part in current if part not in given)


API = Api(44, "incremental_alter_configs", (0, 1), handle)
