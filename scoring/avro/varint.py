"""Variable-length integers, many at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_CONTINUES = np.uint64(0x8080_8080_8080_8080)
_ONE = np.uint64(1)
_GROUPS = ((0x007F007F007F007F, 0x7F007F007F007F00, 1), (0x00003FFF00003FFF, 0x3FFF00003FFF0000, 2),
           (0x000000000FFFFFFF, 0x0FFFFFFF00000000, 4))
_STEPS = tuple((np.uint64(low), np.uint64(high), np.uint64(shift)) for low, high, shift in _GROUPS)


def decode_words(words: Words) -> tuple[Words, NDArray[np.int64]]:
    """Varints that start at the low byte of each 8-byte word: (value, size in bytes); size 0 where 8 do not do."""
    stop = ~words & _CONTINUES
    lowest = stop & (~stop + _ONE)
    value = words & (lowest | (lowest - _ONE)) & ~_CONTINUES
    for low, high, shift in _STEPS:
        value = (value & low) | ((value & high) >> shift)
    _, exponent = np.frexp(lowest.astype(np.float64))
    return value, exponent.astype(np.int64) >> 3


def unzigzag(value: Words) -> NDArray[np.int64]:
    return (value >> _ONE).view(np.int64) ^ -(value & _ONE).view(np.int64)


def encode_long(value: int) -> bytes:
    """One Avro long: zigzag, then seven bits a byte, lowest first."""
    rest = (value << 1) ^ (value >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append((rest & 0x7F) | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)
