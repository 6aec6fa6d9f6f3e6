"""The Avro bytes of a STRUCT's value: one that goes through several queries unchanged is encoded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rowtime.sql.types import Struct

FEWEST = 6
"""Fields from which on looking a value up is cheaper than encoding it."""
KEPT = 2500
"""Values in a generation; two are kept."""
Encode = Callable[[Any], bytes]
KNOWN: dict[Struct, Remembered] = {}


class Remembered:
    """Encodes a value and remembers its bytes by its identity; the older half is forgotten when the newer is full.

    writers   how many use it: for one alone nothing is remembered
    """

    def __init__(self, encode: Encode):
        self.encode = encode
        self.writers = 0
        self.fresh: dict[int, tuple[Any, bytes]] = {}
        self.stale: dict[int, tuple[Any, bytes]] = {}

    def __call__(self, value: Any) -> bytes:
        if self.writers < 2:
            return self.encode(value)
        at = id(value)
        found = self.fresh.get(at) or self.stale.get(at)
        if found is not None and found[0] is value:
            return found[1]
        data = self.encode(value)
        if len(self.fresh) >= KEPT:
            self.stale, self.fresh = self.fresh, {}
        self.fresh[at] = (value, data)
        return data


def remembered(t: Struct, encode: Encode) -> Encode:
    """The encoder of a type for one more writer; small values are not worth remembering."""
    if len(t.fields) < FEWEST:
        return encode
    shared = KNOWN.setdefault(t, Remembered(encode))
    shared.writers += 1
    return shared
