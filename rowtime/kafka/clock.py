"""Time as an argument: the broker's two clocks and its timers.

Sessions, rebalances and long polls run on the monotonic clock; the wall clock only stamps what is stored.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A pending call."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """What the broker needs to know of time; milliseconds everywhere."""

    def wall(self) -> int: ...
    def monotonic(self) -> int: ...
    def call_later(self, delay: float, call: Callable[[], None]) -> Timer: ...


class SystemClock:
    """The machine's clocks and the running event loop's timers."""

    def wall(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def call_later(self, delay: float, call: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(max(0.0, delay / 1000), call)


class ManualTimer:
    """A pending call of a ManualClock."""

    def __init__(self, call: Callable[[], None]):
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class ManualClock:
    """A clock that moves when told to."""

    def __init__(self, wall: int = 1_700_000_000_000):
        self._now = 0
        self._wall = wall
        self._count = itertools.count()
        self._timers: list[tuple[float, int, ManualTimer]] = []

    def wall(self) -> int:
        return self._wall + self._now

    def monotonic(self) -> int:
        return self._now

    def jump(self, ms: int) -> None:
        """Move the wall clock alone, as an administrator or a time server does."""
        self._wall += ms

    def call_later(self, delay: float, call: Callable[[], None]) -> Timer:
        timer = ManualTimer(call)
        heapq.heappush(self._timers, (self._now + max(0.0, delay), next(self._count), timer))
        return timer

    def advance(self, ms: int) -> None:
        """Let `ms` pass, running the timers that fall due in their order."""
        end = self._now + ms
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, int(due))
            if timer.call is not None:
                timer.call()
        self._now = end
