"""WHERE, and HAVING on an aggregate."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.code import Code
from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BOOLEAN


def check_condition(code: Code, clause: str, node: ast.Expression) -> None:
    if code.type not in (BOOLEAN, None):
        raise KsqlError(f"Error in {clause} expression: Type error in {clause} expression: "
                        f"Should evaluate to boolean but is {code.type} instead.")


def compile_condition(g: Generator, event: Event, node: ast.Expression, clause: str, row: str | None = None) -> Code:
    try:
        code = event.expressions(g, row).compile(node)
    except KsqlError as e:
        if e.message.startswith(("Error in ", "Invalid expression: ")):
            raise
        raise KsqlError(f"Error in {clause} expression: {e.message}") from e
    check_condition(code, clause, node)
    return code


@dataclass(slots=True)
class StreamFilter(Operator):
    """Keeps the rows of a stream for which the condition is true; NULL, an error and a NULL row are not."""

    condition: ast.Expression
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if not event.present:
            g.line(f"if {event.row} is None:\n    {event.leave}")
        name = g.temp("ok")
        g.guarded(name, compile_condition(g, event, self.condition, "WHERE").text)
        g.line(f"if not {name}:\n    {event.leave}")
        self.pass_on(g, event.but(present=True))


@dataclass(slots=True)
class TableFilter(Operator):
    """Keeps a table's rows; one that no longer passes becomes a tombstone if it had passed before."""

    condition: ast.Expression
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        assert event.old is not None
        test = g.function("passes", "key, row, ts", lambda: self._test(g, event))
        for name in (event.row, event.old):
            g.line(f"if {name} is not None and not {test}({event.key}, {name}, {event.ts}):\n    {name} = None")
        g.line(f"if {event.row} is None and {event.old} is None:\n    {event.leave}")
        self.pass_on(g, event)

    def _test(self, g: Generator, event: Event) -> None:
        code = compile_condition(g, event.but(key="key", ts="ts"), self.condition, "WHERE", "row")
        g.guarded("ok", code.text)
        g.line("return ok")
