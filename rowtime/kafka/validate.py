"""Whether a batch that a client sent may go into a topic, and as what bytes."""

from __future__ import annotations

import struct
from typing import NamedTuple

from aiokafka.record.util import calc_crc32c

from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.settings import topic_setting
from rowtime.log import batch
from rowtime.log.batch import BatchHeader
from rowtime.log.errors import InvalidBatch, UnsupportedCodec
from rowtime.log.topic import Topic

_ZSTD, _LOG_APPEND_TIME = 4, 0x08
_MAGIC_AT = 16


class Accepted(NamedTuple):
    """The batch to store (its base offset not yet the log's) and its header."""

    data: bytes
    header: BatchHeader


def validate(topic: Topic, records: bytes | None, now: int, default_max: int, version: int) -> Accepted:
    """KafkaError unless `records` is one sound batch that the topic's settings allow. `now` is wall-clock ms."""
    if not records or len(records) <= _MAGIC_AT:
        raise KafkaError(ErrorCode.invalid_record, "Produce requests must carry exactly one record batch per partition")
    if records[_MAGIC_AT] != 2:
        raise KafkaError(
            ErrorCode.unsupported_for_message_format,
            f"message format version {records[_MAGIC_AT]} is not supported: send format version 2",
        )
    limit = int(topic.config.get("max.message.bytes", default_max))
    if len(records) > limit:
        raise KafkaError(ErrorCode.message_too_large, f"a batch of {len(records)} bytes, max.message.bytes is {limit}")
    header = _checked(records)
    _check_kind(topic, records, header, version)
    return _stamped(topic, records, header, now)


def _checked(records: bytes) -> BatchHeader:
    try:
        header = batch.header_of(records)
        if batch.HEADER_SIZE <= header.size < len(records):
            raise KafkaError(ErrorCode.invalid_record, "more than one record batch for a partition")
        return batch.check(records)
    except InvalidBatch as error:
        raise KafkaError(ErrorCode.corrupt_message, str(error)) from error


def _check_kind(topic: Topic, records: bytes, header: BatchHeader, version: int) -> None:
    if header.control:
        raise KafkaError(ErrorCode.invalid_record, "clients cannot write control batches")
    codec = header.attributes & 7
    if codec > _ZSTD or (codec == _ZSTD and version < 7):
        raise KafkaError(ErrorCode.unsupported_compression_type)
    if header.producer_id >= 0 and (header.producer_epoch < 0 or header.base_sequence < 0):
        raise KafkaError(ErrorCode.invalid_record, "a producer id without epoch or sequence")
    if header.producer_id < 0 and header.transactional:
        raise KafkaError(ErrorCode.invalid_record, "a transactional batch without a producer id")
    if topic.compacted and _null_key(records):
        raise KafkaError(ErrorCode.invalid_record, f"topic {topic.name} is compacted: every record needs a key")


def _null_key(records: bytes) -> bool:
    try:
        return any(record.key is None for record in batch.decode(records))
    except InvalidBatch as error:
        raise KafkaError(ErrorCode.corrupt_message, str(error)) from error
    except UnsupportedCodec as error:
        raise KafkaError(ErrorCode.unsupported_compression_type, str(error)) from error


def _stamped(topic: Topic, records: bytes, header: BatchHeader, now: int) -> Accepted:
    if topic_setting(topic.config, "message.timestamp.type") == "LogAppendTime":
        return _with_append_time(records, header, now)
    latest = now + int(topic_setting(topic.config, "message.timestamp.after.max.ms"))
    earliest = now - int(topic_setting(topic.config, "message.timestamp.before.max.ms"))
    if header.max_timestamp > latest or 0 <= header.base_timestamp < earliest:
        raise KafkaError(ErrorCode.invalid_timestamp, f"timestamps outside {earliest} to {latest}")
    return Accepted(records, header)


def _with_append_time(records: bytes, header: BatchHeader, now: int) -> Accepted:
    """Attributes and the largest timestamp say when the log took it; the CRC anew."""
    attributes = header.attributes | _LOG_APPEND_TIME
    covered = b"".join((struct.pack(">h", attributes), records[23:35], struct.pack(">q", now), records[43:]))
    crc = calc_crc32c(covered)
    data = b"".join((records[:17], struct.pack(">I", crc), covered))
    return Accepted(data, header._replace(attributes=attributes, max_timestamp=now, crc=crc))
