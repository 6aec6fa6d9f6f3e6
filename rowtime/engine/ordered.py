"""Arrays of structs that are in the order of their first field, as a ring of arrivals is while none is late: a FILTER
by limits of that field is a slice, the field's largest value is the last element's.

Whether the order holds is known at run time: `Event.ordered` has the source of the question for an array.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Any

from rowtime.engine.code import Code
from rowtime.engine.conditions import ANY, bound_of, conjuncts_of, filter_of, sure_of
from rowtime.engine.failing import cannot_fail
from rowtime.engine.operators.base import Event, Generator, Order
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, TIMESTAMP, Array, Struct

WORTH = 3
"""Limits from which on it is worth the look."""
_KEEP_ORDER = ("FILTER", "SLICE")
_LAST = {"ARRAY_MAX": "-1", "ARRAY_MIN": "0"}
_NUMBERS = (INTEGER, BIGINT, TIMESTAMP)
_CUT = {">": ("{0} + 1", 0), ">=": ("{0}", 0), "<": ("{0}", 1), "<=": ("{0} + 1", 1)}
"""The first element that is in, or the first behind, by its place in a slice."""


def walk(node: Any) -> Iterable[Any]:
    yield node
    for child in ast.children(node):
        yield from walk(child)


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


def with_orders(g: Generator, event: Event, nodes: Iterable[ast.Expression]) -> Event:
    """Looks, once a row, whether arrays that several FILTERs limit by their first field are in its order."""
    limits: Counter[ast.Expression] = Counter()
    for node in dict.fromkeys(n for each in nodes for n in walk(each)):
        for condition in conjuncts_of(node) or ():
            bound = bound_of(condition)
            limits[node.args[0]] += bound is not None and isinstance(bound.of, ast.Dereference)
    for array in [a for a, times in limits.items() if times >= WORTH and order_of(event, a) is None]:
        event = _looked_at(g, event, array)
    return event


def _looked_at(g: Generator, event: Event, array: ast.Expression) -> Event:
    try:
        code = event.expressions(g).compile(array)
    except KsqlError:
        return event
    t = code.type.item if isinstance(code.type, Array) else None
    if not isinstance(t, Struct) or t.fields[0].type not in _NUMBERS or not code.is_name:
        return event
    name = g.temp("ordered")
    g.line(f"{name} = {g.bind(in_order, 'in_order')}({code.text})")
    return event.but(ordered={**event.ordered, array: Order(name, t.fields[0].name)})


def in_order(values: list[Any] | None) -> bool:
    """Whether the first fields of an array's structs are known and none is less than the one before it."""
    try:
        firsts = [value[0] for value in values]  # type: ignore[union-attr]
        return firsts == sorted(firsts)
    except TypeError:
        return False


def quick(g: Generator, event: Event, node: ast.FunctionCall, bold: str) -> str:
    """The call's bold source, with a shorter way where its array is in order."""
    array = extreme_of(event, node) or (node.args[0] if node.name == "FILTER" else None)
    order = order_of(event, array)
    if array is None or order is None:
        return bold
    if node.name == "FILTER":
        cut = _cut(g, event, node, order)
        return f"({cut} if {order.holds} else {bold})" if cut else bold
    first, later = event.expressions(g).named(event.expressions(g).compile(array))
    return f"(({later}[{_LAST[node.name]}][0] if {first} else None) if {order.holds} else {bold})"


def _cut(g: Generator, event: Event, node: ast.FunctionCall, order: Order) -> str:
    """The slice that a FILTER's limits of the field are, its other conditions looked at there; '' where there are no
    limits, or a condition can fail."""
    cuts: list[list[str]] = [[], []]
    rest, every = [], conjuncts_of(node) or [node]
    values = event.expressions(g).compile(node.args[0])
    first, later = event.expressions(g).named(values)
    for condition in every:
        limit = _limit(g, event, condition, order)
        if limit:
            cuts[limit[1]].append(f"{g.bind(bisect_left, 'place')}({later}, ({limit[0]},))")
        else:
            rest.append(condition)
    if not any(cuts) or rest and sure_of(g, event, node, every) != (every, []):
        return ""
    cut = f"{first}[{_one('max', cuts[0])}:{_one('min', cuts[1])}]"
    return _rest(g, event, node, Code(cut, values.type, False), rest) if rest else cut


def _one(pick: str, places: list[str]) -> str:
    return f"{pick}({', '.join(places)})" if len(places) > 1 else "".join(places)


def _limit(g: Generator, event: Event, condition: ast.Expression, order: Order) -> tuple[str, int] | None:
    """What to look for and which end of the slice is there, of a condition that limits the field."""
    bound = bound_of(condition)
    if bound is None or bound.of != ast.Dereference(ANY, order.field):
        return None
    limit = event.expressions(g).compile(bound.limit)
    if limit.type not in _NUMBERS or not limit.is_name and (limit.nullable or not cannot_fail(limit.text)):
        return None
    template, side = _CUT[bound.op]
    return template.format(limit.text), side


def _rest(g: Generator, event: Event, node: ast.FunctionCall, part: Code, rest: list[ast.Expression]) -> str:
    """FILTER of a part of the array by the remaining conditions."""
    stand_in = ast.ColumnRef(None, " part")
    less = event.but(values={**event.values, stand_in: part})
    return less.expressions(g).within(less.scope(), bold=True).compile(filter_of(stand_in, node, rest)).text
