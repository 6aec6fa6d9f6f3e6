"""FILTER, TRANSFORM and REDUCE of arrays as comprehensions, where the lambda cannot fail or the call stands alone (its
error is then NULL all the same)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rowtime.engine.code import Code
from rowtime.sql import ast
from rowtime.sql.types import BOOLEAN, Array

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions

_CALL = re.compile(r"[A-Za-z0-9_]\(")
_KEYWORD = re.compile(r"\b(?:if|else|and|or|not|in|is|for|None|len)\(")


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
    before = _invariants(c, function.body)
    scope.values = {**scope.values, **{n: Code(v, code.type, code.nullable) for n, v, code in before}}
    body = c.within(scope).compile(function.body)
    if not cannot_fail(body.text) and not (c.alone and c.depth == 1):
        return None
    if node.name == "FILTER" and (body.type != BOOLEAN or body.nullable):
        return None
    made = f"[{name} for {name} in {{0}} if {body.text}]" if node.name == "FILTER" else \
        f"[{body.text} for {name} in {{0}}]"
    first = "".join(f"{v} := {code.text}, " for _, v, code in before)
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
    if not cannot_fail(body.text) or body.type != start.type or ":=" in start.text:
        return None
    bound, later = c.named(values)
    folded = f"({state} if [{state} := {body.text} for {name} in {later}] else {state})"
    return Code(f"(({state} := {start.text}) if {bound} is None or ({state} := {start.text}) is None else {folded})",
                start.type)


def _named(c: Expressions, values: Code) -> Code:
    """Something null_in_null_out gives a name to: what is iterated over may hold no assignment."""
    return values if values.nullable or ":=" not in values.text else Code(values.text, values.type, True)


def _with(first: str, made: str) -> str:
    if not first:
        return made
    parts = ", ".join(f"({p})" for p in first.rstrip(", ").split(", ") if ":=" in p)
    return f"({parts}, {made})[-1]"


def cannot_fail(text: str) -> bool:
    """Whether generated source calls nothing: operators on values that were looked at for NULL raise nothing."""
    return _CALL.search(_KEYWORD.sub(" (", text)) is None


def _invariants(c: Expressions, body: ast.Expression) -> list[tuple[ast.Expression, str, Code]]:
    """What does not depend on the element: (expression, name, code), worked out once before the loop."""
    found: list[tuple[ast.Expression, str, Code]] = []
    for node in _outermost(c, body):
        if any(node == n for n, _, _ in found):
            continue
        code = c.compile(node)
        if cannot_fail(code.text) and "," not in code.text and not code.is_name:
            found.append((node, c.module.temp("h"), code))
    return found


def _outermost(c: Expressions, node: Any) -> list[ast.Expression]:
    if isinstance(node, ast.Lambda | ast.ColumnRef) or node in c.scope.values:
        return []
    if isinstance(node, ast.Arithmetic | ast.Dereference | ast.Subscript) and not _uses_lambda(node):
        return [node]
    return [found for child in ast.children(node) for found in _outermost(c, child)]


def _uses_lambda(node: Any) -> bool:
    return isinstance(node, ast.LambdaVariable) or any(_uses_lambda(child) for child in ast.children(node))
