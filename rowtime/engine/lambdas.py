"""FILTER, TRANSFORM and REDUCE of arrays as comprehensions."""

from __future__ import annotations

import sys
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from rowtime.engine.cast import wrap_int, wrap_long
from rowtime.engine.code import Code
from rowtime.engine.failing import cannot_fail
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIME, TIMESTAMP, Array

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions


def long_sum(values: list[int], start: int) -> int:
    """With the overflow of each addition, which may as well be that of the sum."""
    return wrap_long(sum(values, start))


def int_sum(values: list[int], start: int) -> int:
    return wrap_int(sum(values, start))


def double_sum(values: list[float], start: float) -> float:
    """One after the other: sum() of floats compensates errors from Python 3.12 on."""
    return reduce(add, values, start)


_SUMS: dict[Any, Any] = {INTEGER: int_sum, BIGINT: long_sum, DOUBLE: sum if sys.version_info < (3, 12) else double_sum}
_COUNTED = (STRING, INTEGER, BIGINT, BOOLEAN, DATE, TIME, TIMESTAMP)


def counted(node: Any) -> tuple[ast.Expression, ast.Expression] | None:
    """A and x of ARRAY_LENGTH(FILTER(A, (i) => i = x))."""
    if not (isinstance(node, ast.FunctionCall) and node.name == "ARRAY_LENGTH" and len(node.args) == 1):
        return None
    inner = node.args[0]
    if not (isinstance(inner, ast.FunctionCall) and inner.name == "FILTER" and len(inner.args) == 2):
        return None
    array, function = inner.args
    if not (isinstance(function, ast.Lambda) and len(function.params) == 1):
        return None
    test, element = function.body, ast.LambdaVariable(function.params[0])
    if not isinstance(test, ast.Comparison) or test.op != "=" or element not in (test.left, test.right):
        return None
    other = test.right if test.left == element else test.left
    return None if _uses_lambda(other) else (array, other)


def count_of(c: Expressions, node: ast.FunctionCall) -> Code | None:
    """How often a value that cannot fail occurs in an array; None where the node asks for something else."""
    parts = counted(node)
    if parts is None:
        return None
    array, value = c.or_null(parts[0]), c.compile(parts[1])
    if not isinstance(array.type, Array) or array.type.item not in _COUNTED or value.type != array.type.item \
            or not cannot_fail(value.text):
        return None
    first, wanted = c.named(value)
    text = c.null_in_null_out([array], lambda t: f"(0 if {first} is None else {t[0]}.count({wanted}))")
    return Code(text, INTEGER, array.nullable)


def inlined(c: Expressions, node: ast.FunctionCall, codes: list[Code | None]) -> Code | None:
    """The call as a comprehension, None where it has to stay a call."""
    if node.name == "REDUCE":
        return _reduced(c, node, codes)
    if node.name not in ("FILTER", "TRANSFORM") or len(node.args) != 2 or not isinstance(node.args[1], ast.Lambda):
        return None
    values, function = codes[0], node.args[1]
    if values is None or not isinstance(values.type, Array) or len(function.params) != 1:
        return None
    name = c.module.temp("p")
    scope = c.scope.with_lambdas({function.params[0]: Code(name, values.type.item)})
    before = [(c.module.temp("h"), node, code) for node, code in invariants(c, function.body) if "," not in code.text]
    scope.values = {**scope.values, **{n: held(v, n, code) for v, n, code in before}}
    body = c.within(scope).compile(function.body)
    if node.name == "FILTER" and (body.type != BOOLEAN or body.nullable):
        return None
    made = f"[{name} for {name} in {{0}} if {body.text}]" if node.name == "FILTER" else \
        f"[{body.text} for {name} in {{0}}]"
    first = "".join(f"{v} := {code.text}, " for v, _, code in before)
    t = values.type if node.name == "FILTER" else Array(body.type) if body.type else None
    if t is None:
        return None
    careful = c.within(c.scope, bold=False)
    return Code(careful.null_in_null_out([_named(c, values)], lambda texts: _with(first, made.format(texts[0]))), t,
                values.nullable)


def _reduced(c: Expressions, node: ast.FunctionCall, codes: list[Code | None]) -> Code | None:
    """REDUCE of an array: the state is assigned to in a comprehension."""
    if len(node.args) != 3 or not isinstance(node.args[2], ast.Lambda) or len(node.args[2].params) != 2:
        return None
    values, start, function = codes[0], codes[1], node.args[2]
    if values is None or start is None or not isinstance(values.type, Array) or start.type is None:
        return None
    state, name = c.module.temp("s"), c.module.temp("p")
    first, second = function.params
    scope = c.scope.with_lambdas({first: Code(state, start.type), second: Code(name, values.type.item)})
    body = c.within(scope).compile(function.body)
    if body.type != start.type or ":=" in start.text:
        return None
    summed = _summed(c, node, values, start, function) if c.bold else None
    if summed is not None:
        return summed
    bound, later = c.named(values)
    folded = f"({state} if [{state} := {body.text} for {name} in {later}] else {state})"
    return Code(f"(({state} := {start.text}) if {bound} is None or ({state} := {start.text}) is None else {folded})",
                start.type)


def _summed(c: Expressions, node: ast.FunctionCall, values: Code, start: Code, function: ast.Lambda) -> Code | None:
    """REDUCE(…, (s, x) => s + f(x)) of numbers that are not NULL."""
    body, state = function.body, ast.LambdaVariable(function.params[0])
    if not isinstance(body, ast.Arithmetic) or body.op != "+" or body.left != state or _uses(body.right, state) \
            or start.nullable or start.type not in _SUMS:
        return None
    each = ast.FunctionCall("TRANSFORM", (node.args[0], ast.Lambda(function.params[1:], body.right)))
    terms = c.within(c.scope).compile(each)
    if not isinstance(terms.type, Array) or terms.type.item != start.type:
        return None
    total = c.module.bind(_SUMS[start.type], "sum_of")
    if not terms.nullable:
        return Code(f"{total}({terms.text}, {start.text})", start.type, False)
    first, later = c.named(terms)
    return Code(f"({start.text} if {first} is None else {total}({later}, {start.text}))", start.type, False)


def _named(c: Expressions, values: Code) -> Code:
    """Something null_in_null_out gives a name to: what is iterated over may hold no assignment."""
    return values if values.nullable or ":=" not in values.text else Code(values.text, values.type, True)


def _with(first: str, made: str) -> str:
    if not first:
        return made
    parts = ", ".join(f"({p})" for p in first.rstrip(", ").split(", ") if ":=" in p)
    return f"({parts}, {made})[-1]"


def invariants(c: Expressions, body: ast.Expression) -> list[tuple[ast.Expression, Code]]:
    """What does not depend on the element and cannot fail: worked out once before the loop."""
    found: list[tuple[ast.Expression, Code]] = []
    inner = c.within(c.scope)
    inner.depth = max(c.depth, 1)
    for node in dict.fromkeys(_outermost(c, body)):
        code = inner.compile(node, isinstance(node, ast.Arithmetic))
        if cannot_fail(code.text) and not code.is_name:
            found.append((node, code))
    return found


def held(name: str, node: ast.Expression, code: Code) -> Code:
    """A local that holds such a value."""
    pure = isinstance(node, ast.Arithmetic) and code.nullable
    return Code(name, code.type, code.nullable, f"{name} is None" if pure else "")


def _outermost(c: Expressions, node: Any) -> list[ast.Expression]:
    if isinstance(node, ast.Lambda | ast.ColumnRef) or node in c.scope.values:
        return []
    if isinstance(node, ast.Arithmetic | ast.Dereference | ast.Subscript) and not _uses_lambda(node):
        return [node]
    return [found for child in ast.children(node) for found in _outermost(c, child)]


def _uses(node: Any, wanted: ast.Expression) -> bool:
    return node == wanted or any(_uses(child, wanted) for child in ast.children(node))


def _uses_lambda(node: Any) -> bool:
    return isinstance(node, ast.LambdaVariable) or any(_uses_lambda(child) for child in ast.children(node))
