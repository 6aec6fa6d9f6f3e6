"""CreateTopics (19), versions 2 to 7.

Replication factor 1 (or -1, the default) and settings this broker knows; assignments may name this broker only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.settings import BROKER_ID, TOPIC_SETTINGS, check_topic_settings

_OF_TOPIC, _DEFAULT = 1, 5


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Topic after topic."""
    names = Counter(topic.name for topic in call.request.topics)
    rows = []
    for wanted in call.request.topics:
        try:
            if names[wanted.name] > 1:
                raise KafkaError(ErrorCode.invalid_request, "the topic is named twice")
            rows.append(_create(node, wanted, call.request.validate_only))
        except KafkaError as error:
            rows.append(_row(wanted.name, error_code=error.code, error_message=str(error), configs=None))
    return when_durable(node, {"topics": rows})


def _row(name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "topic_id": None, "error_code": ErrorCode.none, "error_message": None, **values}


def _create(node: Node, wanted: Any, validate_only: bool) -> dict[str, Any]:
    if wanted.name in node.store.topics:
        raise KafkaError(ErrorCode.topic_already_exists, f"Topic '{wanted.name}' already exists.")
    partitions = _partitions(node, wanted)
    config = check_topic_settings({entry.name: entry.value for entry in wanted.configs})
    described = {"num_partitions": partitions, "replication_factor": 1, "configs": _configs(config)}
    if validate_only:
        return _row(wanted.name, **described)
    topic = node.create_topic(wanted.name, partitions, config)
    return _row(wanted.name, topic_id=topic.id, **described)


def _partitions(node: Node, wanted: Any) -> int:
    if wanted.assignments:
        numbers = sorted(entry.partition_index for entry in wanted.assignments)
        brokers = {broker for entry in wanted.assignments for broker in entry.broker_ids}
        if numbers != list(range(len(numbers))) or brokers != {BROKER_ID}:
            raise KafkaError(ErrorCode.invalid_replica_assignment, f"there is one broker, {BROKER_ID}")
        return len(numbers)
    if wanted.replication_factor not in (-1, 1):
        raise KafkaError(
            ErrorCode.invalid_replication_factor,
            f"Replication factor: {wanted.replication_factor} larger than available brokers: 1.",
        )
    count = node.settings.num_partitions if wanted.num_partitions == -1 else wanted.num_partitions
    if count < 1:
        raise KafkaError(ErrorCode.invalid_partitions, "Number of partitions must be larger than 0.")
    return int(count)


def _configs(config: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name, "value": config.get(name, default), "read_only": False,
            "config_source": _OF_TOPIC if name in config else _DEFAULT, "is_sensitive": False,
        }
        for name, (default, _, _) in TOPIC_SETTINGS.items()
    ]  # fmt: skip


API = Api(19, "create_topics", (2, 7), handle)
