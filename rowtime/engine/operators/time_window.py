"""Aggregation by tumbling windows, and what windows of one size have in common."""

from __future__ import annotations

from dataclasses import dataclass

from rowtime.engine.operators.aggregate import Aggregate
from rowtime.engine.operators.base import Event, Generator

DAY = 86_400_000


@dataclass(slots=True)
class TimeWindowAggregate(Aggregate):
    """One group a key and window, all times in ms.

    A window takes no more rows once its end is `grace` or more behind stream time, the largest timestamp this operator
    has seen in this partition. Windows are forgotten when their start is `retention` or more behind the newest start.
    The state: window's start → key → group, stream time, the newest start. For those who look at the table it is kept
    for `kept` behind the newest start, at least `retention`.
    """

    size: int = 0
    advance: int = 0
    grace: int = 0
    retention: int = 0
    kept: int = 0

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        panes, stream_time, newest = g.state("{}"), g.state("-1"), g.state("-1")
        self.confine()
        self.place()
        self.hold(g, event, lambda inner: self._hold_panes(g, inner, panes, newest))
        arguments = self.arguments(g, event)
        self.look_at_time(g, event, stream_time)
        g.line(f"start = {self._last(event.ts)}\nend = start + {self.size}")
        g.line(f"if end <= closed:\n    late({event.ts})\n    {event.leave}")
        self._find(g, event, panes, newest, self.kept)
        self.update(g, event, arguments)
        self.result(g, event, ("start", "end"))

    def look_at_time(self, g: Generator, event: Event, stream_time: int) -> None:
        """Windows that end at `closed` or before take no more rows."""
        g.line(f"if {event.ts} > st[{stream_time}]:\n    st[{stream_time}] = {event.ts}")
        g.line(f"closed = st[{stream_time}] - {self.grace}")

    def _last(self, ts: str) -> str:
        return f"{ts} - {ts} % {self.advance}"

    def _find(self, g: Generator, event: Event, panes: int, newest: int, retention: int) -> None:
        """The group as `a`; none that is forgotten is asked for: a window's retention holds its size and grace."""
        g.names["expire"] = expire
        g.line(f"pane = st[{panes}].get(start)")
        with g.block("if pane is None:"):
            g.line(f"pane = st[{panes}][start] = {{}}")
            g.line(f"if start > st[{newest}]:\n    st[{newest}] = start\n    expire(st[{panes}], start - {retention})")
        self.find(g, event.key, "pane")

    def _hold_panes(self, g: Generator, event: Event, panes: int, newest: int) -> None:
        with g.block(f"for start in sorted(st[{panes}]):"):
            g.line(f"pane = st[{panes}][start]\nend = start + {self.size}")
            with self.each_key(g, "pane"):
                g.line("a = pane.get(who)")
                self.again(g, event, ("start", "end"))


def expire(panes: dict[int, object], limit: int) -> None:
    """Forget the windows that start at `limit` or before."""
    for start in [s for s in panes if s <= limit]:
        del panes[start]


def default_grace(size: int) -> int:
    """Without GRACE PERIOD: what is left of a day."""
    return max(DAY - size, 0)
