"""COUNT_DISTINCT: a HyperLogLog of 2**14 registers over a 32-bit MurmurHash 2, as in the stream-lib ksqlDB uses.

A state is a dict from register to its value, for registers above 0 only; under -1 it keeps the sum of 2**-value of
those, so that the estimate takes constant time (all of it is exact in doubles).
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Any

from rowtime.functions.api import AggregateCall
from rowtime.functions.java import round_half_up
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.serde.java_text import java_string
from rowtime.sql.types import BIGINT, DOUBLE, INTEGER, STRING, Array, SqlType

BITS = 14
REGISTERS = 1 << BITS
ALPHA = (0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS
M = 0x5BD1E995
MASK = 0xFFFFFFFF
State = dict[int, Any]


@aggregate_function("COUNT_DISTINCT", "(T)->BIGINT", about="The number of distinct values, estimated within about 1 %.")
def count_distinct(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    hashed = "_hash_" + re.sub(r"\W+", "_", str(t))
    scope = (("_hll", empty), ("_hll_offer", offer), (hashed, hasher(t)), ("_hll_estimate", estimate),
             ("_hll_union", union))
    return AggregateCall((t,), BIGINT, Array(INTEGER), "_hll()",
                         f"if {{0}} is not None:\n    _hll_offer({{s}}, {hashed}({{0}}))",
                         result="_hll_estimate({s})", merge="_hll_union({s}, {t})", mutable=True, copy="{s}.copy()",
                         globals=scope)


def empty() -> State:
    return {-1: 0.0}


def offer(state: State, hashed: int) -> None:
    register = hashed >> (32 - BITS)
    tail = (hashed << BITS) & MASK | (1 << (BITS - 1)) + 1
    raise_to(state, register, 33 - tail.bit_length())


def raise_to(state: State, register: int, value: int) -> None:
    old = state.get(register, 0)
    if value > old:
        state[register] = value
        state[-1] += 2.0**-value - (2.0**-old if old else 0.0)


def estimate(state: State) -> int:
    zeros = REGISTERS - (len(state) - 1)
    guess = ALPHA * (1 / (state[-1] + zeros))
    if guess <= 2.5 * REGISTERS:
        guess = REGISTERS * math.log(REGISTERS / zeros) if zeros else math.inf
    return round_half_up(guess)


def union(a: State, b: State) -> State:
    merged = a.copy()
    for register, value in b.items():
        if register >= 0:
            raise_to(merged, register, value)
    return merged


def hasher(t: SqlType) -> Callable[[Any], int]:
    if t in (INTEGER, BIGINT):
        return hash_long
    if t == DOUBLE:
        return lambda x: hash_long(struct.unpack("<q", struct.pack("<d", x))[0])
    if t == STRING:
        return lambda s: hash_bytes(s.encode())
    text = java_string(t)
    return lambda value: hash_bytes(text(value).encode())


def mixed(h: int) -> int:
    h ^= h >> 13
    h = h * M & MASK
    return h ^ h >> 15


def hash_long(n: int) -> int:
    low = (n & MASK) * M & MASK
    low ^= low >> 24
    high = (n >> 32 & MASK) * M & MASK
    high ^= high >> 24
    return mixed((low * M & MASK) * M & MASK ^ high * M & MASK)


def hash_bytes(data: bytes) -> int:
    """MurmurHash 2, seed -1, with the tail's bytes taken as signed."""
    size = len(data)
    h = MASK ^ size
    whole = size >> 2
    for k in struct.unpack_from(f"<{whole}I", data):
        k = k * M & MASK
        k ^= k >> 24
        h = h * M & MASK ^ k * M & MASK
    left = size & 3
    if left:
        for back in range(left, 0, -1):
            h ^= signed(data[size - back]) << 8 * (back - 1) & MASK
        h = (h & MASK) * M & MASK
    return mixed(h)


def signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte
