"""Parsing SELECT."""

from __future__ import annotations

from collections.abc import Callable

from rowtime.sql import ast
from rowtime.sql.cursor import Cursor
from rowtime.sql.expressions import parse_boolean, parse_value
from rowtime.sql.keywords import UNITS
from rowtime.sql.lexer import Kind

_STARRABLE = (
    ast.ColumnRef, ast.LambdaVariable, ast.Dereference, ast.Subscript, ast.FunctionCall, ast.CreateStruct,
    ast.Cast, ast.SearchedCase, ast.SimpleCase, ast.CreateMap, ast.CreateArray,
)  # fmt: skip


def parse_query(c: Cursor) -> ast.Query:
    pos = c.pos
    c.expect("SELECT")
    select = [_select_item(c)]
    while c.accept(","):
        select.append(_select_item(c))
    c.expect("FROM")
    source = _source(c)
    joins: list[ast.Join] = []
    while c.is_word("INNER", "FULL", "LEFT", "RIGHT", "JOIN"):
        joins.append(_join(c))
    window = _window(c) if c.accept("WINDOW") else None
    where = parse_boolean(c) if c.accept("WHERE") else None
    group_by, parenthesised = _expressions(c, "GROUP BY") if c.accept("GROUP", "BY") else ((), False)
    partition_by, _ = _expressions(c, "PARTITION BY") if c.accept("PARTITION", "BY") else ((), False)
    having = parse_boolean(c) if c.accept("HAVING") else None
    return ast.Query(
        tuple(select), source, tuple(joins), window, where, group_by, parenthesised, partition_by, having,
        _emit(c), _limit(c), pos=pos,
    )  # fmt: skip


# ---------------------------------------------------------------- select list
def _select_item(c: Cursor) -> ast.SelectItem:
    pos = c.pos
    if c.accept("*"):
        return ast.AllColumns(pos=pos)
    if c.is_identifier() and c.next_is(".") and c.next_is("*", 2):
        name = c.identifier()
        c.expect(".", "*")
        return ast.AllColumns(name, pos=pos)
    expression = parse_boolean(c)
    if c.is_symbol("->") and isinstance(expression, _STARRABLE):
        c.expect("->", "*")
        return ast.StructAll(expression, pos=pos)
    return ast.SingleColumn(expression, _alias(c), pos=pos)


def _alias(c: Cursor) -> str | None:
    if c.accept("AS"):
        return c.identifier("an alias")
    if c.is_identifier() and not _starts_clause(c):
        return c.identifier("an alias")
    return None


def _starts_clause(c: Cursor) -> bool:
    """Words that could be an alias but begin a clause here."""
    return (c.is_word("PARTITION") and c.next_is("BY")) or (
        c.is_word("EMIT") and (c.next_is("CHANGES") or c.next_is("FINAL"))
    )


# ---------------------------------------------------------------- sources and joins
def _source(c: Cursor) -> ast.Source:
    pos = c.pos
    name = c.identifier("the name of a stream or table")
    return ast.Source(name, _alias(c) or name, pos=pos)


def _join(c: Cursor) -> ast.Join:
    pos = c.pos
    kind = _join_type(c)
    c.expect("JOIN")
    source = _source(c)
    within = _within(c) if c.accept("WITHIN") else None
    c.expect("ON")
    return ast.Join(kind, source, within, parse_boolean(c), pos=pos)


def _join_type(c: Cursor) -> ast.JoinType:
    if c.accept("INNER") or c.is_word("JOIN"):
        return ast.JoinType.INNER
    kind = {"FULL": ast.JoinType.OUTER, "LEFT": ast.JoinType.LEFT, "RIGHT": ast.JoinType.RIGHT}[c.next().value]
    c.accept("OUTER")
    return kind


def _within(c: Cursor) -> ast.Within:
    pos = c.pos
    if c.accept("("):
        before = parse_duration(c)
        c.expect(",")
        after = parse_duration(c)
        c.expect(")")
    else:
        before = after = parse_duration(c)
    return ast.Within(before, after, parse_duration(c) if c.accept("GRACE", "PERIOD") else None, pos=pos)


def parse_duration(c: Cursor) -> ast.Duration:
    """`1 HOUR`."""
    pos = c.pos
    amount = c.whole_number("a number of units of time")
    if not c.is_word(*UNITS):
        c.unexpected("a unit of time (DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS)")
    return ast.Duration(amount, UNITS[c.next().value], pos=pos)


# ---------------------------------------------------------------- window
def _window(c: Cursor) -> ast.Window:
    pos = c.pos
    if c.token.kind is Kind.WORD and c.next_is("(", 2):
        c.identifier("a name for the window")
    if not c.is_word("TUMBLING", "HOPPING", "SESSION"):
        c.unexpected("TUMBLING, HOPPING or SESSION")
    kind = ast.WindowType(c.next().value)
    c.expect("(")
    advance = None
    if kind is not ast.WindowType.SESSION:
        c.expect("SIZE")
    size = parse_duration(c)
    if kind is ast.WindowType.HOPPING:
        c.expect(",", "ADVANCE", "BY")
        advance = parse_duration(c)
    retention = parse_duration(c) if c.accept(",", "RETENTION") else None
    grace = parse_duration(c) if c.accept(",", "GRACE", "PERIOD") else None
    c.expect(")")
    return ast.Window(kind, size, advance, retention, grace, pos=pos)


# ---------------------------------------------------------------- the other clauses
def _expressions(c: Cursor, clause: str) -> tuple[tuple[ast.Expression, ...], bool]:
    if not c.is_symbol("("):
        return _list(c, parse_value), False
    if c.next_is(")"):
        c.fail_building(f"{clause} requires at least one expression", c.token)
    if not _comma_inside(c):
        return _list(c, parse_value), False
    c.expect("(")
    found = _list(c, parse_value)
    c.expect(")")
    return found, True


def _list(c: Cursor, parse: Callable[[Cursor], ast.Expression]) -> tuple[ast.Expression, ...]:
    found = [parse(c)]
    while c.accept(","):
        found.append(parse(c))
    return tuple(found)


def _comma_inside(c: Cursor) -> bool:
    """Whether the parenthesis that opens here holds a list."""
    depth, ahead = 0, 0
    while c.peek(ahead).kind is not Kind.END:
        token = c.peek(ahead)
        if token.kind is Kind.SYMBOL:
            depth += (token.text in "([") - (token.text in ")]")
            if depth == 0 or (depth == 1 and token.text == ","):
                return depth == 1
        ahead += 1
    return False


def _emit(c: Cursor) -> ast.Emit | None:
    if not c.accept("EMIT"):
        return None
    if not c.is_word("CHANGES", "FINAL"):
        c.unexpected("CHANGES or FINAL")
    return ast.Emit(c.next().value)


def _limit(c: Cursor) -> int | None:
    return c.whole_number("the number of rows") if c.accept("LIMIT") else None
