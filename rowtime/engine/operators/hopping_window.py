"""Aggregation by hopping windows: each row is in several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Any

from rowtime.engine.operators.base import Event, Generator
from rowtime.engine.operators.time_window import TimeWindowAggregate

Windows = dict[int, Any]
"""A key's groups by their window's start; one that is only begun is None."""
SPANS = 16_384
"""Bounds of windows that are kept so that they need not be worked out again."""


@dataclass(slots=True)
class HoppingWindowAggregate(TimeWindowAggregate):
    """As TimeWindowAggregate, but the state is kept by key, so that a row's windows are found with one look-up: key →
    window's start → group, stream time, the newest start, the newest start when all keys were looked through."""

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        keys, stream_time, newest, swept = g.state("{}"), g.state("-1"), g.state("-1"), g.state("-1")
        self.confine()
        self.place()
        self.hold(g, event, lambda inner: self._hold_windows(g, inner, keys, newest))
        arguments = self.arguments(g, event)
        self.look_at_time(g, event, stream_time)
        at = self.place_of(g, event.key)
        g.names.update(none={}, sweep=sweep)
        g.line(f"windows = st[{keys}].get({at}, none)")
        width, windows_of = gcd(self.size, self.advance), g.bind(spans(self.size, self.advance), "windows_of")
        with g.block(f"for start, end in {windows_of}({event.ts} // {width}):"):
            inside = event.but(leave="continue")
            g.line(f"if end <= closed:\n    late({event.ts})\n    continue")
            names = ", ".join(self.slots())
            with g.block("a = windows.get(start)\nif a is None:"):
                g.line(f"if windows is none:\n    windows = st[{keys}][{at}] = {{}}")
                g.line(f"{names} = {', '.join(self.initials(g))}")
                self._expire(g, keys, newest, swept)
            g.line(f"else:\n    {names} = a")
            self.update(g, inside, arguments)
            self.settle(g, inside, "windows[start]", ("start", "end"))

    def _expire(self, g: Generator, keys: int, newest: int, swept: int) -> None:
        with g.block(f"if start > st[{newest}]:"):
            g.line(f"st[{newest}] = start")
            g.line(f"if start - st[{swept}] > {self.kept // 8}:\n    st[{swept}] = start\n    windows[start] = None\n"
                   f"    sweep(st[{keys}], start - {self.kept})")

    def _hold_windows(self, g: Generator, event: Event, keys: int, newest: int) -> None:
        with self.each_key(g, f"st[{keys}]"):
            g.line(f"windows = st[{keys}].get(who, none)")
            with g.block("for start in sorted(windows):"):
                g.line(f"a = windows[start] if start > st[{newest}] - {self.kept} else None\nend = start + {self.size}")
                self.again(g, event, ("start", "end"))


def spans(size: int, advance: int) -> Callable[[int], tuple[tuple[int, int], ...]]:
    """Bounds of the windows that hold the times from `block` times the greatest common divisor on, up to the next."""
    width = gcd(size, advance)

    @lru_cache(maxsize=max(SPANS * advance // size, 2))
    def windows_of(block: int) -> tuple[tuple[int, int], ...]:
        ts = block * width
        first = max(0, ts - (size - advance)) // advance * advance
        return tuple((start, start + size) for start in range(first, ts + 1, advance))

    return windows_of


def sweep(keys: dict[Any, Windows], limit: int) -> None:
    """Forget the windows that start at `limit` or before, and keys that have no others."""
    for key, windows in list(keys.items()):
        for start in [start for start in windows if start <= limit]:
            del windows[start]
        if not windows:
            del keys[key]
