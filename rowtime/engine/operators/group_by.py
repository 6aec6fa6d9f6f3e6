"""GROUP BY: the grouping key of a row, and its way to the aggregate."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.operators.base import Event, Generator, Operator, evaluate
from rowtime.sql import ast


@dataclass(slots=True)
class GroupBy(Operator):
    """Gives a stream's row its grouping key; drops it if any part is NULL or fails.

    key   None where rows are keyed that way already
    """

    key: list[ast.Expression] | None
    width: int = 1
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if not event.present:
            g.line(f"if {event.row} is None:\n    {event.leave}")
        if self.key is None:
            checks = " or ".join(f"{event.key}[{i}] is None" for i in range(self.width))
            g.line(f"if {checks}:\n    {event.leave}")
            self.pass_on(g, event.but(present=True))
            return
        self.pass_on(g, event.but(present=True, key=key_of(g, event, self.key)))


def key_of(g: Generator, event: Event, nodes: list[ast.Expression]) -> str:
    """The name of the grouping key's tuple; leaves the event if a part is NULL."""
    expressions = event.expressions(g)
    parts = []
    for node in nodes:
        code = evaluate(g, expressions, node, "k")
        name = code.text
        if not code.is_name:
            name = g.temp("k")
            g.line(f"{name} = {code.text}")
        parts.append(name)
    g.line(f"if {' or '.join(f'{p} is None' for p in parts)}:\n    {event.leave}")
    name = g.temp("group")
    g.line(f"{name} = ({''.join(f'{p}, ' for p in parts)})")
    return name


@dataclass(slots=True)
class TableGroupBy(Operator):
    """Sends a table's change to the aggregate as (key, new row, ts, old row): one record where the group stays, else
    what goes from the old group first, then what comes to the new one.

    values   names and expressions of the columns the aggregate reads
    """

    key: list[ast.Expression]
    values: list[tuple[str, ast.Expression]]
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        assert event.old is not None
        group = g.function("regrouped", "key, row, ts", lambda: self._regrouped(g, event))
        now, was = g.temp("now"), g.temp("was")
        for name, row in ((was, event.old), (now, event.row)):
            g.line(f"{name} = None if {row} is None else {group}({event.key}, {row}, {event.ts})")
        g.line(f"if {now} is not None and {was} is not None and {now}[0] == {was}[0]:\n"
               f"    emit(({now}[0], {now}[1], {event.ts}, {was}[1]))\n    {event.leave}")
        g.line(f"if {was} is not None:\n    emit(({was}[0], None, {event.ts}, {was}[1]))")
        g.line(f"if {now} is not None:\n    emit(({now}[0], {now}[1], {event.ts}, None))")

    def _regrouped(self, g: Generator, event: Event) -> None:
        inner = event.but(key="key", row="row", ts="ts", present=True, leave="return", old=None)
        group = key_of(g, inner, self.key)
        expressions = inner.expressions(g)
        parts = "".join(f"{evaluate(g, expressions, node).text}, " for _, node in self.values)
        g.line(f"return {group}, ({parts})")
