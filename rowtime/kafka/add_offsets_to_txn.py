"""AddOffsetsToTxn (25), versions 0 to 3: the transaction is going to commit offsets of a group."""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.txn_requests import transaction_of


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Answered when the transaction knows the group."""
    try:
        known = transaction_of(node, call, fenced_from=2)
        if not call.request.group_id:
            raise KafkaError(ErrorCode.invalid_group_id)
    except KafkaError as error:
        return {"error_code": error.code}
    node.transactions.add(known, groups=[call.request.group_id])
    return when_durable(node, {"error_code": ErrorCode.none})


API = Api(25, "add_offsets_to_txn", (0, 3), handle)
