"""DescribeConfigs (32), versions 1 to 4: topics and this broker. No documentation texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call
from rowtime.kafka.settings import BROKER_ID, STRING, TOPIC_SETTINGS

TOPIC, BROKER = 2, 4
_OF_TOPIC, _STATIC, _DEFAULT = 1, 4, 5


def handle(node: Node, call: Call) -> dict[str, Any]:
    """Settings of each resource, all or those named."""
    results = []
    for wanted in call.request.resources:
        row = {
            "error_code": ErrorCode.none, "error_message": None, "resource_type": wanted.resource_type,
            "resource_name": wanted.resource_name, "configs": (),
        }  # fmt: skip
        try:
            row["configs"] = _settings(node, wanted, getattr(call.request, "include_synonyms", False))
        except KafkaError as error:
            row |= {"error_code": error.code, "error_message": str(error)}
        results.append(row)
    return {"results": results}


def _settings(node: Node, wanted: Any, synonyms: bool) -> list[dict[str, Any]]:
    rows = _of(node, wanted.resource_type, wanted.resource_name)
    keys = wanted.configuration_keys
    return [_row(*row, synonyms) for row in rows if keys is None or row[0] in keys]


def _of(node: Node, kind: int, name: str) -> Iterable[tuple[str, str, int, int]]:
    """(name, value, source, type)"""
    if kind == TOPIC:
        topic = node.store.topics.get(name)
        if topic is None:
            raise KafkaError(ErrorCode.unknown_topic_or_partition, f"The topic '{name}' does not exist.")
        return [
            (key, topic.config.get(key, default), _OF_TOPIC if key in topic.config else _DEFAULT, type_)
            for key, (default, type_, _) in TOPIC_SETTINGS.items()
        ]
    if kind == BROKER:
        if name not in ("", str(BROKER_ID)):
            raise KafkaError(ErrorCode.invalid_request, f"there is one broker, {BROKER_ID}")
        return [(key, value, _STATIC, STRING) for key, value in node.settings.described().items()]
    raise KafkaError(ErrorCode.invalid_request, f"resource type {kind} has no settings here")


def _row(name: str, value: str, source: int, type_: int, synonyms: bool) -> dict[str, Any]:
    same = [{"name": name, "value": value, "source": source}] if synonyms else []
    return {
        "name": name, "value": value, "read_only": source == _STATIC, "config_source": source, "is_sensitive": False,
        "synonyms": same, "config_type": type_, "documentation": None,
    }  # fmt: skip


API = Api(32, "describe_configs", (1, 4), handle)
