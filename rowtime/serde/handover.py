"""Rows that were just written or read, kept for a reader in the same process: what it reads is looked up before it is
decoded.

A row is found by its bytes, so it can never be another's. Kept are rows whose values come back from their bytes
unchanged (no DECIMAL, no MAP), of schemas that somebody here reads with the schema's own columns, and as many as fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rowtime.sql.types import Array, Column, Decimal, Map, SqlType, Struct

LIMIT = 8 << 20
"""Bytes of records in a generation; two are kept."""
Layout = tuple[tuple[str, SqlType], ...]


class Handover:
    """Rows by their bytes, the older half forgotten when the newer is full."""

    def __init__(self) -> None:
        self.fresh: dict[bytes, Any] = {}
        self.stale: dict[bytes, Any] = {}
        self.size = 0

    def offer(self, data: bytes, row: Any) -> None:
        self.fresh[data] = row
        self.size += len(data) + 200
        if self.size > LIMIT:
            self.stale, self.fresh, self.size = self.fresh, {}, 0

    @property
    def empty(self) -> bool:
        return not self.fresh and not self.stale

    def take(self, data: bytes) -> Any:
        """The row, or None."""
        return self.fresh.get(data) or self.stale.get(data)


KNOWN: dict[tuple[bytes, Layout], Handover] = {}
"""By header of the records and layout of the rows."""
READERS: dict[Layout, list[int]] = {}
"""How many readers of a layout there are, in a cell."""


def layout(columns: Sequence[Column]) -> Layout:
    return tuple((c.name, c.type) for c in columns)


def transferable(t: SqlType) -> bool:
    """Whether a value of the type comes back unchanged."""
    match t:
        case Decimal() | Map():
            return False
        case Array(item):
            return transferable(item)
        case Struct(fields):
            return all(transferable(f.type) for f in fields)
    return True


def read_by_one_more(columns: Sequence[Column]) -> list[int] | None:
    """A reader's: from now on writers of rows of this layout leave them. How many read them, in a cell."""
    if not columns or not all(transferable(c.type) for c in columns):
        return None
    cell = READERS.setdefault(layout(columns), [0])
    cell[0] += 1
    return cell


def wanted(key: tuple[bytes, Layout]) -> Handover | None:
    """Where rows of these records are left; None where nobody reads them."""
    found = KNOWN.get(key)
    if found is None and key[1] in READERS:
        found = KNOWN[key] = Handover()
    return found
