"""Rewrites that change how an expression is worked out, not what it gives."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rowtime.engine.operators.base import cannot_fail
from rowtime.sql import ast


def simplified(node: ast.Expression, known: Collection[object] = ()) -> ast.Expression:
    """TRANSFORM(ARRAY[STRUCT(a := e, …)], (x) => body)[1], which names values, becomes the body with e for x->a, where
    each e is a column, a literal or one of the `known` expressions."""
    return ast.transform(node, lambda n: _let(n, known))


def _let(node: Any, known: Collection[object]) -> Any:
    if not (isinstance(node, ast.Subscript) and node.index == ast.IntegerLiteral(1)):
        return node
    call = node.base
    if not (isinstance(call, ast.FunctionCall) and call.name == "TRANSFORM" and len(call.args) == 2):
        return node
    array, function = call.args
    if not (isinstance(array, ast.CreateArray) and len(array.items) == 1 and isinstance(function, ast.Lambda)
            and isinstance(array.items[0], ast.CreateStruct) and len(function.params) == 1):
        return node
    fields = {e.name: e.value for e in array.items[0].entries}
    if not all(value in known or cannot_fail(value) for value in fields.values()):
        return node
    return _substituted(node, function, fields)


def _substituted(node: Any, function: ast.Lambda, fields: dict[str, ast.Expression]) -> Any:
    name = function.params[0]

    def replace(n: Any) -> Any:
        if isinstance(n, ast.Dereference) and n.base == ast.LambdaVariable(name) and n.field in fields:
            return fields[n.field]
        return n

    if _rebinds(function.body, name):
        return node
    body = ast.transform(function.body, replace)
    return node if _uses(body, name) else body


def _rebinds(node: Any, name: str) -> bool:
    if isinstance(node, ast.Lambda) and name in node.params:
        return True
    return any(_rebinds(child, name) for child in ast.children(node))


def _uses(node: Any, name: str) -> bool:
    return node == ast.LambdaVariable(name) or any(_uses(child, name) for child in ast.children(node))
