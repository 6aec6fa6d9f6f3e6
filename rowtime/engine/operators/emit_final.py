"""EMIT FINAL: a window's result once, when the window is closed."""

from __future__ import annotations

from dataclasses import dataclass

from rowtime.engine.operators.base import Event, Generator
from rowtime.engine.operators.time_window import TimeWindowAggregate
from rowtime.engine.throttle import Throttle


@dataclass(slots=True)
class FinalTimeWindowAggregate(TimeWindowAggregate):
    """After each row, the windows whose end is `grace` or more behind stream time and that are still held come out, by
    start and then by key. As in ksqlDB, a row that jumps further ahead than `retention` loses what it leaves behind.
    """

    throttle: Throttle = Throttle()

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        panes, stream_time, newest = g.state("{}"), g.state("-1"), g.state("-1")
        emitted, next_look = g.state(f"-{self.size + self.grace + 1}"), g.state("0")
        self.place()
        arguments = self.arguments(g, event)
        self.look_at_time(g, event, stream_time)
        with g.block(f"for start in {self._starts(event.ts)}:"):
            g.line(f"if start + {self.size} <= closed:\n    late({event.ts})\n    continue")
            self._find(g, event, panes, newest, self.retention + 1)
            self.update(g, event.but(leave="continue"), arguments)
            self.save(g, f"pane[{self.place_of(g, event.key)}]")
        look = self.throttle.write(g, next_look)
        with g.block(f"if {look + ' and ' if look else ''}closed - {self.size} > st[{emitted}]:"):
            ready = f"sorted(s for s in st[{panes}] if st[{emitted}] < s <= closed - {self.size})"
            with g.block(f"for start, who in [(s, k) for s in {ready} for k in sorted(st[{panes}][s])]:"):
                g.line(f"pane = st[{panes}][start]\n{', '.join(self.slots())} = pane[who]")
                g.line("key = (who,)" if len(self.group) == 1 else "key = who")
                self.settle(g, event.but(key="key", leave="continue"), "pane[who]", ("start", f"(start + {self.size})"))
            g.line(f"st[{emitted}] = closed - {self.size}")

    def _starts(self, ts: str) -> str:
        """Of the windows that a timestamp is in."""
        if self.advance == self.size:
            return f"({self._last(ts)},)"
        first = f"max(0, {ts} - {self.size - self.advance}) // {self.advance} * {self.advance}"
        return f"range({first}, {ts} + 1, {self.advance})"
