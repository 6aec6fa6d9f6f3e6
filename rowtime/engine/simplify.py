"""Rewrites that change how an expression is worked out, not what it gives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from rowtime.engine.failing import Forgiven
from rowtime.engine.operators.base import cannot_fail
from rowtime.functions import is_scalar
from rowtime.sql import ast

_READERS = ("FILTER", "TRANSFORM", "SLICE", "ARRAY_LENGTH", "ARRAY_CONTAINS", "ARRAY_DISTINCT")
"""Functions that make a new value of an array in the first place."""
_CATCHING = (ast.CreateArray, ast.CreateMap, ast.CreateStruct, ast.Cast, Forgiven)
VOLATILE = frozenset({"UUID", "RANDOM", "UNIX_TIMESTAMP", "UNIX_DATE"})


def simplified(node: ast.Expression, known: Collection[object] = ()) -> ast.Expression:
    """TRANSFORM(ARRAY[STRUCT(a := e, …)], (x) => body)[1], which names values, becomes the body with e for x->a, where
    no e can fail: it is a column, a literal, one of the `known` expressions, or a function of such, whose error is NULL
    wherever it stands. In a chain of TRANSFORMs each makes a STRUCT for the next: ARRAY[STRUCT(…)] again.
    TRANSFORM(ARRAY[e], (x) => body)[1] becomes the body likewise, where the body cannot fail either."""
    return ast.transform(node, lambda n: _let(n, known))


def _let(node: Any, known: Collection[object]) -> Any:
    if isinstance(node, ast.Subscript) and node.index == ast.IntegerLiteral(1):
        if isinstance(node.base, ast.CreateArray) and isinstance(node.base.items[0], ast.CreateStruct):
            return node.base.items[0] if len(node.base.items) == 1 else node
        bound = _bound(node.base, known) or _named(node.base, known)
        return node if bound is None else bound
    made = _bound(node, known) if isinstance(node, ast.FunctionCall) else None
    return ast.CreateArray((made,)) if isinstance(made, ast.CreateStruct) else node


def _bound(call: Any, known: Collection[object]) -> ast.Expression | None:
    """The body of TRANSFORM(ARRAY[STRUCT(…)], (x) => body) without x, if that is what the call is."""
    value, function = _of_one(call)
    if function is None or not isinstance(value, ast.CreateStruct) or not harmless(value, known):
        return None
    return ast.transform(ast.transform(_put(value, function), lambda n: _field(n, known)), _unwrapped)


def _named(call: Any, known: Collection[object]) -> ast.Expression | None:
    """The body of TRANSFORM(ARRAY[e], (x) => body) with e for x, where neither can fail."""
    value, function = _of_one(call)
    if function is None or isinstance(value, ast.CreateStruct | ast.NullLiteral) or not _simple(value, known):
        return None
    body = ast.transform(_put(_forgiven(value, known), function), _unwrapped)
    return body if harmless(body, known) else None


def _of_one(call: Any) -> tuple[Any, ast.Lambda | None]:
    """e and the lambda of TRANSFORM(ARRAY[e], (x) => …); None for anything else."""
    if not (isinstance(call, ast.FunctionCall) and call.name == "TRANSFORM" and len(call.args) == 2):
        return None, None
    array, function = call.args
    if not (isinstance(array, ast.CreateArray) and len(array.items) == 1 and isinstance(function, ast.Lambda)
            and len(function.params) == 1 and not _rebinds(function.body, function.params[0])):
        return None, None
    return array.items[0], function


def _put(value: ast.Expression, function: ast.Lambda) -> ast.Expression:
    """A lambda's body with the value of its parameter."""
    variable = ast.LambdaVariable(function.params[0])
    return ast.transform(function.body, lambda n: value if n == variable else n)


def _field(node: Any, known: Collection[object]) -> Any:
    """STRUCT(a := e, …)->a is e, NULL where that has an error."""
    if isinstance(node, ast.Dereference) and isinstance(node.base, ast.CreateStruct):
        return next((_forgiven(e.value, known) for e in node.base.entries if e.name == node.field), node)
    return node


def _forgiven(node: ast.Expression, known: Collection[object]) -> Any:
    """The expression with NULL for its error, which it had as an item of an ARRAY or a STRUCT."""
    return node if node in known or isinstance(node, _CATCHING) or cannot_fail(node) else Forgiven(node)


def _unwrapped(node: Any) -> Any:
    """Without `Forgiven` where errors are caught anyway."""
    if isinstance(node, ast.FunctionCall):
        return replace(node, args=tuple(_bare(a, ast.FunctionCall | ast.Dereference) for a in node.args))
    if isinstance(node, ast.CreateArray):
        return replace(node, items=tuple(_bare(i, ast.Expression) for i in node.items))
    if isinstance(node, ast.CreateStruct):
        return replace(node, entries=tuple(replace(e, value=_bare(e.value, ast.Expression)) for e in node.entries))
    return node


def _bare(node: Any, kinds: Any) -> Any:
    return node.operand if isinstance(node, Forgiven) and isinstance(node.operand, kinds) else node


def harmless(node: Any, known: Collection[object]) -> bool:
    """Whether it may be worked out by itself, its error looked at where it stands."""
    if node in known or isinstance(node, ast.Lambda) or shareable(node, known):
        return True
    if isinstance(node, ast.Arithmetic) and node.op in ("+", "-", "*"):
        return harmless(node.left, known) and harmless(node.right, known)
    if isinstance(node, Forgiven):
        return _simple(node.operand, known)
    if isinstance(node, ast.CreateStruct):
        return all(harmless(e.value, known) for e in node.entries)
    if isinstance(node, ast.CreateArray):
        return all(_simple(i, known) for i in node.items)
    if isinstance(node, ast.Cast):
        return isinstance(node.operand, ast.IntegerLiteral | ast.LongLiteral | ast.DoubleLiteral)
    return cannot_fail(node)


def _simple(node: Any, known: Collection[object]) -> bool:
    """Whether it may be worked out by itself, and wherever it stands, once its error is NULL."""
    if isinstance(node, ast.Arithmetic):
        return harmless(node.left, known) and harmless(node.right, known)
    return harmless(node, known)


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
