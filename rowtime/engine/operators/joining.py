"""What the joins share: the row of one side, the columns of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rowtime.engine.operators.base import Event, Generator, Operator, evaluate
from rowtime.sql import ast
from rowtime.sql.types import SqlType

Columns = Sequence[tuple[str, SqlType]]


def side_row(g: Generator, event: Event, columns: Columns, row: str | None = None) -> str:
    """A tuple of the side's columns."""
    scope = event.scope(row)
    return "(" + "".join(f"{scope.columns[None, name].text}, " for name, _ in columns) + ")"


def joined_columns(left: Columns, right: Columns, key_names: Sequence[str], key_types: Sequence[SqlType],
                   key: str) -> dict[str, tuple[str, SqlType]]:
    """Columns of a joined row: left's, then right's; and the key under its synthetic name."""
    columns = {name: (f"{{row}}[{i}]", t) for i, (name, t) in enumerate([*left, *right])}
    for i, (name, t) in enumerate(zip(key_names, key_types, strict=False)):
        columns.setdefault(name, (f"{key}[{i}]", t))
    return columns


@dataclass(slots=True)
class JoinKey(Operator):
    """Gives a stream's row its join key. A NULL key or row is dropped, but a row that an outer join keeps."""

    key: list[ast.Expression] | None
    keeps_null: bool = False
    width: int = 1
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if not event.present:
            g.line(f"if {event.row} is None:\n    {event.leave}")
        name = event.key
        if self.key is not None:
            expressions = event.expressions(g)
            parts = "".join(f"{evaluate(g, expressions, node, 'k').text}, " for node in self.key)
            name = g.temp("joinkey")
            g.line(f"{name} = ({parts})")
        if not self.keeps_null:
            g.line(f"if {' or '.join(f'{name}[{i}] is None' for i in range(self.width))}:\n    {event.leave}")
        self.pass_on(g, event.but(key=name, present=True))
