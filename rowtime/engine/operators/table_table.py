"""Table–table join on the same key."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.engine.operators.joining import joined_columns, side_row
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class TableTableJoin(Operator):
    """Each change of either side changes the joined row; `outer`: sides whose rows come out without a partner."""

    left: list[tuple[str, SqlType]]
    right: list[tuple[str, SqlType]]
    key_names: list[str]
    key_types: list[SqlType]
    outer: tuple[bool, bool]
    slots: list[int] = field(default_factory=list)
    then: str = ""
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if not self.slots:
            self._prepare(g)
        mine, other = f"st[{self.slots[port]}]", f"st[{self.slots[1 - port]}]"
        key, ts = event.key, event.ts
        row = side_row(g, event, (self.left, self.right)[port])
        at = g.hashable(key, self.key_types)
        g.line(f"was = {mine}.get({at})")
        g.line(f"now = None if {event.row} is None else ({row}, {ts})")
        g.line(f"if now is not None:\n    {mine}[{at}] = now\nelif was is not None:\n    del {mine}[{at}]")
        g.line(f"other = {other}.get({at})")
        order = "{0}, other" if port == 0 else "other, {0}"
        g.line(f"before = pair({order.format('was')}, {self._lone})")
        g.line(f"after = pair({order.format('now')}, {self._lone})")
        when = f"{ts} if other is None or other[1] < {ts} else other[1]"
        g.line(f"if after is not None or before is not None:\n    {self.then}(st, {key}, after, {when}, before)")

    @property
    def _lone(self) -> str:
        left = f"{(None,) * len(self.left)}" if self.outer[1] else "None"
        right = f"{(None,) * len(self.right)}" if self.outer[0] else "None"
        return f"{left}, {right}"

    def _prepare(self, g: Generator) -> None:
        self.slots = [g.state("{}"), g.state("{}")]
        g.names["pair"] = pair
        columns = joined_columns(self.left, self.right, self.key_names, self.key_types, "key")
        self.then = g.function("joined", "st, key, row, ts, old",
                               lambda: self.pass_on(g, Event(columns, old="old")))


def pair(left: tuple | None, right: tuple | None, no_left: tuple | None, no_right: tuple | None) -> tuple | None:
    """The joined row of two sides' (row, timestamp), None where there is none."""
    if left is None:
        return None if right is None or no_left is None else no_left + right[0]
    if right is None:
        return None if no_right is None else left[0] + no_right
    return left[0] + right[0]
