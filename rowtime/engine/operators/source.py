"""Where records of a topic come in."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.keys import null_key
from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class Source(Operator):
    """A topic's records as events.

    columns   plan name → (template, type), see Event
    stored    a table whose later operators need the previous row
    """

    name: str
    is_table: bool
    key_width: int
    columns: dict[str, tuple[str, SqlType]]
    stored: bool = False
    table_changes: bool = False
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        self.pass_on(g, event)

    def write(self, g: Generator, function: str) -> None:
        """The function that takes records: their offset, state and partition, key, row, timestamp and old row."""
        g.write(function, "records", lambda: self._loop(g))

    def _loop(self, g: Generator) -> None:
        g.line(ascii(f"{'Table' if self.is_table else 'Stream'} {self.name}."))
        with g.block(f"for off, st, part, key, row, ts{', old' if self.table_changes else ''} in records:"):
            self._body(g)

    def _body(self, g: Generator) -> None:
        if not self.is_table:
            g.names["null_key"] = null_key(self.key_width)
            g.line("if key is None:\n    key = null_key")
            self.pass_on(g, Event(self.columns, old="old" if self.table_changes else None, leave="continue"))
            return
        g.line("if key is None or key == (None,):\n    continue")
        if not self.stored:
            self.pass_on(g, Event(self.columns, leave="continue"))
            return
        slot = g.state("{}")
        g.line(f"old = st[{slot}].get(key)")
        g.line(f"if row is not None:\n    st[{slot}][key] = row\nelif old is not None:\n    del st[{slot}][key]")
        self.pass_on(g, Event(self.columns, old="old", leave="continue"))
