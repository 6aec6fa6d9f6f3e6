"""Parsing what stands between operators: literals, names, calls, constructors, CASE, CAST, x[i] and x->field."""

from __future__ import annotations

from collections.abc import Callable

from rowtime.sql import ast
from rowtime.sql.cursor import Cursor
from rowtime.sql.keywords import UNITS
from rowtime.sql.lexer import Kind
from rowtime.sql.literals import is_literal, parse_literal
from rowtime.sql.typenames import parse_type


def _boolean(c: Cursor) -> ast.Expression:
    from rowtime.sql.expressions import parse_boolean

    return parse_boolean(c)


def _value(c: Cursor) -> ast.Expression:
    from rowtime.sql.expressions import parse_value

    with c.nested():
        return parse_value(c)


def parse_primary(c: Cursor) -> ast.Expression:
    base = _head(c)
    while True:
        if c.accept("["):
            index = _value(c)
            c.expect("]")
            base = ast.Subscript(base, index, pos=base.pos)
        elif c.is_symbol("->") and not c.next_is("*"):
            c.next()
            base = ast.Dereference(base, c.identifier("the name of a field"), pos=base.pos)
        else:
            return base


def _head(c: Cursor) -> ast.Expression:
    if is_literal(c):
        return parse_literal(c)
    if c.is_symbol("("):
        return _parenthesised(c)
    special = _SPECIAL.get((c.token.value, c.peek().text)) if c.token.kind is Kind.WORD else None
    if special:
        return special(c)
    if c.is_word("CASE"):
        return _case(c)
    if c.is_word("CAST"):
        return _cast(c)
    if c.is_identifier():
        return _named(c)
    c.unexpected("an expression")


def _parenthesised(c: Cursor) -> ast.Expression:
    c.expect("(")
    inner = _boolean(c)
    c.expect(")")
    return inner


def _named(c: Cursor) -> ast.Expression:
    pos = c.pos
    name = c.identifier("an expression")
    if c.is_symbol("("):
        return _call(c, name, pos)
    if c.token.kind is Kind.STRING:
        c.fail_building(f"Unknown type: {name}", c.token)
    if c.accept("."):
        return ast.ColumnRef(name, c.identifier("the name of a column"), pos=pos)
    if any(name in scope for scope in c.lambda_scopes):
        return ast.LambdaVariable(name, pos=pos)
    return ast.ColumnRef(None, name, pos=pos)


# ---------------------------------------------------------------- calls
def _call(c: Cursor, name: str, pos: ast.Position) -> ast.Expression:
    c.expect("(")
    if c.accept("*", ")"):
        return ast.FunctionCall(name.upper(), (), star=True, pos=pos)
    args: list[ast.Expression] = []
    while not c.accept(")"):
        if args:
            c.expect(",")
        args.append(_argument(c, args))
    return ast.FunctionCall(name.upper(), tuple(args), pos=pos)


def _argument(c: Cursor, before: list[ast.Expression]) -> ast.Expression:
    if _starts_lambda(c):
        if not before:
            c.fail("a lambda function cannot be the first argument")
        return _lambda(c)
    if before and isinstance(before[-1], ast.Lambda):
        c.fail("only lambda functions may follow a lambda function")
    if c.is_word(*UNITS) and c.peek().text in (",", ")") and not c.is_identifier():
        token = c.next()
        return ast.IntervalUnit(UNITS[token.value], pos=token.pos)
    return _boolean(c)


def _starts_lambda(c: Cursor) -> bool:
    if c.next_is("=>"):
        return c.is_identifier()
    if not c.is_symbol("("):
        return False
    ahead = 1
    while c.is_identifier(ahead) and c.next_is(",", ahead + 1):
        ahead += 2
    return c.is_identifier(ahead) and c.next_is(")", ahead + 1) and c.next_is("=>", ahead + 2)


def _lambda(c: Cursor) -> ast.Expression:
    pos = c.pos
    params: list[str] = []
    if c.accept("("):
        params.append(c.identifier("a parameter"))
        while c.accept(","):
            params.append(c.identifier("a parameter"))
        c.expect(")")
    else:
        params.append(c.identifier("a parameter"))
    if len(set(params)) != len(params):
        c.fail(f"Lambda function has duplicate parameters: {', '.join(params)}")
    c.expect("=>")
    c.lambda_scopes.append(tuple(params))
    body = _boolean(c)
    c.lambda_scopes.pop()
    return ast.Lambda(tuple(params), body, pos=pos)


# ---------------------------------------------------------------- constructors
def _array(c: Cursor) -> ast.Expression:
    pos = c.next().pos
    c.expect("[")
    items: list[ast.Expression] = []
    while not c.accept("]"):
        if items:
            c.expect(",")
        items.append(_boolean(c))
    return ast.CreateArray(tuple(items), pos=pos)


def _map(c: Cursor) -> ast.Expression:
    pos = c.next().pos
    c.expect("(")
    entries: list[ast.MapEntry] = []
    while not c.accept(")"):
        if entries:
            c.expect(",")
        key = _boolean(c)
        c.expect(":=")
        entries.append(ast.MapEntry(key, _boolean(c), pos=key.pos))
    return ast.CreateMap(tuple(entries), pos=pos)


def _struct(c: Cursor) -> ast.Expression:
    pos = c.next().pos
    c.expect("(")
    entries: list[ast.StructEntry] = []
    while not c.accept(")"):
        if entries:
            c.expect(",")
        at = c.pos
        name = c.identifier("the name of a field")
        c.expect(":=")
        entries.append(ast.StructEntry(name, _boolean(c), pos=at))
    return ast.CreateStruct(tuple(entries), pos=pos)


_SPECIAL: dict[tuple[str, str], Callable[[Cursor], ast.Expression]] = {
    ("ARRAY", "["): _array, ("MAP", "("): _map, ("STRUCT", "("): _struct,
}  # fmt: skip


# ---------------------------------------------------------------- CASE and CAST
def _case(c: Cursor) -> ast.Expression:
    pos = c.next().pos
    operand = None if c.is_word("WHEN") else _value(c)
    whens: list[ast.When] = []
    while c.is_word("WHEN"):
        at = c.next().pos
        condition = _boolean(c)
        c.expect("THEN")
        whens.append(ast.When(condition, _boolean(c), pos=at))
    if not whens:
        c.missing("WHEN")
    default = _boolean(c) if c.accept("ELSE") else None
    c.expect("END")
    if operand is None:
        return ast.SearchedCase(tuple(whens), default, pos=pos)
    return ast.SimpleCase(operand, tuple(whens), default, pos=pos)


def _cast(c: Cursor) -> ast.Expression:
    pos = c.next().pos
    c.expect("(")
    operand = _boolean(c)
    c.expect("AS")
    to = parse_type(c)
    c.expect(")")
    return ast.Cast(operand, to, pos=pos)
