"""Messages of the link between engine and broker: a length, a type, a payload.

Both ends are of the same release and of one installation, so there are no versions; the token keeps others out.
"""

from __future__ import annotations

import enum
import json
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from rowtime.log.errors import LogError
from rowtime.log.step import pack_order, unpack_order

_PREFIX = struct.Struct(">IB")
_REQUEST = struct.Struct(">II")
_DATA = struct.Struct(">IqHI")
_PIECE = struct.Struct(">III")
_NUMBER = struct.Struct(">Q")
_STEP = struct.Struct(">QBHIIH")
_OUTPUT = struct.Struct(">IIH")
_KEPT = struct.Struct(">IqQIH")
_BASE = struct.Struct(">Iq")
MAX_MESSAGE = 1 << 30


class Kind(enum.IntEnum):
    """From the engine: HELLO to REQUEST, FORGET; from the broker: the others."""

    HELLO = 1
    STEP = 2
    EVENT = 3
    SUBSCRIBE = 4
    UNSUBSCRIBE = 5
    CREDIT = 6
    REQUEST = 7
    TOPICS = 8
    DATA = 9
    ANSWER = 10
    ERROR = 11
    SYNCED = 12
    FAILED = 13
    KEPT = 14
    FORGET = 15
    FORGOTTEN = 16


def message(kind: Kind, *parts: bytes) -> bytes:
    return b"".join((_PREFIX.pack(sum(map(len, parts)), kind), *parts))


def json_message(kind: Kind, value: Any) -> bytes:
    return message(kind, json.dumps(value, separators=(",", ":")).encode())


def unpack_json(payload: memoryview) -> Any:
    return json.loads(bytes(payload))


def payload_of(packed: bytes) -> memoryview:
    """Of one whole message."""
    return memoryview(packed)[_PREFIX.size :]


class Splitter:
    """Bytes as they arrive to whole messages."""

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self.limit = limit
        self._chunks: list[bytes] = []
        self._have, self._need = 0, _PREFIX.size

    def feed(self, chunk: bytes) -> list[tuple[int, memoryview]]:
        """(kind, payload) of each message that is complete now; LogError for one above `limit`."""
        self._chunks.append(chunk)
        self._have += len(chunk)
        if self._have < self._need:
            return []
        data = b"".join(self._chunks) if len(self._chunks) > 1 else chunk
        found, at = self._split(data)
        self._chunks = [data[at:]] if at < len(data) else []
        self._have = len(data) - at
        return found

    def _split(self, data: bytes) -> tuple[list[tuple[int, memoryview]], int]:
        view, at, found = memoryview(data), 0, []
        self._need = _PREFIX.size
        while len(data) - at >= _PREFIX.size:
            size, kind = _PREFIX.unpack_from(data, at)
            if size > self.limit:
                raise LogError(f"link message of {size} bytes: at most {self.limit}")
            start, end = at + _PREFIX.size, at + _PREFIX.size + size
            if end > len(data):
                self._need = end - at
                break
            found.append((kind, view[start:end]))
            at = end
        return found, at


def pack_request(number: int, operation: Any) -> bytes:
    """A question, and its answer, carry a number."""
    return message(Kind.REQUEST, _NUMBER.pack(number), json.dumps(operation).encode())


def pack_answer(number: int, value: Any, blobs: Sequence[bytes] = ()) -> bytes:
    text = json.dumps(value).encode()
    sizes = struct.pack(f">{len(blobs)}I", *map(len, blobs))
    return message(Kind.ANSWER, _NUMBER.pack(number), _REQUEST.pack(len(text), len(blobs)), text, sizes, *blobs)


def unpack_answer(payload: memoryview) -> tuple[int, Any, list[bytes]]:
    (number,) = _NUMBER.unpack_from(payload)
    size, count = _REQUEST.unpack_from(payload, 8)
    at = 8 + _REQUEST.size
    value = json.loads(bytes(payload[at : at + size]))
    at += size
    sizes = struct.unpack_from(f">{count}I", payload, at)
    at += 4 * count
    blobs = []
    for each in sizes:
        blobs.append(bytes(payload[at : at + each]))
        at += each
    return number, value, blobs


def unpack_numbered(payload: memoryview) -> tuple[int, Any]:
    """A number, and JSON or nothing: requests, errors, events."""
    return _NUMBER.unpack_from(payload)[0], json.loads(bytes(payload[8:])) if len(payload) > 8 else None


def pack_numbered(kind: Kind, number: int, value: Any = None) -> bytes:
    return message(kind, _NUMBER.pack(number), b"" if value is None else json.dumps(value).encode())


class Piece(NamedTuple):
    """A batch for a subscription; its first `skip` records are not wanted."""

    subscription: int
    skip: int
    data: bytes


class Data(NamedTuple):
    """What one frame holds for a reader; `order` as in StepInfo, over these pieces."""

    reader: int
    seq: int
    pieces: list[Piece]
    order: Sequence[int]

    @property
    def size(self) -> int:
        return sum(len(piece.data) for piece in self.pieces)


def pack_data(data: Data) -> bytes:
    order = pack_order(data.order)
    heads = [_PIECE.pack(piece.subscription, piece.skip, len(piece.data)) for piece in data.pieces]
    fixed = _DATA.pack(data.reader, data.seq, len(heads), len(order))
    return message(Kind.DATA, fixed, *heads, order, *[piece.data for piece in data.pieces])


def unpack_data(payload: memoryview) -> Data:
    reader, seq, count, order_size = _DATA.unpack_from(payload)
    heads = [_PIECE.unpack_from(payload, _DATA.size + i * _PIECE.size) for i in range(count)]
    at = _DATA.size + count * _PIECE.size
    order = unpack_order(payload[at : at + order_size])
    at += order_size
    pieces = []
    for subscription, skip, size in heads:
        pieces.append(Piece(subscription, skip, bytes(payload[at : at + size])))
        at += size
    return Data(reader, seq, pieces, order)


class KeptData(NamedTuple):
    """What one frame holds for a reader, where the engine has kept the rows of the step: the first offsets of the
    step's batches, by subscription, and their size in bytes."""

    reader: int
    seq: int
    number: int
    bases: list[tuple[int, int]]
    size: int


def pack_kept(data: KeptData) -> bytes:
    fixed = _KEPT.pack(data.reader, data.seq, data.number, data.size, len(data.bases))
    return message(Kind.KEPT, fixed, *[_BASE.pack(*base) for base in data.bases])


def unpack_kept(payload: memoryview) -> KeptData:
    reader, seq, number, size, count = _KEPT.unpack_from(payload)
    bases = [_BASE.unpack_from(payload, _KEPT.size + i * _BASE.size) for i in range(count)]
    return KeptData(reader, seq, number, bases, size)


class StepMessage(NamedTuple):
    """A step on its way: facts as in StepInfo; outputs are (topic id, partition, batch); `kept`: the engine has the
    rows of its records for those that read them now."""

    number: int
    kept: bool
    task: str
    facts: bytes
    order: Sequence[int]
    outputs: list[tuple[str, int, bytes]]


def pack_step(step: StepMessage) -> bytes:
    task, order = step.task.encode(), pack_order(step.order)
    sizes = _STEP.pack(step.number, step.kept, len(task), len(step.facts), len(order), len(step.outputs))
    parts = [sizes, task, step.facts, order]
    for topic, partition, data in step.outputs:
        name = topic.encode()
        parts += (_OUTPUT.pack(len(data), partition, len(name)), name, data)
    return message(Kind.STEP, *parts)


def unpack_step(payload: memoryview) -> StepMessage:
    number, kept, task_size, facts_size, order_size, count = _STEP.unpack_from(payload)
    at = _STEP.size + task_size
    task = str(payload[_STEP.size : at], "utf-8")
    facts = bytes(payload[at : at + facts_size])
    at += facts_size
    order = unpack_order(payload[at : at + order_size])
    at += order_size
    outputs = []
    for _ in range(count):
        size, partition, name_size = _OUTPUT.unpack_from(payload, at)
        at += _OUTPUT.size
        name = str(payload[at : at + name_size], "utf-8")
        at += name_size
        outputs.append((name, partition, bytes(payload[at : at + size])))
        at += size
    return StepMessage(number, bool(kept), task, facts, order, outputs)
