"""Produce (0), versions 3 to 9.

Batches are stored as they came; acks=1 waits for the disk as acks=all does. Checked: format version 2, length, count,
CRC, size, producer id and epoch, sequence, transaction. Other than a real broker: records inside a batch are not looked
at (but for null keys in compacted topics); compression.type does not recompress; older message formats are refused.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from rowtime.kafka.codec import uvarint
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.node import Node
from rowtime.kafka.routing import Api, Body, Call, when_durable
from rowtime.kafka.settings import topic_setting
from rowtime.kafka.validate import Accepted, validate
from rowtime.log.errors import StorageFull
from rowtime.log.store import Append

_PARTITION = struct.Struct(">ihqq")
_OFFSET = struct.Struct(">q")
_INT = struct.Struct(">i")


@dataclass(slots=True)
class _Result:
    partition: int
    code: ErrorCode = ErrorCode.none
    message: str | None = None
    base_offset: int = -1
    append_time: int = -1
    log_start: int = -1


def handle(node: Node, call: Call) -> Body | Awaitable[Body]:
    """Append what is acceptable as one frame; answer when it is on disk."""
    request = call.request
    if request.transactional_id:
        node.require_newest(request.transactional_id, "produce", call.connection.serial)
    results, appends = _sort(node, call)
    try:
        offsets = node.commit([append for _, append in appends]) if appends else []
    except StorageFull as error:
        offsets = []
        for result, _ in appends:
            result.code, result.message = ErrorCode.kafka_storage_error, str(error)
    for (result, _), offset in zip(appends, offsets, strict=False):
        result.base_offset = offset
    if request.acks == 0:
        return None
    return when_durable(node, _pack(call.version, results))


def _sort(node: Node, call: Call) -> tuple[list[tuple[str, list[_Result]]], list[tuple[_Result, Append]]]:
    results, appends = [], []
    for topic in call.request.topic_data:
        rows = []
        for data in topic.partition_data:
            result = _Result(data.index)
            rows.append(result)
            try:
                append = _accept(node, call, topic.name, data, result)
                if append is not None:
                    appends.append((result, append))
            except KafkaError as error:
                result.code, result.message = error.code, str(error)
        results.append((topic.name, rows))
    return results, appends


def _accept(node: Node, call: Call, name: str, data: Any, result: _Result) -> Append | None:
    if call.request.acks not in (-1, 0, 1):
        raise KafkaError(ErrorCode.invalid_required_acks)
    topic = node.auto_create(name)
    partition = node.partition(name, data.index)
    result.log_start = partition.start_offset
    batch: Accepted = validate(topic, data.records, node.clock.wall(), node.settings.message_max_bytes, call.version)
    header = batch.header
    if header.producer_id >= 0:
        node.transactions.check_write(
            header.producer_id, header.producer_epoch, name, data.index, header.transactional
        )
        repeated = node.producers.check(partition, header)
        if repeated is not None:
            result.base_offset = repeated
            return None
    if topic_setting(topic.config, "message.timestamp.type") == "LogAppendTime":
        result.append_time = header.max_timestamp
    return Append(name, data.index, batch.data)


def _pack(version: int, results: list[tuple[str, list[_Result]]]) -> bytes:
    """By hand: kio takes a hundred times as long."""
    if version >= 9:
        return _pack_flexible(results)
    out = [_INT.pack(len(results))]
    for name, rows in results:
        encoded = name.encode()
        out += (struct.pack(">h", len(encoded)), encoded, _INT.pack(len(rows)))
        for row in rows:
            out.append(_PARTITION.pack(row.partition, row.code, row.base_offset, row.append_time))
            if version >= 5:
                out.append(_OFFSET.pack(row.log_start))
            if version >= 8:
                message = row.message.encode() if row.message is not None else None
                out.append(_INT.pack(0))
                out.append(b"\xff\xff" if message is None else struct.pack(">h", len(message)) + message)
    out.append(_INT.pack(0))
    return b"".join(out)


def _pack_flexible(results: list[tuple[str, list[_Result]]]) -> bytes:
    out = [uvarint(len(results) + 1)]
    for name, rows in results:
        encoded = name.encode()
        out += (uvarint(len(encoded) + 1), encoded, uvarint(len(rows) + 1))
        for row in rows:
            message = b"\0" if row.message is None else uvarint(len(row.message.encode()) + 1) + row.message.encode()
            out += (
                _PARTITION.pack(row.partition, row.code, row.base_offset, row.append_time),
                _OFFSET.pack(row.log_start), b"\1", message, b"\0",
            )  # fmt: skip
        out.append(b"\0")
    out += (_INT.pack(0), b"\0")
    return b"".join(out)


API = Api(0, "produce", (3, 9), handle, advertised_from=0)
