"""AddPartitionsToTxn (24), versions 0 to 3: partitions that the transaction is going to write to."""

from __future__ import annotations

from collections.abc import Awaitable

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.txn_requests import transaction_of

_Position = tuple[str, int]


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """All of them or none."""
    request = call.request
    asked = [(topic.name, number) for topic in request.v3_and_below_topics for number in topic.partitions]
    try:
        known = transaction_of(node, call, fenced_from=2)
    except KafkaError as error:
        return _body(dict.fromkeys(asked, error.code))
    missing = {position for position in asked if not _exists(node, position)}
    if missing:
        unknown, skipped = ErrorCode.unknown_topic_or_partition, ErrorCode.operation_not_attempted
        return _body({position: unknown if position in missing else skipped for position in asked})
    node.transactions.add(known, partitions=asked)
    return when_durable(node, _body(dict.fromkeys(asked, ErrorCode.none)))


def _exists(node: Node, position: _Position) -> bool:
    try:
        node.partition(*position)
    except KafkaError:
        return False
    return True


def _body(codes: dict[_Position, ErrorCode]) -> dict[str, object]:
    topics: dict[str, list[dict[str, int]]] = {}
    for (topic, number), code in codes.items():
        topics.setdefault(topic, []).append({"partition_index": number, "partition_error_code": code})
    rows = [{"name": name, "results_by_partition": results} for name, results in topics.items()]
    return {"results_by_topic_v3_and_below": rows}


API = Api(24, "add_partitions_to_txn", (0, 3), handle)
