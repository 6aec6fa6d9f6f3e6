"""The registry's framing: a zero byte, the schema's id in four big-endian bytes, then Avro."""

from __future__ import annotations

import struct

HEADER_SIZE = 5
_HEADER = struct.Struct(">bI")


def header(schema_id: int) -> bytes:
    return _HEADER.pack(0, schema_id)


def schema_id(payload: bytes | None) -> int | None:
    """The writer schema's id, or None where the payload is not framed."""
    if payload is None or len(payload) < HEADER_SIZE or payload[0] != 0:
        return None
    return int.from_bytes(payload[1:HEADER_SIZE], "big")
