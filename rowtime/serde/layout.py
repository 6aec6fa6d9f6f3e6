"""Whether rows of one query can be another's as they are, without their bytes."""

from __future__ import annotations

from collections.abc import Sequence

from rowtime.sql.types import Array, Column, Decimal, Map, SqlType, Struct

Layout = tuple[tuple[str, SqlType], ...]


def layout(columns: Sequence[Column]) -> Layout:
    """What two sides have in common where rows of one are rows of the other."""
    return tuple((c.name, c.type) for c in columns)


def transferable(t: SqlType) -> bool:
    """Whether a value of the type comes back from its bytes unchanged."""
    match t:
        case Decimal() | Map():
            return False
        case Array(item):
            return transferable(item)
        case Struct(fields):
            return all(transferable(f.type) for f in fields)
    return True
