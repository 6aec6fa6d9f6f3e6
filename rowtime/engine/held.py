"""A table as it is now, worked out of an aggregate's state when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Key = tuple[Any, ...]
Made = tuple[Key, tuple[Any, ...], int]


class Held:
    """Answers as Materialised does.

    read       the generated function (state, keys or None for all, emit, failed)
    states     partition → state, now; what belongs to no partition has a negative number
    windowed   keys end with the window's start and end; `nested`: they hold tuples in the place of arrays and maps
    """

    def __init__(self, read: Callable[..., None], states: Callable[[], Mapping[int, Any]], windowed: bool,
                 nested: bool):
        self.read, self.states, self.windowed, self.nested = read, states, windowed, nested

    def items(self, keys: Sequence[Key] | None = None) -> Iterator[Made]:
        """(key with its window's bounds, row, timestamp) of these keys, or of all: by partition, by key, by window."""
        for partition, state in sorted(self.states().items()):
            if partition >= 0:
                found: list[Made] = []
                self.read(state, keys, found.append, ignore)
                yield from by_key(found) if self.windowed else found


def by_key(rows: Sequence[Made]) -> Iterator[Made]:
    """Rows of one key together, in the order in which keys come first."""
    found: dict[Key, list[Made]] = {}
    for row in rows:
        found.setdefault(row[0][:-2], []).append(row)
    return (row for group in found.values() for row in group)


def ignore(problem: Exception) -> None:
    """An expression that fails was reported when the row was made."""
