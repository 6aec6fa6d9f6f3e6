"""Java's integers: what a number becomes in 32 or 64 bits."""

from __future__ import annotations


def wrap32(n: int) -> int:
    """n as a Java int."""
    return ((n + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def wrap64(n: int) -> int:
    """n as a Java long."""
    return ((n + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


def long_of(x: float) -> int:
    """(long) x: towards zero, NaN is 0, saturating."""
    if x != x:
        return 0
    if x >= 9.223372036854775807e18:
        return 0x7FFFFFFFFFFFFFFF
    return -0x8000000000000000 if x <= -9.223372036854775808e18 else int(x)
