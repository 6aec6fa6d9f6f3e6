"""The projection, with the key that goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.code import Code
from rowtime.engine.common import with_common
from rowtime.engine.operators.base import Event, Generator, Operator, evaluate
from rowtime.engine.simplify import simplified
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class Select(Operator):
    """Makes the output row.

    key      expressions of the output's key, None: the key stays as it is
    values   names and expressions of the output's value columns
    from_key positions of key expressions that read nothing but key columns: they work on tombstones too
    """

    key: list[ast.Expression] | None
    values: list[tuple[str, ast.Expression]]
    from_key: frozenset[int] = frozenset()
    types: list[SqlType] = field(default_factory=list)
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        self.values = [(name, simplified(node, event.values)) for name, node in self.values]
        if event.present:
            self._project(g, event)
            return
        out = g.temp("made")
        g.line(f"if {event.row} is None:")
        g.depth += 1
        g.line(f"{out} = None")
        key = self._key(g, event, tombstone=True)
        g.depth -= 1
        g.line("else:")
        g.depth += 1
        known, event = event.values, with_common(g, event, [node for _, node in self.values])
        g.line(f"{out} = {self._row(g, event)}")
        again = self._key(g, event)
        if key != event.key or again != event.key:
            g.line(f"{out}_key = {again}")
            g.depth -= 1
            self._patch_tombstone_key(g, out, key)
            key = f"{out}_key"
        else:
            g.depth -= 1
        self.pass_on(g, event.but(key=key, row=out, values=known))

    def _patch_tombstone_key(self, g: Generator, out: str, key: str) -> None:
        g.line(f"if {out} is None:\n    {out}_key = {key}")

    def _project(self, g: Generator, event: Event) -> None:
        known, event = event.values, with_common(g, event, [node for _, node in self.values])
        row = self._row(g, event)
        self.pass_on(g, event.but(key=self._key(g, event), row=row, present=True, values=known))

    def _row(self, g: Generator, event: Event) -> str:
        expressions = event.expressions(g)
        codes: list[Code] = []
        for _, node in self.values:
            try:
                codes.append(evaluate(g, expressions, node))
            except KsqlError as e:
                raise projection_error(node, e) from e
        return "(" + "".join(f"{c.text}, " for c in codes) + ")"

    def _key(self, g: Generator, event: Event, tombstone: bool = False) -> str:
        if self.key is None:
            return event.key
        expressions = event.expressions(g)
        parts = [evaluate(g, expressions, node).text if not tombstone or i in self.from_key else "None"
                 for i, node in enumerate(self.key)]
        return "(" + "".join(f"{part}, " for part in parts) + ")"


def projection_error(node: ast.Expression, e: KsqlError) -> KsqlError:
    """ksqlDB's words around an error in a select expression."""
    from rowtime.sql.format import format_expression

    if e.message.startswith("Cast of "):
        return KsqlError(f"Invalid Select: {e.message}")
    if not e.message.startswith(("Unsupported arithmetic", "Arithmetic on", "Cannot compare")):
        return e
    text = format_expression(node)
    return KsqlError(f"Error processing expression: {text}. {e.message}\nStatement: {text}")
