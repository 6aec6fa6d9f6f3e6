"""Kafka record batches, format version 2: header, records, building, control batches.

Layout: https://kafka.apache.org/documentation/#recordbatch. The CRC (Castagnoli) starts behind the base offset, the
length, the leader epoch, the magic and itself, so the first two of the log's own fields can be patched in place.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, repeat
from operator import attrgetter
from typing import Any, NamedTuple

from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from rowtime.log.columns import Columns, Record
from rowtime.log.errors import InvalidBatch, UnsupportedCodec

HEADER = struct.Struct(">qiibIhiqqqhii")
HEADER_SIZE = HEADER.size
LENGTH_PREFIX = 12
"""Bytes before what the batch length counts: base offset and the length itself."""

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
NO_PRODUCER = -1
_MAX_SIZE = 1 << 30

_headers = attrgetter("headers")
_run: Callable[[Iterable[Any]], Any] = deque(maxlen=0).extend


class BatchHeader(NamedTuple):
    """The fixed part of a batch, field by field; timestamps in ms; `length` without its first 12 bytes."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def size(self) -> int:
        return self.length + LENGTH_PREFIX

    @property
    def next_offset(self) -> int:
        return self.base_offset + self.last_offset_delta + 1

    @property
    def codec(self) -> str:
        number = self.attributes & 7
        return CODECS[number] if number < len(CODECS) else f"codec {number}"

    @property
    def log_append_time(self) -> bool:
        return bool(self.attributes & 0x08)

    @property
    def transactional(self) -> bool:
        return bool(self.attributes & 0x10)

    @property
    def control(self) -> bool:
        return bool(self.attributes & 0x20)


def header_of(data: bytes | bytearray | memoryview, at: int = 0) -> BatchHeader:
    """Header of the batch that starts at `at`; InvalidBatch if it is not one of version 2."""
    if len(data) - at < HEADER_SIZE:
        raise InvalidBatch(f"record batch of {len(data) - at} bytes: a header alone has {HEADER_SIZE}")
    header = BatchHeader._make(HEADER.unpack_from(data, at))
    if header.magic != 2:
        raise InvalidBatch(f"record batch has magic {header.magic}: only version 2 is supported")
    return header


def check(data: bytes) -> BatchHeader:
    """Header of a batch that a client sent; InvalidBatch unless length, count and CRC are right."""
    header = header_of(data)
    if header.size != len(data):
        raise InvalidBatch(f"record batch says {header.size} bytes but has {len(data)}")
    count, last = header.record_count, header.last_offset_delta
    if count < 1 or count != last + 1:
        raise InvalidBatch(f"record batch of {count} records ends at offset delta {last}")
    if not DefaultRecordBatch(data).validate_crc():
        raise InvalidBatch("record batch has a wrong CRC")
    return header


def with_offset(data: bytes, base_offset: int, leader_epoch: int = 0) -> bytes:
    """The batch with the log's base offset and leader epoch written into it."""
    return b"".join((base_offset.to_bytes(8, "big"), data[8:12], leader_epoch.to_bytes(4, "big"), data[16:]))


def split(data: bytes | memoryview) -> Iterator[bytes]:
    """The batches of a record set that follow each other (what one Produce request carries for a partition)."""
    at = 0
    while at < len(data):
        size = header_of(data, at).size
        if size < HEADER_SIZE or at + size > len(data):
            raise InvalidBatch(f"record batch of {size} bytes at {at} does not fit into {len(data)}")
        yield bytes(data[at : at + size])
        at += size


def decode(data: bytes) -> Columns:
    """The records of one batch, in offset order."""
    try:
        raw = list(DefaultRecordBatch(data))
    except UnsupportedCodecError as error:
        codec = header_of(data).codec
        raise UnsupportedCodec(f"a batch is compressed with {codec}: install cramjam to read it") from error
    except (CorruptRecordException, ValueError, IndexError, OSError, EOFError) as error:
        raise InvalidBatch(f"record batch cannot be read: {error}") from error
    headers = [tuple(r.headers) for r in raw] if any(map(_headers, raw)) else None
    return Columns([r.key for r in raw], [r.value for r in raw], [r.timestamp for r in raw], headers)


def encode(
    records: Sequence[Record],
    *,
    producer_id: int = NO_PRODUCER,
    producer_epoch: int = -1,
    base_sequence: int = -1,
    transactional: bool = False,
) -> bytes:
    """One uncompressed batch at base offset 0; InvalidBatch for a timestamp below 0, as Kafka's producers refuse it."""
    columns = Columns.of(records)
    earliest = min(columns.times)
    if earliest < 0:
        raise InvalidBatch(f"a record has timestamp {earliest}: it must not be negative")
    builder = DefaultRecordBatchBuilder(
        2, 0, int(transactional), producer_id, producer_epoch, base_sequence, _MAX_SIZE
    )
    headers: Iterable[list[Any]] = repeat([]) if columns.headers is None else map(list, columns.headers)
    _run(map(builder.append, count(), columns.times, columns.keys, columns.values, headers))
    return bytes(builder.build())


_CONTROL_KEY = struct.Struct(">hh")
_CONTROL_VALUE = struct.Struct(">hi")


def control_batch(producer_id: int, epoch: int, commit: bool, timestamp: int, coordinator_epoch: int = 0) -> bytes:
    """The marker that ends a producer's transaction in a partition (timestamp in ms)."""
    key = _CONTROL_KEY.pack(0, 1 if commit else 0)
    value = _CONTROL_VALUE.pack(0, coordinator_epoch)
    plain = encode([Record(key, value, timestamp)], producer_id=producer_id, producer_epoch=epoch, transactional=True)
    return _with_attributes(plain, header_of(plain).attributes | 0x20)


def is_commit(data: bytes) -> bool:
    """Of a control batch: True for a commit marker, False for an abort marker."""
    key = decode(data)[0].key
    if key is None or len(key) < _CONTROL_KEY.size:
        raise InvalidBatch("control batch without a control record key")
    _, kind = _CONTROL_KEY.unpack_from(key)
    if kind not in (0, 1):
        raise InvalidBatch(f"control record type {kind} is not an end of a transaction")
    return kind == 1


def _with_attributes(data: bytes, attributes: int) -> bytes:
    covered = attributes.to_bytes(2, "big") + data[23:]
    return b"".join((data[:17], crc32c(covered).to_bytes(4, "big"), covered))


def crc32c(data: bytes) -> int:
    """Castagnoli CRC, as batches carry it; table driven, for small batches."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _table_entry(value: int) -> int:
    for _ in repeat(None, 8):
        value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value


_TABLE = tuple(_table_entry(value) for value in range(256))
