"""Aggregation by sessions: rows of a key with no gap between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rowtime.engine.operators.aggregate import Aggregate
from rowtime.engine.operators.base import Event, Generator


@dataclass(slots=True)
class SessionWindowAggregate(Aggregate):
    """One group a key and session, all times in ms. A session is [start, end, group]; its end is its last row's time.

    A row that joins sessions ends them (a tombstone each, at their own end) and begins the one that holds them all.
    """

    gap: int = 0
    grace: int = 0
    retention: int = 0

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        sessions, stream_time, newest, swept = g.state("{}"), g.state("-1"), g.state("-1"), g.state("-1")
        g.names.update(touching=touching, expire_sessions=expire_sessions)
        self.place()
        arguments = self.arguments(g, event)
        ts, key = event.ts, event.key
        at = g.hashable(key, [t for _, t in self.group])
        g.line(f"if {ts} > st[{stream_time}]:\n    st[{stream_time}] = {ts}")
        g.line(f"merged = touching(st[{sessions}].get({at}, ()), {ts}, {self.gap}, st[{newest}] - {self.retention})")
        g.line(f"start = min([{ts}, *(s[0] for s in merged)])\nend = max([{ts}, *(s[1] for s in merged)])")
        g.line(f"if end < st[{stream_time}] - {self.grace + self.gap}:\n    late({ts})\n    {event.leave}")
        g.line(f"a = {self.initial(g)}")
        self._merge(g)
        with g.block("if start != end:"), g.block("for s in merged:"):
            g.line(f"if s[2][{len(self.states) + 1}]:\n    emit(((*{key}, s[0], s[1]), None, s[1]))")
        self.update(g, event, arguments)
        g.line(f"held = [s for s in st[{sessions}].get({at}, ()) if not any(s is m for m in merged)]")
        g.line(f"st[{newest}] = max(st[{newest}], end)\nheld.append([start, end, a])\nst[{sessions}][{at}] = held")
        g.line(f"if st[{newest}] - st[{swept}] > {max(self.retention // 4, 1)}:\n    st[{swept}] = st[{newest}]\n"
               f"    expire_sessions(st[{sessions}], st[{newest}] - {self.retention})")
        g.line(f"{self.time} = end")
        if self.having is None:
            g.line(f"{self.passed} = True")
        self.result(g, event, ("start", "end"), "end")

    @property
    def remembers(self) -> bool:
        return True

    def _merge(self, g: Generator) -> None:
        with g.block("for s in merged:"):
            for i, state in enumerate(self.states):
                g.line(f"a[{i}] = {state.call.merge.format(s=f'a[{i}]', t=f's[2][{i}]')}")
            g.line(f"{self.passed} = {self.passed} or (start == end and s[2][{len(self.states) + 1}])")


def touching(sessions: Any, ts: int, gap: int, expired: int) -> list[Any]:
    """The key's live sessions that a row at `ts` joins, earliest end first."""
    found = [s for s in sessions if s[1] > expired and s[1] >= ts - gap and s[0] <= ts + gap]
    return sorted(found, key=lambda s: (s[1], s[0]))


def expire_sessions(store: dict[Any, list[Any]], expired: int) -> None:
    """Forget sessions that ended at `expired` or before."""
    for key in list(store):
        live = [s for s in store[key] if s[1] > expired]
        if live:
            store[key] = live
        else:
            del store[key]
