"""Rewrites that change how an expression is worked out, not what it gives."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rowtime.engine.operators.base import cannot_fail
from rowtime.functions import is_scalar
from rowtime.sql import ast

_READERS = ("FILTER", "TRANSFORM", "SLICE", "ARRAY_LENGTH", "ARRAY_CONTAINS", "ARRAY_DISTINCT")
"""Functions that make a new value of an array in the first place."""
VOLATILE = frozenset({"UUID", "RANDOM", "UNIX_TIMESTAMP", "UNIX_DATE"})


def simplified(node: ast.Expression, known: Collection[object] = ()) -> ast.Expression:
    """TRANSFORM(ARRAY[STRUCT(a := e, …)], (x) => body)[1], which names values, becomes the body with e for x->a, where
    no e can fail: it is a column, a literal, one of the `known` expressions, or a function of such, whose error is NULL
    wherever it stands. In a chain of TRANSFORMs each makes a STRUCT for the next: ARRAY[STRUCT(…)] again."""
    return ast.transform(node, lambda n: _let(n, known))


def _let(node: Any, known: Collection[object]) -> Any:
    if isinstance(node, ast.Subscript) and node.index == ast.IntegerLiteral(1):
        if isinstance(node.base, ast.CreateArray) and isinstance(node.base.items[0], ast.CreateStruct):
            return node.base.items[0] if len(node.base.items) == 1 else node
        bound = _bound(node.base, known)
        return node if bound is None else bound
    made = _bound(node, known) if isinstance(node, ast.FunctionCall) else None
    return ast.CreateArray((made,)) if isinstance(made, ast.CreateStruct) else node


def _bound(call: Any, known: Collection[object]) -> ast.Expression | None:
    """The body of TRANSFORM(ARRAY[STRUCT(…)], (x) => body) without x, if that is what the call is."""
    if not (isinstance(call, ast.FunctionCall) and call.name == "TRANSFORM" and len(call.args) == 2):
        return None
    array, function = call.args
    if not (isinstance(array, ast.CreateArray) and len(array.items) == 1 and isinstance(function, ast.Lambda)
            and isinstance(array.items[0], ast.CreateStruct) and len(function.params) == 1):
        return None
    variable, struct = ast.LambdaVariable(function.params[0]), array.items[0]
    if not harmless(struct, known) or _rebinds(function.body, variable.name):
        return None
    body = ast.transform(function.body, lambda n: struct if n == variable else n)
    return ast.transform(body, _field)


def _field(node: Any) -> Any:
    """STRUCT(a := e, …)->a is e."""
    if isinstance(node, ast.Dereference) and isinstance(node.base, ast.CreateStruct):
        return next((e.value for e in node.base.entries if e.name == node.field), node)
    return node


def harmless(node: Any, known: Collection[object]) -> bool:
    """Whether its error, if it can have one, is NULL wherever it stands."""
    if node in known or isinstance(node, ast.Lambda) or shareable(node, known):
        return True
    if isinstance(node, ast.Arithmetic) and node.op in ("+", "-", "*"):
        return harmless(node.left, known) and harmless(node.right, known)
    if isinstance(node, ast.CreateStruct):
        return all(harmless(e.value, known) for e in node.entries)
    if isinstance(node, ast.Cast):
        return isinstance(node.operand, ast.IntegerLiteral | ast.LongLiteral | ast.DoubleLiteral)
    return cannot_fail(node)


def shareable(node: Any, known: Collection[object]) -> bool:
    """A scalar function whose arguments cannot fail: its error is NULL wherever it stands, so it may stand apart."""
    return isinstance(node, ast.FunctionCall) and is_scalar(node.name) and not _free(node, frozenset()) and \
        repeatable(node, known) and all(harmless(a, known) for a in node.args)


def _free(node: Any, bound: frozenset[str]) -> bool:
    """Whether it uses a lambda's parameter from outside of it."""
    if isinstance(node, ast.LambdaVariable):
        return node.name not in bound
    if isinstance(node, ast.Lambda):
        bound = bound | set(node.params)
    return any(_free(child, bound) for child in ast.children(node))


def escapes(node: Any, array: ast.Expression) -> bool:
    """Whether the array itself may be part of what the expression gives, and not only what is read off it."""
    if node == array:
        return True
    children = list(ast.children(node))
    if isinstance(node, ast.FunctionCall) and node.name in _READERS and node.args[0] == array:
        children = list(node.args[1:])
    if isinstance(node, ast.Subscript) and node.base == array:
        children = [node.index]
    return any(escapes(child, array) for child in children)


def _rebinds(node: Any, name: str) -> bool:
    if isinstance(node, ast.Lambda) and name in node.params:
        return True
    return any(_rebinds(child, name) for child in ast.children(node))


def repeatable(node: Any, known: Collection[object]) -> bool:
    """Whether it gives the same however often it is worked out."""
    if node in known:
        return True
    if isinstance(node, ast.FunctionCall) and (
            node.name in VOLATILE and not node.args or node.name == "UUID" or not is_scalar(node.name)):
        return False
    return all(repeatable(child, known) for child in ast.children(node))
