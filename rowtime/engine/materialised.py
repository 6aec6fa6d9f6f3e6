"""A table as it is now, for pull queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rowtime.engine.operators.base import frozen

Key = tuple[Any, ...]
Row = tuple[Any, ...]


class Materialised:
    """Key → (key, row, timestamp), as the query made it; a windowed key ends with the window's start and end.

    windowed    whether keys are; `size` of the windows in ms, None: sessions
    nested      keys hold arrays or maps: they are kept as tuples
    retention   ms that a window is kept behind the newest one, by its start
    """

    def __init__(self, windowed: bool = False, retention: int | None = None, *, size: int | None = None,
                 nested: bool = False):
        self.windowed, self.retention, self.size, self.nested = windowed, retention, size, nested
        self.rows: dict[Key, Any] = {}
        self.starts: set[int] = set()
        self.sessions: dict[Key, dict[Key, None]] = {}
        self.newest = self.pruned = -1

    def update(self, made: Sequence[Any]) -> None:
        """Takes the rows of a step: (key, row or None, timestamp)."""
        if self.nested:
            made = [(frozen(m[0]), *m[1:]) for m in made]
        rows = self.rows
        for m in made:
            if m[1] is None:
                rows.pop(m[0], None)
            else:
                rows[m[0]] = m
        if self.windowed:
            self._note_windows(made)
            self._prune()

    def _note_windows(self, made: Sequence[Any]) -> None:
        """So that a key's windows are found again."""
        if self.size is not None:
            starts = {m[0][-2] for m in made}
            self.starts |= starts
            self.newest = max(self.newest, *starts) if starts else self.newest
            return
        for key, row, _ in made:
            if row is not None:
                self.sessions.setdefault(key[:-2], {})[key] = None
                self.newest = max(self.newest, key[-2])
            else:
                self._forget_session(key)

    def _forget_session(self, key: Key) -> None:
        known = self.sessions.get(key[:-2], {})
        known.pop(key, None)
        if not known:
            self.sessions.pop(key[:-2], None)

    def _prune(self) -> None:
        if self.retention is None or self.newest - self.pruned < max(self.retention // 8, 1):
            return
        self.pruned = self.newest
        limit = self.newest - self.retention
        self.starts = {start for start in self.starts if start > limit}
        for key in [key for key in self.rows if key[-2] <= limit]:
            del self.rows[key]
            if self.size is None:
                self._forget_session(key)

    def items(self, keys: Sequence[Key] | None = None) -> Iterator[tuple[Key, Row, int]]:
        """(key with its window's bounds, row, timestamp) of these keys, or of all."""
        rows = self.rows
        for key in self._known(keys) if self.windowed else rows if keys is None else keys:
            if key in rows:
                yield rows[key]

    def _known(self, keys: Sequence[Key] | None) -> Iterator[Key]:
        """Keys with the windows that they may have, earliest first."""
        if keys is None:
            found: dict[Key, list[Key]] = {}
            for full in self.rows:
                found.setdefault(full[:-2], []).append(full)
            return (full for windows in found.values() for full in sorted(windows, key=_bounds))
        if self.size is None:
            return (full for key in keys for full in sorted(self.sessions.get(key, ()), key=_bounds))
        starts, size = sorted(self.starts), self.size
        return ((*key, start, start + size) for key in keys for start in starts)

    def dump(self) -> list[Any]:
        return [self.rows, self.newest, self.pruned]

    def restore(self, dumped: list[Any]) -> None:
        self.rows, self.newest, self.pruned = dumped
        self.starts, self.sessions = set(), {}
        if self.windowed:
            self._note_windows(list(self.rows.values()))


def _bounds(key: Key) -> Key:
    return key[-2:]
