"""Rows that one query wrote and another is about to read: known by their bytes, so that they need not be decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rowtime.engine.topology import Input, Target
from rowtime.sql.types import Array, Column, Map, SqlType, Struct

LIMIT = 25_000


class Shelf:
    """The latest rows of one topic, LIMIT to twice as many."""

    def __init__(self, columns: Sequence[Column]):
        self.columns = tuple(columns)
        self.new: dict[bytes, Any] = {}
        self.old: dict[bytes, Any] = {}

    def put(self, value: bytes, row: Any) -> None:
        if len(self.new) >= LIMIT:
            self.old, self.new = self.new, {}
        self.new[value] = row

    def get(self, value: bytes) -> Any:
        return self.new.get(value) or self.old.get(value)


class Handoff:
    """Shelves of the topics that queries both write and read in AVRO."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.targets: dict[str, Target] = {}
        self.wanted: set[str] = set()

    def writes(self, target: Target) -> None:
        """A query writes this topic."""
        if target.value_format.name == "AVRO" and not target.changes and not any(holds_map(c.type) for c in target.value):
            self.targets[target.topic] = target

    def reads(self, source: Input) -> Callable[[bytes], Any] | None:
        """How a query that reads this topic gets its rows, None where it has to decode them."""
        target = self.targets.get(source.topic)
        if target is None or source.changes or source.value_format.name != "AVRO":
            return None
        places = [i for c in source.value for i, w in enumerate(target.value) if (w.name, w.type) == (c.name, c.type)]
        if len(places) != len(source.value):
            return None
        shelf = self.shelves.setdefault(source.topic, Shelf(target.value))
        if places == list(range(len(target.value))):
            return shelf.get

        def rearranged(value: bytes) -> Any:
            row = shelf.get(value)
            return None if row is None else tuple([row[i] for i in places])

        return rearranged

    def shelf(self, target: Target) -> Shelf | None:
        """Where to put what is written, None while nobody reads it."""
        found = self.shelves.get(target.topic)
        return found if found is not None and found.columns == target.value else None


def holds_map(t: SqlType) -> bool:
    """Maps change their order on the way."""
    if isinstance(t, Map):
        return True
    if isinstance(t, Array):
        return holds_map(t.item)
    return isinstance(t, Struct) and any(holds_map(f.type) for f in t.fields)
