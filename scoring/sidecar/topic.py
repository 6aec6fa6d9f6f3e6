"""What the broker says of a topic, asked by a client of its own: a consumer must not be asked within a rebalance."""

from __future__ import annotations

import logging
from typing import Any

from confluent_kafka import KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.kafka import admin_settings
from scoring.sidecar.log import LIBRARY

TIMEOUT = 5.0


def topic_id(config: SidecarConfig, topic: str) -> str:
    """The id as text; empty where the broker gives none or does not let us ask."""
    client: Any = AdminClient(admin_settings(config, logging.getLogger(LIBRARY)))
    try:
        description = client.describe_topics(TopicCollection([topic]), request_timeout=TIMEOUT)[topic].result(TIMEOUT)
    except (KafkaException, TimeoutError):
        return ""
    identity = description.topic_id
    return "" if identity is None else str(identity)


def partitions(config: SidecarConfig, topic: str) -> list[TopicPartition]:
    """All partitions. Raises KafkaException where the broker does not answer."""
    client = AdminClient(admin_settings(config, logging.getLogger(LIBRARY)))
    found = client.list_topics(topic, timeout=TIMEOUT).topics[topic]
    return [TopicPartition(topic, number) for number in found.partitions]
