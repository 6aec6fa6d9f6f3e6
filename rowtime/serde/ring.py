"""A list of an array's items that carries their Avro bytes: each is encoded once, however often it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rowtime.sql.types import Array, Column, SqlType

WRITTEN: dict[SqlType, list[bool]] = {}
"""Whether some writer here writes arrays of an item type in Avro: only then are items encoded as they come."""


class Ring(list):
    """Items, and for each its bytes; None at the front where nobody wrote such arrays yet."""

    __slots__ = ("encoded",)

    def __init__(self, items: Iterable[Any], encoded: list[bytes | None]):
        super().__init__(items)
        self.encoded = encoded

    def parts(self, encode: Callable[[Any], bytes]) -> list[Any]:
        """The bytes of all items (None for one that cannot be encoded)."""
        encoded = self.encoded
        if encoded and encoded[0] is None:
            encoded[:] = [encode(item) if data is None else data for item, data in zip(self, encoded, strict=True)]
        return encoded


def switch(item: SqlType) -> list[bool]:
    """A cell that is True once arrays of these items are written."""
    return WRITTEN.setdefault(item, [False])


def written(columns: Iterable[Column]) -> None:
    """An Avro writer for these columns exists."""
    for column in columns:
        if isinstance(column.type, Array):
            switch(column.type.item)[0] = True


def item_encoder(item: SqlType, encode: Callable[[Any], bytes]) -> Callable[[Any], bytes | None]:
    """An item's bytes, None while nobody wants them or where it has none."""
    wanted = switch(item)

    def encoded(value: Any) -> bytes | None:
        if not wanted[0]:
            return None
        try:
            return encode(value)
        except Exception:
            return None

    return encoded
