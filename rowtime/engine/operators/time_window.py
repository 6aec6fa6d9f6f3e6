"""Aggregation by tumbling and hopping windows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rowtime.engine.operators.aggregate import Aggregate
from rowtime.engine.operators.base import Event, Generator

DAY = 86_400_000


@dataclass(slots=True)
class TimeWindowAggregate(Aggregate):
    """One group a key and window, all times in ms.

    A window takes no more rows once its end is `grace` or more behind stream time, the largest timestamp this operator
    has seen in this partition. Windows are forgotten when their start is `retention` or more behind the newest start.
    """

    size: int = 0
    advance: int = 0
    grace: int = 0
    retention: int = 0

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        panes, stream_time, newest = g.state("{}"), g.state("-1"), g.state("-1")
        self.confine()
        self.place()
        arguments = self.arguments(g, event)
        g.line(f"if {event.ts} > st[{stream_time}]:\n    st[{stream_time}] = {event.ts}")
        g.line(f"closed = st[{stream_time}] - {self.grace}")
        with self._windows(g, event) as inside:
            g.line(f"end = start + {self.size}\nif end <= closed:\n    late({event.ts})\n    {inside.leave}")
            g.line(f"if start > st[{newest}]:\n    st[{newest}] = start\n"
                   f"    expire(st[{panes}], start - {self.retention})")
            self._find(g, inside, panes, newest)
            self.update(g, inside, arguments)
            self.result(g, inside, ("start", "end"))

    @contextmanager
    def _windows(self, g: Generator, event: Event) -> Iterator[Event]:
        """What is written inside handles the window that begins at `start`."""
        if self.advance == self.size:
            g.line(f"start = {self._last(event.ts)}")
            yield event
            return
        with g.block(f"for start in {self._starts(event.ts)}:"):
            yield event.but(leave="continue")

    def _last(self, ts: str) -> str:
        return f"{ts} - {ts} % {self.advance}"

    def _starts(self, ts: str) -> str:
        """Of the windows that a timestamp is in."""
        if self.advance == self.size:
            return f"({self._last(ts)},)"
        first = f"max(0, {ts} - {self.size - self.advance}) // {self.advance} * {self.advance}"
        return f"range({first}, {ts} + 1, {self.advance})"

    def _find(self, g: Generator, event: Event, panes: int, newest: int) -> None:
        g.names["expire"] = expire
        g.line(f"pane = st[{panes}].get(start)")
        g.line(f"if pane is None:\n    pane = {{}}\n    if start > st[{newest}] - {self.retention}:\n"
               f"        st[{panes}][start] = pane")
        self.find(g, event.key, "pane")


def expire(panes: dict[int, object], limit: int) -> None:
    """Forget the windows that start at `limit` or before."""
    for start in [s for s in panes if s <= limit]:
        del panes[start]


def default_grace(size: int) -> int:
    """Without GRACE PERIOD: what is left of a day."""
    return max(DAY - size, 0)
