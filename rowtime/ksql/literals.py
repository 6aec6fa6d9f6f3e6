"""JSON values as SQL literals, for rows that come in as JSON."""

from __future__ import annotations

import decimal
from typing import Any

from rowtime.ksql.errors import GenericError
from rowtime.sql import ast
from rowtime.sql.types import Array, Decimal, Map, SqlType, Struct


def literal_of(value: Any, t: SqlType | None) -> ast.Expression:
    """A literal or constructor for a column of type `t` (None: unknown column)."""
    if value is None:
        return ast.NullLiteral()
    if isinstance(value, bool):
        return ast.BooleanLiteral(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return ast.DecimalLiteral(decimal.Decimal(repr(value))) if isinstance(t, Decimal) else ast.DoubleLiteral(value)
    if isinstance(value, str):
        return ast.StringLiteral(value)
    if isinstance(value, list):
        return ast.CreateArray(tuple(literal_of(v, t.item if isinstance(t, Array) else None) for v in value))
    return _object(value, t)


def _integer(value: int) -> ast.Expression:
    if -(1 << 31) <= value < 1 << 31:
        return ast.IntegerLiteral(value)
    if -(1 << 63) <= value < 1 << 63:
        return ast.LongLiteral(value)
    raise GenericError(f"The number {value} does not fit 64 bits", code=40001)


def _object(value: dict[str, Any], t: SqlType | None) -> ast.Expression:
    if isinstance(t, Map):
        entries = (ast.MapEntry(ast.StringLiteral(k), literal_of(v, t.value)) for k, v in value.items())
        return ast.CreateMap(tuple(entries))
    types = {f.name: f.type for f in t.fields} if isinstance(t, Struct) else {}
    fields = []
    for key, inner in value.items():
        name = key if key in types else key.upper()
        fields.append(ast.StructEntry(name, literal_of(inner, types.get(name))))
    return ast.CreateStruct(tuple(fields))
