"""Where a sub-topology's results leave it."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.engine.timestamps import timestamp_reader
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class Sink(Operator):
    """Appends (key, row, timestamp) to the step's output.

    timestamp   position, type and pattern of the column the record's timestamp is taken from
    """

    timestamp: tuple[int, SqlType, str | None] | None = None
    key_timestamp: bool = False
    down: Operator = field(init=False)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if self.timestamp is None:
            g.line(f"emit(({event.key}, {event.row}, {event.ts}))")
            return
        position, t, pattern = self.timestamp
        read = g.bind(timestamp_reader(t, pattern), "read_timestamp")
        made, when = g.temp("made"), g.temp("when")
        of = event.key if self.key_timestamp else made
        g.line(f"{made} = {event.row}")
        g.guarded(when, f"{event.ts} if {made} is None else {read}({of}[{position}])", "-1")
        g.line(f"if {when} >= 0:\n    emit(({event.key}, {made}, {when}))")
