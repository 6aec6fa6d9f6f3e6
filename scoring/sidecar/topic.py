"""The id a topic was given when it was created."""

from __future__ import annotations

import logging
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
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
    except KafkaException:
        return ""
    identity = description.topic_id
    return "" if identity is None else str(identity)
