"""A list of an array's items that remembers their Avro bytes: each is encoded once, however often it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Ring(list):
    """Items, and for each its bytes or None where they are not known yet (only the last ones)."""

    __slots__ = ("encoded",)

    def __init__(self, items: Iterable[Any], encoded: list[bytes | None]):
        super().__init__(items)
        self.encoded = encoded

    def parts(self, encode: Callable[[Any], bytes]) -> list[Any]:
        """The bytes of all items."""
        encoded = self.encoded
        at = len(encoded) - 1
        while at >= 0 and encoded[at] is None:
            encoded[at] = encode(self[at])
            at -= 1
        return encoded
