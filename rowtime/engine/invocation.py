"""Calls of scalar functions, with lambdas, as source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowtime.engine import columnar
from rowtime.engine.code import Code
from rowtime.engine.failing import Forgiving, cannot_fail
from rowtime.engine.lambdas import count_of, inlined
from rowtime.functions import lambda_parameters, passes_null, scalar
from rowtime.functions.api import ArgumentType, LambdaType, ScalarCall
from rowtime.functions.parameters import INTERVAL_UNIT
from rowtime.functions.scalar.conditional import coalesce
from rowtime.sql import ast
from rowtime.sql.types import INTEGER, Array, Map, SqlType, Struct

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions


_NEVER_NULL = ("len({0})", "abs({0})")


def interval_unit(c: Expressions, node: ast.IntervalUnit) -> Code:
    return c.constant(node.unit, INTERVAL_UNIT)


def call(c: Expressions, node: ast.FunctionCall) -> Code:
    short = columnar.read(c, node) or count_of(c, node) or _distinct_count(c, node)
    if short is not None:
        return short
    lenient, forgiving = c.lenient and passes_null(node.name), c.forgiving
    codes: list[Code | None] = [None if isinstance(a, ast.Lambda) else argument(c, a, lenient) for a in node.args]
    types: list[ArgumentType] = [
        LambdaType((None,) * len(a.params)) if isinstance(a, ast.Lambda) else code.type  # type: ignore[union-attr]
        for a, code in zip(node.args, codes, strict=True)]
    if None in codes:
        comprehension = inlined(c, node, codes)
        if comprehension is not None:
            return comprehension
        _compile_lambdas(c, node, codes, types)
    resolved = scalar(node.name, types)
    return _apply(c, resolved, [code for code in codes if code is not None], forgiving)


def argument(c: Expressions, node: ast.Expression, lenient: bool) -> Code:
    """An argument; ksqlDB catches the errors of calls and fields. `lenient`: NULL makes the call NULL."""
    if lenient:
        return c.compile(node, True)
    return c.forgiven(node) if isinstance(node, ast.FunctionCall | ast.Dereference) else c.compile(node)


def _plain(types: Sequence[ArgumentType]) -> bool:
    return not any(isinstance(t, Array) and isinstance(t.item, Array | Map | Struct) for t in types)


def _distinct_count(c: Expressions, node: ast.FunctionCall) -> Code | None:
    """ARRAY_LENGTH(ARRAY_DISTINCT(A)) without making the list."""
    inner = node.args[0] if node.name == "ARRAY_LENGTH" and len(node.args) == 1 else None
    if not isinstance(inner, ast.FunctionCall) or inner.name != "ARRAY_DISTINCT" or len(inner.args) != 1:
        return None
    array = c.or_null(inner.args[0])
    if not isinstance(array.type, Array) or isinstance(array.type.item, Array | Map | Struct):
        return None
    return Code(c.null_in_null_out([array], lambda t: f"len(set({t[0]}))"), INTEGER, array.nullable)


def _coalesced(c: Expressions, value: Code, other: Code, returns: SqlType) -> Code:
    if value.type is not None and not value.nullable:
        return Code(value.text, returns, False)
    first, later = c.named(value)
    return Code(f"({later} if {first} is not None else {other.text})", returns, other.nullable)


def _compile_lambdas(c: Expressions, node: ast.FunctionCall, codes: list[Code | None],
                     types: list[ArgumentType]) -> None:
    for i, parameters in enumerate(lambda_parameters(node.name, types)):
        argument = node.args[i]
        if isinstance(argument, ast.Lambda) and parameters is not None:
            codes[i], types[i] = _lambda(c, argument, parameters)


def _lambda(c: Expressions, node: ast.Lambda, parameters: Sequence[SqlType]) -> tuple[Code, LambdaType]:
    names = [c.module.temp("p") for _ in node.params]
    bound = {p: Code(n, t) for p, n, t in zip(node.params, names, parameters, strict=False)}
    body = c.within(c.scope.with_lambdas(bound)).compile(node.body)
    return (Code(f"(lambda {', '.join(names)}: {body.text})", body.type, False),
            LambdaType(tuple(parameters), body.type))


def _apply(c: Expressions, resolved: ScalarCall, codes: list[Code], forgiving: bool) -> Code:
    cast_to = [code if isinstance(t, LambdaType) or t is None else c.coerce(code, t)
               for code, t in zip(codes, resolved.argument_types, strict=False)]
    cast_to += codes[len(cast_to):]

    if resolved.inline == "{0}" and resolved.null_in_null_out:
        return Code(cast_to[0].text, resolved.returns, cast_to[0].nullable)
    if resolved.implementation is coalesce and len(cast_to) == 2 and cannot_fail(cast_to[1].text):
        return _coalesced(c, cast_to[0], cast_to[1], resolved.returns)

    def make(texts: Sequence[str]) -> str:
        if resolved.volatile:
            return f"recorded({c.module.bind(resolved.implementation, 'volatile')}, {', '.join(texts)})"
        if resolved.inline and all(cannot_fail(text) for text in texts[1:]):
            return "(" + resolved.inline.format(*texts) + ")"
        total = resolved.total and _plain(resolved.argument_types)
        if forgiving and not total and all(cannot_fail(text) for text in texts):
            return f"{c.module.bind(Forgiving(resolved.implementation), 'safe_call')}({', '.join(texts)})"
        function = c.module.bind(resolved.implementation, "safe_call" if total else "call")
        return f"{function}({', '.join(texts)})"

    if resolved.null_in_null_out:
        if any(code.type is None and code.text == "None" for code in cast_to):
            return Code("None", resolved.returns)
        never = resolved.inline in _NEVER_NULL and not any(code.nullable for code in cast_to)
        return Code(c.null_in_null_out(cast_to, lambda t: make(t)), resolved.returns, not never)
    return Code(make([code.text for code in cast_to]), resolved.returns)
