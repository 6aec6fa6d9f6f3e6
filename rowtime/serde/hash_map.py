"""A MAP in the order of Java's HashMap, which is the order ksqlDB writes it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPREAD: dict[str, int] = {}


def string_hash(s: str) -> int:
    """String.hashCode, spread as HashMap does, unsigned."""
    h = 0
    data = s.encode("utf-16-be", "surrogatepass")
    for i in range(0, len(data), 2):
        h = (31 * h + (data[i] << 8 | data[i + 1])) & 0xFFFFFFFF
    return h ^ h >> 16


def spread(key: Any) -> int:
    """The hash of a map's key; strings are remembered."""
    if isinstance(key, str):
        known = SPREAD.get(key)
        if known is None:
            known = string_hash(key)
            if len(SPREAD) < 65536:
                SPREAD[key] = known
        return known
    if isinstance(key, bool):
        return 1231 if key else 1237
    if isinstance(key, int):
        low, high = key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF
        h = low ^ high if not -(2**31) <= key < 2**31 else low
        return h ^ h >> 16
    return 0


def hash_map(m: Mapping[Any, Any], sized: bool = False) -> dict[Any, Any]:
    """The same entries in HashMap's order (by bucket, then as they came). `sized`: of a HashMap made for so many."""
    if len(m) < 2:
        return dict(m)
    capacity = 1 << (len(m) - 1).bit_length() if sized else 16
    while len(m) > capacity * 3 // 4:
        capacity *= 2
    mask = capacity - 1
    return dict(sorted(m.items(), key=lambda e: spread(e[0]) & mask))
