"""Expressions to text, as ksqlDB prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from rowtime.sql import ast
from rowtime.sql.names import format_name, format_type


def format_expression(e: ast.Expression) -> str:
    """Fully parenthesised, names quoted only where needed."""
    return _FORMATS[type(e)](e)


def _joined(items: Iterable[ast.Expression]) -> str:
    return ", ".join(map(format_expression, items))


def format_string(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def format_double(value: float) -> str:
    """Scientific notation with the fewest digits: 1.5E0."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    if text == "0":
        return "-0E0" if sign else "0E0"
    power = int(exponent) + len(text) - 1
    return f"{'-' if sign else ''}{text[0]}{'.' + text[1:] if text[1:] else ''}E{power}"


def _column(e: ast.ColumnRef) -> str:
    return f"{format_name(e.source)}.{format_name(e.name)}" if e.source is not None else format_name(e.name)


def _base(e: ast.Expression) -> str:
    text = format_expression(e)
    return f"({text})" if isinstance(e, ast.Sign) else text


def _field(e: ast.Dereference) -> str:
    return f"{_base(e.base)}->{'*' if e.field is None else format_name(e.field)}"


def _call(e: ast.FunctionCall) -> str:
    return f"{format_name(e.name)}({'*' if e.star else _joined(e.args)})"


def _binary(e: Any) -> str:
    return f"({format_expression(e.left)} {e.op} {format_expression(e.right)})"


def _sign(e: ast.Sign) -> str:
    value = format_expression(e.operand)
    return f"{e.op}{' ' if value.startswith(e.op) else ''}{value}"


def _like(e: ast.Like) -> str:
    escape = f" ESCAPE {format_string(e.escape)}" if e.escape is not None else ""
    return f"({format_expression(e.value)} LIKE {format_expression(e.pattern)}{escape})"


def _between(e: ast.Between) -> str:
    return f"({format_expression(e.value)} BETWEEN {format_expression(e.low)} AND {format_expression(e.high)})"


def _lambda(e: ast.Lambda) -> str:
    return f"({', '.join(map(format_name, e.params))}) => {format_expression(e.body)}"


def _whens(whens: tuple[ast.When, ...], default: ast.Expression | None) -> str:
    parts = [f"WHEN {format_expression(w.condition)} THEN {format_expression(w.result)}" for w in whens]
    if default is not None:
        parts.append(f"ELSE {format_expression(default)}")
    return " ".join(parts) + " END"


def _map(e: ast.CreateMap) -> str:
    return ", ".join(f"{format_expression(m.key)}:={format_expression(m.value)}" for m in e.entries)


def _struct(e: ast.CreateStruct) -> str:
    return ", ".join(f"{format_name(s.name)}:={format_expression(s.value)}" for s in e.entries)


_FORMATS: dict[type, Callable[[Any], str]] = {
    ast.NullLiteral: lambda e: "null",
    ast.BooleanLiteral: lambda e: "true" if e.value else "false",
    ast.IntegerLiteral: lambda e: str(e.value),
    ast.LongLiteral: lambda e: str(e.value),
    ast.DecimalLiteral: lambda e: format(e.value, "f") + ("" if e.value.as_tuple().exponent else "."),
    ast.DoubleLiteral: lambda e: format_double(e.value),
    ast.StringLiteral: lambda e: format_string(e.value),
    ast.IntervalUnit: lambda e: e.unit,
    ast.ColumnRef: _column,
    ast.LambdaVariable: lambda e: format_name(e.name),
    ast.Dereference: _field,
    ast.Subscript: lambda e: f"{_base(e.base)}[{format_expression(e.index)}]",
    ast.FunctionCall: _call,
    ast.Lambda: _lambda,
    ast.Arithmetic: _binary,
    ast.Comparison: _binary,
    ast.Logical: _binary,
    ast.Sign: _sign,
    ast.Not: lambda e: f"(NOT {format_expression(e.operand)})",
    ast.IsNull: lambda e: f"({format_expression(e.operand)} IS NULL)",
    ast.IsNotNull: lambda e: f"({format_expression(e.operand)} IS NOT NULL)",
    ast.Like: _like,
    ast.Between: _between,
    ast.InList: lambda e: f"({format_expression(e.value)} IN ({_joined(e.items)}))",
    ast.SearchedCase: lambda e: f"(CASE {_whens(e.whens, e.default)})",
    ast.SimpleCase: lambda e: f"(CASE {format_expression(e.operand)} {_whens(e.whens, e.default)})",
    ast.Cast: lambda e: f"CAST({format_expression(e.operand)} AS {format_type(e.type)})",
    ast.CreateArray: lambda e: f"ARRAY[{_joined(e.items)}]",
    ast.CreateMap: lambda e: f"MAP({_map(e)})",
    ast.CreateStruct: lambda e: f"STRUCT({_struct(e)})",
}
