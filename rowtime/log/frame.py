"""The unit of atomicity: batches, events and the step that made them, as the body of one frame.

Body: counts, descriptors of batches and events, the step, event payloads, batches; all integers big endian.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

_COUNTS = struct.Struct(">HHI")
_BATCH = struct.Struct(">IIqI")
_EVENT = struct.Struct(">BBI")
_JSON, _BYTES = 0, 1


class Append(NamedTuple):
    """One record batch for one partition."""

    topic: str
    partition: int
    data: bytes


class Event(NamedTuple):
    """A fact of a state machine beside the topics; the payload is JSON-able or bytes."""

    kind: str
    payload: Any


class Placed(NamedTuple):
    """A batch in a frame: topic number, partition, base offset, and where its bytes are in the body."""

    topic: int
    partition: int
    base_offset: int
    at: int
    size: int


class Frame(NamedTuple):
    """A decoded body; `step` is the encoded step, empty without one."""

    batches: list[Placed]
    events: list[Event]
    step: bytes
    step_at: int


def encode(
    batches: Sequence[tuple[int, int, int, bytes]], events: Sequence[Event], step: bytes = b""
) -> tuple[list[bytes], Frame]:
    """Parts of the body, from (topic number, partition, base offset, bytes) of each batch."""
    payloads = [_payload(event) for event in events]
    parts = [_COUNTS.pack(len(batches), len(events), len(step))]
    parts += [_BATCH.pack(topic, partition, base, len(data)) for topic, partition, base, data in batches]
    parts += [_EVENT.pack(len(kind), form, len(payload)) for kind, form, payload in payloads]
    step_at = sum(map(len, parts))
    parts.append(step)
    for kind, _, payload in payloads:
        parts += (kind, payload)
    at = sum(map(len, parts))
    placed = []
    for topic, partition, base, data in batches:
        placed.append(Placed(topic, partition, base, at, len(data)))
        parts.append(data)
        at += len(data)
    return parts, Frame(placed, list(events), step, step_at)


def _payload(event: Event) -> tuple[bytes, int, bytes]:
    if isinstance(event.payload, bytes):
        return event.kind.encode(), _BYTES, event.payload
    return event.kind.encode(), _JSON, json.dumps(event.payload, separators=(",", ":")).encode()


def decode(body: memoryview) -> Frame:
    """A body back to what it holds; batches by place, not copied."""
    batch_count, event_count, step_size = _COUNTS.unpack_from(body)
    at = _COUNTS.size
    heads = [_BATCH.unpack_from(body, at + i * _BATCH.size) for i in range(batch_count)]
    at += batch_count * _BATCH.size
    tails = [_EVENT.unpack_from(body, at + i * _EVENT.size) for i in range(event_count)]
    at += event_count * _EVENT.size
    step_at = at
    step = bytes(body[at : at + step_size])
    at += step_size
    events = []
    for kind_size, form, size in tails:
        events.append(_event(body[at : at + kind_size], form, body[at + kind_size : at + kind_size + size]))
        at += kind_size + size
    placed = []
    for topic, partition, base, size in heads:
        placed.append(Placed(topic, partition, base, at, size))
        at += size
    return Frame(placed, events, step, step_at)


def _event(kind: memoryview, form: int, payload: memoryview) -> Event:
    raw = bytes(payload)
    return Event(str(kind, "utf-8"), raw if form == _BYTES else json.loads(str(raw, "utf-8")))
