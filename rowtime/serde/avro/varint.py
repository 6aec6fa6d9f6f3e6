"""Avro's variable-length zig-zag integers."""

from __future__ import annotations

from rowtime.errors import SerdeError


def raw_at(b: bytes, p: int) -> tuple[int, int]:
    """The unsigned number at p, and the position after it."""
    x = b[p]
    if x < 128:
        return x, p + 1
    y = b[p + 1]
    if y < 128:
        return x & 127 | y << 7, p + 2
    x = x & 127 | (y & 127) << 7
    p += 2
    shift = 14
    while True:
        y = b[p]
        p += 1
        if y < 128:
            return x | y << shift, p
        x |= (y & 127) << shift
        shift += 7
        if shift > 63:
            raise SerdeError("Invalid Avro: a number is longer than 10 bytes")


def long_at(b: bytes, p: int) -> tuple[int, int]:
    """The signed number at p, and the position after it."""
    x, p = raw_at(b, p)
    return (x >> 1) ^ -(x & 1), p


def after_varint(b: bytes, p: int) -> int:
    """The position after the number at p."""
    while b[p] > 127:
        p += 1
    return p + 1


def encode_raw(z: int) -> bytes:
    """An unsigned number."""
    if z < 1 << 14:
        return LAST[z]
    if z < 1 << 28:
        return MORE[z & 16383] + LAST[z >> 14]
    if z < 1 << 42:
        return MORE[z & 16383] + MORE[z >> 14 & 16383] + LAST[z >> 28]
    return MORE[z & 16383] + encode_raw(z >> 14)


def encode_long(n: int) -> bytes:
    """A signed number."""
    return encode_raw(n << 1 if n >= 0 else (-n << 1) - 1)


def some_long(n: int) -> bytes:
    """A signed number behind the second branch of a union."""
    z = n << 1 if n >= 0 else (-n << 1) - 1
    if 1 << 28 <= z < 1 << 42:
        return SOME_MORE[z & 16383] + MORE[z >> 14 & 16383] + LAST[z >> 28]
    return b"\x02" + encode_raw(z)


ONE = [bytes((i,)) for i in range(128)]
MORE = [bytes((i & 127 | 128, i >> 7 | 128)) for i in range(1 << 14)]
"""14 bits with more to come."""
LAST = ONE + [bytes((i & 127 | 128, i >> 7)) for i in range(128, 1 << 14)]
"""The last 14 bits."""
SOME_MORE = [b"\x02" + more for more in MORE]
"""14 bits with more to come, behind the second branch of a union."""
ZIGZAG = [(x >> 1) ^ -(x & 1) for x in range(1 << 14)]
"""The signed numbers of 14 bits."""
LENGTHS = [encode_raw(n << 1) for n in range(4096)]
"""A string's length prefix."""
SOME_LENGTHS = [b"\x02" + prefix for prefix in LENGTHS]
"""The same behind the second branch of a union."""


def string_bytes(text: str) -> bytes:
    """A string, with its length."""
    data = text.encode()
    size = len(data)
    return (LENGTHS[size] if size < 4096 else encode_raw(size << 1)) + data


def bytes_bytes(data: bytes) -> bytes:
    """Bytes, with their length."""
    return encode_raw(len(data) << 1) + data
