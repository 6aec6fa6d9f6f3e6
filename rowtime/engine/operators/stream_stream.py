"""Stream–stream join within a time window."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any

from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.engine.operators.joining import joined_columns, side_row
from rowtime.engine.throttle import Throttle
from rowtime.sql.types import SqlType

SWEEP = 4


@dataclass(slots=True)
class StreamStreamJoin(Operator):
    """Rows of two streams with equal keys and right.ts in [left.ts − before, left.ts + after] (ms).

    outer     sides whose unmatched rows come out padded with NULL: (left, right)
    waits     whether they wait until no match can come any more (a GRACE PERIOD was given), else they come at once
    mirrored  a RIGHT JOIN, run from right to left: port 0 is the right side
    """

    left: list[tuple[str, SqlType]]
    right: list[tuple[str, SqlType]]
    key_names: list[str]
    key_types: list[SqlType]
    before: int
    after: int
    grace: int
    outer: tuple[bool, bool]
    waits: bool
    mirrored: bool = False
    throttle: Throttle = Throttle()
    slots: list[int] = field(default_factory=list)
    then: str = ""
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        side = 1 - port if self.mirrored else port
        if not self.slots:
            self._prepare(g)
        mine, other, stream_time, waiting = self.slots[side], self.slots[1 - side], self.slots[2], self.slots[3]
        reach = (self.before, self.after) if side == 0 else (self.after, self.before)
        retention = self.before + self.after + self.grace
        row, key, ts = g.temp("row"), event.key, event.ts
        g.line(f"{row} = {side_row(g, event, (self.left, self.right)[port])}")
        if self.outer[side]:
            nothing = " or ".join(f"{key}[{i}] is None" for i in range(len(self.key_types)))
            g.line(f"if {nothing}:\n    {self._padded(g, port, key, row, ts)}\n    {event.leave}")
        g.line(f"if {ts} > st[{stream_time}]:\n    st[{stream_time}] = {ts}")
        at = g.hashable(key, self.key_types)
        g.line(f"put(st[{mine}], {at}, {ts}, {row}, {retention})")
        if self.waits and any(self.outer):
            self._look(g, ts, reach[1] + self.grace)
        self._match(g, port, side, event, row, reach, other, waiting, stream_time, retention)

    def _prepare(self, g: Generator) -> None:
        self.slots = [g.state("[-1, -1, {}]"), g.state("[-1, -1, {}]"), g.state("-1"), g.state("{}")]
        if self.throttle.interval:
            self.slots += [g.state("NEVER"), g.state("0")]
            g.names.update(NEVER=math.inf)
        g.names.update(put=put, fetch=fetch, expired=expired)
        columns = joined_columns(self.left, self.right, self.key_names, self.key_types, "key")
        self.then = g.function("joined", "st, key, row, ts",
                               lambda: self.pass_on(g, Event(columns, present=True)))

    def _padded(self, g: Generator, port: int, key: str, row: str, ts: str) -> str:
        nulls = g.bind((None,) * len((self.right, self.left)[port]), "nulls")
        both = f"{row} + {nulls}" if port == 0 else f"{nulls} + {row}"
        return f"{self.then}(st, {key}, {both}, {ts})"

    def _match(self, g: Generator, port: int, side: int, event: Event, row: str, reach: tuple[int, int], other: int,
               waiting: int, stream_time: int, retention: int) -> None:
        ts, key = event.ts, event.key
        at = g.hashable(key, self.key_types)
        g.line("matched = False")
        head = f"for when, found in fetch(st[{other}], {at}, {ts} - {reach[0]}, {ts} + {reach[1]}, {retention}):"
        with g.block(head):
            g.line("matched = True")
            if self.outer[1 - side] and self.waits:
                g.line(f"st[{waiting}].pop((when, {1 - side}, {at}), None)")
            both = f"{row} + found" if port == 0 else f"found + {row}"
            g.line(f"{self.then}(st, {key}, {both}, when if when > {ts} else {ts})")
        if not self.outer[side]:
            return
        with g.block("if not matched:"):
            alone = self._padded(g, port, key, row, ts)
            if not self.waits:
                g.line(alone)
                return
            g.line(f"if {ts} + {reach[1]} < st[{stream_time}]:\n    {alone}")
            with g.block("else:"):
                g.line(f"st[{waiting}][({ts}, {side}, {at})] = ({row}, {key})")
                if self.throttle.interval:
                    g.line(f"st[{self.slots[4]}] = min(st[{self.slots[4]}], {ts})")

    def _look(self, g: Generator, ts: str, reach: int) -> None:
        """Lets out the rows that wait in vain, when a record comes at the head of stream time.

        With a throttle, `least` is the smallest timestamp known to wait; NEVER (none) does not keep from looking.
        """
        stream_time, waiting = self.slots[2:4]
        if not self.throttle.interval:
            with g.block(f"if {ts} == st[{stream_time}] and st[{waiting}]:"):
                self._release(g, waiting, stream_time)
            return
        least, next_look = self.slots[4:]
        with g.block(f"if {ts} == st[{stream_time}] and not {ts} <= st[{least}] + {reach} < NEVER:"):
            look = self.throttle.write(g, next_look)
            with g.block(f"if {look}:"):
                g.line(f"st[{least}] = min((w[0] for w in st[{waiting}]), default=NEVER)")
                self._release(g, waiting, stream_time)

    def _release(self, g: Generator, waiting: int, stream_time: int) -> None:
        limits = f"({self.after + self.grace}, {self.before + self.grace})"
        with g.block(f"for when, whose, who in expired(st[{waiting}], st[{stream_time}], {limits}):"):
            g.line(f"alone, who = st[{waiting}].pop((when, whose, who))")
            ports = (1, 0) if self.mirrored else (0, 1)
            with g.block("if whose == 0:"):
                g.line(self._padded(g, ports[0], "who", "alone", "when"))
            with g.block("else:"):
                g.line(self._padded(g, ports[1], "who", "alone", "when"))


Store = list[Any]
"""[newest timestamp, timestamp of the last sweep, key → list of (timestamp, row) in order]"""


def put(store: Store, key: Any, ts: int, row: Any, retention: int) -> None:
    """Keep a row unless it is `retention` or more behind the newest one of its side."""
    if ts > store[0]:
        store[0] = ts
        if ts - store[1] > max(retention // SWEEP, 1):
            store[1] = ts
            sweep(store[2], ts - retention)
    elif ts <= store[0] - retention:
        return
    rows = store[2].get(key)
    if rows is None:
        store[2][key] = [(ts, row)]
    elif rows[-1][0] <= ts:
        rows.append((ts, row))
    else:
        rows.insert(bisect_right(rows, ts, key=time_of), (ts, row))


def time_of(entry: tuple[int, Any]) -> int:
    return entry[0]


def fetch(store: Store, key: Any, low: int, high: int, retention: int) -> list[tuple[int, Any]]:
    """The key's rows with low <= timestamp <= high that are still visible, oldest first."""
    rows = store[2].get(key)
    if rows is None:
        return []
    low = max(low, store[0] - retention + 1)
    start = bisect_left(rows, low, key=time_of)
    end = bisect_right(rows, high, key=time_of)
    return rows[start:end]


def sweep(by_key: dict[Any, list[Any]], limit: int) -> None:
    """Forget rows at `limit` and before."""
    for key in list(by_key):
        rows = by_key[key]
        if rows[0][0] <= limit:
            rows[:] = rows[bisect_right(rows, limit, key=time_of):]
            if not rows:
                del by_key[key]


def expired(waiting: dict[Any, Any], stream_time: int, limits: tuple[int, int]) -> list[Any]:
    """(timestamp, side, key) of the rows that no match can reach any more, in that order."""
    return sorted(w for w in waiting if w[0] + limits[w[1]] < stream_time)
