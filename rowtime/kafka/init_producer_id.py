"""InitProducerId (22), versions 0 to 4.

For a transactional id the open transaction is aborted, the epoch raised, and only then answered. Transactional ids are
never forgotten (a real broker does after seven idle days).
"""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.codec import milliseconds
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """A producer id and its epoch."""
    try:
        producer_id, epoch = _init(node, call)
    except KafkaError as error:
        code = error.code
        if code == ErrorCode.producer_fenced and call.version < 4:
            code = ErrorCode.invalid_producer_epoch
        return {"error_code": code, "producer_id": -1, "producer_epoch": -1}
    return when_durable(
        node, {"error_code": ErrorCode.none, "producer_id": producer_id, "producer_epoch": epoch}
    )


def _init(node: Node, call: Call) -> tuple[int, int]:
    request = call.request
    name = request.transactional_id
    if name is None:
        return node.transactions.new_producer_id(), 0
    if not name:
        raise KafkaError(ErrorCode.invalid_request)
    node.require_newest(name, "coordinator", call.connection.serial)
    return node.transactions.init(
        name, milliseconds(request.transaction_timeout), getattr(request, "producer_id", -1),
        getattr(request, "producer_epoch", -1),
    )  # fmt: skip


API = Api(22, "init_producer_id", (0, 4), handle)
