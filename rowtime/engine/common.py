"""Function calls that several expressions of a projection share: worked out once a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rowtime.engine import lambdas
from rowtime.engine.code import Code
from rowtime.engine.failing import cannot_fail, fail
from rowtime.engine.hoisting import hoisted
from rowtime.engine.narrowing import Narrowing
from rowtime.engine.operators.base import Event, Generator
from rowtime.engine.ordered import extreme_of, quick, walk, with_orders
from rowtime.engine.simplify import shareable
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import Decimal

LOOPS = ("FILTER", "TRANSFORM", "REDUCE")


def with_common(g: Generator, event: Event, nodes: Iterable[ast.Expression]) -> Event:
    """Writes the shared calls, smallest first and wide windows before narrow ones, and gives the event that knows their
    values."""
    nodes = list(nodes)
    event = with_orders(g, hoisted(g, event, nodes), nodes)
    counts: Counter[Any] = Counter()
    for node in nodes:
        _count(node, counts, event)
    shared = [n for n, times in counts.items() if times > 1 or n.name in LOOPS or extreme_of(event, n)]
    narrowing = Narrowing()
    for node in sorted(shared, key=_order):
        event = _shared(g, event, node, narrowing)
    return event


def _count(node: Any, counts: Counter[Any], event: Event) -> None:
    if node in event.values:
        return
    if shareable(node, event.values):
        counts[node] += 1
    extreme = extreme_of(event, node)
    for child in [extreme] if extreme else lambdas.counted(node) or ast.children(node):
        _count(child, counts, event)


def _order(node: Any) -> tuple[int, int]:
    """Size, then the largest number in it downwards."""
    inside = list(walk(node))
    numbers = [n.value for n in inside if isinstance(n, ast.IntegerLiteral | ast.LongLiteral)]
    return len(inside), -max(numbers, default=0)


def _shared(g: Generator, event: Event, node: ast.FunctionCall, narrowing: Narrowing) -> Event:
    try:
        event = _with_invariants(g, event, node)
        code = event.expressions(g).compile(node)
        less = narrowing.narrowed(g, event, node)
        bold = less.event.expressions(g).within(less.event.scope(), bold=True).compile(less.node).text
        bold = quick(g, less.event, less.node, bold)
    except KsqlError:
        return event
    if code.type is None or isinstance(code.type, Decimal):
        return event
    name = g.temp("same")
    error = "" if cannot_fail(code.text) else f"{name}_failed"
    if less.guards:
        bold = f"({bold} if {' and '.join(less.guards)} else {g.bind(fail, 'fail')}())"
    _assigned(g, name, error, code.text, bold)
    narrowing.done(g, event, node, name, error)
    return event.but(values={**event.values, node: Code(name, code.type, code.nullable or bool(error), error)})


def _assigned(g: Generator, name: str, error: str, careful: str, bold: str) -> None:
    """name = the value, by way of the bold source; `error`, if not '', says whether there was one."""
    nothing = "None"
    if error:
        g.line(f"{error} = False")
        nothing = f"None; {error} = True"
    if bold == careful:
        g.guarded(name, careful, nothing)
        return
    g.line(f"try:\n    {name} = {bold}\nexcept Exception:")
    g.depth += 1
    g.guarded(name, careful, nothing)
    g.depth -= 1


def _with_invariants(g: Generator, event: Event, node: ast.FunctionCall) -> Event:
    """What a lambda reads that does not depend on its parameters, in locals."""
    for function in (a for a in node.args if isinstance(a, ast.Lambda)):
        for part, code in lambdas.invariants(event.expressions(g), function.body):
            name = g.temp("b")
            g.line(f"{name} = {code.text}")
            event = event.but(values={**event.values, part: lambdas.held(name, part, code)})
    return event
