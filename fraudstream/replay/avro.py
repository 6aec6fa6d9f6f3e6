"""A fast Avro writer: strings, numbers, booleans, bytes, records and arrays of them, and each of these or null."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

Write = Callable[[Any], bytes]

_DOUBLE = struct.Struct("<d").pack
_FLOAT = struct.Struct("<f").pack
_SHORT = tuple(bytes([n << 1]) for n in range(64))
"""Lengths and non-negative numbers below 64."""


def record_writer(schema: dict[str, Any]) -> Callable[[dict[str, Any]], bytes] | None:
    """A writer of dicts for a record schema, or None when it has other types than this module knows.

    Missing fields take their default. The writer raises TypeError, ValueError, KeyError or struct.error for values that
    do not fit.
    """
    fields = [(field["name"], _writer(field["type"])) for field in schema.get("fields", [])]
    if schema.get("type") != "record" or any(write is None for _, write in fields):
        return None
    defaults = {field["name"]: field["default"] for field in schema["fields"] if "default" in field}
    writers: list[tuple[str, Write]] = [(name, write) for name, write in fields if write]

    def write(value: dict[str, Any]) -> bytes:
        try:
            return b"".join([write(value[name]) for name, write in writers])
        except KeyError:
            full = defaults | value
            return b"".join([write(full[name]) for name, write in writers])

    return write


def _writer(kind: Any) -> Write | None:
    if isinstance(kind, dict):
        if kind["type"] == "record":
            return record_writer(kind)
        if kind["type"] == "array":
            return _array(kind["items"])
        return _writer(kind["type"]) if isinstance(kind["type"], str) else None
    if isinstance(kind, list):
        return _nullable(kind)
    return _PRIMITIVES.get(kind)


def _nullable(branches: list[Any]) -> Write | None:
    """A union of null and one other."""
    others = [branch for branch in branches if branch != "null"]
    if len(branches) != 2 or len(others) != 1 or (inner := _writer(others[0])) is None:
        return None
    null, some = (b"\x00", b"\x02") if branches[0] == "null" else (b"\x02", b"\x00")
    return lambda value: null if value is None else some + inner(value)


def _array(items: Any) -> Write | None:
    """One block of all items."""
    inner = _writer(items)
    if inner is None:
        return None
    return lambda values: b"".join([_long(len(values)), *map(inner, values), b"\x00"]) if values else b"\x00"


def _long(value: int) -> bytes:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{value} does not fit 64 bits")
    if 0 <= value < 64:
        return _SHORT[value]
    bits = (value << 1) ^ (value >> 63)
    out = bytearray()
    while bits > 127:
        out.append(bits & 127 | 128)
        bits >>= 7
    out.append(bits)
    return bytes(out)


def _string(value: str) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return _bytes(value.encode())


def _bytes(value: bytes) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"{value!r} are no bytes")
    length = len(value)
    return (_SHORT[length] if length < 64 else _long(length)) + value


def _boolean(value: bool) -> bytes:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return b"\x01" if value else b"\x00"


def _int(value: int) -> bytes:
    if not -(2**31) <= value < 2**31:
        raise ValueError(f"{value} does not fit 32 bits")
    return _long(value)


_PRIMITIVES: dict[str, Write] = {"string": _string, "bytes": _bytes, "long": _long, "int": _int, "double": _DOUBLE,
                                 "float": _FLOAT, "boolean": _boolean}
