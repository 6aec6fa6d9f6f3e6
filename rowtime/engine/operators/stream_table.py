"""Stream–table join: each row of the stream with what the table holds at that moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.engine.operators.joining import joined_columns, side_row
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class StreamTableJoin(Operator):
    """Port 0 the stream, port 1 the table (its updates emit nothing).

    left, right   the columns each side contributes, in order
    """

    outer: bool
    left: list[tuple[str, SqlType]]
    right: list[tuple[str, SqlType]]
    key_names: list[str]
    key_types: list[SqlType]
    slot: int = -1
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if self.slot < 0:
            self.slot = g.state("{}")
        if port == 1:
            self._table(g, event)
        else:
            self._stream(g, event)

    def _table(self, g: Generator, event: Event) -> None:
        row, key = side_row(g, event, self.right), g.hashable(event.key, self.key_types)
        g.line(f"if {event.row} is None:\n    st[{self.slot}].pop({key}, None)\n"
               f"else:\n    st[{self.slot}][{key}] = {row}")

    def _stream(self, g: Generator, event: Event) -> None:
        if not event.present:
            g.line(f"if {event.row} is None:\n    {event.leave}")
        g.line(f"other = st[{self.slot}].get({g.hashable(event.key, self.key_types)})")
        if self.outer:
            g.line(f"if other is None:\n    other = {g.bind((None,) * len(self.right), 'nulls')}")
        else:
            g.line(f"if other is None:\n    {event.leave}")
        name = g.temp("both")
        g.line(f"{name} = {side_row(g, event, self.left)} + other")
        columns = joined_columns(self.left, self.right, self.key_names, self.key_types, event.key)
        self.pass_on(g, event.but(columns=columns, row=name, present=True))
