"""What the requests of a transactional producer have in common."""

from __future__ import annotations

from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Call
from rowtime.kafka.transactions import Transaction


def transaction_of(node: Node, call: Call, fenced_from: int) -> Transaction:
    """The transaction of the producer that asks.

    Refused for an unknown producer and for an old epoch (as PRODUCER_FENCED from the version `fenced_from`, before it
    as INVALID_PRODUCER_EPOCH). A request that comes late over an old connection ends that connection instead.
    """
    request = call.request
    name, producer_id, epoch = _producer(request)
    if not name:
        raise KafkaError(ErrorCode.invalid_request)
    node.require_newest(name, "coordinator", call.connection.serial)
    try:
        return node.transactions.current(name, producer_id, epoch)
    except KafkaError as error:
        if error.code == ErrorCode.producer_fenced and call.version < fenced_from:
            raise KafkaError(ErrorCode.invalid_producer_epoch) from error
        raise


def _producer(request: Any) -> tuple[str, int, int]:
    if hasattr(request, "v3_and_below_transactional_id"):
        return (
            request.v3_and_below_transactional_id, request.v3_and_below_producer_id,
            request.v3_and_below_producer_epoch,
        )  # fmt: skip
    return request.transactional_id, request.producer_id, request.producer_epoch
