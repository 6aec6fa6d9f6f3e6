"""A table as it is now, for pull queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rowtime.engine.operators.base import frozen

Key = tuple[Any, ...]
Row = tuple[Any, ...]


class Materialised:
    """key → (row, timestamp); with `windowed`, key → {(start, end): (row, timestamp)}.

    nested      keys hold arrays or maps: they are kept as tuples
    retention   ms that a window is kept behind the newest one, by its start
    """

    def __init__(self, windowed: bool = False, retention: int | None = None, *, nested: bool = False):
        self.windowed, self.retention, self.nested = windowed, retention, nested
        self.rows: dict[Key, Any] = {}
        self.newest = self.pruned = -1

    def update(self, made: Sequence[Any]) -> None:
        """Takes the rows of a step: (key, row or None, timestamp)."""
        if self.nested:
            made = [(frozen(m[0]), *m[1:]) for m in made]
        if self.windowed:
            for m in made:
                self._put_window(m[0], m[1], m[2])
            self._prune()
            return
        rows = self.rows
        for m in made:
            if m[1] is None:
                rows.pop(m[0], None)
            else:
                rows[m[0]] = (m[1], m[2])

    def _put_window(self, key: Key, row: Row | None, ts: int) -> None:
        base, window = key[:-2], key[-2:]
        windows = self.rows.get(base)
        if row is None:
            if windows is not None:
                windows.pop(window, None)
            return
        if windows is None:
            windows = self.rows[base] = {}
        windows[window] = (row, ts)
        if window[0] > self.newest:
            self.newest = window[0]

    def _prune(self) -> None:
        if self.retention is None or self.newest - self.pruned < max(self.retention // 8, 1):
            return
        self.pruned = self.newest
        limit = self.newest - self.retention
        for key in list(self.rows):
            windows = self.rows[key]
            for window in [w for w in windows if w[0] <= limit]:
                del windows[window]
            if not windows:
                del self.rows[key]

    def items(self, keys: Sequence[Key] | None = None) -> Iterator[tuple[Key, Row, int]]:
        """(key with its window's bounds, row, timestamp) of these keys, or of all."""
        for key in self.rows if keys is None else keys:
            found = self.rows.get(key)
            if found is None:
                continue
            if not self.windowed:
                yield key, found[0], found[1]
                continue
            for window in sorted(found):
                yield (*key, *window), *found[window]

    def dump(self) -> list[Any]:
        return [self.rows, self.newest, self.pruned]

    def restore(self, dumped: list[Any]) -> None:
        self.rows, self.newest, self.pruned = dumped
