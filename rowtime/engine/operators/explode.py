"""Table functions: one row in, as many rows out as the longest result has elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest

from rowtime.engine.code import Code
from rowtime.engine.operators.base import Event, Generator, Operator
from rowtime.functions import table_function
from rowtime.functions.api import TableCall
from rowtime.sql import ast


@dataclass(slots=True)
class Explode(Operator):
    """Repeats the row with each element; shorter results are padded with NULL."""

    calls: list[ast.FunctionCall]
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if not event.present:
            g.line(f"if {event.row} is None:\n    {event.leave}")
        g.names["zip_longest"] = zip_longest
        lists, names = [], []
        values = dict(event.values)
        for call in self.calls:
            text, resolved = self._call(g, event, call)
            name, element = g.temp("many"), g.temp("one")
            g.guarded(name, f"{text} or ()", "()")
            lists.append(name)
            names.append(element)
            values[call] = Code(element, resolved.returns)
        with g.block(f"for {', '.join(names)}, in zip_longest({', '.join(lists)}):"):
            self.pass_on(g, event.but(present=True, leave="continue", values=values))

    @staticmethod
    def _call(g: Generator, event: Event, call: ast.FunctionCall) -> tuple[str, TableCall]:
        expressions = event.expressions(g)
        codes = [expressions.compile(a) for a in call.args]
        resolved = table_function(call.name, [c.type for c in codes])
        coerced = [expressions.coerce(c, t) for c, t in zip(codes, resolved.argument_types, strict=False)]  # type: ignore[arg-type]
        function = g.bind(resolved.implementation, "explode")
        return f"{function}({', '.join(c.text for c in coerced)})", resolved
