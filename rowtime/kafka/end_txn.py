"""EndTxn (26), versions 0 to 3: markers in all partitions and the new state, in one frame.

Repeating the same end is answered as the first was; the opposite one is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.txn_requests import transaction_of


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Answered when the markers are on disk."""
    try:
        node.transactions.end(transaction_of(node, call, fenced_from=2), call.request.committed)
    except KafkaError as error:
        return {"error_code": error.code}
    return when_durable(node, {"error_code": ErrorCode.none})


API = Api(26, "end_txn", (0, 3), handle)
