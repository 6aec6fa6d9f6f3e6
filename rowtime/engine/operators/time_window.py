"""Aggregation by tumbling windows, and what windows of one size have in common."""

from __future__ import annotations

from dataclasses import dataclass

from rowtime.engine.operators.aggregate import Aggregate
from rowtime.engine.operators.base import Event, Generator
from rowtime.engine.operators.filter import compile_condition

DAY = 86_400_000


@dataclass(slots=True)
class TimeWindowAggregate(Aggregate):
    """One group a key and window, all times in ms.

    A window takes no more rows once its end is `grace` or more behind stream time, the largest timestamp this operator
    has seen in this partition. Windows are forgotten when their start is `retention` or more behind the newest start.
    The state: window's start → key → group (a tuple), stream time, the newest start. For those who look at the table it
    is kept for `kept` behind the newest start, at least `retention`.
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
        self.settle(g, event, f"pane[{self.place_of(g, event.key)}]", ("start", "end"))

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
        self.load(g, f"pane.get({self.place_of(g, event.key)})")

    def load(self, g: Generator, group: str) -> None:
        """The parts of a group as locals, those of a new one where it is None."""
        names, new = ", ".join(self.slots()), ", ".join(self.initials(g))
        g.line(f"a = {group}\nif a is None:\n    {names} = {new}\nelse:\n    {names} = a")

    def slot(self, i: int) -> str:
        return f"state{i}"

    def slots(self) -> list[str]:
        return [self.slot(i) for i in range(len(self.states) + 1 + self.remembers)]

    def save(self, g: Generator, place: str) -> None:
        g.line(f"{place} = ({', '.join(self.slots())})")

    def settle(self, g: Generator, event: Event, place: str, bounds: tuple[str, str]) -> None:
        """Puts the group where it belongs and passes on its result, or a tombstone where it stopped passing HAVING."""
        out = self.out(g, event, bounds)
        if self.having is not None:
            g.guarded("ok", compile_condition(g, out, self.having, "HAVING").text)
            g.line(f"had, {self.passed} = {self.passed}, bool(ok)")
            self.save(g, place)
            g.line(f"if not ok and not had:\n    {event.leave}\nkept = ok or None")
            out = out.but(row="kept", present=False)
        else:
            self.save(g, place)
        self.pass_on(g, out)

    def again(self, g: Generator, event: Event, bounds: tuple[str, str] | None = None) -> None:
        g.line(f"if a is None:\n    continue\n{', '.join(self.slots())} = a")
        if self.having is not None:
            g.line(f"if not {self.passed}:\n    continue")
        self.pass_on(g, self.out(g, event, bounds))

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
