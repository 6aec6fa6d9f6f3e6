"""Arrays of structs that are in the order of their first field, as a ring of arrivals is while none is late: a FILTER
by limits of that field is a slice, the field's largest value is the last element's.

Whether the order holds is known at run time: `Event.ordered` has the source of the question for an array.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from rowtime.engine.narrowing import ANY, bound_of, conjuncts_of
from rowtime.engine.operators.base import Event, Generator, Order
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, TIMESTAMP

_KEEP_ORDER = ("FILTER", "SLICE")
_LAST = {"ARRAY_MAX": "-1", "ARRAY_MIN": "0"}
_NUMBERS = (INTEGER, BIGINT, TIMESTAMP)
_CUT = {">": ("{0} + 1", 0), ">=": ("{0}", 0), "<": ("{0}", 1), "<=": ("{0} + 1", 1)}
"""The first element that is in, or the first behind, by its place in a slice."""


def order_of(event: Event, node: Any) -> Order | None:
    """What is known of an array's order; None: nothing."""
    if node in event.ordered:
        return event.ordered[node]
    kept = isinstance(node, ast.FunctionCall) and node.name in _KEEP_ORDER
    return order_of(event, node.args[0]) if kept else None


def extreme_of(event: Event, node: Any) -> ast.Expression | None:
    """A of ARRAY_MAX(TRANSFORM(A, (x) => x->first)) or ARRAY_MIN, where A may be in the order of that field."""
    if not (isinstance(node, ast.FunctionCall) and node.name in _LAST and len(node.args) == 1):
        return None
    each = node.args[0]
    if not (isinstance(each, ast.FunctionCall) and each.name == "TRANSFORM" and isinstance(each.args[1], ast.Lambda)):
        return None
    order, function = order_of(event, each.args[0]), each.args[1]
    mine = order and ast.Dereference(ast.LambdaVariable(function.params[0]), order.field)
    return each.args[0] if len(function.params) == 1 and function.body == mine else None


def quick(g: Generator, event: Event, node: ast.FunctionCall, bold: str) -> str:
    """The call's bold source, with a shorter way where its array is in order."""
    array = extreme_of(event, node) or (node.args[0] if node.name == "FILTER" else None)
    order = order_of(event, array)
    if array is None or order is None:
        return bold
    first, later = event.expressions(g).named(event.expressions(g).compile(array))
    if node.name == "FILTER":
        cut = _cut(g, event, node, order, later)
        return f"({first}{cut} if {order.holds} else {bold})" if cut else bold
    return f"(({later}[{_LAST[node.name]}][0] if {first} else None) if {order.holds} else {bold})"


def _cut(g: Generator, event: Event, node: ast.FunctionCall, order: Order, array: str) -> str:
    """The slice that a FILTER's conditions are; '' where they are more than limits of the field."""
    cuts: list[list[str]] = [[], []]
    for condition in conjuncts_of(node) or [node]:
        bound = bound_of(condition)
        if bound is None or bound.of != ast.Dereference(ANY, order.field):
            return ""
        limit = event.expressions(g).compile(bound.limit)
        if limit.type not in _NUMBERS or not limit.is_name:
            return ""
        template, side = _CUT[bound.op]
        cuts[side].append(f"{g.bind(bisect_left, 'place')}({array}, ({template.format(limit.text)},))")
    return f"[{''.join(cuts[0])}:{''.join(cuts[1])}]" if max(map(len, cuts)) == 1 else ""
