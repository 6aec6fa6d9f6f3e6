"""DescribeProducers (61), version 0: idempotent producers of a partition and their open transactions."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call


def handle(node: Node, call: Call) -> dict[str, Any]:
    """Partition after partition."""
    topics = [
        {"name": topic.name, "partitions": [_described(node, topic.name, number) for number in topic.partition_indexes]}
        for topic in call.request.topics
    ]
    return {"topics": topics}


def _described(node: Node, name: str, number: int) -> dict[str, Any]:
    row = {"partition_index": number, "error_code": ErrorCode.none, "error_message": None, "active_producers": ()}
    try:
        partition = node.partition(name, number)
    except KafkaError as error:
        return {**row, "error_code": error.code, "error_message": str(error)}
    producers = [
        {
            "producer_id": producer_id, "producer_epoch": producer.epoch, "coordinator_epoch": 0,
            "last_sequence": producer.batches[-1].last if producer.batches else -1, "last_timestamp": -1,
            "current_txn_start_offset": partition.open_transactions.get(producer_id, -1),
        }
        for producer_id, producer in node.producers.of(partition).items()
    ]  # fmt: skip
    return {**row, "active_producers": producers}


API = Api(61, "describe_producers", (0, 0), handle)
