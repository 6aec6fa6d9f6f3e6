"""DescribeTransactions (65), version 0."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Call
from rowtime.kafka.transactions import Transaction


def handle(node: Node, call: Call) -> dict[str, Any]:
    """State of each transactional id."""
    return {"transaction_states": [_described(node, name) for name in call.request.transactional_ids]}


def _described(node: Node, name: str) -> dict[str, Any]:
    known = node.transactions.of(name)
    code = ErrorCode.none if known is not None else ErrorCode.transactional_id_not_found
    state = known or Transaction(name, -1, -1, 0, status="", started=0)
    topics: dict[str, list[int]] = {}
    for topic, number in state.partitions:
        topics.setdefault(topic, []).append(number)
    return {
        "error_code": code, "transactional_id": name, "transaction_state": state.status,
        "transaction_timeout": state.timeout, "transaction_start_time": state.started,
        "producer_id": state.producer_id, "producer_epoch": state.epoch,
        "topics": [{"topic": topic, "partitions": numbers} for topic, numbers in topics.items()],
    }  # fmt: skip


API = Api(65, "describe_transactions", (0, 0), handle)
