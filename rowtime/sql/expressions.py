"""Parsing expressions: precedence climbing, OR < AND < NOT < predicate < + - < * / % < sign < postfix."""

from __future__ import annotations

from rowtime.sql import ast
from rowtime.sql.cursor import Cursor
from rowtime.sql.lexer import Kind
from rowtime.sql.primaries import parse_primary

_LOGICAL = {"OR": 1, "AND": 2}
_ARITHMETIC = {"||": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3}
_COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def parse_boolean(c: Cursor, level: int = 1) -> ast.Expression:
    """Any expression, AND, OR and NOT included."""
    with c.nested():
        left = _boolean_operand(c)
        while c.token.kind is Kind.WORD and _LOGICAL.get(c.token.value, 0) >= level:
            token = c.next()
            right = parse_boolean(c, _LOGICAL[token.value] + 1)
            left = ast.Logical(token.value, left, right, pos=token.pos)
        return left


def _boolean_operand(c: Cursor) -> ast.Expression:
    if c.is_word("NOT"):
        token = c.next()
        return ast.Not(parse_boolean(c, 3), pos=token.pos)
    return _predicated(c)


def _predicated(c: Cursor) -> ast.Expression:
    value = parse_value(c)
    token = c.token
    if token.kind is Kind.SYMBOL and token.text in _COMPARISONS:
        c.next()
        return ast.Comparison(_COMPARISONS[token.text], value, parse_value(c), pos=token.pos)
    if c.is_word("IS"):
        return _is(c, value)
    negated = c.is_word("NOT") and c.peek().value in ("BETWEEN", "IN", "LIKE")
    if negated:
        c.next()
    if not c.is_word("BETWEEN", "IN", "LIKE"):
        return value
    made = {"BETWEEN": _between, "IN": _in, "LIKE": _like}[c.next().value](c, value)
    return ast.Not(made, pos=made.pos) if negated else made


def _is(c: Cursor, value: ast.Expression) -> ast.Expression:
    pos = c.next().pos
    negated = c.accept("NOT")
    if c.accept("NULL"):
        return ast.IsNotNull(value, pos=value.pos) if negated else ast.IsNull(value, pos=value.pos)
    c.expect("DISTINCT", "FROM")
    op = "IS NOT DISTINCT FROM" if negated else "IS DISTINCT FROM"
    return ast.Comparison(op, value, parse_value(c), pos=pos)


def _between(c: Cursor, value: ast.Expression) -> ast.Expression:
    low = parse_value(c)
    c.expect("AND")
    return ast.Between(value, low, parse_value(c), pos=value.pos)


def _in(c: Cursor, value: ast.Expression) -> ast.Expression:
    c.expect("(")
    items = [parse_boolean(c)]
    while c.accept(","):
        items.append(parse_boolean(c))
    c.expect(")")
    return ast.InList(value, tuple(items), pos=value.pos)


def _like(c: Cursor, value: ast.Expression) -> ast.Expression:
    pattern = parse_value(c)
    escape = None
    if c.accept("ESCAPE"):
        token = c.token
        escape = c.string("an escape character")
        if len(escape) != 1:
            c.fail_building(f"Expected single character escape but got: {escape}", token)
    return ast.Like(value, pattern, escape, pos=value.pos)


def parse_value(c: Cursor, level: int = 1) -> ast.Expression:
    """An expression without comparisons, AND, OR or NOT outside parentheses."""
    left = _value_operand(c)
    while c.token.kind is Kind.SYMBOL and _ARITHMETIC.get(c.token.text, 0) >= level:
        token = c.next()
        right = parse_value(c, _ARITHMETIC[token.text] + 1)
        left = _binary(token.text, left, right, token.pos)
    if c.is_word("AT") and c.next_is("TIME"):
        c.fail("AT TIME ZONE is not supported; use CONVERT_TZ")
    return left


def _binary(op: str, left: ast.Expression, right: ast.Expression, pos: ast.Position) -> ast.Expression:
    if op == "||":
        return ast.FunctionCall("CONCAT", (left, right), pos=pos)
    return ast.Arithmetic(op, left, right, pos=pos)


def _value_operand(c: Cursor) -> ast.Expression:
    if c.is_symbol("-", "+") and not (c.is_symbol("-") and c.peek().kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)):
        token = c.next()
        with c.nested():
            return ast.Sign(token.text, _value_operand(c), pos=token.pos)
    return parse_primary(c)
