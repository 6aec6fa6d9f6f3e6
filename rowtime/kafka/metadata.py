"""Metadata (3), versions 0 to 12.

One broker, leader of everything, epoch 0. A topic that is named and not there is created where the client allows it and
auto.create.topics.enable says so; its answer waits until it is on disk. No racks, no authorized operations.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.settings import BROKER_ID
from rowtime.log.topic import Topic


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """The broker and the topics asked for (all: null, or in version 0 none)."""
    request = call.request
    wanted = request.topics
    if wanted is None or (call.version == 0 and not wanted):
        topics = [_described(topic) for topic in node.store.topics.values()]
    else:
        creates = getattr(request, "allow_auto_topic_creation", True)
        topics = [_named(node, topic, creates) for topic in wanted]
    broker = {"node_id": BROKER_ID, "host": node.host, "port": node.port, "rack": None}
    body = {"brokers": [broker], "cluster_id": node.cluster_id, "controller_id": BROKER_ID, "topics": topics}
    return body if node.store.durable_seq >= node.store.seq else when_durable(node, body)


def _named(node: Node, wanted: Any, creates: bool) -> dict[str, Any]:
    name, topic_id = wanted.name, getattr(wanted, "topic_id", None)
    if name is None:
        known = next((topic for topic in node.store.topics.values() if topic.id == topic_id), None)
        if known is None:
            return {"error_code": ErrorCode.unknown_topic_id, "name": None, "topic_id": topic_id, "partitions": ()}
        return _described(known)
    try:
        topic = node.store.topics.get(name) or (node.auto_create(name) if creates else None)
    except KafkaError as error:
        return {"error_code": error.code, "name": name, "partitions": ()}
    if topic is None:
        return {"error_code": ErrorCode.unknown_topic_or_partition, "name": name, "partitions": ()}
    return _described(topic)


def _described(topic: Topic) -> dict[str, Any]:
    partitions = [
        {
            "error_code": ErrorCode.none, "partition_index": number, "leader_id": BROKER_ID, "leader_epoch": 0,
            "replica_nodes": (BROKER_ID,), "isr_nodes": (BROKER_ID,), "offline_replicas": (),
        }
        for number in range(len(topic.partitions))
    ]  # fmt: skip
    return {
        "error_code": ErrorCode.none, "name": topic.name, "topic_id": topic.id, "is_internal": False,
        "partitions": partitions,
    }  # fmt: skip


API = Api(3, "metadata", (0, 12), handle)
