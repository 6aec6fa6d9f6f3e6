"""Java's arithmetic and ordering where Python's differs."""

from __future__ import annotations

import math
from typing import Any

from rowtime.serde.java_numbers import long_of

SIGNED = bytes(range(128, 256)) + bytes(range(128))
"""Translation under which unsigned byte order is Java's signed order."""


def round_half_up(x: float) -> int:
    """Math.round(double): floor(x + 1/2) without the error of that addition."""
    if x != x:
        return 0
    if math.isinf(x) or abs(x) >= 4503599627370496.0:
        return long_of(x)
    floor = math.floor(x)
    return floor + 1 if x - floor >= 0.5 else floor


def greater(a: Any, b: Any) -> bool:
    """a.compareTo(b) > 0 for two values of one type: doubles with NaN greatest and -0.0 below 0.0, strings by UTF-16
    code unit, bytes as signed bytes."""
    kind = type(a)
    if kind is str:
        return a > b if a.isascii() or b.isascii() else utf16(a) > utf16(b)
    if kind is float:
        return greater_double(a, b)
    if kind is bytes:
        return a.translate(SIGNED) > b.translate(SIGNED)
    if kind is list:
        return greater_list(a, b)
    return a > b


def greater_double(a: float, b: float) -> bool:
    if a > b:
        return b == b
    if a != a:
        return b == b
    return a == 0.0 == b and math.copysign(1.0, a) > math.copysign(1.0, b)


def greater_list(a: list[Any], b: list[Any]) -> bool:
    for x, y in zip(a, b, strict=False):
        if greater(x, y):
            return True
        if greater(y, x):
            return False
    return len(a) > len(b)


def sort_key(value: Any) -> Any:
    """A key that sorts as compareTo does."""
    kind = type(value)
    if kind is str:
        return utf16(value)
    if kind is bytes:
        return value.translate(SIGNED)
    return Ordered(value) if kind is float or kind is list else value


def utf16(s: str) -> bytes:
    """UTF-16 code units, big-endian; lone surrogates as they are."""
    return s.encode("utf-16-be", "surrogatepass")


class Ordered:
    """Sorts as compareTo does."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __lt__(self, other: Ordered) -> bool:
        return greater(other.value, self.value)
