"""Parsing literals."""

from __future__ import annotations

import decimal
import math

from rowtime.sql import ast
from rowtime.sql.cursor import Cursor
from rowtime.sql.lexer import Kind, Token

NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)


def starts_number(c: Cursor) -> bool:
    return c.token.kind in NUMBERS or (c.is_symbol("-") and c.peek().kind in NUMBERS)


def is_literal(c: Cursor) -> bool:
    return starts_number(c) or c.token.kind is Kind.STRING or c.is_word("NULL", "TRUE", "FALSE")


def parse_literal(c: Cursor) -> ast.Expression:
    """NULL, a number with its sign, TRUE, FALSE or a string."""
    if starts_number(c):
        return parse_number(c)
    pos = c.pos
    if c.token.kind is Kind.STRING:
        return ast.StringLiteral(c.next().value, pos=pos)
    if c.accept("NULL"):
        return ast.NullLiteral(pos=pos)
    if c.is_word("TRUE", "FALSE"):
        return ast.BooleanLiteral(c.next().value == "TRUE", pos=pos)
    c.unexpected("a literal")


def parse_number(c: Cursor) -> ast.Expression:
    first = c.token
    sign = "-" if c.accept("-") else ""
    token = c.next()
    text = sign + token.text
    if token.kind is Kind.INTEGER:
        return _whole(c, text, first)
    if token.kind is Kind.DECIMAL:
        return ast.DecimalLiteral(decimal.Decimal(text), pos=first.pos)
    value = float(text)
    if math.isinf(value):
        c.fail_building(f"Number overflows DOUBLE: {text}", first)
    return ast.DoubleLiteral(value, text, pos=first.pos)


def _whole(c: Cursor, text: str, token: Token) -> ast.Expression:
    value = int(text) if len(text) < 1000 else 1 << 64
    if -(1 << 31) <= value < 1 << 31:
        return ast.IntegerLiteral(value, pos=token.pos)
    if -(1 << 63) <= value < 1 << 63:
        return ast.LongLiteral(value, pos=token.pos)
    c.fail_building(f"Invalid numeric literal: {text}", token)
