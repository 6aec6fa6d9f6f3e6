"""Parsing SQL types."""

from __future__ import annotations

from rowtime.sql import types as t
from rowtime.sql.cursor import Cursor
from rowtime.sql.keywords import RESERVED
from rowtime.sql.lexer import Kind, Token

BASE = {
    "BOOLEAN": t.BOOLEAN, "INT": t.INTEGER, "INTEGER": t.INTEGER, "BIGINT": t.BIGINT, "DOUBLE": t.DOUBLE,
    "STRING": t.STRING, "VARCHAR": t.STRING, "BYTES": t.BYTES, "DATE": t.DATE, "TIME": t.TIME,
    "TIMESTAMP": t.TIMESTAMP,
}  # fmt: skip


def parse_type(c: Cursor) -> t.SqlType:
    """A type, custom types included; `INT ARRAY` is `ARRAY<INT>`."""
    with c.nested():
        found = _parse_head(c)
        while c.accept("ARRAY"):
            found = t.Array(found)
        return found


def _parse_head(c: Cursor) -> t.SqlType:
    if c.is_word("ARRAY", "MAP", "STRUCT") and c.next_is("<"):
        word = c.next().value
        c.expect("<")
        made = {"ARRAY": _array, "MAP": _map, "STRUCT": _struct}[word](c)
        c.expect(">")
        return made
    if c.is_word("DECIMAL"):
        return _decimal(c)
    return _base(c)


def _array(c: Cursor) -> t.SqlType:
    return t.Array(parse_type(c))


def _map(c: Cursor) -> t.SqlType:
    key = parse_type(c)
    c.expect(",")
    return t.Map(key, parse_type(c))


def _struct(c: Cursor) -> t.SqlType:
    fields: list[t.Field] = []
    while not c.is_symbol(">"):
        if fields:
            c.expect(",")
        token = c.token
        name = c.identifier("the name of a field")
        if any(f.name == name for f in fields):
            c.fail_building(f"Duplicate field names found in STRUCT: '{name}'", token)
        fields.append(t.Field(name, parse_type(c)))
    return t.Struct(tuple(fields))


def _decimal(c: Cursor) -> t.SqlType:
    token = c.next()
    c.expect("(")
    precision = c.whole_number("a precision")
    c.expect(",")
    scale = c.whole_number("a scale")
    c.expect(")")
    text = f"DECIMAL({precision},{scale})"
    if precision < 1:
        c.fail_building(f"DECIMAL precision must be >= 1: {text}", token)
    if precision < scale:
        c.fail_building(f"DECIMAL precision must be >= scale: {text}", token)
    return t.Decimal(precision, scale)


def _base(c: Cursor) -> t.SqlType:
    token = c.token
    if not (token.kind is Kind.QUOTED or (token.kind is Kind.WORD and token.value not in RESERVED)):
        pos = token.pos
        c.fail(f"Syntax error at or near '{token.text}' at line {pos.line}:{pos.column + 1}")
    name = c.identifier("a type")
    found = BASE.get(name.upper()) or c.types.get(name)
    if found is None:
        c.fail_building(f"Cannot resolve unknown type: {name}", token)
    if c.is_symbol("("):
        _ignored_length(c, found, token)
    return found


def _ignored_length(c: Cursor, found: t.SqlType, token: Token) -> None:
    if found != t.STRING:
        c.fail(f"the type {token.text} takes no parameters")
    c.expect("(")
    if not c.accept("STRING"):
        c.whole_number("a length")
    c.expect(")")
