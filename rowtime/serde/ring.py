"""The Avro bytes of a ring's items (LATEST_BY_OFFSET(x, n)): each item is encoded once, however often it is written.

Rows hold plain lists. A list that was just made from another by one more item is remembered here with its items' bytes
until it has been written; a writer that does not find it encodes it as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rowtime.sql.types import Array, Column, SqlType

KEPT = 8192
"""Lists in a generation; two are kept."""
Parts = list[bytes]
State = tuple[list[Any], Parts | None]
WRITTEN: dict[SqlType, list[bool]] = {}
"""Whether some writer here writes arrays of an item type in Avro: only then are bytes kept."""


class Rings:
    """Bytes of items by the identity of the list."""

    def __init__(self) -> None:
        self.fresh: dict[int, tuple[list[Any], Parts]] = {}
        self.stale: dict[int, tuple[list[Any], Parts]] = {}

    def offer(self, values: list[Any], parts: Parts) -> None:
        if len(self.fresh) >= KEPT:
            self.stale, self.fresh = self.fresh, {}
        self.fresh[id(values)] = (values, parts)

    def parts(self, values: Any) -> Parts | None:
        at = id(values)
        found = self.fresh.get(at) or self.stale.get(at)
        return found[1] if found is not None and found[0] is values else None


RINGS = Rings()


def switch(item: SqlType) -> list[bool]:
    """A cell that is True once arrays of these items are written."""
    return WRITTEN.setdefault(item, [False])


def written(columns: Iterable[Column]) -> None:
    """An Avro writer for these columns exists."""
    for column in columns:
        if isinstance(column.type, Array):
            switch(column.type.item)[0] = True


def pusher(item: SqlType, n: int, encode: Callable[[Any], bytes]) -> Callable[[State, Any], State]:
    """push(state, value) → the state of the last n values."""
    wanted = switch(item)

    def push(state: State, value: Any) -> State:
        values = [*state[0][1 - n :], value] if n > 1 else [value]
        if not wanted[0]:
            return values, None
        try:
            parts = [encode(value)] if n == 1 or state[1] is None else [*state[1][1 - n :], encode(value)]
            if len(parts) != len(values):
                parts = [encode(v) for v in values]
        except (ValueError, ArithmeticError, TypeError):
            return values, None
        RINGS.offer(values, parts)
        return values, parts

    return push
