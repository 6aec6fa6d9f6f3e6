"""Which list of a ring came of which: the latest list of each ring, with how many items the ring has had.

Whoever works something out of every item of a ring, and sees one list of it after the other, need only look at the
items that are new (engine/ordered.py). Lists are known by identity: one that was read from bytes is not found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from rowtime.sql.types import SqlType

KEPT = 1 << 17
"""Rings that are remembered."""
State = tuple[list[Any], Any]
Push = Callable[[State, Any], State]


class Lineage:
    """The latest list of each ring by its identity: (list, number of the ring, items so far)."""

    def __init__(self) -> None:
        self.latest: dict[int, tuple[list[Any], int, int]] = {}
        self.numbers = itertools.count()

    def made(self, old: list[Any], new: list[Any]) -> None:
        """`new` is `old` with one more item at the end, maybe without its first."""
        found = self.latest.pop(id(old), None)
        if found is None or found[0] is not old:
            found = (old, next(self.numbers), len(old))
            if len(self.latest) > KEPT:
                self.latest.clear()
        self.latest[id(new)] = (new, found[1], found[2] + 1)

    def find(self, values: Any) -> tuple[list[Any], int, int] | None:
        found = self.latest.get(id(values))
        return found if found is not None and found[0] is values else None


LINEAGE = Lineage()
FOLLOWED: dict[SqlType, list[bool]] = {}
"""Whether someone here follows the rings of an item type: only then are their lists remembered."""


def follow(item: SqlType) -> list[bool]:
    """A cell that is True once someone does."""
    return FOLLOWED.setdefault(item, [False])


def followed(item: SqlType, push: Push) -> Push:
    """The push of a ring's state, whose lists are remembered where someone follows them."""
    wanted, made = follow(item), LINEAGE.made

    def push_and_tell(state: State, value: Any) -> State:
        new = push(state, value)
        if wanted[0]:
            made(state[0], new[0])
        return new

    return push_and_tell
