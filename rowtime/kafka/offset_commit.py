"""OffsetCommit (8), versions 2 to 8. Kept while the group has members, then for offsets.retention.minutes; a request's
own retention time is not used."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.offsets import Position, offsets_event
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.log.store import Event

Taken = tuple[dict[Position, tuple[int, int, str]], dict[Position, ErrorCode]]


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Refused as a whole for an old generation or an unknown member."""
    request = call.request
    try:
        node.groups.check_commit(
            request.group_id, request.generation_id_or_member_epoch, request.member_id,
            getattr(request, "group_instance_id", None),
        )  # fmt: skip
    except KafkaError as error:
        return refused(request, error.code)
    return take(node, request, None)


def take(node: Node, request: Any, producer_id: int | None) -> Body | Awaitable[Body]:
    """Commit what is acceptable, in a transaction when there is a producer id."""
    offsets, errors = _sort(node, request)
    if offsets:
        payload = offsets_event(request.group_id, offsets, node.clock.wall(), producer_id)
        node.commit((), [Event("kafka.offsets", payload)])
    return when_durable(node, {"topics": _rows(request, errors)})


def _sort(node: Node, request: Any) -> Taken:
    offsets: dict[Position, tuple[int, int, str]] = {}
    errors: dict[Position, ErrorCode] = {}
    for topic in request.topics:
        for wanted in topic.partitions:
            position = (topic.name, wanted.partition_index)
            metadata = wanted.committed_metadata or ""
            try:
                node.partition(*position)
                if len(metadata.encode()) > node.settings.offset_metadata_max_bytes:
                    raise KafkaError(ErrorCode.offset_metadata_too_large)
            except KafkaError as error:
                errors[position] = error.code
                continue
            offsets[position] = (wanted.committed_offset, getattr(wanted, "committed_leader_epoch", -1), metadata)
    return offsets, errors


def refused(request: Any, code: ErrorCode) -> dict[str, Any]:
    """The same error for every partition."""
    everything = {(topic.name, row.partition_index): code for topic in request.topics for row in topic.partitions}
    return {"topics": _rows(request, everything)}


def _rows(request: Any, errors: dict[Position, ErrorCode]) -> list[dict[str, Any]]:
    return [
        {
            "name": topic.name,
            "partitions": [
                {
                    "partition_index": row.partition_index,
                    "error_code": errors.get((topic.name, row.partition_index), ErrorCode.none),
                }
                for row in topic.partitions
            ],
        }
        for topic in request.topics
    ]


API = Api(8, "offset_commit", (2, 8), handle)
