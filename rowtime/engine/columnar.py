"""Arrays of structs as lists of their fields, one beside the other: what calls make of them without the structs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from rowtime.engine.code import Code, Module
from rowtime.sql import ast
from rowtime.sql.types import INTEGER, Array, SqlType, Struct

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions

_EXTREMES = {"ARRAY_MAX": max, "ARRAY_MIN": min}
Places = tuple[str, str]
STRUCTS = ""
"""In the place of a field's name: the structs themselves."""


class Columns:
    """Structs that are all there, in the order of their first field, which is known in each.

    lists    gives the name of the list of a field
    places   where the array begins and ends in the lists: names, or '' for the lists' own beginning and end
    null     source of whether the array is NULL instead; '' where it is not
    counted  gives the source of how many there are, where that can be had without the lists
    """

    def __init__(self, module: Module, item: Struct, lists: Callable[[str], str],
                 places: Callable[[], Places] = lambda: ("", ""), null: str = ""):
        self.module, self.item, self.lists, self.places = module, item, cache(lists), cache(places)
        self.null = null
        self.counted: Callable[[], str] | None = None
        self.slices: dict[str, str] = {}

    @property
    def first(self) -> str:
        """The field that they are in the order of."""
        return self.item.fields[0].name

    def type_of(self, field: str) -> SqlType:
        return self.item.fields[self.item.index(field)].type

    def slice(self, field: str) -> str:
        """The name of a list of a field's values, in order."""
        begin, end = self.places()
        if not begin and not end:
            return self.lists(field)
        if field not in self.slices:
            self.slices[field] = name = self.module.temp("slice")
            self.module.line(f"{name} = {self.lists(field)}[{begin}:{end}]")
        return self.slices[field]

    def count(self) -> str:
        if self.counted is not None:
            return self.counted()
        begin, end = self.places()
        end = end or f"len({self.lists(self.first)})"
        return f"({end} - {begin})" if begin else end

    def extreme(self, last: bool) -> str:
        """The first field of the last or the first struct, None of an empty array."""
        (begin, end), values = self.places(), self.lists(self.first)
        some = f"{begin} < {end or f'len({values})'}" if begin else end or values
        at = (f"{end} - 1" if end else "-1") if last else begin or "0"
        return f"({values}[{at}] if {some} else None)"

    def code(self, text: str, t: SqlType, nullable: bool = False) -> Code:
        return Code(f"(None if {self.null} else {text})" if self.null else text, t, nullable or bool(self.null))


def columns_of(c: Expressions, node: Any) -> Columns | None:
    known = c.scope.values.get(node)
    return known.columns if known is not None else None


def read(c: Expressions, node: ast.FunctionCall) -> Code | None:
    """A call whose array is there as columns; None for any other."""
    if not node.args:
        return None
    columns = columns_of(c, node.args[0])
    if columns is None:
        return _extreme(c, node)
    if node.name == "ARRAY_LENGTH":
        return columns.code(columns.count(), INTEGER)
    return _transformed(c, node.args[1], columns) if node.name == "TRANSFORM" else None


def _extreme(c: Expressions, node: ast.FunctionCall) -> Code | None:
    """ARRAY_MAX(TRANSFORM(A, (x) => x->first)) or ARRAY_MIN."""
    each = node.args[0] if node.name in _EXTREMES else None
    if not (isinstance(each, ast.FunctionCall) and each.name == "TRANSFORM" and isinstance(each.args[1], ast.Lambda)):
        return None
    columns, function = columns_of(c, each.args[0]), each.args[1]
    if columns is None or function.body != ast.Dereference(ast.LambdaVariable(function.params[0]), columns.first):
        return None
    return columns.code(columns.extreme(node.name == "ARRAY_MAX"), columns.type_of(columns.first), True)


def _transformed(c: Expressions, function: Any, columns: Columns) -> Code | None:
    """TRANSFORM by the fields of one parameter: a slice, or a comprehension."""
    if not isinstance(function, ast.Lambda) or len(function.params) != 1:
        return None
    element = ast.LambdaVariable(function.params[0])
    fields = fields_of(function.body, element, columns.item)
    if fields is None:
        return None
    if function.body == ast.Dereference(element, fields[0] if fields else ""):
        values = columns.slice(fields[0])
        return columns.code(values if any(columns.places()) else f"{values}[:]", Array(columns.type_of(fields[0])))
    body, loop = each(c, function.body, element, fields, columns)
    return None if body.type is None else columns.code(f"[{body.text} {loop}]", Array(body.type))


def each(c: Expressions, body: ast.Expression, element: ast.LambdaVariable, fields: list[str], columns: Columns) \
        -> tuple[Code, str]:
    """What is worked out of every element's fields, and the loop over these."""
    names = {field: c.module.temp("p") for field in fields}
    scope = c.scope.with_lambdas({element.name: Code("None", columns.item)})
    for field, name in names.items():
        known: dict[object, Code] = {ast.Dereference(element, field): Code(name, columns.type_of(field))}
        scope.values = {**scope.values, **known}
    code = c.within(scope).compile(body)
    if not fields:
        return code, f"for _ in range({columns.count()})"
    slices = ", ".join(columns.slice(f) for f in fields)
    return code, f"for {', '.join(names.values())} in {slices if len(fields) == 1 else f'zip({slices})'}"


def fields_of(node: Any, element: ast.LambdaVariable, item: Struct) -> list[str] | None:
    """The fields of a parameter that are read; None where it is read as a whole, or its name has another meaning."""
    if isinstance(node, ast.Dereference) and node.base == element:
        return [node.field] if node.field and item.index(node.field) >= 0 else None
    if node == element or isinstance(node, ast.Lambda) and element.name in node.params:
        return None
    found: dict[str, None] = {}
    for child in ast.children(node):
        inner = fields_of(child, element, item)
        if inner is None:
            return None
        found.update(dict.fromkeys(inner))
    return list(found)


def field_at(c: Expressions, node: ast.Dereference, place: Callable[[Any], int]) -> Code | None:
    """A[2]->field or A[-1]->field."""
    if not isinstance(node.base, ast.Subscript) or not node.field:
        return None
    columns, number = columns_of(c, node.base.base), place(node.base.index)
    if columns is None or not number or columns.null or any(columns.places()) or columns.item.index(node.field) < 0:
        return None
    values = columns.lists(node.field)
    at, some = (number, number == -1 and values) if number < 0 else (number - 1, number == 1 and values)
    text = f"({values}[{at}] if {some or f'len({values}) >= {abs(number)}'} else None)"
    return Code(text, columns.type_of(node.field))
