"""Arrays of structs that are in the order of their first field, as a ring of arrivals is while none is late: a FILTER
by limits of that field is a slice, the field's largest value is the last element's.

Whether the order holds is known at run time: `Event.ordered` has the source of the question for an array.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from rowtime.engine.narrowing import bound_of, conjuncts_of
from rowtime.engine.operators.base import Event, Generator
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, TIMESTAMP, Array, Struct

_KEEP_ORDER = ("FILTER", "SLICE")
_LAST = {"ARRAY_MAX": "-1", "ARRAY_MIN": "0"}
_NUMBERS = (INTEGER, BIGINT, TIMESTAMP)
_CUT = {">": ("{0} + 1", 0), ">=": ("{0}", 0), "<": ("{0}", 1), "<=": ("{0} + 1", 1)}
"""The first element that is in, or the first behind, by its place in a slice."""


def order_of(event: Event, node: Any) -> str:
    """Source that says whether an array is in order; '' where it is never known."""
    if node in event.ordered:
        return event.ordered[node]
    kept = isinstance(node, ast.FunctionCall) and node.name in _KEEP_ORDER
    return order_of(event, node.args[0]) if kept else ""


def extreme_of(event: Event, node: Any) -> ast.Expression | None:
    """A of ARRAY_MAX(TRANSFORM(A, (x) => x->first)) or ARRAY_MIN, where A may be in order."""
    if not (isinstance(node, ast.FunctionCall) and node.name in _LAST and len(node.args) == 1):
        return None
    each = node.args[0]
    if not (isinstance(each, ast.FunctionCall) and each.name == "TRANSFORM" and isinstance(each.args[1], ast.Lambda)):
        return None
    function = each.args[1]
    if not (len(function.params) == 1 and isinstance(function.body, ast.Dereference)
            and function.body.base == ast.LambdaVariable(function.params[0])):
        return None
    return each.args[0] if order_of(event, each.args[0]) else None


def quick(g: Generator, event: Event, node: ast.FunctionCall, bold: str) -> str:
    """The call's bold source, with a shorter way where its array is in order."""
    array = extreme_of(event, node)
    if array is not None:
        short = _extreme(g, event, node, array)
    else:
        array = node.args[0]
        short = _sliced(g, event, node) if node.name == "FILTER" and order_of(event, array) else ""
    return f"({short} if {order_of(event, array)} else {bold})" if short else bold


def _extreme(g: Generator, event: Event, node: Any, array: ast.Expression) -> str:
    if node.args[0].args[1].body.field != _first(g, event, array):
        return ""
    name, text = _named(g, event, array)
    return f"({name}[{_LAST[node.name]}][0] if {text} else None)"


def _sliced(g: Generator, event: Event, node: ast.FunctionCall) -> str:
    conditions, array = conjuncts_of(node), node.args[0]
    first = _first(g, event, array)
    if conditions is None or first is None:
        return ""
    cuts: list[list[str]] = [[], []]
    name, text = _named(g, event, array)
    cut = g.bind(bisect_left, "place")
    for condition in conditions:
        bound = bound_of(condition)
        if bound is None or not isinstance(bound.of, ast.Dereference) or bound.of.field != first:
            return ""
        limit = event.expressions(g).compile(bound.limit)
        if limit.type not in _NUMBERS or not limit.is_name:
            return ""
        template, side = _CUT[bound.op]
        cuts[side].append(f"{cut}({name}, ({template.format(limit.text)},))")
    if max(map(len, cuts)) > 1:
        return ""
    return f"{text}[{''.join(cuts[0])}:{''.join(cuts[1])}]"


def _named(g: Generator, event: Event, array: ast.Expression) -> tuple[str, str]:
    """(later uses, first use) of an array."""
    first, later = event.expressions(g).named(event.expressions(g).compile(array))
    return later, first


def _first(g: Generator, event: Event, array: ast.Expression) -> str | None:
    """The name of the field that the order is of."""
    t = event.expressions(g).compile(array).type
    struct = t.item if isinstance(t, Array) else None
    if not isinstance(struct, Struct) or struct.fields[0].type not in _NUMBERS:
        return None
    return struct.fields[0].name
