"""TxnOffsetCommit (28), versions 0 to 3: offsets that count from the commit of the transaction.

Checked here and not by a real broker: the transaction is open and has added the group.
"""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.offset_commit import refused, take
from rowtime.kafka.routing import Api, Body, Call
from rowtime.kafka.transactions import ONGOING


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Refused as a whole for an old epoch, an old generation or an unknown member."""
    try:
        _check(node, call)
    except KafkaError as error:
        return refused(call.request, error.code)
    return take(node, call.request, call.request.producer_id)


def _check(node: Node, call: Call) -> None:
    request = call.request
    node.require_newest(request.transactional_id, "offsets", call.connection.serial)
    try:
        known = node.transactions.current(request.transactional_id, request.producer_id, request.producer_epoch)
    except KafkaError as error:
        fenced = error.code == ErrorCode.producer_fenced
        raise KafkaError(ErrorCode.invalid_producer_epoch if fenced else error.code) from error
    if known.status != ONGOING or request.group_id not in known.groups:
        raise KafkaError(ErrorCode.invalid_txn_state)
    node.groups.check_commit(
        request.group_id, getattr(request, "generation_id", -1), getattr(request, "member_id", ""),
        getattr(request, "group_instance_id", None), transactional=True,
    )  # fmt: skip


API = Api(28, "txn_offset_commit", (0, 3), handle)
