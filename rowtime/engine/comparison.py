"""Comparisons and logic as source. A comparison with NULL is false, not NULL, as in ksqlDB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rowtime.engine import cast
from rowtime.engine.code import Code
from rowtime.engine.typing import can_compare, common_type
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIME, TIMESTAMP, Decimal, SqlType

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions

_PYTHON = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ORDER = ("<", "<=", ">", ">=")
_WORDS = {"=": "EQUAL", "<>": "NOT_EQUAL", "<": "LESS_THAN", "<=": "LESS_THAN_OR_EQUAL", ">": "GREATER_THAN",
          ">=": "GREATER_THAN_OR_EQUAL", "IS DISTINCT FROM": "IS_DISTINCT_FROM",
          "IS NOT DISTINCT FROM": "IS_NOT_DISTINCT_FROM"}
_JAVA: dict[SqlType | None, str] = {INTEGER: "int", BIGINT: "long", DOUBLE: "double"}
_DATETIME = (DATE, TIME, TIMESTAMP)


def comparison(c: Expressions, node: ast.Comparison) -> Code:
    ordered = node.op in _ORDER and c.unchecked
    left, right = (c.compile(n, ordered and n in c.scope.values) for n in (node.left, node.right))
    if left.type is None or right.type is None:
        return _with_null(c, node, left, right)
    if not can_compare(node.op, left.type, right.type):
        raise KsqlError(f"Cannot compare {text(node.left)} ({left.type}) to {text(node.right)} ({right.type}) "
                        f"with {_WORDS[node.op]}.")
    left, right = _aligned(c, left, right)
    if node.op not in _PYTHON:
        return _distinct(node.op, left, right)
    return _compare(c, _PYTHON[node.op], left, right)


def text(node: ast.Expression) -> str:
    from rowtime.sql.format import format_expression

    return format_expression(node)


def _with_null(c: Expressions, node: ast.Comparison, left: Code, right: Code) -> Code:
    if node.op in _PYTHON:
        raise KsqlError(f"Comparison with NULL not supported: {text(node.left)} {node.op} {text(node.right)}")
    return _distinct(node.op, left, right)


def _distinct(op: str, left: Code, right: Code) -> Code:
    return Code(f"({left.text} {'!=' if op == 'IS DISTINCT FROM' else '=='} {right.text})", BOOLEAN, False)


def _compare(c: Expressions, op: str, left: Code, right: Code) -> Code:
    checks, texts = [], []
    if c.unchecked and op in _ORDER:
        return Code(f"({left.text} {op} {right.text})", BOOLEAN, False)
    if op == "==" and (_known(left) or _known(right)):
        return Code(f"({left.text} == {right.text})", BOOLEAN, False)
    if op == "==" and c.unchecked and (left.is_name or right.is_name):
        name = left.text if left.is_name else right.text
        return Code(f"({name} is not None and {left.text} == {right.text})", BOOLEAN, False)
    for code in (left, right):
        first, later = (code.text, code.text) if not code.nullable else c.named(code)
        if code.nullable:
            checks.append(f"{first} is not None")
        texts.append(later)
    return Code("(" + " and ".join([*checks, f"{texts[0]} {op} {texts[1]}"]) + ")", BOOLEAN, False)


def _known(code: Code) -> bool:
    """Whether it has a value, whatever the row: then NULL on the other side is not equal to it in Python either."""
    return not code.nullable and code.is_name


def _aligned(c: Expressions, left: Code, right: Code) -> tuple[Code, Code]:
    """Both sides as comparable Python values: text becomes a time beside one, a date a timestamp."""
    if left.type in _DATETIME or right.type in _DATETIME:
        target = _time_type(left.type, right.type)
        return cast.cast(left, target, c.module), cast.cast(right, target, c.module)
    if DOUBLE in (left.type, right.type) and isinstance(left.type, Decimal) | isinstance(right.type, Decimal):
        return cast.cast(left, DOUBLE, c.module), cast.cast(right, DOUBLE, c.module)
    return left, right


def _time_type(left: SqlType | None, right: SqlType | None) -> SqlType:
    if TIMESTAMP in (left, right):
        return TIMESTAMP
    found = left if left in _DATETIME else right
    assert found is not None
    return found


def _condition(c: Expressions, node: ast.Expression) -> str:
    code = c.compile(node)
    if code.type not in (BOOLEAN, None):
        raise KsqlError(f"{text(node)} should evaluate to boolean but is {code.type} instead.")
    if c.bold and c.scope.lambdas and code.nullable:
        return f"({code.text} > 0)"
    return f"{c.module.bind(known, 'known')}({code.text})" if code.nullable else code.text


def known(value: bool | None) -> bool:
    """A condition's value; NULL is an error of the whole expression, as unboxing is in Java."""
    if value is None:
        raise ValueError("NULL where a BOOLEAN is needed")
    return value


def logical(c: Expressions, node: ast.Logical) -> Code:
    return Code(f"({_condition(c, node.left)} {node.op.lower()} {_condition(c, node.right)})", BOOLEAN, False)


def negation(c: Expressions, node: ast.Not) -> Code:
    return Code(f"(not {_condition(c, node.operand)})", BOOLEAN, False)


def is_null(c: Expressions, node: ast.IsNull) -> Code:
    return Code(f"({_object(c, node.operand)} is None)", BOOLEAN, False)


def is_not_null(c: Expressions, node: ast.IsNotNull) -> Code:
    return Code(f"({_object(c, node.operand)} is not None)", BOOLEAN, False)


def _object(c: Expressions, node: ast.Expression) -> str:
    """What can be NULL; Java's compiler refuses to compare the result of arithmetic with it."""
    code = c.compile(node)
    if isinstance(node, ast.Arithmetic | ast.Sign) and code.type in _JAVA:
        raise KsqlError(f'Cannot compare primitive type "{_JAVA[code.type]}" with "null". expression: {text(node)}')
    return code.text


def between(c: Expressions, node: ast.Between) -> Code:
    value, low, high = (c.compile(n) for n in (node.value, node.low, node.high))
    for op, bound, bound_node in ((">=", low, node.low), ("<=", high, node.high)):
        if not can_compare(op, value.type, bound.type):
            raise KsqlError(f"Invalid expression: Cannot compare {text(node.value)} ({value.type}) to "
                            f"{text(bound_node)} ({bound.type}) with {_WORDS[op]}.")
    if value.type is None or low.type is None or high.type is None:
        return Code("False", BOOLEAN, False)
    first, later = c.named(value)
    lower = _compare(c, ">=", *_aligned(c, Code(first, value.type, value.nullable), low))
    upper = _compare(c, "<=", *_aligned(c, Code(later, value.type, value.nullable), high))
    return Code(f"({lower.text} and {upper.text})", BOOLEAN, False)


def in_list(c: Expressions, node: ast.InList) -> Code:
    value = c.compile(node.value)
    items = [c.compile(item) for item in node.items]
    parts = []
    first, later = c.named(value)
    for item, item_node in zip(items, node.items, strict=True):
        if item.type is None:
            continue
        if not can_compare("=", value.type, item.type):
            _refuse_in(value, item, node, item_node)
        left, right = _aligned(c, Code(later, value.type, False), item)
        parts.append(_compare(c, "==", left, right).text)
    return Code(f"({first} is not None and ({' or '.join(parts) or 'False'}))", BOOLEAN, False)


def _refuse_in(value: Code, item: Code, node: ast.InList, item_node: ast.Expression) -> None:
    try:
        common_type([value.type, item.type])
    except KsqlError:
        raise KsqlError(f"invalid input syntax for type {value.type}: \"{text(item_node).strip(chr(39))}\".") from None


def like(c: Expressions, node: ast.Like) -> Code:
    value, pattern = c.compile(node.value), c.compile(node.pattern)
    for code, where in ((value, node.value), (pattern, node.pattern)):
        if code.type not in (STRING, None):
            raise KsqlError(f"Like condition must be between strings, got {code.type} for {text(where)}")
    if isinstance(node.pattern, ast.StringLiteral):
        match = c.module.bind(_regex(node.pattern.value, node.escape).fullmatch, "matches")
        return Code(c.null_in_null_out([value], lambda t: f"({match}({t[0]}) is not None)"), BOOLEAN, value.nullable)
    name, escape = c.module.bind(matches_like, "like"), c.module.bind(node.escape)
    return Code(c.null_in_null_out([value, pattern], lambda t: f"{name}({t[0]}, {t[1]}, {escape})"), BOOLEAN,
                value.nullable or pattern.nullable)


def matches_like(value: str, pattern: str, escape: str | None) -> bool:
    return _regex(pattern, escape).fullmatch(value) is not None


def _regex(pattern: str, escape: str | None) -> re.Pattern[str]:
    out, i = [], 0
    while i < len(pattern):
        char = pattern[i]
        if char == escape and i + 1 < len(pattern):
            i += 1
            out.append(re.escape(pattern[i]))
        else:
            out.append(".*" if char == "%" else "." if char == "_" else re.escape(char))
        i += 1
    return re.compile("".join(out), re.DOTALL)
